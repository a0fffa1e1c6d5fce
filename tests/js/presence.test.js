// When a widget takes the keys, what a click outside closes, and whether the kernel is there.

import assert from "node:assert/strict";
import { afterEach, test } from "node:test";
import { element } from "./dom.js";
import { claimFocus, closeOutside, copyText, watchKernel } from "../../paperkit/widgets/js/presence.js";

const ends = [];
afterEach(() => {
  for (const end of ends.splice(0)) end();
});

/** A widget in a cell: run by hand, in view, and nobody is writing elsewhere, unless told. */
const stage = ({ active = true, pressed = true, top = 0, typing = false } = {}) => {
  const cell = { classList: { contains: () => active }, nextElementSibling: null, contains: () => false };
  const root = { closest: () => cell, getBoundingClientRect: () => ({ top, bottom: top + 600 }) };
  const grid = element();
  globalThis.window = { innerHeight: 800, addEventListener: () => undefined, removeEventListener: () => undefined };
  Object.defineProperty(globalThis, "navigator", { configurable: true, value: { userActivation: { isActive: pressed } } });
  globalThis.document.activeElement = { closest: () => (typing ? {} : null), textContent: "words" };
  claimFocus(root, grid);
  return globalThis.document.activeElement === grid;
};

test("the keys are taken where the cell was run by hand and is in view", () => {
  assert.equal(stage(), true);
  assert.equal(stage({ active: false }), false); // another cell is active: all were run
  assert.equal(stage({ pressed: false }), false); // the notebook was only opened
  assert.equal(stage({ top: 780 }), false); // below the window
  assert.equal(stage({ typing: true }), false); // words are being written elsewhere
});

test("a click outside closes what is open, one inside nothing", () => {
  let press;
  globalThis.window = { addEventListener: (_, act) => (press = act), removeEventListener: () => undefined };
  const [menu, button, elsewhere] = [element(), element(), element()];
  let closed = 0;
  let open = true;
  ends.push(closeOutside(() => [{ open, nodes: [menu, button], close: () => (closed += 1) }]));
  for (const target of [menu, button]) press({ target });
  assert.equal(closed, 0);
  press({ target: elsewhere });
  assert.equal(closed, 1);
  open = false;
  press({ target: elsewhere });
  assert.equal(closed, 1);
});

/** A model whose kernel has a status; `moved` lets the view hear of a change. */
const watched = (t) => {
  t.mock.timers.enable({ apis: ["setTimeout", "setInterval"] });
  const model = { widget_manager: { kernel: { status: "idle" } }, heard: [], on(_, act) { this.heard.push(act); }, off: () => undefined };
  const told = [];
  ends.push(watchKernel(model, { closest: () => null }, (gone) => told.push(gone)));
  return { model, told, look: () => t.mock.timers.tick(2000) };
};

test("a dead kernel is told once", (t) => {
  const { model, told, look } = watched(t);
  look();
  assert.deepEqual(told, []);
  model.widget_manager.kernel.status = "dead";
  look();
  look();
  assert.deepEqual(told, [true]);
});

test("a kernel that was started again does not bring the widget back", (t) => {
  const { model, told, look } = watched(t);
  model.widget_manager.kernel.status = "restarting";
  look();
  model.widget_manager.kernel.status = "idle";
  look();
  assert.deepEqual(told, [true]);
});

test("a busy kernel is there", (t) => {
  const { model, told, look } = watched(t);
  model.widget_manager.kernel.status = "busy";
  look();
  assert.deepEqual(told, []);
});

test("copying tells whether the browser allows it", async () => {
  const clipboard = (write) => Object.defineProperty(globalThis, "navigator", { configurable: true, value: { clipboard: write && { writeText: write } } });
  clipboard(() => Promise.resolve());
  assert.equal(await copyText("a"), true);
  clipboard(() => Promise.reject(new Error("no")));
  assert.equal(await copyText("a"), false);
  clipboard(undefined);
  assert.equal(await copyText("a"), false);
});

test("a restart that is over between two looks is told", (t) => {
  t.mock.timers.enable({ apis: ["setTimeout", "setInterval"] });
  const heard = new Set();
  const statusChanged = { connect: (act) => heard.add(act), disconnect: (act) => heard.delete(act) };
  const kernel = { status: "idle", statusChanged };
  const told = [];
  const model = { widget_manager: { kernel }, on: () => undefined, off: () => undefined };
  const end = watchKernel(model, { closest: () => null }, (gone) => told.push(gone));
  for (const status of ["busy", "restarting", "starting", "idle"]) for (const act of heard) act(kernel, status);
  t.mock.timers.tick(2000);
  assert.deepEqual(told, [true]);
  end();
  assert.equal(heard.size, 0);
});
