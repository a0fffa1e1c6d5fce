"""The offline model's figures: one-line summaries (ROUGE) and sentence roles (accuracy).

    PAPERKIT_BENCH=FOLDER python benchmarks/bench_extractive.py [split]

FOLDER holds ``scitldr`` and ``roles``, each with its data and its scoring script; split is dev.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

ADAPTER = """
from paperkit.models.extractive import one_line, roles

def summary(document):
    return one_line(document["title"], document["sentences"])

def under_title(document):
    return one_line(document["title"], document["sentences"], standalone=False)
"""


def main() -> None:
    """Run both scoring scripts on an adapter to the public functions."""
    folder = Path(os.environ["PAPERKIT_BENCH"])
    split = sys.argv[1] if len(sys.argv) > 1 else "dev"
    build = Path(__file__).parents[1] / "build"
    build.mkdir(exist_ok=True)
    (build / "adapter.py").write_text(ADAPTER)
    for script, target in (
        ("scitldr/eval_summary.py", "adapter:summary"),
        ("scitldr/eval_summary.py", "adapter:under_title"),
        ("roles/eval_roles.py", "adapter:roles"),
    ):
        command = [sys.executable, str(folder / script), target, "--split", split]
        subprocess.run(command, cwd=build, check=True)


if __name__ == "__main__":
    main()
