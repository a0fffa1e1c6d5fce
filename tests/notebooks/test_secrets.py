"""A notebook that asks all three SDKs, in vain and with success, never shows or writes the key."""

from __future__ import annotations

import json
import threading
from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient

from paperkit.library import Library
from paperkit.outlines import DIGEST
from tests.conftest import make_paper
from tests.models.dialects import DIALECTS, Dialect
from tests.servers import Answer, Asked, serve

KEY = "canary-key-7f3a"
ROW = {"text": "We render avatars.", "evidence": [1]}
GOOD = json.dumps({q.key: [ROW] for q in DIGEST.questions})
MODELS = {
    "gemini": 'Gemini("{name}", endpoint="{url}", timeout={timeout}, pace=one)',
    "genai": 'GenAI("{name}", endpoint="{url}", timeout={timeout}, pace=one)',
    "openai": 'OpenAIChat("{name}", base_url="{url}/v1", key="SERVER_KEY", timeout={timeout},'
    " pace=one)",
}
FIRST = """
import logging
logging.basicConfig(level=logging.DEBUG, filename="everything.log")
%xmode Verbose
from paperkit import Library, summarize
from paperkit.models import Gemini, GenAI, OpenAIChat, Pace
library, one = Library("library"), Pace(workers=1, tries=1)
"""
CASES = ("ok", "unauthorized", "broken", "hangs")


def script(url: str) -> list[str]:
    """Return the notebook's cells: each SDK, each case; also a call of one's own that raises."""
    cells = [FIRST]
    for kind, code in MODELS.items():
        for case in CASES:
            timeout = 0.5 if case == "hangs" else 60
            model = code.format(name=f"{kind}-{case}", url=f"{url}/{case}", timeout=timeout)
            cells.append(f"model = {model}\nmodel")
            cells.append("summarize(library.papers(), library, model)")
        cells.append("run = summarize(library.papers(), library, model, background=True)\nrun")
        cells.append("run.wait()\nrun")
        cells.append(f"{code.format(name='x', url=f'{url}/broken', timeout=60)}.models()")
    return [*cells, "library.calls()"]


def test_the_key_is_nowhere(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    """Not in outputs, tracebacks, logs at their most talkative, history or library.

    The server says the key back in each error, as a careless proxy might.
    """
    for name in ("GEMINI_API_KEY", "SERVER_KEY"):
        monkeypatch.setenv(name, KEY)
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    monkeypatch.setenv("IPYTHONDIR", str(tmp_path / "ipython"))
    Library(tmp_path / "library").add([make_paper()])
    over = threading.Event()

    def answer(asked: Asked) -> Answer:
        dialect: Dialect = DIALECTS["openai" if "/v1/" in asked.path else "gemini"]
        if "/hangs" in asked.path:
            over.wait(60)
        if "/unauthorized" in asked.path:
            return dialect.failure(401, f"bad key {KEY}")
        if "/broken" in asked.path:
            return dialect.failure(500, f"can't check {KEY}")
        return dialect.reply(GOOD)

    notebook = nbformat.v4.new_notebook()
    with serve(answer) as server:
        notebook.cells = [nbformat.v4.new_code_cell(cell) for cell in script(server.url)]
        resources = {"metadata": {"path": str(tmp_path)}}
        client = NotebookClient(
            notebook, timeout=300, kernel_name="python3", resources=resources, allow_errors=True
        )
        client.execute()
        over.set()
    nbformat.write(notebook, tmp_path / "notebook.ipynb")
    outcomes = Library(tmp_path / "library").calls()["outcome"].value_counts().to_dict()
    assert outcomes == {"answered": 3, "Unauthorized": 3, "Unavailable": 9}
    sent = sum(KEY in "".join(asked.headers.values()) for asked in server.asked)
    assert sent == len(server.asked)
    errors = [o.ename for c in notebook.cells for o in c.outputs if o.output_type == "error"]
    assert errors == ["Unavailable"] * 3
    assert KEY not in "".join(capfd.readouterr())
    files = [f for f in tmp_path.rglob("*") if f.is_file()]
    assert {"notebook.ipynb", "everything.log", "library.db"} <= {f.name for f in files}
    assert [f for f in files if KEY.encode() in f.read_bytes()] == []
