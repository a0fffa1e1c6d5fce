// Findings and passages, as Review names and shows them.

import { button, h } from "./dom.js";

/** @typedef {{code: string, question: string, statement: number | null, severity: string, words: string, message: string}} Finding */
/** @typedef {{quote: string, section: string, page: number | null}} Passage */
/** @typedef {number | Passage} Ref a passage: its number among those cited so far, or one found and not saved yet */
/** @typedef {{text: string, evidence: Ref[]}} Statement */

/** @type {Record<string, string>} */
const SIGNS = { block: "Blocks", warn: "Check" };

/** @param {Passage} passage */
export const placeOf = ({ section, page }) => [section, page && `p. ${page}`].filter(Boolean).join(" · ");

/** @param {Passage | undefined} one @param {Passage} other */
export const samePassage = (one, other) =>
  one?.quote === other.quote && one.section === other.section && one.page === other.page;

/** Name a finding, so that its place is found again when all is drawn anew. @param {Finding} finding */
export const keyOfFinding = ({ code, question, statement, words }) => JSON.stringify([code, question, statement, words]);

/** Show a finding; with `act` its message is a button that leads somewhere. @param {Finding} finding @param {() => void} [act] */
export function problem(finding, act) {
  const { code, severity, message } = finding;
  const said = act ? button(message, act, { class: "rv-link", title: "Show it in the text" }) : message;
  return h("li", { class: `rv-problem rv-${severity}`, "data-code": code, "data-key": keyOfFinding(finding), tabindex: -1 },
    h("b", {}, `${SIGNS[severity] ?? severity}: `), said, " ",
    h("code", { class: "rv-code", title: `docs/findings.md explains ${code}` }, code));
}

/** Count against a limit. @param {HTMLElement} counter @param {number} count @param {number} limit @param {string} unit */
export function over(counter, count, limit, unit) {
  counter.textContent = `${count}/${limit}`;
  counter.title = `${count} of at most ${limit} ${unit}`;
  counter.classList.toggle("rv-over", count > limit);
}
