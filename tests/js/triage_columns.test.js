// The columns a person added: how they share the room, and which go where there is none.

import assert from "node:assert/strict";
import { test } from "node:test";
import { fitted, fittingHeads } from "../../paperkit/widgets/js/triage_columns.js";

const column = (key, width, rank) => ({ key, label: key, width, sort: null, turn: "", rank });
const widths = (columns, room) => Object.fromEntries(fitted(columns, (c) => c.width, room));

test("columns keep their widths where there is room", () => {
  assert.deepEqual(widths([column("tags", 100, 5), column("answer:real", 180, 9)], 530), { tags: 100, "answer:real": 180 });
});

test("where room is short they shrink together", () => {
  assert.deepEqual(widths([column("tags", 100, 5), column("answer:real", 180, 9)], 418), { tags: 60, "answer:real": 108 });
});

test("no column gets narrower than half: the title gives way", () => {
  assert.deepEqual(widths([column("answer:real", 180, 9)], 280), { "answer:real": 90 });
});

test("a short head can always be read", () => {
  const score = { ...column("score", 64, 7), label: "Score" };
  assert.deepEqual(widths([score, column("answer:real", 180, 9)], 320), { score: 64, "answer:real": 90 });
});

test("heads that do not fit side by side give way to those the list is sorted by", () => {
  const heads = ["Title", "Authors", "Date", "Category", "Score"].map((label) => ({ ...column(label, 0, 0), label }));
  const shown = (sorted, room) => fittingHeads(heads, ({ label }) => sorted.includes(label), room).map(({ label }) => label);
  assert.deepEqual(shown(["Date"], 400), ["Title", "Authors", "Date", "Category", "Score"]);
  assert.deepEqual(shown(["Score"], 150), ["Title", "Score"]);
  assert.deepEqual(shown(["Category"], 40), ["Category"]); // it is shortened
  assert.deepEqual(shown(["Score", "Authors"], 190), ["Authors", "Score"]);
});

test("then the least important go, answers last", () => {
  assert.deepEqual(widths([column("answer:real", 180, 9), column("tags", 100, 5), column("has", 110, 1)], 260), { "answer:real": 90 });
  assert.deepEqual(widths([column("answer:real", 180, 9)], 230), {});
  assert.deepEqual(widths([], 230), {});
});
