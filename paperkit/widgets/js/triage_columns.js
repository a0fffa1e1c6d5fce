// The columns: a paper in two lines, and those a person adds; how wide they are, and their heads.

import { button, h } from "./dom.js";
import { COLUMNS } from "./triage_words.js";

/** @typedef {import("./triage.js").Triage} Triage */
/** @typedef {import("./triage_words.js").Column} Column */

const [DECISION, TITLE] = COLUMNS;
const BY = ["title", "authors", "published", "category", "score"]; // what the heads of two-line rows sort by
const LEAST = 150; // px of the title
const EASY = 250; // px of the title, for which columns shrink
const SHRUNK = 0.5; // of its width: no column gets narrower
const SHORT = 72; // px; a head that needs no more can always be read
const TURN = 16; // px of the sign that tells the direction
const MORE = 28; // px of the button that leads to the other orders

/** About how wide a column's head is, in px. @param {Column} column @param {boolean} [sorted] */
const headWidth = ({ label }, sorted = false) => label.length * 7 + 14 + (sorted ? TURN : 0);

/**
 * Return the widths of the columns that fit, in px by key: they shrink, then the least important go.
 * @param {Column[]} columns @param {(column: Column) => number} widthOf @param {number} room px, with the title's
 */
export function fitted(columns, widthOf, room) {
  const kept = new Set(columns);
  const least = (/** @type {Column} */ column) => Math.max(widthOf(column) * SHRUNK, Math.min(widthOf(column), headWidth(column, true), SHORT));
  const total = (/** @type {(column: Column) => number} */ width) => [...kept].reduce((sum, column) => sum + width(column), 0);
  for (const column of [...columns].sort((a, b) => a.rank - b.rank)) {
    if (total(least) <= room - LEAST) break;
    kept.delete(column);
  }
  const share = Math.min(1, (room - EASY) / total(widthOf));
  return new Map([...kept].map((column) => [column.key, Math.floor(Math.max(least(column), widthOf(column) * share))]));
}

/**
 * Return the heads that fit side by side above the titles: those the list is sorted by before others.
 * @param {Column[]} heads @param {(column: Column) => boolean} isSorted @param {number} room px
 */
export function fittingHeads(heads, isSorted, room) {
  const width = (/** @type {Column} */ head) => headWidth(head, isSorted(head));
  if (heads.reduce((sum, head) => sum + width(head), 0) <= room) return heads;
  let left = room - MORE;
  const kept = [...heads].sort((a, b) => Number(isSorted(b)) - Number(isSorted(a))).filter((head, place) => {
    left -= width(head);
    return !place || left >= 0;
  });
  return heads.filter((head) => kept.includes(head));
}

export class Columns {
  /** @param {Triage} table */
  constructor(table) {
    this.table = table;
    this.key = ""; // differs once anything about the columns does
    /** @type {Column[]} */
    this.shown = [];
    /** @type {string[]} */
    this.dropped = [];
    this.heads = "";
    this.room = 0; // px of the titles
  }

  /** What can be added: facts, and the answers of an outline. @returns {Column[]} */
  get offered() {
    const answers = this.table.questions.map(({ key, heading }) =>
      ({ key: `answer:${key}`, label: heading, width: 180, sort: null, turn: "", rank: 9 }));
    return [...COLUMNS.filter((column) => column !== DECISION && column !== TITLE), ...answers];
  }

  /** The columns a person added. */
  get added() {
    const { offered } = this;
    return (this.table.state.value.columns ?? []).flatMap((key) => offered.find((c) => c.key === key) ?? []);
  }

  /** @param {Column} column */
  width({ key, width }) {
    return this.table.state.value.widths?.[key] || width;
  }

  /** Take the columns that fit. */
  arrange() {
    const { node, height } = this.table.grid;
    const { added } = this;
    const room = (node.clientWidth || 900) - DECISION.width;
    const widths = fitted(added, (column) => this.width(column), room);
    this.room = room - [...widths.values()].reduce((sum, width) => sum + width, 4);
    this.shown = [DECISION, TITLE, ...added.filter(({ key }) => widths.has(key))];
    this.dropped = added.filter(({ key }) => !widths.has(key)).map(({ key }) => key);
    const tracks = this.shown.map((c) => (c === TITLE ? "minmax(0, 1fr)" : `${widths.get(c.key) ?? c.width}px`)).join(" ");
    this.key = tracks + this.shown.map((c) => c.key).join() + this.table.state.value.density;
    node.style.setProperty("--columns", tracks);
    node.style.setProperty("--height", `${height}px`);
    node.setAttribute("aria-colcount", String(this.shown.length));
    this.drawHeads();
  }

  drawHeads() {
    const sorts = this.table.query.sort ?? ["-published"];
    const key = `${this.key}|${sorts}|${this.room}`;
    if (key === this.heads) return;
    this.heads = key;
    const [, , ...added] = this.shown;
    const by = COLUMNS.filter((column) => column.sort && BY.includes(column.sort) && !added.includes(column));
    const heads = fittingHeads(by, ({ sort }) => sorts.some((/** @type {string} */ s) => s.replace(/^-/, "") === sort), this.room);
    const more = heads.length < by.length && h("div", { class: "pk-cell pk-heading pk-more", role: "columnheader" },
      button("…", () => this.table.view.toggle(true), { class: "pk-sort", title: "More ways to sort, in the View menu", "aria-label": "More ways to sort" }));
    this.table.grid.header.replaceChildren(
      h("div", { class: "pk-cell", role: "columnheader" }, h("span", { class: "pk-unseen" }, "Decision")),
      h("div", { class: "pk-sorts", role: "presentation" }, heads.map((column) => this.head(column, sorts)), more),
      ...added.map((column) => this.head(column, sorts, true)));
  }

  /** @param {Column} column @param {string[]} sorts @param {boolean} [wide] whether it stands above a column of its own */
  head(column, sorts, wide = false) {
    const at = column.sort ? sorts.findIndex((s) => s.replace(/^-/, "") === column.sort) : -1;
    const down = at >= 0 && sorts[at].startsWith("-");
    const mark = at < 0 ? "" : (down ? "▼" : "▲") + (sorts.length > 1 ? at + 1 : "");
    const turn = h("span", { class: "pk-turn", "aria-hidden": "true" }, mark);
    const sort = (/** @type {MouseEvent} */ event) => this.sortBy(column, event.shiftKey);
    const label = h("span", { class: "pk-label" }, column.label);
    const title = `Sort by ${column.label.toLowerCase()}; Shift+click to sort by it second`;
    const name = column.sort ? button([label, turn], sort, { class: "pk-sort", title }) : h("span", { class: "pk-sort", title: column.label }, label);
    return h("div", { class: "pk-cell pk-heading", role: "columnheader",
      "aria-sort": at < 0 ? "none" : down ? "descending" : "ascending" }, name, wide && this.grip(column));
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

  /** The title takes what is left: a column after it begins at its grip. @param {Column} column */
  grip(column) {
    const grip = h("span", { class: "pk-grip", "aria-hidden": "true" });
    grip.addEventListener("pointerdown", (event) => {
      event.preventDefault();
      event.stopPropagation();
      grip.setPointerCapture(event.pointerId);
      this.resize(column, event.clientX);
    });
    return grip;
  }

  /** Follow the pointer until it is let go; the heads are drawn anew meanwhile. @param {Column} column @param {number} from px */
  resize(column, from) {
    const begun = this.width(column);
    const { state } = this.table;
    const drag = (/** @type {PointerEvent} */ event) => {
      const width = Math.max(40, Math.min(600, begun - (event.clientX - from)));
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
}
