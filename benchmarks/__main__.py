"""Run every benchmark and keep what it prints: `make bench`, or `python -m benchmarks NAME …`.

PAPERKIT_BENCH names the folder of the data; the output goes to build/benchmarks/NAME.txt.
"""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

HERE = Path(__file__).parent
RUNS = {
    "posts": [["bench_posts.py"]],
    "batch": [["bench_batch.py"]],
    "extractive": [["bench_extractive.py"], ["bench_roles.py"]],
    "checks": [["bench_checks.py"], ["bench_checks.py", "full"]],
    "html": [["bench_html.py", "--pdf"]],
    "reading": [["bench_reading.py"], ["bench_reading.py", "--workers"]],
    "ranking": [
        ["bench_ranking.py", part]
        for part in ("replay", "seeds", "remaining", "strangers", "speed")
    ],
    "trends": [["bench_trends.py"]],
    "triage": [["bench_triage.py"]],
}
WITHOUT_DATA = {"posts", "batch", "html"}


def main() -> int:
    """Run the benchmarks named, all by default; return 1 when one could not run."""
    wanted = sys.argv[1:] or list(RUNS)
    out = HERE.parent / "build" / "benchmarks"
    out.mkdir(parents=True, exist_ok=True)
    failed = False
    for name in wanted:
        if name not in WITHOUT_DATA and not os.environ.get("PAPERKIT_BENCH"):
            print(f"{name}: needs data; set PAPERKIT_BENCH to the folder of the benchmarks' data")
            failed = True
            continue
        load = os.getloadavg()[0]
        report = [f"{time.strftime('%Y-%m-%d')}, {os.cpu_count()} cores, load {load:.1f} before\n"]
        for script, *options in RUNS[name]:
            command = [sys.executable, "-m", f"benchmarks.{script.removesuffix('.py')}", *options]
            done = subprocess.run(
                command, capture_output=True, text=True, check=False, cwd=HERE.parent
            )
            report.append(f"$ python benchmarks/{' '.join([script, *options])}\n{done.stdout}")
            failed |= done.returncode != 0
            if done.returncode:
                report.append(done.stderr[-2000:])
        (out / f"{name}.txt").write_text("\n".join(report))
        print("\n".join(report), flush=True)
    return int(failed)


if __name__ == "__main__":
    sys.exit(main())
