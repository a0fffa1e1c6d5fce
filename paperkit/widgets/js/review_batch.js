// The list of the batch: each paper's status and how many findings it has.

import { button, h } from "./dom.js";
import { say } from "./formulas.js";

/** @typedef {{id: string, title: string, status: string, told: string, block: number | null, warn: number | null}} BatchRow */

/** @type {Record<string, [string, string]>} */
export const STATUS = {
  empty: ["○", "no summary"],
  awaited: ["…", "on its way"],
  failed: ["✗", "no summary"],
  draft: ["◔", "draft"],
  edited: ["◑", "edited"],
  approved: ["✓", "approved"],
  overridden: ["✓!", "approved with a reason"],
};
const EMPTY = new Set(["empty", "awaited", "failed"]);
const SIGNED = new Set(["approved", "overridden"]);

export class Batch {
  /** @param {import("./review.js").Review} review */
  constructor(review) {
    this.review = review;
    this.list = h("ul", { class: "rv-papers" });
    this.total = h("p", { class: "rv-total", "aria-live": "polite" });
    this.node = h("nav", { class: "rv-batch", "aria-label": review.named("Papers in this review") }, this.list);
    /** @type {Map<string, {key: string, node: HTMLElement}>} */
    this.items = new Map();
  }

  /** @param {BatchRow[]} rows @param {string} current */
  draw(rows, current) {
    const signed = rows.filter((row) => SIGNED.has(row.status)).length;
    const awaited = rows.filter((row) => row.status === "awaited").length;
    this.total.textContent = `${signed} of ${rows.length} approved${awaited ? `, ${awaited} on the way` : ""}`;
    this.review.saving.ahead(rows.length - signed, rows.length);
    for (const row of rows) {
      const key = JSON.stringify([row, row.id === current]);
      const held = this.items.get(row.id);
      if (held?.key === key) continue;
      const node = this.row(row, row.id === current);
      if (held) held.node.replaceWith(node);
      else this.list.append(node);
      this.items.set(row.id, { key, node });
      if (row.id === current) node.scrollIntoView?.({ block: "nearest" });
    }
  }

  /** @param {BatchRow} row @param {boolean} current */
  row({ id, title, status, told, block, warn }, current) {
    const [sign, name] = STATUS[status] ?? ["?", status];
    const counts = [
      block && h("span", { class: "rv-count rv-block" }, `${block} blocking`),
      warn && h("span", { class: "rv-count rv-warn" }, `${warn} to check`),
      block === 0 && !warn && !EMPTY.has(status) && "· no findings",
    ].map((count) => count || null);
    const look = SIGNED.has(status) ? "good" : block ? "block" : warn ? "warn" : EMPTY.has(status) ? "none" : "open";
    const parts = [
      h("span", { class: `rv-status rv-is-${look}`, title: name }, h("span", { class: "pk-unseen" }, sign)),
      say(h("span", { class: "rv-title" }), title, this.review.link),
      h("span", { class: "rv-counts" }, h("span", { class: "rv-word" }, name), counts, told && h("span", { title: told }, `· ${told}`)),
    ];
    return h("li", {}, button(parts, () => this.review.open(id), { class: "rv-paper", title, "aria-current": current ? "true" : null }));
  }
}
