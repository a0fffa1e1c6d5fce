"""Modules: JavaScript as the kernel sends it, packed to a third of its size on the wire."""

from __future__ import annotations

import base64
import gzip
import json
from pathlib import Path

_LOADER = """\
const bytes = Uint8Array.from(atob("{packed}"), (c) => c.charCodeAt(0));
const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"));
const source = new Blob([await new Response(stream).text()], {{ type: "text/javascript" }});
const url = URL.createObjectURL(source);
const module = await import(/* webpackIgnore: true */ url);
URL.revokeObjectURL(url);
export default module.default;
"""


def packed(path: Path, style: Path) -> str:
    """Return an ES module that unpacks and exports the default export of the one at `path`.

    A widget's code crosses the wire once per widget and is saved with the notebook's widget
    state. Browsers import it from a blob either way, as anywidget does. The style sheet travels
    with it and is put into the page once.
    """
    sheet = _STYLE.format(name=json.dumps(style.stem), text=json.dumps(tight(style)))
    source = path.read_text(encoding="utf-8") + sheet
    data = gzip.compress(source.encode(), 9, mtime=0)
    return _LOADER.format(packed=base64.b64encode(data).decode())


_STYLE = """
const sheetName = "paperkit-" + {name};
const sheet = document.getElementById(sheetName) ?? document.createElement("style");
sheet.id = sheetName;
sheet.textContent = {text};
document.head.append(sheet);
"""


def tight(path: Path) -> str:
    """Return a style sheet without comments, indentation and line ends."""
    kept, rest = "", path.read_text(encoding="utf-8")
    while "/*" in rest:
        before, _, rest = rest.partition("/*")
        kept, rest = kept + before, rest.partition("*/")[2]
    return " ".join((kept + rest).split())
