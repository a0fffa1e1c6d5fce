"""Explorer: a chart whose marks can be clicked, each leading to the papers behind it.

The drawing code is the converter's own copy of Vega, sent from the kernel: no network is used.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

import anywidget
import traitlets

from paperkit.trends.charts import VERSION, chart
from paperkit.trends.origins import papers_behind

if TYPE_CHECKING:
    import pandas as pd

    from paperkit.trends.corpora import Papers

_DRAW = """
async function render({ model, el }) {
  const dark = document.body.dataset.jpThemeLight === "false";
  const options = { mode: "vega-lite", actions: false, theme: dark ? "dark" : undefined };
  const place = document.createElement("div");
  const said = document.createElement("p");
  said.setAttribute("role", "status");
  said.style.cssText = "font: 12px sans-serif; margin: 4px 0; min-height: 1.2em";
  el.append(place, said);
  const { view } = await window.paperkitVegaEmbed(place, model.get("_spec"), options);
  const say = () => { said.textContent = model.get("_said"); };
  view.addEventListener("click", (event, item) => {
    const row = item?.datum?.row;
    if (!Number.isInteger(row)) return;
    model.set("_clicked", row);
    model.save_changes();
  });
  model.on("change:_said", say);
  say();
  return () => { model.off("change:_said", say); view.finalize(); };
}
export default { render };
"""


@cache
def _module() -> str:
    """Return the widget's module: Vega, Vega-Lite and the few lines that listen to clicks."""
    import vl_convert

    vega = vl_convert.javascript_bundle("window.paperkitVegaEmbed = vegaEmbed;", VERSION)
    return f"{vega}\n{_DRAW}"


class Explorer(anywidget.AnyWidget):
    """A chart of a trend; after a click ``papers`` are those behind the mark.

    >>> explorer = Explorer(rising_terms(papers), papers)
    >>> explorer
    >>> explorer.papers

    ``picked`` is the index label of the row clicked last, and can be set; None is no row.
    """

    picked = traitlets.Any(None, allow_none=True)
    """The index label of the picked row of the trend."""
    _spec = traitlets.Dict().tag(sync=True)
    _said = traitlets.Unicode("Click a mark to see its papers.").tag(sync=True)
    _clicked = traitlets.Int(-1).tag(sync=True)

    def __init__(self, trend: pd.DataFrame, papers: Papers, **options: Any) -> None:
        """Draw a trend; ``papers`` are those it was made of, ``options`` those of ``chart``."""
        drawn = chart(trend, **options)
        self.trend, self._papers, self.alt = trend, papers, drawn.alt
        super().__init__(_esm=_module(), _spec=drawn.spec)

    @property
    def papers(self) -> pd.DataFrame:
        """The papers behind the picked row, as a frame; none before the first click."""
        rows = [] if self.picked is None else [self.picked]
        return papers_behind(self._papers, self.trend, rows)

    @traitlets.observe("_clicked")
    def _on_click(self, change: dict[str, Any]) -> None:
        """Pick the row that was clicked."""
        if 0 <= change["new"] < len(self.trend):
            self.picked = self.trend.index[change["new"]]

    @traitlets.observe("picked")
    def _on_pick(self, change: dict[str, Any]) -> None:
        """Say below the chart how many papers were picked."""
        self._said = f"{len(self.papers):,} papers behind row {change['new']}."
