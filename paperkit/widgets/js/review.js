// Review: list, form and source side by side, and what connects them with the kernel.

import { button, h, tool } from "./dom.js";
import { act, focus, guard } from "./keys.js";
import { DEADLINE, Link } from "./link.js";
import { claimFocus, holdFocus, watchKernel } from "./presence.js";
import { Answer } from "./review_answer.js";
import { Batch } from "./review_batch.js";
import { problem } from "./review_findings.js";
import { actionsOf, headOf, keysOf } from "./review_head.js";
import { askName, help, override } from "./review_panels.js";
import { Rescue, delist, enlist, offer } from "./review_rescue.js";
import { Source } from "./review_source.js";
import { placed } from "./words.js";

/** @typedef {import("./link.js").Failure} Failure */
/** @typedef {import("./review_findings.js").Finding} Finding */
/** @typedef {import("./review_findings.js").Passage} Passage */

const LOOK = 3000; // ms between two looks for what was changed elsewhere
const AGAIN = 4000; // ms until what the library could not take is tried again

export class Review {
  /** @param {import("./link.js").Model} model @param {HTMLElement} el */
  constructor(model, el) {
    this.model = model;
    this.link = new Link(model, { state: (late) => late || this.again() });
    /** @type {Map<string, Answer>} */
    this.answers = new Map();
    /** @type {Passage[]} */
    this.passages = [];
    /** @type {any} */
    this.paper = {};
    this.rescue = new Rescue("", this.link.name);
    this.spot = "";
    this.wanted = "";
    this.looked = 0;
    this.closed = this.pending = this.counting = this.unsaved = false;
    this.keys = keysOf(this);
    this.bindings = Object.fromEntries(this.keys.map(([key, , run, once]) => [key, { run, once }]));
    this.node = h("div", { class: "rv-review" });
    this.place = enlist(this.link.name, this.node);
    this.batch = new Batch(this);
    this.source = new Source(this);
    this.head = h("header", { class: "rv-head" });
    this.bar = h("div", { class: "rv-bar rv-actions" });
    this.notice = h("div", { class: "rv-notice", role: "status", "aria-live": "polite" });
    this.extra = h("div");
    this.general = h("ul", { class: "rv-problems" });
    this.questions = h("div", { class: "rv-questions" });
    this.unanswered = h("p", { class: "rv-unanswered", hidden: true });
    this.dead = false;
    /** @type {import("./review_field.js").Field | undefined} */
    this.active = undefined;
    this.saved = h("span", { class: "rv-saved", role: "status" });
    this.form = h("section", { class: "rv-form", tabindex: 0, "aria-label": this.named("Write-up") },
      this.head, this.extra, this.general, this.questions, this.unanswered);
    this.node.append(h("div", { class: "rv-top" }, this.bar, this.notice),
      h("div", { class: "rv-desk" }, this.batch.node, this.form, this.source.node));
    this.node.addEventListener("keydown", (event) => this.key(event));
    this.node.addEventListener("focusin", () => this.look());
    el.append(this.node);
    holdFocus(this.node, () => this.form);
    this.ends = [guard(this.node, { all: true }), watchKernel(model, el, (gone) => this.onKernel(gone))];
    requestAnimationFrame(() => claimFocus(this.node, this.form));
    this.follow();
    this.draw();
    this.count();
  }

  get id() {
    return /** @type {string} */ (this.paper.id);
  }

  /** Several reviews may stand in one notebook: each of their parts has a name of its own. @param {string} part */
  named(part) {
    return this.place > 1 ? `${part} (review ${this.place})` : part;
  }

  /** @param {import("./review_findings.js").Ref} ref */
  passage(ref) {
    return typeof ref === "number" ? this.passages[ref] : ref;
  }

  follow() {
    /** @type {[string, () => void][]} */
    this.handlers = [
      ["change:_batch change:current", () => {
        this.drawBatch();
        this.count();
      }],
      ["change:_paper change:_form change:_passages change:_found", () => this.soon()],
    ];
    for (const [names, run] of this.handlers) this.model.on(names, run);
  }

  /** Several traits change at once: draw when all of them have. */
  soon() {
    if (this.pending) return;
    this.pending = true;
    queueMicrotask(() => {
      this.pending = false;
      this.draw();
    });
  }

  // Drawing

  draw() {
    const paper = this.model.get("_paper");
    const fresh = paper.id !== this.id || paper.language !== this.paper.language;
    if (fresh) for (const answer of this.answers.values()) answer.save(); // a cell may turn the page
    this.paper = paper;
    this.passages = this.model.get("_passages");
    this.drawBatch();
    this.head.replaceChildren(...headOf(this));
    if (fresh) this.begin();
    else {
      for (const state of this.states()) this.answers.get(state.key)?.update(state);
      this.source.refresh();
    }
    this.flag();
  }

  /** @returns {any[]} */
  states() {
    const { language } = this.paper;
    return this.model.get("_form").map((/** @type {object} */ state) => ({ ...state, language }));
  }

  begin() {
    this.answers.clear();
    this.extra.replaceChildren();
    this.notice.replaceChildren();
    this.rescue = new Rescue(`${this.id} ${this.paper.language}`, this.link.name);
    this.spot = "";
    let part = "";
    const nodes = [];
    for (const state of this.states()) {
      const answer = new Answer(this, state);
      this.answers.set(state.key, answer);
      if (state.part && state.part !== part) nodes.push(h("h3", { class: "rv-part" }, state.part));
      part = state.part;
      nodes.push(answer.node);
    }
    this.questions.replaceChildren(...nodes);
    this.source.clear();
    this.form.scrollTop = 0;
    this.saving();
    offer(this);
  }

  drawBar() {
    this.bar.replaceChildren(this.batch.total, this.saved, ...actionsOf(this));
  }

  flag() {
    const found = /** @type {Finding[]} */ (this.model.get("_found"));
    this.drawBar();
    this.general.replaceChildren(...found.filter((f) => !this.answers.has(f.question)).map((f) => problem(f)));
    for (const [key, answer] of this.answers) answer.flag(found.filter((f) => f.question === key));
    this.fold();
  }

  /** Unanswered questions take one line together, until one is wanted. */
  fold() {
    const all = [...this.answers.values()];
    const empty = all.filter((answer) => answer.idle);
    const some = empty.length < all.length; // where nothing is written yet all questions are there
    for (const answer of all) answer.node.hidden = some && empty.includes(answer);
    this.unanswered.hidden = !some || !empty.length;
    this.unanswered.replaceChildren("Not answered: ", ...empty.map((answer) => button(answer.state.heading, () => answer.unfold(), { class: "rv-link" })));
  }

  /** One statement is active at a time; it stays where it is while another folds. @param {import("./review_field.js").Field} field */
  activate(field) {
    if (field === this.active) return;
    const before = field.node.getBoundingClientRect().top;
    this.active?.node.classList.remove("rv-active");
    this.active = field;
    field.node.classList.add("rv-active");
    this.form.scrollTop += field.node.getBoundingClientRect().top - before;
  }

  drawBatch() {
    this.batch.draw(this.model.get("_batch"), this.model.get("current"));
    this.drawBar();
  }

  // Saving

  saving() {
    const views = [...this.answers.values()];
    const open = views.some((v) => v.dirty || v.saving);
    const stuck = views.some((v) => v.stuck || v.theirs);
    if (this.dead) return;
    this.node.dataset.state = stuck ? "failed" : open ? "pending" : "";
    this.saved.textContent = stuck ? "Not saved" : open ? "Saving …" : "All saved";
  }

  async flush() {
    await Promise.all([...this.answers.values()].map((answer) => answer.save()));
    return ![...this.answers.values()].some((answer) => answer.dirty);
  }

  /** Save everything; where that can't be, say so. */
  async settled() {
    const saved = await this.flush();
    if (!saved) this.tell("An answer is not saved yet; settle it first.");
    return saved;
  }

  /** @param {Failure} error */
  failed(error) {
    this.tell(`Not saved: ${error.message} The text is kept in this browser.`);
    this.unsaved ||= error.gone || error.again;
    clearTimeout(this.trying);
    if (error.again) this.trying = setTimeout(() => this.again(), AGAIN);
  }

  /** The kernel answers again, or the library may: save what had to wait. */
  again() {
    if (!this.unsaved || this.closed) return;
    this.unsaved = false;
    this.notice.replaceChildren();
    setTimeout(() => this.flush(), 0);
  }

  // What a person does

  /** Plain keys outside of texts; Ctrl+S and F8 everywhere. @param {KeyboardEvent} event */
  key(event) {
    if (this.dead || act(this.bindings, event) || event.isComposing) return;
    if ((event.ctrlKey || event.metaKey) && event.key === "s") this.flush();
    else if (event.key === "F8") this.jump(event.shiftKey ? -1 : 1);
    else return;
    event.preventDefault();
  }

  /** Without its kernel the review is a picture, and says so. @param {boolean} gone */
  onKernel(gone) {
    this.dead = gone;
    this.node.dataset.state = gone ? "dead" : "";
    if (gone) this.tell("The kernel was restarted or shut down. Run this cell again to go on; what is not saved is kept in this browser.");
    else this.notice.replaceChildren();
  }

  help() {
    help(this);
  }

  /** @param {string} text */
  tell(text) {
    const close = tool("×", "Close this message", () => this.notice.replaceChildren());
    this.notice.replaceChildren(h("p", {}, text, " ", close));
    this.notice.scrollIntoView({ block: "nearest" });
  }

  /** Ask the kernel, about the paper in sight; an error is shown, and undefined returned. @param {string} what @param {object} [content] @param {{deadline?: number}} [how] */
  async act(what, content = {}, { deadline = DEADLINE } = {}) {
    try {
      return await this.link.ask(what, { id: this.id, ...content }, { deadline });
    } catch (error) {
      this.tell(/** @type {Error} */ (error).message);
      return undefined;
    }
  }

  /** @param {string} id */
  open(id) {
    this.opening = this.opened(id);
    return this.opening;
  }

  /** @param {string} id */
  async opened(id) {
    this.wanted = id;
    const saved = await this.settled();
    if (saved) await this.act("show", { id });
    if (this.wanted === id) this.wanted = "";
    if (saved) this.leave();
  }

  /** Whoever comes back to the review sees what was changed elsewhere meanwhile. */
  look() {
    const now = Date.now();
    if (now - this.looked < LOOK) return;
    this.looked = now;
    this.link.ask("look").catch(() => undefined); // saving tells of a kernel that is gone
    offer(this);
  }

  /** @param {number} by */
  step(by) {
    const ids = this.model.get("_batch").map((/** @type {{id: string}} */ row) => row.id);
    // From where the last key leads to: the kernel's answer may still be on its way.
    const next = ids[ids.indexOf(this.wanted || this.id) + by];
    if (next) this.open(next);
  }

  /** Go where the kernel says: to the next or the previous paper with findings. @param {string} where */
  walk(where) {
    this.opening = this.act(where).then((reply) => {
      if (reply && !reply.moved) this.tell(`No ${where} paper with findings.`);
    });
  }

  /** The places of findings. @returns {HTMLElement[]} */
  places() {
    return [.../** @type {NodeListOf<HTMLElement>} */ (this.form.querySelectorAll("[data-key]"))];
  }

  /** Go to the next or the previous finding of this paper. @param {number} step */
  jump(step) {
    const keys = this.places().filter((li) => !li.closest(".rv-override")).map((li) => li.dataset.key ?? "");
    const at = keys.indexOf(this.spot);
    const next = keys[at < 0 && step < 0 ? keys.length - 1 : at + step];
    if (next) return this.go(next);
    this.spot = "";
    this.tell(keys.length ? "No more findings in this paper." : "No findings in this paper.");
  }

  /** Go to the place of a finding: into its field, the words it concerns selected. @param {string} key */
  go(key) {
    const place = this.places().find((li) => li.dataset.key === key);
    if (!place) return;
    this.spot = key;
    const area = place.closest(".rv-field, .rv-answer")?.querySelector("textarea");
    focus(area ?? place);
    const words = area && place.closest(".rv-field") && placed(area.value, JSON.parse(key)[3]);
    if (words) area.setSelectionRange(...words);
    place.scrollIntoView({ block: "center" });
  }

  leave() {
    focus(this.form);
  }

  async approve() {
    await this.opening; // what is signed is the paper that the keys before lead to
    if (!(await this.settled())) return;
    const late = [...this.answers.values()].find((answer) => answer.state.newer);
    if (late) {
      this.tell(`A newer draft stands beside your edit of ${late.state.heading}; take it or keep yours, then approve.`);
      focus(late.extra.querySelector(".rv-newer button"));
      return;
    }
    if (!this.model.get("_signer")) return void askName(this);
    const stops = /** @type {Finding[]} */ (this.model.get("_found")).filter((f) => f.severity === "block");
    if (stops.length) override(this, stops);
    else {
      const { id } = this;
      const signed = await this.act("approve");
      if (signed && (this.wanted || this.id) === id) this.advance(); // else she went elsewhere
    }
  }

  /** On to the next paper that is not signed yet; after the last one, to the post. */
  advance() {
    const rows = /** @type {import("./review_batch.js").BatchRow[]} */ (this.model.get("_batch"));
    const at = rows.findIndex(({ id }) => id === this.id);
    const next = [...rows.slice(at + 1), ...rows.slice(0, at)].find(({ status }) => ["draft", "edited"].includes(status));
    if (next) this.open(next.id);
  }

  async compose() {
    const reply = await this.act("compose", {}, { deadline: 60000 });
    if (reply) this.tell(`Draft written: ${reply.path}. Open it from the file browser.`);
  }

  /** Have the kernel look for findings in the rest of the batch, in small steps. */
  async count() {
    if (this.counting) return;
    this.counting = true;
    const left = () => this.model.get("_batch").some((/** @type {{block: number | null}} */ row) => row.block === null);
    while (!this.closed && left()) if (!(await this.link.ask("count").catch(() => null))) break;
    this.counting = false;
  }

  close() {
    this.closed = true;
    this.flush();
    for (const [names, run] of this.handlers ?? []) this.model.off(names, run);
    this.source.clear();
    this.source.preview.close();
    for (const end of this.ends) end();
    delist(this.link.name);
    this.link.close();
  }
}

export default {
  /** @param {{model: import("./link.js").Model, el: HTMLElement}} given */
  render({ model, el }) {
    const view = new Review(model, el);
    return () => view.close();
  },
};
