"""Build the pages into build/docs: the how-tos as they are, executed notebooks, the reference.

Run `python scripts/build_docs.py`; it needs node and the packages of package-lock.json, no network.
Every link of the finished pages is followed; one that leads nowhere fails the build.
"""

from __future__ import annotations

import contextlib
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit

import nbformat

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))

from paperkit.__main__ import _parser as commands  # noqa: E402
from paperkit.posts.notebooks import executed  # noqa: E402
from scripts import docs_reference  # noqa: E402

SOURCE = ROOT / "build" / "docs-source"
TARGET = ROOT / "build" / "docs"
MYST = ROOT / "node_modules" / "mystmd" / "dist" / "myst.cjs"
NOTEBOOKS = ROOT / "notebooks"
# What a widget looks like with a kernel; `scripts/pictures.py` takes these in a real JupyterLab.
PICTURES = {"Triage(": ("triage.png", "Triage"), "Review(": ("review.png", "Review")}
# Pages of the repository's root, under the names that the site gives them.
PAGES = {
    "README.md": "index.md",
    "CONTRIBUTING.md": "contributing.md",
    "CHANGELOG.md": "changelog.md",
}


def main() -> int:
    """Assemble, build and check; return 1 and say why where a page or a link is wrong."""
    assemble()
    build()
    broken = broken_links(TARGET)
    for row in broken:
        print(f"docs: {row}", file=sys.stderr)
    print(f"docs: {sum(1 for _ in TARGET.rglob('*.html'))} pages in {TARGET.relative_to(ROOT)}")
    return bool(broken)


def assemble() -> None:
    """Put everything that MyST is to read into one folder."""
    shutil.rmtree(SOURCE, ignore_errors=True)
    shutil.copytree(ROOT / "docs", SOURCE)
    for name, page in PAGES.items():
        text = (ROOT / name).read_text(encoding="utf-8")
        (SOURCE / page).write_text(for_the_site(text), encoding="utf-8", newline="\n")
    shutil.copy(ROOT / "LICENSE", SOURCE)
    for room in docs_reference.ROOMS:
        name = f"api-{room.replace('.', '-')}.md"
        (SOURCE / name).write_text(docs_reference.page(room), encoding="utf-8", newline="\n")
    (SOURCE / "commands.md").write_text(commands_page(), encoding="utf-8", newline="\n")
    execute(SOURCE)


def for_the_site(text: str) -> str:
    """Return a page of the root with its links as they are beside the others."""
    text = re.sub(r"\]\(docs/", "](", text)
    text = re.sub(r"\]\(notebooks/(\w+\.ipynb)\)", r"](\1)", text)
    for name, page in PAGES.items():
        text = text.replace(f"]({name}", f"]({page}")
    return text


def commands_page() -> str:
    """Return the reference of the command line: the help of each command."""
    parser = commands()
    (found,) = (a for a in parser._actions if hasattr(a, "choices") and a.dest == "command")
    parts = ["# Commands", f"```\n{parser.format_help().rstrip()}\n```"]
    for name, command in (found.choices or {}).items():
        parts.append(f"## `paperkit {name}`\n\n```\n{command.format_help().rstrip()}\n```")
    return "\n\n".join(parts) + "\n"


def execute(target: Path) -> None:
    """Run the four notebooks in an empty folder; put them beside the pages with their outputs."""
    with tempfile.TemporaryDirectory(prefix="paperkit-docs-") as folder:
        shutil.copy(NOTEBOOKS / "topics.toml", folder)
        for path in sorted(NOTEBOOKS.glob("0*.ipynb")):
            notebook = executed(Path(shutil.copy(path, folder)))
            pictured(notebook)
            written = nbformat.writes(notebook).replace(f"{folder}/", "").replace(folder, ".")
            (target / path.name).write_text(written, encoding="utf-8", newline="\n")


def pictured(notebook: nbformat.NotebookNode) -> None:
    """Put a picture after each cell that shows a widget, in place of the table saved for it."""
    cells = []
    for cell in notebook.cells:
        cells.append(cell)
        shown = any("widget-view+json" in str(o.get("data", {})) for o in cell.get("outputs", []))
        for call, (file, name) in PICTURES.items() if shown else ():
            if call in cell.source and (SOURCE / file).is_file():
                cell.outputs = []
                cells.append(nbformat.v4.new_markdown_cell(f"![{name} in JupyterLab]({file})"))
    notebook.cells = cells


def run_myst(folder: Path) -> None:
    """Let MyST build a site's pages; whatever it would fetch meets a door that is shut."""
    shut = {"HTTP_PROXY": "http://127.0.0.1:9", "HTTPS_PROXY": "http://127.0.0.1:9"}
    environment = {**os.environ, **shut, "NO_PROXY": "localhost,127.0.0.1", "NO_COLOR": "1"}
    log = folder / "myst.log"
    with log.open("w", encoding="utf-8") as out:  # a pipe would stay open with the theme's server
        process = subprocess.Popen(
            ["node", str(MYST), "build", "--html"],
            cwd=folder, env=environment, stdout=out, stderr=out, start_new_session=True,
        )  # fmt: skip
        code = process.wait()
    with contextlib.suppress(ProcessLookupError):  # MyST may leave that server behind
        os.killpg(process.pid, signal.SIGTERM)
    said = log.read_text(encoding="utf-8").splitlines()
    warned = [line for line in said if line.startswith(("⚠", "⛔"))]
    if code or warned:
        raise SystemExit("\n".join(warned or said[-40:]))


def build() -> None:
    """Make the pages and put them where they are looked for."""
    run_myst(SOURCE)
    made = SOURCE / "_build" / "html"
    for empty in (p for p in made.iterdir() if p.is_file() and not p.stat().st_size):
        empty.unlink()  # addresses that MyST asks of every theme
    shutil.rmtree(TARGET, ignore_errors=True)
    shutil.copytree(made, TARGET)


class _Links(HTMLParser):
    """What a page links to, and the places in it that one can link to."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.targets: list[str] = []
        self.ids: set[str] = set()
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Collect `href`, `src` and `id`."""
        found = dict(attrs)
        self.ids.add(found.get("id") or "")
        self.targets += [found[n] or "" for n in ("href", "src") if n in found]


def broken_links(folder: Path) -> list[str]:
    """Return each link of a folder's pages to a file or a section that is not there."""
    pages = {p: _Links(p.read_text(encoding="utf-8")) for p in folder.rglob("*.html")}
    broken = []
    for path, page in pages.items():
        for target in page.targets:
            address = urlsplit(target)
            if address.scheme or address.netloc:
                continue
            file = (path.parent / unquote(address.path)).resolve() if address.path else path
            known = pages[file].ids if file in pages else None
            section = unquote(address.fragment)
            if not file.is_file() or (section and known is not None and section not in known):
                broken.append(f"{path.relative_to(folder)}: {target} leads nowhere")
    return broken


if __name__ == "__main__":
    sys.exit(main())
