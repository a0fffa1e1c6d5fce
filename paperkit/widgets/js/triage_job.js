// The job: what is asked for, how far one is, the order that follows the decisions, and the end.

import { button, h, number } from "./dom.js";
import { focus } from "./keys.js";
import { copyText } from "./presence.js";

/** @typedef {import("./triage.js").Triage} Triage */
/** @typedef {{decided: number, total: number}} Progress */

const FORMATS = { BibTeX: "bibtex", Markdown: "markdown", CSV: "csv" };

export class Job {
  /** @param {Triage} table */
  constructor(table) {
    this.table = table;
    /** @type {Record<string, any> | undefined} */
    this.next = undefined;
    this.querying = false;
    this.ended = false;
    this.review = h("div", { class: "pk-review", hidden: true });
  }

  /** While an answer is awaited, only the newest wish is kept: typing never queues up. @param {Record<string, any>} change */
  async wanted(change) {
    const { table } = this;
    /** @type {Record<string, any>} */
    const wish = { ...(this.next ?? table.query), ...change };
    const said = Object.entries(wish).filter(([, value]) => value !== null && value !== "" && value?.length !== 0);
    table.query = this.next = Object.fromEntries(said);
    if (this.querying) return;
    this.querying = true;
    while (this.next) {
      const query = this.next;
      this.next = undefined;
      await table.try("query", { query });
    }
    this.querying = false;
  }

  /** Everything that narrows the list goes, the order stays. */
  clearFilters() {
    const { query, bars } = this.table;
    bars.search.value = "";
    this.wanted(Object.fromEntries(Object.keys(query).filter((name) => name !== "sort").map((name) => [name, null])));
  }

  /** The papers were ranked again; their order follows when a person wants it. @param {{decisions: number}} told */
  ranked({ decisions }) {
    const { bars, query } = this.table;
    if (decisions) this.table.onStale();
    if (decisions && query.sort?.[0] === "-score" && !this.ended) {
      bars.announce("rank", `${number(decisions)} new ${decisions === 1 ? "decision" : "decisions"}.`, "Re-rank to sort by them.",
        [button(["Re-rank", h("kbd", {}, "r")], () => this.rerank())]);
    } else bars.quiet("rank");
  }

  /** List the papers again, in the order that follows the decisions, and go to the first undecided one. */
  async rerank() {
    await this.wanted({});
    await this.toUndecided(0);
  }

  /** @param {number} [start] */
  async toUndecided(start = this.table.cursor + 1) {
    const answer = await this.table.try("undecided", { start });
    if (!answer) return;
    if (answer.index === null) this.table.tell("Nothing left to decide here.");
    else this.table.choice.move(answer.index, { center: true });
  }

  /** @param {Progress} told */
  async advanced(told) {
    const { bars } = this.table;
    bars.advanced(told);
    const ended = told.total > 0 && told.decided === told.total;
    if (!ended) bars.quiet("end");
    if (ended && !this.ended) await this.end(told);
    this.ended = ended;
  }

  /** Everything is decided: on to the summaries, and from there to the review. @param {Progress} told */
  async end({ total }) {
    const { table } = this;
    const answer = await table.try("ending");
    if (!answer) return;
    const { kept, open, cost } = answer;
    const actions = [];
    const many = (/** @type {number} */ count) => (count === 1 ? "1 paper" : `${number(count)} papers`);
    if (open && table.modelName) {
      const price = cost ? ` (${cost})` : "";
      actions.push(button(`Summarize ${many(open)} you kept with ${table.modelName}${price} →`, () => {
        table.bars.quiet("end");
        table.try("summarize", { ids: answer.ids });
      }, { class: "pk-button pk-strong" }));
    }
    if (kept > open) actions.push(button(`Review ${many(kept - open)} →`, () => this.openReview(), { class: `pk-button ${open ? "" : "pk-strong"}` }));
    const hint = open && !table.modelName ? "Summarize them in a cell: summarize(triage.kept, library)" : "";
    table.bars.announce("end", `All ${number(total)} decided, ${number(kept)} kept.`, hint, actions);
  }

  /** Show the review of what was kept in place of the table. */
  async openReview() {
    const { table } = this;
    const answer = await table.try("review");
    if (!answer) return;
    const manager = table.model.widget_manager;
    const view = await manager.create_view(await manager.get_model(answer.model), {});
    const back = button("← Back to the papers", () => {
      view.remove();
      this.review.hidden = true;
      focus(table.grid.node);
    });
    this.review.replaceChildren(h("div", { class: "pk-chips" }, back), view.el);
    this.review.hidden = false;
    view.trigger("displayed");
  }

  // Copying

  /** Ask in which form to copy the selection, or the active paper. */
  copy() {
    const { table } = this;
    const { count, ids } = table.choice;
    if (ids === undefined) return;
    const { asking } = table.choice;
    const close = () => {
      asking.hidden = true;
      focus(table.grid.node);
    };
    const take = async (/** @type {string} */ name, /** @type {string} */ format) => {
      close();
      const answer = await table.try("copy", { ids, format });
      if (answer) table.tell(await copyText(answer.text) ? `Copied as ${name}` : "The browser does not allow copying; use triage.copy() in a cell.");
    };
    const buttons = Object.entries(FORMATS).map(([name, format]) => button(name, () => take(name, format)));
    asking.replaceChildren(h("span", { class: "pk-caption" }, `Copy ${count ? `${number(count)} selected` : `“${table.here?.title}”`} as`), ...buttons, button("Cancel", close));
    asking.hidden = false;
    focus(buttons[0]);
  }
}
