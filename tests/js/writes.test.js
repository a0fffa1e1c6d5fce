// Decisions are saved in order; what the library cannot take is said and tried again.

import assert from "node:assert/strict";
import { Failure } from "../../paperkit/widgets/js/link.js";
import { Writes } from "../../paperkit/widgets/js/writes.js";
import { timed } from "./clock.js";

const LOCKED = new Failure("library: locked.", { again: true });

/** A library that fails as often as it is told, and keeps what it saved. */
class Library {
  asked = [];
  saved = [];
  failures = [];
  ask = async (what, content) => {
    this.asked.push(what);
    const failure = this.failures.shift();
    if (failure) throw failure;
    this.saved.push(what);
    return { what, ...content };
  };
}

const begin = () => {
  const library = new Library();
  const told = [];
  const states = [];
  const writes = new Writes(library.ask, (error, write, again) => told.push([write.what, error.message, again]),
    (failing) => states.push(failing));
  return { library, writes, told, states };
};

const settle = async () => {
  for (let turn = 0; turn < 20; turn += 1) await null; // promises, not time
};

/** A kernel that answers when it is told. */
class Busy {
  asked = [];
  ask = (what) => new Promise((answer, fail) => this.asked.push({ what, answer, fail }));
  get whats() {
    return this.asked.map(({ what }) => what);
  }
}

timed("a busy kernel is sent all at once, but for what concerns the same paper or all before it", async () => {
  const busy = new Busy();
  const writes = new Writes(busy.ask, () => assert.fail("refused"));
  const all = ["a1", "b1", "a2", "undo"].map((what) => writes.add(what, {}, what === "undo" ? {} : { id: what[0] }));
  assert.deepEqual(busy.whats, ["a1", "b1"]);
  busy.asked[0].answer("saved");
  assert.equal(await all[0], "saved");
  await settle();
  assert.deepEqual(busy.whats, ["a1", "b1", "a2"]);
  for (const asked of busy.asked.slice(1)) asked.answer("saved");
  await settle();
  assert.deepEqual(busy.whats, ["a1", "b1", "a2", "undo"]);
});

timed("what was sent along with a write that failed is saved; what follows waits", async (clock) => {
  const busy = new Busy();
  const writes = new Writes(busy.ask, () => undefined);
  writes.add("a1", {}, { id: "a" });
  writes.add("b1", {}, { id: "b" });
  busy.asked[0].fail(LOCKED);
  busy.asked[1].answer("saved");
  await settle();
  writes.add("c1", {}, { id: "c" });
  await settle();
  assert.deepEqual([busy.whats, writes.failing], [["a1", "b1"], true]);
  clock.pass(2000);
  assert.deepEqual(busy.whats, ["a1", "b1", "a1"]);
  busy.asked[2].answer("saved");
  await settle();
  assert.deepEqual([busy.whats, writes.failing], [["a1", "b1", "a1", "c1"], false]);
});

timed("writes without a paper are asked one after the other", async () => {
  const { library, writes, told } = begin();
  const all = [writes.add("keep", { id: 1 }), writes.add("skip", { id: 2 })];
  assert.deepEqual(library.asked, ["keep"]);
  assert.deepEqual(await Promise.all(all), [{ what: "keep", id: 1 }, { what: "skip", id: 2 }]);
  assert.deepEqual(told, []);
});

timed("what is locked out is said, kept in order, and tried again until it is saved", async (clock) => {
  const { library, writes, told, states } = begin();
  library.failures = [LOCKED, LOCKED];
  const all = [writes.add("keep", {}), writes.add("undo", {})];
  await settle();
  assert.deepEqual([told, writes.failing], [[["keep", "library: locked.", true]], true]);
  clock.pass(2000);
  await settle();
  assert.equal(told.length, 2);
  clock.pass(4000);
  await Promise.all(all);
  assert.deepEqual([library.saved, states], [["keep", "undo"], [true, false]]);
});

timed("what can never be saved is said once and given up", async () => {
  const { library, writes, told } = begin();
  library.failures = [new Failure("2401.1: unknown.")];
  assert.equal(await writes.add("keep", {}), null);
  assert.deepEqual(told, [["keep", "2401.1: unknown.", false]]);
  assert.equal((await writes.add("skip", {})).what, "skip");
});

timed("what waits can be taken back, the newest first", async (clock) => {
  const { library, writes } = begin();
  library.failures = [LOCKED];
  const all = [writes.add("keep", {}, { name: "first" }), writes.add("skip", {}, { name: "second" })];
  await settle();
  assert.deepEqual([writes.takeBack()?.name, writes.takeBack()?.name, writes.takeBack()], ["second", "first", undefined]);
  assert.deepEqual(await Promise.all(all), [null, null]);
  await settle();
  clock.pass(60_000);
  await settle();
  assert.deepEqual([library.asked, library.saved], [["keep"], []]);
  assert.equal((await writes.add("later", {})).what, "later");
});

timed("nothing is taken back that is saved or under way", async () => {
  const { writes } = begin();
  const asked = writes.add("keep", {});
  assert.equal(writes.takeBack(), undefined);
  await asked;
  assert.equal(writes.takeBack(), undefined);
});

timed("a write that would mean other papers by now is not tried again", async (clock) => {
  const { library, writes, told } = begin();
  library.failures = [LOCKED];
  let changed = false;
  const asked = writes.add("keep", {}, { stale: () => (changed ? "the selection was changed meanwhile; decide again." : "") });
  await settle();
  changed = true;
  clock.pass(2000);
  assert.equal(await asked, null);
  assert.deepEqual(told.at(-1), ["keep", "the selection was changed meanwhile; decide again.", false]);
});

timed("a closed view tries no more", async (clock) => {
  const { library, writes } = begin();
  library.failures = [LOCKED];
  writes.add("keep", {});
  await settle();
  writes.close();
  clock.pass(60_000);
  await settle();
  assert.deepEqual(library.asked, ["keep"]);
});
