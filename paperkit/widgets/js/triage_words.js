// What the table calls its columns, filters and keys.

/** @typedef {{key: string, label: string, width: number, sort: string | null, turn: string, rank: number}} Column */

/** @type {Column[]} */
export const COLUMNS = [
  // key, heading, width in px (0: takes what is left), field to sort by, first direction, importance
  ["decision", "Decision", 30, "decision", "", 9],
  ["score", "Score", 60, "score", "-", 7],
  ["title", "Title", 0, "title", "", 10],
  ["authors", "Authors", 150, "authors", "", 6],
  ["published", "Date", 84, "published", "-", 8],
  ["version", "Version", 64, "version", "-", 3],
  ["categories", "Categories", 96, "category", "", 4],
  ["topics", "Topics", 110, null, "", 4],
  ["tags", "Tags", 100, null, "", 5],
  ["note", "Note", 110, null, "", 2],
  ["has", "Has", 92, null, "", 1],
].map(([key, label, width, sort, turn, rank]) => /** @type {Column} */ ({ key, label, width, sort, turn, rank }));

/** @type {Record<string, string>} */
export const MARKS = { keep: "✓", skip: "✕", later: "◷" };

/** @type {[string, string][]} */
export const FACETS = [
  ["decisions", "Decision"],
  ["topics", "Topic"],
  ["months", "Date"],
  ["tags", "Tag"],
  ["categories", "Category"],
  ["venues", "Venue"],
  ["has", "Has"],
];

/** @type {Record<string, string>} */
export const HAS = {
  pdf: "PDF",
  reading: "reading",
  digest: "summary",
  approved: "approved",
  code: "code link",
  update: "new version",
  published: "in a post",
  "-published": "not in a post yet",
};

/** @type {[string, string][]} */
export const HELP = [
  ["j k ↓ ↑", "move; with Shift: select on the way"],
  ["PgDn PgUp Home End", "move far"],
  ["Enter o", "open or close the reading pane"],
  ["s d l", "keep, skip, later: the selection, else this paper"],
  ["c", "clear the decision"],
  ["u", "undo, any number of times"],
  ["x", "select; Shift+click selects a range"],
  ["a", "select all that are listed; Esc selects none"],
  ["t n", "tag; note"],
  ["/", "search; “-marks keep a phrase together"],
  ["f", "filters"],
  ["r z", "list anew; row height"],
  ["?", "this help"],
];
