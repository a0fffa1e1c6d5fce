"""The command line: what people schedule (update, summarize, export), and the demo."""

from __future__ import annotations

import argparse
import json
import re
import shutil
import sys
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import paperkit
from paperkit import commands as start
from paperkit.errors import PaperkitError
from paperkit.outlines import language_tag
from paperkit.reprs import counted

if TYPE_CHECKING:
    from paperkit.library import Library


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; return 0, or 1 if something failed, 2 for wrong arguments.

    One line sums up what was done; ``--verbose`` prints a line per row before it, ``--json`` the
    rows alone, as one array. Errors and questions go to the error stream. Ctrl+C returns 130.
    """
    options = _parser().parse_args(arguments)
    if options.command is None:
        _parser().print_help()
        return 0
    try:
        done = options.run(options)
    except PaperkitError as error:
        print(f"paperkit: {_as_options(str(error), options)}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("paperkit: stopped. What was done is kept; run it again to go on.", file=sys.stderr)
        return 130
    if options.json:
        print(json.dumps(done.rows, ensure_ascii=False))
        return int(done.failed)
    for row in done.rows:
        if row.get("outcome") in _OPEN:
            print(f"paperkit: {_line(row)}", file=sys.stderr)
        elif options.verbose:
            print(_line(row))
    print(done.text or f"{options.command}: {done.summary}")
    return int(done.failed)


_OPEN = ("failed", "partial", "left")
"""Outcomes whose error a person should read, and after which a command can be run again."""


@dataclass(frozen=True)
class _Done:
    """What a command did: its rows, one line about them, and whether something failed."""

    rows: list[dict[str, Any]]
    summary: str = ""
    failed: bool = False
    text: str = ""  # instead of the summary


def _as_options(message: str, options: argparse.Namespace) -> str:
    """Return an error with the arguments it names as this command's options."""

    def option(match: re.Match[str]) -> str:
        name, value = match.groups()
        if name not in vars(options):
            return match[0]
        return f"--{name}" if value == "True" else f"--{name} {value.strip(chr(39))}"

    return re.sub(r"\b(\w+)=(True|'[^']*')", option, message)


_CODES = """exit codes:
  0    done
  1    something failed, is not complete, or was refused; the error stream says what
  2    wrong arguments; nothing was started
  130  stopped with Ctrl+C
"""
_EPILOG = f"""{_CODES}
examples:
  paperkit new my-papers
  paperkit update my-papers/library my-papers/topics.toml
  paperkit summarize my-papers/library --model gemini:gemini-3.8-flash
  paperkit export week.post.ipynb my-blog

`paperkit COMMAND --help` says more about each command.
"""
_GROUPS = {
    "getting started": "new demo doctor skill",
    "every week": "update summarize export lint",
    "looking after a library": "backup restore dump verify compact merge remove",
}
_EXAMPLES = {
    "new": ["new my-papers"],
    "demo": ["demo build/demo"],
    "doctor": ["doctor", "doctor --json"],
    "skill": ["skill > SKILL.md"],
    "update": [
        "update library topics.toml",
        "update library topics.toml --topic NeRF --since 2024-11-30",
        "update library topics.toml --seeds zotero.bib",
    ],
    "summarize": [
        "summarize library",
        "summarize library --topic NeRF --model gemini:gemini-3.8-flash --language zh",
        "summarize library --no-download --json",
    ],
    "export": [
        "export week.post.ipynb my-blog",
        "export week.post.ipynb new-blog --flavor hugo --create",
        "export week.post.ipynb my-blog --draft",
    ],
    "lint": ["lint my-blog/source/_posts/*.md --language en"],
    "backup": ["backup library /media/disk/library-backup"],
    "restore": ["restore library-backup library"],
    "dump": ["dump library everything"],
    "verify": ["verify library", "verify library --json"],
    "compact": ["compact library"],
    "merge": ["merge library laptop/library"],
    "remove": ["remove library 2411.05184", "remove library 2411.05184 2411.00001 --yes"],
}


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="paperkit",
        usage="paperkit [-h] [--version] COMMAND [--json] [--verbose] ...",
        description="Triage, read, summarize and publish arXiv papers.",
        epilog=_EPILOG,
        formatter_class=_as_written,
        parents=[_told()],
    )
    parser.add_argument("--version", action="version", version=f"paperkit {paperkit.__version__}")
    parser.set_defaults(json=False, verbose=False)
    commands = parser.add_subparsers(prog="paperkit", dest="command", help=argparse.SUPPRESS)
    for add in (
        _start_options,
        _update_options,
        _summarize_options,
        _export_options,
        _lint_options,
        _library_options,
    ):
        add(commands)
    for group, names in _GROUPS.items():
        rows = [f"  {name:10} {commands.choices[name].description}" for name in names.split()]
        parser.description = "\n".join([f"{parser.description}\n", f"{group}:", *rows])
    return parser


def _as_written(prog: str) -> argparse.HelpFormatter:
    """Return a formatter that keeps lines as written and commands beside their descriptions."""
    return argparse.RawDescriptionHelpFormatter(prog, max_help_position=28)


def _command(
    commands: _Commands, name: str, run: Callable[[argparse.Namespace], _Done], text: str
) -> argparse.ArgumentParser:
    """Add a command whose help shows examples and exit codes."""
    shown = "\n".join(f"  paperkit {example}" for example in _EXAMPLES[name])
    command: argparse.ArgumentParser = commands.add_parser(
        name,
        description=f"{text[0].upper()}{text[1:]}.",
        epilog=f"examples:\n{shown}\n\n{_CODES}",
        formatter_class=_as_written,
        parents=[_told()],
    )
    command.set_defaults(run=run)
    return command


_Commands = Any  # argparse has no public name for it


def _told() -> argparse.ArgumentParser:
    """Return the flags taken before and after the command; one not given overrides none."""
    told = argparse.ArgumentParser(add_help=False, argument_default=argparse.SUPPRESS)
    told.add_argument("--json", action="store_true", help="print one JSON array, nothing else")
    told.add_argument(
        "--verbose", action="store_true", help="also print a line per paper, topic or file"
    )
    return told


def _given(check: Callable[[str], str]) -> Callable[[str], str]:
    """Return a check of an argument whose error argparse prints, before anything is started."""

    def checked(value: str) -> str:
        try:
            return check(value)
        except PaperkitError as error:
            raise argparse.ArgumentTypeError(str(error)) from error

    return checked


def _day(value: str) -> str:
    try:
        return date.fromisoformat(value).isoformat()
    except ValueError as error:
        raise PaperkitError(f"{value!r}: not a date; write one like 2024-11-30.") from error


def _start_options(commands: _Commands) -> None:
    text = "make a folder with notebooks and topics of your own"
    new = _command(commands, "new", _new, text)
    new.add_argument("folder", help="the folder to make")
    text = "run the tutorial notebooks on the bundled sample, without a browser"
    demo = _command(commands, "demo", _demo, text)
    demo.add_argument("folder", help="where posts and charts go")
    demo.add_argument("--notebooks", help="the folder of the notebooks; default: paperkit's own")
    _command(commands, "doctor", _doctor, "list what this environment has and what it lacks")
    _command(commands, "skill", _skill, "print instructions for an AI agent (SKILL.md)")


def _update_options(commands: _Commands) -> None:
    update = _command(commands, "update", _update, "search arXiv for your topics, add what is new")
    update.add_argument("library", help="the library's folder; made if it does not exist")
    update.add_argument("topics", help="the topics file (TOML)")
    update.add_argument("--topic", action="append", help="only this topic; may be repeated")
    update.add_argument("--since", type=_given(_day), help="start at this day, like 2024-11-30")
    update.add_argument(
        "--seeds", help="papers you know (.bib, .ris or .json); new ones are ranked by them"
    )


def _summarize_options(commands: _Commands) -> None:
    text = "read and summarize the papers you kept"
    summarize = _command(commands, "summarize", _summarize, text)
    summarize.add_argument("library", help="the library's folder")
    summarize.add_argument("--topic", help="only papers of this topic")
    summarize.add_argument(
        "--model",
        default="extractive",
        help="extractive (offline, the default), gemini:NAME, genai:NAME or openai:NAME",
    )
    summarize.add_argument(
        "--language",
        type=_given(language_tag),
        default="en",
        help="the language of the answers, as a BCP-47 tag like zh; default: en",
    )
    summarize.add_argument(
        "--no-download", action="store_true", help="fetch nothing; read the PDFs already there"
    )


def _export_options(commands: _Commands) -> None:
    export = _command(commands, "export", _export, "export a post's notebook to a blog")
    export.add_argument("notebook", help="the notebook that compose() wrote")
    export.add_argument("folder", help="the blog's root folder")
    export.add_argument(
        "--flavor", help="hexo, hugo, jekyll, quarto, myst …; default: the folder's own"
    )
    export.add_argument(
        "--create", action="store_true", help="make the folder a site; default: Hexo's"
    )
    export.add_argument(
        "--draft", action="store_true", help="export unapproved papers too, as a marked draft"
    )
    export.add_argument("--library", help="the library's folder, if it moved")
    export.add_argument(
        "--assets", default="", help="upload the figures to this fsspec URL, like s3://bucket/x"
    )
    export.add_argument(
        "--record",
        action=argparse.BooleanOptionalAction,
        help="record the papers as published; default: if the folder is a site",
    )


def _lint_options(commands: _Commands) -> None:
    lint = _command(commands, "lint", _lint, "check published Markdown for faults")
    lint.add_argument("files", nargs="+", metavar="FILE", help="a post's Markdown file")
    lint.add_argument(
        "--language", default="zh", type=_given(language_tag), help="its language; default: zh"
    )


def _library_options(commands: _Commands) -> None:
    """Add the commands that look after a library's folder; `docs/library.md` explains each."""
    kept: dict[str, tuple[Callable[[argparse.Namespace], _Done], str, str]] = {
        "backup": (_backup, "copy a library to another folder", "where the copy goes"),
        "restore": (_restore, "make a library from a backup or a dump", "the folder to make"),
        "dump": (_dump, "write everything as JSON Lines, CSV, PDFs and images", "where it goes"),
        "verify": (_verify, "check a library for damage and repair what can be repaired", ""),
        "compact": (_compact, "give unused disk space back", ""),
        "merge": (_merge, "add what another library holds", "the other library's folder"),
        "remove": (_remove, "remove papers for good", ""),
    }
    for name, (run, text, second) in kept.items():
        command = _command(commands, name, run, text)
        first = "the backup or dump" if name == "restore" else "the library's folder"
        command.add_argument("library", metavar="source" * (name == "restore") or None, help=first)
        if second:
            command.add_argument("other" if name == "merge" else "to", help=second)
    command.add_argument("ids", nargs="+", help="the papers' arXiv ids")
    command.add_argument("--yes", action="store_true", help="don't ask for confirmation")


def _new(options: argparse.Namespace) -> _Done:
    made = start.new(options.folder)
    opened = f"{len(made)} files in {options.folder}; open them with `jupyter lab {options.folder}`"
    return _Done([{"id": str(path)} for path in made], opened)


def _doctor(_: argparse.Namespace) -> _Done:
    rows = start.doctor()
    first, second = (max(len(row[key]) for row in rows) for key in ("id", "found"))
    lines = []
    for row in rows:
        there = "yes" if row["ok"] else "no "
        lines.append(f"{there}  {row['id']:{first}}  {row['found']:{second}}  {row['use']}")
    lacking = [row["id"] for row in rows if row["needed"] and not row["ok"]]
    said = f"doctor: needed, but not there: {', '.join(lacking)}"
    lines.append(said if lacking else "doctor: all that is needed is there; the rest is optional")
    return _Done(rows, failed=bool(lacking), text="\n".join(lines))


def _skill(_: argparse.Namespace) -> _Done:
    text = start.skill()
    return _Done([{"id": "skill", "text": text}], text=text.rstrip())


def _line(row: dict[str, Any]) -> str:
    """Return a row as a line: its outcome, what else it has, and the error in its own words."""
    bare = {key: row.get(key) for key in ("outcome", "error", "finding")}
    rest = [f"{k} {v}" for k, v in row.items() if k not in {"id", *bare} and v not in ("", None, 0)]
    outcome, *told = (value for value in bare.values() if value or value is None)
    parts = [str(row["id"]), ", ".join(filter(None, [outcome, *rest])), *filter(None, told)]
    return ": ".join(filter(None, parts))


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
    return _done(rows, "topic", ("new", "updated", "completed"))


def _summarize(options: argparse.Namespace) -> _Done:
    from paperkit.batch import model_named, read, summarize

    library = _opened(options.library)
    kept = library.papers(topic=options.topic, decision="keep")
    model = model_named(options.model)
    if not len(kept):
        return _Done([], "no paper is kept; decide in Triage first")
    was_read = read(kept, library, download=not options.no_download)
    rows = _rows(summarize(kept, library, model, language=options.language))
    # A PDF that could not be read is a failure, though its abstract was summarized.
    unread = _rows(was_read[was_read["outcome"] == "failed"])
    done = _done(unread + rows, "paper")
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
    said = f"{_many(len(found), 'problem')}, {len(found) - left} repaired" if rows else "no damage"
    return _Done(rows, said, left > 0)


def _compact(options: argparse.Namespace) -> _Done:
    freed = _opened(options.library).compact()
    return _Done([{"id": options.library, "bytes": freed}], f"{freed:,} bytes freed")


def _merge(options: argparse.Namespace) -> _Done:
    conflicts = _opened(options.library).merge(_opened(options.other))
    rows = _rows(conflicts)
    return _Done(rows, f"{_many(len(rows), 'conflict')}; the newer entry stands")


def _remove(options: argparse.Namespace) -> _Done:
    library = _opened(options.library)
    titles = [library.paper(id).title for id in options.ids]
    if not options.yes:
        listed = "\n".join(f"  {title}" for title in titles)
        count = str(len(titles))
        first = _asked(f"{listed}\nRemove them, with everything that belongs to them? Type yes: ")
        if first != "yes" or _asked(f"This can't be undone. How many? Type {count}: ") != count:
            raise PaperkitError(f"{options.library}: nothing was removed.")
    gone = library.remove(options.ids)
    return _Done([{"id": id} for id in gone], f"{_many(len(gone), 'paper')} removed")


def _asked(question: str) -> str:
    """Return the answer of whoever sits at the terminal; the output stays free for the rows."""
    print(question, end="", file=sys.stderr, flush=True)
    if line := sys.stdin.readline():
        return line.strip()
    raise PaperkitError("remove: nobody is there to confirm; nothing was removed. Add --yes.")


def _rows(report: Any) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = json.loads(
        report.reset_index().to_json(orient="records", force_ascii=False)
    )
    return rows


def _done(rows: list[dict[str, Any]], what: str, sums: Sequence[str] = ()) -> _Done:
    """Sum up a report: how many rows, of which outcomes, and the totals of some columns."""
    outcomes = Counter(row["outcome"] for row in rows)
    parts = [", ".join(f"{count} {name}" for name, count in outcomes.items())]
    totals = [f"{sum(row[name] or 0 for row in rows)} {name}" for name in sums]
    parts.append(", ".join(totals).replace(" ", " papers ", 1))
    said = "; ".join(filter(None, parts))
    many = _many(len({row["id"] for row in rows}), what)
    return _Done(rows, f"{many}: {said}" if said else many, "failed" in outcomes)


def _many(count: int, what: str) -> str:
    return counted(count, what) or f"0 {what}s"


def _export(options: argparse.Namespace) -> _Done:
    from paperkit.posts import export
    from paperkit.posts.sites import flavor_for, is_recorded

    library = _opened(options.library) if options.library else None
    if not Path(options.notebook).is_file():
        raise PaperkitError(f"{options.notebook}: no such notebook; compose() writes one.")
    flavor = flavor_for(options.folder, options.flavor, create=options.create)
    draft, record = options.draft, options.record
    text, *figures = export(
        options.notebook, options.folder, flavor=flavor, create=options.create, draft=draft,
        library=library, assets=options.assets, record=record,
    )  # fmt: skip
    where = options.assets or _many(len(figures), "figure")
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
            why = getattr(error, "strerror", None) or "not UTF-8"
            raise PaperkitError(f"{name}: can't be read ({why}); name a text file.") from error
        for found in lint_text(text, options.language):
            row = {"id": name, "outcome": "failed", "paper": found.question, "code": found.code}
            rows.append({**row, "finding": found.message})
    said = f"{_many(len(options.files), 'file')}, {_many(len(rows), 'finding')}"
    return _Done(rows, said, bool(rows))


def _demo(options: argparse.Namespace) -> _Done:
    """Execute copies of the notebooks in order, in a folder of their own."""
    from paperkit.posts.notebooks import executed, show

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
        print(f"demo: running {name.name}", file=sys.stderr)
        show(executed(folder / name.name), folder / f"{name.stem}.html")
    made = [p for kind in ("*.html", "*.svg", "posts/**/*.md") for p in sorted(folder.glob(kind))]
    return _Done([{"id": str(p)} for p in made], f"{len(made)} files; open {made[0]} in a browser")


if __name__ == "__main__":
    sys.exit(main())
