// What a person decides, saved one after the other. What the library cannot take now (it is locked,
// its folder is gone, the disk is full) waits and is tried again: nothing is lost in silence.

/** @typedef {import("./link.js").Failure} Failure */
/**
 * @typedef {object} About
 * @property {string} [name] what it is, in words
 * @property {string} [id] the paper it concerns
 * @property {() => boolean} [stale] whether it would mean something else by now
 */
/** @typedef {About & {what: string, content: object, tries: number, done: (reply: any) => void}} Write */

const MOST = 15000; // ms between two tries at most

export class Writes {
  /**
   * @param {(what: string, content: object) => Promise<any>} ask
   * @param {(why: Error, write: Write, again: boolean) => void} refused hears of each try that failed
   */
  constructor(ask, refused) {
    this.ask = ask;
    this.refused = refused;
    /** @type {Write[]} */
    this.waiting = [];
    this.failing = false;
    this.closed = false;
    /** @type {() => void} */
    this.wake = () => undefined;
  }

  /** Resolve with the reply once it is saved; with null when it never will be. @param {string} what @param {object} content @param {About} [about] @returns {Promise<any>} */
  add(what, content, about = {}) {
    return new Promise((done) => {
      this.waiting.push({ what, content, done, tries: 0, ...about });
      if (this.waiting.length === 1) this.run();
    });
  }

  async run() {
    while (this.waiting.length && !this.closed) {
      const [write] = this.waiting;
      try {
        if (write.tries && write.stale?.()) throw new Error("the selection was changed meanwhile; decide again.");
        this.end(write, await this.ask(write.what, write.content));
      } catch (error) {
        await this.failed(write, /** @type {Failure} */ (error));
      }
    }
  }

  /** @param {Write} write @param {any} reply */
  end(write, reply) {
    this.failing = false;
    this.waiting.splice(this.waiting.indexOf(write), 1);
    write.done(reply);
  }

  /** @param {Write} write @param {Failure} error */
  async failed(write, error) {
    const again = Boolean(error.again);
    if (!again) this.end(write, null);
    this.failing = again;
    this.refused(error, write, again);
    write.tries += 1;
    if (again) await this.pause(Math.min(MOST, 1000 * 2 ** write.tries));
  }

  /** @param {number} time ms */
  pause(time) {
    return new Promise((wake) => {
      this.wake = () => wake(undefined);
      this.timer = setTimeout(wake, time);
    });
  }

  /** Give up what was asked for last and waits; undefined where all is saved or under way. */
  takeBack() {
    if (!this.failing) return undefined;
    const write = this.waiting.pop();
    write?.done(null);
    this.failing = this.waiting.length > 0;
    this.wake();
    return write;
  }

  close() {
    this.closed = true;
    clearTimeout(this.timer);
  }
}
