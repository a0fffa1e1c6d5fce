// One statement as an editable field: text, counter, tools, the passages it rests on, findings.

const SIGNS = { block: "Blocks", warn: "Look" };

class Field {
  constructor(answer, row) {
    this.answer = answer;
    this.evidence = row.evidence ?? [];
    this.findings = [];
    this.composing = false;
    this.mirror = h("div", { class: "rv-mirror", "aria-hidden": "true" });
    this.area = h("textarea", { class: "rv-area", rows: 1, spellcheck: "true", value: row.text });
    this.area.lang = answer.state.language;
    this.counter = h("span", { class: "rv-counter" });
    this.tools = h("span", { class: "rv-tools" });
    this.maths = h("div", { class: "rv-maths", "aria-hidden": "true", hidden: true });
    this.cited = h("ul", { class: "rv-cited", "aria-label": "Evidence" });
    const seek = () => answer.review.source.seek(this);
    this.seek = button("+ evidence", seek, { class: "rv-chip rv-seek", title: "Find evidence (Alt+Enter)" });
    this.problems = h("ul", { class: "rv-problems" });
    this.problems.id = `rv-${Math.random().toString(36).slice(2)}`;
    this.area.setAttribute("aria-describedby", this.problems.id);
    const box = h("div", { class: "rv-grow" }, this.mirror, this.area);
    const line = h("div", { class: "rv-line" }, box, h("div", { class: "rv-side" }, this.tools));
    this.node = h("li", { class: "rv-field" }, line, this.maths, this.problems, this.cited);
    this.listen();
    this.drawEvidence();
    this.draw();
  }

  get text() {
    return this.area.value;
  }

  get clean() {
    return this.text.replace(/\s+/g, " ").trim();
  }

  listen() {
    const area = this.area;
    area.addEventListener("compositionstart", () => (this.composing = true));
    area.addEventListener("compositionend", () => {
      this.composing = false;
      this.typed();
    });
    area.addEventListener("input", (event) => {
      if (!event.isComposing && !this.composing) this.typed();
      else this.draw();
    });
    area.addEventListener("keydown", (event) => this.key(event));
    area.addEventListener("paste", (event) => this.paste(event));
    area.addEventListener("focus", () => this.answer.review.focused(this));
  }

  /** A list that is pasted becomes items of its own. */
  paste(event) {
    const items = this.answer.many && listed(event.clipboardData?.getData("text/plain") ?? "");
    if (!items) return;
    event.preventDefault();
    const all = this.area.selectionEnd - this.area.selectionStart === this.text.length;
    this.answer.spread(this, all ? items : [this.text, ...items]);
  }

  typed() {
    const items = this.answer.many && listed(this.text);
    if (items) {
      this.answer.spread(this, items);
      return;
    }
    if (/[\r\n]/.test(this.area.value)) {
      const place = this.area.selectionStart;
      this.area.value = this.area.value.replace(/[\r\n]+/g, " ");
      this.area.setSelectionRange(place, place);
    }
    this.draw();
    this.answer.typed();
  }

  key(event) {
    if (event.isComposing || event.keyCode === 229) return;
    const { answer } = this;
    const step = { ArrowUp: -1, ArrowDown: 1 }[event.key];
    const plain = !event.ctrlKey && !event.metaKey && !event.altKey && !event.shiftKey;
    if (event.key === "Enter" && plain) answer.add(this);
    else if (event.key === "Enter" && event.altKey) answer.review.source.seek(this);
    else if (event.altKey && step) answer.move(this, step);
    else if (event.key === "Backspace" && plain && !this.text && answer.many) answer.remove(this);
    else if (event.key === "Escape") answer.review.leave();
    else return;
    event.preventDefault();
    event.stopPropagation();
  }

  set(row) {
    if (this.area.value !== row.text) this.area.value = row.text;
    if (JSON.stringify(this.evidence) !== JSON.stringify(row.evidence)) {
      this.evidence = row.evidence;
      this.drawEvidence();
    }
    this.draw();
  }

  flag(findings) {
    this.findings = findings;
    this.problems.replaceChildren(...findings.map((finding) => problem(finding)));
    this.draw();
  }

  /** Draw the counter, and the marks behind the words that findings concern. */
  draw() {
    const { state, many } = this.answer;
    const { kind, unit, limit } = state;
    const partly = this.findings.filter((f) => f.words !== this.clean); // else the frame says it
    this.mirror.replaceChildren(...marked(this.text, partly), "\u200b");
    const worst = this.findings.some((f) => f.severity === "block");
    this.node.classList.toggle("rv-doubtful", !worst && this.findings.length > 0);
    this.area.setAttribute("aria-invalid", String(worst));
    if (kind === "list") over(this.counter, counted(this.text, unit), limit, unit);
    this.maths.hidden = !hasFormula(this.text);
    if (!this.maths.hidden) say(this.maths, this.clean, this.answer.review.link);
    this.cited.hidden = !this.clean && !this.evidence.length; // nothing to rest on anything yet
    this.counter.hidden = kind !== "list" || !many;
  }

  number(place, count) {
    const { answer } = this;
    const { heading, kind } = answer.state;
    const name = kind === "line" ? heading : `${heading}, ${place + 1} of ${count}`;
    this.area.setAttribute("aria-label", name);
    this.cited.setAttribute("aria-label", `Evidence for ${name}`);
    this.seek.setAttribute("aria-label", `Find evidence: ${name}`);
    if (kind === "line") return;
    const tools = [
      tool("↑", `Move up: ${name}`, () => answer.move(this, -1), { disabled: place === 0 }),
      tool("↓", `Move down: ${name}`, () => answer.move(this, 1), { disabled: place === count - 1 }),
      tool("×", `Delete: ${name}`, () => answer.remove(this)),
    ];
    this.tools.replaceChildren(this.counter, ...tools);
  }

  /** The passages this rests on; each shows itself by a click, and may be removed. */
  drawEvidence() {
    const { review } = this.answer;
    const items = this.evidence.map((ref) => {
      const passage = review.passage(ref);
      if (!passage) return null;
      const show = () => review.source.show(this, ref, true);
      const chip = h("button", { type: "button", class: "rv-chip", title: passage.quote, onclick: show }, h("b", {}, placeOf(passage)), h("q", {}, passage.quote));
      const remove = tool("×", `Remove evidence: ${passage.quote}`, () => this.rest(passage));
      return h("li", { class: "rv-cite" }, chip, remove);
    });
    this.cited.replaceChildren(...items.filter(Boolean), h("li", {}, this.seek));
  }

  cites(passage) {
    return this.evidence.findIndex((ref) => samePassage(this.answer.review.passage(ref), passage));
  }

  /** Rest on a passage, or no longer; it is saved at once. */
  rest(passage) {
    const place = this.cites(passage);
    const others = this.evidence.filter((_, n) => n !== place);
    this.evidence = place < 0 ? [...others, passage] : others;
    if (this.cited.contains(document.activeElement)) this.area.focus();
    this.drawEvidence();
    this.answer.typed();
    this.answer.save();
  }
}

function placeOf({ section, page }) {
  return [section, page && `p. ${page}`].filter(Boolean).join(" · ");
}

function samePassage(one, other) {
  return one?.quote === other.quote && one.section === other.section && one.page === other.page;
}

/** Name a finding, so that its place is found again when all is drawn anew. */
function keyOf({ code, question, statement, words }) {
  return JSON.stringify([code, question, statement, words]);
}

/** Show a finding; with `act` its message is a button that leads somewhere. */
function problem(finding, act = null) {
  const { code, severity, message } = finding;
  const title = `docs/findings.md explains ${code}`;
  const props = { class: `rv-problem rv-${severity}`, "data-code": code, "data-key": keyOf(finding), tabindex: "-1" };
  const said = act ? button(message, act, { class: "rv-link", title: "Go to the place" }) : message;
  return h("li", props, h("b", {}, `${SIGNS[severity] ?? severity}: `), said, " ", h("code", { class: "rv-code", title }, code));
}

function over(counter, count, limit, unit) {
  counter.textContent = `${count}/${limit}`;
  counter.title = `${count} of at most ${limit} ${unit}`;
  counter.classList.toggle("rv-over", count > limit);
}
