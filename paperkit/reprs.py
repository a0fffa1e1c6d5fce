"""How a value shows itself: one line of text, and a small card in a notebook, all of it escaped."""

from __future__ import annotations

import html
from collections.abc import Iterable, Mapping
from typing import Any

_MOST = 40  # items of a list; the rest is counted
_TITLE = 70  # characters of a title in a line


def line(kind: str, *said: object, **fields: object) -> str:
    """Return a value's line: its kind, what is said first, and the fields that say something."""
    told = [str(s) for s in said if s]
    told += [f"{name}={value!r}" for name, value in fields.items() if value]
    return f"{kind}({', '.join(told)})"


def short(text: str, most: int = _TITLE) -> str:
    """Return a text of at most so many characters, quoted."""
    return repr(text if len(text) <= most else f"{text[: most - 1].rstrip()}…")


def counted(number: int, one: str, many: str = "") -> str:
    """Return a number with its noun; nothing where it is none."""
    return f"{number:,} {one if number == 1 else many or one + 's'}" if number else ""


def card(
    title: str,
    facts: Iterable[object] = (),
    *,
    rows: Mapping[str, object] | None = None,
    items: Iterable[object] = (),
    url: str = "",
) -> str:
    """Return a card as HTML: a title, a line of facts, rows of names and values, a list."""
    head = html.escape(title)
    if url.startswith("https://"):
        head = f'<a href="{html.escape(url)}" rel="noopener">{head}</a>'
    parts = [f'<strong style="font-size:1.1em">{head}</strong>']
    if told := " · ".join(html.escape(str(f)) for f in facts if f):
        parts.append(f'<div style="opacity:.75">{told}</div>')
    parts += [_row(html.escape(n), html.escape(str(v))) for n, v in (rows or {}).items() if v]
    if listed := list(items):
        shown = "".join(f"<li>{html.escape(str(i))}</li>" for i in listed[:_MOST])
        rest = f"<li>and {len(listed) - _MOST} more</li>" if len(listed) > _MOST else ""
        parts.append(listing(f"{shown}{rest}"))
    return f'<div style="max-width:60em;line-height:1.45">{"".join(parts)}</div>'


def _row(name: str, value: str) -> str:
    """A name and its value side by side: names in a column of their own, none without one."""
    if not name:
        return f'<div style="margin-top:6px">{value}</div>'
    said = f'<span style="flex:0 0 9em;opacity:.75">{name}</span> <span>{value}</span>'
    return f'<div style="display:flex;gap:12px;margin-top:4px">{said}</div>'


def listing(items: str) -> str:
    """Return items (HTML) as a list that stands close, whatever the page says of lists."""
    return f'<ul style="margin:4px 0;padding-left:1.5em;line-height:1.45">{items}</ul>'


class Written(list[Any]):
    """Paths that were written: a list, which a notebook shows as one line."""

    def __repr__(self) -> str:
        """Return the text's path and how many figures went with it."""
        if not self:
            return "nothing written"
        texts = (".txt", ".bib")
        figures = counted(sum(p.suffix not in texts for p in self[1:]), "figure")
        return f"written {self[0]}" + (f", {figures}" if figures else "")
