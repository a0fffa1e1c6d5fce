// The list of the batch: each paper's status and how many findings it has.

const STATUS = {
  empty: ["○", "no write-up"],
  awaited: ["…", "to come"],
  failed: ["✗", "no write-up"],
  draft: ["◔", "draft"],
  edited: ["◑", "edited"],
  approved: ["✓", "approved"],
  overridden: ["✓!", "approved with a reason"],
};

const EMPTY = new Set(["empty", "awaited", "failed"]);

class Batch {
  constructor(review) {
    this.review = review;
    this.rows = h("ul", { class: "rv-papers" });
    this.total = h("p", { class: "rv-note", "aria-live": "polite" });
    this.node = h("nav", { class: "rv-batch", "aria-label": review.named("Papers in this review") }, this.total, this.rows);
    this.items = new Map();
  }

  draw(batch, current) {
    const signed = batch.filter((row) => /approved|overridden/.test(row.status)).length;
    const awaited = batch.filter((row) => row.status === "awaited").length;
    this.total.textContent = `${signed} of ${batch.length} approved${awaited ? `, ${awaited} to come` : ""}`;
    for (const row of batch) {
      const key = JSON.stringify([row, row.id === current]);
      const held = this.items.get(row.id);
      if (held?.key === key) continue;
      const node = this.row(row, row.id === current);
      if (held) held.node.replaceWith(node);
      else this.rows.append(node);
      this.items.set(row.id, { key, node });
      if (row.id === current) node.scrollIntoView?.({ block: "nearest" });
    }
  }

  row(row, current) {
    const [sign, name] = STATUS[row.status] ?? ["?", row.status];
    const known = row.block !== null;
    const counts = [];
    if (known && row.block) counts.push(h("span", { class: "rv-count rv-block" }, `${row.block} block`));
    if (known && row.warn) counts.push(h("span", { class: "rv-count rv-warn" }, `${row.warn} to look at`));
    if (known && !counts.length && !EMPTY.has(row.status)) counts.push("· no finding");
    if (row.told) counts.push(h("span", { title: row.told }, `· ${row.told}`));
    const act = () => this.review.open(row.id);
    const paper = h(
      "button", { type: "button", class: "rv-paper", "aria-current": current ? "true" : null, onclick: act },
      h("span", { class: `rv-status rv-${row.status}`, title: name }, sign),
      say(h("span", { class: "rv-title" }), row.title, this.review.link),
      h("span", { class: "rv-counts" }, h("span", { class: "rv-word" }, name), counts),
    );
    return h("li", {}, paper);
  }
}
