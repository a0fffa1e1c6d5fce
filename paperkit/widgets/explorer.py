"""Explorer: a chart whose marks can be clicked, each leading to the papers behind it.

The drawing code is the converter's own copy of Vega, sent from the kernel: no network is used.
"""

from __future__ import annotations

import gzip
from functools import cache
from typing import TYPE_CHECKING, Any, Protocol

import anywidget
import traitlets

from paperkit.errors import explained
from paperkit.trends.charts import VERSION, chart
from paperkit.trends.lookup import papers_behind
from paperkit.widgets import kit

if TYPE_CHECKING:
    import pandas as pd

    from paperkit.trends.corpus import Papers


@cache
def _vega() -> bytes:
    """Return Vega and Vega-Lite, gzipped; sent once to each page that shows an explorer."""
    import vl_convert

    bundle = vl_convert.javascript_bundle("globalThis.paperkitVegaEmbed = vegaEmbed;", VERSION)
    return gzip.compress(bundle.encode(), 6, mtime=0)


_NAMES = ("period", "group", "term", "name", "a", "b")
"""The columns of a trend that say which mark a row is."""


_HINT = "Click a mark, or press Tab and Enter, to see its papers."


class Lists(Protocol):
    """What lists papers by a query, as `Triage` does."""

    query: Any


@explained
class Explorer(anywidget.AnyWidget):
    """A chart of a trend; after a click ``papers`` are those behind the mark.

    >>> table = Triage(library)
    >>> explorer = Explorer(rising_terms(papers), papers, table=table)
    >>> explorer
    >>> explorer.papers

    ``picked`` is the index label of the row clicked last, and can be set; None is no row. A
    ``table`` (a `Triage`) lists the papers behind what is picked, all of its library without.
    ``options`` are those of ``chart``.
    """

    _esm = kit.LOADER
    _code = traitlets.Bytes(kit.code("explorer")).tag(sync=True)

    picked = traitlets.Any(None, allow_none=True)
    """The index label of the picked row of the trend."""
    _spec = traitlets.Dict().tag(sync=True)
    _wide = traitlets.Bool().tag(sync=True)
    _said = traitlets.Unicode(_HINT).tag(sync=True)

    def __init__(
        self, trend: pd.DataFrame, papers: Papers, *, table: Lists | None = None, **options: Any
    ) -> None:
        """Draw a trend; ``papers`` are those it was made of, ``options`` those of ``chart``."""
        self.trend, self._papers, self._table = trend, papers, table
        self._drawn = chart(trend, **options)
        spec = self._drawn.spec
        super().__init__(_spec=spec, _wide=spec.get("width") == "container")
        self.on_msg(self._receive)

    @property
    def alt(self) -> str:
        """Return what the chart shows, in words.

        >>> explorer.alt
        """
        return self._drawn.alt

    @property
    def papers(self) -> pd.DataFrame:
        """Return the papers behind the picked row, as a frame; none before the first click.

        >>> explorer.papers
        """
        rows = [] if self.picked is None else [self.picked]
        return papers_behind(self._papers, self.trend, rows)

    def _receive(self, _widget: Any, content: Any, _buffers: Any) -> None:
        """Pick the row that was clicked; send Vega to the page that asks for it."""
        asked = content if isinstance(content, dict) else {}
        row = asked.get("row")
        if asked.get("do") == "vega":
            self.send({"answer": {"token": asked.get("token")}}, [_vega()])
        elif asked.get("do") == "pick" and isinstance(row, int) and 0 <= row < len(self.trend):
            self.picked = self.trend.index[row]

    @traitlets.observe("picked")
    def _on_pick(self, _change: dict[str, Any]) -> None:
        """Say below the chart how many papers were picked, and list them in the table."""
        found = self.papers
        picked = self.picked is not None
        self._said = f"{len(found):,} papers behind {self._name()}." if picked else _HINT
        if self._table is not None:
            nothing = {"since": "9999-12-31"} if picked else {}  # no ids at all would list all
            self._table.query = {"ids": found.index.tolist()} if len(found) else nothing

    def _name(self) -> str:
        """Return the picked row in words: its period, group or term."""
        row = self.trend[self.trend.index == self.picked].reset_index().iloc[0]
        values = [row[name] for name in _NAMES if name in row.index]
        named = [str(v.date() if hasattr(v, "date") else v)[:60] for v in values]
        return ", ".join(named) or f"row {self.picked}"

    def _repr_mimebundle_(self, **kwargs: Any) -> tuple[dict[str, Any], dict[str, Any]] | None:
        """Return the widget, and beside it a picture for where no widget can run."""
        bundle = super()._repr_mimebundle_(**kwargs)
        if bundle is None:
            return None
        picture, about = self._drawn._repr_mimebundle_()
        still = {name: picture[name] for name in ("image/png", "text/plain")}
        return {**bundle[0], **still}, {**bundle[1], **about}
