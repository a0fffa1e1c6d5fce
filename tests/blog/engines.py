"""The real blog engines: installed once per lock file, a site each, built and served to a browser.

Node packages are kept in `.make/blog/<engine>`, outside of version control.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
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
    folder, source = CACHE / engine, HERE / engine
    lock = (source / "package-lock.json").read_bytes()
    mark = folder / "installed"
    digest = hashlib.sha256(lock).hexdigest()
    if mark.is_file() and mark.read_text() == digest:
        return folder
    npm = need("npm")
    folder.mkdir(parents=True, exist_ok=True)
    for name in ("package.json", "package-lock.json"):
        shutil.copy(source / name, folder / name)
    done = subprocess.run(
        [npm, "ci", "--no-audit", "--no-fund"], cwd=folder, capture_output=True, text=True
    )
    if done.returncode:
        missing(f"npm ci failed for {engine}: {done.stderr[-300:]}")
    mark.write_text(digest)
    return folder


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
    """Build the pages with pandoc, which is Quarto's reader; return the folder."""
    pandoc = need("pandoc")
    (site / "before.html").write_text('<div id="article-container">')
    (site / "after.html").write_text("</div>")
    around = ["-B", str(site / "before.html"), "-A", str(site / "after.html")]
    for text in site.glob("posts/*/index.qmd"):
        page = ["-s", "-f", "markdown", f"--mathjax={_MATHJAX}", "-o", "index.html", "index.qmd"]
        run([pandoc, *around, *page], text.parent)
    return site


def myst(site: Path) -> Path:
    """Build the pages with markdown-it and MyST's plugins, on which its Python parser stands."""
    plugins = pytest.importorskip("mdit_py_plugins")
    assert plugins
    from markdown_it import MarkdownIt
    from mdit_py_plugins.colon_fence import colon_fence_plugin
    from mdit_py_plugins.dollarmath import dollarmath_plugin
    from mdit_py_plugins.front_matter import front_matter_plugin

    parser = MarkdownIt("commonmark", {"typographer": True}).enable(["replacements", "smartquotes"])
    parser = parser.use(front_matter_plugin).use(dollarmath_plugin, double_inline=True)
    parser = parser.use(colon_fence_plugin)
    parser.add_render_rule("math_inline", _fenced("\\(", "\\)"))
    parser.add_render_rule("math_block", _fenced("\\[", "\\]"))
    parser.add_render_rule("math_inline_double", _fenced("\\[", "\\]"))
    parser.add_render_rule("colon_fence", lambda self, t, i, o, e: self_rendered(parser, t[i]))
    head = (
        '<!doctype html><meta charset="utf-8">'
        # MyST sets formulas one by one and never looks for them in the page.
        "<script>MathJax = {tex: {processEnvironments: false, processRefs: false, "
        "processEscapes: false}}</script>"
        f'<script async src="{_MATHJAX}"></script><div id="article-container">'
    )
    for text in site.rglob("*.md"):
        html = parser.render(text.read_text(encoding="utf-8"))
        text.with_suffix(".html").write_text(f"{head}{html}</div>" + " " * 2000, encoding="utf-8")
    return site


def self_rendered(parser: Any, token: Any) -> str:
    """Return a directive's content as MyST nests it."""
    return str(parser.render(token.content))


def _fenced(start: str, end: str) -> Any:
    def render(self: Any, tokens: Any, index: int, options: Any, env: Any) -> str:
        content = tokens[index].content
        return start + content.replace("&", "&amp;").replace("<", "&lt;") + end

    return render


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
    found = [
        p
        for p in public.rglob("*.html")
        if slug in unquote(p.relative_to(public).as_posix()) and p.stat().st_size > 2000
    ]
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

    ``page.alarms`` collects what hostile text might have run, and errors of the page.
    """
    page = opened.new_page(viewport={"width": 1200, "height": 900})
    page.alarms = []
    page.on("dialog", lambda d: (page.alarms.append(d.message), d.dismiss()))
    page.route("**/*", lambda route: serve(route, public, mathjax))
    page.goto(f"{HOST}/{file.relative_to(public).as_posix()}", wait_until="load")
    page.wait_for_function(
        "window.MathJax && MathJax.startup && MathJax.startup.promise", timeout=60_000
    )
    page.evaluate("MathJax.startup.promise")
    # Lazy ones are asked for: what never was loaded can't be seen to be missing.
    page.evaluate(
        "document.querySelectorAll('details').forEach(d => d.open = true);"
        "document.querySelectorAll('img[loading=lazy]').forEach(i => i.loading = 'eager')"
    )
    page.wait_for_function("[...document.images].every(i => i.complete)", timeout=60_000)
    return page


def serve(route: Any, public: Path, mathjax: Path | None) -> None:
    address = urlsplit(route.request.url)
    path = unquote(address.path)
    if f"{address.scheme}://{address.netloc}" == HOST:
        file = public / path.lstrip("/")
        file = file / "index.html" if file.is_dir() else file
    elif mathjax and "/npm/mathjax" in path:
        file = mathjax / "mathjax" / path.split("/", 3)[3]
    elif mathjax and "/npm/@mathjax/" in path:
        file = mathjax / path.split("/npm/")[1]
    else:
        route.abort()
        return
    if file.is_file():
        route.fulfill(path=file)
    else:
        route.fulfill(status=404, body="missing")
