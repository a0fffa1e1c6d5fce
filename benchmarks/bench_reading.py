"""Reading measured: scores against labelled papers, pages per CPU second, memory, two workers.

    PAPERKIT_BENCH=/path/to/bench python benchmarks/bench_reading.py [--peer PYTHON] [eval options]
    PAPERKIT_BENCH=/path/to/bench python benchmarks/bench_reading.py --workers [ROUNDS]
    python benchmarks/bench_reading.py --affiliations FOLDER [FOLDER of PDFs ...]
    python benchmarks/bench_reading.py --decimals FOLDER of PDFs

The folder holds ``pdf/eval_pdf.py``, ``pdf/gold.json`` and ``pdf/papers``; options such as
``--per-paper`` or ``--strip-nav`` go on to the scoring script. ``--peer`` scores pymupdf4llm's
layout mode in the same run, with another interpreter that has it (it must not share ours).
``--workers`` times one and two worker processes over the same papers in turn, and beside each
round what two processes of plain arithmetic gain on this machine at that moment: what is left of
a second core under load is no reader's merit or fault.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent


def score(folder: Path, options: list[str], reader: str, python: str = sys.executable) -> int:
    """Run the scoring script on a reader, in an interpreter that has it."""
    command = [
        *(python, str(folder / "eval_pdf.py"), "--reader", reader),
        *("--gold", str(folder / "gold.json"), "--pdfs", str(folder / "papers"), *options),
    ]
    print(f"# {reader}, load {os.getloadavg()[0]:.1f}", flush=True)
    paths = os.pathsep.join([str(HERE.parent), str(HERE), os.environ.get("PYTHONPATH", "")])
    return subprocess.run(command, env={**os.environ, "PYTHONPATH": paths}, check=False).returncode


# ---- the peer


def peer(path: str) -> dict[str, Any]:
    """Return what pymupdf4llm's layout mode finds, in the scoring script's shape."""
    import pymupdf.layout  # noqa: F401  switches the layout mode on
    import pymupdf4llm

    pages = json.loads(pymupdf4llm.to_json(path, use_ocr=False))["pages"]
    boxes = [(page["page_number"], box) for page in pages for box in page["boxes"]]
    return {
        "sections": [
            {"title": _text(box), "level": box["header_level"] or 1, "page": number}
            for number, box in boxes
            if box["boxclass"] == "section-header"
        ],
        "figures": [row for page in pages for row in _captioned(page)],
        "text": "\n".join(_text(b) for _, b in boxes if not b["boxclass"].startswith("page-")),
        "page_count": len(pages),
    }


def _text(box: dict[str, Any]) -> str:
    lines = box["textlines"] or []
    return "\n".join("".join(s["text"] for s in line["spans"]) for line in lines)


def _captioned(page: dict[str, Any]) -> list[dict[str, Any]]:
    """Return the pictures and tables of a page, each with the nearest caption of its kind."""
    rows = []
    for caption in page["boxes"]:
        text = " ".join(_text(caption).split())
        match = re.match(r"(fig|tab)\w*\.?\s*([A-Z]?\.?\d+|[IVX]+)", text, re.I)
        if caption["boxclass"] != "caption" or match is None:
            continue
        kind = "figure" if match[1].lower() == "fig" else "table"
        shown = "picture" if kind == "figure" else "table"
        found = [b for b in page["boxes"] if b["boxclass"] == shown]
        near = min(found, key=lambda b: _distance(b, caption), default=None)
        box = None if near is None else [near[k] for k in ("x0", "y0", "x1", "y1")]
        told = {"kind": kind, "label": match[2], "page": page["page_number"]}
        rows.append({**told, "bbox": box, "caption": text})
    return rows


def _distance(a: dict[str, Any], b: dict[str, Any]) -> float:
    across = max(a["x0"], b["x0"]) - min(a["x1"], b["x1"])
    down = max(a["y0"], b["y0"]) - min(a["y1"], b["y1"])
    return float(max(0.0, across) + max(0.0, down))


# ---- two workers

_BURN = "import time\nt = time.perf_counter()\nx = 0\nfor i in range(12_000_000): x += i * i\n"


def workers(folder: Path, rounds: int) -> None:
    """Print how much faster two workers read all papers than one, and what two cores gave."""
    papers = sorted((folder / "papers").glob("*.pdf"))
    best: list[float] = []
    for _ in range(rounds):
        load = os.getloadavg()[0]
        one, alone, pages = _read_with(papers, 1)
        two, together, _ = _read_with(papers, 2)
        plain = _plain()
        best.append(one / two)
        print(
            f"{pages} pages: one worker {one:.1f} s ({alone:.1f} s of CPU), two {two:.1f} s "
            f"({together:.1f} s), gain {one / two:.2f}; plain arithmetic gains {plain:.2f}; "
            f"load before {load:.1f}",
            flush=True,
        )
    print(f"two workers are {max(best):.2f} times as fast as one in the quietest round")


def _read_with(papers: list[Path], count: int) -> tuple[float, float, int]:
    """Return seconds by the clock, seconds of CPU (workers and this process), and pages."""
    from paperkit.reading import read_pdf

    start, before = time.perf_counter(), os.times()
    with ThreadPoolExecutor(count) as pool:
        pages = sum(reading.page_count for reading in pool.map(read_pdf, papers))
    cpu = sum(os.times()[:4]) - sum(before[:4])
    return time.perf_counter() - start, cpu, pages


def _plain() -> float:
    """Return how much faster two processes do the same plain work than one after the other."""
    seconds = {}
    for count in (1, 2):
        start = time.perf_counter()
        with ThreadPoolExecutor(count) as pool:
            list(pool.map(_burn, range(2)))
        seconds[count] = time.perf_counter() - start
    return seconds[1] / seconds[2]


def _burn(_: int) -> None:
    subprocess.run([sys.executable, "-c", _BURN], check=True)


# ---- decimals

_DECIMAL = re.compile(r"(?<![\w.,])\d+\.\d+(?![\w.]*\d)")


def decimals(folder: Path) -> None:
    """Print how many decimals of the text layer outside figures a reading holds.

    Somewhere, and one for one: what stands in each page's head is kept once.
    """
    total: Counter[str] = Counter()
    for path in sorted(folder.glob("*.pdf")):
        printed, read = _printed_and_read(path)
        missing = printed - read
        total.update({"printed": printed.total(), "alike": (printed & read).total()})
        total["there"] += sum(n for value, n in printed.items() if read[value])
        print(f"{path.name}: {printed.total()}, missing {dict(missing)}", flush=True)
    shares = (f"{total[kind] / total['printed']:.4f}" for kind in ("there", "alike"))
    print(f"{total['printed']} decimals: {' somewhere, '.join(shares)} one for one")


def _printed_and_read(path: Path) -> tuple[Counter[str], Counter[str]]:
    import pymupdf

    from paperkit.reading import read_here

    r = read_here(path)
    said = [r.text, *r.margins, r.stamp, *(f"{s.number} {s.title}" for s in r.sections)]
    for f in r.figures:
        cells = [cell for row in f.rows or () for cell in row]
        said += [f.label, f.caption, *cells, *(f.lines or ())]
    printed: Counter[str] = Counter()
    with pymupdf.open(path) as document:
        for number, page in enumerate(document, 1):
            inside = [f.bbox for f in r.figures if f.page == number and f.kind == "figure"]
            for x0, y0, x1, y1, word, *_ in page.get_text("words"):
                x, y = (x0 + x1) / 2, (y0 + y1) / 2
                if not any(a <= x <= c and b <= y <= d for a, b, c, d in inside):
                    printed.update(_DECIMAL.findall(word))
    return printed, Counter(_DECIMAL.findall(" ".join(said)))


def _taken(options: list[str], name: str, otherwise: str) -> str | None:
    """Return an option's value and take both out; None when it is not there."""
    if name not in options:
        return None
    at = options.index(name)
    del options[at]
    followed = at < len(options) and not options[at].startswith("-")
    return options.pop(at) if followed else otherwise


def main() -> int:
    """Measure what the command line asks for."""
    if sys.argv[1:2] == ["--affiliations"] and sys.argv[2:]:
        from front_samples import score as front_score

        made, *others = map(Path, sys.argv[2:])
        print(front_score(made, others))
        return 0
    if sys.argv[1:2] == ["--decimals"] and sys.argv[2:]:
        decimals(Path(sys.argv[2]))
        return 0
    root = os.environ.get("PAPERKIT_BENCH")
    if not root:
        sys.exit("PAPERKIT_BENCH is not set; point it at the folder that holds pdf/gold.json")
    folder, options = Path(root) / "pdf", sys.argv[1:]
    rounds = _taken(options, "--workers", "3")
    if rounds is not None:
        workers(folder, int(rounds))
        return 0
    python = _taken(options, "--peer", sys.executable)
    code = score(folder, options, "paperkit.reading:read_dict")
    if python is not None:
        code = score(folder, options, "bench_reading:peer", python) or code
    return code


if __name__ == "__main__":
    sys.exit(main())
