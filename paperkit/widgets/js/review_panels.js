// The boxes above the answers: a reason, a wish or a note is asked for; the keys are listed.

import { button, h } from "./dom.js";
import { promptLine } from "./prompts.js";
import { keyOfFinding, problem } from "./review_findings.js";

/** @typedef {import("./review.js").Review} Review */
/** @typedef {import("./review_findings.js").Finding} Finding */

/**
 * Open a box with one line to write: Enter acts, Esc closes; it closes when the act was done.
 * @param {Review} review
 * @param {object} box
 * @param {string} box.name
 * @param {string} box.label
 * @param {string} box.hint
 * @param {string} box.action
 * @param {Node | Node[]} box.told
 * @param {(text: string, input: HTMLInputElement) => Promise<any>} box.act
 * @param {string} [box.look]
 * @param {() => void} [box.after] what follows once it has closed
 */
function openPanel(review, { name, label, hint, action, told, act, look = "", after = () => {} }) {
  const cancel = () => {
    review.extra.replaceChildren();
    review.leave();
  };
  const done = async (/** @type {string} */ text, /** @type {HTMLInputElement} */ field) => {
    if (!(await act(text.trim(), field))) return;
    cancel();
    after();
  };
  const { input, nodes } = promptLine({ label, hint, action, done, cancel, look: "rv-input" });
  const box = h("div", { class: `rv-box ${look}`, role: "group", "aria-label": name }, told, h("p", { class: "rv-bar" }, nodes));
  review.extra.replaceChildren(box);
  box.scrollIntoView({ block: "nearest" });
  input.focus({ preventScroll: true });
}

/** Approve against findings: they are listed, each leads to its place, and a reason is asked for. @param {Review} review @param {Finding[]} stops */
export function override(review, stops) {
  const block = stops.length === 1 ? "1 finding blocks" : `${stops.length} findings block`;
  const go = (/** @type {Finding} */ finding) => () => {
    review.extra.replaceChildren();
    review.go(keyOfFinding(finding));
  };
  openPanel(review, {
    name: "Approve with a reason", label: "Reason", hint: "Reason, kept on record",
    action: "Approve with this reason", look: "rv-override",
    told: [h("p", {}, `${block} this summary:`),
      h("ul", { class: "rv-problems" }, stops.map((finding) => problem(finding, go(finding))))],
    act: async (reason, input) => (reason ? review.act("approve", { reason }) : void input.focus()),
  });
}

/** Ask once per library who signs; then approve. @param {Review} review */
export function askName(review) {
  openPanel(review, {
    name: "Who approves?", label: "Your name", hint: "Your name, as the post shows it", action: "Approve",
    told: h("p", {}, "Who approves? The library remembers the name."),
    act: async (name, input) => (name ? review.act("sign_as", { name }) : void input.focus()),
    after: () => review.approve(),
  });
}

/** Ask the model again, with a wish in words; a new draft never overwrites an edit. @param {Review} review @param {string[] | null} questions null: all empty ones @param {string} name */
export function askAgain(review, questions, name) {
  const note = h("p", { class: "rv-note", role: "status" }, `Ask the model again: ${name} (may cost money)`);
  const { id } = review;
  const act = async (/** @type {string} */ wish) => {
    note.textContent = `Asking: ${name} …`;
    if (!(await review.settled())) return false;
    const reply = await review.act("ask", { id, wish, ...(questions && { questions }) }, { deadline: 0 });
    note.textContent = `Ask the model again: ${name} (may cost money)`;
    if (reply?.nothing.length && review.id === id) review.tell(missed(review, reply));
    return Boolean(reply);
  };
  openPanel(review, { name: "Ask again", label: "Wish", hint: "What should be different? (optional)", action: "Ask", told: note, act });
}

/** @param {Review} review @param {{asked: number, nothing: [string, string][]}} reply */
function missed(review, { asked, nothing }) {
  const names = nothing.map(([key, why]) => `${review.answers.get(key)?.state.heading ?? key} (${why})`);
  return `${asked - nothing.length} of ${asked} answers came back. Nothing for: ${names.join("; ")}.`;
}

/** Send the paper back to triage, with a note if one is given. @param {Review} review */
export function sendBack(review) {
  openPanel(review, {
    name: "Send back to triage", label: "Note", hint: "Note (optional)", action: "Send back",
    told: h("p", { class: "rv-note" }, "Send back to triage: it becomes undecided again"),
    act: (note) => review.act("send_back", note ? { note } : {}),
  });
}

/** @type {[string, string][]} */
const IN_FIELDS = [
  ["Esc", "leave the text field to use the keys above"],
  ["Enter", "add a statement below"],
  ["Alt+↑ Alt+↓", "move the statement"],
  ["Alt+Enter", "find evidence for the statement"],
  ["Backspace", "delete the statement, once it is empty"],
];

/** Show or hide what the keys do. @param {Review} review */
export function help(review) {
  const open = review.extra.querySelector(".rv-help");
  const close = () => review.extra.replaceChildren();
  if (open) return close();
  const keys = [...review.keys.map(([key, what]) => /** @type {[string, string]} */ ([key, what])), ...IN_FIELDS];
  const lines = keys.flatMap(([key, what]) => [h("dt", {}, h("kbd", {}, key)), h("dd", {}, what)]);
  review.extra.replaceChildren(h("div", { class: "rv-box rv-help" }, h("dl", {}, lines), button("Close", close)));
}
