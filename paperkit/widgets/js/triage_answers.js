// Filters by what papers answer: for each column of answers its short values, and words to look for.

import { h, number } from "./dom.js";

/** @typedef {import("./triage.js").Triage} Triage */

export class AnswerFilters {
  /** @param {Triage} table */
  constructor(table) {
    this.table = table;
    /** @type {{key: string, values: [string, number][]}[]} */
    this.given = [];
    this.node = h("div", { class: "pk-answers" });
    this.drawn = "";
  }

  /** @param {string} key */
  heading(key) {
    return this.table.questions.find((question) => question.key === key)?.heading ?? key;
  }

  draw() {
    const { given, table: { answered } } = this;
    const drawn = JSON.stringify([given, answered]);
    if (drawn === this.drawn) return;
    this.drawn = drawn;
    const here = /** @type {HTMLElement | null} */ (document.activeElement);
    const name = this.node.contains(here) ? here?.getAttribute("aria-label") : undefined;
    this.node.replaceChildren(...given.map((each) => this.box(each)));
    if (name) this.node.querySelectorAll("input").forEach((input) => { if (input.getAttribute("aria-label") === name) input.focus(); });
  }

  /** @param {{key: string, values: [string, number][]}} given */
  box({ key, values }) {
    const name = this.heading(key);
    const now = this.table.answered[key] ?? "";
    const words = h("input", { type: "search", class: "pk-input", value: now, placeholder: "Words of the answer",
      "aria-label": `Words of the answer: ${name}`, onchange: () => this.want(key, words.value) });
    const rows = values.map(([value, count]) => {
      const box = h("input", { type: "checkbox", checked: value === now.toLowerCase(), "aria-label": `${name}: ${value}`,
        onchange: () => this.want(key, box.checked ? value : "") });
      return h("li", {}, h("label", {}, box, h("span", { class: "pk-name" }, value), h("span", { class: "pk-number" }, number(count))));
    });
    return h("details", { class: "pk-facet", open: true }, h("summary", {}, name), h("ul", { class: "pk-values" }, rows), words);
  }

  /** @param {string} key @param {string} words */
  want(key, words) {
    this.table.try("answers", { answers: { ...this.table.answered, [key]: words.trim() } });
  }

  /** What narrows the list, each to be taken off with one click. @returns {[string, () => void][]} */
  get chips() {
    return Object.entries(this.table.answered).map(([key, words]) => [`${this.heading(key).replace(/[?？:：]?$/, ":")} ${words}`, () => this.want(key, "")]);
  }

  clear() {
    if (Object.keys(this.table.answered).length) this.table.try("answers", { answers: {} });
  }
}
