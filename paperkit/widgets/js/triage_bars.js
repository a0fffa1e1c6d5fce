// What stands above and below the table: search, saved queries, buttons, what is told.

import { button, h, number, write } from "./dom.js";
import { focus, keyOf } from "./keys.js";
import { chosenIn } from "./triage_facets.js";
import { HELP } from "./triage_words.js";

/** @typedef {import("./triage.js").Triage} Triage */

export class Bars {
  /** @param {Triage} table */
  constructor(table) {
    this.table = table;
    /** @type {number | undefined} */
    this.matching = undefined;
    this.soFar = "";
    this.unseen = "";
    this.search = h("input", { type: "search", class: "pk-search", placeholder: "Search title, abstract, authors (/)",
      "aria-label": "Search title, abstract and authors", value: table.query.text ?? "", autocomplete: "off", spellcheck: false,
      oninput: () => table.wanted({ text: this.search.value }),
      onkeydown: (/** @type {KeyboardEvent} */ event) => this.searchKey(event) });
    this.count = h("span", { class: "pk-count" });
    this.chosen = h("span", { class: "pk-badge", hidden: true });
    this.filters = button(["Filters", this.chosen], () => table.toggleFacets(), { title: "Filters (f)", "aria-expanded": "false" });
    this.helper = button("?", () => this.toggleHelp(), { title: "Keys (?)", "aria-label": "Keys" });
    this.live = h("span", { class: "pk-live", role: "status", "aria-live": "polite" });
    this.work = h("span", { class: "pk-work" });
    this.decided = h("progress", { class: "pk-decided", "aria-label": "Decided", max: 1, value: 0 });
    this.meter = h("progress", { "aria-label": "Summarizing" });
    this.meterText = h("span");
    this.progress = h("span", { class: "pk-progress", hidden: true }, this.meter, this.meterText,
      button("Stop", () => table.try("stop")));
    this.head = h("div", { class: "pk-head" }, this.search, this.count, this.filters, table.view.button, this.helper, table.view.menu);
    this.banner = h("div", { class: "pk-banner", role: "status", hidden: true });
    this.foot = h("div", { class: "pk-foot" }, this.buttons(), this.progress, h("div", { class: "pk-told" }, this.live,
      h("span", { class: "pk-hint" }, "Click here or press Tab to use the keys"), this.work, this.decided));
    this.help = this.makeHelp();
  }

  buttons() {
    const { choice, modelName } = this.table;
    /** @type {[string, string, () => void, string][]} */
    const all = [
      ["Keep", "s", () => choice.decide("keep"), "pk-strong"], ["Skip", "d", () => choice.decide("skip"), ""],
      ["Later", "l", () => choice.decide("later"), ""], ["Tag", "t", () => choice.tag(), "pk-quiet pk-apart"],
      ["Note", "n", () => choice.note(), "pk-quiet"], ["Undo", "u", () => choice.undo(), "pk-quiet pk-apart"],
    ];
    const nodes = all.map(([label, key, run, look]) =>
      button([label, h("kbd", {}, key)], run, { class: `pk-button ${look}`, title: `${label} (${key})` }));
    const title = `Summarize the selection, or this paper, with ${modelName} (may cost money)`;
    return [...nodes, button("Summarize", () => choice.summarize(), { class: "pk-button pk-quiet", hidden: !modelName, title })];
  }

  makeHelp() {
    const rows = HELP.map(([keys, what]) => h("tr", {},
      h("th", { scope: "row" }, keys.split(" ").flatMap((key) => [h("kbd", {}, key), " "])), h("td", {}, what)));
    return h("div", { class: "pk-help", hidden: true, role: "dialog", "aria-label": "Keys", tabindex: -1 },
      h("table", {}, h("tbody", {}, rows)), button("Close", () => this.toggleHelp(false)));
  }

  toggleHelp(on = this.help.hidden) {
    this.help.hidden = !on;
    focus(on ? this.help : this.table.grid.node);
  }

  searching() {
    this.search.focus();
    this.search.select();
  }

  /** In the search: Escape empties it, then leaves it. @param {KeyboardEvent} event */
  searchKey(event) {
    const key = keyOf(event);
    if (key === "Escape" && this.search.value) {
      this.search.value = "";
      this.table.wanted({ text: "" });
    } else if (["Enter", "ArrowDown", "Escape"].includes(key)) focus(this.table.grid.node);
    else return;
    event.preventDefault();
  }

  status() {
    const { rows: { total }, choice, query } = this.table;
    const stale = this.matching !== undefined && this.matching !== total ? ` (${number(this.matching)} match now)` : "";
    write(this.count, `${number(total)} ${total === 1 ? "paper" : "papers"}${stale}${choice.count ? ` · ${number(choice.count)} selected` : ""}`);
    const chosen = chosenIn(query);
    this.chosen.hidden = !chosen;
    write(this.chosen, String(chosen));
  }

  /** Say in one line above the table what to do next; without words it goes. @param {string} kind @param {string} [strong] @param {string} [text] @param {HTMLElement[]} [actions] */
  announce(kind, strong = "", text = "", actions = []) {
    if (this.banner.dataset.kind === "dead") return;
    this.banner.dataset.kind = kind;
    this.banner.hidden = !strong;
    this.banner.replaceChildren(h("strong", {}, strong), h("span", {}, text), ...actions);
  }

  /** Take an announcement back. @param {string} kind */
  quiet(kind) {
    if (this.banner.dataset.kind === kind) this.announce("");
  }

  tell(text = "", wrong = false) {
    this.live.textContent = text;
    this.live.title = text;
    this.live.classList.toggle("pk-wrong", wrong);
  }

  /** Where one is in the job. @param {{decided: number, total: number}} told */
  advanced({ decided, total }) {
    this.decided.max = Math.max(1, total);
    this.decided.value = decided;
    this.decided.hidden = !total;
    this.open = total - decided;
    this.soFar = total ? `${number(decided)} of ${number(total)} decided` : "";
    this.drawWork();
  }

  drawWork() {
    write(this.work, [this.soFar, this.open && this.unseen].filter(Boolean).join(" · "));
  }

  /** Say how much is probably still to be found: quietly, and only when there is an answer. @param {any} told */
  remaining({ found }) {
    const none = found && Math.round(found.expected) === 0;
    this.unseen = none ? "probably none left worth reading" : found ? `about ${number(Math.round(found.expected))} more worth reading` : "";
    this.drawWork();
    this.work.title = found ? `${number(found.low)} to ${number(found.high)} relevant papers are probably among the ${number(found.open)}`
      + ` unread ones: an estimate from ${number(found.kept)} kept of ${number(found.read)} read in this query,`
      + " right nine times in ten when you read from the best score down. Papers without a decision count as unread." : "";
  }

  /** @param {any} told */
  progressed({ running, done, total, text, error }) {
    this.progress.hidden = !running;
    if (!running) this.table.job.told = false; // there is something to review now
    this.meter.max = Math.max(total, 1);
    this.meter.value = done;
    this.meterText.textContent = `${done} of ${total}`;
    if (text) this.tell(text, Boolean(error));
  }
}
