// The grid: draws the rows in sight, however long the list; where the cursor is, and scrolling.

import { button, h } from "./dom.js";
import { hasKatex } from "./formulas.js";
import { chosenIn } from "./triage_facets.js";
import { HAS, MARKS } from "./triage_words.js";
import { held, inSight, scaleOf, tallness, wish } from "./windows.js";

/** @typedef {import("./triage.js").Triage} Triage */
/** @typedef {import("./triage_rows.js").Row} Row */
/** @typedef {HTMLElement & {said?: string}} Cell */
/** @typedef {{node: HTMLElement, cells: Cell[], index: number, y?: number, key?: string, columns?: string, row?: Row, chosen?: boolean}} Line */

const HEAD = 28; // px, as in the style sheet
export const HEIGHTS = /** @type {Record<string, number>} */ ({ compact: 30, normal: 54, roomy: 76 });

export class Grid {
  /** @param {Triage} table */
  constructor(table) {
    this.table = table;
    /** @type {Line[]} */
    this.pool = [];
    this.tall = 0; // px of the grid
    this.top = 0; // px the list is scrolled; reading it from the page would lay the page out
    this.seen = 0; // px above the rows that are drawn, in a list of full height
    this.fitted = 0;
    this.pending = 0;
    this.scroll = { at: 0, speed: 0, when: 0 }; // rows, rows per ms, ms
    this.answered = ""; // the words the rows on the screen answer
    this.header = h("div", { class: "pk-row pk-header", role: "row", "aria-rowindex": 1 });
    this.spacer = h("div", { class: "pk-spacer", role: "presentation" });
    this.body = h("div", { class: "pk-body", role: "rowgroup" });
    this.nothing = h("div", { class: "pk-nothing", hidden: true });
    this.node = h("div", { class: "pk-grid", role: "grid", tabindex: 0, "aria-label": "Papers",
      "aria-multiselectable": "true", onscroll: () => this.onScroll() },
    h("div", { class: "pk-top", role: "rowgroup" }, this.header), this.body, this.spacer);
  }

  get height() {
    return HEIGHTS[this.table.state.value.density] ?? HEIGHTS.normal;
  }

  get scale() {
    return scaleOf(this.table.rows.total * this.height, this.view);
  }

  get view() {
    return Math.max(0, this.tall - HEAD);
  }

  get shown() {
    return Math.max(1, Math.floor(this.view / this.height));
  }

  /** Where a person's hand is, and how fast. */
  get hand() {
    const { at, speed, when } = this.scroll;
    return { at, speed, since: performance.now() - when, shown: this.shown };
  }

  onScroll() {
    const now = performance.now();
    this.top = this.node.scrollTop;
    const at = (this.top * this.scale) / this.height;
    const passed = now - this.scroll.when;
    const speed = passed > 80 ? 0 : 0.5 * this.scroll.speed + (0.5 * (at - this.scroll.at)) / Math.max(1, passed);
    this.scroll = { at, speed, when: now };
    this.draw();
  }

  /** Follow the size of the cell. Columns that fit: nothing ever scrolls sideways. */
  fit() {
    const width = this.node.clientWidth;
    const wasShown = this.isShown(this.table.cursor);
    this.tall = this.node.clientHeight;
    this.top = this.node.scrollTop; // lost when the cell was out of the page
    if (wasShown) this.reveal(false); // a line above the table takes room: what was in sight stays so
    if (!width || (width === this.fitted && this.pool.length)) return this.draw();
    this.fitted = width;
    this.table.arrange();
  }

  draw() {
    this.pending ||= requestAnimationFrame(() => {
      this.pending = 0;
      this.paint();
    });
  }

  paint() {
    const { height, view } = this;
    const { rows } = this.table;
    if (!view) return; // not laid out (a hidden tab, a cell out of sight): painted when it is
    const offset = this.top * this.scale; // of the first visible pixel in a list of full height
    this.seen = held(offset, { seen: this.seen, view, height, total: rows.total, arrived: rows.arrived,
      known: (place) => rows.byPlace.has(place) });
    rows.arrived = null;
    const [first, last] = inSight(this.seen, view, height, rows.total, 2);
    this.spacer.style.height = `${tallness(rows.total * height)}px`;
    // What is behind stays where it is while the list runs on under it, drawn once; what is not
    // moves with the list, also where the browser scrolls before this page hears of it.
    const behind = this.seen !== offset;
    this.body.classList.toggle("pk-behind", behind);
    this.body.style.transform = `translateY(${(behind ? 0 : this.top) + first * height - this.seen}px)`;
    while (this.pool.length < last - first) this.pool.push(this.makeLine());
    this.pool.forEach((line, i) => { this.show(line, first + i, last, i * height); });
    this.wantAround(offset);
    this.point();
    this.empty();
    this.table.bars.status();
    this.table.root.dataset.shown = this.answered;
  }

  /** Say why there is nothing to see, and what to do about it. */
  empty() {
    const { rows, query } = this.table;
    this.nothing.hidden = rows.total > 0;
    if (rows.total) return;
    const narrowed = Boolean(query.text) || chosenIn(query, "-published") > 0;
    const said = narrowed ? "No papers match." : "Nothing here yet.";
    if (this.nothing.firstChild?.textContent === said) return;
    this.nothing.replaceChildren(h("p", {}, said), narrowed
      ? button("Clear filters", () => this.table.job.clearFilters())
      : h("p", { class: "pk-facts" }, "Add papers in a cell: ", h("code", {}, 'library.add(search("your topic"))')));
  }

  /** Tell screen readers where the cursor is. */
  point() {
    const { rows, cursor } = this.table;
    this.node.setAttribute("aria-rowcount", String(rows.total + 1));
    const here = this.pool.find((line) => !line.node.hidden && line.index === cursor);
    if (here) this.node.setAttribute("aria-activedescendant", here.node.id);
    else this.node.removeAttribute("aria-activedescendant");
  }

  /** @param {number} offset px */
  wantAround(offset) {
    const { rows, root } = this.table;
    const sight = inSight(offset, this.view, this.height, rows.total);
    const found = wish(sight, rows.total, (place) => rows.fresh(place));
    if (!found || (!found.missing && !root.dataset.ready)) return;
    const rest = found.missing ? 0 : rows.asleep - performance.now();
    if (!(rest > 0)) return rows.want(found.span);
    clearTimeout(this.waking);
    this.waking = setTimeout(() => this.draw(), rest);
  }

  makeLine() {
    const node = h("div", { class: "pk-row", role: "row", id: `${this.table.name}-${this.pool.length}` });
    /** @type {Line} */
    const line = { node, cells: [], index: -1 };
    node.addEventListener("mousedown", (event) => event.shiftKey && event.preventDefault());
    node.addEventListener("click", (event) => this.table.choice.click(event, line.index));
    node.addEventListener("dblclick", () => this.table.togglePane(true));
    this.body.append(node);
    return line;
  }

  /** @param {Line} line @param {number} index @param {number} last @param {number} y */
  show(line, index, last, y) {
    line.node.hidden = index >= last;
    line.node.classList.toggle("pk-active", index < last && index === this.table.cursor);
    if (index >= last) return;
    if (line.y !== y) line.node.style.transform = `translateY(${y}px)`;
    line.y = y;
    const row = this.table.rows.at(index);
    const columns = this.table.columns.key;
    const key = `${columns}|${this.answered}|${hasKatex()}`;
    const chosen = Boolean(row?.selected);
    if (row && line.row === row && line.index === index && line.key === key && line.chosen === chosen) return;
    if (line.columns !== columns) this.makeCells(line, columns);
    Object.assign(line, { row, key, index, chosen });
    this.fill(line);
  }

  /** @param {Line} line @param {string} columns */
  makeCells(line, columns) {
    line.columns = columns;
    line.cells = this.table.columns.shown.map(({ key }, place) =>
      h("div", { class: `pk-cell pk-${key.replace(/:.*/, "")}`, role: "gridcell", "aria-colindex": place + 1 }));
    line.node.replaceChildren(...line.cells);
  }

  /** @param {Line} line */
  fill({ node, cells, row, index, chosen }) {
    node.setAttribute("aria-rowindex", String(index + 2));
    node.setAttribute("aria-selected", String(chosen));
    node.dataset.decision = row?.decision ?? "";
    node.classList.toggle("pk-blank", !row);
    this.table.columns.shown.forEach(({ key }, place) => {
      if (!row) once(cells[place], "", () => "");
      else if (key === "title") this.fillTitle(cells[place], row);
      else if (key.startsWith("answer:")) fillAnswer(cells[place], row, key.slice(7));
      else fillCell(cells[place], key, row);
    });
  }

  /** The title, and below it in small what else tells a paper. @param {Cell} cell @param {Row} row */
  fillTitle(cell, row) {
    cell.title = row.title;
    cell.said = undefined;
    if (cell.childElementCount !== 2) cell.replaceChildren(h("span", { class: "pk-name" }), h("span", { class: "pk-meta" }));
    const [name, meta] = /** @type {HTMLCollectionOf<HTMLElement>} */ (cell.children);
    this.table.say(name, row.title);
    meta.replaceChildren(...metaOf(row));
  }

  /** @param {number} place */
  isShown(place) {
    const top = this.top * this.scale;
    return place * this.height >= top && (place + 1) * this.height <= top + this.view;
  }

  /** Bring the cursor into sight. @param {boolean} center */
  reveal(center) {
    const { view, scale, height } = this;
    if (this.isShown(this.table.cursor)) return;
    const top = this.top * scale;
    const at = this.table.cursor * height;
    const wanted = center ? at - view / 2 : at < top ? at : at + height - view;
    this.scrollTo(wanted / scale);
  }

  /** The browser may stop short of it, and then says so in a scroll event. @param {number} top px */
  scrollTo(top) {
    this.top = Math.max(0, top);
    this.node.scrollTop = this.top;
  }

  close() {
    clearTimeout(this.waking);
  }
}

/** A cell is made once and says other things later; what it says already is not said again. @param {Cell} cell @param {string} text @param {(text: string) => string | Node | (string | Node)[]} content */
function once(cell, text, content) {
  if (cell.said === text) return;
  cell.said = text;
  cell.title = text;
  cell.replaceChildren(...[content(text)].flat());
}

/** @param {Cell} cell @param {string} key @param {any} row */
function fillCell(cell, key, row) {
  if (key === "decision") {
    const said = row.score === undefined ? "" : `score ${row.score.toFixed(2)}`;
    const style = `--score:${Math.max(0, Math.min(1, row.score))}`;
    once(cell, [row.decision, said].filter(Boolean).join(", "), () => [
      h("span", { class: "pk-mark", "aria-hidden": "true" }, MARKS[row.decision] ?? ""), h("span", { class: "pk-unseen" }, row.decision ?? ""),
      ...(said ? [h("span", { class: "pk-bar", style })] : [])]);
  } else if (key === "score") {
    once(cell, row.score?.toFixed(2) ?? "", (text) => text);
  } else if (["categories", "topics", "tags"].includes(key)) {
    const names = /** @type {string[]} */ (row[key] ?? []);
    once(cell, names.join(", "), () => names.map((name) => h("span", { class: "pk-chip" }, name)));
  } else {
    once(cell, plainCell(key, row), (text) => text);
    if (key === "version") cell.classList.toggle("pk-new", Boolean(row.status));
  }
}

/** @param {string} key @param {any} row @returns {string} */
function plainCell(key, row) {
  if (key === "version") return row.status || `v${row.version}`;
  if (key === "has") return (row.has ?? []).map((/** @type {string} */ name) => HAS[name] ?? name).join(", ");
  if (key !== "authors") return row[key] ?? "";
  const first = (row.authors ?? []).slice(0, 2);
  const more = row.author_count - first.length;
  return first.join(", ") + (more > 0 ? ` +${more}` : "");
}

/** Who, when, where, and what a person said of it. @param {Row} row @returns {(string | Node)[]} */
function metaOf(row) {
  const more = row.author_count - 1;
  const facts = [`${row.authors?.[0] ?? ""}${more > 0 ? ` +${more}` : ""}`, row.published, row.categories?.[0] ?? ""];
  const rest = [row.note ? `✎ ${row.note}` : "", row.status ?? "", ...(row.has ?? []).map((name) => HAS[name] ?? name)];
  const tags = (row.tags ?? []).map((tag) => `#${tag}`).join(" ");
  return [facts.filter(Boolean).join(" · "), ...(tags ? [" · ", h("span", { class: "pk-tag" }, tags)] : []),
    rest.filter(Boolean).map((text) => ` · ${text}`).join("")];
}

/** What a paper's summary answers, its evidence on hover. @param {Cell} cell @param {Row} row @param {string} key */
function fillAnswer(cell, row, key) {
  const { text = "", quote = "" } = row.answers?.[key] ?? {};
  once(cell, text, (said) => said);
  cell.title = quote ? `${text}\n“${quote}”` : text;
}
