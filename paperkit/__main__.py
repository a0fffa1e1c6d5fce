"""The command line: what people schedule (update, summarize, export), and the demo."""

from __future__ import annotations

import argparse
import json
import shutil
import subprocess
import sys
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import paperkit
from paperkit import commands as start
from paperkit.errors import PaperkitError

if TYPE_CHECKING:
    from paperkit.library import Library


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; return 0, or 1 when something failed (said on the error stream).

    One line sums up what was done; ``--verbose`` prints a line per row before it, ``--json`` the
    rows alone. Wrong arguments exit with 2, before anything is done.
    """
    parser = _parser()
    options = parser.parse_args(arguments)
    if options.command is None:
        parser.print_help()
        return 0
    try:
        done = options.run(options)
    except PaperkitError as error:
        print(f"paperkit: {error}", file=sys.stderr)
        return 1
    if options.json:
        print(json.dumps(done.rows, ensure_ascii=False))
        return int(done.failed)
    for row in done.rows:
        if row.get("outcome") in _OPEN:
            print(f"paperkit: {_line(row)}", file=sys.stderr)
        elif options.verbose or done.listed:
            print(_line(row))
    if done.text:
        print(done.text)
        return 0
    print(f"{options.command}: {done.summary}")
    return int(done.failed)


_OPEN = ("failed", "partial", "left")
"""Outcomes whose error a person should read, and after which a command can be run again."""


@dataclass(frozen=True)
class _Done:
    """What a command did: its rows, one line about them, and whether something failed."""

    rows: list[dict[str, Any]]
    summary: str
    failed: bool = False
    listed: bool = False  # its rows are what one asked for
    text: str = ""  # instead of the summary


_CODES = """exit codes:
  0  all went well
  1  something failed or is not whole, or a post was refused: the error stream says what
  2  wrong arguments; nothing was begun

examples:
  paperkit new my-papers
  paperkit update my-papers/library my-papers/topics.toml
  paperkit summarize my-papers/library --model gemini:gemini-3.8-flash
  paperkit export week.post.ipynb my-blog

`paperkit COMMAND --help` has more.
"""
_EXAMPLES = {
    "update": "update library topics.toml --topic NeRF --since 2024-11-30",
    "summarize": "summarize library --topic NeRF --model gemini:gemini-3.8-flash --language zh",
    "export": "export week.post.ipynb my-blog --flavor hugo --create",
    "backup": "backup library /media/disk/library-backup",
    "dump": "dump library everything",
    "restore": "restore library-backup library",
    "verify": "verify library --json",
    "compact": "compact library",
    "merge": "merge library laptop/library",
    "remove": "remove library 2411.05184 --yes",
    "lint": "lint my-blog/source/_posts/*.md --language en",
    "demo": "demo build/demo",
    "new": "new my-papers",
    "doctor": "doctor --json",
    "skill": "skill > SKILL.md",
}


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="paperkit",
        description="Triage, read, summarize and publish arXiv papers.",
        epilog=_CODES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        parents=[_told()],
    )
    parser.add_argument("--version", action="version", version=f"paperkit {paperkit.__version__}")
    parser.set_defaults(json=False, verbose=False)
    commands = parser.add_subparsers(metavar="COMMAND", dest="command")
    for add in (
        _update_options,
        _summarize_options,
        _export_options,
        _lint_options,
        _library_options,
        _demo_options,
        _start_options,
    ):
        add(commands)
    for name, command in commands.choices.items():
        command.epilog = f"example: paperkit {_EXAMPLES[name]}"
    return parser


def _told() -> argparse.ArgumentParser:
    """Return the flags taken before and after the command; one not given overrides none."""
    told = argparse.ArgumentParser(add_help=False, argument_default=argparse.SUPPRESS)
    told.add_argument("--json", action="store_true", help="one JSON array instead of lines")
    told.add_argument("--verbose", action="store_true", help="also a line per paper, topic, file")
    return told


_Commands = Any  # argparse has no public name for it


def _update_options(commands: _Commands) -> None:
    text = "search arXiv for topics and add what is new"
    update = commands.add_parser("update", help=text, parents=[_told()])
    update.add_argument("library", help="the library's folder")
    update.add_argument("topics", help="the topics file (TOML)")
    update.add_argument("--topic", action="append", help="only this topic (may be repeated)")
    update.add_argument("--since", help="from this day on, like 2024-11-30")
    update.add_argument("--seeds", help="what you read already: a .bib, .ris or .json file")
    update.set_defaults(run=_update)


def _summarize_options(commands: _Commands) -> None:
    text = "read and summarize the papers kept"
    summarize = commands.add_parser("summarize", help=text, parents=[_told()])
    summarize.add_argument("library", help="the library's folder")
    summarize.add_argument("--topic", help="only papers of this topic")
    summarize.add_argument(
        "--model", default="extractive", help="extractive, gemini:NAME, genai:NAME, openai:NAME"
    )
    summarize.add_argument("--language", default="en", help="BCP-47 tag, like zh")
    summarize.add_argument("--no-download", action="store_true", help="read only PDFs at hand")
    summarize.set_defaults(run=_summarize)


def _export_options(commands: _Commands) -> None:
    text = "export a post's notebook to a blog"
    export = commands.add_parser("export", help=text, parents=[_told()])
    export.add_argument("notebook", help="the notebook that compose() made")
    export.add_argument("folder", help="the blog's root folder")
    export.add_argument("--flavor", help="hexo, hugo, jekyll …; by default that of the folder")
    export.add_argument(
        "--create", action="store_true", help="make the folder a site, Hexo's by default"
    )
    export.add_argument("--draft", action="store_true", help="also what isn't approved yet")
    export.add_argument("--library", help="the library's folder, if it moved")
    export.add_argument("--assets", default="", help="an fsspec URL for the figures")
    export.add_argument(
        "--record",
        action=argparse.BooleanOptionalAction,
        help="put the papers on record as published; by default where the folder is a site",
    )
    export.set_defaults(run=_export)


def _library_options(commands: _Commands) -> None:
    """Add the commands that look after a library's folder; `docs/library.md` explains each."""
    kept = {
        "backup": (_backup, "copy a library to a folder", "to"),
        "dump": (_dump, "write everything out as JSON Lines, CSV, PDFs and images", "to"),
        "restore": (_restore, "make a library from a backup or a dump", "to"),
        "verify": (_verify, "check a library and repair what can be", ""),
        "compact": (_compact, "give unused room back to the disk", ""),
        "merge": (_merge, "take over what another library holds", "other"),
        "remove": (_remove, "take papers out for good", ""),
    }
    for name, (run, text, second) in kept.items():
        command = commands.add_parser(name, help=text, parents=[_told()])
        command.add_argument("library", help="the library's folder, or what to restore")
        if second:
            command.add_argument(second, help="the other folder")
        command.set_defaults(run=run)
    command.add_argument("ids", nargs="+", help="the papers' arXiv ids")
    command.add_argument("--yes", action="store_true", help="don't ask")


def _lint_options(commands: _Commands) -> None:
    text = "check Markdown that is published already"
    lint = commands.add_parser("lint", help=text, parents=[_told()])
    lint.add_argument("files", nargs="+", metavar="FILE", help="a post's Markdown file")
    lint.add_argument("--language", default="zh", help="the language it is written in, like en")
    lint.set_defaults(run=_lint)


def _demo_options(commands: _Commands) -> None:
    text = "run the notebooks headless on the bundled sample"
    demo = commands.add_parser("demo", help=text, parents=[_told()])
    demo.add_argument("folder", help="where posts and charts go")
    demo.add_argument("--notebooks", help="the folder of the notebooks; by default paperkit's own")
    demo.set_defaults(run=_demo)


def _start_options(commands: _Commands) -> None:
    text = "make a folder with notebooks and topics of your own"
    new = commands.add_parser("new", help=text, parents=[_told()])
    new.add_argument("folder", help="the folder to make")
    new.set_defaults(run=_new)
    text = "say what this environment has and lacks"
    commands.add_parser("doctor", help=text, parents=[_told()]).set_defaults(run=_doctor)
    text = "print what an agent should know"
    commands.add_parser("skill", help=text, parents=[_told()]).set_defaults(run=_skill)


def _new(options: argparse.Namespace) -> _Done:
    made = start.new(options.folder)
    opened = f"{len(made)} files in {options.folder}; open them with: jupyter lab {options.folder}"
    return _Done([{"id": str(path)} for path in made], opened)


def _doctor(_: argparse.Namespace) -> _Done:
    rows = start.doctor()
    said = f"{sum(row['ok'] for row in rows)} of {len(rows)} are there; the others are optional"
    return _Done(rows, said, listed=True)


def _skill(_: argparse.Namespace) -> _Done:
    text = start.skill()
    return _Done([{"id": "skill", "text": text}], "", text=text.rstrip())


def _line(row: dict[str, Any]) -> str:
    said = [f"{k} {v}" for k, v in row.items() if k != "id" and v not in ("", None)]
    return f"{row['id']}: {', '.join(said)}" if said else str(row["id"])


_DEMO = ".paperkit-demo"
"""The file that marks a folder as made by the demo."""


def _update(options: argparse.Namespace) -> _Done:
    from paperkit.batch import update
    from paperkit.library import Library
    from paperkit.topics import load_topics

    topics = load_topics(options.topics)
    if unknown := [t for t in options.topic or () if t not in topics]:
        raise PaperkitError(f"{unknown[0]!r}: no such topic; there are {', '.join(topics)}.")
    wanted = [topics[t] for t in options.topic or topics]
    library = Library(options.library)
    rows = _rows(update(wanted, library, since=options.since, seeds=options.seeds))
    return _done(rows, "topics", ("new", "updated", "completed"))


def _summarize(options: argparse.Namespace) -> _Done:
    from paperkit.batch import model_named, read, summarize

    library = _opened(options.library)
    kept = library.papers(topic=options.topic, decision="keep")
    model = model_named(options.model)
    was_read = read(kept, library, download=not options.no_download)
    rows = _rows(summarize(kept, library, model, language=options.language))
    # A PDF that could not be read is a failure, though its abstract was summarized.
    unread = _rows(was_read[was_read["outcome"] == "failed"])
    done = _done(unread + rows, "papers")
    return replace(done, failed=any(row["outcome"] in _OPEN for row in done.rows))


def _opened(folder: str) -> Library:
    from paperkit.library import Library

    if not (Path(folder) / "library.db").is_file():
        raise PaperkitError(f"{folder}: no library there; make one with update.")
    return Library(folder)


def _backup(options: argparse.Namespace) -> _Done:
    return _made(_opened(options.library).backup(options.to))


def _dump(options: argparse.Namespace) -> _Done:
    return _made(_opened(options.library).dump(options.to))


def _restore(options: argparse.Namespace) -> _Done:
    from paperkit.library import Library

    return _made(Library.restore(options.library, options.to).path)


def _made(path: Path) -> _Done:
    return _Done([{"id": str(path)}], str(path))


def _verify(options: argparse.Namespace) -> _Done:
    found = _opened(options.library).verify()
    rows = _rows(found.rename(columns={"thing": "id"}).set_index("id"))
    left = int((~found["repaired"]).sum())
    said = f"{len(found)} problems, {len(found) - left} repaired" if rows else "all is well"
    return _Done(rows, said, left > 0)


def _compact(options: argparse.Namespace) -> _Done:
    freed = _opened(options.library).compact()
    return _Done([{"id": options.library, "bytes": freed}], f"{freed:,} bytes freed")


def _merge(options: argparse.Namespace) -> _Done:
    conflicts = _opened(options.library).merge(_opened(options.other))
    rows = _rows(conflicts)
    return _Done(rows, f"{len(rows)} conflicts, the newer word stands in each")


def _remove(options: argparse.Namespace) -> _Done:
    library = _opened(options.library)
    titles = [library.paper(id).title for id in options.ids]
    if not options.yes:
        listed = "\n".join(f"  {title}" for title in titles)
        count = str(len(titles))
        first = input(f"{listed}\nRemove with all that belongs to them? Type yes: ")
        second = first == "yes" and input(f"It can't be undone. How many papers? Type {count}: ")
        if second != count:
            raise PaperkitError(f"{options.library}: nothing was removed.")
    gone = library.remove(options.ids)
    return _Done([{"id": id} for id in gone], f"{len(gone)} papers removed")


def _rows(report: Any) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = json.loads(
        report.reset_index().to_json(orient="records", force_ascii=False)
    )
    return rows


def _done(rows: list[dict[str, Any]], what: str, sums: Sequence[str] = ()) -> _Done:
    """Sum up a report: how many rows, of which outcomes, and the totals of some columns."""
    outcomes = Counter(row["outcome"] for row in rows)
    counts = {**outcomes, **{f"papers {n}": sum(row[n] or 0 for row in rows) for n in sums}}
    said = ", ".join(f"{count} {name}" for name, count in counts.items())
    many = len({row["id"] for row in rows})
    return _Done(rows, f"{many} {what}" + (f": {said}" if said else ""), "failed" in outcomes)


def _export(options: argparse.Namespace) -> _Done:
    from paperkit.posts import export
    from paperkit.posts.sites import flavor_for, is_recorded

    library = _opened(options.library) if options.library else None
    flavor = flavor_for(options.folder, options.flavor, create=options.create)
    draft, record = options.draft, options.record
    text, *figures = export(
        options.notebook, options.folder, flavor=flavor, draft=draft, library=library,
        assets=options.assets, record=record,
    )  # fmt: skip
    where = options.assets or f"{len(figures)} figures"
    recorded = is_recorded(options.folder, flavor, draft=draft, record=record)
    known = "on record as published" if recorded else "not on record as published"
    rows = [{"id": str(path)} for path in (text, *figures)]
    return _Done(rows, f"{text}, {where}, {'a draft' if draft else known}")


def _lint(options: argparse.Namespace) -> _Done:
    """Print every finding, and fail when there is one: a scheduled run is to notice."""
    from paperkit.checks import lint_text

    rows = []
    for name in options.files:
        try:
            text = Path(name).read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError) as error:
            raise PaperkitError(f"{name}: can't be read ({error}); name a text file.") from error
        for found in lint_text(text, options.language):
            row = {"id": name, "outcome": "failed", "paper": found.question, "code": found.code}
            rows.append({**row, "finding": found.message})
    many = len(options.files)
    said = f"{many} file{'s' * (many > 1)}, {len(rows)} finding{'s' * (len(rows) != 1)}"
    return _Done(rows, said, bool(rows))


def _demo(options: argparse.Namespace) -> _Done:
    """Execute copies of the notebooks in order, in a folder of their own."""
    folder = Path(options.folder)
    source = Path(options.notebooks) if options.notebooks else start.sample_notebooks()
    if not (names := sorted(source.glob("0*.ipynb"))):
        raise PaperkitError(f"{source}: no notebooks; leave --notebooks out for the sample's.")
    if folder.exists():
        if not (folder / _DEMO).is_file() or source.resolve().is_relative_to(folder.resolve()):
            raise PaperkitError(f"{folder}: exists and is no earlier demo's; name a new folder.")
        shutil.rmtree(folder)
    shutil.copytree(source, folder, ignore=shutil.ignore_patterns("library", "posts", "*.post.*"))
    said = "Made by paperkit demo, which may remove this folder.\n"
    (folder / _DEMO).write_text(said, encoding="utf-8", newline="\n")
    for name in names:
        command = [sys.executable, "-m", "nbconvert", "--execute", "--to", "html"]
        # Without stored state a widget shows its light fallback instead of nothing.
        command += ["--ExecutePreprocessor.store_widget_state=False", name.name]
        done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)  # noqa: S603 our own
        if done.returncode:
            raise PaperkitError(f"{name}: stopped with an error:\n{done.stderr[-2000:]}")
    made = [p for kind in ("*.html", "*.svg", "posts/**/*.md") for p in sorted(folder.glob(kind))]
    return _Done([{"id": str(p)} for p in made], f"{len(made)} files in {folder}")


if __name__ == "__main__":
    sys.exit(main())
