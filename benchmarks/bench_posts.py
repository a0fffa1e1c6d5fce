"""What a post costs: 100 papers with 400 figures, composed and exported, time and memory.

python benchmarks/bench_posts.py [papers] [figures per paper]

Needs no data: papers, digests and figures (300 kB each) are made. Memory is the process's
highest resident size, before and after the export.
"""

from __future__ import annotations

import os
import resource
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from paperkit.library import Library
from paperkit.posts import Post, compose, export
from tests import posts_samples as samples


def peak() -> float:
    """Return the highest resident size so far, in MB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def timed(name: str, run: Callable[[], object]) -> None:
    """Print one line: seconds, seconds of processor, MB at the peak and MB more than before."""
    start, work, before = time.perf_counter(), time.process_time(), peak()
    run()
    took, used = time.perf_counter() - start, time.process_time() - work
    print(f"{name:26} {took:6.2f} s {used:6.2f} s CPU {peak():5.0f} MB (+{peak() - before:.0f})")


def library_of(folder: Path, papers: int, figures: int) -> Library:
    """Return a library of made papers whose figures are as large as real ones."""
    library = samples.small(folder, papers, figures=figures)
    for path in folder.rglob("*.png"):
        path.write_bytes(path.read_bytes() + os.urandom(300_000))
    return library


def main() -> None:
    """Measure one post."""
    papers = int(sys.argv[1]) if len(sys.argv) > 1 else 100
    figures = int(sys.argv[2]) if len(sys.argv) > 2 else 4
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        library = library_of(folder / "library", papers, figures)
        ids = [samples.paper(n).id for n in range(1, papers + 1)]
        post = Post(topic="bench", date="2024-11-12", papers=ids, language="zh", figures="include")
        print(f"{papers} papers, {papers * figures} figures")
        site = folder / "site"
        import nbconvert  # noqa: F401 not part of what is measured

        for title, run in (
            ("compose", lambda: compose(post, library, path=folder / "post.ipynb")),
            (
                "export, first",
                lambda: export(folder / "post.ipynb", site, flavor="hexo"),
            ),
            (
                "export, nothing changed",
                lambda: export(folder / "post.ipynb", site, flavor="hexo"),
            ),
        ):
            timed(title, run)


if __name__ == "__main__":
    main()
