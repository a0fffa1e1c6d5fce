// What a key means, whatever the layout and the input method.

import assert from "node:assert/strict";
import { test } from "node:test";
import { act, keyOf } from "../../paperkit/widgets/js/keys.js";

const press = (key, more = {}) => ({
  key, code: "", keyCode: 0, shiftKey: false, ctrlKey: false, metaKey: false, altKey: false, repeat: false,
  isComposing: false, target: null, preventDefault() {}, stopPropagation() {}, ...more,
});
const within = (selector) => ({ closest: (asked) => (asked.includes(selector) ? {} : null) });

test("a letter is itself, in capitals with Shift alone", () => {
  assert.equal(keyOf(press("s")), "s");
  assert.equal(keyOf(press("S")), "s"); // Caps Lock
  assert.equal(keyOf(press("F", { shiftKey: true })), "F");
  assert.equal(keyOf(press("f", { shiftKey: true })), "F"); // Caps Lock and Shift
});

test("a layout with other letters is read by the place of the key", () => {
  assert.equal(keyOf(press("ы", { code: "KeyS" })), "s");
  assert.equal(keyOf(press("А", { code: "KeyF", shiftKey: true })), "F");
  assert.equal(keyOf(press("．", { code: "Slash" })), "/");
  assert.equal(keyOf(press("？", { code: "Slash", shiftKey: true })), "?");
});

test("a Latin layout of another order goes by its letters", () => {
  assert.equal(keyOf(press("a", { code: "KeyQ" })), "a");
});

test("nothing is a key while an input method composes", () => {
  for (const more of [{ isComposing: true }, { keyCode: 229 }]) assert.equal(keyOf(press("s", more)), "");
  for (const key of ["Process", "Dead"]) assert.equal(keyOf(press(key, { code: "KeyS" })), "");
});

test("names of keys stay", () => {
  assert.deepEqual(["Enter", "ArrowDown", "Escape", " ", "?"].map((key) => keyOf(press(key))), ["Enter", "ArrowDown", "Escape", " ", "?"]);
});

test("a key held down decides once, and moves on", () => {
  const done = [];
  const bindings = { s: { run: () => done.push("keep"), once: true }, j: { run: () => done.push("down") } };
  for (const repeat of [false, true, true]) for (const key of ["s", "j"]) assert.ok(act(bindings, press(key, { repeat })));
  assert.deepEqual(done, ["keep", "down", "down", "down"]);
});

test("with Shift a letter does what it does without, where nothing else is meant", () => {
  const done = [];
  const bindings = { j: { run: (event) => done.push(event.shiftKey) }, f: { run: () => done.push("f") }, F: { run: () => done.push("F") } };
  act(bindings, press("J", { shiftKey: true }));
  act(bindings, press("F", { shiftKey: true }));
  assert.deepEqual(done, [true, "F"]);
});

test("combinations, keys typed into texts and those that press a button are left alone", () => {
  const bindings = { s: { run: () => assert.fail("ran") }, Enter: { run: () => assert.fail("ran") } };
  for (const more of [{ ctrlKey: true }, { metaKey: true }, { altKey: true }, { target: within("textarea") }]) {
    assert.equal(act(bindings, press("s", more)), false);
  }
  assert.equal(act(bindings, press("Enter", { target: within("button") })), false);
});
