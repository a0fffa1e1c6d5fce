"""Front matter as Hexo reads it: js-yaml gets what PyYAML wrote, whatever the title."""

from __future__ import annotations

import json
import os
import random
import subprocess
from typing import Any

import pytest

from paperkit.posts import Post
from paperkit.posts.fronts import front_of, written
from tests.blog import engines

SPECIAL = (
    "a: b",
    "- a",
    "# a",
    "a #b",
    "'a'",
    '"a"',
    "a\\b",
    "{a: b}",
    "[a]",
    "*a",
    "&a b",
    "!a",
    "%a",
    "@a",
    "`a`",
    "|",
    ">",
    "?",
    "? a",
    "---",
    "--- a",
    "...",
    "yes",
    "No",
    "null",
    "~",
    "true",
    "1e3",
    "0o17",
    "0x1F",
    "017",
    "1_000",
    "12:30:45",
    "2024-11-12",
    ".inf",
    "1.",
    "=",
    "<<",
    " a ",
    "a:",
    ":a",
    "，中文：标题",
    "😀 $x_{i}$",
    "שלום",
    "a\u00a0b",
    "a\u2028b",
    "\ufeffa",
    "<img src=x onerror=alert(1)>: {{7*7}} {% raw %} $x_{i}$ a/b",
)


def titles() -> list[str]:
    """Return special titles, and three hundred of random printable characters."""
    chosen = random.Random(11)
    letters = "abz019 :-#'\"\\{}[]*&!%@`|>?,.~=<$_^/中é😀"
    return [
        *SPECIAL,
        *("".join(chosen.choices(letters, k=chosen.randint(1, 14))) for _ in range(300)),
    ]


def read(texts: list[str]) -> list[dict[str, Any]]:
    """Return front matter as hexo-front-matter (js-yaml) reads it."""
    node = engines.need("node")
    folder = engines.node_packages("hexo8")
    script = folder / "read_front.cjs"
    script.write_text((engines.HERE / "read_front.cjs").read_text())
    done = subprocess.run(
        [node, str(script)],
        input=json.dumps(texts),
        capture_output=True,
        text=True,
        check=True,
        env={**os.environ, "TZ": "UTC"},
    )
    return list(json.loads(done.stdout))


def test_js_yaml_reads_back_what_was_meant() -> None:
    """Each title and tag comes back as the very text."""
    wanted = titles()
    found = read([written({"title": t, "tags": [t], "none": None}) for t in wanted])
    assert [f["title"] for f in found] == wanted
    assert [f["tags"] for f in found] == [[t] for t in wanted]


@pytest.mark.parametrize("topic", ["元宇宙/虚拟人", "NeRF: a survey"])
def test_hexo_reads_the_whole_front_matter(topic: str) -> None:
    """Types, nulls, the date as written and the body's absence."""
    post = Post(topic=topic, date="2024-11-12 10:05:27", language="zh", author="Ana")
    front = front_of(post, "hexo", first_title="A: B # c", cover="/images/a.png")
    (found,) = read([written(front) + "body\n"])
    date = found.pop("date")
    assert date == "2024-11-12T10:05:27.000Z"
    assert found == {**{k: v for k, v in front.items() if k != "date"}, "_content": "body\n"}
