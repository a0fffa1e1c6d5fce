"""Front matter as Hexo reads it: js-yaml gets what PyYAML wrote, whatever the title."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import yaml
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from paperkit.posts import Post
from paperkit.posts.flavors import JOINER, front_of, written
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


ODD = "abz019 :-#'\"\\{}[]*&!%@`|>?,.~=<$_^/中é😀\u2028\ufeff"
TITLES = st.one_of(
    st.sampled_from(SPECIAL),
    st.text(alphabet=ODD, min_size=1, max_size=14),
    st.text(alphabet=st.characters(exclude_categories=("Cc", "Cs")), min_size=1, max_size=40),
)
Read = Callable[[str], dict[str, Any]]


@pytest.fixture(scope="module")
def read() -> Iterator[Read]:
    """Give hexo-front-matter (js-yaml), which reads one front matter after the other."""
    node = engines.need("node")
    folder = engines.node_packages("hexo8")
    script = folder / "read_front.cjs"
    script.write_text((engines.HERE / "read_front.cjs").read_text())
    with subprocess.Popen(
        [node, str(script)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        encoding="utf-8",
        env={**os.environ, "TZ": "UTC"},
    ) as reader:

        def ask(text: str) -> dict[str, Any]:
            reader.stdin.write(json.dumps(text) + "\n")
            reader.stdin.flush()
            return dict(json.loads(reader.stdout.readline()))

        yield ask


@settings(max_examples=400, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(title=TITLES)
def test_js_yaml_and_pyyaml_read_back_what_was_meant(read: Read, title: str) -> None:
    """Title and tag come back as the very text, whatever it is, from both readers."""
    meant = {"title": title, "tags": [title], "none": None}
    text = written(meant)
    assert read(text) == {**meant, "_content": ""}
    assert yaml.safe_load(text.strip().strip("-")) == meant


@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(title=TITLES.filter(str.strip))
@example("<script>alert(1)</script> \\'+alert(2)+' \\xi \\")
def test_a_hexo_title_is_what_was_meant_but_for_joiners(read: Read, title: str) -> None:
    """Title, tag, topic and description are the very text once word joiners are dropped."""
    topic = title.replace(JOINER, "")
    post = Post(topic=topic, date="2024-11-12", description=topic)
    found = read(written(front_of(post, "hexo", first_title="x", cover="")))
    wanted = {"title": topic, "tags": [topic], "description": topic, "keywords": topic}
    assert {k: _without_joiners(found[k]) for k in wanted} == wanted


def _without_joiners(value: Any) -> Any:
    is_list = isinstance(value, list)
    return [v.replace(JOINER, "") for v in value] if is_list else value.replace(JOINER, "")


@pytest.mark.parametrize("topic", ["元宇宙/虚拟人", "NeRF: a survey"])
def test_hexo_reads_the_whole_front_matter(read: Read, topic: str) -> None:
    """Types, nulls, the date as written and the body's absence."""
    post = Post(topic=topic, date="2024-11-12 10:05:27", language="zh", author="Ana")
    front = front_of(post, "hexo", first_title="A: B # c", cover="/images/a.png")
    found = read(written(front) + "body\n")
    date = found.pop("date")
    assert date == "2024-11-12T10:05:27.000Z"
    assert found == {**{k: v for k, v in front.items() if k != "date"}, "_content": "body\n"}
