// The messages between a widget's view and its kernel: questions, replies, and what happened.
// A question is {do, token, …}, its reply {answer: {token, error?, again?, …}}; what every view is told
// is {event, …}; one message may be both.

import { unique } from "./dom.js";

/**
 * @typedef {object} Model a widget's model, as anywidget hands it over
 * @property {(name: string) => any} get
 * @property {(name: string, value: unknown) => void} set
 * @property {() => void} save_changes
 * @property {(content: object) => void} send
 * @property {(names: string, act: (...told: any[]) => void) => void} on
 * @property {(names: string, act: (...told: any[]) => void) => void} off
 */

export const DEADLINE = 15000; // ms after which a kernel that does not answer counts as busy or gone
// ms; Jupyter's server leaves Nagle's algorithm on: an answer waits up to 40 ms until what was sent
// before it is acknowledged. An empty message sent meanwhile carries the acknowledgement.
const NUDGE = 12;

/** What a question failed with: `again` it may succeed later, `gone` the kernel does not answer. */
export class Failure extends Error {
  /** @param {string} message @param {{again?: boolean, gone?: boolean}} [why] */
  constructor(message, { again = false, gone = false } = {}) {
    super(message);
    this.again = again;
    this.gone = gone;
  }
}

/** @typedef {{resolve: (reply: any) => void, reject: (why: Failure) => void, timers: any[]}} Waiter */
/**
 * @typedef {object} Listeners
 * @property {(event: string, content: any) => void} [told] hears of each event
 * @property {(late: boolean) => void} [state] hears that the kernel is late, and that it answers again
 */

/** One view's questions; each resolves with its own reply. */
export class Link {
  /** @param {Model} model @param {Listeners} [listeners] */
  constructor(model, { told, state } = {}) {
    this.model = model;
    this.name = unique();
    this.told = told ?? (() => undefined);
    this.state = state ?? (() => undefined);
    this.late = false;
    this.gone = false;
    this.asked = 0;
    /** @type {Map<string, Waiter>} */
    this.waiting = new Map();
    this.hear = this.hear.bind(this);
    model.on("msg:custom", this.hear);
  }

  /**
   * Resolve with the kernel's reply; reject with a Failure.
   *
   * After `deadline` ms (0: never) the question fails, or with `stay` goes on waiting: a busy kernel
   * gets to it. `patient`: no one looks at the clock.
   * @param {string} what
   * @param {object} [content]
   * @param {{deadline?: number, stay?: boolean, patient?: boolean}} [how]
   * @returns {Promise<any>}
   */
  ask(what, content = {}, { deadline = DEADLINE, stay = false, patient = false } = {}) {
    const token = `${this.name}.${++this.asked}`;
    return new Promise((resolve, reject) => {
      const timers = [];
      if (deadline) timers.push(setTimeout(() => this.overdue(token, stay), deadline));
      if (!patient) timers.push(setTimeout(() => this.model.send({}), NUDGE));
      this.waiting.set(token, { resolve, reject, timers });
      if (this.gone) return this.cut();
      try {
        this.model.send({ do: what, token, ...content });
      } catch {
        this.take(token)?.reject(new Failure("The kernel is gone.", { gone: true }));
      }
    });
  }

  /** The kernel is gone: no question will be answered, so that what was to be saved is kept here at once. */
  cut() {
    this.gone = true;
    for (const token of [...this.waiting.keys()]) this.take(token)?.reject(new Failure("The kernel is gone.", { gone: true }));
  }

  /** @param {string} token @param {boolean} stay */
  overdue(token, stay) {
    this.late = true;
    this.state(true);
    if (!stay) this.take(token)?.reject(new Failure("The kernel does not answer.", { gone: true }));
  }

  /** @param {string} token */
  take(token) {
    const waiter = this.waiting.get(token);
    for (const timer of waiter?.timers ?? []) clearTimeout(timer);
    this.waiting.delete(token);
    return waiter;
  }

  /** @param {any} message @param {DataView[]} [buffers] */
  hear(message, buffers) {
    const { event, answer, ...content } = message ?? {};
    if (event) this.told(event, content);
    const waiter = answer && this.take(answer.token);
    if (!waiter) return;
    const { token, error, again, ...reply } = answer;
    if (this.late) {
      this.late = false;
      this.state(false);
    }
    if (error) waiter.reject(new Failure(error, { again }));
    else waiter.resolve({ ...reply, buffers });
  }

  close() {
    this.model.off("msg:custom", this.hear);
    for (const token of [...this.waiting.keys()]) this.take(token);
  }
}
