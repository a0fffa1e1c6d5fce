// Where the focus is, which menu is open, and whether the kernel is there: the same for every widget.

import { focus, isTyping } from "./keys.js";

const ALIVE = 2000; // ms between two looks at the kernel
const GONE = new Set(["dead", "restarting", "autorestarting", "terminating"]);
/** What a widget without its kernel says. */
export const GONE_TEXT = ["The kernel was restarted or shut down.", "Run this cell again to continue."];
const SEEN = 160; // px of a widget that have to be in the window before it takes the keys

/** @param {Element} root */
function inView(root) {
  const { top, bottom } = root.getBoundingClientRect();
  return Math.min(bottom, window.innerHeight) - Math.max(top, 0) >= Math.min(SEEN, bottom - top);
}

/**
 * Tell whether a person has just run the cell a widget stands in: she pressed something a moment
 * ago, that cell or the one below it is active, and she isn't writing anywhere.
 * @param {Element} root
 */
function ranByHand(root) {
  const cell = root.closest(".jp-Cell");
  const next = cell?.nextElementSibling;
  const active = [cell, next].some((each) => each?.classList.contains("jp-mod-active"));
  const here = document.activeElement;
  const idle = !isTyping(here) || (next?.contains(here) && !here?.textContent?.trim()); // a cell just added
  return Boolean(active && idle && /** @type {any} */ (navigator).userActivation?.isActive && inView(root));
}

/** Take the keys where the cell was run by hand and is in view, never otherwise. @param {Element} root @param {HTMLElement} node */
export function claimFocus(root, node) {
  if (ranByHand(root)) focus(node);
}

/** A click on a widget's bare ground gives it the keys, not the notebook. @param {HTMLElement} root @param {() => HTMLElement} node */
export function holdFocus(root, node) {
  root.tabIndex = -1;
  root.addEventListener("focus", () => focus(node()));
  root.addEventListener("focusout", (event) => {
    const left = /** @type {HTMLElement} */ (event.target);
    if (event.relatedTarget || !document.hasFocus()) return;
    queueMicrotask(() => {
      const lost = document.activeElement === document.body && (!left.isConnected || left.closest("[hidden]"));
      if (lost && root.isConnected) focus(node()); // what had the focus is not there any more
    });
  });
}

/** Close what is open by a click outside of it; return what ends that. @param {() => {open: boolean, nodes: Node[], close: () => void}[]} menus */
export function closeOutside(menus) {
  const press = (/** @type {PointerEvent} */ event) => {
    for (const { open, nodes, close } of menus()) {
      if (open && !nodes.some((node) => node.contains(/** @type {Node} */ (event.target)))) close();
    }
  };
  window.addEventListener("pointerdown", press, true);
  return () => window.removeEventListener("pointerdown", press, true);
}

/**
 * Tell when the kernel a widget belongs to is gone (restarted, shut down), and when it is back.
 * JupyterLab marks a widget it has cut off; its manager knows the kernel's status.
 * @param {any} model @param {HTMLElement} el @param {(gone: boolean) => void} told
 */
export function watchKernel(model, el, told) {
  let gone = false;
  let cut = false;
  const look = () => {
    const status = model.widget_manager?.kernel?.status;
    const now = cut || GONE.has(status) || Boolean(el.closest(".jupyter-widgets-disconnected"));
    cut ||= now; // a kernel that was started again knows nothing of this widget
    if (now === gone) return;
    gone = now;
    told(gone);
  };
  const follow = () => setTimeout(look, 0);
  model.on("comm_live_update comm:close", follow);
  // A restart may be over between two looks.
  const signal = model.widget_manager?.kernel?.statusChanged;
  const passing = (/** @type {unknown} */ _, /** @type {string} */ status) => {
    cut ||= GONE.has(status);
    if (cut) look();
  };
  signal?.connect(passing);
  const clock = setInterval(look, ALIVE);
  return () => {
    clearInterval(clock);
    signal?.disconnect(passing);
    model.off("comm_live_update comm:close", follow);
  };
}

/** Put a text into the clipboard; tell whether the browser let us. @param {string} text */
export async function copyText(text) {
  return navigator.clipboard ? navigator.clipboard.writeText(text).then(() => true, () => false) : false;
}
