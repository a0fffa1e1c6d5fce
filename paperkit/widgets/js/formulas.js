// Text with formulas: readable at once; formulas are set when KaTeX, which the kernel sends once, is here.

import { loadScript } from "./scripts.js";

/** @typedef {{render: (source: string, box: HTMLElement, options: object) => void}} Katex */

// $…$ as pandoc has it: no space inside the dollars, no digit after; also $$…$$, \(…\), \[…\].
const FORMULA = /\$\$([^$]+)\$\$|\\\[(.+?)\\\]|\\\((.+?)\\\)|\$(?!\s)((?:[^$\\]|\\.)+?)(?<!\s)\$(?!\d)/g;
const SAFE = { output: "mathml", throwOnError: true, strict: "ignore", trust: false, maxExpand: 200, maxSize: 20 };
/** @param {string} script */
const asModule = (script) => `const exports = {}, module = {exports};\n${script}\nexport default module.exports;`;

/** @type {Katex | null} */
let katex = null;
const MOST_SET = 3000; // formulas kept set
/** @type {Map<string, HTMLElement>} */
const known = new Map();

/** Tell whether KaTeX is here. */
export const hasKatex = () => katex !== null;

/** @param {string} text */
export function hasFormula(text) {
  return text.search(FORMULA) >= 0; // test() would leave its place in FORMULA to the next one
}

/** Resolve once KaTeX is here. @param {import("./link.js").Link} link */
export async function loadKatex(link) {
  katex = await loadScript(link, "math", asModule);
}

/** Return a formula set as MathML; what can't be set stays the text it is. @param {RegExpMatchArray} match */
function formula(match) {
  const [text] = match;
  if (known.size > MOST_SET) known.clear();
  if (!known.has(text)) known.set(text, made(match));
  return /** @type {Node} */ (known.get(text)?.cloneNode(true));
}

/** @param {RegExpMatchArray} match */
function made(match) {
  const displayMode = match[1] !== undefined || match[2] !== undefined;
  const source = match.slice(1).find((part) => part !== undefined) ?? "";
  const box = document.createElement("span");
  box.className = "pk-formula";
  try {
    katex?.render(source, box, { ...SAFE, displayMode });
  } catch {
    box.className = "pk-formula pk-unset";
    [box.textContent] = match;
  }
  return box;
}

/** Return a text as nodes: formulas set if KaTeX is here, the rest as `words` gives it. @param {string} text @param {(text: string) => (string | Node)[]} [words] */
export function formulas(text, words = (rest) => [rest]) {
  /** @type {(string | Node)[]} */
  const nodes = [];
  let at = 0;
  for (const match of text.matchAll(FORMULA)) {
    nodes.push(...words(text.slice(at, match.index)), katex ? formula(match) : match[0]);
    at = match.index + match[0].length;
  }
  return [...nodes, ...words(text.slice(at))];
}

/**
 * Put text into a node, and set its formulas once KaTeX is here.
 * @template {HTMLElement} T @param {T} node @param {string} text @param {import("./link.js").Link} link @returns {T}
 */
export function say(node, text, link) {
  node.replaceChildren(...formulas(text));
  if (katex || !hasFormula(text)) return node;
  loadKatex(link).then(
    () => node.textContent === text && node.replaceChildren(...formulas(text)),
    () => undefined, // without KaTeX the formula stays readable as it was typed
  );
  return node;
}
