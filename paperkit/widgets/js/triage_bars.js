// What stands above and below the table: search, saved queries, buttons, what is told.

import { button, h, number, write } from "./dom.js";
import { focus, keyOf } from "./keys.js";
import { HELP } from "./triage_words.js";

/** @typedef {import("./triage.js").Triage} Triage */

export class Bars {
  /** @param {Triage} table */
  constructor(table) {
    this.table = table;
    /** @type {number | undefined} */
    this.matching = undefined;
    /** @type {string[]} */
    this.names = [];
    this.search = h("input", { type: "search", class: "pk-search", placeholder: "Search title, abstract, authors  ( / )",
      "aria-label": "Search title, abstract and authors", value: table.query.text ?? "", autocomplete: "off", spellcheck: false,
      oninput: () => table.wanted({ text: this.search.value }),
      onkeydown: (/** @type {KeyboardEvent} */ event) => this.searchKey(event) });
    this.count = button("", () => table.wanted({}), { class: "pk-count", title: "List anew (r)" });
    this.queries = h("select", { class: "pk-select", "aria-label": "Saved queries", onchange: () => this.pickSaved() });
    this.filters = button("Filters", () => table.toggleFacets(), { title: "Filters (f)", "aria-expanded": "false" });
    this.live = h("span", { class: "pk-live", role: "status", "aria-live": "polite" });
    this.unseen = h("span", { class: "pk-unread", hidden: true });
    this.meter = h("progress", { "aria-label": "Summarizing" });
    this.meterText = h("span");
    this.progress = h("span", { class: "pk-progress", hidden: true }, this.meter, this.meterText,
      button("Stop", () => table.try("stop")));
    this.head = h("div", { class: "pk-head" }, this.filters, this.search, this.count, this.queries, table.columns.button,
      button("Rows", () => table.nextDensity(), { title: "Row height (z)" }),
      button("Pane", () => table.togglePane(), { title: "Reading pane (Enter)" }),
      button("?", () => this.toggleHelp(), { title: "Keys (?)", "aria-label": "Keys" }), table.columns.menu);
    this.foot = h("div", { class: "pk-foot" }, this.buttons(), this.progress, this.unseen, this.live);
    this.help = this.makeHelp();
    this.drawSaved([]);
  }

  buttons() {
    const { choice, modelName } = this.table;
    /** @type {[string, string, () => void][]} */
    const all = [
      ["Keep", "s", () => choice.decide("keep")], ["Skip", "d", () => choice.decide("skip")],
      ["Later", "l", () => choice.decide("later")], ["Undo", "u", () => choice.undo()],
      ["Tag", "t", () => choice.tag()], ["Note", "n", () => choice.note()],
    ];
    const nodes = all.map(([label, key, run]) => button([label, h("kbd", {}, key)], run, { title: `${label} (${key})` }));
    const title = `Summarize the selection with ${modelName}`;
    return [...nodes, button("Summarize", () => choice.summarize(), { hidden: !modelName, title })];
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

  /** @param {string[]} names */
  drawSaved(names) {
    this.names = names;
    this.queries.replaceChildren(h("option", { value: "" }, "Saved queries"),
      ...names.map((name) => h("option", { value: `=${name}` }, name)), h("option", { value: "+" }, "Save this query…"));
    this.queries.value = "";
  }

  pickSaved() {
    const { table, queries: { value } } = this;
    this.queries.value = "";
    if (value !== "+") return void (value && table.try("load", { name: value.slice(1) }));
    table.choice.prompt("Save the query as", "", this.names, async (text) => {
      const name = text.trim();
      if (name && await table.try("save", { name })) this.tell(`saved: ${name}`);
    });
  }

  status() {
    const { rows: { total }, choice } = this.table;
    const stale = this.matching !== undefined && this.matching !== total ? ` (${number(this.matching)} match now)` : "";
    write(this.count, `${number(total)} papers${stale}${choice.count ? ` · ${number(choice.count)} selected` : ""}`);
  }

  tell(text = "", wrong = false) {
    this.live.textContent = text;
    this.live.title = text;
    this.live.classList.toggle("pk-wrong", wrong);
  }

  /** Say how much is probably still to be found: quietly, and only when there is an answer. @param {any} told */
  remaining({ found }) {
    this.unseen.hidden = !found;
    if (!found) return;
    const { low, high, open, read, kept } = found;
    const range = low === high ? number(low) : `${number(low)} to ${number(high)}`;
    const text = `about ${range} relevant papers unseen of ${number(open)}`;
    this.unseen.textContent = text;
    this.unseen.title = `${text}: an estimate from ${number(kept)} kept of ${number(read)} read in this`
      + " query, nine times in ten right when the papers are read from the best score down. Without a decision counts as unseen.";
  }

  /** @param {any} told */
  progressed({ running, done, total, text, error }) {
    this.progress.hidden = !running;
    this.meter.max = Math.max(total, 1);
    this.meter.value = done;
    this.meterText.textContent = `${done} of ${total}`;
    if (text) this.tell(text, Boolean(error));
  }
}
