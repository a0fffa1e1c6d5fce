"""The review widget's browser side: its scripts joined to one module, and its style sheet."""

from __future__ import annotations

from importlib import resources

_SCRIPTS = "dom math fields answers finder evidence preview batch keys review".split()
_FORMULAS = resources.files("paperkit") / "data" / "katex" / "formulas.js"


def module() -> str:
    """Return the JavaScript module that anywidget loads; nothing is fetched from elsewhere."""
    shared = _FORMULAS.read_text(encoding="utf-8")
    return "\n".join([shared, *(_read(f"{name}.js") for name in _SCRIPTS)])


def styles() -> str:
    """Return the style sheet; its colors are JupyterLab's variables."""
    return _read("review.css")


def _read(name: str) -> str:
    return resources.files(__package__).joinpath(name).read_text(encoding="utf-8")
