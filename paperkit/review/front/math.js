// Formulas: KaTeX comes from the kernel when the first formula is seen; its output is MathML.

// $…$ as pandoc has it: no space inside the dollars, no digit after; also $$…$$, \(…\), \[…\].
const FORMULA = /\$\$([^$]+)\$\$|\\\[(.+?)\\\]|\\\((.+?)\\\)|\$(?!\s)((?:[^$\\]|\\.)+?)(?<!\s)\$(?!\d)/g;
const SAFE = { output: "mathml", throwOnError: true, strict: "ignore", trust: false, maxExpand: 200, maxSize: 20 };
let katexLoading = null;

function hasFormula(text) {
  FORMULA.lastIndex = 0;
  return FORMULA.test(text);
}

/** Resolve with KaTeX, loaded once for all reviews of the page. */
function katexOf(link) {
  katexLoading ??= loadKatex(link).catch((error) => {
    katexLoading = null;
    throw error;
  });
  return katexLoading;
}

async function loadKatex(link) {
  const { buffers } = await link.ask({ do: "mathematics" });
  const stream = new Blob([buffers[0]]).stream().pipeThrough(new DecompressionStream("gzip"));
  const script = await new Response(stream).text();
  const parts = ["const exports = {}, module = {exports};\n", script, "\nexport default module.exports;"];
  const url = URL.createObjectURL(new Blob(parts, { type: "text/javascript" }));
  try {
    return (await import(/* webpackIgnore: true */ url)).default;
  } finally {
    URL.revokeObjectURL(url);
  }
}

/** Return the text as nodes, its formulas set; what can't be set stays the text it is. */
function setFormulas(text, katex) {
  const nodes = [];
  let done = 0;
  for (const match of text.matchAll(FORMULA)) {
    const display = match[1] !== undefined || match[2] !== undefined;
    const source = match.slice(1).find((part) => part !== undefined);
    const box = h("span", { class: "rv-formula" });
    try {
      katex.render(source, box, { ...SAFE, displayMode: display });
    } catch {
      box.textContent = match[0];
      box.classList.add("rv-unset");
    }
    nodes.push(document.createTextNode(text.slice(done, match.index)), box);
    done = match.index + match[0].length;
  }
  nodes.push(document.createTextNode(text.slice(done)));
  return nodes;
}

/** Put text into a node, and set its formulas once KaTeX is here. */
function say(node, text, link) {
  node.replaceChildren(text);
  if (!hasFormula(text)) return node;
  katexOf(link).then(
    (katex) => node.textContent === text && node.replaceChildren(...setFormulas(text, katex)),
    () => undefined, // without KaTeX the formula stays readable as it was typed
  );
  return node;
}
