"""What servers really say, from reports of others: each kind through the three real SDKs."""

from __future__ import annotations

import json
import logging
import threading
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from paperkit.batch import Run, estimate, summarize
from paperkit.errors import ModelError, RateLimited, Refused, Unauthorized, Unavailable
from paperkit.library import Library
from paperkit.models import OpenAIChat, Pace
from paperkit.prompts import make_request, read_reply, single
from paperkit.prompts.requests import most
from tests.conftest import make_paper
from tests.faults.test_models import GOOD, OUTLINE
from tests.faults.test_shapes import SAID, read
from tests.models.dialects import DIALECTS, NAME, Dialect, _json
from tests.servers import Answer, Asked, serve
from tests.test_batch import IDS

KEY = "canary-key-7f3a"
CASES = json.loads((Path(__file__).parents[1] / "data/models/cases.json").read_text())
REQUEST = make_request(make_paper(), outline=OUTLINE)


@pytest.fixture(autouse=True)
def environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GEMINI_API_KEY", KEY)
    monkeypatch.setattr("paperkit.batch.asking._SINGLE", set())
    monkeypatch.setattr("paperkit.models.openai._KNOWN", {})
    monkeypatch.setattr("paperkit.models.openai._WITHOUT", {})


@pytest.fixture(params=DIALECTS)
def dialect(request: pytest.FixtureRequest) -> Dialect:
    return DIALECTS[request.param]


def case(name: str) -> Answer:
    """Return a reply that somebody reported."""
    found = next(c for c in CASES if c["id"] == name)
    if found["raw"] is not None:
        return Answer(found["raw"].encode(), found["status"], {"Content-Type": "text/plain"})
    return _json(found["body"], found["status"])


def error_of(dialect: Dialect, answer: Answer) -> ModelError:
    with serve(lambda _: answer) as server, pytest.raises(ModelError) as caught:
        dialect.model(server.url, timeout=10).answer(REQUEST)
    return caught.value


def batch(
    library: Library, dialect: Dialect, *answers: Answer, ids: list[str] = IDS
) -> tuple[Any, int]:
    """Return the report of a batch against a server that says this (the last for ever)."""
    script = list(answers)

    def answer(asked: Asked) -> Answer:
        if asked.method == "GET":
            return script[-1]
        return script.pop(0) if len(script) > 1 else script[0]

    with serve(answer) as server:
        model = dialect.model(server.url, pace=Pace(workers=1, backoff=0))
        report = summarize(ids, library, model, outline=OUTLINE)
        return report, sum(a.method == "POST" for a in server.asked)


def text_of(name: str) -> str:
    """Return what the model wrote in a reply that somebody reported, whatever the server."""
    found = next(c for c in CASES if c["id"] == name)
    return str(found["body"]["choices"][0]["message"]["content"])


def words_of(name: str) -> str:
    """Return the words of an error that somebody reported."""
    return str(next(c for c in CASES if c["id"] == name)["body"]["error"]["message"])


@pytest.mark.parametrize("name", ["A1b", "A9a"])
def test_a_reply_in_another_mark_is_taken_at_once(
    library: Library, dialect: Dialect, name: str
) -> None:
    """Lone backslashes, harmony's channels: nothing is paid twice."""
    report, count = batch(library, dialect, dialect.reply(text_of(name)), ids=IDS[:1])
    assert (list(report["outcome"]), count) == (["answered"], 1)


def test_reasoning_without_content_is_taken(library: Library) -> None:
    """A field that only chat completions have."""
    report, count = batch(library, DIALECTS["openai"], case("A2a"), ids=IDS[:1])
    assert (list(report["outcome"]), count) == (["answered"], 1)


def test_tex_outlives_json(library: Library, dialect: Dialect) -> None:
    """What a model meant by a backslash is kept."""
    batch(library, dialect, dialect.reply(text_of("A1a")), ids=IDS[:1])
    digest = library.digest(IDS[0], outline="small")
    assert digest is not None
    assert digest["what"].texts == (r"It tunes $\theta$ and $\beta$ by $\frac{1}{2}$.",)


def test_a_request_too_large_is_this_papers_matter(library: Library, dialect: Dialect) -> None:
    """One try a paper, no pause for the others, and the words say what is too long."""
    report, count = batch(library, dialect, dialect.failure(429, words_of("A4a")))
    assert list(report["outcome"]) == ["failed"] * 3
    assert count == 3
    assert report["error"].str.contains("too long for this account or model").all()


def test_an_error_inside_a_200_is_that_error(library: Library, dialect: Dialect) -> None:
    """A pause, then tried again."""
    report, count = batch(library, dialect, case("A6a"), dialect.reply(GOOD), ids=IDS[:1])
    assert (list(report["outcome"]), count) == (["answered"], 2)
    assert list(library.calls()["outcome"]) == ["RateLimited", "answered"]


def test_a_wrong_address_is_said_and_stops_the_batch(library: Library, dialect: Dialect) -> None:
    """Not "no such model": nothing lives at that path."""
    report, count = batch(library, dialect, case("A7a"))
    assert count == 1
    assert sorted(report["outcome"]) == ["failed", "left", "left"]
    assert report["error"].str.contains("knows no such path or model").all()
    assert report["error"].str.contains("404 page not found").all()
    assert report["error"].str.contains(HINTS[dialect]).all()


HINTS = dict.fromkeys(DIALECTS.values(), "look both up")
HINTS[DIALECTS["openai"]] = "give an address like"


def test_a_web_page_is_no_model(library: Library, dialect: Dialect) -> None:
    """A 200 with HTML is a wrong address too."""
    page = Answer(b"<!doctype html><html>Open WebUI</html>", headers={"Content-Type": "text/html"})
    report, count = batch(library, dialect, page)
    assert count == 1
    assert report["error"].str.contains("answers with a web page").any()


def test_the_servers_own_words_are_shown(library: Library, dialect: Dialect) -> None:
    """A region that is not served is not a key that is not accepted; it concerns all papers."""
    report, count = batch(library, dialect, dialect.failure(403, words_of("A10a")))
    assert count == 1
    assert report["error"].str.contains("Country, region, or territory not supported").all()
    assert not report["error"].str.contains("the key is not accepted").any()


@pytest.mark.parametrize(
    ("status", "words", "kind", "said"),
    [
        (403, "Your input was flagged by moderation.", Refused, "flagged by moderation"),
        (403, "Generative AI is not available in your region.", Unauthorized, "in your region"),
        (403, "API key was reported as leaked.", Unauthorized, "the key is not accepted"),
        (500, "model requires more system memory (9 GiB)", Unauthorized, "take a smaller one"),
        (500, "Jinja template error", Unavailable, "Jinja template error"),
        (400, "This model's maximum context length is 4096 tokens.", Unauthorized, "context=4096"),
        (429, "Quota exceeded for metric requests, limit: 0", Unauthorized, "no quota"),
        (413, "prompt is too long: 210000 tokens", Unauthorized, "too long for this account"),
        (413, "Request Entity Too Large", Unauthorized, "too long for this account"),
        (404, "model 'x' not found, try pulling it first", Unauthorized, "try pulling it first"),
    ],
)
def test_a_status_is_read_by_its_words(
    dialect: Dialect, status: int, words: str, kind: type[ModelError], said: str
) -> None:
    """The same for every SDK."""
    error = error_of(dialect, dialect.failure(status, words))
    assert (type(error), said in str(error)) == (kind, True), str(error)


@pytest.mark.parametrize(
    ("status", "words", "stops"),
    [
        (403, "Your input was flagged by moderation.", False),
        (413, "prompt is too long", False),
        (500, "requires more system memory", True),
        (403, "not available in your region at all", True),
    ],
)
def test_only_what_concerns_every_paper_stops_the_batch(
    library: Library, dialect: Dialect, status: int, words: str, stops: bool
) -> None:
    """One paper's moderation is no reason to leave the others."""
    report, count = batch(library, dialect, dialect.failure(status, words))
    assert count == (1 if stops else 3)
    assert list(report["outcome"]).count("left") == (2 if stops else 0)


# Structured output falls back


REFUSALS = {
    "schema": (400, "response_format json_schema is not supported"),
    "object": (500, "unknown response_format: json_object"),
}


def test_structured_output_falls_back_and_is_remembered(library: Library) -> None:
    """A schema, then objects, then plain text: each refusal is met once per server and model."""
    kinds: list[str] = []

    def answer(asked: Asked) -> Answer:
        kind = asked.json.get("response_format", {}).get("type", "text")
        kinds.append(kind)
        if kind != "text":
            status, words = REFUSALS["schema" if kind == "json_schema" else "object"]
            return DIALECTS["openai"].failure(status, words)
        return DIALECTS["openai"].reply(GOOD)

    with serve(answer) as server:
        model = DIALECTS["openai"].model(server.url)
        report = summarize(IDS, library, model, outline=OUTLINE)
        again = DIALECTS["openai"].model(server.url)
    assert list(report["outcome"]) == ["answered"] * 3  # type: ignore[index]
    assert kinds == ["json_schema", "json_object", "text", "text", "text"]
    assert again.understood == "text"  # type: ignore[attr-defined]


def refusing(*names: str) -> Callable[[Asked], Answer]:
    """Return a server that knows neither of these settings, and names the first that is sent."""

    def answer(asked: Asked) -> Answer:
        if asked.method == "GET":
            return _json({"data": []})
        sent = json.loads(asked.body)
        if refused := next((n for n in names if n in sent), None):
            words = f"Unsupported parameter: '{refused}' is not supported with this model."
            return DIALECTS["openai"].failure(400, words)
        return DIALECTS["openai"].reply(GOOD)

    return answer


def test_a_setting_that_a_server_refuses_is_left_out() -> None:
    """Where it was our choice: it goes under its other name or not at all, refused only once."""
    names = ("max_tokens", "stream_options", "temperature")
    request = replace(REQUEST, output_limit=900)
    with serve(refusing(*names)) as server:
        model = DIALECTS["openai"].model(server.url)
        for _ in range(2):
            assert model.answer(request).text
        bodies = [json.loads(a.body) for a in server.asked if a.method == "POST"]
    assert len(bodies) == 3 + 2
    assert not set(names) & set(bodies[-1])
    assert bodies[-1]["max_completion_tokens"] == 900


def test_a_setting_of_a_persons_own_is_not_left_out() -> None:
    """The server's words say which it is."""
    with serve(refusing("temperature")) as server, pytest.raises(Unauthorized) as caught:
        DIALECTS["openai"].model(server.url, temperature=0.7).answer(REQUEST)
    assert "'temperature' is not supported" in str(caught.value)


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (b"<html><head><title>502 Bad Gateway</title></head><body>x</body></html>", "502 Bad G"),
        (b"<!DOCTYPE html><body><script>alert(1)</script></body>", "(HTTP 400: a web page)"),
        (b'{"detail": [{"loc": ["body", "seed"], "msg": "not permitted"}]}', "body.seed: not perm"),
        (b'{"error": "something broke"}', "something broke"),
        (b"", "(HTTP 400)"),
    ],
)
def test_the_words_of_any_body_are_told(body: bytes, said: str) -> None:
    """Those of a page by its title, never its markup."""
    error = error_of(DIALECTS["openai"], Answer(body, 400, {"Content-Type": "text/plain"}))
    assert said in str(error)
    assert "<" not in str(error)


def test_a_page_between_us_and_the_model_is_told_by_its_title(dialect: Dialect) -> None:
    """A gateway's own, whatever the SDK makes of it."""
    page = b"<html><head><title>502 Bad Gateway</title></head><body>nginx</body></html>"
    error = error_of(dialect, Answer(page, 502, {"Content-Type": "text/html"}))
    assert "the server fails (HTTP 502: a web page: 502 Bad Gateway)" in str(error)


def test_another_fault_is_no_matter_of_the_schema() -> None:
    """A 400 about something else is told as it is, once."""
    with serve(lambda _: DIALECTS["openai"].failure(400, "bad messages")) as server:
        model = DIALECTS["openai"].model(server.url)
        with pytest.raises(Unauthorized, match="HTTP 400: bad messages"):
            model.answer(REQUEST)
    assert len(server.asked) == 1


# Streams, stops, contexts


def events(*pieces: str, usage: bool = True) -> Answer:
    """Return a stream of events."""
    rows: list[dict[str, object]] = [
        {"choices": [{"index": 0, "delta": {"content": piece}}]} for piece in pieces
    ]
    rows.append({"choices": [{"index": 0, "delta": {}, "finish_reason": "stop"}]})
    if usage:
        rows.append({"choices": [], "usage": {"prompt_tokens": 100, "completion_tokens": 50}})
    text = ": ping\n\n" + "".join(f"data: {json.dumps(row)}\n\n" for row in rows)
    return Answer(f"{text}data: [DONE]\n\n".encode(), headers={"Content-Type": "text/event-stream"})


def test_a_stream_of_events_is_put_together() -> None:
    """With its usage; a server on this machine is asked for one."""
    with serve(lambda _: events(GOOD[:20], GOOD[20:])) as server:
        reply = DIALECTS["openai"].model(server.url).answer(REQUEST)
    assert read(reply) == SAID
    assert (reply.tokens_in, reply.tokens_out) == (100, 50)
    assert server.asked[0].json["stream"] is True


def test_a_model_that_never_ends_is_stopped() -> None:
    """Once it has said more than is kept of it; its thoughts before may be as long as they are."""
    asked = single(REQUEST, REQUEST.questions[0])
    thoughts = ["<think>", *(f"Perhaps {n}. " for n in range(50)), "</think>\n"]
    pieces = [*thoughts, *(f"Step {n} renders heads.\n" for n in range(500))]
    with serve(lambda _: events(*pieces)) as server:
        reply = DIALECTS["openai"].model(server.url).answer(asked)
    said = [line for line in reply.text.splitlines() if line.startswith("Step")]
    assert len(said) == most(asked.questions[0]) + 1
    assert read_reply(asked, reply)[0][0].texts[0] == "Step 0 renders heads."


def test_an_error_within_a_stream_is_an_error() -> None:
    """Whatever the status was when it began."""
    failed = b'data: {"error": {"code": 429, "message": "slow down"}}\n\n'
    answer = Answer(failed, headers={"Content-Type": "text/event-stream"})
    assert isinstance(error_of(DIALECTS["openai"], answer), RateLimited)


def test_the_arguments_of_a_tool_are_an_answer() -> None:
    """Some servers call a tool where JSON is asked for."""
    call = {"function": {"name": "answers", "arguments": GOOD}}
    message = {"role": "assistant", "content": None, "tool_calls": [call]}
    body = {"choices": [{"index": 0, "message": message, "finish_reason": "tool_calls"}]}
    with serve(lambda _: _json(body)) as server:
        assert read(DIALECTS["openai"].model(server.url).answer(REQUEST)) == SAID


def test_a_stopped_batch_hangs_up(library: Library) -> None:
    """A server on this machine that computes for minutes sees that nobody waits any more."""
    came, gone = threading.Event(), threading.Event()

    def answer(asked: Asked) -> Answer:
        came.set()
        gone.wait(20)
        return DIALECTS["openai"].reply(GOOD)

    with serve(answer) as server:
        model = DIALECTS["openai"].model(server.url)
        run = summarize(IDS, library, model, outline=OUTLINE, background=True)
        assert isinstance(run, Run)
        assert came.wait(10)
        run.stop()
        report = run.wait()
        gone.set()
    assert list(report["outcome"]) == ["left"] * 3


def test_manners_on_this_machine() -> None:
    """One request at a time, ten minutes, temperature 0; elsewhere as before."""
    here = OpenAIChat("m", base_url="http://localhost:1/v1")
    there = OpenAIChat("m", base_url="https://example.org/v1", key="GEMINI_API_KEY")
    assert (here.pace.workers, here.timeout, here.parameters["temperature"]) == (1, 600.0, 0.0)
    assert (there.pace.workers, there.timeout, there.parameters["temperature"]) == (4, 120.0, None)


@pytest.mark.parametrize(
    ("listed", "shown", "context"),
    [
        ({"id": NAME, "max_model_len": 8192}, None, 8192),
        ({"id": NAME, "meta": {"n_ctx_train": 32768}}, None, 32768),
        ({"id": NAME, "meta": {"n_ctx": 4096, "n_ctx_train": 32768}}, None, 4096),
        ({"id": NAME}, {"parameters": "stop x\nnum_ctx 2048"}, 2048),
        ({"id": NAME}, {"model_info": {"qwen2.context_length": 32768}}, 32768),
        ({"id": NAME}, None, None),
    ],
)
def test_a_server_says_what_its_model_takes(
    listed: dict[str, object], shown: object, context: int | None
) -> None:
    """vLLM, llama.cpp, Ollama; who says nothing is asked with the whole paper."""

    def answer(asked: Asked) -> Answer:
        if asked.path.endswith("/models"):
            return _json({"object": "list", "data": [{"object": "model", **listed}]})
        return Answer(b"no", 404) if shown is None else _json(shown)

    with serve(answer) as server:
        model = OpenAIChat(NAME, base_url=f"{server.url}/v1")
        assert (model.context, model.context) == (context, context)


# Proxies, redirects, secrets


PROXIES = ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "http_proxy", "https_proxy", "all_proxy")


def test_loopback_is_never_reached_through_a_proxy(
    dialect: Dialect, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The request and its key stay on this machine."""
    monkeypatch.delenv("NO_PROXY", raising=False)
    monkeypatch.delenv("no_proxy", raising=False)
    with serve(lambda _: Answer(b"proxy", 502)) as proxy, serve(lambda _: dialect.reply(GOOD)) as s:
        for name in PROXIES:
            monkeypatch.setenv(name, proxy.url)
        assert read(dialect.model(s.url, timeout=10).answer(REQUEST)) == SAID
    assert proxy.asked == []


def test_a_socks_proxy_without_its_library_is_our_error(
    dialect: Dialect, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It says what is missing; nothing leaves."""
    for name in PROXIES:
        monkeypatch.setenv(name, "socks5://127.0.0.1:9")
    with pytest.raises(Unauthorized, match="a SOCKS proxy is set in the environment"):
        dialect.model("https://example.invalid").answer(REQUEST)


def test_a_redirect_to_another_host_is_refused(dialect: Dialect) -> None:
    """Neither the paper nor the key goes there."""
    with serve(lambda _: dialect.reply(GOOD)) as other:
        place = other.url.replace("127.0.0.1", "localhost")
        moved = Answer(b"", 307, {"Location": f"{place}/v1/chat/completions"})
        error = error_of(dialect, moved)
        assert other.asked == []
    assert isinstance(error, Unauthorized)
    assert "got neither paper nor key" in str(error)


def test_a_key_in_the_address_reaches_no_log(caplog: pytest.LogCaptureFixture) -> None:
    """Not at any level, from any library."""
    caplog.set_level(logging.DEBUG)
    with serve(lambda _: DIALECTS["openai"].reply(GOOD)) as server:
        here = server.url.replace("//", "//me:pass-word-1@")
        OpenAIChat("m", base_url=f"{here}/v1?api-key=sec-ret-2").answer(REQUEST)
        assert "sec-ret-2" in server.asked[0].path
    assert "pass-word-1" not in caplog.text
    assert "sec-ret-2" not in caplog.text


def test_a_reply_that_repeats_the_key_is_kept_without_it(dialect: Dialect) -> None:
    """What a server says is stored and shown."""
    text = json.dumps({"what": f"The key is {KEY}.", "how": "By hand."})
    with serve(lambda _: dialect.reply(text)) as server:
        reply = dialect.model(server.url).answer(REQUEST)
    assert KEY not in reply.text
    assert read(reply)["how"] == ("By hand.",)


# The cheap tier


def test_the_cheap_tier_loses_nothing_and_pays_nothing_twice(
    library: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A server that sheds three of ten requests: all answered, at half the price."""
    from paperkit.models.genai import GenAI

    library.add([make_paper(f"2412.{n:05}") for n in range(17)])
    prices = library.path / "prices.toml"
    prices.write_text(f'[prices]\n"{NAME}" = [1.0, 2.0]\n')
    monkeypatch.setenv("PAPERKIT_PRICES", str(prices))
    google, count, lock = DIALECTS["genai"], [0], threading.Lock()
    expected: list[int] = []

    def answer(asked: Asked) -> Answer:
        assert asked.json["serviceTier"] == "flex"
        with lock:
            count[0] += 1
            if count[0] % 10 in (2, 5, 8):
                return google.failure(503, "shed")
        words = google.prompt(asked) + asked.json["systemInstruction"]["parts"][0]["text"]
        said = json.loads(google.reply(GOOD).body)
        sent = {"promptTokenCount": len(words) // 4, "candidatesTokenCount": expected[0]}
        return _json(said | {"usageMetadata": sent})

    with serve(answer) as server:
        model = GenAI(NAME, tier="flex", endpoint=server.url, pace=Pace(tries=8, backoff=0.01))
        assert (model.timeout, model.provider[-1]) == (900.0, "flex")
        planned = estimate(library.papers(), library, model, outline=OUTLINE)
        expected.append(int(planned["tokens_out"].iloc[0]))
        report = summarize(library.papers(), library, model, outline=OUTLINE)
    assert list(report["outcome"]) == ["answered"] * 20  # type: ignore[index]
    calls = library.calls()
    assert (calls["outcome"] == "answered").sum() == 20
    bill = (calls["tokens_in"].sum() * 1.0 + calls["tokens_out"].sum() * 2.0) / 2 / 1e6
    assert calls["cost"].sum() == pytest.approx(bill)
    assert bill == pytest.approx(planned["cost"].sum(), rel=0.05)


def test_stragglers_go_at_the_standard_tier_if_asked(
    library: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What the cheap tier shed at every try is sent once more and paid in full, and only that."""
    from paperkit.models.genai import GenAI

    prices = library.path / "prices.toml"
    prices.write_text(f'[prices]\n"{NAME}" = [1.0, 2.0]\n')
    monkeypatch.setenv("PAPERKIT_PRICES", str(prices))
    google = DIALECTS["genai"]
    last = str(library.papers()["title"].iloc[-1])
    tiers: list[tuple[bool, str]] = []

    def answer(asked: Asked) -> Answer:
        tier, late = asked.json.get("serviceTier", ""), last in json.dumps(asked.json)
        tiers.append((late, tier))
        return google.failure(503, "shed") if late and tier else google.reply(GOOD)

    with serve(answer) as server:
        pace = Pace(tries=2, backoff=0.01)
        model = GenAI(NAME, tier="flex", stragglers="standard", endpoint=server.url, pace=pace)
        report = summarize(library.papers(), library, model, outline=OUTLINE)
    assert set(report["outcome"]) == {"answered"}  # type: ignore[index]
    assert [tier for late, tier in tiers if late] == ["flex", "flex", ""]
    count = len(library.papers())
    full = (100 * 1.0 + 50 * 2.0) / 1e6
    assert library.calls()["cost"].sum() == pytest.approx((count - 1) * full / 2 + full)
