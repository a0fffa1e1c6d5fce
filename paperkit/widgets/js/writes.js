// What a person decides, on its way to the library. What the library cannot take now (it is locked,
// its folder is gone, the disk is full) waits and is tried again: nothing is lost in silence.
// All is sent at once, so that a busy kernel has it even when the page is closed; but not before
// what comes earlier is settled where that concerns the same paper, or where no paper is named.

/** @typedef {import("./link.js").Failure} Failure */
/**
 * @typedef {object} About
 * @property {string} [name] what it is, in words
 * @property {string} [id] the one paper it concerns; without it waits for all before it
 * @property {() => string} [stale] why it would mean something else by now; empty where it would not
 */
/** @typedef {About & {what: string, content: object, tries: number, sent: boolean, done: (reply: any) => void}} Write */

const MOST = 15000; // ms between two tries at most

export class Writes {
  /**
   * @param {(what: string, content: object) => Promise<any>} ask
   * @param {(why: Error, write: Write, again: boolean) => void} refused hears of each try that failed
   * @param {(failing: boolean) => void} [state] hears whether something waits to be tried again
   */
  constructor(ask, refused, state = () => undefined) {
    this.ask = ask;
    this.refused = refused;
    this.state = state;
    /** @type {Write[]} */
    this.waiting = []; // all that is not saved yet, in order
    this.resting = false;
    this.told = false;
  }

  get failing() {
    return this.waiting.some((write) => write.tries > 0);
  }

  /** Resolve with the reply once it is saved; with null when it never will be. @param {string} what @param {object} content @param {About} [about] @returns {Promise<any>} */
  add(what, content, about = {}) {
    return new Promise((done) => {
      this.waiting.push({ what, content, done, tries: 0, sent: false, ...about });
      this.pump();
    });
  }

  /** Send what may go now. */
  pump() {
    if (this.failing !== this.told) {
      this.told = this.failing;
      this.state(this.told);
    }
    if (this.resting) return;
    for (const [place, write] of [...this.waiting].entries()) {
      if (write.sent) continue;
      const before = this.waiting.slice(0, place);
      if (before.some(({ id, tries }) => tries || !id || !write.id || id === write.id)) break;
      this.send(write);
    }
  }

  /** @param {Write} write */
  async send(write) {
    write.sent = true;
    try {
      const stale = write.tries && write.stale?.();
      if (stale) throw new Error(stale);
      this.end(write, await this.ask(write.what, write.content));
    } catch (error) {
      this.failed(write, /** @type {Failure} */ (error));
    }
  }

  /** @param {Write} write @param {any} reply */
  end(write, reply) {
    this.waiting = this.waiting.filter((other) => other !== write);
    write.done(reply);
    this.pump();
  }

  /** @param {Write} write @param {Failure} error */
  failed(write, error) {
    const again = Boolean(error.again);
    this.refused(error, write, again);
    if (!again) return this.end(write, null);
    write.sent = false;
    write.tries += 1;
    if (!this.resting) this.rest(Math.min(MOST, 1000 * 2 ** write.tries));
    this.pump();
  }

  /** @param {number} time ms */
  rest(time) {
    this.resting = true;
    this.timer = setTimeout(() => this.wake(), time);
  }

  wake() {
    clearTimeout(this.timer);
    this.resting = false;
    this.pump();
  }

  /** Give up what was asked for last and waits; undefined where all is saved or under way. */
  takeBack() {
    const write = this.failing ? this.waiting.filter(({ sent }) => !sent).pop() : undefined;
    if (!write) return undefined;
    this.waiting = this.waiting.filter((other) => other !== write);
    write.done(null);
    if (this.failing) this.pump();
    else this.wake();
    return write;
  }

  close() {
    clearTimeout(this.timer);
    this.resting = true; // for good
  }
}
