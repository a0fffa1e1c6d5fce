"""Every fault of a provider ends in the same error of ours and the same state, for all SDKs."""

from __future__ import annotations

import json
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass

import pytest

from paperkit.batch import summarize
from paperkit.errors import RateLimited
from paperkit.library import Library
from paperkit.models import Model, Pace
from paperkit.outlines import Outline, Question
from paperkit.prompts import make_request
from tests.conftest import make_paper
from tests.models.dialects import DIALECTS, NAME, Dialect
from tests.servers import Answer, Asked, Server, serve

KEY = "canary-key-7f3a"
OUTLINE = Outline(
    "small",
    (
        Question(key="what", headings={"en": "What"}, ask="What is it?", kind="line"),
        Question(key="how", headings={"en": "How"}, ask="How is it done?", kind="list"),
    ),
)
ROW = {"text": "It renders avatars.", "evidence": [1]}
FULL = {"what": [ROW], "how": [ROW]}
GOOD = json.dumps(FULL)
ID = "2411.00001"


@dataclass(frozen=True)
class Case:
    """What the server says, request by request (the last again and again), and where it ends."""

    answers: Callable[[Dialect], list[Answer]]
    outcome: str
    calls: list[str]
    said: str = ""
    tokens: tuple[int | None, int | None] = (100, 50)
    answered: tuple[str, ...] = ()


THRICE = ["answered"] * 3  # as asked, with what was wrong, and in plain lines
OK = {"outcome": "answered", "calls": ["answered"], "answered": ("what", "how")}
NONE = (None, None)


def fails(answers: Callable[[Dialect], list[Answer]], kind: str, said: str, **more: object) -> Case:
    """Return a case in which one call ends in an error without usage."""
    options = {"calls": [kind], "tokens": NONE, **more}
    return Case(answers, "failed", said=said, **options)  # type: ignore[arg-type]


CASES = {
    "ok": Case(lambda d: [d.reply(GOOD)], **OK),
    "fenced": Case(lambda d: [d.reply(f"```json\n{GOOD}\n```")], **OK),
    "thoughts": Case(lambda d: [d.reply(GOOD, thought="Let me think {")], **OK),
    "usage missing": Case(lambda d: [d.reply(GOOD, usage=False)], tokens=NONE, **OK),
    "malformed, then repaired": Case(
        lambda d: [d.reply(GOOD[:40]), d.reply(GOOD)],
        **{**OK, "calls": ["answered"] * 2, "tokens": (200, 100)},
    ),
    "malformed": Case(lambda d: [d.reply(GOOD[:40])], "failed", THRICE, "is not JSON", (300, 150)),
    "no object": Case(
        lambda d: [d.reply("[1]")], "failed", THRICE, "is no JSON object", (300, 150)
    ),
    "wrong shape": Case(
        lambda d: [d.reply(json.dumps({**FULL, "how": 5}))],
        "partial",
        THRICE,
        "how: the model answered in another shape than asked",
        (300, 150),
        ("what",),
    ),
    "missing field": Case(
        lambda d: [d.reply(json.dumps({"what": [ROW]}))],
        "partial",
        THRICE,
        "how: the model left this question out",
        (300, 150),
        ("what",),
    ),
    "all fields missing": Case(
        lambda d: [d.reply("{}")], "failed", THRICE, "left this question out", (300, 150)
    ),
    "empty": Case(lambda d: [d.reply("")], "failed", THRICE, "is not JSON", (300, 150)),
    "empty lists, then lines": Case(
        lambda d: [d.reply('{"what": [], "how": []}'), d.reply("It renders avatars.")],
        **{**OK, "calls": ["answered"] * 3, "tokens": (300, 150)},
    ),
    "strings": Case(lambda d: [d.reply('{"what": "It renders.", "how": ["By hand."]}')], **OK),
    "truncated": fails(
        lambda d: [d.truncated(GOOD[:40])], "Truncated", "cut off", tokens=(100, 50)
    ),
    "truncated, no content": fails(
        lambda d: [d.truncated(None)], "Truncated", "cut off", tokens=(100, 50)
    ),
    "safety": fails(lambda d: [d.refused("SAFETY")], "Refused", "no reply", tokens=(100, 50)),
    "recitation": fails(
        lambda d: [d.refused("RECITATION")], "Refused", "no reply", tokens=(100, 50)
    ),
    "blocked prompt": fails(lambda d: [d.blocked()], "Refused", "the prompt was blocked"),
    "unknown end": fails(
        lambda d: [d.unknown_end()],
        "Malformed",
        "ended for reason",
        calls=["Malformed"] * 2,
        tokens=(200, 100),
    ),
    "no JSON at all": fails(
        lambda d: [Answer(b"not json")], "Malformed", "ask again", calls=["Malformed"] * 2
    ),
    "400": fails(lambda d: [d.failure(400, "bad")], "Unauthorized", "refuses the request"),
    "400, a bad key": fails(
        lambda d: [d.failure(400, "API key not valid.")], "Unauthorized", "the key is not accepted"
    ),
    "401": fails(lambda d: [d.failure(401)], "Unauthorized", "the key is not accepted"),
    "403": fails(lambda d: [d.failure(403)], "Unauthorized", "the key is not accepted"),
    "404": fails(
        lambda d: [d.failure(404)], "Unauthorized", "no such model (no); there are other."
    ),
    "429 with a pause": Case(
        lambda d: [d.limited(seconds=0.02), d.reply(GOOD)],
        **{**OK, "calls": ["RateLimited", "answered"]},
    ),
    "429 for ever": fails(
        lambda d: [d.limited()], "RateLimited", "too many requests", calls=["RateLimited"] * 2
    ),
    "429 of the day": fails(
        lambda d: [d.limited(seconds=9, daily=True)], "RateLimited", "the quota of the day"
    ),
    "500": fails(lambda d: [d.failure(500)], "Unavailable", "HTTP 500"),
    "503": fails(lambda d: [d.failure(503)], "Unavailable", "HTTP 503"),
    "504": fails(lambda d: [d.failure(504)], "Unavailable", "HTTP 504"),
    "cut connection": fails(
        lambda d: [Answer(d.reply(GOOD).body, cut=60)], "Unavailable", "server"
    ),
}


@pytest.fixture(autouse=True)
def environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GEMINI_API_KEY", KEY)
    monkeypatch.setattr("paperkit.batch.asking._SINGLE", set())


@pytest.fixture(params=DIALECTS)
def dialect(request: pytest.FixtureRequest) -> Dialect:
    return DIALECTS[request.param]


class Stage:
    """One server and one model for all cases of a dialect: making clients is what takes time."""

    def __init__(self, server: Server) -> None:
        self.server = server
        self.script: list[Answer] = []
        self.model: Model | None = None


@pytest.fixture(scope="module")
def stages() -> Iterator[Callable[[Dialect], Stage]]:
    made: dict[int, Stage] = {}
    with ExitStack() as stack:

        def stage(dialect: Dialect) -> Stage:
            if id(dialect) in made:
                return made[id(dialect)]

            def answer(asked: Asked) -> Answer:
                if asked.method == "GET":
                    return dialect.listing()
                return found.script.pop(0) if len(found.script) > 1 else found.script[0]

            found = made[id(dialect)] = Stage(stack.enter_context(serve(answer)))
            found.model = model_at(dialect, found.server.url)
            return found

        yield stage


def model_at(dialect: Dialect, url: str, timeout: float = 20) -> Model:
    return dialect.model(url, timeout=timeout, pace=Pace(tries=1, backoff=0))


def ended(library: Library, model: Model) -> Case:
    """Return where a batch of one paper ends, as a case."""
    report = summarize([ID], library, model, outline=OUTLINE, prices={NAME: (1.0, 1.0)})
    row, calls = report.iloc[0], library.calls()
    digest = library.digest(ID, outline="small")
    tokens = [calls[c].sum(min_count=1) for c in ("tokens_in", "tokens_out")]
    assert [str(row["tokens_in"]), str(row["tokens_out"])] == [str(n) for n in tokens]
    assert KEY not in str(row["error"]) + calls.to_csv()
    answered = tuple(a.question for a in digest.answers if a.statements) if digest else ()
    used = tuple(None if str(n) == "<NA>" else int(n) for n in tokens)
    return Case(list, row["outcome"], list(calls["outcome"]), row["error"], used, answered)  # type: ignore[arg-type]


@pytest.mark.parametrize("name", CASES)
def test_a_fault_ends_the_same_for_every_sdk(
    library: Library, dialect: Dialect, stages: Callable[[Dialect], Stage], name: str
) -> None:
    """Outcome, calls on record, tokens, the error's words, and which answers there are."""
    case, stage = CASES[name], stages(dialect)
    stage.script = case.answers(dialect)
    got = ended(library, stage.model)
    assert (got.outcome, got.calls) == (case.outcome, case.calls)
    assert case.said in got.said
    assert bool(case.said) == bool(got.said)
    assert (got.tokens, got.answered) == (case.tokens, case.answered)


def test_a_silent_server_is_given_up(library: Library, dialect: Dialect) -> None:
    """A timeout is the server's failure, not ours, and nobody waits for ever."""
    over = threading.Event()

    def answer(asked: Asked) -> Answer:
        over.wait(20)
        return dialect.reply(GOOD)

    with serve(answer) as server:
        got = ended(library, model_at(dialect, server.url, 0.3))
        over.set()
    assert (got.outcome, got.calls, got.tokens) == ("failed", ["Unavailable"], NONE)


def test_a_server_that_drips_is_given_up(library: Library, dialect: Dialect) -> None:
    """Each byte comes in time, the whole answer doesn't: the timeout is for the whole."""
    with dripping() as url:
        got = ended(library, model_at(dialect, url, 0.4))
    assert (got.outcome, got.calls, got.tokens) == ("failed", ["Unavailable"], NONE)


def test_a_server_that_is_gone_is_unavailable(library: Library, dialect: Dialect) -> None:
    """A refused connection is worth another try."""
    with serve(lambda _: dialect.listing()) as server:
        gone = server.url
    assert ended(library, model_at(dialect, gone)).calls == ["Unavailable"]


@contextmanager
def dripping() -> Iterator[str]:
    """Run a server that sends a byte at a time and never ends."""
    over = threading.Event()
    listener = socket.create_server(("127.0.0.1", 0))

    def drip() -> None:
        connection, _ = listener.accept()
        with connection:
            connection.recv(65536)
            head = (
                b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 9999\r\n\r\n"
            )
            connection.sendall(head)
            try:
                while not over.wait(0.02):
                    connection.sendall(b" ")
            except OSError:
                return

    thread = threading.Thread(target=drip, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
    finally:
        over.set()
        thread.join(5)
        listener.close()


def test_a_pause_is_handed_on_in_seconds(
    dialect: Dialect, stages: Callable[[Dialect], Stage]
) -> None:
    """RetryInfo and Retry-After; a quota of the day is told apart."""
    request = make_request(make_paper(), outline=OUTLINE)
    found = []
    stage = stages(dialect)
    for given in (dialect.limited(seconds=7), dialect.limited(), dialect.limited(daily=True)):
        stage.script = [given]
        with pytest.raises(RateLimited) as caught:
            stage.model.answer(request)
        found.append((caught.value.retry_after, caught.value.daily))
    assert found == [(7.0, False), (None, False), (None, True)]


def test_the_repair_says_what_was_wrong(
    library: Library, dialect: Dialect, stages: Callable[[Dialect], Stage]
) -> None:
    """The second request names the fault, asks for what is missing only, and fills the gap."""
    script = [json.dumps({"what": [ROW]}), json.dumps({"how": [ROW]})]
    stage = stages(dialect)
    before, stage.script = len(stage.server.asked), [dialect.reply(text) for text in script]
    got = ended(library, stage.model)
    second = dialect.prompt(stage.server.asked[before + 1])
    assert '"how": the model left this question out' in second
    assert "What is it?" not in second
    assert got.answered == ("what", "how")
