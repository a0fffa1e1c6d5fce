"""Frontend: the widgets' JavaScript as the kernel sends it, and the KaTeX they share."""

from __future__ import annotations

import base64
import gzip
import json
import re
from functools import cache
from importlib import resources
from pathlib import Path

_KATEX = Path(str(resources.files("paperkit"))) / "data" / "katex"
FORMULAS = _KATEX / "formulas.js"
"""Where formulas stand in a text, and how a page loads KaTeX once: a script of every widget."""

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


def packed(*scripts: Path, style: Path) -> str:
    """Return an ES module that unpacks and exports the default export of these scripts joined.

    A widget's code crosses the wire once per widget and is saved with the notebook's widget
    state: packed it is a third of its size. Browsers import it from a blob either way, as anywidget
    does. The style sheet travels with it and is put into the page once.
    """
    sheet = _STYLE.format(name=json.dumps(style.stem), text=json.dumps(tight(style)))
    return pack("\n".join([*map(lean, scripts), sheet]))


def pack(source: str) -> str:
    """Return an ES module that unpacks and exports the default export of this one."""
    data = gzip.compress(source.encode(), 9, mtime=0)
    return _LOADER.format(packed=base64.b64encode(data).decode())


def lean(path: Path) -> str:
    """Return a script without indentation, empty lines and lines that are a comment.

    No text of ours has a line that begins like a comment, or needs its indentation.
    """
    lines = (line.strip() for line in path.read_text(encoding="utf-8").splitlines())
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
    return gzip.compress((_KATEX / "katex.min.js").read_bytes(), 6, mtime=0)
