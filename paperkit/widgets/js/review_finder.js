// The finder: the sentences of the paper's source, by words; those chosen become evidence.

import { button, h, unique } from "./dom.js";
import { isComposing } from "./keys.js";
import { placeOf } from "./review_findings.js";
import { marked } from "./words.js";

/** @typedef {import("./review_findings.js").Passage} Passage */

const LOOKING = 200; // ms of rest after which is looked for the words typed

/** Return the words typed that stand in a text, as findings to mark. @param {string} text @param {string} words */
function hits(text, words) {
  return words.toLowerCase().split(/\s+/).filter(Boolean).flatMap((piece) => {
    const at = text.toLowerCase().indexOf(piece);
    return at < 0 ? [] : [{ words: text.slice(at, at + piece.length), severity: "quote" }];
  });
}

export class Finder {
  /** @param {import("./review.js").Review} review @param {import("./review_field.js").Field} field */
  constructor(review, field) {
    this.review = review;
    this.field = field;
    /** @type {Passage[]} */
    this.found = [];
    /** @type {HTMLElement[]} */
    this.items = [];
    this.active = -1;
    this.asked = 0;
    this.list = h("ul", { class: "rv-found", id: unique(), role: "listbox", "aria-label": "Sentences of the paper",
      "aria-multiselectable": "true", hidden: true });
    this.input = h("input", { class: "rv-input", role: "combobox", "aria-label": "Find evidence", "aria-expanded": "false",
      "aria-controls": this.list.id, "aria-autocomplete": "list", placeholder: "Search the paper" });
    this.note = h("p", { class: "rv-note", role: "status" });
    this.input.addEventListener("input", (event) => /** @type {InputEvent} */ (event).isComposing || this.soon());
    this.input.addEventListener("compositionend", () => this.soon());
    this.input.addEventListener("keydown", (event) => this.key(event));
    const bar = h("p", { class: "rv-bar" }, this.input, button("Done (Esc)", () => this.close()));
    this.node = h("div", { class: "rv-finder" }, bar, this.note, this.list);
  }

  begin() {
    this.input.focus();
    this.look();
  }

  soon() {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.look(), LOOKING);
  }

  async look() {
    const asked = ++this.asked;
    const words = this.input.value.trim();
    const reply = await this.review.act("find", { words, like: this.field.clean });
    if (!reply || asked !== this.asked) return;
    this.found = reply.found;
    this.active = this.found.length ? 0 : -1;
    this.note.textContent = reply.of
      ? `${reply.of} sentence${reply.of === 1 ? "" : "s"}. Press Enter or click to attach it, again to remove it.`
      : `No sentence ${words ? "has these words" : "shares words with the statement"}. The paper from the start:`;
    this.draw(words);
    this.list.scrollTop = 0;
  }

  /** @param {string} words */
  draw(words) {
    this.items = this.found.map((passage, place) => h("li", { role: "option", id: `${this.list.id}-${place}`, class: "rv-option",
      onmousedown: (/** @type {MouseEvent} */ event) => event.preventDefault(), // the words keep the focus
      onclick: () => this.choose(place) },
    h("b", {}, placeOf(passage)), " ", marked(passage.quote, hits(passage.quote, words))));
    this.list.replaceChildren(...this.items);
    this.list.hidden = !this.items.length;
    this.input.setAttribute("aria-expanded", String(this.items.length > 0));
    this.point();
  }

  /** Show which sentence the keys act on, and which are attached. */
  point() {
    this.items.forEach((item, place) => {
      item.classList.toggle("rv-active", place === this.active);
      item.setAttribute("aria-selected", String(this.field.cites(this.found[place]) >= 0));
    });
    const item = this.items[this.active];
    if (item) this.input.setAttribute("aria-activedescendant", item.id);
    else this.input.removeAttribute("aria-activedescendant");
    item?.scrollIntoView({ block: "nearest" });
  }

  /** @param {number} place */
  choose(place) {
    if (!this.found[place]) return;
    this.active = place;
    if (this.field.node.isConnected) this.field.rest(this.found[place]);
    this.point();
  }

  /** @param {KeyboardEvent} event */
  key(event) {
    if (isComposing(event)) return;
    const step = { ArrowUp: -1, ArrowDown: 1 }[event.key];
    if (step) {
      this.active = Math.max(0, Math.min(this.found.length - 1, this.active + step));
      this.point();
    } else if (event.key === "Enter") this.choose(this.active);
    else if (event.key === "Escape") this.close();
    else return;
    event.preventDefault();
    event.stopPropagation();
  }

  close() {
    if (this.field.node.isConnected) this.field.area.focus();
    else this.review.leave();
  }
}
