// Filters by what papers answer: for each column of answers its short values, and words to look for.

import { h, number } from "./dom.js";

/** @typedef {import("./triage.js").Triage} Triage */

const ANSWER = "answer:";

export class AnswerFilters {
  /** @param {Triage} table */
  constructor(table) {
    this.table = table;
    this.node = h("div", { class: "pk-answers" });
    this.drawn = "";
  }

  /** The words wanted, by question; "=" before them means just these. @returns {Record<string, string>} */
  get wanted() {
    return this.table.query.answers ?? {};
  }

  /** @param {string} key */
  heading(key) {
    return this.table.questions.find((question) => question.key === key)?.heading ?? key;
  }

  /** @param {Record<string, [string, number][]>} counts */
  draw(counts) {
    const given = Object.entries(counts).filter(([name]) => name.startsWith(ANSWER));
    const drawn = JSON.stringify([given, this.wanted]);
    if (drawn === this.drawn) return;
    this.drawn = drawn;
    const here = /** @type {HTMLElement | null} */ (document.activeElement);
    const name = this.node.contains(here) ? here?.getAttribute("aria-label") : undefined;
    this.node.replaceChildren(...given.map(([facet, values]) => this.box(facet.slice(ANSWER.length), values)));
    if (name) this.node.querySelectorAll("input").forEach((input) => { if (input.getAttribute("aria-label") === name) input.focus(); });
  }

  /** @param {string} key @param {[string, number][]} values */
  box(key, values) {
    const name = this.heading(key);
    const now = this.wanted[key] ?? "";
    const words = h("input", { type: "search", class: "pk-input", value: now.startsWith("=") ? "" : now, placeholder: "Words in the answer",
      "aria-label": `Words in the answer: ${name}`, onchange: () => this.want(key, words.value) });
    const rows = values.map(([value, count]) => {
      const box = h("input", { type: "checkbox", checked: `=${value}` === now.toLowerCase(), "aria-label": `${name}: ${value}`,
        onchange: () => this.want(key, box.checked ? `=${value}` : "") });
      return h("li", {}, h("label", {}, box, h("span", { class: "pk-name" }, value), h("span", { class: "pk-number" }, number(count))));
    });
    return h("details", { class: "pk-facet", open: true }, h("summary", {}, name), h("ul", { class: "pk-values" }, rows), words);
  }

  /** @param {string} key @param {string} words */
  want(key, words) {
    const { outline, query } = this.table;
    const own = Object.keys(this.wanted).length ? query.outline : outline;
    this.table.wanted({ outline: own, answers: { ...this.wanted, [key]: words.trim() } });
  }

  /** What narrows the list, each to be taken off with one click. @returns {[string, () => void][]} */
  get chips() {
    return Object.entries(this.wanted).map(([key, words]) => [`${this.heading(key).replace(/[?？:：]?$/, ":")} ${words.replace(/^=/, "")}`, () => this.want(key, "")]);
  }
}
