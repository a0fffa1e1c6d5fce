"""Real servers on loopback that answer by script and remember what they were asked."""

from __future__ import annotations

import json
import select
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


@dataclass
class Asked:
    """One request as it arrived."""

    method: str
    path: str
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        """Return the body as JSON."""
        return json.loads(self.body)


@dataclass
class Answer:
    """One answer to give; ``cut`` closes the connection after that many bytes.

    ``stalls`` keeps it back, and ``endless`` repeats it, until the one who asked has gone.
    """

    body: bytes = b""
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    cut: int | None = None
    stalls: bool = False
    endless: bool = False


@dataclass
class Server:
    """A running server: its address and all it was asked."""

    url: str
    asked: list[Asked]


@contextmanager
def serve(answer: Callable[[Asked], Answer]) -> Iterator[Server]:
    """Run a server on a free port of loopback until the block ends."""
    asked: list[Asked] = []

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def handle_any(self) -> None:
            length = int(self.headers.get("Content-Length") or 0)
            headers = {k.lower(): v for k, v in self.headers.items()}
            request = Asked(self.command, self.path, headers, self.rfile.read(length))
            asked.append(request)
            given = answer(request)
            if given.stalls:
                select.select([self.connection], [], [], 30)
            self.send_response(given.status)
            for name, value in given.headers.items():
                self.send_header(name, value)
            if not given.endless:
                self.send_header("Content-Length", str(len(given.body)))
            self.end_headers()
            self.close_connection = given.cut is not None or given.endless or given.stalls
            with suppress(ConnectionError):
                self.wfile.write(given.body if given.cut is None else given.body[: given.cut])
                while given.endless:
                    self.wfile.write(given.body)

        do_GET = do_POST = handle_any

        def log_message(self, *_: object) -> None:
            """Keep quiet."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield Server(f"http://127.0.0.1:{server.server_port}", asked)
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
