"""Joining: lines of print as one text; Chinese needs no space, a cut word no hyphen."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable


def spliced(lines: Iterable[str]) -> str:
    """Return the lines of a title or a caption as one."""
    text = ""
    for line in filter(None, (" ".join(line.split()) for line in lines)):
        close = not text or (chinese(text[-1]) and chinese(line[0]))
        text += line if close else f" {line}"
    return text


def repaired(text: str) -> str:
    """Return a caption on one line, words cut at line ends joined."""
    text = " ".join(text.split())
    return re.sub(r"(?<=[a-z])-\s(?=[a-z])", "", text)


def joined(lines: Iterable[str], words: Counter[str]) -> str:
    """Return the lines as one text, words cut at line ends repaired from the document's own."""
    text = ""
    for line in lines:
        line = " ".join(line.split())
        if not text or not line:
            text = text or line
        elif text.endswith(("-", "\xad", "‐")) and line[:1].isalpha():
            text = _dehyphenated(text, line, words)
        elif chinese(text[-1]) and chinese(line[0]):
            text += line
        else:
            text += " " + line
    return text


def chinese(char: str) -> bool:
    """Return whether a character is set without spaces around it."""
    return "\u3000" <= char <= "\u9fff" or "\uff00" <= char <= "\uffef"


def _dehyphenated(text: str, line: str, words: Counter[str]) -> str:
    before = re.search(r"([^\W\d_]+(?:-[^\W\d_]+)*)[-\xad‐]$", text)
    after = re.match(r"[^\W\d_]+", line)
    if before is None or after is None or not line[0].islower():
        return text + line
    a, b = before[1].lower(), after.group().lower()
    whole, compound = words[a.rsplit("-", 1)[-1] + b], words[f"{a}-{b}"]
    keep = compound > whole or (not whole and ("-" in a or a in {"non", "self", "well", "cross"}))
    return text + line if keep else text[:-1] + line
