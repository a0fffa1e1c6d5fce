// Texts that could not be saved: kept in this browser, and offered by the next review of the paper.

import { button, h, when } from "./dom.js";

const MOMENT = 5000; // ms that a view may take until it is in the page

/** The reviews of this page, by name: each has a place, the first free one. @type {Map<string, {node: HTMLElement, place: number, at: number}>} */
const REVIEWS = /** @type {any} */ (globalThis)[Symbol.for("paperkit reviews")] ?? new Map();
/** @type {any} */ (globalThis)[Symbol.for("paperkit reviews")] = REVIEWS;

/** Enter a review among those of the page; return its place. @param {string} name @param {HTMLElement} node */
export function enlist(name, node) {
  const here = [...REVIEWS.values()].filter((view) => view.node.isConnected || Date.now() - view.at < MOMENT);
  const taken = new Set(here.map((view) => view.place));
  let place = 1;
  while (taken.has(place)) place += 1;
  REVIEWS.set(name, { node, place, at: Date.now() });
  return place;
}

/** @param {string} name */
export const delist = (name) => REVIEWS.delete(name);

/** @typedef {{rows: any[], seen: string, at: string}} Text */
/** @typedef {Text & {view: string, key: string}} Left */

/** The texts about one paper that could not be saved, under the name of the view they were typed in. */
export class Rescue {
  /** @param {string} about @param {string} view */
  constructor(about, view) {
    this.start = `paperkit review ${about} `;
    this.view = view;
  }

  /** @param {string} key @param {any[]} rows @param {string} seen */
  put(key, rows, seen) {
    this.write(this.view, { ...this.of(this.view), [key]: { rows, seen, at: new Date().toISOString() } });
  }

  /** @param {string} key @param {string} [view] */
  drop(key, view = this.view) {
    const { [key]: gone, ...rest } = this.of(view);
    if (gone) this.write(view, rest);
  }

  /** @param {string} view @returns {Record<string, Text>} */
  of(view) {
    try {
      return JSON.parse(localStorage.getItem(this.start + view) ?? "{}");
    } catch {
      return {}; // spoiled, or a browser without storage
    }
  }

  /** @param {string} view @param {Record<string, Text>} texts */
  write(view, texts) {
    try {
      if (Object.keys(texts).length) localStorage.setItem(this.start + view, JSON.stringify(texts));
      else localStorage.removeItem(this.start + view);
    } catch {
      // A browser without storage: the text then lives in the fields alone.
    }
  }

  /** Return what was left by this view, and by views that are not in the page any more. @returns {Left[]} */
  left() {
    const views = this.names().map((name) => name.slice(this.start.length));
    return views
      .filter((view) => view === this.view || !REVIEWS.get(view)?.node.isConnected)
      .flatMap((view) => Object.entries(this.of(view)).map(([key, text]) => ({ view, key, ...text })));
  }

  names() {
    try {
      return Object.keys(localStorage).filter((name) => name.startsWith(this.start));
    } catch {
      return [];
    }
  }
}

/** Offer what was typed about this paper and never saved, unless it is offered already. @param {import("./review.js").Review} review */
export function offer({ rescue, notice, answers }) {
  if (notice.querySelector(".rv-kept")) return;
  const left = rescue.left().filter(({ key, view }) => {
    const answer = answers.get(key);
    return answer && !(view === rescue.view && answer.dirty);
  });
  if (!left.length) return;
  const drop = () => {
    for (const { key, view } of left) rescue.drop(key, view);
    notice.replaceChildren();
  };
  const take = () => {
    drop(); // first: what fails to be saved now is kept anew
    for (const { key, rows } of left) answers.get(key)?.take(rows);
  };
  const names = left.map(({ key }) => answers.get(key)?.state.heading).join(", ");
  const text = `Typed at ${when(left[0].at)} and never saved: ${names}. `;
  notice.replaceChildren(h("p", { class: "rv-bar rv-kept" }, text, button("Restore it", take), button("Discard it", drop)));
}
