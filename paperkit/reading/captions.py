"""Captions: which rows name a numbered figure, table or algorithm, and how far they run."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace

from paperkit.reading.layout import WIDE, Row, Sheet, Style, union
from paperkit.reading.text import footnotes, sentence_text, spliced
from paperkit.readings import Box
from paperkit.text import CJK

_WORD = r"(?:cont(?:inued|inuation|['’]?d\b\.?|\.))"
_AFTER_LABEL = re.compile(
    rf"[\s.:,|—–-]*(?:[(\[]\s*{_WORD}|{_WORD}(?=\s*(?:$|[.:;,)\]—–-]|from\b|on\b))|[(（]?续)", re.I
)
_AT_END = re.compile(
    rf"(?:[(\[,.:;—–-]\s*|\d\s+){_WORD}(?:\s+from\b.{{0,40}})?[\s.)\]]*$|[(（]续[)）]\s*$", re.I
)
_NOTE = re.compile(
    r"[\s(\[—–-]*(?:(?:table|figure)\s+\S+\s*)?(?:to\s+be\s+)?"
    rf"{_WORD}\s+(?:on|over|from|to)\s+(?:the\s+)?(?:next|following|previous|preceding|last)\s+"
    r"(?:page|column)[\s.…)\]—–-]*|[(（]?(?:续下页|接下页|下页续|接上页|续上页|上接)[)）]?",
    re.I,
)


def goes_on(text: str) -> bool:
    """Return whether the words after a label say that something continues: (continued), 续."""
    return _AFTER_LABEL.match(text) is not None


def says_continued(text: str) -> bool:
    """Return whether a caption ends by saying that it continues."""
    return _AT_END.search(text) is not None


def is_note(text: str) -> bool:
    """Return whether a line only says that something goes on elsewhere."""
    return _NOTE.fullmatch(text.strip()) is not None


# ---- captions

_LABEL = re.compile(
    r"""\s*(?P<pre>supplement(?:ary|al)|supp\.|extended\ data|appendix|
        \(?continued(?:\ from)?(?=\s)|[(（]?续)?\s*
    (?P<kind>figures?|figs?\.?|tables?|tab\.|scheme|chart|algorithm|listing|图|圖|表)
    \s*(?P<label>(?:[A-Z]{1,2}[.\-]?)?\d+(?:[.\-–]\d+)*(?:\s?[a-z](?=[.:)|]))?|[IVXL]+(?=\b)|[A-Z](?=[.:|]))
    (?P<sep>\s*(?:\.\s?[—–-]|[:.|：。—–]|\)|(?=\s|$|[CJK])))""".replace("CJK", CJK),
    re.I | re.X,
)
_KINDS = {"fi": "figure", "ta": "table", "图": "figure", "圖": "figure", "表": "table"}
_VERB = re.compile(
    r"\s*(?:shows?|is|are|was|illustrates?|presents?|depicts?|compares?|displays?|summarizes?|"
    r"gives?|lists?|reports?|plots?|and|or|in|of|for|we|the results|contains?|provides?|"
    r"demonstrates?|also|can|has|have|describes?|to|with|reveals?|indicates?|suggests?)\b"
)


@dataclass(frozen=True, slots=True)
class Caption:
    """A caption: kind, label as printed, its rows (indexes in the sheet), text, box.

    ``part`` says that it stands over a later part of what its label names.
    """

    kind: str
    label: str
    page: int
    rows: tuple[int, ...]
    text: str
    box: Box
    column: int
    part: bool = False


@dataclass(frozen=True, slots=True)
class _Candidate:
    kind: str
    label: str
    sheet: int
    row: int
    score: float
    look: tuple[str, str, bool, float]
    part: bool = False


def captions(sheets: Sequence[Sheet], style: Style) -> list[list[Caption]]:
    """Return the captions of each page, the most likely row for each label."""
    found = [c for number, sheet in enumerate(sheets) for c in _candidates(number, sheet, style)]
    chosen = _choose([c for c in found if not c.part])
    chosen += _later_parts(sheets, found, chosen)
    starts: dict[int, set[int]] = {}
    for c in chosen:
        starts.setdefault(c.sheet, set()).add(c.row)
    result: list[list[Caption]] = [[] for _ in sheets]
    for c in chosen:
        sheet = sheets[c.sheet]
        alone = c.part and says_continued(sheet.rows[c.row].text)
        rows = (c.row,) if alone else _extent(sheet, c.row, starts[c.sheet], style.pitch)
        result[c.sheet].append(_caption(sheet, c, rows))
    return result


_PART = re.compile(r"\s*\(?[a-z]\)\s*\S")


def subcaptions(sheet: Sheet, captions: Sequence[Caption], size: float) -> frozenset[int]:
    """Return the rows between a picture and its caption that name its parts, or are its notes.

    They begin with a letter in brackets, or are smaller than body text (``size`` points).
    """
    found: set[int] = set()
    for caption in captions:
        for column in {r.column for r in sheet.rows} if caption.kind == "figure" else ():
            own = caption.column in {column, WIDE}  # a short caption of a wide figure is in one
            found |= set(_part_names(sheet, caption, column, size if own else 0.0))
    return frozenset(found)


def _part_names(sheet: Sheet, caption: Caption, column: int, size: float) -> list[int]:
    """Return such rows of one column, if a picture stands right above them."""
    most = sheet.rows[caption.rows[0]].size + 0.3 if caption.rows else 0.0
    rows: list[int] = []
    edge = caption.box[1]
    for index in sorted(range(len(sheet.rows)), key=lambda i: -sheet.rows[i].box[3]):
        row = sheet.rows[index]
        if row.column != column or row.box[3] > edge + 2 or not row.line.upright:
            continue
        if edge - row.box[3] > (2.6 if not rows else 1.2) * row.size or row.size > most:
            break
        rows.append(index)
        edge = min(edge, row.box[1])
    marked = [at for at, i in enumerate(rows) if _PART.match(sheet.rows[i].text)]
    small = all(sheet.rows[i].size < size - 0.4 for i in rows)
    rows = rows[: marked[-1] + 1] if marked else rows if small else []
    return rows if 0 < len(rows) <= 8 and _below_picture(sheet, rows) else []


def _below_picture(sheet: Sheet, rows: Sequence[int]) -> bool:
    x0, top, x1, _ = union(sheet.rows[i].box for i in rows)
    return any(
        -4 < top - s.box[3] < 45 and s.box[0] < x1 and s.box[2] > x0
        for s in sheet.page.shapes
        if s.image or (s.box[3] - s.box[1] > 20 and s.box[2] - s.box[0] > 20)
    )


def _later_parts(
    sheets: Sequence[Sheet], found: Sequence[_Candidate], chosen: Sequence[_Candidate]
) -> list[_Candidate]:
    """Return the captions over later parts of what a chosen caption names.

    They say so, or say the same once more.
    """
    first = {(c.kind, c.label.upper()): c for c in chosen}
    parts = []
    for c in found:
        begun = first.get((c.kind, c.label.upper()))
        if begun is None or (c.sheet, c.row) <= (begun.sheet, begun.row):
            continue
        text, before = (" ".join(sheets[x.sheet].rows[x.row].text.split()) for x in (c, begun))
        again = c.score >= 3 and (says_continued(text) or text == before)
        if c.part or again:
            parts.append(replace(c, part=True))
    return parts


def _caption(sheet: Sheet, c: _Candidate, rows: tuple[int, ...]) -> Caption:
    notes = footnotes(sheet)
    text = spliced(sentence_text(sheet.rows[i], notes) for i in rows)
    box = union(sheet.rows[i].box for i in rows)
    columns = {sheet.rows[i].column for i in rows}
    column = columns.pop() if len(columns) == 1 else WIDE
    return Caption(c.kind, c.label, sheet.page.number, rows, text, box, column, c.part)


def _candidates(number: int, sheet: Sheet, style: Style) -> list[_Candidate]:
    found = []
    for index, row in enumerate(sheet.rows):
        match = _LABEL.match(row.text)
        if match is None or not row.line.upright:
            continue
        kind = match["kind"].lower()
        if kind.endswith("s") and not match["sep"].strip():
            continue
        score, look = _score(sheet, index, match, style)
        part = _goes_on(match, row.text) and _setting(sheet, index, style) > 0
        if score >= 1 or part:
            kind = _KINDS.get(kind[:2], _KINDS.get(kind[:1], kind))
            label = _label(match)
            found.append(_Candidate(kind, label, number, index, score, look, part))
    return found


def _goes_on(match: re.Match[str], text: str) -> bool:
    """Return whether the words around a label say that something continues here."""
    before = (match["pre"] or "").lower().lstrip("(（")
    return before.startswith(("continued", "续")) or goes_on(text[match.end("label") :])


def _label(match: re.Match[str]) -> str:
    label = match["label"].replace(" ", "")
    pre = (match["pre"] or "").lower()
    if pre.startswith("extended"):
        return f"Extended Data {label}"
    if pre.startswith("supp") and label[0].isdigit():
        return f"S{label}"
    return label


def _score(
    sheet: Sheet, index: int, match: re.Match[str], style: Style
) -> tuple[float, tuple[str, str, bool, float]]:
    row = sheet.rows[index]
    sep = match["sep"].strip()
    rest = row.text[match.end() :]
    marked = _marked(row, match.end("label"))
    score = {"": 0.0, ".": 2.0, ")": -1.0}.get(sep, 3.0)
    score += 2.0 if marked else 0.0
    score += 1.0 if row.size < style.size - 0.4 else 0.0
    score += 0.0 if rest.strip() else 3.0 if match["kind"].isupper() else 1.5
    if not sep and (_VERB.match(rest) or rest[:1] in {",", ";", "("}):
        score -= 4.0
    if sep == "." and re.match(r"\s*[a-z]", rest):
        score -= 1.0
    if re.search(r"(?:\.\s?){4,}\s*\d+\s*$", row.text) or _goes_on(match, row.text):
        score -= 9.0
    setting = _setting(sheet, index, style)
    score += setting + _apart(sheet, index)
    if not sep and setting > 0 and re.match(rf"\s*[A-Z{CJK}]", rest):
        score += 1.0
    kind = match["kind"]
    look = (kind.lower()[:2], "upper" if kind.isupper() else sep, marked, round(row.size))
    return score, look


def _marked(row: Row, end: int) -> bool:
    """Return whether the label is set otherwise (bold, italic, small capitals) than the rest."""
    first = next((s for s in row.line.spans if s.text.strip()), row.line.spans[0])
    if len(row.text.strip()) <= end + 2:
        return first.bold
    last = row.line.spans[-1]
    other = (first.bold, first.italic) != (last.bold, last.italic)
    return first.bold or other or (first.font != last.font and len(first.text.strip()) <= end + 2)


def _setting(sheet: Sheet, index: int, style: Style) -> float:
    """Return how much the place looks like a caption's: not inside a running paragraph."""
    row = sheet.rows[index]
    before = _above(sheet, index)
    if before is None:
        return 1.0
    gap = row.box[1] - before.box[3]
    if abs(before.size - row.size) > 0.5 or gap > 0.75 * row.size:
        return 1.0
    x0, x1 = sheet.extent(row.column)
    full = before.box[2] > x1 - 0.04 * (x1 - x0) and before.line.width > 0.8 * (x1 - x0)
    ended = before.text.rstrip().endswith((".", ":", "!", "?"))
    if full and not ended and style.bold != row.line.bold:
        return -1.0
    return -3.0 if full and not ended else -1.0


def _apart(sheet: Sheet, index: int) -> float:
    """Return 1 for a short centered row with white around it."""
    row = sheet.rows[index]
    x0, x1 = sheet.extent(row.column)
    centered = abs((row.box[0] + row.box[2]) - (x0 + x1)) < 12 and row.box[0] > x0 + 12
    below = [r for r in sheet.rows[index + 1 : index + 3] if r.column == row.column]
    white = all(r.box[1] - row.box[3] > 0.35 * row.size for r in below)
    return 1.0 if centered and white else 0.0


def _above(sheet: Sheet, index: int) -> Row | None:
    row = sheet.rows[index]
    over = [
        r
        for r in sheet.rows[max(0, index - 60) : index]
        if r.box[3] <= row.box[1] + 3 and r.box[0] < row.box[2] and r.box[2] > row.box[0]
    ]
    return max(over, key=lambda r: r.box[3], default=None)


def _choose(found: list[_Candidate]) -> list[_Candidate]:
    """Return one candidate a label, in the look that most labels of its kind share."""
    looks = Counter(c.look for c in found if c.score >= 3)
    best: dict[tuple[str, str], _Candidate] = {}
    for c in found:
        usual = looks[c.look] >= 0.5 * max(
            (n for look, n in looks.items() if look[0] == c.look[0]), default=1
        )
        c = replace(c, score=c.score + (2.0 if usual else 0.0))
        key = (c.kind, c.label.upper())
        if key not in best or c.score > best[key].score + 0.5:
            best[key] = c
    chosen = [c for c in best.values() if c.score >= 3]
    return chosen + [c for c in best.values() if 1 <= c.score < 3 and _fills_gap(c, chosen)]


def _fills_gap(c: _Candidate, chosen: list[_Candidate]) -> bool:
    """Return whether the numbering of the kind wants this label: the next or a missing one."""
    numbers = [int(o.label) for o in chosen if o.kind == c.kind and o.label.isdigit()]
    return c.label.isdigit() and bool(numbers) and int(c.label) <= max(numbers) + 1


def _hangs_below(sheet: Sheet, starts: set[int], row: Row) -> bool:
    """Return whether a row belongs to one of the captions that begin at `starts`."""
    return any(_hangs(sheet.rows[s], row) for s in starts)


def _extent(sheet: Sheet, start: int, starts: set[int], usual: float) -> tuple[int, ...]:
    """Return the rows of the caption: one size and pitch, until a short row ends it."""
    first = sheet.rows[start]
    rows = [start]
    pitch = 0.0
    alone = 2.6 * first.size if _label_alone(first) else 0.0
    for index in _below(sheet, start):
        row, last = sheet.rows[index], _last_baseline(sheet, rows)
        step = row.box[3] - last[3]
        limit = pitch * 1.25 + 1.0 if pitch else max(1.5 * first.size, 1.1 * usual, alone)
        if step > limit or (index in starts and step >= 0.4 * first.size):
            break
        if index in starts:
            continue
        if step < 0.4 * first.size:
            if _beside(sheet, first, row, last) and not _hangs_below(sheet, starts - {start}, row):
                rows.append(index)
            continue
        least = min(first.size, sheet.rows[rows[-1]].size)  # a title may be in small capitals
        if row.size < least - 1 and len(row.text.strip()) < 12:  # a piece of a formula
            continue
        goes_on = _continues(sheet, rows, row) and not _tabular(sheet, first, row, starts - {start})
        if not goes_on and not _runs_beside(sheet, rows, row):
            break
        rows.append(index)
        pitch = max(pitch, step) if pitch else step
    return tuple(rows)


def _runs_beside(sheet: Sheet, rows: list[int], row: Row) -> bool:
    """Return whether a row goes on in the narrow caption beside a figure, its lines ragged."""
    first, before = sheet.rows[rows[0]], sheet.rows[rows[-1]]
    block = union(sheet.rows[i].box for i in rows)
    x0, x1 = sheet.extent(first.column)
    narrow = max(block[2], row.box[2]) - block[0] < 0.35 * (x1 - x0)
    within = row.box[2] < block[2] + 2.5 * row.size
    ended = before.text.rstrip().endswith((".", "。"))
    alike = row.line.font == before.line.font and abs(row.size - before.size) < 0.2
    figure = first.text.lstrip()[:3].lower() == "fig" or first.text.lstrip()[:1] in "图圖"
    flush = abs(row.box[0] - first.box[0]) < 1.5
    return figure and narrow and within and not ended and alike and flush


def _tabular(sheet: Sheet, first: Row, row: Row, others: set[int]) -> bool:
    """Return whether a row is the first of a table's: cells apart on one line, few words.

    What stands left of a caption whose lines are flush is the picture beside it.
    """
    beside = [sheet.rows[i] for i in others if sheet.rows[i].column in {row.column, WIDE}]
    if any(abs(r.box[3] - row.box[3]) < 3 * row.size for r in beside):
        return False  # captions side by side
    flush = abs(row.box[0] - first.box[0]) < 1.5
    cells = [
        r
        for r in sheet.rows
        if r is not row
        and r.column == row.column
        and abs(r.box[3] - row.box[3]) < 0.3 * row.size
        and (r.box[0] - row.box[2] > row.size or (not flush and row.box[0] - r.box[2] > row.size))
    ]
    return bool(cells) and all(len(c.text.split()) <= 4 for c in (row, *cells))


def _beside(sheet: Sheet, first: Row, row: Row, last: Box) -> bool:
    """Return whether a row goes on right of the caption's last line."""
    other = row.column != first.column
    if first.column >= 0 <= row.column and other and _flush(sheet, row):
        return False  # a line of the next column
    far = (1.2 if other else 3.0) * first.size
    return -2 < row.box[0] - last[2] < far and row.box[3] - last[3] > -first.size


def _flush(sheet: Sheet, row: Row) -> bool:
    return row.box[0] < sheet.extent(row.column)[0] + 4


def _hangs(start: Row, row: Row) -> bool:
    """Return whether a row is the second line of the caption that starts above it."""
    return abs(start.box[0] - row.box[0]) < 3 and 0 < row.box[3] - start.box[3] < 2 * row.size


def _last_baseline(sheet: Sheet, rows: Sequence[int]) -> Box:
    """Return the box of the caption's last line, all its pieces together."""
    bottom = sheet.rows[rows[-1]].box[3]
    boxes = [sheet.rows[i].box for i in rows]
    return union(b for b in boxes if abs(b[3] - bottom) < 0.4 * sheet.rows[rows[0]].size)


def _below(sheet: Sheet, start: int) -> list[int]:
    first = sheet.rows[start]
    x0, x1 = first.box[0], first.box[2]
    columns = {first.column, WIDE} if _label_alone(first) else {first.column}
    found = []
    for index, row in enumerate(sheet.rows):
        if index == start or not row.line.upright:
            continue
        lower = row.box[3] > first.box[3] + 0.4 * first.size
        beside = abs(row.box[3] - first.box[3]) <= 0.4 * first.size and row.box[0] >= x1 - 2
        below = lower and row.box[0] < x1 + 40 and row.box[2] > x0
        if (row.column in columns and below) or beside:
            found.append(index)
    found += [i for i in _narrow_ends(sheet, first) if i not in found]
    return sorted(found, key=lambda i: (round(sheet.rows[i].box[3]), sheet.rows[i].box[0]))[:80]


def _narrow_ends(sheet: Sheet, first: Row) -> list[int]:
    """Return the short rows below a wide caption, which lie in a column by themselves."""
    if first.column != WIDE:
        return []
    return [
        i
        for i, row in enumerate(sheet.rows)
        if row.column >= 0 and row.box[3] > first.box[3] + 0.4 * first.size and row.line.upright
    ]


def _continues(sheet: Sheet, rows: list[int], row: Row) -> bool:
    first, last = sheet.rows[rows[0]], _last_baseline(sheet, rows)
    before = sheet.rows[rows[-1]]
    if len(rows) == 1 and _label_alone(first):  # "TABLE I", then a title in small capitals
        return abs(row.size - first.size) < 2.5
    if abs(row.size - before.size) > 0.6 and len(row.text.strip()) > 3:
        return False
    block = union(sheet.rows[i].box for i in rows)
    left = abs(row.box[0] - last[0]) < 2.5 or (len(rows) == 1 and row.box[0] >= block[0] - 30)
    middle = (row.box[0] + row.box[2]) / 2
    centered = abs(middle - (block[0] + block[2]) / 2) < 3.0
    if not left and not centered:
        return False
    ended = sheet.rows[rows[-1]].text.rstrip().endswith((".", "。"))
    missing = max(block[2], row.box[2]) - last[2]
    word = 0.0 if ended else 0.6 * row.size * len(row.text.split()[0])
    return missing <= max(word, (0.1 if ended else 0.3) * (block[2] - block[0])) + 6


def _label_alone(row: Row) -> bool:
    match = _LABEL.match(row.text)
    return match is not None and not row.text[match.end() :].strip()
