"""Kit: what the widgets share: scripts as the kernel sends them, KaTeX, tables, word diffs."""

from __future__ import annotations

import gzip
import html
import json
import re
from collections.abc import Iterable, Mapping, Sequence
from difflib import SequenceMatcher
from functools import cache
from importlib import resources
from pathlib import Path
from urllib.parse import quote

from paperkit.text import CJK

_PACKAGE = Path(str(resources.files("paperkit")))
SCRIPTS = _PACKAGE / "widgets" / "js"
"""The widgets' scripts: one module per widget, those they import, and one style sheet."""

RUN_AGAIN = "run the cell to work with it."
"""What a saved notebook says where no widget can run."""

_IMPORT = re.compile(r'^import [^;]*? from "\./([^"]+)";\n', re.MULTILINE)
_EXPORT = re.compile(r"^export (?!default)", re.MULTILINE)
_DOCS = re.compile(r"^\s*/\*\*(?:(?!\*/).)*\*/\s*$", re.MULTILINE | re.DOTALL)
_TYPE = re.compile(r"/\*\* @type (?:(?!\*/).)*\*/ ?")
_COMMENT = re.compile(r"//.*|/\*((?!\*/).)*\*/")

LOADER = """\
const widgets = new Map();
const load = async (code) => {
  const stream = new Blob([code]).stream().pipeThrough(new DecompressionStream("gzip"));
  const source = new Blob([await new Response(stream).text()], { type: "text/javascript" });
  const url = URL.createObjectURL(source);
  const module = await import(/* webpackIgnore: true */ url);
  URL.revokeObjectURL(url);
  return module.default;
};
const loaded = (model) => {
  const kind = model.get("_anywidget_id");
  if (!widgets.has(kind)) widgets.set(kind, load(model.get("_code")));
  return widgets.get(kind);
};
export default {
  async initialize({ model }) { await loaded(model); },
  async render(view) { return (await loaded(view.model)).render(view); },
};
"""
"""The script of every widget: it unpacks the widget's own, which its trait ``_code`` holds."""

_STYLE = """
const sheetName = "paperkit-" + {name};
const sheet = document.getElementById(sheetName) ?? document.createElement("style");
sheet.id = sheetName;
sheet.textContent = {text};
document.head.append(sheet);
"""


def code(name: str, *, style: Path = SCRIPTS / "widgets.css") -> bytes:
    """Return the ES module of a widget, gzipped: its scripts as one, and the style sheet.

    It crosses the wire once per widget, as bytes beside the widget's other state: packed it is a
    third of its size, and as text it would be a third larger again. The style sheet travels with
    it and is put into the page once.
    """
    rules = tight(style, until=_OTHERS if name == "triage" else "")
    sheet = _STYLE.format(name=json.dumps(f"{style.stem}-{name}"), text=json.dumps(rules))
    return gzip.compress((joined(SCRIPTS / f"{name}.js") + sheet).encode(), 9, mtime=0)


def joined(entry: Path) -> str:
    """Return a module and all it imports as one, each after those it needs itself.

    They share one scope then: no two may have a name at their top level.
    """
    found: dict[Path, str] = {}

    def take(path: Path, above: tuple[Path, ...]) -> None:
        text = path.read_text(encoding="utf-8")
        for name in _IMPORT.findall(text):
            needed = path.with_name(name)
            if needed not in found and needed not in above:
                take(needed, (*above, needed))
        found[path] = lean(_EXPORT.sub("", _IMPORT.sub("", text)))

    take(entry, (entry,))
    return "\n".join([*(text for path, text in found.items() if path != entry), found[entry]])


def lean(script: str) -> str:
    """Return a script without its types, indentation, empty lines and lines that are a comment.

    No text of ours has a line that begins like a comment, or needs its indentation.
    """
    lines = (line.strip() for line in _TYPE.sub("", _DOCS.sub("", script)).splitlines())
    return "\n".join(line for line in lines if line and not _COMMENT.fullmatch(line))


_OTHERS = "/* Explorer */"
"""Where the rules begin that Triage, which comes with its first rows, has no use for."""


def tight(path: Path, *, until: str = "") -> str:
    """Return a style sheet (up to a comment) without comments, indentation and line ends."""
    kept, rest = "", path.read_text(encoding="utf-8")
    if until:
        rest = rest.partition(until)[0]
    while "/*" in rest:
        before, _, rest = rest.partition("/*")
        kept, rest = kept + before, rest.partition("*/")[2]
    return " ".join((kept + rest).split())


@cache
def katex() -> bytes:
    """Return the bundled KaTeX, gzipped; it is sent when the first formula comes into view."""
    return gzip.compress((_PACKAGE / "data" / "katex" / "katex.min.js").read_bytes(), 6, mtime=0)


# What a saved notebook shows where no widget can run

_UNSAFE = re.compile(r"[^\w ,.:;?()/’“”…–-]|_")


def static_table(
    head: Sequence[str], rows: Iterable[tuple[str, Sequence[str]]], caption: str
) -> dict[str, str]:
    """Return a table of papers as a mime bundle of HTML and Markdown, all of it inert.

    A row is a paper's id and its cells; the cell under ``title`` leads to arXiv. In Markdown every
    character that Markdown or HTML could know is an entity.
    """
    at = list(head).index("title")
    marked = [f"<tr>{''.join(f'<th>{html.escape(name)}</th>' for name in head)}</tr>"]
    lines = [_line(head), _line(["---"] * len(head))]
    for id, cells in rows:
        address = f"https://arxiv.org/abs/{quote(id)}"
        texts, plain = [html.escape(c) for c in cells], [_inert(c) for c in cells]
        texts[at] = f'<a href="{address}">{texts[at]}</a>'
        plain[at] = f"[{plain[at]}]({address})"
        marked.append(f"<tr>{''.join(f'<td>{text}</td>' for text in texts)}</tr>")
        lines.append(_line(plain))
    body = "\n".join(marked[1:])
    return {
        "text/html": f"<table>\n<caption>{html.escape(caption)}</caption>\n"
        f"<thead>{marked[0]}</thead>\n<tbody>\n{body}\n</tbody>\n</table>",
        "text/markdown": "\n".join([*lines, "", _inert(caption)]),
    }


_SAVED = """<style>
.paperkit-saved { display: none; }
.jp-OutputArea-child:not(:has(+ .jp-OutputArea-child :is(.pk-triage, .rv-review)))
  > .jp-OutputArea-output > .paperkit-saved { display: block; }
.jp-OutputArea-child:has(.paperkit-saved)
  + .jp-OutputArea-child:not(:has(.pk-triage, .rv-review)) { display: none; }
</style>"""


def show_saved(bundle: Mapping[str, str]) -> Mapping[str, str]:
    """Write what a saved notebook shows into the output above the widget's own.

    JupyterLab takes the widget out of a mime bundle whatever else is in it, and says "model not
    found" where its kernel is gone. So the table stands in an output of its own, which is hidden
    while the widget is there; without the widget it is shown, and the message is hidden.

    Returns what is left to stand in the widget's own bundle: all of it where there is no notebook.
    """
    from IPython import get_ipython
    from IPython.display import display

    if getattr(get_ipython(), "kernel", None) is None:
        return bundle
    inert = f'{_SAVED}<div class="paperkit-saved">{bundle["text/html"]}</div>'
    display({**bundle, "text/html": inert, "text/plain": ""}, raw=True)
    return {}


def _line(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cells)} |"


def _inert(text: str) -> str:
    return _UNSAFE.sub(lambda m: f"&#{ord(m[0])};", " ".join(text.split()))


# How one text became another

Difference = list[tuple[str, str]]
"""Pieces in order: ("=", kept), ("-", only before), ("+", only after)."""

_TOKEN = re.compile(rf"\s+|[{CJK}]|[^\W{CJK}]+|.", re.S)


def tokens(text: str) -> list[str]:
    """Return a text's words, spaces, signs and Chinese characters; joined they are the text."""
    return _TOKEN.findall(text)


def difference(before: str, after: str) -> Difference:
    """Return the pieces that lead from `before` to `after`, word by word.

    The pieces marked "=" and "-" joined are `before`, those marked "=" and "+" are `after`.
    """
    old, new = tokens(before), tokens(after)
    pieces: Difference = []
    for tag, i1, i2, j1, j2 in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if tag == "equal":
            pieces.append(("=", "".join(old[i1:i2])))
            continue
        both = (("-", "".join(old[i1:i2])), ("+", "".join(new[j1:j2])))
        pieces += [(mark, text) for mark, text in both if text]
    return pieces
