// What the table calls its columns, filters and keys.

/** @typedef {{key: string, label: string, width: number, sort: string | null, turn: string, rank: number}} Column */

/** @type {Column[]} */
export const COLUMNS = [
  // key, heading, width in px (0: takes what is left), field to sort by, first direction, importance
  ["decision", "Decision", 40, "decision", "", 9],
  ["title", "Title", 0, "title", "", 10],
  ["authors", "Authors", 150, "authors", "", 6],
  ["published", "Date", 88, "published", "-", 8],
  ["categories", "Category", 96, "category", "", 4],
  ["score", "Score", 64, "score", "-", 7],
  ["version", "Version", 64, "version", "-", 3],
  ["topics", "Topics", 110, null, "", 4],
  ["tags", "Tags", 100, null, "", 5],
  ["note", "Note", 140, null, "", 2],
  ["has", "Has", 110, null, "", 1],
].map(([key, label, width, sort, turn, rank]) => /** @type {Column} */ ({ key, label, width, sort, turn, rank }));

/** @type {Record<string, string>} */
export const SORTS = { "-published": "Newest first", published: "Oldest first", "-score": "Best score first", title: "Title", authors: "First author", category: "Category" };

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
  reading: "read",
  digest: "summary",
  approved: "approved",
  code: "code link",
  update: "new version",
  published: "in a post",
  "-published": "not in a post yet",
};

/** @type {[string, string][]} */
export const HELP = [
  ["j k ↓ ↑", "next and previous paper; with Shift, select on the way"],
  ["g", "next undecided paper"],
  ["PgDn PgUp Home End", "move a page, or to either end"],
  ["s d l", "keep, skip, leave for later: the selection, or this paper"],
  ["c", "clear the decision"],
  ["u", "undo; press again to go further back"],
  ["t n", "tag, note; right after a decision, the paper you just decided"],
  ["r", "re-rank by your decisions and reload the list"],
  ["Space", "scroll the reading pane; Shift+Space scrolls back"],
  ["o p", "open the paper on arXiv; open its PDF"],
  ["Enter", "show or hide the reading pane"],
  ["x", "select; Shift+click selects a range"],
  ["a", "select all listed papers; Esc selects none"],
  ["y", "copy the selection, or this paper, as BibTeX, Markdown or CSV"],
  ["/", "search; quotes keep a phrase together"],
  ["f v z", "filters, View menu, row height"],
  ["?", "show or hide these keys"],
];
