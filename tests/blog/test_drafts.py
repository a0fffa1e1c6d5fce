"""Drafts in the real engines: what `export(draft=True)` wrote lies in the site and is not built."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from functools import partial
from pathlib import Path

import pytest

from paperkit.posts import Post, export
from tests import posts_samples as samples
from tests.blog import engines

ENGINES: dict[str, tuple[str, Callable[[Path], Path]]] = {
    "hexo8": ("hexo", partial(engines.hexo, "hexo8")),
    "hugo": ("hugo", engines.hugo),
    "jekyll": ("jekyll", engines.jekyll),
}


@pytest.mark.parametrize("engine", ENGINES)
def test_a_draft_is_no_page_of_the_blog(tmp_path: Path, engine: str) -> None:
    """Beside the post itself, which is one."""
    flavor, build = ENGINES[engine]
    shelf = samples.small(tmp_path / "shelf", 1)
    post = Post(topic="Avatars", date=datetime(2024, 11, 12), papers=("2411.00001",), language="zh")
    site = tmp_path / "site"
    export(post, site, flavor=flavor, library=shelf)
    (draft,) = export(post, site, flavor=flavor, library=shelf, draft=True)
    built = {p.as_posix().lower() for p in build(site).rglob("*.html")}
    assert draft.is_file()
    assert any("avatars" in page for page in built)
    assert not [page for page in built if "avatars-draft" in page]
