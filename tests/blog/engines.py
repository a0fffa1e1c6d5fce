"""The real blog engines: installed once per lock file, a site each, built and served to a browser.

Node packages are kept in `.make/blog/<engine>`, outside of version control.
"""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from html import escape
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

import pytest

HERE = Path(__file__).parent
CACHE = HERE.parents[1] / ".make" / "blog"
HOST = "http://blog.test"


def need(program: str) -> str:
    """Return a program's path; without it skip, in CI fail."""
    found = shutil.which(program)
    if found is None:
        missing(f"{program} is not installed")
    return found or ""


def missing(what: str) -> None:
    """Skip loudly, fail in CI: a blog that was not built proves nothing."""
    if os.environ.get("CI"):
        pytest.fail(f"{what}; CI must build the real blogs")
    pytest.skip(f"{what}: this engine was NOT tested")


def node_packages(engine: str) -> Path:
    """Return the folder of an engine's node packages, installed from its lock file when needed."""
    folder = CACHE / engine
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # another worker may be at it
        _install(engine, HERE / engine, folder)
    return folder


def _install(engine: str, source: Path, folder: Path) -> None:
    mark = folder / "installed"
    digest = hashlib.sha256((source / "package-lock.json").read_bytes()).hexdigest()
    if mark.is_file() and mark.read_text() == digest:
        return
    npm = need("npm")
    for name in ("package.json", "package-lock.json"):
        shutil.copy(source / name, folder / name)
    command = [npm, "ci", "--no-audit", "--no-fund", "--ignore-scripts"]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True)
    if done.returncode:
        missing(f"npm ci failed for {engine}: {done.stderr[-300:]}")
    mark.write_text(digest)


def hexo(engine: str, site: Path) -> Path:
    """Build a Hexo site in place; return its public folder."""
    node = need("node")
    packages = node_packages(engine)
    shutil.copy(packages / "package.json", site / "package.json")
    for name in ("_config.yml", "_config.butterfly.yml"):
        shutil.copy(HERE / engine / name, site / name)
    if not (site / "node_modules").exists():
        (site / "node_modules").symlink_to(packages / "node_modules")
    (site / "scaffolds").mkdir(exist_ok=True)
    program = packages / "node_modules" / "hexo" / "bin" / "hexo"
    run([node, str(program), "generate"], site, TZ="Asia/Shanghai")
    return site / "public"


def hugo(site: Path) -> Path:
    """Build a Hugo site in place, raw HTML off as Hugo has it; return its public folder."""
    program = need("hugo")
    shutil.copytree(HERE / "hugo", site, dirs_exist_ok=True)
    run([program, "--quiet"], site, TZ="Asia/Shanghai")
    return site / "public"


def jekyll(site: Path) -> Path:
    """Build a Jekyll site in place; return its public folder."""
    program = need("jekyll")
    shutil.copytree(HERE / "jekyll", site, dirs_exist_ok=True)
    run([program, "build", "--disable-disk-cache"], site, TZ="Asia/Shanghai")
    return site / "_site"


_MATHJAX = "http://cdn.test/npm/mathjax/es5/tex-mml-chtml.js"


def quarto(site: Path) -> Path:
    """Build the pages with pandoc, which is Quarto's reader; return the folder.

    Quarto itself is in no registry: its shortcodes and its listings are not tested.
    """
    pandoc = need("pandoc")
    (site / "before.html").write_text('<div id="article-container">')
    (site / "after.html").write_text("</div>")
    around = ["-B", str(site / "before.html"), "-A", str(site / "after.html")]
    for text in site.glob("posts/*/index.qmd"):
        page = ["-s", "-f", "markdown", f"--mathjax={_MATHJAX}", "-o", "index.html", "index.qmd"]
        run([pandoc, *around, *page], text.parent)
    return site


def myst(site: Path) -> Path:
    """Build the site with mystmd; return the folder of its files, a bare page of each post in it.

    mystmd's themes are servers that it fetches; what they show, text and formulas and images, is
    in the tree that mystmd makes of a post, and that is what the pages hold.
    """
    node = need("node")
    program = node_packages("myst") / "node_modules" / "mystmd" / "dist" / "myst.cjs"
    shutil.copy(HERE / "myst" / "myst.yml", site)
    shutil.copytree(HERE / "myst" / "theme", site / "theme", dirs_exist_ok=True)
    said = run([node, str(program), "build", "--site"], site)
    # What it says besides is of macros that the papers leave undefined, and of the network.
    assert "Cannot find" not in said, said[-3000:]
    public = site / "_build" / "site" / "public"
    for made in (site / "_build" / "site" / "content").glob("*.json"):
        read = json.loads(made.read_text(encoding="utf-8"))
        name = Path(read["location"]).stem
        title = escape(read["frontmatter"]["title"])
        html = _MYST_PAGE.format(title=title, body=element(read["mdast"]))
        (public / f"{name}.html").write_text(html, encoding="utf-8")
    return public


_MYST_PAGE = (
    '<!doctype html><meta charset="utf-8"><title>{title}</title>'
    # MyST sets formulas one by one and never looks for them in the page.
    "<script>MathJax = {{tex: {{processEnvironments: false, processRefs: false, "
    "processEscapes: false}}}}</script>"
    f'<script async src="{_MATHJAX}"></script>'
    '<h1>{title}</h1><div id="article-container">{body}</div>'
)
_MYST_TAGS = {
    "paragraph": "p",
    "blockquote": "blockquote",
    "strong": "strong",
    "emphasis": "em",
    "details": "details",
    "summary": "summary",
    "link": "a",
    "list": "ul",
    "listItem": "li",
    "inlineCode": "code",
    "span": "span",
    "superscript": "sup",
    "subscript": "sub",
    "table": "table",
    "tableRow": "tr",
    "tableCell": "td",
    "code": "pre",
    "cite": "cite",
}
_MYST_INLINE = (
    "cite",
    "strong",
    "emphasis",
    "link",
    "inlineCode",
    "span",
    "superscript",
    "subscript",
)
_MYST_WHOLE = ("root", "block")


def element(node: dict[str, Any]) -> str:
    """Return a node of MyST's tree as HTML; a kind that no post of ours has is a KeyError."""
    kind = node["type"]
    if kind == "text":  # MyST sets its own formulas; MathJax, here for it, finds none in words
        return re.sub(r"[\\$]", r"<span>\g<0></span>", escape(node["value"]))
    if kind in ("inlineMath", "math"):
        start, end = ("\\(", "\\)") if kind == "inlineMath" else ("\\[", "\\]")
        return start + escape(node["value"]) + end
    if kind == "image":
        width = node.get("width", "").removesuffix("px")
        return f'<img src="{node["url"]}" alt="{escape(node["alt"])}" width="{width}">'
    inner = "".join(map(element, node.get("children", []))) or escape(node.get("value", ""))
    if kind in _MYST_WHOLE:
        return inner
    tag = f"h{node['depth']}" if kind == "heading" else _MYST_TAGS[kind]
    end = "" if kind in _MYST_INLINE else "\n"
    return f"<{tag}{_href(node)}>{inner}</{tag}>{end}"


def _href(node: dict[str, Any]) -> str:
    return f' href="{escape(node["url"])}"' if node["type"] == "link" else ""


def run(command: list[str], folder: Path, **environment: str) -> str:
    """Run a build; its output goes into the failure."""
    done = subprocess.run(
        command,
        cwd=folder,
        capture_output=True,
        text=True,
        env={**os.environ, "LC_ALL": "C.UTF-8", **environment},
    )
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-2000:]
    return done.stdout + done.stderr


def post_page(public: Path, slug: str) -> Path:
    """Return the one HTML file of a post; engines fail silently, so its absence is the failure."""
    pages = (p for p in public.rglob("*.html") if p.stat().st_size > 2000)
    named = ((p, unquote(p.relative_to(public).as_posix()).lower()) for p in pages)
    found = [p for p, name in named if slug.lower() in name]  # Hugo's addresses are lower case
    assert len(found) == 1, f"{slug}: {found}"
    return found[0]


@contextmanager
def browser() -> Iterator[Any]:
    """Give a chromium; the Debian package's where there is one."""
    sync_api = pytest.importorskip("playwright.sync_api")
    chromium = need("chromium")
    with sync_api.sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        try:
            yield opened
        finally:
            opened.close()


def open_page(opened: Any, public: Path, file: Path, mathjax: Path) -> Any:
    """Open a built page with MathJax from node packages, and nothing else from outside.

    ``page.alarms`` collects what hostile text might have run, errors of the page's scripts, and
    what the page asked of its own site in vain.
    """
    page = opened.new_page(viewport={"width": 1200, "height": 900})
    page.set_default_timeout(PATIENCE)
    page.alarms = []
    page.on("dialog", lambda d: (page.alarms.append(f"dialog: {d.message}"), d.dismiss()))
    page.on("pageerror", lambda e: page.alarms.append(f"error: {e}"))
    page.on("console", lambda m: m.type == "error" and page.alarms.append(f"console: {m.text}"))
    page.route("**/*", lambda route: serve(route, public, mathjax))
    page.goto(f"{HOST}/{file.relative_to(public).as_posix()}", wait_until="load")
    page.wait_for_function("window.MathJax?.startup?.promise")
    return page


PATIENCE = 180_000
"""Milliseconds that a browser may take on a busy machine; nothing waits that long when it works."""

LOOK = """async () => {
  await MathJax.startup.promise;
  const article = document.querySelector('#article-container');
  const images = [...article.querySelectorAll('img')];
  const lazy = images.map(i => i.loading);
  document.querySelectorAll('details').forEach(d => d.open = true);
  images.forEach(i => i.loading = 'eager');
  await Promise.allSettled(images.map(i => i.decode()));
  const set = [...MathJax.startup.document.math].filter(m => article.contains(m.typesetRoot));
  const errors = [...article.querySelectorAll('mjx-merror')];
  return {
    formulas: set.map(m => m.math),
    containers: article.querySelectorAll('mjx-container').length,
    errors: errors.map(e => e.getAttribute('data-mjx-error') || e.textContent),
    images: images.map((i, n) => ({
      size: [i.naturalWidth, i.naturalHeight],
      stated: [i.getAttribute('width'), i.getAttribute('height')],
      alt: i.dataset.figAlt || i.alt,
      lazy: lazy[n] === 'lazy',
    })),
    scripts: article.querySelectorAll('script, [onerror], [onload]').length,
    addresses: [...article.querySelectorAll('a[href]')].map(a => a.getAttribute('href')),
  };
}"""
"""What a reader's browser shows of a post's article once MathJax is done and images are there."""


def serve(route: Any, public: Path, mathjax: Path | None) -> None:
    """Answer a browser's request: the site, MathJax, and nothing of what a theme fetches else."""
    address = urlsplit(route.request.url)
    path = unquote(address.path)
    file = public / "-"
    if f"{address.scheme}://{address.netloc}" == HOST:
        file = public / path.lstrip("/")
        file = file / "index.html" if file.is_dir() else file
    elif mathjax and "/npm/mathjax" in path:
        file = mathjax / "mathjax" / path.split("/", 3)[3]
    elif mathjax and "/npm/@mathjax/" in path:
        file = mathjax / path.split("/npm/")[1]
    else:
        route.fulfill(status=200, body="")
        return
    if file.is_file():
        route.fulfill(path=file)
    else:
        route.fulfill(status=404, body=f"missing: {path}")
