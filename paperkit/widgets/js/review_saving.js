// Saving: what is on its way to the library, and the line at the foot that says how it stands.

import { h, papers, write } from "./dom.js";
import { Writes } from "./writes.js";

/** @typedef {import("./link.js").Failure} Failure */

const AGAIN = 4000; // ms until a text the library could not take is tried again
/** What changes the library, apart from the texts: what can't be saved now is tried again. */
const WRITING = new Set(["approve", "disapprove", "restore", "keep", "send_back", "carry"]);

export class Saving {
  /** @param {import("./review.js").Review} review */
  constructor(review) {
    this.review = review;
    this.edits = 0; // grows with each change of a text
    this.unsaved = false;
    this.why = "";
    this.writes = new Writes((what, content) => review.link.ask(what, content, { stay: true }),
      (error, _write, again) => this.refused(error, again), () => this.draw());
    this.text = h("span", { class: "rv-saved", role: "status" });
    this.next = h("span", { class: "rv-next" });
    this.node = h("div", { class: "rv-foot" }, this.text,
      h("span", { class: "pk-hint" }, "Click here or press Tab to use the keys"), this.next);
  }

  /** Say how it stands: all is saved, something is on its way, or why it is not saved. */
  draw() {
    const { review } = this;
    const views = [...review.answers.values()];
    const open = this.writes.waiting.length > 0 || views.some((v) => v.dirty || v.saving);
    const elsewhere = views.some((v) => v.theirs) && "an answer was edited elsewhere; choose which version to keep.";
    const stuck = this.writes.failing || views.some((v) => v.stuck);
    const failed = stuck ? this.why : elsewhere;
    if (!review.dead) review.node.dataset.state = failed ? "failed" : open ? "pending" : "";
    write(this.text, failed ? `Not saved: ${failed}` : open ? "Saving …" : "All saved");
  }

  /** Say what is left to do. @param {number} left @param {number} total */
  ahead(left, total) {
    write(this.next, left ? `${papers(left)} to approve, then compose the post` : total === 1 ? "Approved" : `All ${total} approved`);
  }

  /** @param {string} what */
  writesTo(what) {
    return WRITING.has(what);
  }

  /** Resolve with the reply once it is saved; undefined where it never will be. @param {string} what @param {{id: string}} content */
  async write(what, content) {
    const { edits } = this;
    const changed = () => (edits === this.edits ? "" : "the answers have changed since; approve again.");
    const stale = what === "approve" ? changed : undefined;
    const going = this.writes.add(what, content, { name: what, id: content.id, stale });
    this.draw();
    const reply = await going;
    this.draw();
    return reply ?? undefined;
  }

  /** @param {Error} error @param {boolean} again */
  refused(error, again) {
    this.why = `${error.message} Trying again.`;
    if (!again) this.review.tell(error.message);
    this.draw();
  }

  /** A text could not be saved. @param {Failure} error */
  failed(error) {
    this.why = `${error.message} Your text is kept in this browser.${error.again ? " Trying again." : ""}`;
    this.unsaved ||= error.gone || error.again;
    clearTimeout(this.trying);
    if (error.again) this.trying = setTimeout(() => this.again(), AGAIN);
    this.draw();
  }

  /** The kernel answers again, or the library may: save what had to wait. */
  again() {
    if (!this.unsaved || this.review.closed) return;
    this.unsaved = false;
    setTimeout(() => this.flush(), 0);
  }

  /** Save every text; return whether all are saved. */
  async flush() {
    const answers = () => [...this.review.answers.values()];
    await Promise.all(answers().map((answer) => answer.save()));
    return !answers().some((answer) => answer.dirty);
  }

  close() {
    clearTimeout(this.trying);
    this.flush();
    this.writes.close();
  }
}
