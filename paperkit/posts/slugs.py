"""Slugs: file names from topics and titles that no file system and no address misreads."""

from __future__ import annotations

import re
import unicodedata

# "%" in a path makes Hexo 8 drop the post, "#" ends an address.
_UNSAFE = re.compile(r'[/?"*:<>|\\%#]')
_DEVICES = re.compile(r"(?i)(?:con|prn|aux|nul|com[0-9¹²³]|lpt[0-9¹²³])(?:\.|$)")
LONGEST = 120


def slug(text: str) -> str:
    """Return a topic as file name: unsafe characters become ``_``, at most 120 characters.

    Control characters and a trailing dot or space are dropped; a Windows device name, a leading
    dot and an empty name get an underscore in front. At most 200 bytes in UTF-8, so that a suffix
    still fits the 255 bytes of common file systems.
    """
    plain = unicodedata.normalize("NFC", text)
    plain = "".join(c for c in plain if unicodedata.category(c) not in ("Cc", "Cf", "Cs"))
    name = _UNSAFE.sub("_", " ".join(plain.split()))[:LONGEST]
    while len(name.encode()) > 200:
        name = name[:-1]
    name = name.strip().rstrip(". ")
    return f"_{name}" if not name or name[0] == "." or _DEVICES.match(name) else name


def web_slug(text: str) -> str:
    """Return lower-case words joined by hyphens, for parts of a name that nobody reads."""
    return re.sub(r"[\W_]+", "-", unicodedata.normalize("NFC", text).lower()).strip("-")[:60]
