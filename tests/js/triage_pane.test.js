// Which paper the reading pane shows: that under the cursor, or none.

import assert from "node:assert/strict";
import "./dom.js";
import { timed } from "./clock.js";
import { Pane } from "../../paperkit/widgets/js/triage_pane.js";

const settle = async () => {
  for (let turn = 0; turn < 20; turn += 1) await null;
};

/** A table whose kernel answers when it is told. */
const begin = () => {
  const waiting = [];
  const table = {
    here: { id: "1", title: "One" }, state: { value: { pane: true } }, pattern: null, moved: [],
    say: (node, text) => { node.textContent = text; return node; },
    try: (what, { id }) => {
      if (what === "move") table.moved.push(id);
      return what === "detail" ? new Promise((go) => waiting.push(() => go({ row: { id, title: `Detail ${id}`, published: "", version: 1 },
        authors: [], links: [], abstract: "", comment: "", journal_ref: "", score: null, figures: [], versions: [], history: [], digest: null }))) : Promise.resolve({});
    },
  };
  globalThis.document.createTextNode = (text) => text;
  const pane = new Pane(table);
  pane.node.querySelectorAll = () => [];
  return { table, pane, answer: async () => { for (const go of waiting.splice(0)) go(); await settle(); } };
};

timed("a paper left before its text came is not shown, also where the next row is still on its way", async (clock) => {
  const { table, pane, answer } = begin();
  pane.openSoon();
  clock.pass(60);
  table.here = undefined;
  pane.openSoon();
  await answer();
  clock.pass(1000);
  assert.ok(!pane.node.textContent.includes("Detail 1"));
  table.here = { id: "2", title: "Two" };
  pane.arrived();
  clock.pass(60);
  await answer();
  assert.ok(pane.node.textContent.includes("Detail 2"));
  assert.deepEqual(table.moved, ["1", "2"]);
});

timed("rows that come while the paper is shown open nothing again", async (clock) => {
  const { pane, answer, table } = begin();
  pane.openSoon(false);
  clock.pass(200);
  await answer();
  pane.arrived();
  clock.pass(1000);
  assert.ok(pane.node.textContent.includes("Detail 1"));
  assert.deepEqual(table.moved, []); // the list moved under the cursor: nobody went there
});
