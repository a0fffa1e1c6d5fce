"""Display: what a reading found and how a batch goes, in a notebook; all of its text stays text."""

from __future__ import annotations

import base64
import html
import io
import re
import threading
import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from paperkit.errors import PaperkitError, explained
from paperkit.library import Library
from paperkit.library.files import inside
from paperkit.readings import Figure, Hidden, Link, Reading, Section
from paperkit.reprs import listing

if TYPE_CHECKING:
    from paperkit.batch.run import Run


THUMBNAIL = 360
"""Pixels of a shown figure's long side; the notebook keeps it, so it is small."""
MOST = 60
"""How many figures, hidden passages and links are shown; the rest is counted."""
_ROWS = 40
_PASSAGE = 300

_CSS = """
.paperkit-show{font-size:13px;line-height:1.45;max-width:70em;
--pk-line:var(--jp-border-color2,var(--vscode-panel-border,#8886));
--pk-warn:var(--jp-warn-color1,var(--vscode-editorWarning-foreground,#b26a00));
color:var(--jp-content-font-color1,var(--vscode-editor-foreground,inherit))}
.paperkit-show h3{margin:0}
.paperkit-show .pk-faint{margin:2px 0 8px;opacity:.75}
.paperkit-show .pk-warn{border-left:4px solid var(--pk-warn);padding:2px 10px;margin:8px 0}
.paperkit-show ul{list-style:none;margin:4px 0;padding:0}
.paperkit-show .pk-gallery{display:flex;flex-wrap:wrap;gap:12px}
.paperkit-show figure{border:1px solid var(--pk-line);margin:0;padding:8px;width:18em}
.paperkit-show figure img{background:#fff;display:block;height:auto;margin:0 auto 6px;
max-height:14em;max-width:100%}
.paperkit-show figcaption{max-height:9em;overflow:auto}
.paperkit-show table{border-collapse:collapse;display:block;overflow:auto}
.paperkit-show td{border:1px solid var(--pk-line);padding:1px 6px;text-align:left}
"""


@dataclass(frozen=True)
class Shown:
    """A reading as a notebook shows it; ``images`` are its figures' thumbnails by file name.

    As Markdown (what an exported notebook keeps) it names the figures without their images,
    which the paper's licence may not let one publish.
    """

    reading: Reading
    images: Mapping[str, str] = field(default_factory=dict, repr=False)

    def _repr_html_(self) -> str:
        r = self.reading
        parts = [
            f"<style>{_CSS}</style><h3>{escape(r.title)}</h3>",
            f'<p class="pk-faint">{escape(_summary(r))}</p>',
            _html_warnings(r),
            _html_outline(r),
            _html_images(r.figures, self.images),
            _html_links(r.links),
        ]
        return f'<div class="paperkit-show">{"".join(parts)}</div>'

    def _repr_markdown_(self) -> str:
        r = self.reading
        blocks = [f"### {_plain(r.title)}", _plain(_summary(r)), *map(_plain, r.warnings)]
        blocks.append(_listed(f"- {_plain(_hidden_line(h))}" for h in r.hidden[:MOST]))
        # Indented by a character: nested lists need their parents, which a paper may skip.
        blocks.append(
            _listed(f"- {'&emsp;' * (s.level - 1)}{_plain(_heading(s))}" for s in r.sections)
        )
        blocks.append(_listed(f"- {_plain(_captioned(f))}" for f in r.figures))
        blocks.append(
            _listed(f"- <{url}>" for link in _own(r.links) if (url := _safe(link.url)) is not None)
        )
        return "\n\n".join(b for b in blocks if b)


@explained
def show(
    reading: Reading | str, *, library: Library | None = None, figures: str | Path | None = None
) -> Shown:
    """Return a reading for a notebook cell: outline, figures with captions, warnings, links.

    Give a paper's id and its library, or a `Reading` and, for images, the folder that `read_pdf`
    wrote them to.

    Raises:
        PaperkitError: an id without a library, or of a paper that was not read.
    """
    if isinstance(reading, Reading):
        return Shown(reading, {} if figures is None else _thumbnails(reading, Path(figures)))
    if library is None:
        raise PaperkitError(f"{reading}: an id needs its library; use show(id, library=library).")
    held = library.reading(reading)
    if held is None:
        raise PaperkitError(f"{reading}: not read yet; run read([{reading!r}], library) first.")
    paths = library.figures(reading)["path"].dropna()
    folder = Path(paths.iloc[0]).parent if len(paths) else None
    return show(held, figures=folder)


# ---- images


def _thumbnails(reading: Reading, folder: Path) -> dict[str, str]:
    """Return data URIs of the figures by file name; what is gone or no image is left out."""
    paths = [path for f in reading.figures[:MOST] if (path := inside(folder, f.file))]
    found = {path.name: _thumbnail(path) for path in paths}
    return {name: uri for name, uri in found.items() if uri is not None}


def _thumbnail(path: Path) -> str | None:
    from PIL import Image, UnidentifiedImageError

    out = io.BytesIO()
    try:
        with Image.open(path, formats=("PNG", "WEBP")) as image:
            small = image.convert("RGB")
            small.thumbnail((THUMBNAIL, THUMBNAIL))
            small.save(out, "webp", quality=80)
    except (OSError, ValueError, UnidentifiedImageError, Image.DecompressionBombError):
        return None
    return f"data:image/webp;base64,{base64.b64encode(out.getvalue()).decode()}"


# ---- what is said, as plain text


def _summary(reading: Reading) -> str:
    kinds: dict[str, int] = {}
    for figure in reading.figures:
        kinds[figure.kind] = kinds.get(figure.kind, 0) + 1
    said = [_counted(reading.page_count, "page"), _counted(len(reading.sections), "section")]
    return ", ".join([*said, *(_counted(n, kind) for kind, n in kinds.items())])


def _counted(number: int, what: str) -> str:
    return f"{number} {what}{'' if number == 1 else 's'}"


def _heading(section: Section) -> str:
    return f"{section.number} {section.title}".strip() + _page(section.page)


def _captioned(figure: Figure) -> str:
    stars = " ★" if figure.teaser else ""
    return f"{figure.kind} {figure.label}{stars}{_page(figure.page)}: {figure.caption}"


def _page(number: int) -> str:
    return f" (p. {number})" if number else ""


def _hidden_line(hidden: Hidden) -> str:
    text = hidden.text if len(hidden.text) <= _PASSAGE else hidden.text[:_PASSAGE] + " …"
    place = f", p. {hidden.page}" if hidden.page else ""
    return f"{_REASONS.get(hidden.reason, hidden.reason)}{place}: {text}"


_REASONS = {
    "white": "white text",
    "tiny": "tiny text",
    "transparent": "transparent text",
    "covered": "covered text",
    "off-page": "text off the page",
    "invisible": "invisible text",
    "instruction": "reads like an instruction to a model",
}


def _own(links: Sequence[Link]) -> list[Link]:
    return [link for link in links if link.own][:MOST]


def _safe(url: str) -> str | None:
    """Return an address that may be followed, its odd characters encoded, or None."""
    if not re.match(r"https?://[^\s<>\"]+$", url, re.I):
        return None
    return quote(url, safe=":/?#@!$&'()*+,;=%~-._")


# ---- HTML


def _html_warnings(reading: Reading) -> str:
    said = [*reading.warnings, *map(_hidden_line, reading.hidden[:MOST])]
    more = len(reading.hidden) - MOST
    said += [f"and {more} more hidden passages"] if more > 0 else []
    if not said:
        return ""
    rows = "".join(f"<li>{escape(line)}</li>" for line in said)
    return f'<div class="pk-warn" role="note" aria-label="Warnings"><ul>{rows}</ul></div>'


def _html_outline(reading: Reading) -> str:
    if not reading.sections:
        return ""
    rows = "".join(
        f'<li style="padding-left:{1.4 * (s.level - 1):g}em">{escape(_heading(s))}</li>'
        for s in reading.sections
    )
    return f"<details open><summary>Outline</summary><ul>{rows}</ul></details>"


def _html_images(figures: Sequence[Figure], images: Mapping[str, str]) -> str:
    if not figures:
        return ""
    shown = "".join(_html_figure(f, images.get(f.file or "")) for f in figures[:MOST])
    more = len(figures) - MOST
    rest = f'<p class="pk-faint">and {more} more</p>' if more > 0 else ""
    return (
        "<details open><summary>Figures and tables</summary>"
        f'<div class="pk-gallery">{shown}</div>{rest}</details>'
    )


def _html_figure(figure: Figure, image: str | None) -> str:
    name = f"{figure.kind} {figure.label}"
    picture = f'<img src="{escape(image)}" alt="{escape(name)}">' if image else ""
    caption = f"<figcaption>{escape(_captioned(figure))}</figcaption>"
    return f"<figure>{picture}{caption}{_html_cells(figure)}</figure>"


def _html_cells(figure: Figure) -> str:
    if figure.kind != "table":
        return ""
    if figure.rows is None:
        return '<p class="pk-faint">its cells could not be told apart reliably</p>'
    rows = "".join(
        "<tr>" + "".join(f"<td>{escape(cell)}</td>" for cell in row) + "</tr>"
        for row in figure.rows[:_ROWS]
    )
    return f"<details><summary>{len(figure.rows)} rows</summary><table>{rows}</table></details>"


def _html_links(links: Sequence[Link]) -> str:
    rows = []
    for link in _own(links):
        url = _safe(link.url)
        if url is not None:
            place = f'<a href="{escape(url)}" rel="noopener noreferrer">{escape(link.url)}</a>'
            rows.append(f"<li>{escape(link.kind)}: {place} ({escape(link.reason)})</li>")
    if not rows:
        return ""
    return f"<details open><summary>Own links</summary><ul>{''.join(rows)}</ul></details>"


# ---- Markdown


def _plain(text: str) -> str:
    """Return text that no Markdown engine reads as markup: its punctuation as entities."""
    one_line = " ".join(text.split())
    return re.sub(r"[^\w\s,;'?/]", lambda m: f"&#{ord(m[0])};", one_line).replace("_", "&#95;")


def _listed(lines: Iterable[str]) -> str:
    return "\n".join(lines)


# ---- Panels: a run as a widget, with progress, buttons and the failures so far

_OFTEN = 0.25  # seconds between two drawings; a batch from the cache would flood the wire


def panel(run: Run) -> Any:
    """Return the widget of a run, None where there are no widgets."""
    try:
        import ipywidgets
    except ImportError:
        return None
    panel = _Panel(run, ipywidgets)
    panel.draw(now=True)
    run.on_done(lambda *_: panel.draw())
    run.on_wait(lambda: panel.draw(now=True))
    return panel.box


def bundle(box: Any) -> dict[str, Any]:
    """Return what a notebook shows of a widget."""
    return {} if box is None else dict(box._repr_mimebundle_())


class _Panel:
    """The widgets of one run; each button calls the run's method of the same name."""

    def __init__(self, run: Run, widgets: Any) -> None:
        self._run = run
        self._drawn = 0.0
        self._ended = False
        self._lock = threading.Lock()
        self.bar = widgets.IntProgress(max=max(1, run.progress.total))
        self.text = widgets.Label()
        self.pause = widgets.Button(description="Pause", tooltip="Send nothing more for now")
        self.stop = widgets.Button(description="Stop", tooltip="Finish what is in flight, then end")
        self.failures = widgets.HTML()
        self.pause.on_click(lambda _: self._toggle())
        self.stop.on_click(lambda _: self._stop())
        row = widgets.HBox([self.bar, self.pause, self.stop])
        self.box = widgets.VBox([widgets.Label(run.label), row, self.text, self.failures])

    def draw(self, *, now: bool = False) -> None:
        """Show the run as it is, at most some times a second, and always its end."""
        with self._lock:
            running = self._run.running
            soon = running and time.monotonic() - self._drawn < _OFTEN
            if self._ended or (soon and not now):
                return
            self._drawn, self._ended = time.monotonic(), not running
            progress = self._run.progress
            self.bar.value = progress.done
            self.bar.bar_style = "" if running else "warning" if progress.failed else "success"
            self.text.value = str(progress) + (", paused" if running and self._run.paused else "")
            self.pause.description = "Resume" if self._run.paused else "Pause"
            for button in (self.pause, self.stop):
                button.layout.display = None if running else "none"
            self.failures.value = _failures(self._run)

    def _toggle(self) -> None:
        (self._run.resume if self._run.paused else self._run.pause)()
        self.draw(now=True)

    def _stop(self) -> None:
        self._run.stop()
        self.draw(now=True)


def _failures(run: Run) -> str:
    """Return the last failures as HTML; their words come from outside."""
    lines = [f"<li>{html.escape(failure)}</li>" for failure in run.failures]
    return listing("".join(lines)) if lines else ""
