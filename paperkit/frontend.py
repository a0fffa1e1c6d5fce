"""Frontend: the widgets' JavaScript as the kernel sends it, and the KaTeX they share."""

from __future__ import annotations

import base64
import gzip
import json
import re
from functools import cache
from importlib import resources
from pathlib import Path

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

_LOADER = """\
const bytes = Uint8Array.from(atob("{packed}"), (c) => c.charCodeAt(0));
const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"));
const source = new Blob([await new Response(stream).text()], {{ type: "text/javascript" }});
const url = URL.createObjectURL(source);
const module = await import(/* webpackIgnore: true */ url);
URL.revokeObjectURL(url);
export default module.default;
"""

_STYLE = """
const sheetName = "paperkit-" + {name};
const sheet = document.getElementById(sheetName) ?? document.createElement("style");
sheet.id = sheetName;
sheet.textContent = {text};
document.head.append(sheet);
"""


def widget(name: str, *, style: Path = SCRIPTS / "widgets.css") -> str:
    """Return the ES module of a widget: its script with those it imports, and the style sheet.

    A widget's code crosses the wire once per widget and is saved with the notebook's widget
    state: packed it is a third of its size. Browsers import it from a blob either way, as anywidget
    does. The style sheet travels with it and is put into the page once.
    """
    sheet = _STYLE.format(name=json.dumps(style.stem), text=json.dumps(tight(style)))
    return pack(joined(SCRIPTS / f"{name}.js") + sheet)


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


def pack(source: str) -> str:
    """Return an ES module that unpacks and exports the default export of this one."""
    data = gzip.compress(source.encode(), 9, mtime=0)
    return _LOADER.format(packed=base64.b64encode(data).decode())


def lean(script: str) -> str:
    """Return a script without its types, indentation, empty lines and lines that are a comment.

    No text of ours has a line that begins like a comment, or needs its indentation.
    """
    lines = (line.strip() for line in _TYPE.sub("", _DOCS.sub("", script)).splitlines())
    return "\n".join(line for line in lines if line and not _COMMENT.fullmatch(line))


def tight(path: Path) -> str:
    """Return a style sheet without comments, indentation and line ends."""
    kept, rest = "", path.read_text(encoding="utf-8")
    while "/*" in rest:
        before, _, rest = rest.partition("/*")
        kept, rest = kept + before, rest.partition("*/")[2]
    return " ".join((kept + rest).split())


@cache
def katex() -> bytes:
    """Return the bundled KaTeX, gzipped; it is sent when the first formula comes into view."""
    return gzip.compress((_PACKAGE / "data" / "katex" / "katex.min.js").read_bytes(), 6, mtime=0)
