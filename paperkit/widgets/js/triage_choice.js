// What a person does in the table: move, select, decide, tag, note.

import { h, number, papers } from "./dom.js";
import { focus } from "./keys.js";
import { promptLine } from "./prompts.js";
import { KEPT } from "./triage_rows.js";

/** @typedef {import("./triage.js").Triage} Triage */
/** @typedef {import("./keys.js").Bindings} Bindings */

/** Return which tags a text adds and removes: commas between, -tag removes. @param {string} text */
export function tagsOf(text) {
  const words = text.split(/[,，;]/).map((word) => word.trim()).filter(Boolean);
  const [gone, add] = [words.filter((w) => w.startsWith("-")), words.filter((w) => !w.startsWith("-"))];
  return { words, add, remove: gone.map((word) => word.slice(1).trim()) };
}

/** @type {Record<string, string>} */
const DONE = { keep: "Kept", skip: "Skipped", later: "Left for later" };

export class Choice {
  /** @param {Triage} table */
  constructor(table) {
    this.table = table;
    this.count = 0; // papers selected
    this.changes = 0; // grows with each change of the selection
    this.selecting = 0; // questions under way
    this.moves = 0; // grows with each move of the cursor
    /** @type {number | undefined} */
    this.anchor = undefined;
    /** @type {import("./triage_rows.js").Row | undefined} */
    this.decided = undefined; // the paper just decided: a tag or a note that follows is about it
    this.asking = h("div", { class: "pk-asking", hidden: true });
  }

  // Moving

  /** @param {number} index @param {{center?: boolean, extend?: boolean, went?: boolean}} [how] */
  move(index, { center = false, extend = false, went = true } = {}) {
    const { table } = this;
    const next = Math.max(0, Math.min(table.rows.total - 1, index));
    if (extend) this.selectRange(this.anchor ?? table.cursor, next);
    else this.anchor = next;
    table.cursor = next;
    this.moves += 1;
    this.decided = undefined;
    table.grid.reveal(center);
    table.grid.draw();
    table.pane.openSoon(went);
  }

  /** @param {MouseEvent} event @param {number} index */
  click(event, index) {
    const { table } = this;
    focus(table.grid.node);
    const mark = /** @type {Element} */ (event.target).closest(".pk-decision");
    this.moves += 1;
    this.decided = undefined;
    if (event.shiftKey) {
      this.selectRange(this.anchor ?? table.cursor, index);
      table.cursor = index;
      table.grid.draw();
    } else if (event.ctrlKey || event.metaKey || mark) {
      table.cursor = index;
      this.toggle(index);
    } else this.move(index);
    table.pane.openSoon();
  }

  // Selecting

  /** @param {number} from @param {number} to */
  async selectRange(from, to) {
    const [start, end] = from < to ? [from, to] : [to, from];
    const { rows, grid } = this.table;
    for (let place = start; place <= Math.min(end, start + KEPT); place += 1) {
      const row = rows.at(place);
      if (row) rows.put(place, { ...row, selected: true });
    }
    grid.draw();
    await this.select({ start, end, mode: "add" });
  }

  /** @param {number} index */
  async toggle(index) {
    const { rows, grid } = this.table;
    const row = await this.row(index);
    if (!row) return;
    rows.put(index, { ...row, selected: !row.selected });
    this.anchor = index;
    grid.draw();
    await this.select({ nums: [row.num], mode: row.selected ? "remove" : "add" });
  }

  /** @param {number} place */
  row(place) {
    return this.table.rows.at(place) ?? this.table.rows.fetched(place);
  }

  async all() {
    await this.select({ start: 0, end: this.table.rows.total, mode: "set" });
    this.table.tell(`${number(this.count)} selected`);
  }

  none() {
    return this.select({ nums: [], mode: "set" });
  }

  /** Rows asked for before a selection may arrive after it was drawn: the answer has the last word, that to the last question where several are under way. @param {object} content */
  async select(content) {
    this.changes += 1;
    this.selecting += 1;
    const answer = await this.table.try("select", content);
    this.selecting -= 1;
    if (!this.selecting) this.selected(answer ?? { selected: this.count });
  }

  /** @param {{selected: number, nums?: number[] | null}} told */
  selected({ selected, nums }) {
    this.count = selected;
    if (nums) this.table.rows.select(new Set(nums));
    else this.table.rows.expire();
    this.table.grid.draw();
  }

  /** Whom an action concerns: null for the selection, undefined where there is no one. */
  get ids() {
    const { here } = this.table;
    return this.count ? null : here && [here.id];
  }

  /** The paper a tag or a note is about: that just decided, else that under the cursor. */
  get about() {
    return this.decided ?? this.table.here;
  }

  // Deciding

  /** Save what a person says of papers (`ids` null: of the selection, as long as it is the same). @param {string} what @param {{ids?: string[] | null, [more: string]: any}} content @param {import("./writes.js").About} about */
  save(what, content, about) {
    const { changes } = this;
    const changed = () => (changes === this.changes ? "" : "the selection has changed since; decide again.");
    const stale = content.ids === null ? changed : undefined;
    return this.table.writes.add(what, content, { ...about, stale });
  }

  /** The row changes color when the kernel has answered: then the decision is on the disk. @param {string | null} decision */
  async decide(decision) {
    const { table } = this;
    const place = table.cursor;
    const { count } = this;
    const many = count > 0;
    const known = table.rows.at(place);
    if (!many) this.move(place + 1); // at once: the next key is about the next paper, also where this one is on its way
    const { moves } = this;
    const row = known ?? (many ? undefined : await table.rows.fetched(place));
    if (!many && !row) return this.move(place);
    const word = decision ?? "undecided";
    const name = many ? `${word}: ${papers(this.count)}` : `${word}: ${row?.title}`;
    const about = { name, id: many ? undefined : row?.id };
    const going = this.save("decide", { decision, ids: row && !many ? [row.id] : null }, about);
    if (moves === this.moves) this.decided = many || decision === null ? undefined : row;
    if (!(await going)) return;
    table.tell(`${DONE[word] ?? "Decision cleared"}: ${many ? papers(count) : row?.title}`);
    if (many) this.selected({ selected: 0, nums: [] });
  }

  async undo() {
    const { table } = this;
    const waiting = table.writes.takeBack();
    if (waiting) return void table.tell(`Taken back before it was saved: ${waiting.name}`);
    const answer = await this.save("undo", {}, { name: "undo" });
    if (!answer) return;
    const { ids } = /** @type {{ids: string[]}} */ (answer);
    const told = ids.length === 1 ? table.rows.at(table.rows.places.get(ids[0]) ?? -1)?.title ?? ids[0] : papers(ids.length);
    table.tell(ids.length ? `Undone: ${told}` : "Nothing to undo");
    const place = table.rows.places.get(ids[0]);
    if (place !== undefined) this.move(place);
  }

  /** A write failed: say so, and if it is the first go back to the paper it concerns. @param {Error} error @param {import("./writes.js").Write} write @param {boolean} again */
  refused(error, { id }, again) {
    this.table.tell(`Not saved: ${error.message}${again ? " Trying again." : ""}`, true);
    const place = this.table.writes.failing || !id ? undefined : this.table.rows.places.get(id);
    if (place !== undefined) this.move(place, { went: false });
  }

  // Asking for a text

  /** @param {string} label @param {string} value @param {string[] | Promise<string[]> | undefined} options @param {(text: string) => void} done @param {string} [hint] */
  prompt(label, value, options, done, hint) {
    const close = () => {
      this.asking.hidden = true;
      this.asking.replaceChildren();
      focus(this.table.grid.node);
    };
    const finish = (/** @type {string} */ text) => {
      close();
      done(text);
    };
    const { input, nodes } = promptLine({ label, value, options, hint, action: "Save", done: finish, cancel: close });
    this.asking.replaceChildren(h("span", { class: "pk-caption", title: label }, label), ...nodes);
    this.asking.hidden = false;
    input.focus();
    input.select();
  }

  tag() {
    const { count, about: row, table } = this;
    if (!count && !row) return;
    const ids = count ? null : [/** @type {{id: string}} */ (row).id];
    const known = table.try("counts", { facets: true })
      .then((answer) => (answer?.facets.tags ?? []).map((/** @type {[string]} */ [name]) => name));
    this.prompt(`Tag ${count ? papers(count) : `“${row?.title}”`}`, "", known, async (text) => {
      const { words, add, remove } = tagsOf(text);
      const about = { name: `tags: ${words.join(", ")}`, id: ids?.[0] };
      if (words.length && await this.save("tag", { add, remove, ids }, about)) table.tell(`Tagged: ${words.join(", ")}`);
    }, "Tags with commas between them; -tag removes one");
  }

  note() {
    const { table, about: row } = this;
    if (!row) return;
    const { note: old } = table.rows.at(table.rows.places.get(row.id) ?? -1) ?? row;
    this.prompt(`Note on “${row.title}”`, old ?? "", undefined, async (text) => {
      const note = { text, id: row.id };
      if (await this.save("note", note, { name: "note", id: row.id })) table.tell("Note saved");
    });
  }

  async summarize() {
    const { ids } = this;
    if (ids !== undefined) await this.table.try("summarize", { ids });
  }
}
