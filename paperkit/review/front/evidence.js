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
    this.node = h("aside", { class: "rv-source", "aria-label": "Source and preview", tabindex: "0" }, bar, this.body, this.preview.node);
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
  show(field, number, picture) {
    if (picture) this.choose("source");
    const shown = number ?? field.evidence[0];
    const { passages } = this.review;
    const passage = passages[shown];
    if (!passage) {
      this.body.replaceChildren(this.abstract([]));
    } else if (passage.page === null) {
      const quotes = field.evidence.map((n) => passages[n]).filter((p) => p?.page === null);
      this.body.replaceChildren(this.place("Abstract"), this.abstract(quotes.map((q) => q.quote)));
    } else {
      const act = () => this.show(field, shown, true);
      const page = picture ? this.picture(shown, passage) : button(`Show page ${passage.page}`, act);
      const place = this.place(`${passage.section}, page ${passage.page}`);
      this.body.replaceChildren(place, h("blockquote", {}, passage.quote), page);
    }
  }

  place(text) {
    return h("p", { class: "rv-note" }, h("b", {}, text));
  }

  clear() {
    for (const url of this.urls.values()) URL.revokeObjectURL(url.url);
    this.urls.clear();
    this.body.replaceChildren(this.place("Abstract"), this.abstract([]));
    this.refresh();
  }

  abstract(quotes) {
    const text = this.review.paper.abstract ?? "";
    const found = quotes.filter((q) => text.includes(q)).map((words) => ({ words, severity: "quote" }));
    const lost = quotes.filter((q) => !text.includes(q));
    const missing = (q) => h("blockquote", { class: "rv-lost" }, h("b", {}, "Not in this abstract: "), q);
    return h("div", {}, h("p", { class: "rv-abstract" }, marked(text, found)), lost.map(missing));
  }

  picture(number, passage) {
    const note = h("p", { class: "rv-note" }, "The page is being drawn …");
    const holder = h("div", { class: "rv-page", tabindex: "0", role: "group", "aria-label": `Page ${passage.page}` }, note);
    this.fetch(number).then(
      ({ url, top, left }) => {
        const image = h("img", { src: url, alt: `Page ${passage.page}, the passage marked: ${passage.quote}` });
        image.addEventListener("load", () => {
          holder.scrollTop = top * image.height - 40;
          holder.scrollLeft = left * image.width - 20;
        });
        holder.replaceChildren(image);
      },
      (error) => (note.textContent = error.message),
    );
    return holder;
  }

  async fetch(number) {
    if (!this.urls.has(number)) {
      const reply = await this.review.link.ask({ do: "image", passage: number }, { patience: 60000 });
      const url = URL.createObjectURL(new Blob([reply.buffers[0]], { type: "image/png" }));
      this.urls.set(number, { url, top: reply.top ?? 0, left: reply.left ?? 0 });
    }
    return this.urls.get(number);
  }
}
