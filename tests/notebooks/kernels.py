"""A real kernel for tests: cells are run as a notebook runs them, and may be interrupted."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from jupyter_client.blocking.client import BlockingKernelClient
from jupyter_client.manager import KernelManager

SLOW = 120
"""Seconds nobody should ever wait: a test that needs them fails."""


class Kernel:
    """A running kernel; each cell is a step with a reply, and what it printed."""

    def __init__(self, manager: KernelManager, client: BlockingKernelClient) -> None:
        self.manager = manager
        self.client = client

    def begin(self, code: str) -> str:
        """Begin a cell and return its id, without waiting for its end."""
        return self.client.execute(code)

    def end(self, cell: str) -> tuple[dict[str, Any], str]:
        """Wait for a cell's end; return its reply and what it printed."""
        while (reply := self.client.get_shell_msg(timeout=SLOW))["parent_header"]["msg_id"] != cell:
            continue
        said = []
        while True:
            message = self.client.get_iopub_msg(timeout=SLOW)
            if message["parent_header"].get("msg_id") != cell:
                continue
            if message["msg_type"] == "stream" and message["content"]["name"] == "stdout":
                said.append(message["content"]["text"])
            if message["content"].get("execution_state") == "idle":
                return reply["content"], "".join(said)

    def run(self, code: str) -> str:
        """Run a cell that must succeed; return what it printed."""
        reply, said = self.end(self.begin(code))
        assert reply["status"] == "ok", reply
        return said.strip()


@contextmanager
def kernel(folder: Path, environment: Mapping[str, str]) -> Iterator[Kernel]:
    """Start a kernel in a folder of its own until the block ends."""
    manager = KernelManager(kernel_name="python3")
    manager.start_kernel(cwd=str(folder), env=dict(environment))
    client = manager.blocking_client()
    client.start_channels()
    try:
        client.wait_for_ready(timeout=SLOW)
        yield Kernel(manager, client)
    finally:
        client.stop_channels()
        manager.shutdown_kernel(now=True)
