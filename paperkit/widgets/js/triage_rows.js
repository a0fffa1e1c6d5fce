// The rows a table knows: some thousand of a list of any length, fetched as they come into view.

import { PAGE, ahead, lacking } from "./windows.js";

/** @typedef {import("./triage.js").Triage} Triage */
/** @typedef {import("./windows.js").Span} Span */
/**
 * @typedef {object} Row what the table shows of a paper
 * @property {number} num
 * @property {string} id
 * @property {string} title
 * @property {string[]} [authors]
 * @property {number} author_count
 * @property {string} published
 * @property {string} updated
 * @property {number} version
 * @property {string} [decision]
 * @property {number} [score]
 * @property {string} [status]
 * @property {string} [note]
 * @property {string[]} [categories]
 * @property {string[]} [topics]
 * @property {string[]} [tags]
 * @property {string[]} [has]
 * @property {Record<string, {text: string, quote: string}>} [answers] by question, where a column shows them
 * @property {boolean} [selected]
 * @property {boolean} [old] known, but perhaps out of date
 */

export const KEPT = 4000; // rows remembered
export const REST = 300; // ms; nothing is fetched ahead so soon after a query: the next letter may follow

export class Rows {
  /** @param {Triage} table */
  constructor(table) {
    this.table = table;
    this.generation = -1;
    this.total = 0;
    this.latency = 30; // ms
    this.asleep = 0;
    this.fetching = false;
    /** @type {Span | null} */
    this.wish = null;
    /** @type {Span | null} */
    this.arrived = null;
    /** @type {Map<number, Row>} */
    this.byPlace = new Map();
    /** @type {Map<string, number>} */
    this.places = new Map();
  }

  /** Begin with the answer to another query. @param {{generation: number, total: number, rows?: Row[]}} answer */
  renew({ generation, total, rows }) {
    this.generation = generation;
    this.total = total;
    this.byPlace.clear();
    this.places.clear();
    this.asleep = performance.now() + REST;
    if (rows) this.keep(0, rows);
  }

  /** @param {number} place */
  at(place) {
    return this.byPlace.get(place);
  }

  /** @param {number} start @param {Row[]} rows */
  keep(start, rows) {
    for (const [i, row] of rows.entries()) this.put(start + i, row);
    const here = this.table.grid.seen / this.table.grid.height;
    for (const [place, row] of this.byPlace) {
      if (this.byPlace.size <= KEPT) break;
      if (Math.abs(place - here) < PAGE) continue;
      this.byPlace.delete(place);
      this.places.delete(row.id);
    }
  }

  /** @param {number} place @param {Row} row */
  put(place, row) {
    this.byPlace.set(place, row);
    this.places.set(row.id, place);
  }

  /** Take over what changed in rows that are known. @param {Row[]} rows */
  update(rows) {
    for (const row of rows) {
      const place = this.places.get(row.id);
      if (place !== undefined) this.byPlace.set(place, row);
    }
  }

  /** What is known may be out of date: it stays on the screen until it is here anew. */
  expire() {
    for (const row of this.byPlace.values()) row.old = true;
  }

  /** @param {Set<number>} chosen row numbers */
  select(chosen) {
    for (const row of this.byPlace.values()) row.selected = chosen.has(row.num);
  }

  /** @param {number} place */
  fresh(place) {
    const row = this.byPlace.get(place);
    return row !== undefined && !row.old;
  }

  /** One request is under way at a time; the newest wish follows it. @param {Span} span */
  want([start, end]) {
    this.wish = [Math.max(0, start), Math.min(this.total, end)];
    if (!this.fetching) this.fetch();
  }

  async fetch() {
    this.fetching = true;
    while (this.wish) {
      const wish = this.wish;
      this.wish = null;
      const lead = ahead(wish, { ...this.table.grid.hand, latency: this.latency, total: this.total });
      const fresh = (/** @type {number} */ place) => this.fresh(place);
      const span = lacking(lead, fresh) ?? lacking(wish, fresh);
      if (span && !(await this.load(span, lead !== wish))) break;
    }
    this.fetching = false;
  }

  /** @param {Span} span @param {boolean} patient */
  async load([start, end], patient) {
    const { generation } = this;
    const asked = performance.now();
    const answer = await this.table.try("rows", { start, count: end - start }, patient);
    if (!answer) return false;
    this.latency = 0.7 * this.latency + 0.3 * (performance.now() - asked);
    if (answer.generation === this.generation && generation === this.generation) {
      this.keep(answer.start, answer.rows);
      this.arrived = [answer.start, answer.start + answer.rows.length];
      this.table.grid.draw();
      this.table.pane.arrived();
    }
    return true;
  }

  /** A key concerns the row it was pressed on, also when that is still on its way. @param {number} place */
  async fetched(place) {
    const known = this.at(place);
    if (known) return known;
    const answer = await this.table.try("rows", { start: place, count: 1 });
    if (answer?.generation === this.generation) this.keep(answer.start, answer.rows);
    this.table.pane.arrived();
    return this.at(place);
  }
}
