// Where the picture of a page scrolls to: the marked lines, and only for the picture in sight.

import assert from "node:assert/strict";
import { test } from "node:test";
import { element } from "./dom.js";
import { Pictures } from "../../paperkit/widgets/js/review_picture.js";

/** An image that stands 900 pixels down, or that another page has replaced. */
const picture = (isConnected) => ({
  isConnected, naturalWidth: 500, naturalHeight: 800, width: 100,
  getBoundingClientRect: () => (isConnected ? { top: 900, height: 160 } : { top: 0, height: 0 }),
});

const scrolled = (image) => {
  const pane = Object.assign(element(), { scrollTop: 85, clientHeight: 200, getBoundingClientRect: () => ({ top: 800 }) });
  const holder = Object.assign(element(), { scrollTop: 0, clientHeight: 120, getBoundingClientRect: () => ({ top: 900 }) });
  const canvas = { getContext: () => null };
  const { createElement } = globalThis.document;
  globalThis.document.createElement = () => canvas;
  new Pictures({}, () => pane).place(holder, image, { top: 0.9, left: 0, url: "", version: 1, whole: false });
  globalThis.document.createElement = createElement;
  return pane.scrollTop;
};

test("a pane scrolls to the marked lines", () => {
  assert.ok(scrolled(picture(true)) > 85);
});

test("a picture that comes after another page has taken its place moves nothing", () => {
  assert.equal(scrolled(picture(false)), 85);
});
