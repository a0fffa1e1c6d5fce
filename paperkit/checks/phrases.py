"""Phrases: the wordings that give away text no one wrote for readers, as tables to extend.

A table maps a finding's code to regular expressions. Tables of all languages are applied to
every text, for a Chinese write-up may hold an English refusal. To add wordings of your own, or
another language, everywhere: `PHRASES_FILE`. For one check: pass
``PHRASES.extended("filler", r"hope this helps")`` as ``phrases=``.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property, lru_cache
from importlib import resources
from pathlib import Path

from paperkit.errors import PaperkitError

PHRASES_FILE = "PAPERKIT_PHRASES"
"""The environment variable that names tables of one's own: a file, or a folder of ``*.txt``.

They are as ``wordings/en.txt``: a code in brackets, then one regular expression a line.
"""

_QUOTED = re.compile(r"“[^”\n]{2,60}”|「[^」\n]{2,60}」|《[^》\n]{2,80}》")
_CJK = re.compile(r"[\u3001-\u9fff\uff01-\uff5e]")


@dataclass(frozen=True)
class Phrases:
    """The wordings looked for, per finding code; matched without regard to case, line by line."""

    table: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    def extended(self, code: str, *patterns: str) -> Phrases:
        """Return these phrases with more regular expressions under `code`."""
        return replace(self, table={**self.table, code: (*self.table.get(code, ()), *patterns)})

    def find(self, text: str) -> Iterator[tuple[str, str]]:
        """Yield (code, words) for the first wording of each code that `text` uses."""
        outside = _QUOTED.sub("“”", text)
        text = outside if len(outside) > 12 else text  # what a paper quotes is not said here
        chinese = bool(_CJK.search(text))
        for code, (plain, cjk) in self._compiled.items():
            match = plain.search(text) if plain else None
            if match is None and chinese and cjk:
                match = cjk.search(text)
            if match:
                yield code, match[0].partition("“”")[0].strip() or match[0]

    @cached_property
    def _compiled(self) -> dict[str, tuple[re.Pattern[str] | None, re.Pattern[str] | None]]:
        """One expression per code for every text, and one that only Chinese ones need."""
        parts = {
            code: ([p for p in all_ if not _CJK.search(p)], [p for p in all_ if _CJK.search(p)])
            for code, all_ in self.table.items()
        }
        return {code: (_either(plain), _either(cjk)) for code, (plain, cjk) in parts.items()}


def _either(patterns: list[str]) -> re.Pattern[str] | None:
    return re.compile("|".join(patterns), re.IGNORECASE | re.MULTILINE) if patterns else None


@dataclass(frozen=True)
class Standing(Phrases):
    """Phrases, and with them those of the person's own tables as they are at the moment."""

    def find(self, text: str) -> Iterator[tuple[str, str]]:
        """Yield (code, words) for the first wording of each code, of either's, that is used."""
        yield from super().find(text)
        if own := os.environ.get(PHRASES_FILE, "").strip():
            yield from _own(_state(Path(own).expanduser())).find(text)


_State = tuple[tuple[Path, int], ...]


def _state(path: Path) -> _State:
    """Return a person's tables, each with the time of its last change."""
    try:
        files = sorted(path.glob("*.txt")) if path.is_dir() else [path]
        return tuple((f, f.stat().st_mtime_ns) for f in files)
    except OSError as error:
        raise PaperkitError(f"{path}: no table of wordings ({error}); correct it.") from error


@lru_cache(maxsize=4)
def _own(state: _State) -> Phrases:
    phrases = Phrases()
    for path, _ in state:
        try:
            phrases = _read(phrases, path.read_text(encoding="utf-8").splitlines())
            phrases._compiled  # noqa: B018 a broken expression is told with its file
        except (OSError, ValueError, re.error) as error:
            raise PaperkitError(f"{path}: no table of wordings ({error}); correct it.") from error
    return phrases


def _read(phrases: Phrases, lines: Iterable[str]) -> Phrases:
    """Return phrases with those of a table's lines."""
    code = ""
    for line in lines:
        if line.startswith("[") and line.endswith("]") and line[1:-1].isalpha():
            code = line[1:-1]
        elif line and not line.startswith("#"):
            phrases = phrases.extended(code, line)
    return phrases


def load_phrases(*languages: str) -> Phrases:
    """Return the wordings of the tables ``wordings/<language>.txt``; without names, of all."""
    folder = resources.files(__package__).joinpath("wordings")
    names = languages or tuple(sorted(f.name.removesuffix(".txt") for f in folder.iterdir()))
    phrases = Phrases()
    for name in names:
        lines = folder.joinpath(f"{name}.txt").read_text(encoding="utf-8").splitlines()
        phrases = _read(phrases, lines)
    return phrases


PHRASES: Phrases = Standing(load_phrases().table)
"""The wordings of all tables (filler, refusal, placeholder and echo, English and Chinese) and of
one's own (see `PHRASES_FILE`)."""
