// The picture of a page, with the passage marked and in sight.

import { button, h } from "./dom.js";

/** @typedef {import("./review_findings.js").Passage} Passage */
/** @typedef {{url: string, top: number, left: number, version: number, whole: boolean}} Drawn */

export class Pictures {
  /** @param {import("./review.js").Review} review @param {() => HTMLElement} pane */
  constructor(review, pane) {
    this.review = review;
    this.pane = pane;
    /** @type {Map<string, Drawn>} */
    this.drawn = new Map();
  }

  clear() {
    for (const { url } of this.drawn.values()) URL.revokeObjectURL(url);
    this.drawn.clear();
  }

  /** The page around a passage, or the whole page. @param {Passage} passage @param {boolean} whole @returns {HTMLElement} */
  view(passage, whole) {
    const note = h("p", { class: "rv-note rv-bar", role: "status" }, "Loading the page …");
    const holder = h("div", { class: "rv-page", tabindex: 0, role: "group", "aria-label": `Page ${passage.page}`, hidden: true });
    const node = h("div", { class: "rv-pictured" }, note, holder);
    this.fetch(passage, whole).then(
      (drawn) => {
        const image = h("img", { src: drawn.url, alt: `Page ${passage.page}, the passage marked: ${passage.quote}` });
        image.classList.toggle("rv-whole", drawn.whole);
        image.addEventListener("load", () => this.place(holder, image, drawn));
        new ResizeObserver(() => this.place(holder, image, drawn)).observe(holder);
        const other = button(drawn.whole ? "Back to the passage" : "Whole page", () => node.replaceWith(this.view(passage, !drawn.whole)));
        const place = [`Page ${passage.page}`, passage.section, `v${drawn.version}`].filter(Boolean).join(" · ");
        note.replaceChildren(h("span", {}, place), drawn.whole ? this.larger(holder, image, drawn) : "", other);
        holder.replaceChildren(image);
        holder.hidden = false;
      },
      (error) => (note.textContent = error.message),
    );
    return node;
  }

  /** @param {HTMLElement} holder @param {HTMLImageElement} image @param {Drawn} drawn */
  larger(holder, image, drawn) {
    const larger = button("Larger", () => {
      larger.setAttribute("aria-pressed", String(image.classList.toggle("rv-large")));
      this.place(holder, image, drawn);
    }, { "aria-pressed": "false" });
    return larger;
  }

  /** Bring the marked lines of a picture into sight: in its own frame, and in the pane. @param {HTMLElement} holder @param {HTMLImageElement} image @param {Drawn} drawn */
  place(holder, image, { top, left }) {
    if (!image.isConnected || !image.naturalWidth) return; // replaced by another page, or still to come
    holder.scrollLeft = left * image.width - 20;
    const [first, last] = markedRows(image, top) ?? [top, top];
    for (const frame of [holder, this.pane()]) {
      const box = image.getBoundingClientRect();
      const room = frame.clientHeight - (last - first) * box.height;
      const from = box.top + first * box.height - frame.getBoundingClientRect().top;
      if (from < 4 || from > room - 4) frame.scrollTop += from - Math.max(8, room / 2);
    }
  }

  /** @param {Passage} passage @param {boolean} whole @returns {Promise<Drawn>} */
  async fetch(passage, whole) {
    const name = JSON.stringify([passage.quote, passage.section, passage.page, whole]);
    const known = this.drawn.get(name);
    if (known) return known;
    const { buffers, ...about } = await this.review.link.ask("image", { id: this.review.id, passage, whole }, { deadline: 60000 });
    const drawn = { ...about, url: URL.createObjectURL(new Blob([buffers[0]], { type: "image/png" })) };
    this.drawn.set(name, drawn);
    return drawn;
  }
}

/**
 * Return where the tinted lines of a page begin and end, as shares of its height; null without.
 *
 * They are looked for from `top` on, to the first larger gap: a page may have yellow of its own.
 * @param {HTMLImageElement} image @param {number} top
 */
function markedRows(image, top) {
  const width = 160;
  const height = Math.max(1, Math.round((image.naturalHeight * width) / image.naturalWidth));
  const context = Object.assign(document.createElement("canvas"), { width, height }).getContext("2d");
  if (!context) return null;
  context.drawImage(image, 0, 0, width, height);
  const { data } = context.getImageData(0, 0, width, height);
  const tinted = (/** @type {number} */ row) => {
    for (let at = row * width * 4; at < (row + 1) * width * 4; at += 4) {
      if (data[at] >= 190 && data[at] - data[at + 2] >= 50) return true; // yellow: red without blue
    }
    return false;
  };
  let [first, last] = [-1, -1];
  for (let row = Math.max(0, Math.floor(top * height) - 1); row < height; row += 1) {
    if (last >= 0 && row - last > height / 20) break;
    if (!tinted(row)) continue;
    last = row;
    if (first < 0) first = row;
  }
  return first < 0 ? null : [first / height, (last + 1) / height];
}
