"""The command line: what people schedule (update, summarize, export), and the demo."""

from __future__ import annotations

import argparse
import json
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from paperkit.errors import PaperkitError


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; return 0, or 1 when something failed (said on the error stream)."""
    options = _parser().parse_args(arguments)
    try:
        result, failed = options.run(options)
    except PaperkitError as error:
        print(f"paperkit: {error}", file=sys.stderr)
        return 1
    if options.json:
        print(json.dumps(result, ensure_ascii=False))
    else:
        for row in result:
            print(_line(row))
    return int(failed)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="paperkit", description=__doc__)
    parser.add_argument("--json", action="store_true", help="one JSON array instead of lines")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    update = commands.add_parser("update", help="search arXiv for topics and add what is new")
    update.add_argument("library", help="the library's folder")
    update.add_argument("topics", help="the topics file (TOML)")
    update.add_argument("--topic", action="append", help="only this topic (may be repeated)")
    update.add_argument("--since", help="from this day on, like 2024-11-30")
    update.set_defaults(run=_update)
    summarize = commands.add_parser("summarize", help="read and summarize the papers kept")
    summarize.add_argument("library", help="the library's folder")
    summarize.add_argument("--topic", help="only papers of this topic")
    summarize.add_argument(
        "--model", default="extractive", help="extractive, gemini:NAME, genai:NAME, openai:NAME"
    )
    summarize.add_argument("--language", default="en", help="BCP-47 tag, like zh")
    summarize.add_argument("--no-download", action="store_true", help="read only PDFs at hand")
    summarize.set_defaults(run=_summarize)
    export = commands.add_parser("export", help="export a post's notebook to a blog")
    export.add_argument("notebook", help="the notebook that compose() made")
    export.add_argument("folder", help="the blog's root folder")
    export.add_argument("--flavor", default="hexo", help="hexo, hugo, jekyll, quarto, myst, …")
    export.add_argument("--draft", action="store_true", help="also what isn't approved yet")
    export.set_defaults(run=_export)
    demo = commands.add_parser("demo", help="run the notebooks headless on the bundled sample")
    demo.add_argument("folder", help="where posts and charts go")
    demo.add_argument("--notebooks", default="notebooks", help="the folder of the notebooks")
    demo.set_defaults(run=_demo)
    return parser


def _line(row: dict[str, Any]) -> str:
    said = [f"{k} {v}" for k, v in row.items() if k != "id" and v not in ("", None)]
    return f"{row['id']}: {', '.join(said)}" if said else str(row["id"])


_DEMO = ".paperkit-demo"
"""The file that marks a folder as made by the demo."""

_Result = tuple[list[dict[str, Any]], bool]


def _update(options: argparse.Namespace) -> _Result:
    from paperkit.batch import update
    from paperkit.library import Library
    from paperkit.topics import load_topics

    topics = load_topics(options.topics)
    if unknown := [t for t in options.topic or () if t not in topics]:
        raise PaperkitError(f"{unknown[0]!r}: no such topic; there are {', '.join(topics)}.")
    wanted = [topics[t] for t in options.topic or topics]
    return _rows(update(wanted, Library(options.library), since=options.since))


def _summarize(options: argparse.Namespace) -> _Result:
    from paperkit.batch import model_named, read, summarize
    from paperkit.library import Library

    if not (Path(options.library) / "library.db").is_file():
        raise PaperkitError(f"{options.library}: no library there; make one with update.")
    library = Library(options.library)
    kept = library.papers(topic=options.topic, decision="keep")
    model = model_named(options.model)
    was_read = read(kept, library, download=not options.no_download)
    rows, failed = _rows(summarize(kept, library, model, language=options.language))
    if options.no_download:
        return rows, failed
    # A PDF that could not be read is a failure, though its abstract was summarized.
    unread, also = _rows(was_read[was_read["outcome"] == "failed"])
    return unread + rows, failed or also


def _rows(report: Any) -> _Result:
    rows = json.loads(report.reset_index().to_json(orient="records", force_ascii=False))
    return rows, bool((report["outcome"] == "failed").any())


def _export(options: argparse.Namespace) -> _Result:
    from paperkit.posts import export

    paths = export(options.notebook, options.folder, flavor=options.flavor, draft=options.draft)
    return [{"id": str(path)} for path in paths], False


def _demo(options: argparse.Namespace) -> _Result:
    """Execute copies of the notebooks in order, in a folder of their own."""
    folder, source = Path(options.folder), Path(options.notebooks)
    if not (names := sorted(source.glob("0*.ipynb"))):
        raise PaperkitError(f"{source}: no notebooks; run it in a checkout of paperkit.")
    if folder.exists():
        if not (folder / _DEMO).is_file() or source.resolve().is_relative_to(folder.resolve()):
            raise PaperkitError(f"{folder}: exists and is no earlier demo's; name a new folder.")
        shutil.rmtree(folder)
    shutil.copytree(source, folder, ignore=shutil.ignore_patterns("library", "posts", "*.post.*"))
    (folder / _DEMO).write_text("Made by paperkit demo, which may remove this folder.\n")
    for name in names:
        command = [sys.executable, "-m", "nbconvert", "--execute", "--to", "html"]
        # Without stored state a widget shows its light fallback instead of nothing.
        command += ["--ExecutePreprocessor.store_widget_state=False", name.name]
        done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)  # noqa: S603 our own
        if done.returncode:
            raise PaperkitError(f"{name}: stopped with an error:\n{done.stderr[-2000:]}")
    made = [p for kind in ("*.html", "*.svg", "posts/**/*.md") for p in sorted(folder.glob(kind))]
    return [{"id": str(p)} for p in made], False


if __name__ == "__main__":
    sys.exit(main())
