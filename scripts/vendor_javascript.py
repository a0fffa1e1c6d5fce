"""Fetch the JavaScript this project carries from npm: KaTeX (package) and axe-core (tests).

Run it to update: change a version below, run `python scripts/vendor_javascript.py`, run the tests,
commit. It needs npm, whose client checks the packages' integrity.
"""

from __future__ import annotations

import shutil
import subprocess
import tarfile
import tempfile
from pathlib import Path

ROOT = Path(__file__).parent.parent
FILES = {
    "katex@0.19.1": {
        "package/dist/katex.min.js": ROOT / "paperkit/data/katex/katex.min.js",
        "package/LICENSE": ROOT / "paperkit/data/katex/LICENSE",
    },
    "axe-core@4.14.1": {
        "package/axe.min.js": ROOT / "tests/browser/vendor/axe.min.js",
        "package/LICENSE": ROOT / "tests/browser/vendor/LICENSE-axe-core",
    },
}
"""Which files of which npm package stand where. KaTeX is MIT, axe-core MPL-2.0."""


def fetch(package: str, files: dict[str, Path]) -> None:
    """Download one npm package and copy its files to where they stand."""
    npm = shutil.which("npm") or "npm"
    with tempfile.TemporaryDirectory() as folder:
        command = [npm, "pack", "--silent", package]
        done = subprocess.run(command, cwd=folder, check=True, capture_output=True, text=True)
        with tarfile.open(Path(folder) / done.stdout.split()[-1]) as archive:
            for name, target in files.items():
                member = archive.extractfile(name)
                if member is None:
                    raise FileNotFoundError(f"{package}: no file {name}; see its file list.")
                target.parent.mkdir(parents=True, exist_ok=True)
                target.write_bytes(member.read())
                print(f"{package}: {target.relative_to(ROOT)}")


if __name__ == "__main__":
    for name, wanted in FILES.items():
        fetch(name, wanted)
