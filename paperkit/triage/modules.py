"""Modules: JavaScript as the kernel sends it, packed to a third of its size on the wire."""

from __future__ import annotations

import base64
import gzip
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


def packed(path: Path) -> str:
    """Return an ES module that unpacks and exports the default export of the one at `path`.

    A widget's module crosses the wire once per widget and is saved with the notebook's widget
    state; browsers import it from a blob either way, as anywidget does.
    """
    data = gzip.compress(path.read_bytes(), 9, mtime=0)
    return _LOADER.format(packed=base64.b64encode(data).decode())


def tight(path: Path) -> str:
    """Return a style sheet without comments, indentation and line ends."""
    kept, rest = "", path.read_text(encoding="utf-8")
    while "/*" in rest:
        before, _, rest = rest.partition("/*")
        kept, rest = kept + before, rest.partition("*/")[2]
    return " ".join((kept + rest).split())
