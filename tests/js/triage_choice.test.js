// What a key decides, and which paper a tag or a note after it is about.

import assert from "node:assert/strict";
import { test } from "node:test";
import { element } from "./dom.js";
import { Choice, tagsOf } from "../../paperkit/widgets/js/triage_choice.js";

const settle = async () => {
  for (let turn = 0; turn < 20; turn += 1) await null;
};

const row = (place) => ({ num: place, id: `2401.0000${place}`, title: `Paper ${place}` });

/** A table of five papers, of which the browser has only the first two until `arrive`. */
const begin = () => {
  const waiting = [];
  const table = {
    cursor: 0, saved: [], told: [],
    rows: { total: 5, at: (place) => (place < 2 ? row(place) : undefined), places: new Map(),
      fetched: (place) => new Promise((go) => waiting.push(() => go(row(place)))) },
    grid: { node: element(), reveal: () => undefined, draw: () => undefined },
    pane: { openSoon: () => undefined }, tell: (text) => table.told.push(text),
    writes: { add: (_what, content) => { table.saved.push([content.ids?.[0], content.decision]); return Promise.resolve({}); } },
    get here() { return table.rows.at(table.cursor); },
  };
  const choice = new Choice(table);
  return { table, choice, arrive: async () => { for (const go of waiting.splice(0)) go(); await settle(); } };
};

test("keys faster than the rows decide one paper each", async () => {
  const { table, choice, arrive } = begin();
  for (let key = 0; key < 4; key += 1) choice.decide("skip");
  assert.equal(table.cursor, 4);
  await arrive();
  assert.deepEqual(table.saved.map(([id]) => id).sort(), [0, 1, 2, 3].map((place) => row(place).id));
});

test("a tag or a note right after a decision is about the paper decided", async () => {
  const { table, choice, arrive } = begin();
  choice.decide("keep");
  assert.equal(choice.about.title, "Paper 0");
  choice.move(1);
  assert.equal(choice.about.title, "Paper 1");
  choice.move(3);
  choice.decide("keep");
  choice.move(0);
  await arrive();
  assert.equal(choice.about.title, "Paper 0"); // what came late says nothing of where one is now
  assert.deepEqual(table.saved.at(-1), ["2401.00003", "keep"]);
});

test("a row that never comes is gone back to, and nothing is decided", async () => {
  const { table, choice } = begin();
  table.cursor = 3;
  table.rows.fetched = async () => undefined;
  choice.decide("keep");
  await settle();
  assert.deepEqual([table.cursor, table.saved], [3, []]);
});

test("tags stand between commas; a minus takes one away", () => {
  assert.deepEqual(tagsOf("a, b c，-d; "), { words: ["a", "b c", "-d"], add: ["a", "b c"], remove: ["d"] });
});
