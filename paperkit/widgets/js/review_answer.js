// One question's answer: its fields, and everything that happens to them until they are saved.

import { button, h, tool, unique, when } from "./dom.js";
import { replaceText } from "./keys.js";
import { Field } from "./review_field.js";
import { over, problem } from "./review_findings.js";
import { askAgain } from "./review_panels.js";
import { conflictView, draftView, historyView, newerView } from "./review_versions.js";
import { counted } from "./words.js";

/** @typedef {import("./review_findings.js").Finding} Finding */
/** @typedef {import("./review_findings.js").Statement} Statement */

const DEBOUNCE = 500; // ms of rest after which what was typed is saved

export class Answer {
  /** @param {import("./review.js").Review} review @param {any} state */
  constructor(review, state) {
    this.review = review;
    this.paper = review.id; // the review may show another one before this is saved
    this.rescue = review.rescue;
    this.state = state;
    this.mark = /** @type {string} */ (state.mark);
    /** @type {Field[]} */
    this.fields = [];
    this.dirty = false;
    this.stuck = false;
    this.showDraft = false;
    this.wanted = false;
    /** @type {Promise<void> | null} */
    this.saving = null;
    /** @type {string | null} */
    this.theirs = null; // when another's edit was saved that stands against this one
    /** @type {{row: Statement, place: number} | null} */
    this.gone = null;
    /** @type {HTMLElement | null} */
    this.past = null;
    this.list = h("ol", { class: `rv-fields rv-kind-${state.kind}` });
    this.count = h("span", { class: "rv-counter" });
    this.origin = h("span", { class: "rv-origin" });
    this.general = h("ul", { class: "rv-problems" });
    this.extra = h("div", { class: "rv-extra" });
    this.menu = h("span", { class: "rv-menu" });
    const heading = h("h4", { id: unique(), class: "rv-heading" }, state.heading);
    this.node = h("div", { class: "rv-answer", role: "group", "aria-labelledby": heading.id, "data-question": state.key },
      h("div", { class: "rv-answer-head" }, heading, this.count, this.origin, this.menu), this.general, this.extra, this.list);
    this.node.addEventListener("focusout", (event) => {
      if (!this.node.contains(/** @type {Node | null} */ (event.relatedTarget))) this.left();
    });
    this.setRows(state.rows);
    this.draw();
  }

  get many() {
    return this.state.kind !== "line";
  }

  /** Nothing is written, and no one is about to write. */
  get idle() {
    const said = this.rows.length || this.state.error || this.state.draft?.rows?.length || this.state.newer;
    return !said && !this.wanted && !this.dirty && !this.saving && !this.general.children.length;
  }

  /** Show an unanswered question, ready to be written. */
  unfold() {
    this.wanted = true;
    this.review.fold();
    this.fields[0].area.focus();
  }

  get rows() {
    return this.fields.map((f) => ({ text: f.clean, evidence: f.evidence })).filter((row) => row.text);
  }

  /** @param {Statement[]} rows */
  setRows(rows) {
    const wanted = rows.length ? rows : [{ text: "", evidence: [] }];
    while (this.fields.length > wanted.length) this.fields.pop()?.node.remove();
    for (const [place, row] of wanted.entries()) {
      if (this.fields[place]) this.fields[place].set(row);
      else this.insert(place, row);
    }
    this.number();
  }

  /** @param {number} place @param {Statement} row */
  insert(place, row) {
    const field = new Field(this, row);
    this.fields.splice(place, 0, field);
    this.list.insertBefore(field.node, this.list.children[place] ?? null);
    return field;
  }

  number() {
    for (const [place, field] of this.fields.entries()) field.number(place, this.fields.length);
    this.measure();
  }

  measure() {
    const { kind, unit, limit, items } = this.state;
    const { rows } = this;
    if (kind === "list") {
      this.count.textContent = `${rows.length} ${rows.length === 1 ? "item" : "items"}, ${items[0]} to ${items[1]} wanted`;
      this.count.classList.toggle("rv-over", rows.length > items[1]);
      return;
    }
    over(this.count, counted(rows.map((row) => row.text).join(" "), unit), limit, unit);
    this.count.textContent += ` ${unit}`;
  }

  // Changing the rows

  /** @param {Field} [after] */
  add(after) {
    if (!this.many) return;
    const field = this.insert(after ? this.fields.indexOf(after) + 1 : this.fields.length, { text: "", evidence: [] });
    this.number();
    field.area.focus();
  }

  /** @param {Field} field */
  remove(field) {
    this.dirty = true; // before the focus moves, which saves or takes over what the library has
    const place = this.fields.indexOf(field);
    const row = { text: field.clean, evidence: field.evidence };
    this.fields.splice(place, 1);
    field.node.remove();
    if (!this.fields.length) this.insert(0, { text: "", evidence: [] });
    this.number();
    this.fields[Math.max(0, place - 1)].area.focus();
    this.typed();
    this.gone = row.text ? { row, place } : null;
    this.draw();
  }

  /** Put back what was deleted last. @param {Statement} row @param {number} place */
  undelete(row, place) {
    const only = this.fields.length === 1 && !this.fields[0].clean;
    const field = only ? this.fields[0] : this.insert(Math.min(place, this.fields.length), row);
    if (only) field.set(row);
    this.number();
    this.typed();
    field.area.focus();
  }

  /** Give a list's items a field each, from this one on. @param {Field} field @param {string[]} items */
  spread(field, items) {
    const place = this.fields.indexOf(field);
    replaceText(field.area, items[0], 0, field.text.length);
    field.draw();
    for (const [n, text] of items.slice(1).entries()) this.insert(place + 1 + n, { text, evidence: [] });
    this.number();
    this.fields[place + items.length - 1].area.focus();
    this.typed();
  }

  /** @param {Field} field @param {number} step */
  move(field, step) {
    const from = this.fields.indexOf(field);
    const to = from + step;
    if (!this.many || to < 0 || to >= this.fields.length) return;
    this.dirty = true;
    this.fields.splice(from, 1);
    this.fields.splice(to, 0, field);
    this.list.insertBefore(field.node, this.list.children[step > 0 ? to + 1 : to] ?? null);
    this.number();
    field.area.focus();
    this.typed();
  }

  // Saving

  typed() {
    this.dirty = true;
    this.review.saving.edits += 1;
    if (this.gone) {
      this.gone = null;
      this.draw();
    }
    this.measure();
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.save(), DEBOUNCE);
    this.review.saving.draw();
  }

  left() {
    if (this.dirty) this.save();
    else if (!this.saving) this.settle();
  }

  /** Save what was typed; resolve when the library has it. Never during a composition. */
  async save() {
    clearTimeout(this.timer);
    if (this.saving) await this.saving;
    if (!this.dirty || this.theirs || this.fields.some((f) => f.composing)) return;
    this.dirty = false;
    this.stuck = false;
    this.saving = this.send(this.rows);
    await this.saving;
    this.saving = null;
    this.review.saving.draw();
    if (!this.dirty) this.settle();
  }

  /** @param {Statement[]} rows */
  async send(rows) {
    const { review, state: { key } } = this;
    try {
      const reply = await review.link.ask("edit", { id: this.paper, question: key, rows, seen: this.mark });
      if (reply.saved) {
        this.mark = reply.mark;
        this.rescue.drop(key);
      } else {
        this.theirs = reply.mark;
        this.dirty = true;
        this.keep(rows);
      }
    } catch (error) {
      this.dirty = this.stuck = true;
      this.keep(rows);
      review.saving.failed(/** @type {import("./link.js").Failure} */ (error));
    }
    this.draw();
  }

  /** Keep in this browser what is not saved: by its words, as numbers of passages are only good for this paper and version. @param {Statement[]} rows */
  keep(rows) {
    const kept = rows.map((row) => ({ ...row, evidence: row.evidence.map((ref) => this.review.passage(ref)) }));
    this.rescue.put(this.state.key, kept, this.mark);
  }

  /** Take over what the library has, unless something unsaved stands here. @param {any} state */
  update(state) {
    this.state = state;
    if (!this.dirty && !this.saving) this.settle();
    this.draw();
  }

  settle() {
    if (this.state.mark === this.mark && this.node.contains(document.activeElement)) return;
    this.mark = this.state.mark;
    this.setRows(this.state.rows);
  }

  /** @param {Finding[]} findings */
  flag(findings) {
    const filled = this.fields.filter((f) => f.clean);
    for (const field of this.fields) {
      const place = filled.indexOf(field);
      field.flag(findings.filter((f) => f.statement !== null && f.statement === place));
    }
    const loose = findings.filter((f) => f.statement === null || f.statement >= filled.length);
    this.general.replaceChildren(...loose.map((finding) => problem(finding)));
  }

  // What stands around the fields

  draw() {
    const { state } = this;
    const names = /** @type {Record<string, string>} */ ({ person: "edited", model: state.model || "model", source: "from the source" });
    const written = names[state.origin] ?? "";
    this.origin.textContent = state.error ? `no answer: ${state.error}` : written;
    this.origin.title = state.at ? `${written} ${when(state.at)}` : "";
    this.drawMenu();
    const { draft, newer } = state;
    const parts = [
      this.gone && this.deleted(this.gone),
      this.theirs && conflictView(this.theirs, state.rows, () => this.takeTheirs(), () => this.keepMine()),
      newer && newerView(state, () => this.take(newer.rows), () => this.review.act("keep", { question: state.key })),
      this.showDraft && draft && draftView(draft, () => this.take(draft.rows)),
      this.past,
    ];
    this.extra.replaceChildren(...parts.filter(Boolean));
  }

  drawMenu() {
    const { state, review } = this;
    const name = state.heading;
    const tools = [];
    if (this.many) tools.push(tool("+", `Add to: ${name}`, () => this.add()));
    if (state.draft && !state.draft.same) {
      tools.push(tool("Δ", `Compare draft and edit: ${name}`, () => this.toggleDraft(), { "aria-pressed": this.showDraft }));
    }
    if (state.versions > 1) {
      tools.push(tool("↺", `History: ${name}`, () => this.toggleHistory(), { "aria-expanded": Boolean(this.past) }));
    }
    tools.push(tool("✦", `Ask again: ${name} (may cost money)`, () => askAgain(review, [state.key], name)));
    this.menu.replaceChildren(...tools);
  }

  /** @param {{row: Statement, place: number}} gone */
  deleted({ row, place }) {
    const undo = button("Undo", () => this.undelete(row, place), { "aria-label": `Undo deleting: ${row.text}` });
    return h("p", { class: "rv-bar rv-gone", role: "status" }, h("span", {}, "Deleted: ", h("q", {}, row.text)), undo);
  }

  toggleDraft() {
    this.showDraft = !this.showDraft;
    this.draw();
  }

  takeTheirs() {
    this.dirty = false;
    this.theirs = null;
    this.rescue.drop(this.state.key);
    this.mark = this.state.mark;
    this.setRows(this.state.rows);
    this.draw();
    this.review.saving.draw();
  }

  async keepMine() {
    this.mark = this.theirs ?? this.mark;
    this.theirs = null;
    await this.save();
  }

  /** @param {Statement[]} rows */
  take(rows) {
    this.setRows(rows);
    this.typed();
    this.save();
  }

  async toggleHistory() {
    const reply = this.past ? null : await this.review.act("history", { question: this.state.key });
    const restore = async (/** @type {number} */ version) => {
      this.past = null;
      await this.save();
      await this.review.act("restore", { question: this.state.key, version });
      this.setRows(this.state.rows);
    };
    this.past = reply ? historyView(this.state.heading, reply.versions, restore) : null;
    this.draw();
  }
}
