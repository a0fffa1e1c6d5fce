"""The library's folder: where each file lies; how one is written is said in `paperkit.files`."""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import Any

from paperkit.files import write_atomic as write_atomic
from paperkit.papers import parse_id


def stem(paper: str, version: int) -> str:
    """Return the file name stem of a paper's version: ``2411.05184v1``, ``math_0309136v2``."""
    return f"{parse_id(paper).id.replace('/', '_')}v{version}"


def read_json(path: Path) -> dict[str, Any]:
    """Return the JSON object in a file, empty when there is no file or it holds none."""
    try:
        data = json.loads(path.read_text(encoding="utf-8"))
    except (FileNotFoundError, ValueError):
        return {}
    return data if isinstance(data, dict) else {}


_SETTLED = 0.1  # seconds; file systems stamp writes in steps of up to some hundredths


def stamp(*paths: Path) -> tuple[int, ...] | None:
    """Return the times and sizes of files, or None while one is so fresh that it may go unseen."""
    found: list[int] = []
    for path in paths:
        try:
            status = path.stat()
        except FileNotFoundError:
            found += (0, 0)
            continue
        if time.time() - status.st_mtime < _SETTLED:
            return None
        found += (status.st_mtime_ns, status.st_size)
    return tuple(found)
