// Windows of a long list: which rows are in sight, which are asked for, what is shown meanwhile.

export const PAGE = 60; // rows asked for at once
const NEAR = 30; // rows fetched before they are needed, above and below
const TALLEST = 8e6; // px; browsers cannot lay out much taller boxes

/** @typedef {[number, number]} Span the first place, and that after the last */
/** @typedef {(place: number) => boolean} Test */

/** Return how many px of a full list one px of the scroll bar is: above TALLEST it is a map. @param {number} all px @param {number} view px */
export function scaleOf(all, view) {
  return all <= TALLEST ? 1 : (all - view) / (TALLEST - view);
}

/** @param {number} all px */
export const tallness = (all) => Math.min(all, TALLEST);

/** Return the rows in sight, with some more on both sides. @param {number} offset px @param {number} view px @param {number} height px @param {number} total @param {number} [more] @returns {Span} */
export function inSight(offset, view, height, total, more = 0) {
  const first = Math.max(0, Math.floor(offset / height) - more);
  return [first, Math.min(total, Math.ceil((offset + view) / height) + more)];
}

/** Return what of some rows is not known yet; null: nothing. @param {Span} span @param {Test} fresh @returns {Span | null} */
export function lacking([start, end], fresh) {
  let [first, last] = [start, end];
  while (first < last && fresh(first)) first += 1;
  while (first < last && fresh(last - 1)) last -= 1;
  return first < last ? [first, last] : null;
}

/**
 * Return what to ask for: what is missing in sight, else what a small step would show; null: nothing.
 * @param {Span} sight @param {number} total @param {Test} fresh
 * @returns {{span: Span, missing: boolean} | null}
 */
export function wish([first, last], total, fresh) {
  if (lacking([first, last], fresh)) return { span: [first - 2, last + NEAR], missing: true };
  const near = [first - NEAR, last + NEAR - 1].filter((place) => place >= 0 && place < total);
  return near.every(fresh) ? null : { span: [first - PAGE, last + PAGE], missing: false };
}

/**
 * Meet a fast hand where it will be when the answer comes, do not follow it.
 * @param {Span} span what is wished for
 * @param {{at: number, speed: number, since: number, latency: number, shown: number, total: number}} hand
 *   rows, rows per ms, ms since it moved, ms until an answer, rows a screen shows
 * @returns {Span}
 */
export function ahead(span, { at, speed, since, latency, shown, total }) {
  const lead = Math.round((since < 80 ? speed : 0) * (latency + since));
  if (Math.abs(lead) < PAGE) return span;
  // The faster, the shorter rows are in sight: no more is asked for than a screen shows.
  const count = Math.abs(lead) < 4 * PAGE ? PAGE : shown + 4;
  const begin = Math.max(0, Math.min(total - count, Math.round(at) + lead));
  return [begin, Math.min(total, begin + count)];
}

/**
 * Return where the list is drawn (px): rows are seldom known where a fast hand is. Instead of nothing
 * those last known stay in sight, and each answer shows what it brought: behind the hand, never blank.
 * @param {number} offset px, where the hand is
 * @param {{seen: number, view: number, height: number, total: number, arrived: Span | null, known: Test}} list
 */
export function held(offset, { seen, view, height, total, arrived, known }) {
  const [first, last] = inSight(offset, view, height, total);
  let there = 0;
  for (let place = first; place < last; place += 1) there += Number(known(place));
  if (2 * there >= last - first) return offset;
  const [from, to] = arrived ?? [0, 0];
  if (to > from) return Math.max(from * height, Math.min(offset, to * height - view));
  return known(Math.ceil(seen / height)) ? seen : offset;
}
