"""Reading measured: scores against labelled papers, pages per second, memory, two workers.

    PAPERKIT_BENCH=/path/to/bench python benchmarks/bench_reading.py [--workers] [eval options]

The folder holds ``pdf/eval_pdf.py``, ``pdf/gold.json`` and ``pdf/papers``; options such as
``--per-paper`` or ``--strip-nav`` go on to the scoring script. ``--workers`` times one and two
worker processes over the same papers instead.
"""

from __future__ import annotations

import os
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from paperkit.reading import read_pdf


def score(folder: Path, options: list[str]) -> int:
    """Run the scoring script on the in-process reader."""
    command = [
        *(sys.executable, str(folder / "eval_pdf.py"), "--reader", "paperkit.reading:read_dict"),
        *("--gold", str(folder / "gold.json"), "--pdfs", str(folder / "papers"), *options),
    ]
    paths = os.pathsep.join([str(Path(__file__).parents[1]), os.environ.get("PYTHONPATH", "")])
    return subprocess.run(command, env={**os.environ, "PYTHONPATH": paths}, check=False).returncode


def workers(folder: Path) -> None:
    """Print how much faster two workers read all papers than one."""
    papers = sorted((folder / "papers").glob("*.pdf"))
    seconds = {}
    for count in (1, 2):
        start = time.perf_counter()
        with ThreadPoolExecutor(count) as pool:
            pages = sum(reading.page_count for reading in pool.map(read_pdf, papers))
        seconds[count] = time.perf_counter() - start
        print(f"{count} worker(s): {pages} pages, {seconds[count]:.1f} s")
    print(f"two workers are {seconds[1] / seconds[2]:.2f} times as fast")


def main() -> int:
    """Measure what the command line asks for."""
    root = os.environ.get("PAPERKIT_BENCH")
    if not root:
        sys.exit("PAPERKIT_BENCH is not set; point it at the folder that holds pdf/gold.json")
    folder, options = Path(root) / "pdf", sys.argv[1:]
    if "--workers" in options:
        workers(folder)
        return 0
    return score(folder, options)


if __name__ == "__main__":
    sys.exit(main())
