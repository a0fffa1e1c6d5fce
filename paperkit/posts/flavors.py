"""Flavors: how blog engines differ, one row each; everything else about a post is common."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any, Literal

import yaml

from paperkit.errors import PaperkitError, PublishError
from paperkit.posts import letters
from paperkit.posts.escapes import Escape
from paperkit.posts.labels import label
from paperkit.posts.post import SWITCHES, Post


@dataclass(frozen=True, kw_only=True)
class Flavor:
    """One engine's demands.

    ``title`` is the engine's name as it writes it. ``text`` is the post's path below the site's
    root, ``files`` the folder of its figures and ``link`` how the text reaches them (all with
    {category}, {day}, {slug}). ``escape`` is how its text is written, ``figures`` names the
    template of a figure list, ``front`` the row of front-matter keys. ``templates`` are the
    openings of the engine's template language, which must not be run in a person's prose; ``site``
    are files one of which a site's root holds; ``marks`` says that cards carry comments, for
    `adopt`, on which answer stands where; ``titled`` that themes print the title as the page's
    first heading, so that the text has none; ``page`` that the text goes out as HTML, which is a
    letter of its own or an entry in a feed. ``cite`` is how a text cites an entry of a BibTeX file
    ({key}), ``references`` where such an engine prints them; "" is at the end, without a word.
    """

    name: str
    title: str = ""
    text: str
    files: str
    link: str
    front: str
    escape: Escape = field(default_factory=Escape)
    figures: str = "html"
    templates: tuple[str, ...] = ()
    site: tuple[str, ...] = ()
    marks: bool = False
    titled: bool = False
    page: Literal["", "letter", "feed"] = ""
    cite: str = ""
    references: str = ""

    def cites(self, site: str | os.PathLike[str]) -> bool:
        """Return whether posts of this site cite from a BibTeX file beside them.

        MyST takes every such file of its project, unless the settings list some; the folder may
        be the older Jupyter Book's too, which takes none.
        """
        settings = Path(site) / "myst.yml"
        if self.name != "myst" or not settings.is_file():
            return bool(self.references)
        listed = rb"(?m)^[ \t-]*[\"']?bibliography[\"']?[ \t]*:"
        return bool(site) and not re.search(listed, settings.read_bytes())

    @property
    def extension(self) -> str:
        """Return the post's file name extension."""
        return "." + self.text.rpartition(".")[2]


_BESIDE = "{day}-{slug}_files"
_HUGO = tuple(f"{n}.{kind}" for n in ("hugo", "config") for kind in ("toml", "yaml", "yml", "json"))

FLAVORS: dict[str, Flavor] = {
    f.name: f
    for f in (
        Flavor(
            name="hexo",
            title="Hexo",
            text="source/_posts/{category}/{day}/{slug}.md",
            files="source/images/{slug}",
            link="/images/{slug}/",
            front="hexo",
            site=("_config.yml", "_config.json"),
        ),
        Flavor(
            name="hugo",
            titled=True,
            title="Hugo",
            text="content/{section}/{day}-{slug}/index.md",
            files="content/{section}/{day}-{slug}",
            link="",
            front="hugo",
            # Without markup.goldmark.renderer.unsafe Hugo drops raw HTML; code is never math.
            escape=Escape(literal="code"),
            figures="hugo",
            templates=("{{<", "{{%"),
            site=(*_HUGO, "config/_default"),
        ),
        Flavor(
            name="jekyll",
            titled=True,
            title="Jekyll",
            text="_posts/{day}-{slug}.md",
            files="assets/images/{slug}",
            link="/assets/images/{slug}/",
            front="jekyll",
            templates=("{{", "{%"),
            site=("_config.yml", "_config.yaml", "_config.toml"),
        ),
        Flavor(
            name="quarto",
            titled=True,
            title="Quarto",
            text="posts/{day}-{slug}/index.qmd",
            files="posts/{day}-{slug}",
            link="",
            front="quarto",
            escape=Escape(math="native", literal="pandoc", smart="backslash"),
            figures="quarto",
            templates=("{{<",),
            cite="[@{key}]",
            references="::: {#refs}\n:::",
            site=("_quarto.yml", "_quarto.yaml"),
        ),
        Flavor(
            name="myst",
            titled=True,
            title="MyST",
            text="posts/{day}-{slug}.md",
            # mystmd finds no image whose address holds more than ASCII, encoded or not.
            files="posts/{day}_files",
            link="{day}_files/",
            front="myst",
            escape=Escape(math="native", literal="escape"),
            figures="myst",
            cite="{{cite}}`{key}`",
            site=("myst.yml", "_config.yml"),
        ),
        Flavor(
            name="blog-markdown",
            title="Blog Markdown",
            text="{day}-{slug}.md",
            files=_BESIDE,
            link=f"{_BESIDE}/",
            front="plain",
            escape=Escape(math="native", literal="entity", smart=""),
        ),
        Flavor(
            name="mail",
            titled=True,
            page="letter",
            title="Mail",
            text="{day}-{slug}.html",
            files=_BESIDE,
            link=f"{_BESIDE}/",
            front="plain",
        ),
        Flavor(
            name="feed",
            titled=True,
            page="feed",
            title="Feed",
            text="feed.xml",
            files=_BESIDE,
            link=f"{_BESIDE}/",
            front="plain",
        ),
    )
}
"""The engines by name."""

NOTEBOOK = Flavor(
    name="notebook",
    text="x.md",
    files="",
    link="",
    front="plain",
    escape=Escape(math="native", literal="entity", smart=""),
    marks=True,
)
"""How a card looks in Jupyter itself."""


def flavor_of(name: str) -> Flavor:
    """Return the flavor of that name.

    Raises:
        PaperkitError: there is none.
    """
    if name not in FLAVORS:
        raise PaperkitError(f"flavor {name!r}: unknown; use {', '.join(FLAVORS)}.")
    return FLAVORS[name]


# ---- Front matter: the keys each engine reads, written so that every YAML reader reads them bac

_DOUBTFUL = re.compile(r"(?i)[\d.+\-~=<:].*|y|n|yes|no|on|off|true|false|null|none|nan|inf")

_SPECIAL = re.compile(
    "[^\x20-\x7e\xa0-\u2027\u202a-\ud7ff\ue000-\ufefe\uff00-\ufffd\U00010000-\U0010ffff]"
)


class _Dumper(yaml.SafeDumper):
    """Block style, no anchors, keys in the order given."""

    def ignore_aliases(self, data: Any) -> bool:
        """Write equal values out in full."""
        return True

    def increase_indent(self, flow: bool = False, indentless: bool = False) -> None:
        """Indent list items below their key, as the blogs do."""
        super().increase_indent(flow, False)


def _text(dumper: yaml.SafeDumper, value: str) -> yaml.Node:
    style = '"' if _SPECIAL.search(value) else "'" if _DOUBTFUL.fullmatch(value) else None
    return dumper.represent_scalar("tag:yaml.org,2002:str", value, style=style)


def _nothing(dumper: yaml.SafeDumper, _: None) -> yaml.Node:
    return dumper.represent_scalar("tag:yaml.org,2002:null", "")


_Dumper.add_representer(str, _text)
_Dumper.add_representer(type(None), _nothing)


def written(front: Mapping[str, Any]) -> str:
    """Return front matter with its fences; ``None`` is an empty key."""
    text = yaml.dump(
        dict(front),
        Dumper=_Dumper,
        sort_keys=False,
        allow_unicode=True,
        default_flow_style=False,
        width=float("inf"),
    )
    return f"---\n{text}---\n"


class _Loader(yaml.SafeLoader):
    """YAML 1.2's core schema, and dates: "On" and "16:9" are texts, "010" is ten."""

    yaml_implicit_resolvers: dict[str, Any] = {}  # noqa: RUF012 PyYAML's own name

    def decimal(self, node: yaml.ScalarNode) -> int:
        """Return a number without what YAML 1.1 reads into a leading zero."""
        return int(self.construct_scalar(node))


_CORE = (
    ("bool", r"true|True|TRUE|false|False|FALSE", "tTfF"),
    ("int", r"[-+]?[0-9]+", "-+0123456789"),
    ("float", r"[-+]?(?:\.[0-9]+|[0-9]+\.[0-9]*)(?:[eE][-+]?[0-9]+)?", "-+.0123456789"),
    ("null", r"~|null|Null|NULL|", ["~", "n", "N", ""]),
)
for _name, _pattern, _first in _CORE:
    _Loader.add_implicit_resolver(
        f"tag:yaml.org,2002:{_name}", re.compile(rf"^(?:{_pattern})$"), list(_first)
    )
for _tag, _regexp in yaml.SafeLoader.yaml_implicit_resolvers["2"]:
    if _tag.endswith(":timestamp"):
        _Loader.add_implicit_resolver(_tag, _regexp, list("0123456789"))
_Loader.add_constructor("tag:yaml.org,2002:int", _Loader.decimal)


def _body(text: str) -> str:
    return re.sub(r"\A\s*---[ \t]*\n|\n---[ \t]*\s*\Z", "", text)


def parsed(text: str, where: str) -> dict[str, Any]:
    """Return the keys of front matter as a person wrote it, fences optional.

    Raises:
        PaperkitError: it is no YAML mapping.
    """
    try:
        data = yaml.load(_body(text), Loader=_Loader)  # noqa: S506 a SafeLoader
    except (yaml.YAMLError, ValueError) as error:
        first = str(error).splitlines()[0]
        raise PaperkitError(
            f"{where}: not valid YAML ({first}); quote texts that contain ':'."
        ) from error
    if not isinstance(data, dict | None):
        raise PaperkitError(f"{where}: must be 'key: value' lines; correct the cell.")
    return {str(k): v for k, v in (data or {}).items()}


def title_of(post: Post, row: str) -> str:
    """Return the title that a post's front matter states."""
    return str(post.front.get("title") or _INERT.get(row, str)(post.title or post.topic))


def stated_title(path: Path) -> str | None:
    """Return the title in a file's front matter; None where it has none that can be read."""
    text = path.read_text(encoding="utf-8", errors="replace")
    if path.suffix == ".html":
        return letters.stated_title(text)
    head = text.partition("\n---\n")[0]
    try:
        return str(parsed(head, str(path)).get("title"))
    except PaperkitError:
        return None


def front_of(
    post: Post, row: str, *, first_title: str, cover: str, draft: bool = False
) -> dict[str, Any]:
    """Return the front matter of a post in an engine's row of keys; a draft's keeps it back."""
    inert = _INERT.get(row, str)
    common = {
        "title": inert(post.title or post.topic),
        "date": post.date,
        "author": inert(post.author) or None,
        "cover": post.cover or cover or None,
        "tags": [inert(t) for t in post.tags or (post.topic,)],
        "description": inert(post.description or _description(post, first_title)),
        "topic": inert(post.topic),
    }
    held = {} if not draft else {"published": False} if row in _UNPUBLISHED else {"draft": True}
    front = {**_ROWS[row](post, common), **post.front, **held}
    for name, value in front.items():
        _check_buildable(post, row, name, value)
    return front


_TERMS = ("tags", "categories", "category", "keywords", "series")
"""What engines make folders and addresses of."""


def _check_buildable(post: Post, row: str, name: str, value: Any) -> None:
    """Refuse what stops an engine, for one post or the whole site, before anything is written."""
    for text in map(str, value if isinstance(value, list | tuple) else [value]):
        why = "holds a lone surrogate" if _SURROGATE.search(text) else ""
        if name in _TERMS and not why:
            if len(text.encode()) > _LONGEST_TERM:
                why = f"is longer than {_LONGEST_TERM} bytes, which no file name may be"
            elif row == "hugo" and text.strip() in (".", ".."):
                why = "is a folder above"
            elif row == "jekyll" and name != "tags" and ":" in text:
                why = "holds a colon, which Jekyll takes for an address"
        if why:
            shown = text[:40].encode("utf-8", "backslashreplace").decode()
            raise PublishError(f"post {post.topic!r}: {name} {shown!r} {why}; change it.")


_SURROGATE = re.compile("[\ud800-\udfff]")
_LONGEST_TERM = 200


_UNPUBLISHED = ("hexo", "jekyll")
"""The engines that leave out what says ``published: false``; the others know ``draft: true``."""


def _description(post: Post, first_title: str) -> str:
    values = {"topic": post.topic, "date": post.day, "title": first_title}
    return label("description", post.language, **values).rstrip()


JOINER = "\u2060"
"""What keeps characters apart in a Hexo post's front matter; a reader may drop it."""

# butterfly prints descriptions and neighbors' titles as HTML, and the page's title into a script
# between single quotes, of which it escapes only the quotes.
_PRINTED = re.compile(r"<(?=[A-Za-z/!?])|\\(?=['ux]|$)")


def harmless(text: str) -> str:
    """Return one line that opens no tag and ends no JavaScript string, and looks the same."""
    return _PRINTED.sub(lambda found: found[0] + JOINER, re.sub(r"[\r\n]+", " ", text))


def _markdown(text: str) -> str:
    return Escape(math="native", literal="pandoc", smart="backslash").inline(text, links=False)


_INERT = {"hexo": harmless, "quarto": _markdown}


_BUTTERFLY = {
    "toc": None,
    "toc_number": False,
    "toc_style_simple": True,
    "copyright": None,
    "copyright_author": None,
    "copyright_author_href": None,
    "copyright_url": None,
    "copyright_info": None,
    "mathjax": True,
    "katex": None,
    "aplayer": None,
    "highlight_shrink": None,
    "aside": None,
    # Not read by the theme: nothing in the post is a Nunjucks template.
    "disableNunjucks": True,
}


def _hexo(post: Post, common: dict[str, Any]) -> dict[str, Any]:
    head = {k: common[k] for k in ("title", "date", "author", "cover")}
    tail = {"description": common["description"], "keywords": common["topic"]}
    return {**head, "categories": post.category, "tags": common["tags"], **tail, **_BUTTERFLY}


def _stated(data: dict[str, Any]) -> dict[str, Any]:
    return {k: v for k, v in data.items() if v not in (None, "", [])}


def _hugo(post: Post, common: dict[str, Any]) -> dict[str, Any]:
    return _stated(
        {
            **{k: common[k] for k in ("title", "date", "author")},
            "images": [common["cover"]] if common["cover"] else None,
            "categories": [post.category],
            "tags": common["tags"],
            "description": common["description"],
            "keywords": [common["topic"]],
            "math": True,
        }
    )


def _jekyll(post: Post, common: dict[str, Any]) -> dict[str, Any]:
    return _stated(
        {
            "layout": "post",
            **{k: common[k] for k in ("title", "date", "author")},
            "image": common["cover"],
            "categories": [post.category],
            "tags": common["tags"],
            "description": common["description"],
            "mathjax": True,
            "render_with_liquid": False,
        }
    )


def _quarto(post: Post, common: dict[str, Any]) -> dict[str, Any]:
    return _stated(
        {
            **{k: common[k] for k in ("title", "date", "author")},
            "image": common["cover"],
            "categories": [post.category, *common["tags"]],
            "description": common["description"],
            "lang": post.language,
        }
    )


def _myst(post: Post, common: dict[str, Any]) -> dict[str, Any]:
    return _stated(
        {
            "title": common["title"],
            "date": common["date"],
            "authors": [common["author"]] if common["author"] else None,
            "thumbnail": common["cover"],
            "tags": [post.category, *common["tags"]],
            "description": common["description"],
        }
    )


def _plain(post: Post, common: dict[str, Any]) -> dict[str, Any]:
    return _stated(
        {
            **{k: common[k] for k in ("title", "date", "author", "cover")},
            "categories": [post.category],
            "tags": common["tags"],
            "description": common["description"],
        }
    )


_ROWS = {
    "hexo": _hexo,
    "hugo": _hugo,
    "jekyll": _jekyll,
    "quarto": _quarto,
    "myst": _myst,
    "plain": _plain,
}

_EDITABLE = ("topic", "date", "title", "author", "cover", "category", "tags", "description")
_SETTINGS = ("language", "figures", "assets_url", "repeats")
_RARE = ("evidence", "table", "missing", "disclaimer", "credit")
_KNOWN = (*_EDITABLE, *_SETTINGS, *_RARE)
_LISTS = ("tags", "table")


def cell_of(post: Post) -> str:
    """Return the YAML a person edits at the head of a post's notebook."""
    values: dict[str, Any] = {k: getattr(post, k) or None for k in (*_EDITABLE, *_SETTINGS)}
    values |= {k: getattr(post, k) for k in _RARE if getattr(post, k) != getattr(Post, k)}
    values |= {k: list(values[k]) for k in _LISTS if values.get(k)}
    return written({**values, "date": post.date, **post.front})


def edited(post: Post, text: str) -> Post:
    """Return the post as its front-matter cell says; further keys go into ``front``.

    Texts are taken as they were typed: a title ``16:9`` or ``On`` is these letters.
    """
    where = "front matter cell"
    data, typed = parsed(text, where), _typed(text)
    fields: dict[str, Any] = {k: data[k] for k in _KNOWN if data.get(k) is not None}
    for name in fields.keys() - {"date", *SWITCHES}:
        fields[name] = typed[name]
        if not isinstance(typed[name], str | list if name in _LISTS else str):
            raise PaperkitError(f"{where}: {name} must be a text; quote it.")
    if not isinstance(fields.get("date"), datetime | None):
        fields["date"] = str(fields["date"])
    rest = {k: v for k, v in data.items() if k not in _KNOWN}
    base = {f: getattr(post, f) for f in ("topic", "date", "papers", "prose", "outline")}
    return Post(**{**base, **{k: v for k, v in fields.items() if v != ""}, "front": rest})


def _typed(text: str) -> dict[str, Any]:
    """Return a mapping's values as they were typed: texts, or lists of texts."""
    node = yaml.compose(_body(text), Loader=_Loader)
    pairs = node.value if isinstance(node, yaml.MappingNode) else []
    return {key.value: _as_typed(value) for key, value in pairs}


def _as_typed(node: yaml.Node) -> str | list[str] | None:
    if isinstance(node, yaml.SequenceNode):
        return [str(item.value) for item in node.value]
    return str(node.value) if isinstance(node, yaml.ScalarNode) else None
