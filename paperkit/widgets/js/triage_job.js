// The job: what is asked for, how far one is, the order that follows the decisions, and the end.

import { button, h, number, papers } from "./dom.js";
import { focus } from "./keys.js";
import { copyText } from "./presence.js";

/** @typedef {import("./triage.js").Triage} Triage */
/** @typedef {{decided: number, total: number}} Progress */
/** @typedef {{kept: number, open: number, unsigned: number, ready: number, ids: string[], cost: string, draft: string}} Ending */

/** What no button does. @param {Ending} ending @param {string} model */
function hintOf({ open, ready, draft }, model) {
  if (open && !model) return "Summarize them in a cell: summarize(triage.kept, library)";
  return ready && draft ? `The draft of the post is ${draft}; open it from the file browser.` : "";
}

const FORMATS = { BibTeX: "bibtex", Markdown: "markdown", CSV: "csv" };

export class Job {
  /** @param {Triage} table */
  constructor(table) {
    this.table = table;
    /** @type {Record<string, any> | undefined} */
    this.next = undefined;
    this.querying = false;
    this.ended = false;
    this.told = false; // whether what is left at the end was looked for since the library changed
    this.said = "";
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
    if (!ended) this.hush();
    const isNew = ended && !(this.ended && this.told);
    this.ended = ended;
    this.told = true;
    if (isNew) await this.end(told);
  }

  /** The announcement of the end is over; the next one is made whatever it says. */
  hush() {
    this.said = "";
    this.table.bars.quiet("end");
  }

  /** Everything is decided: say what is left to do, the next step first. @param {Progress} told */
  async end({ total }) {
    const { table } = this;
    if (!table.bars.progress.hidden) return; // it is told when the summaries are here
    const answer = await table.try("ending");
    const said = JSON.stringify([total, answer]);
    if (!answer || said === this.said || !this.ended) return;
    this.said = said;
    const steps = this.stepsOf(answer);
    const actions = steps.map(([label, run], place) => button(label, run, { class: `pk-button ${place ? "" : "pk-strong"}` }));
    table.bars.announce("end", `All ${number(total)} decided, ${number(answer.kept)} kept.`, hintOf(answer, table.modelName), actions);
  }

  /** What is left to do with the papers kept: each step's label, and what it does. @param {Ending} ending @returns {[string, () => void][]} */
  stepsOf({ open, unsigned, ready, draft, ids, cost }) {
    const { table } = this;
    const price = cost ? ` (${cost})` : "";
    /** @type {[string, () => void][]} */
    const steps = [];
    if (open && table.modelName) {
      steps.push([`Summarize ${papers(open)} you kept with ${table.modelName}${price} →`, () => {
        this.hush();
        table.try("summarize", { ids });
      }]);
    }
    if (unsigned) steps.push([`Review ${papers(unsigned)} →`, () => this.openReview()]);
    if (ready && !draft) steps.push([`Compose the post from ${papers(ready)} →`, () => this.compose()]);
    return steps;
  }

  async compose() {
    const { table } = this;
    table.tell("Writing the post …");
    const answer = await table.try("compose");
    if (answer) table.tell(`Draft written: ${answer.path}`);
    this.again();
  }

  /** Something was done elsewhere: what is left may be less. */
  again() {
    this.told = false;
    this.table.countSoon();
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
      this.again();
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
