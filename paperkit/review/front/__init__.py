"""The review widget's browser side: its scripts, in the order they are joined, and its styles."""

from __future__ import annotations

from pathlib import Path

_HERE = Path(__file__).parent
SCRIPTS = tuple(
    _HERE / f"{name}.js"
    for name in (
        "dom math words keepsake fields answers finder evidence preview batch keys panels review"
    ).split()
)
STYLE = _HERE / "review.css"
"""Its colors are JupyterLab's variables."""
