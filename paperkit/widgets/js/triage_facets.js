// The filters: values with their counts, a histogram of months, and what narrows the list now.

import { button, h, number, put, write } from "./dom.js";
import { AnswerFilters } from "./triage_answers.js";
import { FACETS, HAS } from "./triage_words.js";

/** @typedef {import("./triage.js").Triage} Triage */
/** @typedef {{node: HTMLElement, [part: string]: any}} Item */

const nameOf = (/** @type {string} */ field, /** @type {string} */ value) => (field === "has" ? HAS[value] ?? value : value);

/** Return the first and last day of a month or a year. @param {string} key */
export function daysOf(key) {
  const [year, month] = key.split("-").map(Number);
  if (!month) return [`${key}-01-01`, `${key}-12-31`];
  return [`${key}-01`, `${key}-${new Date(Date.UTC(year, month, 0)).getUTCDate()}`];
}

/** Return counts by month, by year where there are many. @param {[string, number][]} pairs */
export function bars(pairs) {
  /** @type {Map<string, number>} */
  const counts = new Map();
  for (const [month, count] of pairs) {
    const key = pairs.length > 48 ? month.slice(0, 4) : month;
    counts.set(key, (counts.get(key) ?? 0) + count);
  }
  return counts;
}

/** Count what a query narrows by, beside its words. @param {Record<string, any>} query @param {string} [but] a value that doesn't count */
export function chosenIn({ text, sort, outline, answers, ...fields }, but) {
  return [...Object.values(fields), Object.values(answers ?? {})].flat().filter((value) => value && value !== but).length;
}

// Things are made once and changed in place: what is unchanged need not be laid out at every letter,
// and focus, scrolling and what is folded stay as they are.
export class Facets {
  /** @param {Triage} table */
  constructor(table) {
    this.table = table;
    /** @type {Record<string, [string, number][]> | undefined} */
    this.counts = undefined; // told only while someone looks at them
    /** @type {Map<string, Item>} */
    this.items = new Map();
    /** @type {Map<string, Item>} */
    this.before = new Map();
    /** @type {Record<string, Item>} */
    this.boxes = {};
    this.answers = new AnswerFilters(table);
    this.chips = h("div", { class: "pk-chips" });
    this.node = h("div", { class: "pk-side", role: "group", "aria-label": "Filters", tabindex: -1 });
  }

  draw() {
    this.drawChips();
    const { counts } = this;
    if (!counts || !this.table.state.value.facets) return;
    const here = /** @type {HTMLElement | null} */ (document.activeElement);
    this.before = this.items;
    this.items = new Map();
    const has = (/** @type {string} */ field) => field === "decisions" || this.table.query[field]?.length || counts[field]?.some(([, count]) => count);
    const fields = FACETS.filter(([field]) => counts[field]?.length && has(field));
    for (const [field, label] of fields) {
      this.boxes[field] ??= this.box(field, label, counts[field].length);
      if (field === "months") this.drawMonths(counts.months);
      else this.drawValues(field, counts[field]);
    }
    this.answers.draw(counts);
    put(this.node, [this.answers.node, ...fields.map(([field]) => this.boxes[field].node)]);
    if (here !== document.activeElement && this.node.contains(here)) here?.focus({ preventScroll: true });
  }

  /** @param {string} field @param {string} label @param {number} count @returns {Item} */
  box(field, label, count) {
    const node = h("details", { class: "pk-facet", open: field !== "categories" || count < 12 }, h("summary", {}, label));
    if (field !== "months") {
      const list = h("ul", { class: "pk-values" });
      node.append(list);
      return { node, list };
    }
    const parts = { bars: h("div", { class: "pk-bars" }), first: h("span"), last: h("span"),
      since: this.day("since", "Since"), until: this.day("until", "Until") };
    node.append(parts.bars, h("div", { class: "pk-span" }, parts.first, parts.last),
      h("div", { class: "pk-days" }, parts.since, parts.until));
    return { node, ...parts };
  }

  /** @param {string} field @param {string} label */
  day(field, label) {
    const input = h("input", { type: "date", class: "pk-input", "aria-label": label,
      onchange: () => this.table.wanted({ [field]: input.value || null }) });
    return input;
  }

  /** Return what was drawn for a value before, else what `make` makes of it. @param {string} key @param {() => Item} make */
  item(key, make) {
    const item = this.before.get(key) ?? make();
    this.items.set(key, item);
    return item;
  }

  /** @param {string} field @param {[string, number][]} pairs */
  drawValues(field, pairs) {
    const chosen = new Set(this.table.query[field] ?? []);
    const shown = pairs.filter(([name, count]) => count || chosen.has(name) || field === "decisions");
    put(this.boxes[field].list, shown.map(([name, count]) => {
      const item = this.item(`${field}=${name}`, () => this.makeValue(field, name));
      item.box.checked = chosen.has(name);
      write(item.number, number(count));
      return item.node;
    }));
  }

  /** @param {string} field @param {string} name @returns {Item} */
  makeValue(field, name) {
    const box = h("input", { type: "checkbox", onchange: () => this.choose(field, name, box.checked) });
    const counter = h("span", { class: "pk-number" });
    const label = h("label", {}, box, h("span", { class: "pk-name" }, nameOf(field, name)), counter);
    return { box, number: counter, node: h("li", {}, label) };
  }

  /** @param {string} field @param {string} value @param {boolean} on */
  choose(field, value, on) {
    const before = /** @type {string[]} */ (this.table.query[field] ?? []);
    this.table.wanted({ [field]: on ? [...before, value] : before.filter((v) => v !== value) });
  }

  /** @param {[string, number][]} pairs */
  drawMonths(pairs) {
    const counts = bars(pairs);
    const most = Math.max(...counts.values());
    const box = this.boxes.months;
    put(box.bars, [...counts].map(([key, count]) => {
      const { node, height } = this.item(`months=${key}`, () => this.makeBar(key));
      node.title = `${key}: ${count} papers (Shift+click for a range)`;
      node.setAttribute("aria-label", `${key}, ${count} papers`);
      node.setAttribute("aria-pressed", String(this.covers(key)));
      height.style.height = `${Math.max(2, (count / most) * 40)}px`;
      return node;
    }));
    const keys = [...counts.keys()];
    write(box.first, keys[0]);
    write(box.last, keys[keys.length - 1]);
    box.since.value = this.table.query.since ?? "";
    box.until.value = this.table.query.until ?? "";
  }

  /** @param {string} key */
  covers(key) {
    const [from, to] = daysOf(key);
    const { since, until } = this.table.query;
    return Boolean((since || until) && (!since || since <= from) && (!until || until >= to));
  }

  /** @param {string} key @returns {Item} */
  makeBar(key) {
    const height = h("span");
    const act = (/** @type {MouseEvent} */ event) => this.chooseDays(daysOf(key), event.shiftKey);
    return { node: button(height, act, { class: "pk-column" }), height };
  }

  /** Choose days, extend those chosen, or unchoose them. @param {string[]} days @param {boolean} extend */
  chooseDays([from, to], extend) {
    const { since, until } = this.table.query;
    if (extend && since) {
      this.table.wanted({ since: [from, since].sort()[0], until: [to, until ?? to].sort()[1] });
    } else if (since === from && until === to) this.table.wanted({ since: null, until: null });
    else this.table.wanted({ since: from, until: to });
  }

  /** What narrows the list stands above it, each to be taken off with one click. */
  drawChips() {
    const { query } = this.table;
    const { since, until, ids } = query;
    const chips = FACETS.flatMap(([field]) => /** @type {string[]} */ (query[field] ?? []).map((value) =>
      this.chip(nameOf(field, value), this.wants({ [field]: query[field].filter((/** @type {string} */ v) => v !== value) }))));
    if (since || until) chips.push(this.chip(`${since ?? "…"} to ${until ?? "…"}`, this.wants({ since: null, until: null })));
    if (ids) chips.push(this.chip(ids.length === 1 ? "1 paper by its id" : `${number(ids.length)} papers by id`, this.wants({ ids: null })));
    chips.push(...this.answers.chips.map(([label, off]) => this.chip(label, off)));
    this.chips.replaceChildren(...chips);
    this.chips.hidden = !chips.length;
  }

  /** @param {object} change */
  wants(change) {
    return () => this.table.wanted(change);
  }

  /** @param {string} label @param {() => void} off */
  chip(label, off) {
    const sign = h("span", { "aria-hidden": "true" }, " ✕");
    return button([label, sign], off, { class: "pk-chip pk-filter", "aria-label": `Remove filter ${label}` });
  }
}
