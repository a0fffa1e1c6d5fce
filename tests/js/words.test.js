// Words of queries and findings, how they are counted, and lists that are pasted.

import assert from "node:assert/strict";
import { test } from "node:test";
import { counted, listed, placed, wordPattern, wordPlaces } from "../../paperkit/widgets/js/words.js";

const found = (text, query) => wordPlaces(text, wordPattern(query)).map(([from, to]) => text.slice(from, to));

test("a word of a query is the beginning of a word, whatever its case and accents", () => {
  assert.deepEqual(found("Neural hands, unhandy", "neural HAND"), ["Neural", "hand"]);
  assert.deepEqual(found("Gödel and Godel", "godel"), ["Gödel", "Godel"]);
});

test("a phrase gives its words, Chinese too", () => {
  assert.deepEqual(found("用一张照片重建头像", "头像"), []); // within a run of characters: no beginning of a word
  assert.deepEqual(found("头像重建", "头像"), ["头像"]);
  assert.deepEqual(found("head avatars from a head", '"head avatars"'), ["head", "avatars", "head"]);
});

test("a query without words marks nothing", () => {
  for (const query of ["", '""', "-", "(*)"]) assert.equal(wordPattern(query), null);
});

test("signs of a query are no pattern", () => {
  assert.deepEqual(found("a.b a+b axb", "a.b"), ["a", "b", "a", "b", "a"]);
});

test("limits count Latin words, or Chinese characters", () => {
  assert.equal(counted("It's state-of-the-art: 31.4 words", "words"), 3);
  assert.equal(counted("化身 AvatarNet，头像", "characters"), 4);
});

test("the words of a finding are found as they stand, best as whole words", () => {
  const at = (text, words) => placed(text, words) && text.slice(...placed(text, words));
  assert.equal(at("gains 77 percent, 7 points", "7"), "7");
  assert.deepEqual(placed("gains 77 percent, 7 points", "7"), [18, 19]);
  assert.equal(at("of $x_{1}$ and ４．２ s", "4.2 s"), "４．２ s");
  assert.equal(at("nothing", "else"), null);
  assert.equal(placed("text", ""), null);
});

test("a pasted list falls into its items, other texts do not", () => {
  assert.deepEqual(listed("- one\n- two\n  goes on\n\n- three"), ["one", "two goes on", "three"]);
  assert.deepEqual(listed("1. one\n2) two"), ["one", "two"]);
  assert.deepEqual(listed("一、甲\n二、乙"), ["甲", "乙"]);
  assert.equal(listed("one line\nand another"), null);
  assert.equal(listed("- a single one"), null);
  assert.equal(listed("1.5 is a number\n2.5 too"), null);
});
