"""Two kernels on one library, and one that is killed: each paper is paid once, written once."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from paperkit.batch import summarize
from paperkit.batch.limiter import Limiter
from paperkit.library import Library
from paperkit.models import Pace
from paperkit.outlines import DIGEST
from paperkit.prompts import Reply, Request
from tests.conftest import make_paper
from tests.models.dialects import DIALECTS
from tests.processes.test_batch_runs import FULL
from tests.servers import Asked, Server, serve
from tests.test_batch import IDS, Scripted

OPENAI = DIALECTS["openai"]

BATCH = """
import sys
from paperkit.batch import summarize
from paperkit.library import Library
from paperkit.models.openai import OpenAIChat
from paperkit.models import Pace
library = Library(sys.argv[1])
model = OpenAIChat("some-model", base_url=sys.argv[2], pace=Pace(workers=2))
print("ready", flush=True)
report = summarize(library.papers(), library, model)
print(sorted(report["outcome"]))
"""

KILLED = """
import os, signal, sys, threading
from paperkit.library import schema
from paperkit.models.openai import OpenAIChat
real, commits, written = schema.connect, [], threading.Condition()
def connect(path):
    db = real(path)
    def trace(sql):
        if sql == "COMMIT":
            with written:
                commits.append(sql)
                written.notify_all()
            if len(commits) == int(sys.argv[3]):
                os.kill(os.getpid(), signal.SIGKILL)
    db.set_trace_callback(trace)
    return db
schema.connect = connect
ask, asked = OpenAIChat.answer, []
def answer(*told, **more):  # a paper's call and its answers are written before the next is asked
    with written:
        assert written.wait_for(lambda: len(commits) >= 2 * len(asked), 60)
    asked.append(told)
    return ask(*told, **more)
OpenAIChat.answer = answer
""" + BATCH.replace("workers=2", "workers=1")


def answer(asked: Asked) -> object:
    return OPENAI.reply(json.dumps(FULL))


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    monkeypatch.setenv("GEMINI_API_KEY", "none")
    with serve(answer) as made:  # type: ignore[arg-type]
        yield made


def started(code: str, library: Library, server: Server, *more: str) -> subprocess.Popen[str]:
    script = [sys.executable, "-c", code, str(library.path), f"{server.url}/v1", *more]
    return subprocess.Popen(script, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def complete(library: Library) -> list[str]:
    """Return the papers with a digest, after a check that it is whole and has no answer twice."""
    found = []
    for id in library.papers().index:
        if (digest := library.digest(id)) is None:
            continue
        # English has title and abstract; the abstract has no cue for the two others.
        unasked = ("title", "abstract", "prior_work", "evidence")
        asked = [q for q in FULL if q not in unasked]
        assert sorted(a.question for a in library.drafts(id)) == sorted(asked)
        assert not any(a.error for a in digest.answers)
        found.append(str(id))
    return found


def test_two_processes_pay_each_paper_once(
    library: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever comes second waits for the answer; counted at the server, which waits for both."""
    monkeypatch.setenv("GEMINI_API_KEY", "none")
    library.add([make_paper(f"2412.{n:05}") for n in range(3)])
    begun = threading.Event()

    def held(asked: Asked) -> object:
        assert begun.wait(60)
        return OPENAI.reply(json.dumps(FULL))

    with serve(held) as server:  # type: ignore[arg-type]
        both = [started(BATCH, library, server) for _ in range(2)]
        assert [process.stdout and process.stdout.readline() for process in both] == ["ready\n"] * 2
        begun.set()
        said = [process.communicate(timeout=60)[0] for process in both]
    assert sum(text.count("answered") for text in said) == 6
    assert sum(text.count("known") for text in said) == 6
    assert len(server.asked) == len(library.calls()) == 6
    assert len(complete(library)) == 6
    assert not any((library.path / ".claims").iterdir())


@pytest.mark.parametrize("commit", [1, 2, 3, 4])
def test_a_process_killed_at_any_write_loses_and_doubles_nothing(
    library: Library, server: Server, commit: int
) -> None:
    """Killed as it writes a call or answers: no half digest, and only what is missing is sent."""
    process = started(KILLED, library, server, str(commit))
    _, complaint = process.communicate(timeout=60)
    assert process.returncode == -signal.SIGKILL, complaint
    assert len(complete(library)) == (commit - 1) // 2
    paid, before = len(library.calls()), len(server.asked)
    again = summarize(library.papers(), library, OPENAI.model(server.url))
    assert set(again["outcome"]) <= {"answered", "known"}  # type: ignore[index]
    assert len(server.asked) - before == 3 - paid
    assert len(complete(library)) == 3


def test_a_killed_process_holds_no_claim(library: Library, server: Server) -> None:
    """What it was asking is free at once."""
    key = "k" * 64
    code = (
        "import os, signal, sys; from paperkit.library import Library\n"
        f"with Library(sys.argv[1]).calls.claim({key!r}, print):\n"
        "    os.kill(os.getpid(), signal.SIGKILL)"
    )
    process = started(code, library, server)
    process.communicate(timeout=60)
    assert process.returncode == -signal.SIGKILL

    def wait() -> None:
        raise AssertionError("it is held")

    with library.calls.claim(key, wait):
        assert (library.path / ".claims" / f"{key}.lock").exists()


def test_one_folder_is_one_library_by_whatever_path(
    library: Library, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """A relative path, an absolute one and a link in one kernel: one request."""
    monkeypatch.chdir(library.path.parent)
    link = tmp_path / "link"
    os.symlink(library.path, link)
    paths = (library.path.name, library.path.resolve(), link)

    begun = threading.Event()

    class Slow(Scripted):
        def answer(self, request: Request) -> Reply:
            assert begun.wait(10)
            return super().answer(request)

    model = Slow()
    runs = [summarize(IDS[:1], Library(p), model, background=True) for p in paths]
    begun.set()
    outcomes = sorted(run.wait()["outcome"].iloc[0] for run in runs)  # type: ignore[union-attr,index]
    assert outcomes == ["answered", "known", "known"]
    assert len(model.asked) == 1


def test_who_waits_for_another_can_be_stopped(
    library: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A batch that waits for somebody else's answer ends when it is told to."""
    begun, over, waits = threading.Event(), threading.Event(), threading.Event()

    class Slow(Scripted):
        def answer(self, request: Request) -> Reply:
            begun.set()
            over.wait(10)
            return super().answer(request)

    first = summarize(IDS[:1], library, Slow(), background=True)
    assert begun.wait(10)
    looked = Limiter.check
    monkeypatch.setattr(Limiter, "check", lambda limiter: (waits.set(), looked(limiter))[1])
    second = summarize(IDS[:1], library, Scripted(), background=True)
    assert waits.wait(10)  # the first is in flight: only who waits for it looks at its limiter
    second.stop()  # type: ignore[union-attr]
    assert list(second.wait()["outcome"]) == ["left"]  # type: ignore[union-attr,index]
    over.set()
    assert list(first.wait()["outcome"]) == ["answered"]  # type: ignore[union-attr,index]


def test_an_answer_given_meanwhile_is_not_written_again(library: Library) -> None:
    """The last look is within the transaction; what failed before is mended."""
    summarize(IDS[:1], library, Scripted(), pace=Pace(workers=1))
    digest = library.digest(IDS[0])
    assert digest is not None
    for _ in range(2):
        library.drafts.save_answers(digest, digest.answers, key="k")
    assert len(library.drafts.answers_to("k")) == len(digest.answers)
    count = len(library.drafts(IDS[0]))
    library.drafts.save_answers(digest, digest.answers, key="k")
    assert len(library.drafts(IDS[0])) == count
    assert {q.key for q in DIGEST.questions} >= {a.question for a in digest.answers}
