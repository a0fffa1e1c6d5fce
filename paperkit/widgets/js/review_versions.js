// The versions of one answer beside each other: draft and edit, a newer draft, another's edit, history.

import { button, changes, h, when } from "./dom.js";

/** @typedef {[string, string][]} Pieces */
/** @typedef {{model?: string, wish?: string, rows: {text: string}[], difference: Pieces[], same?: boolean}} Draft */
/** @typedef {() => void} Act */

/** Show a difference: a line per item, of kept, removed and added pieces. @param {Pieces[]} items @param {string} label */
function differenceView(items, label) {
  const lines = items.map((pieces) => {
    const whole = pieces.length === 1 ? { "-": "rv-out", "+": "rv-in" }[pieces[0][0]] : null;
    return h("p", { class: whole }, changes(pieces));
  });
  return h("div", { class: "rv-difference", role: "group", "aria-label": label }, lines);
}

/** Show a difference under a title; nothing where no item is like another: the texts say it. @param {string} title @param {Draft | undefined} draft @param {string} name */
function changed(title, draft, name) {
  if (!draft?.difference.some((pieces) => pieces.length > 1 || pieces[0]?.[0] === "=")) return [];
  return [h("p", { class: "rv-note" }, title), differenceView(draft.difference, name)];
}

/** @param {Draft} draft @param {Act} back */
export function draftView(draft, back) {
  const title = `Draft by ${draft.model || "the model"}, compared with your edit`;
  return h("div", { class: "rv-box" }, h("p", { class: "rv-note" }, title),
    differenceView(draft.difference, "Compare draft and edit"), button("Restore the draft", back));
}

/** Three-way: the edit stands; the new draft and the one it came from are shown beside it. @param {{newer: Draft, draft?: Draft, rows: {text: string}[]}} state @param {Act} take @param {Act} keep */
export function newerView({ newer, draft, rows }, take, keep) {
  const wish = newer.wish ? ` (asked: ${newer.wish})` : "";
  /** @type {[string, {text: string}[] | undefined][]} */
  const texts = [["New draft", newer.rows], ["Yours", rows], ["Earlier draft", draft?.rows]];
  const columns = texts.map(([name, given]) => given && h("div", {}, h("dt", {}, name), given.map((row) => h("dd", {}, row.text))));
  return h("div", { class: "rv-box rv-newer" },
    h("p", { class: "rv-note" }, `New draft by ${newer.model || "the model"}${wish}`),
    h("dl", { class: "rv-texts" }, columns),
    ...changed("What it would change in your text", newer, "New draft compared with your edit"),
    ...changed("What you had changed in the earlier draft", draft, "Earlier draft compared with your edit"),
    h("p", {}, button("Take the new draft", take), " ", button("Keep mine", keep)));
}

/** @param {string} at @param {{text: string}[]} rows @param {Act} take @param {Act} keep */
export function conflictView(at, rows, take, keep) {
  return h("div", { class: "rv-box rv-conflict", role: "alert" },
    h("p", { class: "rv-note" }, `Edited elsewhere at ${when(at)}; what you typed is not saved:`),
    h("div", { class: "rv-difference" }, rows.map((row) => row.text).join("\n")),
    h("p", {}, button("Take theirs", take), " ", button("Keep mine", keep)));
}

/** @param {string} heading @param {any[]} versions newest first @param {(version: number) => void} restore */
export function historyView(heading, versions, restore) {
  const items = versions.map((v, place) => {
    const by = v.origin === "person" ? "edit" : v.model || v.origin;
    const rests = v.passages === 1 ? "1 passage" : `${v.passages} passages`;
    const name = `Restore the version of ${when(v.at)}`;
    const told = [when(v.at), by, v.wish, rests, v.mended].filter(Boolean).join(" · ");
    return h("li", {}, h("p", { class: "rv-note" }, `${told} `,
      place > 0 && button("Restore", () => restore(v.version), { "aria-label": name })),
    h("div", { class: "rv-difference" }, v.texts.join("\n")));
  });
  return h("ol", { class: "rv-box rv-history", "aria-label": `History: ${heading}` }, items);
}
