"""Figures: a paper's images as a post takes them, and file names that every engine serves."""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from paperkit.library.files import inside
from paperkit.papers import Paper
from paperkit.readings import Figure

# "%" in a path makes Hexo 8 drop the post, "#" ends an address, "&amp;" is read as "&" in a page.
_UNSAFE = re.compile(r'[/?"*:<>|\\%#]|&(?=\w+;)')
_DEVICES = re.compile(r"(?i)(?:con|prn|aux|nul|com[0-9¹²³]|lpt[0-9¹²³])(?:\.|$)")
LONGEST = 120


def slug(text: str, *, gap: str = "-") -> str:
    """Return a topic as file name: unsafe characters become ``_``, spaces a `gap`.

    At most 120 characters and 200 bytes in UTF-8, so that a suffix still fits the 255 bytes of
    common file systems. Control characters go, and so do dots and dashes at the ends and what
    engines take for a hidden file in front; an empty name and a device of Windows are a "post".
    """
    plain = unicodedata.normalize("NFC", text)
    plain = "".join(c for c in plain if c.isspace() or unicodedata.category(c)[0] != "C")
    name = _UNSAFE.sub("_", gap.join(plain.split())).lstrip("._-~")[:LONGEST]
    name = name.encode()[:200].decode(errors="ignore").rstrip(".-~")
    return f"post-{name}".rstrip("-") if not name or _DEVICES.match(name) else name


def web_slug(text: str) -> str:
    """Return lower-case words joined by hyphens, for parts of a name that nobody reads."""
    name = re.sub(r"[\W_]+", "-", unicodedata.normalize("NFC", text).lower()).strip("-")[:60]
    return f"post-{name}" if _DEVICES.match(name) else name


# ---- Figures: which images of a paper a post shows, under which stable names, and on what groun

# Licences that let anyone show the figures anywhere with attribution. Those with NC or ND depend
# on the blog, which only the person knows: figures="include" is her word for it.
_OPEN = re.compile(r"(?i)^(?:cc[ -]by(?:[ -]sa)?(?:[ -]\d|$)|cc0|public domain)")


_ADDRESS = re.compile(
    r"(?i)^https?://creativecommons\.org/(?:licenses/([a-z-]+)|publicdomain/(zero|mark))(?:/([\d.]+))?"
)


def licence_name(licence: str) -> str:
    """Return a licence by its short name: ``CC BY 4.0`` for Creative Commons' address of it."""
    found = _ADDRESS.match(licence.strip())
    if not found:
        return licence.strip()
    kind = (
        f"CC {found[1].upper()}" if found[1] else "CC0" if found[2] == "zero" else "public domain"
    )
    return f"{kind} {found[3] or ''}".strip()


def is_open(licence: str) -> bool:
    """Return whether a licence (``CC BY 4.0``) lets a blog show the figures, with attribution."""
    return bool(_OPEN.match(licence.strip()))


@dataclass(frozen=True)
class Image:
    """One figure of a paper as a post shows it: ``name`` is stable and says what it is."""

    name: str
    path: Path
    label: str
    caption: str
    page: int
    width: int
    height: int
    teaser: bool = False

    @property
    def alt(self) -> str:
        """Return label and caption: what the image shows, in words."""
        return captioned(self.label, self.caption)


def label_of(figure: Figure) -> str:
    """Return a figure's name as the paper says it: ``Figure 3``, ``Table 1``."""
    kind = figure.kind.capitalize()
    stated = figure.label.strip()
    return stated if re.match(r"(?i)[a-z]{3}", stated) else f"{kind} {stated}".strip()


def captioned(label: str, caption: str) -> str:
    """Return label and caption as one text; a caption that repeats its label loses it."""
    own = rf"(?i)^{re.escape(label)}(?!\w)\s*(?:[.:|–—]|-(?=\s))?\s*"
    rest = re.sub(own, "", caption.strip())
    return f"{label}: {rest}" if rest else label


def images(paper: Paper, figures: tuple[Figure, ...], folder: Path) -> tuple[Image, ...]:
    """Return the figures that have an image on disk; the name carries the hash of its bytes."""
    return tuple(_image(paper, f, path) for f in figures if (path := located(f, folder)))


def located(figure: Figure, folder: Path) -> Path | None:
    """Return the figure's file, or None; a name that leads out of the folder is none."""
    path = inside(folder, figure.file)
    return path if path is not None and path.is_file() else None


def missing(figures: tuple[Figure, ...], folder: Path) -> tuple[Figure, ...]:
    """Return the figures that were cropped once and whose file is gone."""
    return tuple(f for f in figures if f.file and located(f, folder) is None)


def _image(paper: Paper, figure: Figure, path: Path) -> Image:
    digest = digest_of(path.read_bytes())
    label = label_of(figure)
    stem = web_slug(f"{paper.id}v{paper.version} {label}".encode("ascii", "replace").decode())
    return Image(
        f"{stem}-{digest}{path.suffix.lower()}",
        path,
        label,
        figure.caption,
        figure.page,
        figure.width,
        figure.height,
        figure.teaser,
    )


def digest_of(data: bytes) -> str:
    """Return the ten characters that stand for these bytes in a file name."""
    return hashlib.blake2b(data, digest_size=5).hexdigest()


class Files(Mapping[str, bytes]):
    """Files of a post by name, read from disk only when asked for: a post may have hundreds."""

    def __init__(self, sources: Mapping[str, Path | bytes] | None = None) -> None:
        self.sources = dict(sources or {})

    def __getitem__(self, name: str) -> bytes:
        """Return a file's bytes."""
        source = self.sources[name]
        return source if isinstance(source, bytes) else source.read_bytes()

    def __iter__(self) -> Iterator[str]:
        """Iterate over the names."""
        return iter(self.sources)

    def __len__(self) -> int:
        """Return the number of files."""
        return len(self.sources)
