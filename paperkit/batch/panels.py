"""Panels: a run as a widget, with progress, buttons and the failures so far."""

from __future__ import annotations

import html
import threading
import time
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from paperkit.batch.runs import Run

_OFTEN = 0.25  # seconds between two drawings; a batch from the cache would flood the wire


def panel(run: Run) -> Any:
    """Return the widget of a run, None where there are no widgets."""
    try:
        import ipywidgets
    except ImportError:
        return None
    panel = _Panel(run, ipywidgets)
    panel.draw(now=True)
    run.on_done(lambda *_: panel.draw())
    run.on_wait(lambda: panel.draw(now=True))
    return panel.box


def bundle(box: Any) -> dict[str, Any]:
    """Return what a notebook shows of a widget."""
    return {} if box is None else dict(box._repr_mimebundle_())


class _Panel:
    """The widgets of one run; each button calls the run's method of the same name."""

    def __init__(self, run: Run, widgets: Any) -> None:
        self._run = run
        self._drawn = 0.0
        self._ended = False
        self._lock = threading.Lock()
        self.bar = widgets.IntProgress(max=max(1, run.progress.total))
        self.text = widgets.Label()
        self.pause = widgets.Button(description="Pause", tooltip="Send nothing more for now")
        self.stop = widgets.Button(description="Stop", tooltip="Finish what is in flight, then end")
        self.failures = widgets.HTML()
        self.pause.on_click(lambda _: self._toggle())
        self.stop.on_click(lambda _: self._stop())
        row = widgets.HBox([self.bar, self.pause, self.stop])
        self.box = widgets.VBox([widgets.Label(run.label), row, self.text, self.failures])

    def draw(self, *, now: bool = False) -> None:
        """Show the run as it is, at most some times a second, and always its end."""
        with self._lock:
            running = self._run.running
            soon = running and time.monotonic() - self._drawn < _OFTEN
            if self._ended or (soon and not now):
                return
            self._drawn, self._ended = time.monotonic(), not running
            progress = self._run.progress
            self.bar.value = progress.done
            self.bar.bar_style = "" if running else "warning" if progress.failed else "success"
            self.text.value = str(progress) + (", paused" if running and self._run.paused else "")
            self.pause.description = "Resume" if self._run.paused else "Pause"
            self.pause.disabled = self.stop.disabled = not running
            self.failures.value = _failures(self._run)

    def _toggle(self) -> None:
        (self._run.resume if self._run.paused else self._run.pause)()
        self.draw(now=True)

    def _stop(self) -> None:
        self._run.stop()
        self.draw(now=True)


def _failures(run: Run) -> str:
    """Return the last failures as HTML; their words come from outside."""
    lines = [f"<li>{html.escape(error)}</li>" for error in run.failures]
    return f"<ul>{''.join(lines)}</ul>" if lines else ""
