// What is asked for while one types, the order that follows the decisions, and what comes at the end.

import assert from "node:assert/strict";
import { test } from "node:test";
import { element } from "./dom.js";
import { Job } from "../../paperkit/widgets/js/triage_job.js";

const LEFT = { kept: 0, open: 0, unsigned: 0, ready: 0, ids: ["1"], cost: "", draft: "" }; // at the end

const begin = (answers = {}) => {
  const asked = [];
  const announced = [];
  const table = {
    query: { text: "avatar", sort: ["-score"] }, modelName: "model-1", cursor: 3, here: { title: "Avatars" },
    try: (what, content) => {
      asked.push([what, content]);
      return Promise.resolve(typeof answers[what] === "function" ? answers[what](content) : answers[what] ?? {});
    },
    bars: {
      search: { value: "avatar" }, advanced: () => undefined,
      announce: (kind, strong, text, actions = []) => announced.push([kind, strong, text, ...actions.map((each) => each.textContent)]),
      quiet: (kind) => announced.push([`no ${kind}`]), progress: { hidden: true },
    },
    choice: { moved: [], move(index) { this.moved.push(index); }, asking: element(), count: 0, ids: ["1"] },
    facets: { answers: { clear: () => undefined } },
    grid: { node: element() }, told: [], tell: (text) => table.told.push(text), onStale: () => undefined, countSoon: () => asked.push(["counts"]),
  };
  return { table, job: new Job(table), asked, announced };
};

test("while an answer is awaited only the newest wish is kept", async () => {
  const waiting = [];
  const { job, asked } = begin({ query: () => new Promise((go) => waiting.push(go)) });
  const first = job.wanted({ text: "a" });
  job.wanted({ text: "ab" });
  job.wanted({ text: "abc", tags: [] });
  assert.deepEqual(asked.map(([, { query }]) => query.text), ["a"]);
  waiting.shift()();
  await Promise.resolve();
  await Promise.resolve();
  assert.deepEqual(asked.map(([, { query }]) => query.text), ["a", "abc"]);
  assert.deepEqual(asked[1][1].query, { text: "abc", sort: ["-score"] }); // nothing empty is asked for
  waiting.shift()();
  await first;
});

test("clearing the filters leaves the order", async () => {
  const { job, table } = begin();
  table.query = { text: "avatar", tags: ["x"], sort: ["title"] };
  await job.clearFilters();
  assert.deepEqual([table.query, table.bars.search.value], [{ sort: ["title"] }, ""]);
});

test("new scores are offered where the order is by score, and never at the end", () => {
  const { job, table, announced } = begin();
  job.ranked({ decisions: 12 });
  assert.deepEqual(announced.at(-1).slice(0, 2), ["rank", "12 new decisions."]);
  job.ended = true;
  job.ranked({ decisions: 13 });
  assert.deepEqual(announced.at(-1), ["no rank"]);
  job.ended = false;
  table.query = { sort: ["title"] };
  job.ranked({ decisions: 14 });
  assert.deepEqual(announced.at(-1), ["no rank"]);
});

test("re-ranking goes to the first undecided paper", async () => {
  const { job, table, asked } = begin({ undecided: { index: 7 } });
  await job.rerank();
  assert.deepEqual(asked.map(([what]) => what), ["query", "undecided"]);
  assert.deepEqual([asked[1][1], table.choice.moved], [{ start: 0 }, [7]]);
});

test("where all is decided nothing moves", async () => {
  const { job, table } = begin({ undecided: { index: null } });
  await job.toUndecided();
  assert.deepEqual([table.choice.moved, table.told.length], [[], 1]);
});

test("the end leads on to the summaries, with their cost, and to the review of those that are there", async () => {
  const { job, announced, asked } = begin({ ending: { ...LEFT, kept: 12, open: 10, unsigned: 2, cost: "about $0.10" } });
  await job.advanced({ decided: 29, total: 30 });
  assert.deepEqual(announced, [["no end"]]);
  await job.advanced({ decided: 30, total: 30 });
  await job.advanced({ decided: 30, total: 30 });
  assert.equal(asked.length, 1); // said once
  const [kind, strong, , ...actions] = announced.at(-1);
  assert.deepEqual([kind, strong], ["end", "All 30 decided, 12 kept."]);
  assert.deepEqual(actions, ["Summarize 10 papers you kept with model-1 (about $0.10) →", "Review 2 papers →"]);
});

test("once all are approved the end leads to the post, and then says where it is", async () => {
  const ending = { ...LEFT, kept: 2, unsigned: 2 };
  const { job, announced, asked, table } = begin({ ending: () => ({ ...ending }), compose: { path: "ions.post.ipynb" } });
  const told = () => job.advanced({ decided: 5, total: 5 });
  await told();
  Object.assign(ending, { unsigned: 0, ready: 2 });
  await told(); // nothing was heard of the library: nothing is asked
  assert.deepEqual(announced.at(-1).slice(3), ["Review 2 papers →"]);
  job.told = false;
  await told();
  assert.deepEqual(announced.at(-1), ["end", "All 5 decided, 2 kept.", "", "Compose the post from 2 papers →"]);
  await job.compose();
  assert.deepEqual([table.told.at(-1), asked.at(-1)], ["Draft written: ions.post.ipynb", ["counts"]]);
  ending.draft = "ions.post.ipynb";
  await told();
  assert.deepEqual(announced.at(-1), ["end", "All 5 decided, 2 kept.", "The draft of the post is ions.post.ipynb; open it from the file browser."]);
  Object.assign(ending, { ready: 0, draft: "" }); // it went out
  job.told = false;
  await told();
  assert.deepEqual(announced.at(-1), ["end", "All 5 decided, 2 kept.", ""]);
});

test("what was said of the end is not said again, nor while the summaries are being written", async () => {
  const { job, announced, table, asked } = begin({ ending: { ...LEFT, kept: 1, open: 1 } });
  const told = () => job.advanced({ decided: 5, total: 5 });
  await told();
  job.told = false;
  await told();
  assert.equal(announced.length, 1);
  table.bars.progress.hidden = false;
  job.told = false;
  await told();
  assert.equal(asked.length, 2);
});

test("without a model the end says what to run in a cell", async () => {
  const { job, table, announced } = begin({ ending: { ...LEFT, kept: 1, open: 1 } });
  table.modelName = "";
  await job.advanced({ decided: 1, total: 1 });
  assert.match(announced.at(-1)[2], /summarize\(triage\.kept, library\)/);
  assert.equal(announced.at(-1).length, 3);
});

test("a browser that does not copy says so", async () => {
  Object.defineProperty(globalThis, "navigator", { configurable: true, value: {} }); // as on a page without https
  const { job, table } = begin({ copy: { text: "@misc{}" } });
  job.copy();
  await table.choice.asking.saying("BibTeX").click();
  assert.match(table.told.at(-1), /does not allow copying/);
});
