"""Throughput of batches: many papers against a server on loopback, beside the ideal.

Run ``python benchmarks/bench_batch.py``; it needs no data. Two servers: one answers after 1 s
with no limit, one allows 10 requests per 2 s and answers 429 beyond. The server is a process of
its own, as it is in life. Prints seconds, the ideal, their ratio, and how many 429 there were.
"""

from __future__ import annotations

import argparse
import json
import math
import os
import tempfile
import threading
import time
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from multiprocessing import get_context
from multiprocessing.connection import Connection
from typing import Any

from paperkit.batch import summarize
from paperkit.library import Library
from paperkit.models import Limit, Pace
from paperkit.models.gemini import Gemini
from paperkit.models.genai import GenAI
from paperkit.models.openai import OpenAIChat
from paperkit.outlines import DIGEST
from paperkit.papers import clean_paper

MODELS = {"gemini": Gemini, "genai": GenAI, "openai": OpenAIChat}
ROW = {"text": "We render avatars with 3D Gaussians.", "evidence": [1]}
TEXT = json.dumps({q.key: [ROW] for q in DIGEST.questions})


class Provider(ThreadingHTTPServer):
    """A server that answers after a while, and 429 beyond so many requests in a window."""

    daemon_threads = True
    request_queue_size = 64

    def __init__(self, latency: float, requests: int | None, seconds: float) -> None:
        self.latency = latency
        self.requests = requests
        self.seconds = seconds
        self.times: deque[float] = deque()
        self.turned_away = 0
        self.lock = threading.Lock()
        super().__init__(("127.0.0.1", 0), Handler)

    def allows(self) -> bool:
        """Return whether one more request fits into the sliding window."""
        now = time.monotonic()
        with self.lock:
            while self.times and self.times[0] <= now - self.seconds:
                self.times.popleft()
            if self.requests is not None and len(self.times) >= self.requests:
                self.turned_away += 1
                return False
            self.times.append(now)
            return True


class Handler(BaseHTTPRequestHandler):
    """Answers in the dialect of whoever asks."""

    protocol_version = "HTTP/1.1"
    server: Provider

    def do_POST(self) -> None:
        """Answer one request."""
        self.rfile.read(int(self.headers.get("Content-Length") or 0))
        if not self.server.allows():
            return self._send(429, {"error": {"code": 429, "message": "slow down"}})
        threading.Event().wait(self.server.latency)
        return self._send(200, openai() if "chat/completions" in self.path else google())

    def _send(self, status: int, data: dict[str, Any]) -> None:
        body = json.dumps(data).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Keep quiet."""


def google() -> dict[str, Any]:
    """Return a reply of the Gemini API."""
    content = {"role": "model", "parts": [{"text": TEXT}]}
    counts = {"promptTokenCount": 400, "candidatesTokenCount": 200, "totalTokenCount": 600}
    return {"candidates": [{"content": content, "finishReason": "STOP"}], "usageMetadata": counts}


def openai() -> dict[str, Any]:
    """Return a chat completion."""
    message = {"role": "assistant", "content": TEXT}
    choice = {"index": 0, "message": message, "finish_reason": "stop"}
    usage = {"prompt_tokens": 400, "completion_tokens": 200, "total_tokens": 600}
    named = {"id": "1", "object": "chat.completion", "created": 1, "model": "some"}
    return {**named, "choices": [choice], "usage": usage}


def served(latency: float, requests: int | None, seconds: float, wire: Connection) -> None:
    """Run a server until told to end; hand its port over first, at the end what it turned away."""
    server = Provider(latency, requests, seconds)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    wire.send(server.server_port)
    wire.recv()
    wire.send(server.turned_away)


@contextmanager
def provider(*limits: float | None) -> Iterator[tuple[str, Connection]]:
    """Run a server in another process; give its address and the wire to it."""
    context = get_context("spawn")
    wire, other = context.Pipe()
    process = context.Process(target=served, args=(*limits, other), daemon=True)
    process.start()
    yield f"http://127.0.0.1:{wire.recv()}", wire
    process.join(10)


def measured(kind: str, count: int, url: str, pace: Pace) -> float:
    """Return the seconds a batch of so many papers takes."""
    place = {"base_url": f"{url}/v1"} if kind == "openai" else {"endpoint": url}
    model: Any = MODELS[kind]("some", pace=pace, **place)  # type: ignore[operator]
    with tempfile.TemporaryDirectory() as folder:
        library = Library(folder)
        library.add([paper(n) for n in range(count)])
        papers = library.papers()
        model.prepare()  # loading an SDK takes as long for one paper as for a thousand
        begun, busy = time.perf_counter(), time.process_time()
        report = summarize(papers, library, model)
        seconds = time.perf_counter() - begun
        print(f"CPU {time.process_time() - busy:4.1f} s ", end="")
    assert set(report["outcome"]) == {"answered"}, report["error"].unique()
    return seconds


def paper(number: int) -> Any:
    """Return a made-up paper."""
    abstract = f"We render avatars with 3D Gaussians. It runs at {number} FPS on one GPU. " * 4
    fields = {"id": f"2411.{number:05}", "version": 1, "title": f"Avatars {number}"}
    more = {"authors": ["A"], "abstract": abstract, "categories": ["cs.CV"]}
    return clean_paper({**fields, **more, "published": "2024-11-07T18:00:00+00:00"})


def main() -> None:
    """Measure both servers with each SDK."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--papers", type=int, default=200)
    parser.add_argument("--limited", type=int, default=60, help="papers at the limited server")
    parser.add_argument("--workers", type=int, default=16)
    parser.add_argument("--models", nargs="*", default=list(MODELS), choices=list(MODELS))
    options = parser.parse_args()
    os.environ.setdefault("GEMINI_API_KEY", "none")
    width = options.workers
    tight = Pace(workers=width, limits=(Limit(seconds=2, requests=10),))
    free = math.ceil(options.papers / width) * 1.0
    limited = (math.ceil(options.limited / 10) - 1) * 2.0 + 0.05
    for kind in options.models:
        with provider(1.0, None, 1.0) as (url, wire):
            took = measured(kind, options.papers, url, Pace(workers=width))
            said(kind, f"1 s latency, {width} in flight", options.papers, took, free, wire)
        with provider(0.05, 10, 2.0) as (url, wire):
            took = measured(kind, options.limited, url, tight)
            said(kind, "10 requests per 2 s", options.limited, took, limited, wire)


def said(kind: str, what: str, count: int, took: float, ideal: float, wire: Connection) -> None:
    """Print one line and let the server end."""
    wire.send("end")
    figures = f"{took:6.2f} s, ideal {ideal:6.2f} s, ratio {took / ideal:.3f}"
    load = f"load {os.getloadavg()[0]:.1f}"
    print(f"{kind:8}{what:26}{count:4} papers {figures}, 429: {wire.recv()}, {load}", flush=True)


if __name__ == "__main__":
    main()
