// The review: list, form and source side by side, and what connects them with the kernel.

class ReviewView {
  constructor(model, root) {
    this.model = model;
    this.link = new Link(model, () => this.back());
    this.answers = new Map();
    this.node = h("div", { class: "rv-review", "data-lm-suppress-shortcuts": "true" });
    this.life = enlist(this.link.name, this.node);
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
      "section", { class: "rv-form", tabindex: "0", "aria-label": this.named("Write-up") },
      h("div", { class: "rv-top" }, this.bar, this.notice),
      this.head, this.extra, this.general, this.questions,
    );
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

  /** Several reviews may stand in one notebook: each of their parts has a name of its own. */
  named(part) {
    return this.life.place > 1 ? `${part} (review ${this.life.place})` : part;
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
    this.keepsake = new Keepsake(this);
    this.spot = "";
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
    offer(this);
  }

  flag() {
    const found = this.model.get("_found");
    const known = new Set(this.answers.keys());
    this.general.replaceChildren(...found.filter((f) => !known.has(f.question)).map((f) => problem(f)));
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
        paper.written && paper.written !== paper.version && ` · write-up of v${paper.written}`,
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
      button("Ask (r)", () => askAgain(this, null, "all empty answers"), { title: "Ask the model for all empty answers" }),
      button("To triage (t)", () => sendBack(this)),
      button("?", () => help(this), { "aria-label": "Keys", title: "Keys (?)" }),
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

  /** Save everything; where that can't be, say so. */
  async settled() {
    const saved = await this.flush();
    if (!saved) this.tell("An answer is not saved yet; settle it first.");
    return saved;
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
    const saved = await this.settled();
    if (saved) await this.act({ do: "show", id });
    if (this.wanted === id) this.wanted = null;
    if (saved) this.leave();
  }

  /** Whoever comes back to the review sees what was changed elsewhere meanwhile. */
  look() {
    const now = Date.now();
    if (now - (this.looked ?? 0) < 3000) return;
    this.looked = now;
    this.link.ask({ do: "look" }).catch(() => undefined); // saving tells of a kernel that is gone
    offer(this);
  }

  step(by) {
    const ids = this.model.get("_batch").map((row) => row.id);
    // From where the last key leads to: the kernel's answer may still be on its way.
    const next = ids[ids.indexOf(this.wanted ?? this.id) + by];
    if (next) this.open(next);
  }

  /** Go where the kernel says: to the next or the previous paper with findings. */
  walk(where) {
    this.opening = this.walked(where);
    return this.opening;
  }

  async walked(where) {
    const reply = await this.act({ do: where });
    if (reply && !reply.moved) this.tell(`No ${where} paper with findings.`);
  }

  /** Go to the next or the previous finding of this paper. */
  jump(step) {
    const places = [...this.form.querySelectorAll("[data-key]")].filter((li) => !li.closest(".rv-override"));
    const at = places.findIndex((li) => li.dataset.key === this.spot);
    const next = places[at < 0 && step < 0 ? places.length - 1 : at + step];
    if (next) return this.go(next.dataset.key);
    this.spot = "";
    return this.tell(places.length ? "No more findings in this paper." : "No findings in this paper.");
  }

  /** Go to the place of a finding: into its field, the words it concerns selected. */
  go(key) {
    const place = [...this.form.querySelectorAll("[data-key]")].find((li) => li.dataset.key === key);
    if (!place) return;
    this.spot = key;
    const area = place.closest(".rv-field, .rv-answer")?.querySelector("textarea");
    (area ?? place).focus({ preventScroll: true });
    const words = area && place.closest(".rv-field") && placed(area.value, JSON.parse(key)[3]);
    if (words) area.setSelectionRange(...words);
    place.scrollIntoView({ block: "center" });
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
    if (!(await this.settled())) return;
    const late = [...this.answers.values()].find((answer) => answer.state.newer);
    if (late) {
      this.tell(`A newer draft stands beside your edit of ${late.state.heading}; take it or keep yours, then approve.`);
      late.extra.querySelector(".rv-newer button").focus();
      return;
    }
    const stops = this.model.get("_found").filter((f) => f.severity === "block");
    if (!stops.length) await this.act({ do: "approve" });
    else override(this, stops);
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
    this.source.preview.close();
    this.life.leave();
    this.link.close();
  }
}

function render({ model, el }) {
  const view = new ReviewView(model, el);
  return () => view.close();
}

export default { render };
