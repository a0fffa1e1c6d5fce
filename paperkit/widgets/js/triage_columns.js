// The columns: which are shown, in which order and how wide; their heads, and the menu that changes them.

import { button, h } from "./dom.js";
import { COLUMNS } from "./triage_words.js";

/** @typedef {import("./triage.js").Triage} Triage */
/** @typedef {import("./triage_words.js").Column} Column */

const columnOf = (/** @type {string} */ key) => /** @type {Column} */ (COLUMNS.find((c) => c.key === key));

export class Columns {
  /** @param {Triage} table */
  constructor(table) {
    this.table = table;
    this.scored = false;
    this.key = ""; // differs once anything about the columns does
    /** @type {Column[]} */
    this.shown = [];
    /** @type {Column[]} */
    this.dropped = [];
    this.heads = "";
    this.menu = h("div", { class: "pk-menu", hidden: true });
    this.button = button("Columns", () => this.toggleMenu(), { title: "Choose and order columns", "aria-expanded": "false" });
  }

  get order() {
    const hidden = ["note", "has", "version", this.scored ? "" : "score"];
    return this.table.state.value.columns ?? COLUMNS.map((c) => c.key).filter((key) => !hidden.includes(key));
  }

  /** Once there is a ranking its column is shown. @param {{score?: number}[]} rows */
  learn(rows) {
    if (this.scored || !rows.some((row) => row.score !== undefined)) return;
    this.scored = true;
    this.table.arrange();
  }

  /** @param {Column} column */
  width({ key, width }) {
    return this.table.state.value.widths?.[key] || width || 300;
  }

  /** Take the columns that fit: the least important go first. */
  arrange() {
    const { node, height } = this.table.grid;
    const { columns, density } = this.table.state.value;
    const wanted = this.order.map(columnOf).filter(Boolean);
    const room = (node.clientWidth || 900) - 4;
    // In a narrow panel the title gives way to what was decided, to nothing else.
    const title = columns ? 160 : Math.min(300, room - COLUMNS[0].width);
    let total = wanted.reduce((sum, c) => sum + (c.key === "title" ? title : this.width(c)), 0);
    const shown = new Set(wanted);
    for (const column of [...wanted].sort((a, b) => a.rank - b.rank)) {
      if (total <= room || column.key === "title") break;
      shown.delete(column);
      total -= this.width(column);
    }
    this.shown = wanted.filter((c) => shown.has(c));
    this.dropped = wanted.filter((c) => !shown.has(c));
    const tracks = this.shown.map((c) => (c.key === "title" ? "minmax(0, 1fr)" : `${this.width(c)}px`)).join(" ");
    this.key = tracks + this.shown.map((c) => c.key).join() + density;
    node.style.setProperty("--columns", tracks);
    node.style.setProperty("--height", `${height}px`);
    node.setAttribute("aria-colcount", String(this.shown.length));
    this.drawHeads();
  }

  drawHeads() {
    const sorts = this.table.query.sort ?? ["-published"];
    const key = `${this.key}|${sorts}`;
    if (key === this.heads) return;
    this.heads = key;
    this.table.grid.header.replaceChildren(...this.shown.map((column, place) => this.head(column, place, sorts)));
  }

  /** @param {Column} column @param {number} place @param {string[]} sorts */
  head(column, place, sorts) {
    const at = column.sort ? sorts.findIndex((s) => s.replace(/^-/, "") === column.sort) : -1;
    const down = at >= 0 && sorts[at].startsWith("-");
    const mark = at < 0 ? "" : (down ? "▼" : "▲") + (sorts.length > 1 ? at + 1 : "");
    const label = column.key === "decision" ? h("span", { class: "pk-unseen" }, column.label) : column.label;
    const turn = h("span", { class: "pk-turn", "aria-hidden": "true" }, mark);
    const sort = (/** @type {MouseEvent} */ event) => this.sortBy(column, event.shiftKey);
    const name = column.sort
      ? button([label, turn], sort, { class: "pk-sort", title: "Sort; with Shift: sort by this too", draggable: true })
      : h("span", { class: "pk-sort", draggable: true }, label);
    name.addEventListener("dragstart", (event) => event.dataTransfer?.setData("text/pk-column", column.key));
    return h("div", { class: "pk-cell pk-heading", role: "columnheader", "aria-colindex": place + 1,
      "aria-sort": at < 0 ? "none" : down ? "descending" : "ascending",
      ondragover: (/** @type {DragEvent} */ event) => event.preventDefault(),
      ondrop: (/** @type {DragEvent} */ event) => this.drop(event, column.key) },
    name, column.key !== "title" && this.grip(column));
  }

  /** @param {Column} column @param {boolean} add */
  sortBy({ sort, turn }, add) {
    if (!sort) return;
    const now = /** @type {string[]} */ (this.table.query.sort ?? []);
    const has = now.find((s) => s.replace(/^-/, "") === sort);
    const turned = has === undefined ? turn + sort : has.startsWith("-") ? sort : `-${sort}`;
    const several = has === undefined ? [...now, turned] : now.map((s) => (s === has ? turned : s));
    this.table.wanted({ sort: add ? several : [turned] });
  }

  /** @param {Column} column */
  grip(column) {
    // The title takes what is left: columns before it end at their grip, those after it begin there.
    const right = this.shown.indexOf(column) > this.shown.findIndex((c) => c.key === "title");
    const grip = h("span", { class: right ? "pk-grip pk-before" : "pk-grip", "aria-hidden": "true" });
    grip.addEventListener("pointerdown", (event) => {
      event.preventDefault();
      event.stopPropagation();
      grip.setPointerCapture(event.pointerId);
      this.resize(column, event.clientX, right ? -1 : 1);
    });
    return grip;
  }

  /** Follow the pointer until it is let go; the heads are drawn anew meanwhile. @param {Column} column @param {number} from px @param {number} side */
  resize(column, from, side) {
    const begun = this.width(column);
    const { state } = this.table;
    const drag = (/** @type {PointerEvent} */ event) => {
      const width = Math.max(40, Math.min(600, begun + side * (event.clientX - from)));
      state.try({ widths: { ...state.value.widths, [column.key]: Math.round(width) } });
      this.table.arrange();
    };
    const drop = () => {
      window.removeEventListener("pointermove", drag);
      window.removeEventListener("pointerup", drop);
      this.table.remember({});
    };
    window.addEventListener("pointermove", drag);
    window.addEventListener("pointerup", drop);
  }

  /** @param {DragEvent} event @param {string} before */
  drop(event, before) {
    event.preventDefault();
    const key = event.dataTransfer?.getData("text/pk-column");
    if (key && key !== before) this.move(key, this.order.indexOf(before));
  }

  /** @param {string} key @param {number} place */
  move(key, place) {
    const rest = this.order.filter((k) => k !== key);
    rest.splice(Math.max(0, place), 0, key);
    this.table.remember({ columns: rest });
  }

  toggleMenu(on = this.menu.hidden) {
    this.menu.hidden = !on;
    this.button.setAttribute("aria-expanded", String(on));
    if (!on) return;
    this.drawMenu();
    /** @type {HTMLElement | null} */ (this.menu.querySelector("input:enabled"))?.focus();
  }

  drawMenu() {
    const shown = this.order;
    const rest = COLUMNS.map((c) => c.key).filter((key) => !shown.includes(key));
    const reset = button("As at first", () => this.choose({ columns: null, widths: {} }));
    this.menu.replaceChildren(...[...shown, ...rest].map((key) => this.menuRow(columnOf(key))), reset);
  }

  /** @param {Column} column */
  menuRow(column) {
    const shown = this.order;
    const at = shown.indexOf(column.key);
    const toggle = () => {
      this.choose({ columns: at >= 0 ? shown.filter((k) => k !== column.key) : [...shown, column.key] });
      if (this.dropped.includes(column)) this.table.tell(`${column.label}: no room; close the pane or hide another column`);
    };
    const shift = (/** @type {number} */ by, /** @type {string} */ label) => button(by < 0 ? "↑" : "↓", () => {
      this.move(column.key, at + by);
      this.drawMenu();
    }, { "aria-label": `${label} ${column.label}`, disabled: at < 0 || at + by < 0 || at + by >= shown.length });
    const box = h("input", { type: "checkbox", checked: at >= 0, disabled: column.key === "title", onchange: toggle });
    return h("div", { class: "pk-menu-row" }, h("label", {}, box, column.label), shift(-1, "Move left"), shift(1, "Move right"));
  }

  /** @param {object} change */
  choose(change) {
    this.table.remember(change);
    this.drawMenu();
  }
}
