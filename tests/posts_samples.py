"""A small library with hand-made papers, readings and digests for the tests of posts."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from paperkit.digests import Answer, Digest, Evidence, Statement
from paperkit.library import Library
from paperkit.papers import Paper, clean_paper
from paperkit.posts.flavors import FLAVORS
from paperkit.readings import Figure, Link, Reading

MARKDOWN = tuple(f.name for f in FLAVORS.values() if not f.page)
"""The flavors whose text is Markdown behind front matter."""

AT = datetime(2024, 11, 12, 1, 0, tzinfo=UTC)
REASON = "hand-made for a test"
HOSTILE = "<img src=x onerror=alert(1)>: {{7*7}} {% raw %} $x_{i}$ a/b"


TAG = '<img src="x" onerror="alert(1)">'
SCRIPTS = (
    f"\\(a$b {TAG} \\)",
    f"$$ \\text{{a$$b}} {TAG} $$",
    f"\\[a$$b {TAG} \\]",
    f"$\\text{{a$}} {TAG} $b",
    f"$\\mbox{{if $x$}} {TAG}$",
    f"$x$$y {TAG}$",
    f"$$x$$$y {TAG}$",
    f"$x${TAG}$y$",
    f"\\( x \\$ {TAG} \\)",
    f"\\(x\\ \\) {TAG} $y$",
    f"$5 {TAG} $x_{TAG}$ 6$",
    f"\\begin{{align}} a$b {TAG} \\end{{align}}",
    f"\\begin{{align}} \\text{{a$$b}} \\\\ {TAG} \\end{{align}} $$",
    f"$a `b$ {TAG} c` d$",
    f"$x_{{1}}$2 {TAG} $y$",
    f"$\\{{$ {TAG} $\\}}$ {{ $a}}$ {TAG} $b$",
    f"$a\\\\{{b}} {TAG}$ and $\\verb|{TAG}|$",
    f"$\\text{{{TAG}}}$ $\\ce{{{TAG}}}$ $x<{TAG}$",
    "$[x](javascript:alert(1))$ \\([x]{onclick=alert(1)}\\) $[a][b]$ $x](javascript:alert(1))$",
    f"$`{TAG}`{{=html}}$ $${{{{< include x >}}}} {TAG}$$ `{TAG}`{{=html}}",
    "<script>alert(1)</script> $</span><script>alert(1)</script>$ $-->$ <!-- $x$ -->",
)
"""Titles that end a formula where another reader goes on, so that what follows would run."""


def png(width: int = 64, height: int = 48, shade: int = 120) -> bytes:
    """Return a small gray PNG; another shade is another file."""
    rows = b"".join(b"\0" + bytes([shade % 256]) * width for _ in range(height))

    def chunk(kind: bytes, data: bytes) -> bytes:
        body = kind + data
        return struct.pack(">I", len(data)) + body + struct.pack(">I", zlib.crc32(body))

    head = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", head)
        + chunk(b"IDAT", zlib.compress(rows))
        + chunk(b"IEND", b"")
    )


def paper(number: int = 1, **stated: object) -> Paper:
    """Return a paper with an id of its own; `stated` replaces fields."""
    raw: dict[str, object] = {
        "id": f"2411.{number:05d}v1",
        "title": f"Light-Head: Avatars from $n_{{{number}}}$ Views",
        "authors": ["Ana Ruiz", "Jörg Weiß", "李雷"],
        "abstract": "We fit heads with $\\alpha_{i}$ weights. Code: https://github.com/a/light_head.",
        "categories": ["cs.CV", "cs.GR"],
        "published": "2024-11-08T10:00:00Z",
        "comment": "12 pages, 5 figures",
    }
    return clean_paper(raw | stated)


def answers(
    texts: dict[str, Sequence[str]], model: str = "tester-1", page: int | None = None
) -> list[Answer]:
    """Return one answer per question, each statement with a quote, from a page or the abstract."""
    return [
        Answer(
            question=key,
            statements=tuple(Statement(t, (Evidence(t, page=page),)) for t in said),
            model=model,
            at=AT,
        )
        for key, said in texts.items()
    ]


TEXTS: dict[str, Sequence[str]] = {
    "title": ["Light-Head：由少量视角重建头像"],
    "summary": ["Light-Head 用加权混合从少量视角重建可驱动的头像。"],
    "takeaways": ["提出 Light-Head。", "权重 $\\alpha_{i}$ 由网络预测。", "速度提高 3 倍。"],
    "background": ["头像重建需要很多视角。"],
    "approach": ["Light-Head 预测权重。", "然后混合模板。"],
    "methods": ["拟合模板。", "预测权重。"],
    "evidence": ["在两个数据集上做了实验。"],
}


def caption(number: int) -> str:
    """Return a figure's caption that fights every engine."""
    odd = '& <b>more</b> "{{< x >}}" {% raw %} {{ y }} `c`'
    return f"Figure {number}: Heads with $\\beta_{{{number}}}$ {odd}."


def put(
    library: Library,
    made: Paper,
    *,
    figures: int = 2,
    texts: dict[str, Sequence[str]] = TEXTS,
    language: str = "zh",
    signed: bool = True,
    page: int | None = None,
) -> None:
    """Add a paper with its reading, figures and digest, approved or not."""
    library.add([made], topic="avatars")
    folder = library.files.figures_path(made.id)
    folder.mkdir(parents=True, exist_ok=True)
    shown = []
    for number in range(1, figures + 1):
        name = f"figure-{number}.png"
        (folder / name).write_bytes(png(shade=int(made.id[-4:]) + number))
        shown.append(
            Figure(
                "figure",
                f"Figure {number}",
                number,
                (0, 0, 64, 48),
                caption(number),
                name,
                64,
                48,
                teaser=number == 2,
            )
        )
    reading = Reading(
        made.title,
        9,
        "test-1",
        figures=tuple(shown),
        links=(Link("https://light-head.example/demo", "project", 1, True, "title page"),),
        affiliation="Ana Ruiz, Jörg Weiß, 李雷\nUniversity of Somewhere",
    )
    library.files.save_reading(made.id, reading)
    digest = Digest(paper_id=made.id, version=made.version, outline="digest", language=language)
    library.drafts.save_answers(digest, answers(texts, page=page))
    if signed:
        library.approve(made.id, language=language, by="Tester", reason=REASON)


def small(folder: Path, papers: int = 2, **options: object) -> Library:
    """Return a library with some papers, all of them approved unless `options` say otherwise."""
    library = Library(folder)
    for number in range(1, papers + 1):
        put(library, paper(number), **options)  # type: ignore[arg-type]
    return library
