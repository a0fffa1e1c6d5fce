// Panels: the boxes above the answers in which a person gives a reason, a wish or a note.

/** Open a box with one line to write: Enter acts, Esc closes; it closes when the act was done. */
function openPanel(review, { name, label, hint, action, told, act, cls = "" }) {
  const input = h("input", { class: "rv-input", "aria-label": label, placeholder: hint });
  const close = () => (review.extra.replaceChildren(), review.leave());
  const done = async () => {
    if (await act(input.value.trim(), input)) close();
  };
  input.addEventListener("keydown", (event) => {
    if (event.isComposing || event.keyCode === 229) return;
    if (event.key === "Enter") done();
    if (event.key === "Escape") close();
  });
  const bar = h("p", { class: "rv-bar" }, input, button(action, done), button("Cancel", close));
  const box = h("div", { class: `rv-box ${cls}`, role: "group", "aria-label": name }, told, bar);
  review.extra.replaceChildren(box);
  box.scrollIntoView({ block: "nearest" });
  input.focus({ preventScroll: true });
}

/** Approve against findings: they are listed, each leads to its place, and a reason is asked for. */
function override(review, stops) {
  const block = stops.length === 1 ? "1 finding blocks" : `${stops.length} findings block`;
  const go = (finding) => () => (review.extra.replaceChildren(), review.go(keyOf(finding)));
  openPanel(review, {
    name: "Approve with a reason",
    label: "Reason",
    hint: "Reason, recorded with the approval",
    action: "Approve with this reason",
    cls: "rv-override",
    told: [
      h("p", {}, `${block} this write-up:`),
      h("ul", { class: "rv-problems" }, stops.map((finding) => problem(finding, go(finding)))),
    ],
    act: (reason, input) => (reason ? review.act({ do: "approve", reason }) : void input.focus()),
  });
}

/** Ask the model again, with a wish in words; a new draft never overwrites an edit. */
function askAgain(review, questions, name) {
  const note = h("p", { class: "rv-note", role: "status" }, `Ask the model again: ${name}`);
  const { id } = review;
  const act = async (wish) => {
    note.textContent = `Asking: ${name} …`;
    if (!(await review.settled())) return false;
    const content = { do: "ask", id, wish, ...(questions && { questions }) };
    const reply = await review.act(content, { patience: 0 });
    note.textContent = `Ask the model again: ${name}`;
    if (reply?.nothing.length && review.id === id) review.tell(missed(review, reply));
    return Boolean(reply);
  };
  const hint = "A wish in words, if you have one";
  openPanel(review, { name: "Ask again", label: "Wish", hint, action: "Ask", told: note, act });
}

function missed(review, { asked, nothing }) {
  const names = nothing.map(([key, why]) => `${review.answers.get(key)?.state.heading ?? key} (${why})`);
  return `${asked - nothing.length} of ${asked} answers came. None for: ${names.join("; ")}.`;
}

/** Send the paper back to triage, with a note if one is given. */
function sendBack(review) {
  const told = h("p", { class: "rv-note" }, "Send back to triage: undecided again");
  const act = (note) => review.act({ do: "send_back", ...(note && { note }) });
  const hint = "A note, if you have one";
  openPanel(review, { name: "Send back to triage", label: "Note", hint, action: "Send back", told, act });
}

function help(review) {
  const open = review.extra.querySelector(".rv-help");
  const close = () => review.extra.replaceChildren();
  if (open) close();
  else review.extra.replaceChildren(helpView(close));
}
