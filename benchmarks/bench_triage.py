"""Measure the triage table in a real JupyterLab, at several sizes, beside four other tables.

    PAPERKIT_BENCH=/path/to/bench python benchmarks/bench_triage.py [--sizes 1000,10000,100000]
        [--peers itables,ipydatagrid,buckaroo,panel] [--peer-python /path/to/python] [--out x.json]

It needs chromium, playwright and pyarrow, and `scale/arxiv_100k.parquet` under PAPERKIT_BENCH.
The peers run in an environment of their own (`--peer-python`, with ipykernel and the packages
named), in the same JupyterLab and browser. Times are milliseconds seen from the browser. Sizes
above 100,000 take `scale/arxiv_839k_no_abstract.parquet`.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, Page, sync_playwright

sys.path.insert(0, str(Path(__file__).parent.parent))

from benchmarks import bench_library
from tests.browser.conftest import (
    CHROMIUM,
    READY,
    Lab,
    execute,
    start_lab,
    write_notebook,
)

DATA = Path(os.environ.get("PAPERKIT_BENCH", "bench")) / "scale" / "arxiv_100k.parquet"
LARGE = 100_000
"""Above this many papers they come from the 839,098 records without abstracts."""
WORDS = ("neural", "quantum", "graph", "galaxy", "diffusion")

SETUP = """import resource, sys
from paperkit.library import Library
from paperkit.queries import Query
from paperkit.widgets.triage import Triage
library = Library({path!r})
library.index.page(Query())
import anywidget, ipywidgets
def memory():
    pages = int(open("/proc/self/statm").read().split()[1])
    return pages * resource.getpagesize() / 1e6
before = memory()"""
SHOW = "triage = Triage(library, query=Query())\ntriage"

PEER_SETUP = "import pandas as pd\nframe = pd.read_pickle({path!r})"
PEERS = {
    "itables": (
        "import itables\nitables.init_notebook_mode()",
        "itables.show(frame, maxBytes=0)",
        "table.dataTable tbody tr:nth-child(5)",
    ),
    "ipydatagrid": (
        "from ipydatagrid import DataGrid",
        "DataGrid(frame)",
        ".lm-DataGrid canvas",
    ),
    "buckaroo": (
        "from buckaroo.buckaroo_widget import BuckarooWidget",
        "BuckarooWidget(frame)",
        ".ag-row[row-index='3'] .ag-cell",
    ),
    "panel": (
        "import panel as pn\npn.extension('tabulator', inline=True)",
        "pn.ipywidget(pn.widgets.Tabulator(frame, height=400))",
        ".bk-Tabulator .tabulator-row:nth-child(4), .tabulator-row:nth-child(4)",
    ),
}
"""Set-up (not timed), the cell that shows the table (timed), and what its first rows look like."""

# Waits in the browser itself, also through shadow roots, so that polling costs nothing.
APPEARED = """(selector) => new Promise((done) => {
    const find = (root) => {
        const hit = [...root.querySelectorAll(selector)].find((n) => n.offsetHeight || n.width);
        if (hit) return hit;
        for (const n of root.querySelectorAll("*")) {
            const found = n.shadowRoot && find(n.shadowRoot);
            if (found) return found;
        }
        return null;
    };
    window.appeared = null;
    const look = () => {
        const found = find(document);
        if (found && (found.tagName !== "CANVAS" || drawn(found))) {
            requestAnimationFrame(() => { window.appeared = performance.now(); });
        } else requestAnimationFrame(look);
    };
    const drawn = (canvas) => {
        if (canvas.width < 50) return false;
        const context = canvas.getContext("2d");
        const data = context.getImageData(0, 40, Math.min(400, canvas.width), 60).data;
        const tones = new Set();
        for (let i = 0; i < data.length; i += 4) tones.add(data[i]);
        return tones.size > 8;
    };
    look();
    done();
})"""
FRAMES = """() => {
    window.slowest = 0;
    window.longest = 0;
    window.tasks ??= new PerformanceObserver((list) => list.getEntries().forEach(
        (e) => { window.longest = Math.max(window.longest, e.duration); }));
    window.tasks.observe({ entryTypes: ["longtask"] });
    let last = performance.now();
    const step = (now) => {
        window.slowest = Math.max(window.slowest, now - last);
        last = now;
        window.framing = requestAnimationFrame(step);
    };
    cancelAnimationFrame(window.framing);
    window.framing = requestAnimationFrame(step);
}"""
RUN_SECOND = """async () => {
    const { content, sessionContext } = window.jupyterapp.shell.currentWidget;
    content.activeCellIndex = content.model.cells.length - 1;
    const start = performance.now();
    window.jupyterapp.commands.execute("notebook:run-cell");
    return start;
}"""


def papers(size: int) -> list[Any]:
    """Return papers of the bench data, always the same ones."""
    import pyarrow.parquet as pq

    from paperkit.errors import PaperkitError
    from paperkit.papers import clean_paper

    records = pq.read_table(DATA).to_pylist()
    random.Random(1).shuffle(records)
    found = []
    for record in records:
        try:
            found.append(clean_paper({**record, "id": record["arxiv_id"]}))
        except PaperkitError:
            continue
        if len(found) == size:
            break
    return found


def build(folder: Path, size: int) -> Path:
    """Return a library of `size` papers, made once."""
    from paperkit.library import Library

    path = folder / f"library-{size}"
    if path.exists():
        return path
    if size > LARGE:
        bench_library.grown(path, DATA.with_name("arxiv_839k_no_abstract.parquet"), size)
        return path
    rows, library = papers(size), Library(path)
    for place, topic in enumerate(("avatars", "fields", "splats")):
        library.add(rows[place::3], topic=topic)
    return path


def pickled(folder: Path, size: int) -> Path:
    """Return a pickled frame of `size` papers, made once."""
    from paperkit.frames import to_frame

    pickle = folder / f"frame-{size}.pkl"
    if not pickle.exists():
        frame = to_frame(papers(size)).drop(
            columns=["abstract", "version", "updated", "journal_ref"]
        )
        frame["authors"] = frame["authors"].map(", ".join)
        frame["categories"] = frame["categories"].map(" ".join)
        frame["published"] = frame["published"].dt.strftime("%Y-%m-%d")
        frame.astype("object").reset_index().to_pickle(pickle)
    return pickle


class Wire:
    """Counts the bytes of the page's web sockets, both ways."""

    def __init__(self, page: Page) -> None:
        self.bytes = 0
        page.on("websocket", self._listen)

    def _listen(self, socket: Any) -> None:
        for event in ("framesent", "framereceived"):
            socket.on(event, self._count)

    def _count(self, payload: Any) -> None:
        self.bytes += len(payload if isinstance(payload, bytes) else payload.encode())


def opened(
    browser: Browser, lab: Lab, name: str, cells: list[str], *, kernel: str = "python3"
) -> tuple[Page, Wire]:
    """Open a notebook and run all its cells but the last."""
    write_notebook(lab.folder, name, cells, kernel=kernel)
    page = browser.new_page(viewport={"width": 1400, "height": 1000})
    page.set_default_timeout(90_000)
    wire = Wire(page)
    page.goto(lab.address(name))
    page.wait_for_function(READY)
    page.evaluate(
        "async (n) => { const p = window.jupyterapp.shell.currentWidget;"
        " for (let i = 0; i < n; i += 1) { p.content.activeCellIndex = i;"
        " await window.jupyterapp.commands.execute('notebook:run-cell'); } }",
        len(cells) - 1,
    )
    page.wait_for_timeout(1500)
    return page, wire


def first_rows(page: Page, wire: Wire, selector: str) -> dict[str, float]:
    """Run the last cell; return the time until its rows are painted and the bytes until then."""
    page.evaluate(APPEARED, selector)
    before = wire.bytes
    start = page.evaluate(RUN_SECOND)
    for _ in range(3000):
        if page.evaluate("window.appeared"):
            break
        page.wait_for_timeout(30)
    else:
        raise TimeoutError(f"{selector}: nothing seen within 90 s; look at the picture")
    crossed = wire.bytes - before
    return {"first_rows": page.evaluate("window.appeared") - start, "bytes": crossed}


def stolen() -> int:
    """Return the milliseconds for which other guests of the host had this machine's processors."""
    return int(Path("/proc/stat").read_text().split()[8]) * 10


def median(values: list[float]) -> float:
    """Return the median, rounded."""
    return round(statistics.median(values), 1)


def timed(page: Page, act: str, done: str, arg: Any = None) -> float:
    """Return how long after `act` (JavaScript) the condition `done` held, frame by frame."""
    script = f"""async (arg) => {{
        const start = performance.now();
        ({act})(arg);
        while (!({done})(arg)) {{
            if (performance.now() - start > 60000) return -1;
            await new Promise((next) => requestAnimationFrame(next));
        }}
        return performance.now() - start;
    }}"""
    return float(page.evaluate(script, arg))


PRESS = """(key) => document.querySelector(".pk-grid")
    .dispatchEvent(new KeyboardEvent("keydown", { key, bubbles: true }))"""


def keystrokes(page: Page) -> dict[str, float]:
    """Type words letter by letter: the time from each letter to the rows and counts it gives."""
    times: list[float] = []
    singles: list[float] = []
    page.evaluate(FRAMES)
    before = stolen()
    for word in WORDS:
        for length in range(1, len(word) + 1):
            text = word[:length]
            times.append(
                timed(
                    page,
                    """(text) => {
                        window.counted = document.querySelector(".pk-count").textContent;
                        const input = document.querySelector(".pk-search");
                        input.value = text;
                        input.dispatchEvent(new InputEvent("input"));
                    }""",
                    "(text) => document.querySelector('.pk-triage').dataset.shown === text",
                    text,
                )
            )
            if length == 1:
                singles.append(times[-1])
    slowest, longest = page.evaluate("[window.slowest, window.longest]")
    taken = stolen() - before
    page.evaluate("document.querySelector('.pk-search').value = ''")
    timed(
        page,
        "() => document.querySelector('.pk-search').dispatchEvent(new InputEvent('input'))",
        "() => document.querySelector('.pk-triage').dataset.shown === ''",
    )
    return {
        "keystroke": median(times),
        "keystroke_worst": round(max(times), 1),
        "first_letter": median(singles),
        "keystroke_frame": round(slowest, 1),
        "keystroke_task": longest,
        "keystroke_stolen": taken,
    }


def selects(page: Page) -> float:
    """Return the median time from a key to the kernel's answer that it has the selection."""
    times = []
    for _ in range(15):
        page.evaluate(f"({PRESS})('j')")
        page.wait_for_timeout(250)
        times.append(
            timed(
                page,
                f"""() => {{
                    window.was = document.querySelector(".pk-triage").dataset.answers;
                    ({PRESS})("x");
                }}""",
                "() => document.querySelector('.pk-triage').dataset.answers !== window.was",
            )
        )
    page.evaluate(f"({PRESS})('Escape')")
    page.wait_for_timeout(300)
    return median(times)


def decides(page: Page) -> float:
    """Return the median time from a key to the row's color, which follows the disk."""
    times = []
    for _ in range(15):
        page.wait_for_selector(".pk-body .pk-active[data-decision='']")
        page.wait_for_timeout(400)  # a fast reader's pace: counts and pane have followed
        times.append(
            timed(
                page,
                f"""() => {{
                    const row = document.querySelector(".pk-body .pk-active");
                    if (row.dataset.decision) throw new Error("decided before");
                    window.kept = `[aria-rowindex="${{row.getAttribute("aria-rowindex")}}"]`
                        + "[data-decision=keep]:not([hidden])";
                    ({PRESS})("s");
                }}""",
                "() => document.querySelector(window.kept) !== null",
            )
        )
    execute(page, "library.undo(15)")
    return median(times)


SWEEP = """async (lasts) => {
    const grid = document.querySelector(".pk-grid");
    const end = grid.scrollHeight - grid.clientHeight;
    const total = Number(grid.getAttribute("aria-rowcount")) - 1;
    const start = performance.now();
    let now = start, seen = start, blank = 0, right = null;
    const behind = [];
    while (right === null && now - start < lasts + 5000) {
        const passed = Math.min(lasts, now - start);
        grid.scrollTop = (passed / lasts) * end;
        now = await new Promise((next) => requestAnimationFrame(next));
        const places = [...grid.querySelectorAll(".pk-body .pk-row:not([hidden])")]
            .filter((n) => n.querySelector(".pk-title")?.textContent)
            .map((n) => Number(n.getAttribute("aria-rowindex")) - 1);
        if (places.length) seen = now;
        blank = Math.max(blank, now - seen);
        const middle = (Math.min(...places) + Math.max(...places)) / 2;
        if (places.length && passed < lasts) behind.push(passed - (middle / total) * lasts);
        if (passed === lasts && Math.max(...places) >= total) right = now - start - lasts;
    }
    behind.sort((a, b) => a - b);
    return { blank, behind: behind[behind.length >> 1], behind_most: behind.at(-1), right };
}"""
"""Sweeps over all rows. ``blank``: the longest time without any title in sight; ``behind``: how
long ago the hand was at the rows in sight (median, most); ``right``: from the hand's rest to the
rows of its place. Milliseconds."""


def scrolls(page: Page) -> dict[str, Any]:
    """Scroll from one end to the other in 3 s, three times (see `SWEEP`).

    With the worst frame and the longest task of the page's own thread; -1: none of 50 ms or more.
    """
    found: list[dict[str, float]] = []
    for _ in range(3):
        page.evaluate("document.querySelector('.pk-grid').scrollTop = 0")
        page.wait_for_timeout(600)
        page.evaluate(FRAMES)
        before = stolen()
        swept = page.evaluate(SWEEP, 3000)
        frames = page.evaluate("({ scroll_frame: slowest, scroll_task: longest })")
        found.append({**swept, **frames, "scroll_stolen": stolen() - before})
    return {name: [round(f[name] or -1, 1) for f in found] for name in found[0]}


def longest_work(page: Page, job: Callable[[Page], Any]) -> float:
    """Return the most CPU milliseconds that one task of the page's own thread takes during a job.

    The clock of frames runs on while the page waits for a processor, of which the browser's
    drawing, the server and the kernel have theirs; this one does not.
    """
    session = page.context.new_cdp_session(page)
    events: list[dict[str, Any]] = []
    ended: list[Any] = []
    session.on("Tracing.dataCollected", lambda told: events.extend(told["value"]))
    session.on("Tracing.tracingComplete", lambda told: ended.append(told))
    session.send("Tracing.start", {"categories": "toplevel", "transferMode": "ReportEvents"})
    job(page)
    session.send("Tracing.end")
    while not ended:
        page.wait_for_timeout(20)
    session.detach()
    main = {
        (e["pid"], e["tid"])
        for e in events
        if e["name"] == "thread_name" and e["args"]["name"] == "CrRendererMain"
    }
    tasks = [e for e in events if e["ph"] == "X" and (e["pid"], e["tid"]) in main]
    return round(max(e.get("tdur", 0) for e in tasks) / 1000, 1)


def measure(browser: Browser, lab: Lab, library: Path, size: int) -> dict[str, Any]:
    """Return all figures of the triage table at one size."""
    cells = [SETUP.format(path=str(library)), SHOW]
    page, wire = opened(browser, lab, f"triage{size}.ipynb", cells)
    row = ".pk-body .pk-row:nth-child(5) .pk-title span:not(:empty)"
    found: dict[str, Any] = first_rows(page, wire, row)
    page.wait_for_selector(".pk-triage[data-ready]")
    page.wait_for_timeout(2500)
    found |= keystrokes(page)
    page.evaluate(f"({PRESS})('f')")
    page.wait_for_selector(".pk-values")
    counted = keystrokes(page)
    found |= {f"filters_{name}": counted[name] for name in ("keystroke", "keystroke_frame")}
    page.get_by_role("button", name="Filters").click()
    found["select"] = selects(page)
    found["decide"] = decides(page)
    found |= scrolls(page)
    found["keystroke_work"] = longest_work(page, keystrokes)
    found["scroll_work"] = longest_work(page, scrolls)
    found["memory_mb"] = round(float(execute(page, "print(memory() - before)")), 1)
    page.evaluate("void window.jupyterapp.shell.currentWidget.context.save()")
    page.wait_for_timeout(2000)
    found["notebook_bytes"] = (lab.folder / f"triage{size}.ipynb").stat().st_size
    page.evaluate("window.jupyterapp.shell.currentWidget.sessionContext.shutdown()")
    page.close()
    return found


def first_again(browser: Browser, lab: Lab, library: Path, name: str) -> float:
    """Return the time to first rows of one more fresh kernel."""
    page, wire = opened(browser, lab, name, [SETUP.format(path=str(library)), SHOW])
    row = ".pk-body .pk-row:nth-child(5) .pk-title span:not(:empty)"
    taken = round(first_rows(page, wire, row)["first_rows"], 1)
    page.evaluate("window.jupyterapp.shell.currentWidget.sessionContext.shutdown()")
    page.close()
    return taken


def measure_peer(browser: Browser, lab: Lab, name: str, pickle: Path) -> dict[str, Any]:
    """Return a peer's time to first rows and bytes, or why there are none."""
    setup, show, selector = PEERS[name]
    cells = [PEER_SETUP.format(path=str(pickle)) + "\n" + setup, show]
    page, wire = opened(browser, lab, f"{name}.ipynb", cells, kernel="peers")
    try:
        found: dict[str, Any] = first_rows(page, wire, selector)
    except Exception as error:  # a peer that does not come up is a result too
        found = {"error": str(error)[:200]}
        page.screenshot(path=f"{lab.folder}/{name}.png")
    page.evaluate("window.jupyterapp.shell.currentWidget.sessionContext.shutdown()")
    page.close()
    return found


def use_kernel(folder: Path, python: str) -> None:
    """Make the notebooks' kernel that of another environment."""
    spec = folder / "data" / "kernels" / "peers"
    spec.mkdir(parents=True, exist_ok=True)
    argv = [python, "-m", "ipykernel_launcher", "-f", "{connection_file}"]
    (spec / "kernel.json").write_text(json.dumps({"argv": argv, "display_name": "peers"}))


def asked() -> argparse.Namespace:
    """Return the command line's options."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sizes", default="1000,10000,100000")
    parser.add_argument("--peers", default="")
    parser.add_argument("--peer-python", default="")
    parser.add_argument("--peer-size", type=int, default=10_000)
    parser.add_argument("--repeat", type=int, default=3)
    parser.add_argument("--work", default="")
    parser.add_argument("--out", default="")
    return parser.parse_args()


def main() -> None:
    """Build the libraries, measure, print and write JSON."""
    options = asked()
    work = Path(options.work or tempfile.mkdtemp(prefix="bench-triage-"))
    sizes = [int(s) for s in options.sizes.split(",") if s]
    results: dict[str, Any] = {"load": os.getloadavg(), "cpus": os.cpu_count(), "triage": {}}
    lab, process = start_lab(Path(tempfile.mkdtemp(prefix="lab-", dir=work)))
    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        for size in sizes:
            library = build(work, size)
            found = measure(browser, lab, library, size)
            results["triage"][size] = found
            print(size, json.dumps(found), flush=True)
        for turn in range(options.repeat):  # sizes in turn: what changes meanwhile hits them all
            for size in sizes:
                library = build(work, size)
                again = first_again(browser, lab, library, f"first{size}-{turn}.ipynb")
                results["triage"][size].setdefault("first_rows_again", []).append(again)
        results |= peers(browser, options, work)
        browser.close()
    process.terminate()
    results["load_after"] = os.getloadavg()
    print(json.dumps(results, indent=1))
    if options.out:
        Path(options.out).write_text(json.dumps(results, indent=1))


def peers(browser: Browser, options: argparse.Namespace, work: Path) -> dict[str, Any]:
    """Return the peers' figures, measured in a JupyterLab that has their extensions."""
    names = [p for p in options.peers.split(",") if p]
    if not names:
        return {}
    pickle = pickled(work, options.peer_size)
    prefix = subprocess.run(
        [options.peer_python, "-c", "import sys; print(sys.prefix)"],
        check=True, capture_output=True, text=True,
    ).stdout.strip()  # fmt: skip
    os.environ["JUPYTERLAB_DIR"] = f"{sys.prefix}/share/jupyter/lab"
    os.environ["JUPYTER_PATH"] = f"{prefix}/share/jupyter"
    folder = Path(tempfile.mkdtemp(prefix="peers-", dir=work))
    use_kernel(folder, options.peer_python)
    lab, process = start_lab(folder)
    found = {}
    for name in names:
        found[name] = measure_peer(browser, lab, name, pickle)
        print(name, json.dumps(found[name]), flush=True)
    process.terminate()
    return {"peers": found}


if __name__ == "__main__":
    main()
