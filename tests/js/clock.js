// A clock that stands still until it is told: setTimeout without time, in every version of node.

import { test } from "node:test";

class Clock {
  now = 0;
  timers = new Map();

  install() {
    this.real = { setTimeout: globalThis.setTimeout, clearTimeout: globalThis.clearTimeout };
    globalThis.setTimeout = (act, after = 0) => {
      const id = Symbol("timer");
      this.timers.set(id, { act, at: this.now + after });
      return id;
    };
    globalThis.clearTimeout = (id) => this.timers.delete(id);
  }

  remove() {
    Object.assign(globalThis, this.real);
  }

  /** Let time pass (ms): what is due happens, in order. */
  pass(time) {
    this.now += time;
    const due = [...this.timers].filter(([, { at }]) => at <= this.now).sort(([, a], [, b]) => a.at - b.at);
    for (const [id, { act }] of due) if (this.timers.delete(id)) act();
  }
}

/** A test in which time only passes by `clock.pass`. */
export const timed = (name, run) => test(name, async () => {
  const clock = new Clock();
  clock.install();
  try {
    await run(clock);
  } finally {
    clock.remove();
  }
});
