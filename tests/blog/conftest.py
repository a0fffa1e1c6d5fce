"""How the tests are shared out between workers: whatever needs one engine's site stays together."""

from __future__ import annotations

import pytest


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Group the tests by the engine that they build with, the others by file."""
    for item in items:
        called = getattr(item, "callspec", None)
        group = called.params.get("built") if called else None
        item.add_marker(pytest.mark.xdist_group(group or item.path.stem))
