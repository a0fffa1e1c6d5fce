// The View menu: sorting, row height, the reading pane, more columns, and saved searches.

import { button, h } from "./dom.js";
import { focus, keyOf } from "./keys.js";
import { HEIGHTS } from "./triage_grid.js";
import { COLUMNS, SORTS } from "./triage_words.js";

/** @typedef {import("./triage.js").Triage} Triage */

export class View {
  /** @param {Triage} table */
  constructor(table) {
    this.table = table;
    /** @type {string[]} */
    this.names = [];
    this.menu = h("div", { class: "pk-menu", hidden: true, role: "group", "aria-label": "View",
      onkeydown: (/** @type {KeyboardEvent} */ event) => { if (keyOf(event) === "Escape") this.toggle(false); } });
    this.button = button("View ▾", () => this.toggle(), { title: "Order, rows, columns and saved searches", "aria-expanded": "false" });
  }

  get open() {
    return !this.menu.hidden;
  }

  toggle(on = !this.open) {
    const inside = this.menu.contains(document.activeElement);
    this.menu.hidden = !on;
    this.button.setAttribute("aria-expanded", String(on));
    if (on) {
      this.draw();
      focus(/** @type {HTMLElement | null} */ (this.menu.querySelector("select, input, button")));
    } else if (inside) focus(this.table.grid.node);
  }

  draw() {
    const { table } = this;
    const { density, pane } = table.state.value;
    this.menu.replaceChildren(
      h("label", { class: "pk-menu-row" }, "Order", this.sorts()),
      h("div", { class: "pk-menu-row", role: "group", "aria-label": "Row height" }, "Rows", ...Object.keys(HEIGHTS).map((name) =>
        button(name, () => this.choose({ density: name }), { "aria-pressed": String(name === density) }))),
      h("label", { class: "pk-menu-row" }, h("input", { type: "checkbox", checked: pane, onchange: () => table.togglePane() }), "Reading pane"),
      h("div", { class: "pk-caption" }, "More columns"),
      this.offer(false),
      ...(table.questions.length ? [h("div", { class: "pk-caption" }, "Answers as columns"), this.offer(true)] : []),
      button("Reset columns", () => this.choose({ columns: null, widths: {} })),
      h("div", { class: "pk-caption" }, "Saved searches"),
      ...this.names.map((name) => button(name, () => this.load(name), { class: "pk-button pk-menu-item" })),
      button("Save this search…", () => this.save()));
  }

  /** @param {boolean} answers */
  offer(answers) {
    const some = this.table.columns.offered.filter(({ key }) => key.startsWith("answer:") === answers);
    return h("div", { class: "pk-menu-columns" }, some.map((c) => this.column(c)));
  }

  sorts() {
    const [now] = this.table.query.sort ?? ["-published"];
    const by = COLUMNS.find(({ sort }) => sort && sort === now.replace(/^-/, ""));
    const known = SORTS[now] || !by ? SORTS : { ...SORTS, [now]: `${by.label}${now === by.turn + by.sort ? "" : ", reversed"}` };
    const select = h("select", { class: "pk-select", onchange: () => this.table.wanted({ sort: [select.value] }) },
      Object.entries(known).map(([value, label]) => h("option", { value }, label)));
    select.value = now;
    return select;
  }

  /** @param {import("./triage_words.js").Column} column */
  column(column) {
    const { columns, state } = this.table;
    const chosen = /** @type {string[]} */ (state.value.columns ?? []);
    const has = chosen.includes(column.key);
    const turn = () => this.choose({ columns: has ? chosen.filter((key) => key !== column.key) : [...chosen, column.key] });
    const room = columns.dropped.includes(column.key) ? " (no room; close the reading pane or hide a column)" : "";
    return h("label", { class: "pk-menu-row" }, h("input", { type: "checkbox", checked: has, onchange: turn }), column.label + room);
  }

  /** @param {object} change */
  choose(change) {
    this.table.remember(change);
    this.table.grid.reveal(true);
    this.draw();
  }

  /** @param {string} name */
  load(name) {
    this.toggle(false);
    this.table.try("load", { name });
  }

  save() {
    const { table } = this;
    this.toggle(false);
    table.choice.prompt("Save this search as", "", this.names, async (text) => {
      const name = text.trim();
      if (name && await table.writes.add("save", { name }, { name: `search ${name}` })) table.tell(`Search saved: ${name}`);
    });
  }

  /** @param {string[]} names */
  saved(names) {
    this.names = names;
    if (this.open) this.draw();
  }
}
