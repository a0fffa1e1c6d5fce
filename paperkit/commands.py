"""Starting: a folder of one's own, what the environment has, and what an agent should know."""

from __future__ import annotations

import importlib.metadata
import importlib.util
import os
import shutil
import sys
from pathlib import Path
from typing import Any

from paperkit.errors import PaperkitError
from paperkit.files import write_atomic

_DATA = Path(__file__).parent / "data"
_KEYS = ("GEMINI_API_KEY", "GOOGLE_API_KEY", "OPENAI_API_KEY")
_BROWSERS = ("chromium", "chromium-browser", "google-chrome", "chrome", "msedge", "firefox")
_PACKAGES = {
    "google-genai": ("google.genai", "GenAI models: pip install google-genai"),
    "openai": ("openai", "OpenAIChat models: pip install openai"),
    "fsspec": ("fsspec", "figures in object storage: pip install fsspec"),
    "distributed": ("distributed", "Dask clusters: pip install distributed"),
}


def sample_notebooks() -> Path:
    """Return the folder of the four notebooks over the sample: the package's or a checkout's."""
    packed = _DATA / "notebooks"
    return packed if packed.is_dir() else Path(__file__).parents[1] / "notebooks"


def skill() -> str:
    """Return what an agent should know: what to call, what never to do, how to hand over."""
    return (_DATA / "SKILL.md").read_text(encoding="utf-8")


def new(folder: str | os.PathLike[str]) -> list[Path]:
    """Make a folder with four notebooks and a topics file; return the files made.

    The sample's notebooks go beside them, into ``sample``. What is there already stays.

    Raises:
        PaperkitError: the folder can't be made, or one of the files is there already.
    """
    root = Path(folder).expanduser()
    sources = {root / p.name: p for p in sorted((_DATA / "new").iterdir())}
    names = [*sample_notebooks().glob("0*.ipynb"), sample_notebooks() / "topics.toml"]
    sources |= {root / "sample" / p.name: p for p in sorted(names)}
    if there := [p for p in sources if p.exists()]:
        raise PaperkitError(f"{there[0]}: is there already; name another folder.")
    try:
        for target, source in sources.items():
            target.parent.mkdir(parents=True, exist_ok=True)
            write_atomic(target, source.read_bytes())
    except OSError as error:
        raise PaperkitError(f"{root}: can't be made ({error}); name another folder.") from error
    return list(sources)


def doctor() -> list[dict[str, Any]]:
    """Return what this environment has and lacks: one row per thing, with ok, found and use.

    Of a key only whether it is set is told, never its value.
    """
    rows = [_row("python", True, sys.version.split()[0], "paperkit needs 3.11 or newer")]
    rows += [_version(name, "what the notebooks run in") for name in ("paperkit", "jupyterlab")]
    rows += [_tool("browser", _BROWSERS, "tests of the widgets")]
    rows += [_tool("node", ("node",), "tests of the widgets' scripts, Hexo and MyST")]
    rows += [_tool(t, (t,), "tests of posts") for t in ("hugo", "jekyll", "pandoc")]
    for name, (module, use) in _PACKAGES.items():
        found = _importable(module)
        rows.append(_row(name, found, "installed" if found else "not installed", use))
    for name in _KEYS:
        told = "set" if os.environ.get(name) else "not set"
        rows.append(_row(name, told == "set", told, "models on a server"))
    return rows


def _row(id: str, ok: bool, found: str, use: str) -> dict[str, Any]:
    return {"id": id, "ok": ok, "found": found, "use": use}


def _version(name: str, use: str) -> dict[str, Any]:
    try:
        return _row(name, True, importlib.metadata.version(name), use)
    except importlib.metadata.PackageNotFoundError:
        return _row(name, False, "not installed", use)


def _tool(id: str, names: tuple[str, ...], use: str) -> dict[str, Any]:
    where = next(filter(None, map(shutil.which, names)), None)
    return _row(id, where is not None, where or "not found", use)


def _importable(module: str) -> bool:
    try:
        return importlib.util.find_spec(module) is not None
    except ModuleNotFoundError:
        return False
