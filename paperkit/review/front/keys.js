// Keys: what they do outside the text fields, and the page that lists them.

const KEYS = [
  ["j", "next paper", (r) => r.step(1)],
  ["k", "previous paper", (r) => r.step(-1)],
  ["n", "next paper with findings", (r) => r.walk("next")],
  ["p", "previous paper with findings", (r) => r.walk("previous")],
  ["f", "next finding of this paper (F8, also while you type)", (r) => r.jump(1)],
  ["F", "previous finding of this paper (Shift+F8)", (r) => r.jump(-1)],
  ["e", "edit the first answer", (r) => r.edit()],
  ["a", "approve", (r) => r.approve()],
  ["u", "take the approval back", (r) => r.act({ do: "disapprove" })],
  ["v", "source or preview", (r) => r.source.toggle()],
  ["r", "ask again for all empty answers", (r) => askAgain(r, null, "all empty answers")],
  ["t", "send back to triage, with a note", (r) => sendBack(r)],
  ["?", "these keys", (r) => help(r)],
];

const IN_FIELDS = [
  ["Esc", "leave the text, so that the keys above work"],
  ["Enter", "add a statement below"],
  ["Alt+↑ Alt+↓", "move the statement"],
  ["Alt+Enter", "find evidence for the statement"],
  ["Backspace in an empty statement", "delete it"],
];

function editable(node) {
  return node.matches?.("textarea, input, select, [contenteditable]");
}

/** Do what a key means; nothing during a composition, and nothing while text is typed. */
function pressed(review, event) {
  if (event.isComposing || event.keyCode === 229) return;
  if ((event.ctrlKey || event.metaKey) && event.key === "s") {
    event.preventDefault();
    review.flush();
    return;
  }
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.key === "F8") {
    event.preventDefault();
    review.jump(event.shiftKey ? -1 : 1);
    return;
  }
  if (editable(event.target)) return;
  const found = KEYS.find(([key]) => key === event.key);
  if (!found) return;
  event.preventDefault();
  event.stopPropagation();
  found[2](review);
}

function helpView(close) {
  const lines = [...KEYS.map(([key, name]) => [key, name]), ...IN_FIELDS].map(([key, name]) => [
    h("dt", {}, h("kbd", {}, key)), h("dd", {}, name),
  ]);
  return h("div", { class: "rv-box rv-help" }, h("dl", {}, lines), button("Close", close));
}
