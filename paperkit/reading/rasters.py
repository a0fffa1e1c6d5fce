"""Rasters: what is seen of a page, as arrays and image files; where a passage stands on it."""

from __future__ import annotations

import hashlib
import math
import re
from collections.abc import Iterator, Sequence
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

from paperkit.errors import ReadError
from paperkit.reading.pages import Page, open_pdf
from paperkit.readings import Box, Limits, PageImage

if TYPE_CHECKING:
    import numpy as np
    from PIL.Image import Image


_ENDS = 12
"""Letters of a passage's beginning and end that are looked for when it isn't there as a whole."""


def lines_of(sheet: Any, passage: str, within: Sequence[Sequence[float]]) -> list[Box]:
    """Return a box per line of a passage among the words of some boxes; none when not found.

    Letters and digits alone are compared, so that hyphens, ligatures and accents set apart
    don't matter.
    """
    import pymupdf

    # Text is asked for and given as it stood before a page's rotation.
    back, forth = sheet.derotation_matrix, sheet.rotation_matrix
    words = [
        (*(pymupdf.Rect(word[:4]) * forth), *word[4:])
        for box in within
        for word in sheet.get_text("words", clip=pymupdf.Rect(*box) * back, sort=False)
    ]
    letters = [_letters(word[4]) for word in words]
    first, last = _span("".join(letters), _letters(passage))
    lines: dict[tuple[int, int], list[Any]] = {}
    at = 0
    for word, text in zip(words, letters, strict=True):
        if text and at < last and at + len(text) > first:
            lines.setdefault((word[5], word[6]), []).append(word)
        at += len(text)
    return [_around(line) for line in lines.values()]


def _span(text: str, wanted: str) -> tuple[int, int]:
    """Return where `wanted` begins and ends in `text`, or only its first and last letters do."""
    start = text.find(wanted)
    if wanted and start >= 0:
        return start, start + len(wanted)
    start = text.find(wanted[:_ENDS])
    end = text.find(wanted[-_ENDS:], max(start, 0))
    if len(wanted) < 2 * _ENDS or start < 0 or end < 0 or end - start > 1.5 * len(wanted):
        return 0, 0
    return start, end + _ENDS


def _around(words: Sequence[Any]) -> Box:
    return (
        min(w[0] for w in words),
        min(w[1] for w in words),
        max(w[2] for w in words),
        max(w[3] for w in words),
    )


def _letters(text: str) -> str:
    import unicodedata

    plain = unicodedata.normalize("NFKD", text).lower()
    return "".join(c for c in plain if c.isalnum())


# ---- pixels

LARGEST = 4_000_000
"""Square points of the largest page that is looked at as pixels (A0 has 8 million)."""
LONG_SIDE = 1600
"""Pixels of a figure's long side."""
LEAST_SIDE = 1210
"""Pixels under which a heavy figure's long side does not go; its quality does instead."""
FIGURE_BYTES = 400_000
"""Most bytes a figure's image may have; a heavier one is made smaller."""
PAD = 3.0
"""White (points) left around a figure."""


def gray_of(drawn: Any, page: Page) -> np.ndarray | None:
    """Return what a page draws in gray, two pixels a point; None if it is too large or nothing."""
    import numpy as np
    import pymupdf

    if drawn is None or not 0 < page.width * page.height <= LARGEST:
        return None
    try:
        pix = drawn.get_pixmap(matrix=pymupdf.Matrix(2, 2), colorspace=pymupdf.csGRAY)
    except RuntimeError:
        return None
    rows = np.frombuffer(pix.samples_mv, dtype=np.uint8).reshape(pix.height, pix.stride)
    return rows[:, : pix.width].copy()


def ink_of(gray: np.ndarray) -> np.ndarray:
    """Return where the page is not white, one cell a point."""
    import numpy as np

    height, width = gray.shape[0] // 2 * 2, gray.shape[1] // 2 * 2
    part = gray[:height, :width]
    rows = np.minimum(part[::2], part[1::2])
    return np.asarray(np.minimum(rows[:, ::2], rows[:, 1::2]) < 250)


def unseen(document: Any, page: Page) -> frozenset[Box]:
    """Return the boxes of spans under a picture whose text nobody sees.

    Nobody sees it if the page looks the same without it; asked only of text that the file
    writes before a picture that covers its place.
    """
    if not 0 < page.width * page.height <= LARGEST:
        return frozenset()
    try:
        below = _below_pictures(document, page)
        return frozenset(_unmissed(document, page.number - 1, below) if below else ())
    except (RuntimeError, ValueError):
        return frozenset()


def _below_pictures(document: Any, page: Page) -> list[Box]:
    images = [s.box for s in page.shapes if s.image]
    spans = [s.box for n in page.lines for s in n.spans if s.painted and s.text.strip()]
    spans = [b for b in spans if any(_covers(i, b) for i in images)]
    if not spans:
        return []
    sheet = document[page.number - 1]
    log = [(at, (what, _shown(b, sheet))) for at, (what, b) in enumerate(sheet.get_bboxlog())]
    drawn = [(at, box) for at, (what, box) in log if what == "fill-image"]
    texts = [(at, box) for at, (what, box) in log if what.endswith("text")]
    return [b for b in spans if _last(drawn, b) > _last(texts, b) >= 0]


def _shown(box: Box, sheet: Any) -> Box:
    import pymupdf

    return tuple(pymupdf.Rect(box) * sheet.rotation_matrix) if sheet.rotation else box


def _last(drawn: Sequence[tuple[int, Box]], box: Box) -> int:
    """Return when something that covers the middle of a box was drawn last, -1 if never."""
    x, y = (box[0] + box[2]) / 2, (box[1] + box[3]) / 2
    return max((at for at, b in drawn if b[0] <= x <= b[2] and b[1] <= y <= b[3]), default=-1)


def _covers(outer: Box, inner: Box) -> bool:
    return (
        outer[0] <= inner[0] + 1
        and outer[1] <= inner[1] + 1
        and outer[2] >= inner[2] - 1
        and outer[3] >= inner[3] - 1
    )


def _unmissed(document: Any, index: int, boxes: Sequence[Box]) -> Iterator[Box]:
    """Yield the boxes where a copy of the page without their text looks as before."""
    import pymupdf

    copy = pymupdf.open()
    copy.insert_pdf(document, from_page=index, to_page=index, links=False, annots=False)
    sheet = copy[0]
    before = [_look(sheet, b) for b in boxes]
    for box in boxes:
        place = pymupdf.Rect(box) * sheet.derotation_matrix
        sheet.add_redact_annot(place, fill=False)  # type: ignore[arg-type]  # False: no fill
    sheet.apply_redactions(images=0, graphics=0, text=0)
    for box, look in zip(boxes, before, strict=True):
        inside = pymupdf.Rect(box[0] + 1, box[1] + 1, box[2] - 1, box[3] - 1)
        written = sheet.get_text(clip=inside * sheet.derotation_matrix)
        if look == _look(sheet, box) and not written.strip():
            yield box
    copy.close()


def _look(sheet: Any, box: Box) -> bytes:
    import pymupdf

    matrix, clip = pymupdf.Matrix(2, 2), pymupdf.Rect(box)
    return bytes(sheet.get_pixmap(matrix=matrix, clip=clip, annots=False).samples)


def _clip(name: str, sheet: Any, bbox: Sequence[float] | None) -> Any:
    import pymupdf

    clip = pymupdf.Rect(sheet.rect if bbox is None else bbox) & sheet.rect
    if clip.is_empty:
        raise ReadError(
            f"{name}: the box lies outside page {sheet.number + 1}; ask for another box"
        )
    return clip


def crop_here(
    path: Path,
    page: int,
    bbox: Sequence[float] | None,
    *,
    marks: Sequence[Sequence[float]],
    words: str = "",
    dpi: int,
    limits: Limits,
) -> PageImage:
    """Return a page or a box of it as PNG, in this process; `words` narrow the marks down."""
    import pymupdf

    with open_pdf(path, limits) as document:
        if not 1 <= page <= document.page_count:
            raise ReadError(
                f"{path.name}: has {document.page_count} pages, not {page}; ask for one of those"
            )
        sheet = document[page - 1]
        clip = _clip(path.name, sheet, bbox)
        zoom = min(dpi / 72, 2400 / max(clip.width, clip.height))
        pix = sheet.get_pixmap(matrix=pymupdf.Matrix(zoom, zoom), clip=clip, annots=False)
        marked = lines_of(sheet, words, marks) or [(m[0], m[1], m[2], m[3]) for m in marks]
        for mark in marked:
            _mark(pix, [v * zoom for v in mark])
        return PageImage(bytes(pix.tobytes("png")), tuple(clip), tuple(marked))


def _mark(pix: Any, box: Sequence[float]) -> None:
    """Tint a box (in pixels of the whole page) yellow, as a marker pen does."""
    import numpy as np

    rows = np.frombuffer(pix.samples_mv, dtype=np.uint8).reshape(pix.height, pix.stride)
    image = rows[:, : pix.width * pix.n].reshape(pix.height, pix.width, pix.n)
    x0, y0, x1, y1 = (round(v) for v in box)
    y = slice(max(0, y0 - pix.y), max(0, y1 - pix.y))
    x = slice(max(0, x0 - pix.x), max(0, x1 - pix.x))
    image[y, x] = (image[y, x] * np.array([1.0, 0.93, 0.45])).astype(np.uint8)


def drawn_figure(
    document: Any, figure: tuple[str, str, int, Box], turn: int = 0
) -> tuple[str, bytes, int, int]:
    """Return the file name, image, width and height of the crop of (kind, label, page, box).

    ``turn`` (degrees clockwise) is how far the page is turned to read it.
    """
    import pymupdf

    kind, label, page, box = figure
    sheet = document[page - 1]
    clip = pymupdf.Rect(box[0] - PAD, box[1] - PAD, box[2] + PAD, box[3] + PAD) & sheet.rect
    zoom = LONG_SIDE / max(clip.width, clip.height, 1.0)
    data, suffix, width, height = _encoded(sheet, clip, zoom, turn)
    return file_name(kind, label, data, suffix), data, width, height


def drawn_image(parts: Sequence[bytes], kind: str, label: str) -> tuple[str, bytes, int, int]:
    """Return images of a page of HTML (SVG, PNG, JPEG …) drawn anew as one: name, bytes, size.

    Several stand in rows from left to right. Nothing of the files comes out but what is seen.

    Raises:
        ReadError: one is no image.
    """
    endings = [_ending(data) for data in parts]
    if not all(endings):  # MuPDF would set a page of HTML and call it a picture
        raise ReadError(f"{kind} {label}: no image; see the PDF.")
    try:
        with _opened(list(zip(parts, endings, strict=True))) as document:
            sheet = document[0]
            zoom = LONG_SIDE / max(sheet.rect.width, sheet.rect.height, 1.0)
            image, suffix, width, height = _encoded(sheet, sheet.rect, zoom, 0)
    except (RuntimeError, ValueError, IndexError) as error:
        raise ReadError(f"{kind} {label}: no image ({str(error)[:80]}); see the PDF.") from error
    return file_name(kind, label, image, suffix), image, width, height


def _ending(data: bytes) -> str:
    """Return what kind of image it is, "" for none."""
    head = data[:1024].lstrip().lower()
    endings = {b"\x89png": "png", b"\xff\xd8\xff": "jpg", b"gif8": "gif", b"riff": "webp"}
    ending = next((e for magic, e in endings.items() if head.startswith(magic)), "")
    return ending or ("svg" if re.match(rb"<(?:svg|\?xml|!doctype svg)", head) else "")


def _opened(parts: Sequence[tuple[bytes, str]]) -> Any:
    """Return a document with all images on its first sheet, each as large as its place allows."""
    import pymupdf

    if len(parts) == 1:
        return pymupdf.open(stream=parts[0][0], filetype=parts[0][1])
    pages = []
    for data, ending in parts:
        with pymupdf.open(stream=data, filetype=ending) as document:
            pages.append(pymupdf.open("pdf", document.convert_to_pdf(0, 1)))
    columns = math.ceil(math.sqrt(len(pages)))
    width = LONG_SIDE / columns
    height = width * min(2.0, max(p[0].rect.height / max(p[0].rect.width, 1.0) for p in pages))
    whole = pymupdf.open()
    sheet = whole.new_page(width=LONG_SIDE, height=height * math.ceil(len(pages) / columns))
    for at, page in enumerate(pages):
        down, across = divmod(at, columns)
        left, top = across * width, down * height
        sheet.show_pdf_page(pymupdf.Rect(left, top, left + width, top + height), page, 0)
    return whole


def _encoded(sheet: Any, clip: Any, zoom: float, turn: int) -> tuple[bytes, str, int, int]:
    """Return the crop as an image file and its suffix, made smaller until it is light."""
    import numpy as np
    import pymupdf

    least = zoom * LEAST_SIDE / LONG_SIDE
    for quality in (90, 80, 70, 60, 45, 30):
        matrix = pymupdf.Matrix(zoom, zoom).prerotate(turn)
        pix = sheet.get_pixmap(matrix=matrix, clip=clip, annots=False)
        pixels = np.frombuffer(pix.samples_mv, dtype=np.uint8).reshape(pix.height, pix.width, 3)
        data, suffix = _light(pixels, quality)
        if len(data) <= FIGURE_BYTES:
            break
        zoom = max(0.85 * zoom, least)
    return data, suffix, pix.width, pix.height


def _light(pixels: np.ndarray, quality: int) -> tuple[bytes, str]:
    """Return a drawing as PNG of 256 colors at most, a photograph or a heavy drawing as WebP.

    Only one of the two is made: encoding is the most expensive part of reading.
    """
    from PIL import Image

    image = Image.fromarray(pixels)
    drawing = _drawing(pixels, image)
    if drawing is not None:
        data = _saved(drawing, "png", compress_level=4)  # 6: 5 % smaller, twice the time
        if len(data) <= FIGURE_BYTES:
            return data, "png"
    return _saved(image, "webp", quality=quality, method=0), "webp"  # 2: 8 % smaller, twice


def _saved(image: Image, suffix: str, **options: int) -> bytes:
    import io

    # Pillow loads all its formats when it looks for one that isn't there.
    import_module("PIL.PngImagePlugin" if suffix == "png" else "PIL.WebPImagePlugin")
    out = io.BytesIO()
    image.save(out, suffix, **options)
    return out.getvalue()


_DRAWN = 0.95
"""Share of a picture that has its 256 most frequent colors, from which on it is a drawing."""


def _drawing(pixels: np.ndarray, image: Image) -> Image | None:
    """Return a picture of few colors in gray or with a palette, None for any other.

    Every color of the palette is the most frequent one that it stands for: white stays white.
    """
    import numpy as np
    from PIL.Image import Dither

    red, green, blue = (pixels[..., at] for at in range(3))
    if np.array_equal(red, green) and np.array_equal(green, blue):
        return image.convert("L")
    some = pixels[::3, ::3].reshape(-1, 3)
    packed = some @ np.array([1 << 16, 1 << 8, 1], dtype=np.uint32)
    _, first, counts = np.unique(packed, return_index=True, return_counts=True)
    if np.sort(counts)[-256:].sum() < _DRAWN * len(packed):
        return None
    drawing = image.quantize(
        256, method=2, dither=Dither.NONE
    )  # an octree: ten times as fast as others
    entries = np.asarray(drawing)[::3, ::3].reshape(-1)[first]
    palette = np.zeros((256, 3), dtype=np.uint8)
    given = np.frombuffer(bytes(drawing.getpalette() or ()), dtype=np.uint8).reshape(-1, 3)
    palette[: len(given)] = given
    frequent = np.argsort(counts, kind="stable")
    palette[entries[frequent]] = some[first[frequent]]
    drawing.putpalette(palette.tobytes())
    return drawing


def file_name(kind: str, label: str, data: bytes, suffix: str = "png") -> str:
    """Return a safe name: kind, label and a hash of the picture."""
    safe = re.sub(r"[^a-z0-9]+", "-", f"{kind}-{label}".lower()).strip("-")[:40] or "figure"
    return f"{safe}-{hashlib.sha256(data).hexdigest()[:10]}.{suffix}"
