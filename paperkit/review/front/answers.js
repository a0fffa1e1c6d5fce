// One question's answer: its fields, and everything that happens to them until they are saved.

const DEBOUNCE = 500; // milliseconds of rest after which what was typed is saved

class AnswerView {
  constructor(review, state) {
    this.review = review;
    this.paper = review.id; // the review may show another one before this is saved
    this.keepsake = review.keepsake;
    this.state = state;
    this.mark = state.mark;
    this.fields = [];
    this.dirty = false;
    this.saving = null;
    this.theirs = null;
    this.gone = null;
    this.list = h("ol", { class: `rv-fields rv-kind-${state.kind}` });
    this.count = h("span", { class: "rv-counter" });
    this.origin = h("span", { class: "rv-origin" });
    this.general = h("ul", { class: "rv-problems" });
    this.extra = h("div", { class: "rv-extra" });
    const id = `rv-${Math.random().toString(36).slice(2)}`;
    const heading = h("h4", { id, class: "rv-heading" }, state.heading);
    this.menu = h("span", { class: "rv-menu" });
    const head = h("div", { class: "rv-answer-head" }, heading, this.count, this.origin, this.menu);
    this.node = h(
      "div",
      { class: "rv-answer", role: "group", "aria-labelledby": id, "data-question": state.key },
      head, this.general, this.extra, this.list,
    );
    this.node.addEventListener("focusout", (event) => {
      if (!this.node.contains(event.relatedTarget)) this.left();
    });
    this.setRows(state.rows);
    this.draw();
  }

  get many() {
    return this.state.kind !== "line";
  }

  get rows() {
    return this.fields.map((f) => ({ text: f.clean, evidence: f.evidence })).filter((r) => r.text);
  }

  get hasFocus() {
    return this.node.contains(document.activeElement);
  }

  setRows(rows) {
    const wanted = rows.length ? rows : [{ text: "", evidence: [] }];
    while (this.fields.length > wanted.length) this.fields.pop().node.remove();
    wanted.forEach((row, place) => {
      if (this.fields[place]) this.fields[place].set(row);
      else this.insert(place, row);
    });
    this.number();
  }

  insert(place, row) {
    const field = new Field(this, row);
    this.fields.splice(place, 0, field);
    this.list.insertBefore(field.node, this.list.children[place] ?? null);
    return field;
  }

  number() {
    this.fields.forEach((field, place) => field.number(place, this.fields.length));
    this.measure();
  }

  measure() {
    const { kind, unit, limit, items } = this.state;
    const rows = this.rows;
    if (kind === "list") {
      this.count.textContent = `${rows.length} of ${items[0]} to ${items[1]} items`;
      this.count.classList.toggle("rv-over", rows.length > items[1]);
    } else {
      over(this.count, counted(rows.map((r) => r.text).join(" "), unit), limit, unit);
      this.count.textContent += ` ${unit}`;
    }
  }

  // Changing the rows

  add(after) {
    if (!this.many) return;
    const place = after ? this.fields.indexOf(after) + 1 : this.fields.length;
    const field = this.insert(place, { text: "", evidence: [] });
    this.number();
    field.area.focus();
  }

  remove(field) {
    this.dirty = true; // before the focus moves, which saves or takes over what the library has
    const place = this.fields.indexOf(field);
    const row = { text: field.clean, evidence: field.evidence };
    this.fields.splice(place, 1);
    field.node.remove();
    if (!this.fields.length) this.insert(0, { text: "", evidence: [] });
    this.number();
    this.fields[Math.max(0, place - 1)].area.focus();
    this.typed();
    this.gone = row.text ? { row, place } : null;
    this.draw();
  }

  /** Put back what was deleted last. */
  undelete() {
    const { row, place } = this.gone;
    const only = this.fields.length === 1 && !this.fields[0].clean;
    const field = only ? this.fields[0] : this.insert(Math.min(place, this.fields.length), row);
    if (only) field.set(row);
    this.number();
    this.typed();
    field.area.focus();
  }

  deleted() {
    if (!this.gone) return null;
    const undo = button("Undo", () => this.undelete(), { "aria-label": `Undo deleting: ${this.gone.row.text}` });
    return h("p", { class: "rv-bar rv-gone", role: "status" }, h("span", {}, "Deleted: ", h("q", {}, this.gone.row.text)), undo);
  }

  /** Give a list's items a field each, from this one on. */
  spread(field, items) {
    const place = this.fields.indexOf(field);
    field.area.value = items[0];
    field.draw();
    items.slice(1).forEach((text, n) => this.insert(place + 1 + n, { text, evidence: [] }));
    this.number();
    this.fields[place + items.length - 1].area.focus();
    this.typed();
  }

  move(field, step) {
    const from = this.fields.indexOf(field);
    const to = from + step;
    if (!this.many || to < 0 || to >= this.fields.length) return;
    this.dirty = true;
    this.fields.splice(from, 1);
    this.fields.splice(to, 0, field);
    this.list.insertBefore(field.node, this.list.children[step > 0 ? to + 1 : to] ?? null);
    this.number();
    field.area.focus();
    this.typed();
  }

  // Saving

  typed() {
    this.dirty = true;
    if (this.gone) {
      this.gone = null;
      this.draw();
    }
    this.measure();
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.save(), DEBOUNCE);
    this.review.saving();
  }

  left() {
    if (this.dirty) this.save();
    else if (!this.saving) this.settle();
  }

  /** Save what was typed; resolve when the library has it. Never during a composition. */
  async save() {
    clearTimeout(this.timer);
    if (this.saving) await this.saving;
    if (!this.dirty || this.theirs || this.fields.some((f) => f.composing)) return;
    this.dirty = false;
    this.stuck = false;
    this.saving = this.send(this.rows);
    await this.saving;
    this.saving = null;
    this.review.saving();
    if (!this.dirty) this.settle();
  }

  async send(rows) {
    const { review, keepsake } = this;
    const { key } = this.state;
    // By their words: numbers of passages are only good for this paper and this version of it.
    const kept = rows.map((row) => ({ ...row, evidence: row.evidence.map((ref) => review.passage(ref)) }));
    const message = { do: "edit", id: this.paper, question: key, rows, seen: this.mark };
    try {
      const reply = await review.link.ask(message);
      if (reply.saved) {
        this.mark = reply.mark;
        keepsake.drop(key);
      } else {
        this.theirs = reply.mark;
        this.dirty = true;
        keepsake.put(key, kept, this.mark);
      }
    } catch (error) {
      this.dirty = this.stuck = true;
      keepsake.put(key, kept, this.mark);
      review.failed(error, this);
    }
    this.draw();
  }

  /** Take over what the library has, unless something unsaved stands here. */
  update(state) {
    this.state = state;
    if (!this.dirty && !this.saving) this.settle();
    this.draw();
  }

  settle() {
    if (this.state.mark === this.mark && this.hasFocus) return;
    this.mark = this.state.mark;
    this.setRows(this.state.rows);
  }

  flag(findings) {
    const filled = this.fields.filter((f) => f.clean);
    this.fields.forEach((field) => {
      const place = filled.indexOf(field);
      field.flag(findings.filter((f) => f.statement !== null && f.statement === place));
    });
    const loose = findings.filter((f) => f.statement === null || f.statement >= filled.length);
    this.general.replaceChildren(...loose.map((finding) => problem(finding)));
  }

  // What stands around the fields

  draw() {
    const { state } = this;
    const written = { person: "edited", model: state.model || "model", source: "from the source" };
    this.origin.textContent = state.error ? `no answer: ${state.error}` : (written[state.origin] ?? "");
    this.origin.title = state.at ? `${written[state.origin]} ${when(state.at)}` : "";
    this.drawMenu();
    const parts = [this.deleted(), this.conflict(), this.newer(), this.compared(), this.past];
    this.extra.replaceChildren(...parts.filter(Boolean));
  }

  drawMenu() {
    const { state, review } = this;
    const tools = [];
    const name = state.heading;
    if (this.many) tools.push(tool("+", `Add to: ${name}`, () => this.add(null)));
    if (state.draft && !state.draft.same) {
      const act = () => this.toggle("showDraft");
      tools.push(tool("Δ", `Draft against edit: ${name}`, act, { "aria-pressed": !!this.showDraft }));
    }
    if (state.versions > 1) {
      const act = () => this.toggleHistory();
      tools.push(tool("↺", `History: ${name}`, act, { "aria-expanded": !!this.past }));
    }
    tools.push(tool("✦", `Ask again: ${name}`, () => askAgain(review, [state.key], name)));
    this.menu.replaceChildren(...tools);
  }

  toggle(what) {
    this[what] = !this[what];
    this.draw();
  }

  compared() {
    const { draft } = this.state;
    if (!this.showDraft || !draft) return null;
    const back = button("Back to the draft", () => this.take(draft.rows));
    const title = h("p", { class: "rv-note" }, `Draft by ${draft.model || "the model"}, against the edit`);
    return h("div", { class: "rv-box" }, title, differenceView(draft.difference, "Draft against edit"), back);
  }

  /** Three-way: the edit stands; the new draft and the one it came from are shown beside it. */
  newer() {
    const { newer, draft, key, rows } = this.state;
    if (!newer) return null;
    const take = button("Take the new draft", () => this.take(newer.rows));
    const keep = button("Keep mine", () => this.review.act({ do: "keep", question: key }));
    const wish = newer.wish ? ` (asked: ${newer.wish})` : "";
    const texts = [["New draft", newer.rows], ["Yours", rows], ["Draft before", draft?.rows]];
    const columns = texts.filter(([, given]) => given).map(([name, given]) =>
      h("div", {}, h("dt", {}, name), given.map((row) => h("dd", {}, row.text))));
    return h(
      "div", { class: "rv-box rv-newer" },
      h("p", { class: "rv-note" }, `New draft by ${newer.model || "the model"}${wish}`),
      h("dl", { class: "rv-texts" }, columns),
      ...changed("What it would change in yours", newer, "New draft against edit"),
      ...changed("What you changed in the draft before", draft, "Old draft against edit"),
      h("p", {}, take, " ", keep),
    );
  }

  conflict() {
    if (!this.theirs) return null;
    const theirs = this.state.rows.map((r) => r.text).join("\n");
    const mine = async () => {
      this.mark = this.theirs;
      this.theirs = null;
      await this.save();
    };
    const take = () => {
      this.dirty = false;
      this.mark = this.theirs = null;
      this.keepsake.drop(this.state.key);
      this.setRows(this.state.rows);
      this.update(this.state);
      this.review.saving();
    };
    return h(
      "div", { class: "rv-box rv-conflict", role: "alert" },
      h("p", { class: "rv-note" }, `Edited elsewhere at ${when(this.theirs)}; what you typed is not saved:`),
      h("div", { class: "rv-difference" }, theirs),
      h("p", {}, button("Take theirs", take), " ", button("Keep mine", mine)),
    );
  }

  take(rows) {
    this.setRows(rows);
    this.typed();
    this.save();
  }

  async toggleHistory() {
    if (this.past) {
      this.past = null;
      return this.draw();
    }
    const reply = await this.review.act({ do: "history", question: this.state.key });
    if (reply) {
      this.past = this.historyView(reply.versions);
      this.draw();
    }
    return undefined;
  }

  historyView(versions) {
    const { key, heading } = this.state;
    const items = versions.map((v, place) => {
      const by = v.origin === "person" ? "edit" : v.model || v.origin;
      const act = async () => {
        this.past = null;
        await this.save();
        await this.review.act({ do: "restore", question: key, version: v.version });
        this.setRows(this.state.rows);
      };
      const name = `Restore the version of ${when(v.at)}`;
      const restore = place > 0 && button("Restore", act, { "aria-label": name });
      const rests = v.passages === 1 ? "1 passage" : `${v.passages} passages`;
      const told = [when(v.at), by, v.wish, rests].filter(Boolean).join(" · ");
      const head = h("p", { class: "rv-note" }, `${told} `, restore);
      return h("li", {}, head, h("div", { class: "rv-difference" }, v.texts.join("\n")));
    });
    return h("ol", { class: "rv-box rv-history", "aria-label": `History: ${heading}` }, items);
  }
}

/** Show a difference under a title; nothing where no item is like another: the texts say it. */
function changed(title, draft, name) {
  if (!draft?.difference.some((pieces) => pieces.length > 1 || pieces[0]?.[0] === "=")) return [];
  return [h("p", { class: "rv-note" }, title), differenceView(draft.difference, name)];
}
