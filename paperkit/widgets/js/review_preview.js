// The preview: the exporter's own output in a frame that runs no script and loads nothing.

import { h } from "./dom.js";
import { formulas, hasFormula, loadKatex } from "./formulas.js";

/** Begin the page in the colors of the notebook's theme; they are the browser's own words. @param {HTMLElement} node */
function frameStart(node) {
  const { color, backgroundColor } = getComputedStyle(node);
  const scheme = document.body.dataset.jpThemeLight === "false" ? "dark" : "light";
  return `<!doctype html><meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; img-src data:; style-src 'unsafe-inline'">
<style>:root{color-scheme:${scheme}}
body{font:15px/1.7 system-ui,"Noto Sans CJK SC",sans-serif;color:${color};background:${backgroundColor};margin:12px}
h2{font-size:1.35em}h3{font-size:1.1em}img{max-width:100%;background:#fff}
blockquote{margin:0;padding-left:12px;border-left:3px solid #8888}code{background:#8883}
a{color:${scheme === "dark" ? "#8ab4f8" : "#1565c0"}}</style>`;
}

export class Preview {
  /** @param {import("./review.js").Review} review */
  constructor(review) {
    this.review = review;
    this.page = "";
    this.frame = h("iframe", { class: "rv-frame", sandbox: "", title: "Preview of the post" });
    this.note = h("p", { class: "rv-note", role: "status" });
    this.node = h("div", { class: "rv-preview" }, this.note, this.frame);
    this.themes = new MutationObserver(() => this.paint());
    this.themes.observe(document.body, { attributeFilter: ["data-jp-theme-light", "data-jp-theme-name"] });
  }

  /** Show the page made last, in the colors of the theme as it is now. */
  paint() {
    if (this.page) this.frame.srcdoc = frameStart(this.review.node) + this.page;
  }

  close() {
    this.themes.disconnect();
  }

  /** Draw what the blog would show of what is saved now. */
  async draw() {
    this.note.textContent = "Loading the preview …";
    try {
      const { page } = await this.review.link.ask("preview", {}, { deadline: 60000 });
      this.page = await this.withFormulas(page);
      this.paint();
      this.note.textContent = "As exported; your blog's theme sets fonts and colors";
    } catch (error) {
      this.note.textContent = /** @type {Error} */ (error).message;
    }
  }

  /** Set the formulas, as the blog's MathJax does; the parsed page is inert, nothing in it runs. @param {string} page */
  async withFormulas(page) {
    const parsed = new DOMParser().parseFromString(page, "text/html");
    const walker = parsed.createTreeWalker(parsed.body, NodeFilter.SHOW_TEXT);
    const texts = [];
    while (walker.nextNode()) {
      const node = /** @type {Text} */ (walker.currentNode);
      if (hasFormula(node.data) && !node.parentElement?.closest("code, pre")) texts.push(node);
    }
    if (texts.length) await loadKatex(this.review.link);
    for (const node of texts) node.replaceWith(...formulas(node.data));
    return parsed.body.innerHTML;
  }
}
