// The columns a person added: how they share the room, and which go where there is none.

import assert from "node:assert/strict";
import { test } from "node:test";
import { fitted } from "../../paperkit/widgets/js/triage_columns.js";

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

test("then the least important go, answers last", () => {
  assert.deepEqual(widths([column("answer:real", 180, 9), column("tags", 100, 5), column("has", 110, 1)], 260), { "answer:real": 90 });
  assert.deepEqual(widths([column("answer:real", 180, 9)], 230), {});
  assert.deepEqual(widths([], 230), {});
});
