// Keys: what a person's key means, whatever the layout and the input method.

/** @typedef {{run: (event: KeyboardEvent) => void, once?: boolean}} Binding `once`: a held key acts once */
/** @typedef {Record<string, Binding>} Bindings */

const TYPING = "input, textarea, select, [contenteditable]";
const PRESSING = "button, a, summary, [role=separator]";
const SUPPRESS = "data-lm-suppress-shortcuts";
/** @type {Record<string, [string, string]>} */
const SLASH = { Slash: ["/", "?"] };

/** @param {KeyboardEvent} event */
export const isComposing = (event) => event.isComposing || event.keyCode === 229 || event.key === "Process";
/** @param {KeyboardEvent} event */
export const isCombination = (event) => event.ctrlKey || event.metaKey || event.altKey;
/** @param {EventTarget | null} node */
export const isTyping = (node) => Boolean(/** @type {Element | null} */ (node)?.closest?.(TYPING));

/**
 * Return the key an event means, empty for none: a letter by its place on the keyboard where the
 * layout has other letters, in capitals with Shift alone (Caps Lock means nothing).
 * @param {KeyboardEvent} event
 */
export function keyOf(event) {
  if (isComposing(event) || event.key === "Dead") return "";
  if (/^[a-z]$/i.test(event.key)) return event.shiftKey ? event.key.toUpperCase() : event.key.toLowerCase();
  if (event.key.length !== 1 || event.key.charCodeAt(0) < 128) return event.key;
  const letter = /^Key([A-Z])$/.exec(event.code)?.[1];
  if (letter) return event.shiftKey ? letter : letter.toLowerCase();
  return SLASH[event.code]?.[event.shiftKey ? 1 : 0] ?? event.key;
}

/** Do what a plain key means outside of texts; return whether it meant anything. @param {Bindings} bindings @param {KeyboardEvent} event */
export function act(bindings, event) {
  if (isCombination(event) || isTyping(event.target)) return false;
  const key = keyOf(event);
  const pressing = /** @type {Element | null} */ (event.target)?.closest?.(PRESSING);
  if (pressing && ["Enter", " "].includes(key)) return false;
  const binding = bindings[key] ?? (key.length === 1 ? bindings[key.toLowerCase()] : undefined);
  if (!binding) return false;
  event.preventDefault();
  event.stopPropagation();
  if (!(binding.once && event.repeat)) binding.run(event);
  return true;
}

/**
 * Keep keys typed in a widget from the notebook's shortcuts; return what ends it.
 *
 * JupyterLab and Notebook 7 look at the element with the focus, some before a key reaches it.
 * Combinations are left to them, but in texts (undo and redo there are the browser's own) and
 * where the widget has some of its own (`all`).
 * @param {HTMLElement} root @param {{all?: boolean}} [how]
 */
export function guard(root, { all = false } = {}) {
  const keep = (/** @type {KeyboardEvent} */ event) => {
    const target = /** @type {Element} */ (event.target);
    if (root.contains(target)) target.toggleAttribute(SUPPRESS, all || isTyping(target) || !isCombination(event));
  };
  window.addEventListener("keydown", keep, true);
  return () => window.removeEventListener("keydown", keep, true);
}

/** Put the focus somewhere without a jump of the page. @param {HTMLElement | null | undefined} node */
export function focus(node) {
  node?.focus({ preventScroll: true });
}

/** Do on Enter and on Escape in a line of text; nothing while an input method composes. @param {HTMLInputElement} input @param {() => void} done @param {() => void} leave */
export function onEnter(input, done, leave) {
  input.addEventListener("keydown", (event) => {
    const run = { Enter: done, Escape: leave }[keyOf(event)];
    if (!run) return;
    event.preventDefault();
    event.stopPropagation();
    run();
  });
}

/** Replace words of a text so that the browser's own undo takes it back. @param {HTMLTextAreaElement} area @param {string} text @param {number} start @param {number} end */
export function replaceText(area, text, start, end) {
  area.setSelectionRange(start, end);
  // The one way into a field's undo history; deprecated without a successor, kept by all browsers.
  const done = document.activeElement === area && document.execCommand("insertText", false, text);
  if (!done) area.setRangeText(text, start, end, "end");
}
