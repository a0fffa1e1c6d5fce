"""A real JupyterLab and a real browser for the widgets' tests."""

from __future__ import annotations

import json
import os
import re
import shutil
import socket
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from queue import Empty, SimpleQueue
from typing import Any

import nbformat
import pytest

playwright = pytest.importorskip("playwright.sync_api")

CHROMIUM = os.environ.get("PAPERKIT_CHROMIUM") or shutil.which("chromium")
"""The browser: Debian's, unless the environment names another; Playwright's own without one."""

_SETTINGS = {
    "apputils-extension/notification": {"fetchNews": "false", "checkForUpdates": False},
    "apputils-extension/themes": {"theme": "JupyterLab Light"},
    "docmanager-extension/plugin": {"autosave": False},
}


@dataclass(frozen=True)
class Lab:
    """A running JupyterLab: its address (with the token as query), and its folder."""

    url: str
    token: str
    folder: Path

    def address(self, path: str) -> str:
        """Return the address that opens a file of the folder in a workspace of its own."""
        name = path.removesuffix(".ipynb")
        return f"{self.url}/lab/workspaces/{name}/tree/{path}?token={self.token}&reset"


def _free_port() -> int:
    with socket.socket() as server:
        server.bind(("127.0.0.1", 0))
        return int(server.getsockname()[1])


def _settings(folder: Path) -> None:
    for name, values in _SETTINGS.items():
        path = folder / "@jupyterlab" / f"{name}.jupyterlab-settings"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(values))


def _until_it_serves(process: subprocess.Popen[bytes], log: Path) -> None:
    """Copy what the server says to its log; return once it says that it listens."""
    serves: SimpleQueue[bool] = SimpleQueue()

    def copy() -> None:
        with log.open("wb", buffering=0) as out:
            for line in process.stderr or ():
                out.write(line)
                if b"is running at" in line:
                    serves.put(True)
        serves.put(False)  # the server ended

    threading.Thread(target=copy, daemon=True).start()
    try:
        began = serves.get(timeout=120)
    except Empty:
        process.kill()
        began = False
    if not began:
        raise RuntimeError(f"JupyterLab did not start:\n{log.read_text(errors='replace')[-2000:]}")


def start_lab(folder: Path) -> tuple[Lab, subprocess.Popen[bytes]]:
    """Start a JupyterLab over `folder` on a free port, with settings of its own."""
    port, token = _free_port(), "paperkit-tests"
    for name in ("notebooks", "config", "data", "settings", "workspaces", "ipython"):
        (folder / name).mkdir(parents=True, exist_ok=True)
    _settings(folder / "settings")
    environment = {
        **os.environ,
        "JUPYTER_CONFIG_DIR": str(folder / "config"),
        "JUPYTER_DATA_DIR": str(folder / "data"),
        "JUPYTERLAB_SETTINGS_DIR": str(folder / "settings"),
        "JUPYTERLAB_WORKSPACES_DIR": str(folder / "workspaces"),
        "IPYTHONDIR": str(folder / "ipython"),
        "JUPYTER_PLATFORM_DIRS": "1",
    }
    command = [
        sys.executable, "-m", "jupyterlab", "--no-browser", "--allow-root",
        f"--ServerApp.port={port}", "--ServerApp.port_retries=0", "--ServerApp.ip=127.0.0.1",
        f"--IdentityProvider.token={token}", "--LabApp.expose_app_in_browser=True",
        f"--ServerApp.root_dir={folder / 'notebooks'}",
    ]  # fmt: skip
    pipes = {"stdout": subprocess.DEVNULL, "stderr": subprocess.PIPE}
    process = subprocess.Popen(command, env=environment, cwd=folder, **pipes)
    _until_it_serves(process, folder / "lab.log")
    return Lab(f"http://127.0.0.1:{port}", token, folder / "notebooks"), process


@pytest.fixture(scope="session")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lab]:
    """Give one JupyterLab for the whole session."""
    lab, process = start_lab(tmp_path_factory.mktemp("lab"))
    yield lab
    process.terminate()
    process.wait(timeout=20)


@pytest.fixture(scope="session")
def browser() -> Iterator[playwright.Browser]:
    """Give one headless browser for the whole session."""
    with playwright.sync_playwright() as driver:
        options = {"executable_path": CHROMIUM} if CHROMIUM else {}
        found = driver.chromium.launch(**options, args=["--no-sandbox", "--disable-gpu"])
        yield found
        found.close()


def write_notebook(
    folder: Path, name: str, cells: Sequence[str], *, kernel: str = "python3"
) -> Path:
    """Write a notebook with these code cells for a kernel."""
    notebook = nbformat.v4.new_notebook(
        cells=[nbformat.v4.new_code_cell(text) for text in cells],
        metadata={"kernelspec": {"name": kernel, "display_name": kernel, "language": "python"}},
    )
    path = folder / name
    nbformat.write(notebook, path)
    return path


READY = """() => {
    const app = window.jupyterapp;
    const panel = app && app.shell.currentWidget;
    return panel && panel.sessionContext && panel.content.model
        && panel.sessionContext.session?.kernel?.status === "idle";
}"""
RAN = """() => {
    const panel = window.jupyterapp.shell.currentWidget;
    const cells = [...panel.content.model.cells].filter((c) => c.type === "code");
    return panel.sessionContext.session?.kernel?.status === "idle"
        && cells.every((c) => c.executionCount !== null);
}"""


REPLACE = """(texts) => {
    const notebook = window.jupyterapp.shell.currentWidget.content.model.sharedModel;
    const cells = texts.map((source) => ({ cell_type: "code", source, metadata: {} }));
    notebook.deleteCellRange(0, notebook.cells.length);
    notebook.insertCells(0, cells);
    for (const name of Object.keys(localStorage)) {
        if (name.startsWith("paperkit")) localStorage.removeItem(name);
    }
}"""


def replace_cells(page: playwright.Page, cells: Sequence[str]) -> None:
    """Put other code cells into the open notebook and run them, in the kernel it has."""
    page.evaluate(REPLACE, list(cells))
    page.evaluate("window.jupyterapp.commands.execute('notebook:run-all-cells')")
    page.wait_for_function(RAN, timeout=60_000)


def open_notebook(page: playwright.Page, lab: Lab, name: str, *, run: bool = True) -> None:
    """Open a notebook in JupyterLab, wait for its kernel, run all its cells and wait again."""
    page.goto(lab.address(name))
    page.wait_for_function(READY, timeout=60_000)
    if run:
        page.evaluate("window.jupyterapp.commands.execute('notebook:run-all-cells')")
        page.wait_for_function(RAN, timeout=60_000)


def new_page(
    lab: Lab,
    browser: playwright.Browser,
    name: str,
    cells: Sequence[str],
    *,
    width: int = 1400,
    height: int = 1000,
    run: bool = True,
) -> playwright.Page:
    """Open a new notebook with these code cells; ``page.problems`` collects the page's errors."""
    write_notebook(lab.folder, name, cells)
    page = browser.new_page(viewport={"width": width, "height": height})
    page.set_default_timeout(20_000)
    page.problems = []
    page.on("pageerror", lambda error: page.problems.append(str(error)))
    page.on("dialog", lambda d: (page.problems.append(f"dialog: {d.message}"), d.dismiss()))
    open_notebook(page, lab, name, run=run)
    return page


def close_page(page: playwright.Page) -> None:
    """End the notebook's kernel and close its page."""
    page.evaluate("window.jupyterapp.shell.currentWidget.sessionContext.shutdown()")
    page.close()


@pytest.fixture(scope="module")
def sheet(
    lab: Lab, browser: playwright.Browser, request: pytest.FixtureRequest
) -> Iterator[playwright.Page]:
    """Give one open notebook with its kernel for all tests of a module."""
    page = new_page(lab, browser, f"{request.module.__name__.rpartition('.')[2]}.ipynb", ["0"])
    yield page
    close_page(page)


@pytest.fixture
def cells_in(sheet: playwright.Page) -> Callable[[Sequence[str]], playwright.Page]:
    """Give ``cells_in(cells) -> page``: these cells, run in the module's open notebook."""

    def put(cells: Sequence[str]) -> playwright.Page:
        sheet.problems.clear()
        replace_cells(sheet, cells)
        return sheet

    return put


@pytest.fixture
def notebook(
    lab: Lab, browser: playwright.Browser, request: pytest.FixtureRequest
) -> Iterator[Callable[..., playwright.Page]]:
    """Give ``notebook(cells) -> page``: a notebook with these code cells, opened and run.

    The options are those of `new_page`; the kernels end with the test.
    """
    pages: list[playwright.Page] = []

    def make(cells: Sequence[str], **options: Any) -> playwright.Page:
        name = re.sub(r"\W", "_", request.node.name)[:60] + f"{len(pages)}.ipynb"
        pages.append(new_page(lab, browser, name, cells, **options))
        return pages[-1]

    yield make
    for page in pages:
        close_page(page)


_EXECUTE = """async (code) => {
    const kernel = window.jupyterapp.shell.currentWidget.sessionContext.session.kernel;
    const future = kernel.requestExecute({ code });
    let text = "";
    future.onIOPub = (m) => {
        if (m.header.msg_type === "stream") text += m.content.text;
        if (m.header.msg_type === "error") text += m.content.traceback.join("\\n");
    };
    await future.done;
    return text.trim();
}"""


def execute(page: playwright.Page, code: str) -> str:
    """Run code in the kernel of the page's notebook; return what it prints."""
    return str(page.evaluate(_EXECUTE, code))


@pytest.fixture
def python() -> Callable[[playwright.Page, str], str]:
    """Give ``python(page, code) -> text`` (see `execute`)."""
    return execute
