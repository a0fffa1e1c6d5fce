// Triage in the browser: draws the window of rows it was sent and says what a person did.
// The kernel filters, sorts and decides.

import { h } from "./dom.js";
import { formulas, hasFormula, hasKatex, loadKatex } from "./formulas.js";
import { act, focus, guard, isCombination, isTyping } from "./keys.js";
import { Link } from "./link.js";
import { GONE_TEXT, claimFocus, closeOutside, holdFocus, watchKernel } from "./presence.js";
import { ViewState } from "./state.js";
import { Bars } from "./triage_bars.js";
import { Choice } from "./triage_choice.js";
import { Columns } from "./triage_columns.js";
import { Facets } from "./triage_facets.js";
import { Grid, HEIGHTS } from "./triage_grid.js";
import { Job } from "./triage_job.js";
import { Pane } from "./triage_pane.js";
import { REST, Rows } from "./triage_rows.js";
import { View } from "./triage_view.js";
import { withWords, wordPattern } from "./words.js";
import { Writes } from "./writes.js";

/** @typedef {{density: string, facets: boolean, pane: boolean, columns: string[] | null, widths: Record<string, number>}} Layout */

const PATIENT = new Set(["sync", "counts", "remaining", "move"]); // no one waits for these
const QUIET = new Set(["sync", "move", "remaining"]); // when they fail, what a person did has not
const OFTEN = 2000; // ms between two looks for what other kernels decided
/** @type {Layout} */
const LAYOUT = { density: "normal", facets: false, pane: true, columns: null, widths: {} };

export class Triage {
  /** @param {import("./link.js").Model} model @param {HTMLElement} el */
  constructor(model, el) {
    const start = model.get("start");
    this.link = new Link(model, { told: (event, content) => this.told(event, content), state: (late) => this.waiting(late) });
    this.name = this.link.name;
    this.writes = new Writes((what, content) => this.ask(what, content), (...told) => this.choice.refused(...told),
      (failing) => this.show(failing ? "failed" : ""));
    this.state = new ViewState(model, "layout_state", LAYOUT, () => this.arranged());
    /** @type {Record<string, any>} */
    this.query = start.query ?? {};
    this.modelName = /** @type {string} */ (start.model ?? "");
    this.outline = /** @type {string} */ (start.outline ?? "");
    /** @type {{key: string, heading: string}[]} */
    this.questions = start.questions ?? [];
    this.pattern = wordPattern(this.query.text ?? "");
    this.cursor = 0;
    this.dead = false;
    this.answers = 0;
    this.model = /** @type {any} */ (model);
    this.syncing = false;
    this.rows = new Rows(this);
    this.grid = new Grid(this);
    this.columns = new Columns(this);
    this.choice = new Choice(this);
    this.facets = new Facets(this);
    this.pane = new Pane(this);
    this.view = new View(this);
    this.job = new Job(this);
    this.bars = new Bars(this);
    this.bindings = this.makeBindings();
    const list = h("div", { class: "pk-list" }, this.grid.node, this.grid.nothing);
    this.root = h("div", { class: "pk-triage", role: "region", "aria-label": "Triage of papers",
      onkeydown: (/** @type {KeyboardEvent} */ event) => this.key(event) },
    this.bars.head, this.bars.banner, this.facets.chips, h("div", { class: "pk-main" }, this.facets.node, list, this.pane.node),
    this.choice.asking, this.bars.foot, this.bars.help, this.job.review);
    el.append(this.root);
    this.arrange();
    this.rows.renew({ ...start, total: start.total ?? 0 });
    this.grid.draw();
    this.sizes = new ResizeObserver(() => this.grid.fit());
    for (const node of [this.grid.node, this.root]) this.sizes.observe(node);
    // After the first paint: facets, the place last visited, the papers' order.
    requestAnimationFrame(() => setTimeout(() => this.hello(), 0));
    this.clock = setInterval(() => this.sync(), OFTEN);
    holdFocus(this.root, () => this.grid.node);
    this.ends = [guard(this.root), watchKernel(model, el, (gone) => this.onKernel(gone)), closeOutside(() => [
      { open: this.view.open, nodes: [this.view.menu, this.view.button], close: () => this.view.toggle(false) },
      { open: !this.bars.help.hidden, nodes: [this.bars.help, this.bars.helper], close: () => { this.bars.help.hidden = true; } },
    ])];
    requestAnimationFrame(() => claimFocus(this.root, this.grid.node));
  }

  close() {
    clearInterval(this.clock);
    for (const timer of [this.counting, this.estimating, this.setting]) clearTimeout(timer);
    for (const end of this.ends) end();
    this.sizes.disconnect();
    for (const part of [this.link, this.writes, this.state, this.grid, this.pane]) part.close();
  }

  // Talking to the kernel

  /** A busy kernel gets to it: nothing a person asked for is given up. @param {string} what @param {object} [content] @param {boolean} [patient] */
  async ask(what, content = {}, patient = PATIENT.has(what)) {
    try {
      return await this.link.ask(what, content, { stay: true, patient });
    } finally {
      this.root.dataset.answers = String(++this.answers);
    }
  }

  /** Ask; what fails is said, and null returned. @param {string} what @param {object} [content] @param {boolean} [patient] */
  async try(what, content, patient) {
    try {
      return await this.ask(what, content, patient);
    } catch (error) {
      if (!QUIET.has(what) && !this.writes.failing) this.tell(/** @type {Error} */ (error).message, true);
      return null;
    }
  }

  /** Say in the page how it stands: pending, failed, or neither. @param {string} state */
  show(state) {
    this.root.dataset.state = state;
  }

  /** @param {boolean} late */
  waiting(late) {
    if (this.writes.failing) return;
    this.show(late ? "pending" : "");
    this.tell(late ? "The kernel is busy; your changes wait until it answers." : "");
  }

  /** Without its kernel the table is a picture: it says so, and no key moves anything. @param {boolean} gone */
  onKernel(gone) {
    this.bars.banner.dataset.kind = "";
    this.bars.tell("");
    this.dead = gone;
    this.view.toggle(false);
    this.show(gone ? "dead" : "");
    const [strong, hint] = GONE_TEXT;
    const lost = this.writes.waiting.length;
    const unsaved = lost === 1 ? "Your last action was not saved." : `Your last ${lost} actions were not saved.`;
    const saved = lost ? unsaved : "Your decisions are saved.";
    this.bars.announce(gone ? "dead" : "", gone ? strong : "", `${hint} ${saved}`);
  }

  /** @param {string} event @param {any} content */
  told(event, content) {
    const hear = /** @type {Record<string, (content: any) => void>} */ ({
      query: (told) => this.onQuery(told),
      counts: (told) => this.onCounts(told),
      remaining: (told) => this.bars.remaining(told),
      rows: (told) => this.onRows(told),
      selected: (told) => this.choice.selected(told),
      show: (told) => this.onShow(told),
      saved: ({ saved }) => this.view.saved(saved),
      ranked: (told) => this.job.ranked(told),
      stale: () => this.onStale(),
      progress: (told) => this.bars.progressed(told),
      trouble: ({ text }) => this.writes.failing || this.tell(text, true),
    });
    hear[event]?.(content);
  }

  async hello() {
    const answer = await this.try("hello");
    if (!answer) return;
    if (answer.generation !== this.rows.generation) this.renew(answer);
    this.rows.keep(0, answer.rows ?? []);
    this.rows.total = answer.total;
    this.view.saved(answer.saved);
    this.onCounts(answer);
    if (answer.index !== null) this.choice.move(answer.index, { center: true, went: false });
    this.grid.draw();
    if (this.state.value.pane) this.pane.openSoon(false);
    this.root.dataset.ready = "true";
  }

  /** Decisions made by another kernel are looked for while the table is in sight. */
  async sync() {
    if (this.dead || document.visibilityState !== "visible" || !this.root.offsetParent || this.syncing) return;
    this.syncing = true;
    await this.try("sync");
    this.syncing = false;
  }

  /** @param {any} answer */
  renew(answer) {
    this.query = answer.query;
    this.pattern = wordPattern(this.query.text ?? "");
    this.grid.answered = this.query.text ?? "";
    this.rows.renew(answer);
  }

  /** @param {any} told */
  onQuery(told) {
    const here = this.here?.id;
    this.renew(told);
    const { search } = this.bars;
    if (document.activeElement !== search) search.value = this.query.text ?? "";
    if (this.grid.top) this.grid.scrollTo(0);
    this.onCounts(told);
    this.cursor = this.rows.places.get(here ?? "") ?? 0;
    this.choice.decided = undefined;
    this.grid.reveal(false);
    this.grid.paint(); // in the task of the message: the next frame shows the rows
    this.bars.quiet("rank");
    this.columns.drawHeads();
    this.pane.openSoon(false);
    this.countSoon();
  }

  /** @param {any} told */
  onCounts({ facets, matching, selected, progress }) {
    if (progress) this.job.advanced(progress);
    this.facets.counts = facets;
    this.bars.matching = matching;
    this.choice.count = selected;
    this.facets.draw();
    this.bars.status();
    if (this.state.value.facets && !facets) this.recount();
    clearTimeout(this.estimating);
    this.estimating = setTimeout(() => this.try("remaining"), 1000); // no one counts while deciding
  }

  /** @param {any} told */
  onRows({ rows, all }) {
    this.rows.update(rows);
    this.job.told = false;
    if (!all) this.rows.expire();
    this.grid.paint(); // in the task of the message: the next frame shows the decision
    const { shownId } = this.pane;
    const isHere = this.here?.id === shownId; // else another is on its way
    if (isHere && (!all || rows.some((/** @type {{id: string}} */ row) => row.id === shownId))) this.pane.open(shownId);
    this.countSoon();
  }

  /** Counts follow when the hand rests: a row of decisions does not wait for them. */
  countSoon() {
    clearTimeout(this.counting);
    this.counting = setTimeout(() => this.recount(), 150);
  }

  async recount() {
    const answer = await this.try("counts", { facets: Boolean(this.state.value.facets) });
    if (answer) this.onCounts(answer);
  }

  /** @param {any} told */
  onShow({ id, index }) {
    if (index !== null) this.choice.move(index, { center: true, went: false });
    this.pane.openNow(id);
  }

  onStale() {
    this.rows.expire();
    this.grid.draw();
    this.countSoon();
  }

  // Texts and formulas

  /**
   * Put text into a node: words of the query marked, formulas set once KaTeX is here.
   * @template {HTMLElement} T @param {T} node @param {string} text @param {RegExp | null} [pattern] @returns {T}
   */
  say(node, text, pattern = this.pattern) {
    const isPlain = !hasFormula(text);
    if (isPlain && !pattern) node.textContent = text;
    else node.replaceChildren(...formulas(text, (rest) => withWords(rest, pattern)));
    if (!isPlain && !hasKatex()) this.setting ??= setTimeout(() => this.setFormulas(), 50);
    return node;
  }

  /** After the rows are on the screen and when the hand rests: it takes as long as two frames. */
  async setFormulas() {
    const rest = Math.max(this.rows.asleep, this.grid.scroll.when + REST) - performance.now();
    if (rest > 0) {
      this.setting = setTimeout(() => this.setFormulas(), rest);
      return;
    }
    try {
      await loadKatex(this.link);
    } catch (error) {
      this.setting = undefined;
      return this.tell(/** @type {Error} */ (error).message, true);
    }
    this.grid.draw();
    this.pane.redraw();
  }

  // The query

  /** @param {Record<string, any>} change */
  wanted(change) {
    return this.job.wanted(change);
  }

  // Keys

  /** @returns {import("./keys.js").Bindings} */
  makeBindings() {
    const { choice } = this;
    const to = (/** @type {() => number} */ place) => ({ run: (/** @type {KeyboardEvent} */ event) => choice.move(place(), { extend: event.shiftKey }) });
    const step = (/** @type {number} */ by) => to(() => this.cursor + by);
    const once = (/** @type {() => void} */ run) => ({ run, once: true }); // a held key decides once
    const pane = once(() => this.togglePane());
    const toggle = once(() => choice.toggle(this.cursor));
    const scroll = { run: (/** @type {KeyboardEvent} */ event) => this.pane.scroll(event.shiftKey ? -1 : 1) };
    return {
      j: step(1), ArrowDown: step(1), k: step(-1), ArrowUp: step(-1),
      PageDown: to(() => this.cursor + this.grid.shown), PageUp: to(() => this.cursor - this.grid.shown),
      Home: to(() => 0), End: to(() => this.rows.total - 1),
      x: toggle, " ": scroll, g: once(() => this.job.toUndecided()), a: once(() => choice.all()),
      s: once(() => choice.decide("keep")), d: once(() => choice.decide("skip")), l: once(() => choice.decide("later")),
      c: once(() => choice.decide(null)), u: once(() => choice.undo()),
      t: once(() => choice.tag()), n: once(() => choice.note()),
      "/": once(() => this.bars.searching()), f: once(() => this.toggleFacets(true)), v: once(() => this.view.toggle()), z: once(() => this.nextDensity()),
      Enter: pane, o: once(() => this.pane.visit("arXiv")), p: once(() => this.pane.visit("PDF")), y: once(() => this.job.copy()),
      r: once(() => this.job.rerank()), "?": once(() => this.bars.toggleHelp()), Escape: { run: () => this.escape() },
    };
  }

  /** What is typed here is ours; combinations stay with the browser and JupyterLab. @param {KeyboardEvent} event */
  key(event) {
    if (!isCombination(event)) event.stopPropagation();
    if (this.dead) event.preventDefault();
    else if (!act(this.bindings, event) && event.key === "Escape" && !isTyping(event.target)) this.escape();
  }

  escape() {
    if (!this.bars.help.hidden) this.bars.toggleHelp(false);
    else if (this.view.open) this.view.toggle(false);
    else if (this.choice.count) this.choice.none();
    focus(this.grid.node);
  }

  arrange() {
    const { density, facets, pane } = this.state.value;
    this.root.dataset.density = density;
    this.root.classList.toggle("pk-with-side", Boolean(facets));
    this.root.classList.toggle("pk-with-pane", Boolean(pane));
    this.bars.filters.setAttribute("aria-expanded", String(Boolean(facets)));
    this.columns.arrange();
    this.grid.draw();
  }

  /** A cell, or another view, chose what is shown. */
  arranged() {
    this.arrange();
    const { facets, pane } = this.state.value;
    if (facets && !this.facets.counts) this.recount();
    if (pane) this.pane.openSoon(false);
  }

  /** @param {Partial<Layout>} change */
  remember(change) {
    this.state.keep(change);
    this.arrange();
  }

  nextDensity() {
    const names = Object.keys(HEIGHTS);
    const density = names[(names.indexOf(this.state.value.density) + 1) % names.length];
    this.remember({ density });
    this.grid.reveal(true);
    this.tell(`Row height: ${density}`);
  }

  async toggleFacets(enter = false) {
    const side = this.facets.node;
    const on = enter || !this.state.value.facets;
    if (on !== this.state.value.facets) this.remember({ facets: on });
    else if (side.contains(document.activeElement)) return this.remember({ facets: false });
    if (on && enter) side.focus(); // keys typed meanwhile are not the list's
    if (on && !this.facets.counts) await this.recount();
    this.facets.draw();
    const first = /** @type {HTMLElement | null} */ (side.querySelector("input, button"));
    if (on && enter && document.activeElement === side) first?.focus();
  }

  togglePane(on = !this.state.value.pane) {
    if (on !== this.state.value.pane) this.remember({ pane: on });
    if (on) this.pane.openNow(this.here?.id);
  }

  /** The paper under the cursor. */
  get here() {
    return this.rows.at(this.cursor);
  }

  /** @param {string} text @param {boolean} [wrong] */
  tell(text, wrong) {
    if (!this.dead) this.bars.tell(text, wrong);
  }
}

export default {
  /** @param {{model: import("./link.js").Model, el: HTMLElement}} given */
  render({ model, el }) {
    const view = new Triage(model, el);
    return () => view.close();
  },
};
