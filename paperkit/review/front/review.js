// The review: list, form and source side by side, and what connects them with the kernel.

/** What could not be saved, kept in this browser until it could. */
class Keepsake {
  constructor(name) {
    this.name = name;
  }

  put(question, rows, seen) {
    const kept = this.all();
    kept[question] = { rows, seen, at: new Date().toISOString() };
    this.write(kept);
  }

  drop(question) {
    const kept = this.all();
    if (!(question in kept)) return;
    delete kept[question];
    this.write(kept);
  }

  all() {
    try {
      return JSON.parse(localStorage.getItem(this.name) ?? "{}");
    } catch {
      return {};
    }
  }

  write(kept) {
    try {
      if (Object.keys(kept).length) localStorage.setItem(this.name, JSON.stringify(kept));
      else localStorage.removeItem(this.name);
    } catch {
      // A browser without storage: the text then lives in the fields alone.
    }
  }
}

class ReviewView {
  constructor(model, root) {
    this.model = model;
    this.link = new Link(model, () => this.back());
    this.answers = new Map();
    this.batch = new Batch(this);
    this.source = new Source(this);
    this.head = h("header", { class: "rv-head" });
    this.bar = h("div", { class: "rv-bar rv-actions" });
    this.notice = h("div", { class: "rv-notice", role: "status", "aria-live": "polite" });
    this.extra = h("div", {});
    this.general = h("ul", { class: "rv-problems" });
    this.questions = h("div", { class: "rv-questions" });
    this.saved = h("span", { class: "rv-saved", role: "status" });
    this.form = h(
      "section", { class: "rv-form", tabindex: "0", "aria-label": "Write-up" },
      this.bar, this.head, this.notice, this.extra, this.general, this.questions,
    );
    this.node = h("div", { class: "rv-review", "data-lm-suppress-shortcuts": "true" });
    this.node.append(h("div", { class: "rv-desk" }, this.batch.node, this.form, this.source.node));
    this.node.addEventListener("keydown", (event) => pressed(this, event));
    this.node.addEventListener("focusin", (event) => {
      // JupyterLab asks the focused element itself before those around it.
      event.target.setAttribute("data-lm-suppress-shortcuts", "true");
      this.look();
    });
    root.append(this.node);
    this.hear();
    this.draw();
    this.count();
  }

  get id() {
    return this.paper?.id;
  }

  /** Return a passage: by its number among those cited so far, or one found and not saved yet. */
  passage(ref) {
    return typeof ref === "number" ? this.passages[ref] : ref;
  }

  hear() {
    this.handlers = [
      ["change:_batch change:current", () => (this.drawBatch(), this.count())],
      ["change:_paper change:_form change:_passages change:_found", () => this.soon()],
    ];
    for (const [names, act] of this.handlers) this.model.on(names, act);
  }

  /** Several traits change at once: draw when all of them have. */
  soon() {
    if (this.pending) return;
    this.pending = true;
    queueMicrotask(() => {
      this.pending = false;
      this.draw();
    });
  }

  draw() {
    const paper = this.model.get("_paper");
    const fresh = paper.id !== this.id || paper.language !== this.paper?.language;
    if (fresh) for (const answer of this.answers.values()) answer.save(); // a cell may turn the page
    this.paper = paper;
    this.passages = this.model.get("_passages");
    this.drawBatch();
    this.drawHead();
    if (fresh) this.begin();
    else {
      for (const state of this.states()) this.answers.get(state.key)?.update(state);
      this.source.refresh();
    }
    this.flag();
  }

  states() {
    const { language } = this.paper;
    return this.model.get("_form").map((state) => ({ ...state, language }));
  }

  begin() {
    this.answers.clear();
    this.extra.replaceChildren();
    this.notice.replaceChildren();
    this.keepsake = new Keepsake(`paperkit review ${this.id} ${this.paper.language}`);
    let part = "";
    const nodes = [];
    for (const state of this.states()) {
      const answer = new AnswerView(this, state);
      this.answers.set(state.key, answer);
      if (state.part && state.part !== part) nodes.push(h("h3", { class: "rv-part" }, state.part));
      part = state.part;
      nodes.push(answer.node);
    }
    this.questions.replaceChildren(...nodes);
    this.source.clear();
    this.form.scrollTop = 0;
    this.saving();
    this.remember();
  }

  /** Offer what was typed here while no kernel could save it. */
  remember() {
    const kept = Object.entries(this.keepsake.all()).filter(([key]) => this.answers.has(key));
    if (!kept.length) return;
    const take = () => {
      for (const [key, { rows }] of kept) this.answers.get(key).take(rows);
      this.notice.replaceChildren();
    };
    const drop = () => {
      for (const [key] of kept) this.keepsake.drop(key);
      this.notice.replaceChildren();
    };
    const at = when(kept[0][1].at);
    const names = kept.map(([key]) => this.answers.get(key).state.heading).join(", ");
    const text = `Typed at ${at} and never saved: ${names}. `;
    this.notice.replaceChildren(h("p", { class: "rv-bar" }, text, button("Take it back", take), button("Drop it", drop)));
  }

  flag() {
    const found = this.model.get("_found");
    const known = new Set(this.answers.keys());
    this.general.replaceChildren(...found.filter((f) => !known.has(f.question)).map(problem));
    for (const [key, answer] of this.answers) answer.flag(found.filter((f) => f.question === key));
  }

  drawBatch() {
    this.batch.draw(this.model.get("_batch"), this.model.get("current"));
  }

  drawHead() {
    const { paper } = this;
    const approved = Boolean(paper.by);
    const signed = approved
      ? `Approved by ${paper.by}, ${when(paper.at)}${paper.reason ? `: ${paper.reason}` : ""}`
      : STATUS[paper.status]?.[1];
    const sign = approved
      ? button("Take back (u)", () => this.act({ do: "disapprove" }))
      : button("Approve (a)", () => this.approve(), { class: "rv-button rv-main" });
    this.head.replaceChildren(
      say(h("h3", { class: "rv-paper-title" }), paper.title, this.link),
      h("p", { class: "rv-note" }, paper.authors.join(", ")),
      h(
        "p", { class: "rv-note" },
        h("a", { href: paper.abs_url, target: "_blank", rel: "noreferrer" }, `${paper.id}v${paper.version}`),
        paper.comment && ` · ${paper.comment}`,
        paper.models.length > 0 && ` · written by ${paper.models.join(", ")}`,
        ` · triage: ${paper.decision}`,
      ),
      ...this.newVersion(),
      ...this.posts(),
      h("p", {}, h("span", { class: `rv-signed rv-${paper.status}` }, signed)),
    );
    this.bar.replaceChildren(
      sign,
      button("Ask (r)", () => this.askAgain(null, "all empty answers"), { title: "Ask the model for all empty answers" }),
      button("To triage (t)", () => this.act({ do: "send_back" })),
      button("?", () => this.help(), { "aria-label": "Keys", title: "Keys (?)" }),
      this.saved,
    );
  }

  newVersion() {
    const { written, version } = this.paper;
    if (!written || written === version) return [];
    const act = () => this.act({ do: "carry" });
    const text = `arXiv has v${version}; this write-up is of v${written}. `;
    return [h("p", { class: "rv-bar rv-version" }, text, button(`Take it over to v${version}`, act))];
  }

  /** The same paper written up before: what a reader of the blog has seen already. */
  posts() {
    return this.paper.posts.map(({ topic, date, version, here }) => {
      const text = `Published before${here ? " in this topic" : ""}: ${topic}, ${date} (v${version})`;
      return h("p", { class: `rv-posted${here ? " rv-version" : ""}` }, text);
    });
  }

  // Saving

  saving() {
    const views = [...this.answers.values()];
    const open = views.some((v) => v.dirty || v.saving);
    const stuck = views.some((v) => v.stuck || v.theirs);
    this.saved.textContent = stuck ? "Not saved" : open ? "Saving …" : "All saved";
  }

  async flush() {
    await Promise.all([...this.answers.values()].map((answer) => answer.save()));
    return ![...this.answers.values()].some((answer) => answer.dirty);
  }

  failed(error, answer) {
    this.tell(`Not saved: ${error.message} The text is kept in this browser.`);
    if (error.gone) this.waiting = answer;
  }

  /** The kernel answers again: save what had to wait. */
  back() {
    if (!this.waiting) return;
    this.waiting = null;
    this.notice.replaceChildren();
    setTimeout(() => this.flush(), 0);
  }

  // What a person does

  tell(text) {
    const close = tool("×", "Close this message", () => this.notice.replaceChildren());
    this.notice.replaceChildren(h("p", {}, text, " ", close));
  }

  /** Ask the kernel, about the paper in sight; an error is shown, and undefined returned. */
  async act(content, options) {
    try {
      return await this.link.ask({ id: this.id, ...content }, options);
    } catch (error) {
      this.tell(error.message);
      return undefined;
    }
  }

  open(id) {
    this.opening = this.opened(id);
    return this.opening;
  }

  async opened(id) {
    this.wanted = id;
    const saved = await this.flush();
    if (saved) await this.act({ do: "show", id });
    if (this.wanted === id) this.wanted = null;
    if (!saved) return this.tell("An answer is not saved yet; settle it first.");
    this.leave();
    return undefined;
  }

  /** Whoever comes back to the review sees what was changed elsewhere meanwhile. */
  look() {
    const now = Date.now();
    if (now - (this.looked ?? 0) < 3000) return;
    this.looked = now;
    this.link.ask({ do: "look" }).catch(() => undefined); // saving tells of a kernel that is gone
  }

  step(by) {
    const ids = this.model.get("_batch").map((row) => row.id);
    // From where the last key leads to: the kernel's answer may still be on its way.
    const next = ids[ids.indexOf(this.wanted ?? this.id) + by];
    if (next) this.open(next);
  }

  /** Go where the kernel says: to the next or the previous paper with findings. */
  walk(where) {
    this.opening = this.act({ do: where });
    return this.opening;
  }

  edit() {
    this.questions.querySelector("textarea")?.focus();
  }

  leave() {
    this.form.focus({ preventScroll: true });
  }

  focused(field) {
    this.source.show(field);
  }

  async approve() {
    await this.opening; // what is signed is the paper that the keys before lead to
    if (!(await this.flush())) return;
    const stops = this.model.get("_found").filter((f) => f.severity === "block");
    if (!stops.length) await this.act({ do: "approve" });
    else this.override(stops);
  }

  override(stops) {
    const reason = h("input", { class: "rv-input", "aria-label": "Reason", placeholder: "Reason, recorded with the approval" });
    const close = () => (this.extra.replaceChildren(), this.leave());
    const sign = async () => {
      if (!reason.value.trim()) return reason.focus();
      if (await this.act({ do: "approve", reason: reason.value })) close();
      return undefined;
    };
    this.onEnter(reason, sign, close);
    const title = `${stops.length} finding(s) block this write-up:`;
    this.extra.replaceChildren(h(
      "div", { class: "rv-box rv-override", role: "group", "aria-label": "Approve with a reason" },
      h("p", {}, title), h("ul", { class: "rv-problems" }, stops.map(problem)),
      h("p", { class: "rv-bar" }, reason, button("Approve with this reason", sign), button("Cancel", close)),
    ));
    reason.focus();
  }

  /** Ask the model again, with a wish in words; a new draft never overwrites an edit. */
  askAgain(questions, name) {
    const wish = h("input", { class: "rv-input", "aria-label": "Wish", placeholder: "A wish in words, if you have one" });
    const close = () => (this.extra.replaceChildren(), this.leave());
    const note = h("p", { class: "rv-note", role: "status" }, `Ask the model again: ${name}`);
    const { id } = this;
    const ask = async () => {
      note.textContent = `Asking: ${name} …`;
      if (!(await this.flush())) return;
      const content = { do: "ask", id, wish: wish.value, ...(questions && { questions }) };
      if (await this.act(content, { patience: 0 })) close();
      else note.textContent = `Ask the model again: ${name}`;
    };
    this.onEnter(wish, ask, close);
    const bar = h("p", { class: "rv-bar" }, wish, button("Ask", ask), button("Cancel", close));
    this.extra.replaceChildren(h("div", { class: "rv-box", role: "group", "aria-label": "Ask again" }, note, bar));
    this.extra.scrollIntoView({ block: "nearest" });
    wish.focus();
  }

  onEnter(input, act, close) {
    input.addEventListener("keydown", (event) => {
      if (event.isComposing || event.keyCode === 229) return;
      if (event.key === "Enter") act();
      if (event.key === "Escape") close();
    });
  }

  help() {
    const open = this.extra.querySelector(".rv-help");
    const close = () => this.extra.replaceChildren();
    if (open) close();
    else this.extra.replaceChildren(helpView(close));
  }

  /** Have the kernel look for findings in the rest of the batch, in small steps. */
  async count() {
    if (this.counting) return;
    this.counting = true;
    await this.counted();
    this.counting = false;
  }

  async counted() {
    while (!this.closed && this.model.get("_batch").some((row) => row.block === null)) {
      if (!(await this.link.ask({ do: "count" }).catch(() => null))) return;
    }
  }

  close() {
    this.closed = true;
    this.flush();
    for (const [names, act] of this.handlers) this.model.off(names, act);
    this.source.clear();
    this.link.close();
  }
}

function render({ model, el }) {
  const view = new ReviewView(model, el);
  return () => view.close();
}

export default { render };
