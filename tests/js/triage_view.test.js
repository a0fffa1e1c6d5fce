// The View menu: what it offers, what it changes, and the searches it saves.

import assert from "node:assert/strict";
import { test } from "node:test";
import { element } from "./dom.js";
import { View } from "../../paperkit/widgets/js/triage_view.js";

const column = (key, label) => ({ key, label, width: 80, sort: null, turn: "", rank: 1 });

const begin = (columns = null) => {
  const written = [];
  const table = {
    query: {}, questions: [{ key: "real", heading: "Real patients?" }], state: { value: { density: "normal", pane: true, columns } },
    columns: { offered: [column("tags", "Tags"), column("answer:real", "Real patients?")], dropped: [] },
    grid: { node: element(), reveal: () => undefined },
    changes: [], remember: (change) => { table.changes.push(change); Object.assign(table.state.value, change); },
    asked: [], wanted: (change) => table.asked.push(change), try: (...asked) => table.asked.push(asked),
    told: [], tell: (text) => table.told.push(text), togglePane: () => undefined,
    writes: { add: (...write) => { written.push(write); return Promise.resolve({}); } },
    choice: { prompt: (_label, _value, _names, done) => (table.answered = done) },
  };
  return { table, view: new View(table), written };
};

const box = (view, label) => view.menu.all().find((node) => node.tag === "label" && node.textContent === label).children[0];

test("it opens with the focus in it, and gives the focus back to the table", () => {
  const { table, view } = begin();
  view.toggle();
  assert.equal(view.open, true);
  assert.equal(globalThis.document.activeElement.tag, "select");
  view.toggle();
  assert.deepEqual([view.open, globalThis.document.activeElement], [false, table.grid.node]);
});

test("Escape closes it, also where a list has the focus", () => {
  const { table, view } = begin();
  view.toggle(true);
  view.menu.listeners.keydown({ key: "Escape", code: "Escape" });
  assert.deepEqual([view.open, globalThis.document.activeElement], [false, table.grid.node]);
});

test("columns are added and taken away, those of an outline's answers too", () => {
  const { table, view } = begin(["tags"]);
  view.toggle(true);
  box(view, "Real patients?").listeners.change();
  assert.deepEqual(table.changes.at(-1), { columns: ["tags", "answer:real"] });
  box(view, "Tags").listeners.change();
  assert.deepEqual(table.changes.at(-1), { columns: ["answer:real"] });
});

test("a column for which there is no room says so", () => {
  const { table, view } = begin(["answer:real"]);
  table.columns.dropped.push("answer:real");
  view.toggle(true);
  box(view, "Real patients? (no room; close the reading pane or hide a column)").listeners.change();
  assert.deepEqual(table.changes.at(-1), { columns: [] });
});

test("the order is named whatever a head made it", () => {
  const { table, view } = begin();
  const order = () => {
    view.draw();
    const select = view.menu.all().find(({ tag }) => tag === "select");
    return select.children.find(({ value }) => value === select.value)?.textContent;
  };
  assert.equal(order(), "Newest first");
  table.query.sort = ["-title"];
  assert.equal(order(), "Title, reversed");
  table.query.sort = ["-version"];
  assert.equal(order(), "Version");
});

test("a search is saved as a decision is: tried again where the library is locked", async () => {
  const { table, view, written } = begin();
  view.save();
  await table.answered("  to read  ");
  assert.deepEqual(written[0].slice(0, 2), ["save", { name: "to read" }]);
  assert.match(table.told.at(-1), /to read/);
  await table.answered("   ");
  assert.equal(written.length, 1);
});

test("saved searches are listed, and open on a click", () => {
  const { table, view } = begin();
  view.toggle(true);
  view.saved(["to read"]);
  view.menu.saying("to read").click();
  assert.deepEqual([table.asked, view.open], [[["load", { name: "to read" }]], false]);
});
