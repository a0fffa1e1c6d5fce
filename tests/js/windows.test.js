// Which rows of a long list are asked for and drawn.

import assert from "node:assert/strict";
import { test } from "node:test";
import { PAGE, ahead, held, inSight, lacking, scaleOf, tallness, wish } from "../../paperkit/widgets/js/windows.js";

const within = (...spans) => (place) => spans.some(([from, to]) => place >= from && place < to);

test("the rows in sight are those the view touches, within the list", () => {
  assert.deepEqual(inSight(0, 340, 34, 1000), [0, 10]);
  assert.deepEqual(inSight(17, 340, 34, 1000), [0, 11]);
  assert.deepEqual(inSight(340, 340, 34, 1000, 2), [8, 22]);
  assert.deepEqual(inSight(0, 340, 34, 3, 2), [0, 3]);
});

test("a list taller than a browser can lay out is mapped, its ends on its ends", () => {
  const [all, view] = [100_000 * 340, 600];
  assert.equal(tallness(all), 8e6);
  assert.equal((tallness(all) - view) * scaleOf(all, view), all - view);
  assert.equal(scaleOf(34_000, view), 1);
});

test("only what is not known is asked for", () => {
  assert.deepEqual(lacking([0, 20], within([0, 5], [15, 20])), [5, 15]);
  assert.equal(lacking([0, 20], within([0, 20])), null);
  assert.equal(lacking([4, 4], within()), null);
});

test("what is missing in sight comes first, then what a small step would show", () => {
  const sight = /** @type {[number, number]} */ ([100, 120]);
  assert.deepEqual(wish(sight, 1000, within([100, 119])), { span: [98, 150], missing: true });
  assert.deepEqual(wish(sight, 1000, within([100, 120])), { span: [40, 180], missing: false });
  assert.equal(wish(sight, 1000, within([70, 150])), null);
  assert.equal(wish([0, 20], 20, within([0, 20])), null); // nothing is before the first or after the last
});

test("a fast hand is met where it will be", () => {
  const slow = { at: 500, speed: 0.1, since: 10, latency: 30, shown: 17, total: 10_000 };
  assert.deepEqual(ahead([490, 550], slow), [490, 550]);
  assert.deepEqual(ahead([490, 550], { ...slow, speed: 2 }), [580, 580 + PAGE]);
  assert.deepEqual(ahead([490, 550], { ...slow, speed: 10 }), [900, 921]); // a sweep: a screen, no more
  assert.deepEqual(ahead([490, 550], { ...slow, speed: 10, since: 200 }), [490, 550]); // it rests
  assert.deepEqual(ahead([9900, 9960], { ...slow, at: 9950, speed: 10 }), [9979, 10_000]);
});

test("where the rows are known the list is drawn where the hand is", () => {
  const list = { seen: 0, view: 340, height: 34, total: 1000, arrived: null, known: within([0, 30]) };
  assert.equal(held(340, list), 340);
});

test("where they are not, those that just came are shown, or those of before", () => {
  const list = { seen: 340, view: 340, height: 34, total: 1000, arrived: null, known: within([0, 30]) };
  assert.equal(held(17_000, list), 340);
  assert.equal(held(17_000, { ...list, arrived: [300, 340] }), 340 * 34 - 340);
  assert.equal(held(3_400, { ...list, arrived: [300, 340] }), 300 * 34);
  assert.equal(held(17_000, { ...list, known: within() }), 17_000); // nothing at all: blank, for once
});
