// What stands above a write-up: which paper it is, who wrote and signed it, and what can be done.

import { button, byline, h, when } from "./dom.js";
import { say } from "./formulas.js";
import { STATUS } from "./review_batch.js";
import { askAgain, sendBack } from "./review_panels.js";

/** @typedef {import("./review.js").Review} Review */

/** @type {Record<string, string>} */
const DECIDED = { keep: "kept", skip: "skipped", later: "left for later" };
export const ALL_EMPTY = "all empty answers";

/** @param {Review} r @returns {[string, string, () => void, boolean?][]} key, what it does, and whether a held key does it once */
export const keysOf = (r) => [
  ["j", "next paper", () => r.step(1)],
  ["k", "previous paper", () => r.step(-1)],
  ["n", "next paper with findings", () => r.walk("next")],
  ["p", "previous paper with findings", () => r.walk("previous")],
  ["f", "next finding of this paper (F8, also while you type)", () => r.jump(1)],
  ["F", "previous finding of this paper (Shift+F8)", () => r.jump(-1)],
  ["e", "edit the first answer", () => r.questions.querySelector("textarea")?.focus(), true],
  ["a", "approve, and on to the next paper", () => r.approve(), true],
  ["u", "withdraw the approval", () => r.act("disapprove"), true],
  ["v", "source or preview", () => r.source.toggle(), true],
  ["r", `ask again for ${ALL_EMPTY} (may cost money)`, () => askAgain(r, null, ALL_EMPTY), true],
  ["t", "send back to triage, with a note", () => sendBack(r), true],
  ["?", "show or hide these keys", () => r.help(), true],
];

/** @param {Review} review @returns {HTMLElement[]} */
export function headOf(review) {
  const { paper, link } = review;
  const reason = paper.reason ? `: ${paper.reason}` : "";
  const signed = paper.by ? `Approved by ${paper.by}, ${when(paper.at)}${reason}` : STATUS[paper.status]?.[1];
  const status = h("span", { class: `rv-signed rv-${paper.status}` }, signed);
  const address = h("a", { href: paper.abs_url, target: "_blank", rel: "noreferrer" }, `${paper.id}v${paper.version}`);
  return [
    say(h("h3", { class: "rv-paper-title" }), paper.title, link),
    h("p", { class: "rv-note", title: paper.authors.join(", ") }, byline(paper.authors)),
    h("p", { class: "rv-note" }, address,
      paper.written && paper.written !== paper.version && ` · summary of v${paper.written}`,
      paper.comment && ` · ${paper.comment}`,
      paper.models.length > 0 && ` · written by ${paper.models.join(", ")}`, DECIDED[paper.decision] && ` · ${DECIDED[paper.decision]} in triage`,
      !paper.by && [" · ", status]),
    ...(paper.by ? [h("p", {}, status)] : []), ...notesOf(paper), ...newVersion(review), ...postsOf(paper),
  ];
}

/** What of the paper the model was not given. @param {any} paper @returns {HTMLElement[]} */
function notesOf({ notes }) {
  return notes.length ? [h("p", { class: "rv-note" }, `Note: ${notes.join("; ")}`)] : [];
}

/** @param {Review} review */
function newVersion(review) {
  const { written, version } = review.paper;
  if (!written || written === version) return [];
  const text = `arXiv has v${version}; this summary is of v${written}. `;
  return [h("p", { class: "rv-bar rv-version" }, text, button(`Carry over to v${version}`, () => review.act("carry")))];
}

/** The same paper written up before: what a reader of the blog has seen already. @param {any} paper @returns {HTMLElement[]} */
function postsOf({ posts }) {
  return posts.map((/** @type {any} */ { topic, date, version, here }) =>
    h("p", { class: `rv-posted${here ? " rv-version" : ""}` },
      `Already published${here ? " in this topic" : ""}: ${topic}, ${date} (v${version})`));
}

/** One strong action: to approve, or after the last paper to compose the post. @param {Review} review */
export function actionsOf(review) {
  const { paper, model } = review;
  const key = (/** @type {string} */ name) => h("kbd", {}, name);
  const stops = model.get("_found").filter((/** @type {{severity: string}} */ f) => f.severity === "block").length;
  const rows = /** @type {import("./review_batch.js").BatchRow[]} */ (model.get("_batch"));
  const done = rows.length > 0 && rows.every(({ status }) => ["approved", "overridden"].includes(status));
  return [
    button(["Ask again…", key("r")], () => askAgain(review, null, ALL_EMPTY), { title: `Ask the model for ${ALL_EMPTY}; this may cost money` }),
    button(["Back to triage", key("t")], () => sendBack(review)),
    done && button("Compose the post →", () => review.compose(), { class: "pk-button rv-main" }),
    paper.by ? button(["Withdraw approval", key("u")], () => review.act("disapprove"))
      : button(["Approve", key("a"), stops > 0 && ` · ${stops} to resolve`], () => review.approve(), { class: "pk-button rv-main" }),
    button("?", () => review.help(), { "aria-label": "Keys", title: "Keys (?)" }),
  ].filter((node) => node instanceof Node);
}
