// Text with formulas: it is readable at once, and its formulas are set when KaTeX is here.

function katexBy(link) {
  return katexOf(async () => (await link.ask({ do: "mathematics" })).buffers[0]);
}

/** Return the text as nodes, its formulas set. */
function setFormulas(text, katex) {
  const nodes = [];
  let done = 0;
  for (const match of text.matchAll(FORMULA)) {
    nodes.push(document.createTextNode(text.slice(done, match.index)), formulaNode(match, katex));
    done = match.index + match[0].length;
  }
  nodes.push(document.createTextNode(text.slice(done)));
  return nodes;
}

/** Put text into a node, and set its formulas once KaTeX is here. */
function say(node, text, link) {
  node.replaceChildren(text);
  if (!hasFormula(text)) return node;
  katexBy(link).then(
    (katex) => node.textContent === text && node.replaceChildren(...setFormulas(text, katex)),
    () => undefined, // without KaTeX the formula stays readable as it was typed
  );
  return node;
}
