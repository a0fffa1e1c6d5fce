"""How the tests are shared out between workers: whatever needs one engine's site stays together."""

from __future__ import annotations

import re
from typing import Any

import pytest
from xdist.scheduler import LoadScopeScheduling

from tests.blog.test_engines import ENGINES


class ByEngine(LoadScopeScheduling):
    """A worker gets all tests of an engine, or all those of a file that need none."""

    def _split_scope(self, nodeid: str) -> str:
        engine = re.search(rf"\[({'|'.join(ENGINES)})\b", nodeid)
        return engine[1] if engine else nodeid.split("::")[0]


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> ByEngine:
    """Share the tests out by engine."""
    return ByEngine(config, log)
