"""Flavors: how blog engines differ, one row each; everything else about a post is common."""

from __future__ import annotations

from dataclasses import dataclass, field

from paperkit.errors import PaperkitError
from paperkit.posts.escapes import Escape


@dataclass(frozen=True, kw_only=True)
class Flavor:
    """One engine's demands.

    ``text`` is the post's path below the site's root, ``files`` the folder of its figures and
    ``link`` how the text reaches them (all with {category}, {day}, {slug}). ``escape`` is how its
    text is written, ``figures`` names the template of a figure list, ``front`` the row of
    front-matter keys. ``templates`` are the openings of the engine's template language, which
    must not be run in a person's prose; ``site`` are files one of which a site's root holds.
    """

    name: str
    text: str
    files: str
    link: str
    front: str
    escape: Escape = field(default_factory=Escape)
    figures: str = "html"
    templates: tuple[str, ...] = ()
    site: tuple[str, ...] = ()

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
            text="source/_posts/{category}/{day}/{slug}.md",
            files="source/images/{slug}",
            link="/images/{slug}/",
            front="hexo",
            site=("_config.yml", "_config.json"),
        ),
        Flavor(
            name="hugo",
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
            text="_posts/{day}-{slug}.md",
            files="assets/images/{slug}",
            link="/assets/images/{slug}/",
            front="jekyll",
            templates=("{{", "{%"),
            site=("_config.yml", "_config.yaml", "_config.toml"),
        ),
        Flavor(
            name="quarto",
            text="posts/{day}-{slug}/index.qmd",
            files="posts/{day}-{slug}",
            link="",
            front="quarto",
            escape=Escape(math="native", literal="pandoc", smart="backslash"),
            figures="quarto",
            templates=("{{<",),
            site=("_quarto.yml", "_quarto.yaml"),
        ),
        Flavor(
            name="myst",
            text="posts/{day}-{slug}.md",
            # mystmd finds no image whose address holds more than ASCII, encoded or not.
            files="posts/{day}_files",
            link="{day}_files/",
            front="myst",
            escape=Escape(math="native", literal="escape"),
            figures="myst",
            site=("myst.yml", "_config.yml"),
        ),
        Flavor(
            name="blog-markdown",
            text="{day}-{slug}.md",
            files=_BESIDE,
            link=f"{_BESIDE}/",
            front="plain",
            escape=Escape(math="native", literal="entity", smart=""),
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
