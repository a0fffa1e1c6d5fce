"""Phrases: the wordings that give away text no one wrote for readers, as tables to extend.

A table maps a finding's code to regular expressions. Tables of all languages are applied to
every text, for a Chinese write-up may hold an English refusal. To add wordings of your own, or
another language, pass ``PHRASES.extended("filler", r"hope this helps")`` as ``phrases=``.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from importlib import resources

_QUOTED = re.compile(r"“[^”\n]{2,60}”|「[^」\n]{2,60}」|《[^》\n]{2,80}》")
_CJK = re.compile(r"[\u3001-\u9fff\uff01-\uff5e]")


@dataclass(frozen=True)
class Phrases:
    """The wordings looked for, per finding code; matched without regard to case, line by line."""

    table: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    def extended(self, code: str, *patterns: str) -> Phrases:
        """Return these phrases with more regular expressions under `code`."""
        return Phrases({**self.table, code: (*self.table.get(code, ()), *patterns)})

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


def load_phrases(*languages: str) -> Phrases:
    """Return the wordings of the tables ``wordings/<language>.txt``; without names, of all."""
    folder = resources.files(__package__).joinpath("wordings")
    names = languages or tuple(sorted(f.name.removesuffix(".txt") for f in folder.iterdir()))
    phrases = Phrases()
    for name in names:
        code = ""
        for line in folder.joinpath(f"{name}.txt").read_text(encoding="utf-8").splitlines():
            if line.startswith("[") and line.endswith("]") and line[1:-1].isalpha():
                code = line[1:-1]
            elif line and not line.startswith("#"):
                phrases = phrases.extended(code, line)
    return phrases


PHRASES = load_phrases()
"""The wordings of all tables: filler, refusal, placeholder and echo, English and Chinese."""
