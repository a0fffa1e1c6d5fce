"""Windows, as far as another system can tell: imports, line ends, names that it reserves."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path, PureWindowsPath

import pytest

from paperkit.library.files import inside
from paperkit.posts.figures import slug, web_slug

PACKAGE = Path(__file__).parents[1] / "paperkit"
MODULES = sorted(PACKAGE.rglob("*.py"))
NAMES = [
    *("CON", "con.md", "aux", "NUL.", "com1", "LPT9.txt", "prn", "Ions.", "Ions ", "..", "."),
    *(
        "a:b",
        "C:\\x",
        "a/b",
        "a\\b",
        "what?",
        "5 > 4 | 3 < 4",
        "two * two",
        '"quoted"',
        "tab\there",
    ),
]

IMPORT = """
import importlib, os, signal, sys
for name in ("fcntl", "resource", "pwd", "grp", "termios", "pyseccomp"):
    sys.modules[name] = None
names = {}
for module in sys.argv[1:]:
    importlib.import_module(module)  # what it needs of others may look for a POSIX system
for module in [m for m in sys.modules if m.partition(".")[0] == "paperkit"]:
    del sys.modules[module]
for owner, gone in ((os, ("getuid", "geteuid", "fork", "setsid", "killpg", "statvfs", "uname")),
                    (signal, ("SIGKILL", "SIGALRM", "SIGHUP", "setitimer", "alarm"))):
    for name in gone:
        if hasattr(owner, name):
            delattr(owner, name)
for module in sys.argv[1:]:
    importlib.import_module(module)
"""


@pytest.mark.process
def test_every_module_is_imported_without_posix() -> None:
    """No module needs at its import what Windows does not have."""
    files = [p.relative_to(PACKAGE.parent).with_suffix("") for p in MODULES]
    names = [".".join(p.parts).removesuffix(".__init__") for p in files]
    command = [sys.executable, "-c", IMPORT, *(n for n in names if not n.endswith("__main__"))]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-2000:]


@pytest.mark.parametrize("path", MODULES, ids=lambda p: str(p.relative_to(PACKAGE)))
def test_text_is_written_with_its_own_line_ends(path: Path) -> None:
    """Whoever opens a file for text says which line ends and which encoding: Windows has others."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if not isinstance(node, ast.Call):
            continue
        called = node.func.attr if isinstance(node.func, ast.Attribute) else ""
        opens = called == "open" or (isinstance(node.func, ast.Name) and node.func.id == "open")
        modes = [a.value for a in node.args if isinstance(a, ast.Constant)]
        if called == "write_text" or (opens and any(m in ("w", "a", "x", "wt") for m in modes)):
            assert {"newline", "encoding"} <= {k.arg for k in node.keywords}, ast.unparse(node)


@pytest.mark.parametrize("text", NAMES)
@pytest.mark.parametrize("make", [slug, web_slug])
def test_a_name_made_is_no_reserved_one(make, text: str) -> None:  # type: ignore[no-untyped-def]
    """No device, no drive, no character that Windows refuses, no dot or space at the end."""
    name = make(text)
    reserved = {"con", "prn", "aux", "nul"} | {f"{d}{n}" for d in ("com", "lpt") for n in range(10)}
    assert name.partition(".")[0].lower() not in reserved
    assert not set(name) & set('<>:"/\\|?*\t')
    assert name == name.rstrip(". ")
    assert PureWindowsPath(name).parts == ((name,) if name else ())


@pytest.mark.parametrize(
    "name", ["..\\x.png", "C:\\x.png", "C:x.png", "\\\\server\\x.png", "a\\..\\..\\x"]
)
def test_a_figure_stays_in_its_folder_on_windows_too(name: str, tmp_path: Path) -> None:
    """A name with a drive or a backslash leaves the folder there, so it is refused everywhere."""
    assert inside(tmp_path, name) is None
