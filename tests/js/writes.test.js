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
  const writes = new Writes(library.ask, (error, write, again) => told.push([write.what, error.message, again]));
  return { library, writes, told };
};

const settle = async () => {
  for (let turn = 0; turn < 20; turn += 1) await null; // promises, not time
};

timed("writes are asked one after the other", async () => {
  const { library, writes, told } = begin();
  const all = [writes.add("keep", { id: 1 }), writes.add("skip", { id: 2 })];
  assert.deepEqual(library.asked, ["keep"]);
  assert.deepEqual(await Promise.all(all), [{ what: "keep", id: 1 }, { what: "skip", id: 2 }]);
  assert.deepEqual(told, []);
});

timed("what is locked out is said, kept in order, and tried again until it is saved", async (clock) => {
  const { library, writes, told } = begin();
  library.failures = [LOCKED, LOCKED];
  const all = [writes.add("keep", {}), writes.add("undo", {})];
  await settle();
  assert.deepEqual([told, writes.failing], [[["keep", "library: locked.", true]], true]);
  clock.pass(2000);
  await settle();
  assert.equal(told.length, 2);
  clock.pass(4000);
  await Promise.all(all);
  assert.deepEqual([library.saved, writes.failing], [["keep", "undo"], false]);
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
  const asked = writes.add("keep", {}, { stale: () => changed });
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
