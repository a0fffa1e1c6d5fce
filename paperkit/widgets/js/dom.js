// Elements made of text, never of markup: what comes from outside is a text node or an attribute.

/** @typedef {Node | string | number | false | null | undefined} Child */
/** @typedef {Record<string, any>} Props */

const NUMBERS = new Intl.NumberFormat("en"); // toLocaleString makes one each time
const FIELDS = new Set(["value", "checked", "disabled", "hidden", "open", "draggable", "spellcheck", "title"]);

/**
 * Make an element: `on…` are listeners, some names are fields, the others attributes.
 * @template {keyof HTMLElementTagNameMap} K
 * @param {K} tag
 * @param {Props} [props]
 * @param {...(Child | Child[])} children
 * @returns {HTMLElementTagNameMap[K]}
 */
export function h(tag, props = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(props)) set(node, name, value);
  for (const child of children.flat()) if (shown(child)) node.append(/** @type {string | Node} */ (child));
  return node;
}

/** @param {Child} child */
const shown = (child) => child !== null && child !== undefined && child !== false && child !== "";

/** @param {any} node @param {string} name @param {any} value */
function set(node, name, value) {
  if (value === null || value === undefined) return;
  if (name.startsWith("on")) node.addEventListener(name.slice(2), value);
  else if (name === "class") node.className = value;
  else if (name === "style") node.style.cssText = value;
  else if (FIELDS.has(name)) node[name] = value;
  else node.setAttribute(name, String(value));
}

/** @param {Child | Child[]} label @param {(event: MouseEvent) => void} act @param {Props} [props] */
export function button(label, act, props = {}) {
  return h("button", { type: "button", class: "pk-button", onclick: act, ...props }, label);
}

/** A small button that shows a sign and is called by its name. @param {string} sign @param {string} name @param {(event: MouseEvent) => void} act @param {Props} [props] */
export function tool(sign, name, act, props = {}) {
  return button(sign, act, { class: "rv-tool", "aria-label": name, title: name, ...props });
}

/** Let a node hold these children; nothing happens where it does. @param {Node & ParentNode} node @param {Node[]} children */
export function put(node, children) {
  const same = children.length === node.childNodes.length && children.every((c, i) => c === node.childNodes[i]);
  if (!same) node.replaceChildren(...children);
}

/** Let a node say this text; nothing happens where it does. @param {Node} node @param {string} text */
export function write(node, text) {
  if (node.textContent !== text) node.textContent = text;
}

/** Only http(s) becomes a link, and it opens apart from the notebook. @param {string} url @param {string} label */
export function link(url, label) {
  const safe = URL.canParse(url) ? new URL(url) : null;
  if (!safe || !["http:", "https:"].includes(safe.protocol)) return h("span", {}, label);
  return h("a", { href: safe.href, target: "_blank", rel: "noopener noreferrer" }, label);
}

/** Return a name that no other element of the page has. @param {string} [start] */
export function unique(start = "pk") {
  return `${start}-${Math.random().toString(36).slice(2, 10)}`;
}

/** @param {number} count */
export const number = (count) => NUMBERS.format(count);

/** @param {number} count */
export const papers = (count) => (count === 1 ? "1 paper" : `${number(count)} papers`);

/** Return authors in one line, a long list cut. @param {string[]} authors */
export function byline(authors) {
  const more = authors.length > 12 ? authors.length - 10 : 0;
  return more ? `${authors.slice(0, 10).join(", ")} … +${more}` : authors.join(", ");
}

/** Return a moment as a person says it: today's time, else day and time. @param {string} [iso] */
export function when(iso) {
  if (!iso) return "";
  const date = new Date(iso);
  const time = date.toLocaleTimeString([], { hour: "2-digit", minute: "2-digit" });
  const today = new Date().toDateString() === date.toDateString();
  return today ? time : `${date.toISOString().slice(0, 10)} ${time}`;
}

const CHANGES = /** @type {const} */ ({ "-": "del", gone: "del", "+": "ins", new: "ins" });

/** Return the pieces of a difference, what went and what came marked. @param {[string, string][]} pieces */
export function changes(pieces) {
  return pieces.map(([kind, text]) => {
    const tag = CHANGES[/** @type {keyof typeof CHANGES} */ (kind)];
    return tag ? h(tag, {}, text) : document.createTextNode(text);
  });
}
