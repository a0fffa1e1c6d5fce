// The side pane: the passage a statement rests on, in the abstract or on its page; or the preview.

import { button, h } from "./dom.js";
import { Finder } from "./review_finder.js";
import { placeOf } from "./review_findings.js";
import { Pictures } from "./review_picture.js";
import { Preview } from "./review_preview.js";
import { marked } from "./words.js";

/** @typedef {import("./review_field.js").Field} Field */
/** @typedef {import("./review_findings.js").Passage} Passage */
/** @typedef {import("./review_findings.js").Ref} Ref */

const heading = (/** @type {string} */ text) => h("p", { class: "rv-note" }, h("b", {}, text));

export class Source {
  /** @param {import("./review.js").Review} review */
  constructor(review) {
    this.review = review;
    this.preview = new Preview(review);
    this.pictures = new Pictures(review, () => this.node);
    /** @type {{field: Field, ref: Ref} | null} */
    this.pictured = null;
    /** @type {Field | undefined} */
    this.shown = undefined;
    this.chosen = "source";
    this.body = h("div", { class: "rv-source-body" });
    /** @type {Record<string, HTMLElement>} */
    this.tabs = {
      source: button("Source", () => this.choose("source"), { "aria-pressed": "true" }),
      preview: button(["Preview", h("kbd", {}, "v")], () => this.choose("preview"), { "aria-pressed": "false" }),
    };
    const bar = h("div", { class: "rv-bar", role: "group", "aria-label": "Side pane" }, Object.values(this.tabs));
    this.node = h("aside", { class: "rv-source", "aria-label": review.named("Source and preview"), tabindex: 0 },
      bar, this.body, this.preview.node);
    this.choose("source");
  }

  /** @param {string} name */
  choose(name) {
    this.chosen = name;
    for (const [tab, node] of Object.entries(this.tabs)) node.setAttribute("aria-pressed", String(tab === name));
    this.body.hidden = name !== "source";
    this.preview.node.hidden = name !== "preview";
    this.refresh();
  }

  toggle() {
    this.choose(this.chosen === "source" ? "preview" : "source");
  }

  /** What is saved has changed: a preview in sight follows. */
  refresh() {
    clearTimeout(this.timer);
    if (this.chosen === "preview") this.timer = setTimeout(() => this.preview.draw(), 100);
  }

  /** Show what a statement rests on: on its page, where there is one. @param {Field} field @param {Ref} [ref] @param {boolean} [picture] */
  show(field, ref, picture = false) {
    if (picture) this.choose("source");
    else if (this.shows(field)) return;
    const { review } = this;
    this.shown?.node.classList.remove("rv-shown");
    this.shown = field;
    field.node.classList.add("rv-shown");
    this.pictured = picture && ref !== undefined ? { field, ref } : null;
    const passage = review.passage(ref ?? field.evidence[0]);
    if (!passage || passage.page === null) {
      const passages = field.evidence.map((each) => review.passage(each)).filter((p) => p?.page === null);
      this.body.replaceChildren(heading(this.titled), this.abstract(passage ? passages.map((p) => p?.quote ?? "") : []));
      return;
    }
    this.pictured = { field, ref: passage };
    const page = passage.page ? [this.pictures.view(passage, false)] : []; // 0: known from HTML alone
    this.body.replaceChildren(heading(placeOf(passage)), h("blockquote", {}, passage.quote), ...page);
  }

  /** Show what the first statement in sight rests on, unless the active one is in sight. */
  follow() {
    const { form, active, answers } = this.review;
    if (this.chosen !== "source" || this.body.querySelector(".rv-finder")) return;
    const { top, bottom } = form.getBoundingClientRect();
    const isSeen = (/** @type {Field} */ { node }) => {
      const box = node.getBoundingClientRect();
      return box.height > 0 && box.top >= top - 4 && box.top < bottom - 20;
    };
    if (active?.node.isConnected && isSeen(active)) return;
    const field = [...answers.values()].flatMap(({ fields }) => fields).find((each) => each.evidence.length > 0 && isSeen(each));
    if (field && field !== this.shown) this.show(field);
  }

  /** Tell whether the page in sight is of a passage that this statement still rests on. @param {Field} field */
  shows(field) {
    const passage = this.pictured && this.review.passage(this.pictured.ref);
    const open = this.body.querySelector(".rv-page") && this.chosen === "source";
    return Boolean(open && this.pictured?.field === field && passage && field.cites(passage) >= 0);
  }

  /** Look for passages that a statement can rest on. @param {Field} field */
  seek(field) {
    if (!field.clean) return this.review.tell("Write the statement first, then find its evidence.");
    this.choose("source");
    const finder = new Finder(this.review, field);
    this.body.replaceChildren(heading(`Evidence for: ${field.clean}`), finder.node);
    finder.begin();
  }

  /** The abstract is that of the version written about; where arXiv has another, say so. */
  get titled() {
    const { written, version } = this.review.paper;
    return written && written !== version ? `Abstract of v${written}` : "Abstract";
  }

  clear() {
    this.pictures.clear();
    this.pictured = null;
    this.shown = undefined;
    this.body.replaceChildren(heading(this.titled), this.abstract([]));
    this.refresh();
  }

  /** @param {string[]} quotes */
  abstract(quotes) {
    const text = this.review.paper.abstract ?? "";
    const found = quotes.filter((q) => text.includes(q)).map((words) => ({ words, severity: "quote" }));
    const lost = quotes.filter((q) => !text.includes(q))
      .map((q) => h("blockquote", { class: "rv-lost" }, h("b", {}, "Not in this abstract: "), q));
    return h("div", {}, h("p", { class: "rv-abstract" }, marked(text, found)), lost);
  }
}
