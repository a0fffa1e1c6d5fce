// One statement as an editable field: text, counter, tools, the passages it rests on, findings.

import { button, h, tool, unique } from "./dom.js";
import { hasFormula, say } from "./formulas.js";
import { isComposing, isCombination, replaceText } from "./keys.js";
import { over, placeOf, problem, samePassage } from "./review_findings.js";
import { counted, listed, marked } from "./words.js";

/** @typedef {import("./review_findings.js").Finding} Finding */
/** @typedef {import("./review_findings.js").Passage} Passage */
/** @typedef {import("./review_findings.js").Statement} Statement */

export class Field {
  /** @param {import("./review_answer.js").Answer} answer @param {Statement} row */
  constructor(answer, row) {
    this.answer = answer;
    this.review = answer.review;
    this.evidence = row.evidence ?? [];
    /** @type {Finding[]} */
    this.findings = [];
    this.composing = false;
    this.mirror = h("div", { class: "rv-mirror", "aria-hidden": "true" });
    this.counter = h("span", { class: "rv-counter" });
    this.tools = h("span", { class: "rv-tools" });
    this.maths = h("div", { class: "rv-maths", "aria-hidden": "true", hidden: true });
    this.cited = h("ul", { class: "rv-cited", "aria-label": "Evidence" });
    this.problems = h("ul", { class: "rv-problems", id: unique() });
    this.area = h("textarea", { class: "rv-area", rows: 1, spellcheck: true, value: row.text,
      lang: answer.state.language, "aria-describedby": this.problems.id });
    this.seek = button("+ evidence", () => this.review.source.seek(this), { class: "rv-chip rv-seek", title: "Find evidence (Alt+Enter)" });
    this.edge = button("", () => this.area.focus(), { class: "rv-edge", tabindex: -1 });
    const line = h("div", { class: "rv-line" }, h("div", { class: "rv-grow" }, this.mirror, this.area),
      h("div", { class: "rv-side" }, this.edge));
    this.node = h("li", { class: "rv-field" }, line, this.maths, this.problems, this.cited, this.tools);
    this.node.addEventListener("focusin", () => this.review.activate(this));
    this.listen();
    this.drawEvidence();
    this.draw();
  }

  get text() {
    return this.area.value;
  }

  get clean() {
    return this.text.replace(/\s+/g, " ").trim();
  }

  listen() {
    const { area } = this;
    area.addEventListener("compositionstart", () => (this.composing = true));
    area.addEventListener("compositionend", () => {
      this.composing = false;
      this.typed();
    });
    area.addEventListener("input", () => (this.composing ? this.draw() : this.typed()));
    area.addEventListener("keydown", (event) => this.key(event));
    area.addEventListener("paste", (event) => this.paste(event));
    area.addEventListener("focus", () => this.review.source.show(this));
  }

  /** A list that is pasted becomes items of its own; line ends become spaces. @param {ClipboardEvent} event */
  paste(event) {
    const { area } = this;
    const text = event.clipboardData?.getData("text/plain") ?? "";
    const items = this.answer.many && listed(text);
    const all = area.selectionEnd - area.selectionStart === this.text.length;
    if (items) this.answer.spread(this, all ? items : [this.text, ...items]);
    else if (/[\r\n]/.test(text)) replaceText(area, text.replace(/[\r\n]+/g, " "), area.selectionStart, area.selectionEnd);
    else return;
    event.preventDefault();
  }

  typed() {
    const items = this.answer.many && listed(this.text);
    if (items) return this.answer.spread(this, items);
    if (/[\r\n]/.test(this.text)) {
      const place = this.area.selectionStart;
      this.area.value = this.text.replace(/[\r\n]+/g, " ");
      this.area.setSelectionRange(place, place);
    }
    this.draw();
    this.answer.typed();
  }

  /** @param {KeyboardEvent} event */
  key(event) {
    if (isComposing(event)) return;
    const { answer } = this;
    const { key, altKey } = event;
    const step = { ArrowUp: -1, ArrowDown: 1 }[key];
    const plain = !isCombination(event) && !event.shiftKey;
    if (key === "Enter" && plain) answer.add(this);
    else if (key === "Enter" && altKey) this.review.source.seek(this);
    else if (altKey && step) answer.move(this, step);
    else if (key === "Backspace" && plain && !this.text && answer.many) answer.remove(this);
    else if (key === "Escape") this.review.leave();
    else return;
    event.preventDefault();
    event.stopPropagation();
  }

  /** @param {Statement} row */
  set(row) {
    if (this.area.value !== row.text) this.area.value = row.text;
    if (JSON.stringify(this.evidence) !== JSON.stringify(row.evidence)) {
      this.evidence = row.evidence;
      this.drawEvidence();
    }
    this.draw();
  }

  /** @param {Finding[]} findings */
  flag(findings) {
    this.findings = findings;
    this.problems.replaceChildren(...findings.map((finding) => problem(finding)));
    this.draw();
  }

  /** Draw the counter, and the marks behind the words that findings concern. */
  draw() {
    const { state, many } = this.answer;
    const { kind, unit, limit } = state;
    const partly = this.findings.filter((f) => f.words !== this.clean); // else the frame says it
    this.mirror.replaceChildren(...marked(this.text, partly), "\u200b");
    const worst = this.findings.some((f) => f.severity === "block");
    this.edge.classList.toggle("rv-stopped", worst);
    this.node.classList.toggle("rv-doubtful", !worst && this.findings.length > 0);
    this.area.setAttribute("aria-invalid", String(worst));
    if (kind === "list") over(this.counter, counted(this.text, unit), limit, unit);
    this.maths.hidden = !hasFormula(this.text);
    if (!this.maths.hidden) say(this.maths, this.clean, this.review.link);
    this.cited.hidden = !this.clean && !this.evidence.length; // nothing to rest on anything yet
    this.counter.hidden = kind !== "list" || !many;
  }

  /** @param {number} place @param {number} count */
  number(place, count) {
    const { answer } = this;
    const { heading, kind } = answer.state;
    const name = kind === "line" ? heading : `${heading}, ${place + 1} of ${count}`;
    this.area.setAttribute("aria-label", name);
    this.cited.setAttribute("aria-label", `Evidence for ${name}`);
    this.seek.setAttribute("aria-label", `Find evidence: ${name}`);
    if (kind === "line") return;
    this.tools.replaceChildren(this.counter,
      tool("↑", `Move up: ${name}`, () => answer.move(this, -1), { disabled: place === 0 }),
      tool("↓", `Move down: ${name}`, () => answer.move(this, 1), { disabled: place === count - 1 }),
      tool("×", `Delete: ${name}`, () => answer.remove(this)));
  }

  /** The passages this rests on; each shows itself by a click, and may be removed. */
  drawEvidence() {
    const items = this.evidence.flatMap((ref) => {
      const passage = this.review.passage(ref);
      return passage ? [this.citation(ref, passage)] : [];
    });
    this.cited.replaceChildren(...items, h("li", {}, this.seek));
    this.drawEdge();
  }

  /** Where it rests, at the statement's edge; the passages themselves are there once it is active. */
  drawEdge() {
    const [first, ...more] = this.evidence.flatMap((ref) => this.review.passage(ref) ?? []);
    this.edge.hidden = !first;
    if (!first) return;
    const place = first.page ? `p. ${first.page}` : first.section;
    const exact = first.quote === this.clean ? ", word for word" : "";
    this.edge.textContent = `¶ ${place}${more.length ? ` +${more.length}` : ""}${exact}`;
    this.edge.title = first.quote;
  }

  /** @param {import("./review_findings.js").Ref} ref @param {Passage} passage */
  citation(ref, passage) {
    const { quote } = passage;
    const chip = button([h("b", {}, placeOf(passage)), h("q", {}, quote)], () => this.review.source.show(this, ref, true),
      { class: "rv-chip", title: quote });
    return h("li", { class: "rv-cite" }, chip, tool("×", `Remove evidence: ${quote}`, () => this.rest(passage)));
  }

  /** @param {Passage} passage */
  cites(passage) {
    return this.evidence.findIndex((ref) => samePassage(this.review.passage(ref), passage));
  }

  /** Rest on a passage, or no longer; it is saved at once. @param {Passage} passage */
  rest(passage) {
    const place = this.cites(passage);
    const others = this.evidence.filter((_, n) => n !== place);
    this.evidence = place < 0 ? [...others, passage] : others;
    if (this.cited.contains(document.activeElement)) this.area.focus();
    this.drawEvidence();
    this.answer.typed();
    this.answer.save();
  }
}
