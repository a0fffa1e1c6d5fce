// Explorer: a chart whose marks can be clicked, drawn by the kernel's copy of Vega.

/** @typedef {{addEventListener: (name: string, act: (event: Event, item: any) => void) => void, finalize: () => void}} VegaView */

export default {
  /** @param {{model: import("./link.js").Model, el: HTMLElement}} given */
  async render({ model, el }) {
    const theme = document.body.dataset.jpThemeLight === "false" ? "dark" : undefined;
    // As SVG each mark has words for screen readers.
    const options = { mode: "vega-lite", actions: false, renderer: "svg", theme, config: { mark: { cursor: "pointer" } } };
    const place = document.createElement("div");
    const said = document.createElement("p");
    said.setAttribute("role", "status");
    said.style.cssText = "font: 12px sans-serif; margin: 4px 0; min-height: 1.2em";
    el.append(place, said);
    const embed = /** @type {any} */ (window).paperkitVegaEmbed;
    const { view } = /** @type {{view: VegaView}} */ (await embed(place, model.get("_spec"), options));
    const say = () => (said.textContent = model.get("_said"));
    view.addEventListener("click", (_, item) => {
      const row = item?.datum?.row;
      if (Number.isInteger(row)) model.send({ do: "pick", row });
    });
    model.on("change:_said", say);
    say();
    return () => {
      model.off("change:_said", say);
      view.finalize();
    };
  },
};
