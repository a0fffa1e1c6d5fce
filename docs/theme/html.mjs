/** MyST's tree as HTML: one function a kind of node; a kind that no page of ours has is an error. */

const TAGS = {
  paragraph: "p",
  strong: "strong",
  emphasis: "em",
  list: "ul",
  listItem: "li",
  blockquote: "blockquote",
  table: "table",
  tableRow: "tr",
  definitionList: "dl",
  definitionTerm: "dt",
  definitionDescription: "dd",
  superscript: "sup",
  subscript: "sub",
  admonition: "aside",
  figure: "figure",
  container: "figure",
  caption: "figcaption",
  details: "details",
  summary: "summary",
  span: "span",
  delete: "del",
};
const INLINE = ["strong", "em", "sup", "sub", "span", "del"];
/** Nodes that add nothing of their own. */
const PLAIN = ["root", "block", "outputs"];

/** Return a text that is inert in HTML and in attributes. */
export function escaped(text) {
  const marks = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" };
  return String(text).replace(/[&<>"]/g, (mark) => marks[mark]);
}

/** Return a node of the tree as HTML; `root` leads from the page to the site's root. */
export function element(node, root) {
  const inner = () => (node.children ?? []).map((child) => element(child, root)).join("");
  const own = KINDS[node.type];
  if (own) return own(node, inner, root);
  if (PLAIN.includes(node.type)) return inner();
  const tag = node.ordered ? "ol" : TAGS[node.type];
  if (!tag) throw new Error(`${node.type}: the theme has no such kind; add it to html.mjs`);
  return `<${tag}>${inner()}</${tag}>${INLINE.includes(tag) ? "" : "\n"}`;
}

const KINDS = {
  text: (node) => escaped(node.value),
  inlineCode: (node) => `<code>${escaped(node.value)}</code>`,
  break: () => "<br>",
  thematicBreak: () => "<hr>",
  comment: () => "",
  inlineMath: formula,
  math: formula,
  code: (node) => `<pre><code>${colored(node)}</code></pre>\n`,
  heading: heading,
  admonitionTitle: (_, inner) => `<p class="title">${inner()}</p>`,
  tableCell: cell,
  link: (node, inner, root) => `<a href="${address(node, root)}">${inner()}</a>`,
  crossReference: (node, inner, root) => `<a href="${address(node, root)}">${inner()}</a>`,
  image: (node, _, root) => `<img src="${asset(node.url, root)}" alt="${escaped(node.alt ?? "")}">`,
  output: (node, _, root) => output(node.jupyter_data, root),
};

function heading(node, inner) {
  const id = escaped(node.html_id ?? node.identifier ?? "");
  const anchor = `<a class="anchor" href="#${id}" aria-label="Link to this section">#</a>`;
  return `<h${node.depth} id="${id}">${inner()}${anchor}</h${node.depth}>\n`;
}

/** Browsers set MathML themselves; KaTeX's other half would want its fonts. */
function formula(node) {
  return /<math[^]*?<\/math>/.exec(node.html ?? "")?.[0] ?? `<code>${escaped(node.value)}</code>`;
}

function cell(node, inner) {
  const tag = node.header ? "th" : "td";
  const align = node.align ? ` style="text-align:${node.align}"` : "";
  return `<${tag}${align}>${inner()}</${tag}>`;
}

/** Return where a link leads: to another page of the site, a file of it, or outside. */
function address(node, root) {
  const section = node.html_id ? `#${escaped(node.html_id)}` : "";
  const url = node.url ?? "";
  if (node.static) return asset(url, root);
  if (node.internal || node.remote) {
    const slug = url.replace(/^\//, "");
    return `${root}${slug ? `${escaped(slug)}/` : ""}index.html${section}`;
  }
  return escaped(url) + section;
}

/** Return a file's address; MyST copies pictures and files into `build`. */
function asset(url, root) {
  return /^[a-z]+:/i.test(url) ? escaped(url) : `${root}build${escaped(url)}`;
}

const RICH = ["image/svg+xml", "image/png", "image/jpeg", "text/html", "text/plain"];

/** Return what a cell showed: its richest form that needs no kernel. */
function output(data, root) {
  if (data.output_type === "stream") return data.name === "stderr" ? "" : printed(data.text);
  const kinds = data.data ?? {};
  if ("application/vnd.jupyter.widget-view+json" in kinds) return ""; // the saved table stands before
  const kind = RICH.find((name) => name in kinds);
  if (!kind) return "";
  const { content, path } = kinds[kind];
  const alt = escaped(kinds["text/plain"]?.content ?? "output");
  if (kind.startsWith("image/")) {
    const source = path ? asset(path, root) : inlined(kind, content);
    return `<div class="output"><img src="${source}" alt="${alt}"></div>\n`;
  }
  return kind === "text/html" ? `<div class="output">${content}</div>\n` : printed(content);
}

function inlined(kind, content) {
  const base64 = kind === "image/svg+xml" ? Buffer.from(content).toString("base64") : content;
  return `data:${kind};base64,${base64.replace(/\s/g, "")}`;
}

function printed(text) {
  return `<pre class="output">${escaped(text)}</pre>\n`;
}

const PYTHON =
  /("""[^]*?"""|"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*')|(#.*)|\b(from|import|for|in|with|as|if|else|not|and|or|None|True|False|return|def|class|lambda)\b|\b(\d[\d_.]*)\b/g;
const CLASSES = ["string", "comment", "keyword", "number"];

/** Return a block's code with the parts of Python marked. */
function colored({ lang, value }) {
  if (!["python", "ipython3"].includes(lang)) return escaped(value);
  let end = 0;
  let html = "";
  for (const match of value.matchAll(PYTHON)) {
    const kind = CLASSES[match.slice(1).findIndex((part) => part !== undefined)];
    html += `${escaped(value.slice(end, match.index))}<span class="${kind}">${escaped(match[0])}</span>`;
    end = match.index + match[0].length;
  }
  return html + escaped(value.slice(end));
}
