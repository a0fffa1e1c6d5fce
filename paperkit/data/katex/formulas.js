// Formulas in text, for every widget: where they stand, and KaTeX, which the kernel sends once.

// $…$ as pandoc has it: no space inside the dollars, no digit after; also $$…$$, \(…\), \[…\].
const FORMULA = /\$\$([^$]+)\$\$|\\\[(.+?)\\\]|\\\((.+?)\\\)|\$(?!\s)((?:[^$\\]|\\.)+?)(?<!\s)\$(?!\d)/g;
const SAFE = { output: "mathml", throwOnError: true, strict: "ignore", trust: false, maxExpand: 200, maxSize: 20 };
const LOADING = Symbol.for("paperkit.katex");

function hasFormula(text) {
  return text.search(FORMULA) >= 0; // test() would leave its place in FORMULA to the next one
}

/** Resolve with KaTeX, loaded once for all widgets of the page; `fetched` gives it gzipped. */
function katexOf(fetched) {
  globalThis[LOADING] ??= loadKatex(fetched).catch((error) => {
    globalThis[LOADING] = null;
    throw error;
  });
  return globalThis[LOADING];
}

async function loadKatex(fetched) {
  const stream = new Blob([await fetched()]).stream().pipeThrough(new DecompressionStream("gzip"));
  const script = await new Response(stream).text();
  const parts = ["const exports = {}, module = {exports};\n", script, "\nexport default module.exports;"];
  const url = URL.createObjectURL(new Blob(parts, { type: "text/javascript" }));
  try {
    return (await import(/* webpackIgnore: true */ url)).default;
  } finally {
    URL.revokeObjectURL(url);
  }
}

/** Return a formula (a match of FORMULA) set as MathML; what can't be set stays the text it is. */
function formulaNode(match, katex) {
  const displayMode = match[1] !== undefined || match[2] !== undefined;
  const source = match.slice(1).find((part) => part !== undefined);
  const box = document.createElement("span");
  box.className = "pk-formula";
  try {
    katex.render(source, box, { ...SAFE, displayMode });
  } catch {
    box.className = "pk-formula pk-unset";
    box.textContent = match[0];
  }
  return box;
}
