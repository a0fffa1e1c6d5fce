// Explorer: a chart whose marks can be clicked and reached by keys, drawn by the kernel's copy of Vega.

import { h } from "./dom.js";
import { guard, keyOf } from "./keys.js";
import { Link } from "./link.js";
import { loadScript } from "./scripts.js";

/** @typedef {{addEventListener: (name: string, act: (event: Event, item: any) => void) => void, finalize: () => void, signal: (name: string, value: number) => VegaView, runAsync: () => Promise<unknown>}} VegaView */

// As SVG each mark has words for screen readers.
const DRAWN = { mode: "vega-lite", actions: false, renderer: "svg", defaultStyle: false, config: { mark: { cursor: "pointer" } } };
/** @type {Record<string, number>} */
const STEPS = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 };

/** The row of the trend that a mark shows; undefined for what is no mark of one. @param {any} node */
const rowOf = (node) => (Number.isInteger(node?.__data__?.datum?.row) ? node.__data__.datum.row : undefined);

class Explorer {
  /** @param {import("./link.js").Model} model @param {HTMLElement} el */
  constructor(model, el) {
    this.model = model;
    this.link = new Link(model);
    this.place = h("div", { class: "pk-chart-place", onkeydown: (/** @type {KeyboardEvent} */ event) => this.key(event) });
    this.said = h("p", { class: "pk-chart-said", role: "status" }, "Loading the chart …");
    this.node = h("div", { class: "pk-chart" }, this.place, this.said);
    el.append(this.node);
    this.width = 0;
    /** @type {VegaView | undefined} */
    this.view = undefined;
    this.say = () => { this.said.textContent = model.get("_said"); };
    this.sizes = new ResizeObserver(() => this.fit());
    this.sizes.observe(this.place);
    this.end = guard(this.node);
  }

  /** The chart is as wide as the cell: it is drawn once that is known, and follows it. */
  async fit() {
    const before = this.width;
    this.width = this.place.clientWidth;
    if (!this.width || this.width === before) return;
    if (!before) await this.draw().catch((error) => { this.said.textContent = `The chart can't be drawn: ${error.message}`; });
    else if (this.model.get("_wide")) await this.view?.signal("width", this.width).runAsync();
    this.reach();
  }

  async draw() {
    const embed = await loadScript(this.link, "vega", (script) => `${script}\nexport default globalThis.paperkitVegaEmbed;`);
    this.view = /** @type {VegaView} */ ((await embed(this.place, this.model.get("_spec"), DRAWN)).view);
    this.view.addEventListener("click", (_, item) => this.pick(item?.datum?.row));
    this.model.on("change:_said", this.say);
    this.say();
  }

  /** The marks of a trend's rows: of those that show one row the last, which is drawn above the others. @returns {SVGElement[]} */
  get marks() {
    const found = /** @type {NodeListOf<SVGElement>} */ (this.place.querySelectorAll("[role=graphics-symbol]"));
    const shown = [...found].filter((node) => rowOf(node) !== undefined);
    return [...new Map(shown.map((node) => [rowOf(node), node])).values()];
  }

  /** Tab leads to one mark, the arrows from there to the others. @param {Element} [here] */
  reach(here) {
    const { marks } = this;
    const first = here ?? marks.find((mark) => mark.tabIndex === 0) ?? marks[0];
    for (const mark of marks) mark.setAttribute("tabindex", mark === first ? "0" : "-1");
  }

  /** @param {unknown} row */
  pick(row) {
    if (Number.isInteger(row)) this.model.send({ do: "pick", row });
  }

  /** @param {KeyboardEvent} event */
  key(event) {
    const { marks } = this;
    const at = marks.indexOf(/** @type {SVGElement} */ (event.target));
    const key = keyOf(event);
    if (at < 0) return;
    if (["Enter", " "].includes(key)) this.pick(rowOf(marks[at]));
    else if (STEPS[key]) {
      const next = marks[Math.max(0, Math.min(marks.length - 1, at + STEPS[key]))];
      this.reach(next);
      next.focus();
    } else return;
    event.preventDefault();
    event.stopPropagation();
  }

  close() {
    this.sizes.disconnect();
    this.end();
    this.model.off("change:_said", this.say);
    this.view?.finalize();
    this.link.close();
  }
}

export default {
  /** @param {{model: import("./link.js").Model, el: HTMLElement}} given */
  render({ model, el }) {
    const view = new Explorer(model, el);
    return () => view.close();
  },
};
