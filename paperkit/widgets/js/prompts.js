// Asking a person for a line of text: Enter acts, Escape lets it be.

import { button, h, unique } from "./dom.js";
import { onEnter } from "./keys.js";

/**
 * Return a line to write and its buttons.
 * @param {object} asked
 * @param {string} asked.label
 * @param {string} asked.action what the button says
 * @param {(text: string, input: HTMLInputElement) => void} asked.done
 * @param {() => void} asked.cancel
 * @param {string} [asked.value]
 * @param {string} [asked.hint]
 * @param {string} [asked.look] the class of the line
 * @param {string[] | Promise<string[]>} [asked.options] what may be meant
 */
export function promptLine({ label, action, done, cancel, value = "", hint, look = "pk-input", options }) {
  const list = h("datalist", { id: unique() });
  Promise.resolve(options ?? []).then((all) => list.append(...all.map((option) => h("option", { value: option }))));
  const input = h("input", { type: "text", class: look, value, "aria-label": label, placeholder: hint, list: options && list.id });
  const finish = () => done(input.value, input);
  onEnter(input, finish, cancel);
  return { input, nodes: [input, list, button(action, finish), button("Cancel", cancel)] };
}
