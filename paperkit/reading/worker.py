"""The worker: one file in one process of its own, with limits, gone when it is done or overdue.

Run as ``python -m paperkit.reading.worker``: a request as one line of JSON comes in on standard
input, one line of JSON goes out on standard output, images included: the worker writes no file.
Nothing from a PDF or a page is ever executed; see ``sandbox`` for what the worker may not do.
"""

from __future__ import annotations

import ctypes
import json
import os
import signal
import subprocess
import sys
import threading
import warnings
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import asdict
from importlib import import_module
from pathlib import Path
from typing import IO, Any, NoReturn

from paperkit.errors import ReadError
from paperkit.reading.sandbox import confine
from paperkit.readings import Limits


def ask(job: str, path: Path, limits: Limits, **arguments: Any) -> Any:
    """Return the worker's answer to a job (see ``_JOBS``), or raise `ReadError`."""
    request = {"job": job, "path": str(path.absolute()), "limits": asdict(limits), **arguments}
    answer = _answer(json.dumps(request) + "\n", path.name, limits)
    _tell_once(answer.get("free", ()))
    if "error" in answer:
        raise ReadError(answer["error"])
    return answer["result"]


_told: set[str] = set()


def _tell_once(free: Sequence[str]) -> None:
    """Warn, once a process, of what the kernel doesn't keep a worker from."""
    if free and not _told:
        _told.update(free)
        warnings.warn(
            f"this machine doesn't keep the process that reads PDFs from these: {', '.join(free)}; "
            "read only PDFs you trust, or read on Linux 5.13 or later with libseccomp.",
            stacklevel=4,
        )


def _answer(request: str, name: str, limits: Limits) -> dict[str, Any]:
    process = subprocess.Popen(
        [sys.executable, "-P", "-m", "paperkit.reading.worker"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env=_environment(),
        start_new_session=True,
    )
    try:
        # Standard input stays open: its end tells the worker that its parent is gone.
        with suppress(BrokenPipeError):
            _pipe(process.stdin).write(request.encode())
            _pipe(process.stdin).flush()
        out = _output(process, name, limits)
    finally:
        _end(process)
    return _parsed(out, process.returncode, name, limits)


def _pipe(pipe: IO[bytes] | None) -> IO[bytes]:
    if pipe is None:
        raise ReadError("the worker has no pipe; report this with your platform's name")
    return pipe


def _output(process: subprocess.Popen[bytes], name: str, limits: Limits) -> bytes:
    chunks: list[bytes] = []
    pipe = _pipe(process.stdout)
    reader = threading.Thread(target=lambda: chunks.append(pipe.read()), daemon=True)
    reader.start()
    reader.join(limits.seconds)
    if reader.is_alive():
        _end(process)
        raise ReadError(
            f"{name}: not read within {limits.seconds:g} s; pass Limits(seconds=...) to wait longer"
        )
    process.wait()
    return b"".join(chunks)


def _end(process: subprocess.Popen[bytes]) -> None:
    if process.poll() is None:
        process.kill()
        process.wait()
    for pipe in (process.stdin, process.stdout):
        if pipe is not None and not pipe.closed:
            with suppress(OSError):
                pipe.close()


def _parsed(out: bytes, code: int | None, name: str, limits: Limits) -> dict[str, Any]:
    try:
        answer = json.loads(out)
    except ValueError:
        answer = None
    if isinstance(answer, dict):
        return answer
    if code == -getattr(signal, "SIGXCPU", 24):
        raise ReadError(
            f"{name}: used more than {limits.seconds:g} s; pass Limits(seconds=...) to wait longer"
        )
    raise ReadError(
        f"{name}: the reader stopped on it (exit {code}); the file is damaged or needs more than "
        f"{limits.megabytes} MB: download it again or pass Limits(megabytes=...)"
    )


def _environment() -> dict[str, str]:
    """Return what a worker needs of the environment: no keys, one thread, this package."""
    kept = {
        k: os.environ[k]
        for k in ("PATH", "SYSTEMROOT", "TMPDIR", "TEMP", "LANG")
        if k in os.environ
    }
    package = str(Path(__file__).resolve().parents[2])
    paths = [package, *os.environ.get("PYTHONPATH", "").split(os.pathsep)]
    return {
        **kept,
        "PYTHONPATH": os.pathsep.join(p for p in paths if p),
        "PYTHONIOENCODING": "utf-8",
        "OPENBLAS_NUM_THREADS": "1",
        "OMP_NUM_THREADS": "1",
    }


# ---- inside the worker


def main() -> None:
    """Answer one request from standard input, within its limits."""
    out = os.dup(1)
    os.dup2(2, 1)  # whatever a library prints must not reach the answer
    request = json.loads(sys.stdin.readline())
    limits = Limits(**request["limits"])
    _load(request["job"])
    _limit(limits)
    free = confine(Path(request["path"]))
    _end_with_parent(limits)
    answer = json.dumps({**_done(request, limits), "free": free}).encode()
    with os.fdopen(out, "wb") as pipe:
        pipe.write(answer)


_NEEDED = {
    "read": ("pymupdf", "numpy", "paperkit.reading.document"),
    "crop": ("pymupdf", "numpy", "paperkit.reading.rasters"),
    "html": ("paperkit.reading.html",),
    "image": ("pymupdf", "numpy", "paperkit.reading.html", "paperkit.reading.rasters"),
}


def _load(job: str) -> None:
    """Import what a job needs while its compiled form may still be kept for the next worker."""
    # PyMuPDF 2.0 loads a layout model and its runtime on import: seconds and memory for nothing.
    for name in ("pymupdf.layout", "pymupdf4llm"):
        sys.modules[name] = None  # type: ignore[assignment]
    for name in _NEEDED[job]:
        import_module(name)


def _limit(limits: Limits) -> None:
    try:
        import resource
    except ImportError:  # Windows has no such limits; the parent's clock still holds.
        return
    size = limits.megabytes * 1_000_000
    seconds = max(1, int(limits.seconds) + 1)
    for what, most in (
        (resource.RLIMIT_AS, size),
        (resource.RLIMIT_CPU, seconds),
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_FSIZE, 0),
    ):
        with suppress(ValueError, OSError):
            resource.setrlimit(what, (most, most))


def _end_with_parent(limits: Limits) -> None:
    """See to it that no orphan lives on: PyMuPDF lets no thread run while it parses."""
    if hasattr(signal, "setitimer"):  # the system's default for this signal ends the process
        signal.setitimer(signal.ITIMER_REAL, limits.seconds + 5)
    with suppress(OSError, AttributeError):  # only Linux can be asked for a signal at that moment
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    threading.Thread(target=_leave_with_parent, daemon=True).start()


_PR_SET_PDEATHSIG = 1


def _leave_with_parent() -> NoReturn:
    sys.stdin.read()
    os._exit(1)


def _done(request: Mapping[str, Any], limits: Limits) -> dict[str, Any]:
    path = Path(request["path"])
    try:
        return {"result": _JOBS[request["job"]](path, limits, request)}
    except ReadError as error:
        return {"error": str(error)}
    except Exception as error:
        if _starved(error):
            told = f"needs more than {limits.megabytes} MB; pass Limits(megabytes=...) to allow it"
        else:
            kind = type(error).__name__
            told = f"can't be read ({kind}: {str(error)[:150]}); download it again"
        return {"error": f"{path.name}: {told}"}


def _starved(error: Exception) -> bool:
    said = str(error).lower()
    words = ("malloc", "cannot allocate", "failed to map segment")
    return isinstance(error, MemoryError) or any(word in said for word in words)


def _read(path: Path, limits: Limits, request: Mapping[str, Any]) -> Any:
    import base64

    from paperkit.reading.document import read_here

    reading, images = read_here(path, limits=limits, drawn=request["drawn"])
    told = {name: base64.b64encode(data).decode() for name, data in images.items()}
    return {"reading": reading.to_dict(), "images": told}


def _crop(path: Path, limits: Limits, request: Mapping[str, Any]) -> Any:
    import base64

    from paperkit.reading.rasters import crop_here

    bbox, marks = request["bbox"], request["marks"]
    asked = {"marks": marks, "words": request["words"], "dpi": request["dpi"], "limits": limits}
    image = crop_here(path, request["page"], bbox, **asked)
    return {"png": base64.b64encode(image.png).decode(), "box": image.box, "marks": image.marks}


def _html(path: Path, limits: Limits, request: Mapping[str, Any]) -> Any:
    from paperkit.reading.html import read_here

    return read_here(path, limits=limits).to_dict()


def _image(path: Path, limits: Limits, request: Mapping[str, Any]) -> Any:
    import base64

    from paperkit.reading.html import drawing
    from paperkit.reading.rasters import drawn_image

    parts = [drawing(path, anchor, limits) for anchor in request["anchors"]]
    with path.open("rb") as file:
        parts += [file.read(size) for size in request["sizes"]]
    name, image, width, height = drawn_image(parts, request["kind"], request["label"])
    told = {"name": name, "width": width, "height": height}
    return {**told, "image": base64.b64encode(image).decode()}


_JOBS = {"read": _read, "crop": _crop, "html": _html, "image": _image}


if __name__ == "__main__":
    main()
