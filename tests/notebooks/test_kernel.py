"""Batches in a real kernel: an interrupt ends the cell at once, a run leaves the cell free."""

from __future__ import annotations

import json
import os
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from paperkit.library import Library
from paperkit.outlines import DIGEST
from tests.conftest import make_paper
from tests.models.dialects import DIALECTS
from tests.notebooks.kernels import SLOW, Kernel, kernel
from tests.servers import Answer, Asked, Server, serve

OPENAI = DIALECTS["openai"]
ROW = {"text": "We render avatars.", "evidence": [1]}
GOOD = json.dumps({q.key: [ROW] for q in DIGEST.questions})
COUNT = 6

BEGIN = """
from paperkit import Library, summarize
from paperkit.models import OpenAIChat, Pace
library = Library("library")
class Remote(OpenAIChat):
    local = False  # one whose requests are paid: they are not broken off
model = Remote("some", base_url={url!r}, pace=Pace(workers=2))
model.prepare()
summarize(library.papers().index[:1], library, model)["outcome"].item()
"""


class Provider:
    """A server that answers the first request at once, the others when it is let."""

    def __init__(self) -> None:
        self.server: Server
        self.free = 1
        self.waiting = threading.Semaphore(0)
        self.go = threading.Event()
        self._lock = threading.Lock()

    def answer(self, _: Asked) -> Answer:
        with self._lock:
            self.free -= 1
            slow = self.free < 0
        if slow:
            self.waiting.release()
            self.go.wait(SLOW)
        return OPENAI.reply(GOOD)

    def arrived(self, count: int) -> None:
        """Wait until so many requests hang."""
        assert all(self.waiting.acquire(timeout=SLOW) for _ in range(count))


@pytest.fixture
def provider() -> Iterator[Provider]:
    made = Provider()
    with serve(made.answer) as made.server:
        yield made
        made.go.set()


@pytest.fixture
def cells(tmp_path: Path, provider: Provider) -> Iterator[Kernel]:
    """Return a kernel with a library of some papers, the first of them summarized."""
    Library(tmp_path / "library").add([make_paper(f"2412.{n:05}") for n in range(COUNT)])
    environment = {**os.environ, "NO_PROXY": "127.0.0.1", "OPENAI_API_KEY": "sk-made-up", "IPYTHONDIR": str(tmp_path / "ipython")}
    with kernel(tmp_path, environment) as started:
        started.run(BEGIN.format(url=f"{provider.server.url}/v1"))
        yield started


ALL = "summarize(library.papers(), library, model)"
INTERRUPTED = f"""
import time
try:
    {ALL}
except KeyboardInterrupt:
    print(time.time())
    raise
"""


def test_an_interrupt_ends_the_cell_and_nothing_is_paid_twice(
    tmp_path: Path, provider: Provider, cells: Kernel
) -> None:
    """Ours within a second; what was finished is there, what was in flight comes later.

    The cell is run again while the old requests still hang: it waits for their answers.
    """
    cell = cells.begin(INTERRUPTED)
    provider.arrived(2)
    begun = time.time()
    cells.manager.interrupt_kernel()
    reply, ended = cells.end(cell)  # showing a traceback for the first time takes IPython longer
    assert float(ended) - begun < 1
    assert reply["ename"] == "KeyboardInterrupt"
    assert "run it again to go on" in reply["evalue"]
    assert Library(tmp_path / "library").papers()["has_digest"].sum() == 1
    again = cells.begin(f"print(sorted({ALL}['outcome']))")
    provider.go.set()
    reply, said = cells.end(again)
    assert reply["status"] == "ok"
    assert said.strip() == str(["answered"] * 3 + ["known"] * 3)
    assert len(provider.server.asked) == COUNT
    assert Library(tmp_path / "library").papers()["has_digest"].all()


def test_in_the_background_the_cells_are_free(provider: Provider, cells: Kernel) -> None:
    """A run is paused, resumed and stopped by later cells, while its requests hang."""
    cells.run("run = summarize(library.papers(), library, model, background=True)")
    provider.arrived(2)
    assert cells.run("print(run.running, run.progress.total)") == f"True {COUNT}"
    cells.run("run.pause()")
    provider.go.set()
    cells.run("import threading; heard = threading.Semaphore(0)")
    cells.run("run.on_done(lambda *_: heard.release())")
    assert cells.run("print([heard.acquire(timeout=60) for _ in range(3)])") == str([True] * 3)
    assert cells.run("print(run.paused, run.progress.done)") == "True 3"
    assert len(provider.server.asked) == 3
    provider.go.clear()
    cells.run("run.resume()")
    provider.arrived(2)
    cells.run("run.stop()")
    provider.go.set()
    report = cells.run("print(run.wait()['outcome'].value_counts().to_dict())")
    assert report == str({"answered": 4, "known": 1, "left": 1})
    assert len(provider.server.asked) == COUNT - 1
