// The side pane: the passage a statement rests on, in the abstract or on its page; or the preview.

class Source {
  constructor(review) {
    this.review = review;
    this.preview = new Preview(review);
    this.body = h("div", { class: "rv-source-body" });
    this.tabs = {
      source: button("Source", () => this.choose("source"), { "aria-pressed": "true" }),
      preview: button("Preview (v)", () => this.choose("preview"), { "aria-pressed": "false" }),
    };
    const bar = h("div", { class: "rv-bar", role: "group", "aria-label": "Side pane" }, Object.values(this.tabs));
    this.node = h("aside", { class: "rv-source", "aria-label": review.named("Source and preview"), tabindex: "0" }, bar, this.body, this.preview.node);
    this.urls = new Map();
    this.choose("source");
  }

  choose(name) {
    this.chosen = name;
    for (const [tab, node] of Object.entries(this.tabs)) node.setAttribute("aria-pressed", String(tab === name));
    this.body.hidden = name !== "source";
    this.preview.node.hidden = name !== "preview";
    this.refresh();
  }

  toggle() {
    this.choose(this.chosen === "source" ? "preview" : "source");
  }

  /** What is saved has changed: a preview in sight follows. */
  refresh() {
    clearTimeout(this.timer);
    if (this.chosen === "preview") this.timer = setTimeout(() => this.preview.draw(), 100);
  }

  /** Show what a statement rests on; the page's picture is only fetched when asked for. */
  show(field, ref, picture) {
    if (picture) this.choose("source");
    else if (this.pictures(field)) return;
    const { review } = this;
    this.pictured = picture && { field, ref };
    const passage = review.passage(ref ?? field.evidence[0]);
    if (!passage) {
      this.body.replaceChildren(this.place(this.titled()), this.abstract([]));
    } else if (passage.page === null) {
      const quotes = field.evidence.map((n) => review.passage(n)).filter((p) => p?.page === null);
      this.body.replaceChildren(this.place(this.titled()), this.abstract(quotes.map((q) => q.quote)));
    } else {
      const act = () => this.show(field, passage, true);
      const page = picture ? this.picture(passage, false) : button(`Show page ${passage.page}`, act);
      this.body.replaceChildren(this.place(placeOf(passage)), h("blockquote", {}, passage.quote), page);
    }
  }

  /** Tell whether the page in sight is of a passage that this statement still rests on. */
  pictures(field) {
    const { field: shown, ref } = this.pictured || {};
    const passage = this.review.passage(ref ?? null);
    const open = this.body.querySelector(".rv-page") && this.chosen === "source";
    return Boolean(open && shown === field && passage && field.cites(passage) >= 0);
  }

  /** Look for passages that a statement can rest on. */
  seek(field) {
    if (!field.clean) return this.review.tell("Write the statement first, then find what it rests on.");
    this.choose("source");
    const finder = new Finder(this.review, field);
    this.body.replaceChildren(this.place(`Evidence for: ${field.clean}`), finder.node);
    finder.begin();
    return undefined;
  }

  /** The abstract is that of the version written about; where arXiv has another, say so. */
  titled() {
    const { written, version } = this.review.paper;
    return written && written !== version ? `Abstract of v${written}` : "Abstract";
  }

  place(text) {
    return h("p", { class: "rv-note" }, h("b", {}, text));
  }

  clear() {
    for (const url of this.urls.values()) URL.revokeObjectURL(url.url);
    this.urls.clear();
    this.pictured = null;
    this.body.replaceChildren(this.place(this.titled()), this.abstract([]));
    this.refresh();
  }

  abstract(quotes) {
    const text = this.review.paper.abstract ?? "";
    const found = quotes.filter((q) => text.includes(q)).map((words) => ({ words, severity: "quote" }));
    const lost = quotes.filter((q) => !text.includes(q));
    const missing = (q) => h("blockquote", { class: "rv-lost" }, h("b", {}, "Not in this abstract: "), q);
    return h("div", {}, h("p", { class: "rv-abstract" }, marked(text, found)), lost.map(missing));
  }

  /** The page around a passage, or the whole page, with the passage marked. */
  picture(passage, whole) {
    const note = h("p", { class: "rv-note", role: "status" }, "The page is being drawn …");
    const holder = h("div", { class: "rv-page", tabindex: "0", role: "group", "aria-label": `Page ${passage.page}`, hidden: true });
    const node = h("div", {}, note, holder);
    this.fetch(passage, whole).then(
      (drawn) => {
        const other = button(drawn.whole ? "The passage" : "The whole page", () => {
          node.replaceWith(this.picture(passage, !drawn.whole));
        });
        const image = h("img", { src: drawn.url, alt: `Page ${passage.page}, the passage marked: ${passage.quote}` });
        image.classList.toggle("rv-whole", drawn.whole);
        const place = () => {
          holder.scrollLeft = drawn.left * image.width - 20;
          this.reveal(holder, image, [drawn.top, drawn.bottom]);
        };
        image.addEventListener("load", place);
        const larger = drawn.whole && button("Larger", () => {
          larger.setAttribute("aria-pressed", String(image.classList.toggle("rv-large")));
          place();
        }, { "aria-pressed": "false" });
        note.replaceChildren(`v${drawn.version}, page ${passage.page} `, other, " ", larger || "");
        holder.replaceChildren(image);
        holder.hidden = false;
      },
      (error) => (note.textContent = error.message),
    );
    return node;
  }

  /** Bring the marked lines of a picture into sight: in its own frame, and in the pane. */
  reveal(holder, image, [first, last]) {
    for (const frame of [holder, this.node]) {
      const { top, height } = image.getBoundingClientRect();
      const edge = frame.getBoundingClientRect().top;
      const room = frame.clientHeight - (last - first) * height;
      const from = top + first * height - edge;
      if (from < 4 || from > room - 4) frame.scrollTop += from - Math.max(8, room / 2);
    }
  }

  async fetch(passage, whole) {
    const name = JSON.stringify([passage.quote, passage.section, passage.page, whole]);
    if (!this.urls.has(name)) {
      const content = { do: "image", id: this.review.id, passage, whole };
      const { buffers, top, bottom, left, version, whole: all } = await this.review.link.ask(content, { patience: 60000 });
      const url = URL.createObjectURL(new Blob([buffers[0]], { type: "image/png" }));
      this.urls.set(name, { url, top, bottom, left, version, whole: all });
    }
    return this.urls.get(name);
  }
}
