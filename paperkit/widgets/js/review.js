// Review: list, form and source side by side, and what connects them with the kernel.

import { button, h, tool } from "./dom.js";
import { act, focus, guard } from "./keys.js";
import { DEADLINE, Link } from "./link.js";
import { GONE_TEXT, claimFocus, holdFocus, watchKernel } from "./presence.js";
import { Answer } from "./review_answer.js";
import { Batch } from "./review_batch.js";
import { problem } from "./review_findings.js";
import { actionsOf, headOf, keysOf } from "./review_head.js";
import { askName, help, override } from "./review_panels.js";
import { Rescue, delist, enlist, offer } from "./review_rescue.js";
import { Saving } from "./review_saving.js";
import { Source } from "./review_source.js";
import { placed } from "./words.js";

/** @typedef {import("./review_findings.js").Finding} Finding */
/** @typedef {import("./review_findings.js").Passage} Passage */

const LOOK = 3000; // ms between two looks for what was changed elsewhere
const SETTLED = 200; // ms of rest after which the source follows the statement in sight

export class Review {
  /** @param {import("./link.js").Model} model @param {HTMLElement} el */
  constructor(model, el) {
    this.model = model;
    this.link = new Link(model, { state: (late) => late || this.saving.again() });
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
    this.closed = this.pending = this.counting = this.dead = false;
    this.keys = keysOf(this);
    this.bindings = Object.fromEntries(this.keys.map(([key, , run, once]) => [key, { run, once }]));
    this.node = h("div", { class: "rv-review" });
    this.place = enlist(this.link.name, this.node);
    this.saving = new Saving(this);
    this.batch = new Batch(this);
    this.source = new Source(this);
    this.head = h("header", { class: "rv-head" });
    this.bar = h("div", { class: "rv-bar rv-actions" });
    this.notice = h("div", { class: "rv-notice", role: "status", "aria-live": "polite" });
    this.extra = h("div");
    this.general = h("ul", { class: "rv-problems" });
    this.questions = h("div", { class: "rv-questions" });
    this.unanswered = h("p", { class: "rv-unanswered", hidden: true });
    /** @type {import("./review_field.js").Field | undefined} */
    this.active = undefined;
    this.banner = h("div", { class: "pk-banner", role: "status", "data-kind": "dead", hidden: true });
    this.form = h("section", { class: "rv-form", tabindex: 0, "aria-label": this.named("Write-up"), onscroll: () => this.scrolled() },
      this.head, this.extra, this.general, this.questions, this.unanswered);
    this.node.append(this.banner, h("div", { class: "rv-top" }, this.bar, this.notice),
      h("div", { class: "rv-desk" }, this.batch.node, this.form, this.source.node), this.saving.node);
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
    this.saving.draw();
    this.scrolled();
    offer(this);
  }

  drawBar() {
    this.bar.replaceChildren(this.batch.total, ...actionsOf(this));
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
    for (const part of /** @type {NodeListOf<HTMLElement>} */ (this.questions.querySelectorAll(".rv-part"))) {
      part.hidden = all.every(({ node, state }) => node.hidden || state.part !== part.textContent);
    }
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

  /** The source follows the statement in sight once the hand rests. */
  scrolled() {
    clearTimeout(this.resting);
    this.resting = setTimeout(() => this.source.follow(), SETTLED);
  }

  /** Save everything; where that can't be, say so. */
  async settled() {
    const saved = await this.saving.flush();
    if (!saved) this.tell("An answer is not saved yet; wait, or choose which version to keep.");
    return saved;
  }

  // What a person does

  /** Plain keys outside of texts; Ctrl+S and F8 everywhere. @param {KeyboardEvent} event */
  key(event) {
    if (this.dead || act(this.bindings, event) || event.isComposing) return;
    if ((event.ctrlKey || event.metaKey) && event.key === "s") this.saving.flush();
    else if (event.key === "F8") this.jump(event.shiftKey ? -1 : 1);
    else return;
    event.preventDefault();
  }

  /** Without its kernel the review is a picture, and says so. @param {boolean} gone */
  onKernel(gone) {
    this.dead = gone;
    this.node.dataset.state = gone ? "dead" : "";
    this.banner.hidden = !gone;
    if (gone) this.link.cut();
    this.banner.replaceChildren(h("strong", {}, GONE_TEXT[0]), h("span", {}, `${GONE_TEXT[1]} What is not saved is kept in this browser.`));
    this.saving.draw();
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
    const about = { id: this.id, ...content };
    if (this.saving.writesTo(what)) return this.saving.write(what, about);
    try {
      return await this.link.ask(what, about, { deadline });
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
    clearTimeout(this.resting);
    this.saving.close();
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
