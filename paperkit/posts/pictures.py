"""Pictures: the images that the code cells of a post's notebook have drawn, with their words."""

from __future__ import annotations

import base64
from collections.abc import Mapping, Sequence
from typing import Any

from paperkit.posts.pages import Chart

_IMAGES = {"image/png": ".png", "image/jpeg": ".jpg", "image/svg+xml": ".svg"}


def charts_of(cell: Mapping[str, Any]) -> list[Chart]:
    """Return the charts of a code cell's outputs, one image each."""
    found = []
    for output in cell.get("outputs", []):
        data = output.get("data", {})
        kind = next((k for k in _IMAGES if k in data), None)
        if kind is None:
            continue
        raw = data[kind] if isinstance(data[kind], str) else "".join(data[kind])
        content = raw.encode() if kind.endswith("xml") else base64.b64decode(raw)
        found.append(Chart(content, _IMAGES[kind], _alternative(output, data)))
    return found


def _alternative(output: Mapping[str, Any], data: Mapping[str, Any]) -> str:
    """A chart's alternative text: stated by its maker, else the title of its specification."""
    stated = output.get("metadata", {})
    for place in (stated, *(v for v in stated.values() if isinstance(v, Mapping))):
        if isinstance(place.get("alt"), str):
            return str(place["alt"])
    for kind, spec in data.items():
        if "vegalite" in kind and isinstance(spec, Mapping):
            title = spec.get("description") or spec.get("title") or ""
            if isinstance(title, Mapping):
                title = title.get("text", "")
            return (
                " ".join(title)
                if isinstance(title, Sequence) and not isinstance(title, str)
                else str(title)
            )
    return ""
