// The reading pane: all that is known of the paper under the cursor.

import { byline, changes, h, link } from "./dom.js";
import { MARKS } from "./triage_words.js";
import { withWords } from "./words.js";

/** @typedef {import("./triage.js").Triage} Triage */

export class Pane {
  /** @param {Triage} table */
  constructor(table) {
    this.table = table;
    this.shownId = "";
    this.went = false;
    /** @type {any} */
    this.opened = null;
    this.node = h("div", { class: "pk-pane", role: "region", "aria-label": "Reading pane", tabindex: 0 });
  }

  /** Open the paper under the cursor when the hand rests. `went`: a person went there; else the list moved under the cursor, which is not remembered. */
  openSoon(went = true) {
    clearTimeout(this.opening);
    const row = this.table.here;
    this.went = went;
    this.only(row);
    if (!row) return; // `arrived` goes on
    this.opening = setTimeout(() => {
      if (this.shownId !== row.id) this.open(row.id);
      if (went) this.table.try("move", { id: row.id });
    }, went ? 60 : 200);
  }

  /** Rows have come, perhaps that under the cursor. */
  arrived() {
    const { here } = this.table;
    if (here && here.id !== this.shownId) this.openSoon(this.went);
  }

  /** Show this paper, not one that was about to open. @param {string | undefined} id */
  openNow(id) {
    clearTimeout(this.opening);
    return this.open(id);
  }

  /** Show what was asked for last, whichever answer comes last. @param {string | undefined} id */
  async open(id) {
    if (!id || !this.table.state.value.pane) return;
    this.shownId = id;
    const answer = await this.table.try("detail", { id });
    if (!answer || this.shownId !== id) return;
    this.draw(answer, this.opened?.row.id === id);
    this.opened = answer;
  }

  /** What is shown is the active paper or nothing but its title. @param {import("./triage_rows.js").Row | undefined} row */
  only(row) {
    if (row && this.opened?.row.id === row.id) return;
    this.opened = null;
    if (this.shownId !== row?.id) this.shownId = "";
    this.node.replaceChildren(row ? this.table.say(h("h3"), row.title) : h("p", { class: "pk-facts" }, "Choose a paper to read it here."));
  }

  /** @param {number} by pages */
  scroll(by) {
    this.node.scrollBy({ top: by * this.node.clientHeight * 0.9 });
  }

  /** Open the paper's page or PDF apart from the notebook. @param {string} label */
  visit(label) {
    const found = this.opened?.links.find((/** @type {any} */ each) => each.label === label);
    const node = found && link(found.url, label);
    if (node instanceof HTMLAnchorElement) node.click();
    else this.table.tell("Show the reading pane first (Enter).");
  }

  redraw() {
    if (this.opened) this.draw(this.opened, true);
  }

  /** @param {any} paper @param {boolean} same */
  draw(paper, same) {
    const top = same ? this.node.scrollTop : 0;
    const folds = [...this.node.querySelectorAll("details")].map((d) => [d.dataset.name, d.open]);
    this.node.replaceChildren(...this.head(paper), ...this.text(paper), ...this.sections(paper));
    if (same) {
      const open = Object.fromEntries(folds);
      for (const box of this.node.querySelectorAll("details")) box.open = Boolean(open[box.dataset.name ?? ""]);
    }
    this.node.scrollTop = top;
  }

  /** @param {string} text */
  set(text) {
    return this.table.say(h("span"), text, null);
  }

  /** @param {any} paper */
  head({ row, authors, links }) {
    const facts = [`${row.id}v${row.version}`, row.published, row.updated !== row.published && `updated ${row.updated}`, (row.categories ?? []).join(" "),
      row.decision && `${MARKS[row.decision]} ${row.decision}`, row.status, (row.tags ?? []).map((/** @type {string} */ tag) => `#${tag}`).join(" ")];
    const keys = /** @type {Record<string, string>} */ ({ arXiv: "o", PDF: "p" });
    return [
      this.table.say(h("h3"), row.title),
      h("p", { class: "pk-people", title: authors.join(", ") }, withWords(byline(authors), this.table.pattern)),
      h("p", { class: "pk-links" }, links.map((/** @type {any} */ l) =>
        h("span", { class: l.code ? "pk-chip pk-code" : "pk-chip" }, link(l.url, l.label), keys[l.label] && h("kbd", {}, keys[l.label])))),
      h("p", { class: "pk-facts" }, facts.filter(Boolean).join(" · ")),
    ];
  }

  /** @param {any} paper */
  text({ row, digest, abstract, comment, journal_ref: journal }) {
    return [
      row.note && line("Note", row.note),
      digest && h("blockquote", { class: "pk-short", title: `Summary by ${digest.by}` }, this.set(digest.text)),
      this.table.say(h("p", { class: "pk-abstract" }), abstract || "No abstract."),
      comment && line("Comment", this.set(comment)),
      journal && line("Journal", journal),
    ].filter(Boolean);
  }

  /** @param {any} paper */
  sections({ row, score, why, figures, versions, history }) {
    return [
      score !== null && section("why", "Why this score", [h("p", {}, this.set(why || "Nothing to compare with yet."), ` (${score.toFixed(2)})`)]),
      figures.length && section("figures", `Figures (${figures.length})`, [this.gallery(row.id, figures)]),
      versions.length > 1 && section("changes", `Versions (${versions.length})`, versions.map(versionOf), true),
      history.length && section("history", `Decisions (${history.length})`,
        [h("ol", { class: "pk-history" }, history.map(entryOf))]),
    ].filter(Boolean);
  }

  /** Figures are fetched one by one when the section is opened or comes into view. @param {string} id @param {any[]} figures */
  gallery(id, figures) {
    const seen = new IntersectionObserver((entries) => {
      for (const { target, isIntersecting } of entries) {
        if (!isIntersecting) continue;
        seen.unobserve(target);
        this.load(id, /** @type {HTMLImageElement} */ (target));
      }
    }, { root: this.node });
    return h("div", { class: "pk-gallery" }, figures.map((figure) => {
      const caption = `${figure.label}: ${figure.caption}`;
      const image = h("img", { alt: caption.slice(0, 300), "data-index": figure.index });
      if (figure.width && figure.height) image.style.aspectRatio = `${figure.width} / ${figure.height}`;
      seen.observe(image);
      return h("figure", {}, image, this.table.say(h("figcaption"), caption, null));
    }));
  }

  /** @param {string} id @param {HTMLImageElement} image */
  async load(id, image) {
    const answer = await this.table.try("figure", { id, index: Number(image.dataset.index) });
    if (!answer) return;
    const url = URL.createObjectURL(new Blob([answer.buffers[0]], { type: answer.type }));
    image.addEventListener("load", () => URL.revokeObjectURL(url));
    image.src = url;
  }

  close() {
    clearTimeout(this.opening);
  }
}

/** @param {string} label @param {...(string | Node)} content */
function line(label, ...content) {
  return h("div", { class: "pk-line" }, h("span", { class: "pk-caption" }, label), h("span", {}, ...content));
}

/** @param {string} name @param {string} label @param {Node[]} content @param {boolean} [open] */
function section(name, label, content, open = false) {
  return h("details", { class: "pk-section", open, "data-name": name }, h("summary", {}, label), content);
}

/** @param {any} version */
function versionOf({ version, updated, title, abstract }) {
  const same = title.length || abstract.length ? "" : " · title and abstract unchanged";
  return h("div", { class: "pk-version" }, h("div", { class: "pk-caption" }, `v${version} · ${updated}${same}`),
    title.length > 0 && changedText("Title", title), abstract.length > 0 && changedText("Abstract", abstract));
}

/** @param {string} label @param {[string, string][]} pieces */
function changedText(label, pieces) {
  return h("p", { class: "pk-diff" }, h("span", { class: "pk-caption" }, `${label} `), changes(pieces));
}

/** @param {any} entry */
function entryOf({ at, undo, decision, version, tags, note }) {
  return h("li", {}, `${at} · ${undo ? "undo, back to " : ""}${decision ?? "undecided"} (v${version})`,
    tags.length > 0 && ` #${tags.join(" #")}`, note && ` “${note}”`);
}
