"""Triage's messages: what the browser may ask of the table, and what it is answered."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from paperkit.errors import LibraryError, PaperkitError
from paperkit.library.schema import waiting
from paperkit.queries import Query
from paperkit.widgets import kit, triage_pane, triage_table

if TYPE_CHECKING:
    from paperkit.widgets.triage import Triage


Asked = Mapping[str, Any]
Buffers = list[bytes]

PATIENCE = 2.0
"""Seconds that an action waits for another program's lock before the browser hears of it."""


def answer(triage: Triage, asked: Any) -> tuple[dict[str, Any], Buffers] | None:
    """Return the reply to a message and its binary parts; None when it is none of ours.

    A reply repeats ``token``, so that the one who asked finds it; what went wrong stands in
    ``error``. With ``again`` nothing was saved, and the same may succeed later.
    """
    if not isinstance(asked, dict) or asked.get("do") not in _ANSWERS:
        return None
    reply: dict[str, Any] = {"token": asked.get("token")}
    buffers: Buffers = []
    try:
        with waiting(PATIENCE), triage.library.index.session():
            reply |= _ANSWERS[asked["do"]](triage, asked, buffers) or {}
    except LibraryError as error:
        reply |= {"error": str(error), "again": True}
    except (PaperkitError, ValueError, TypeError, KeyError) as error:
        reply["error"] = str(error)
    return reply, buffers


def _hello(triage: Triage, _asked: Asked, _: Buffers) -> dict[str, Any]:
    table = triage.table
    triage._follow()
    answer = table.answer(facets=triage._counting) | {"progress": table.progress()}
    if all(answer[name] == triage.start[name] for name in ("generation", "rows")):
        del answer["rows"]  # the widget came with them
    known = {"saved": triage.saved, "cursor": table.cursor, "index": table.place(table.cursor)}
    return {**answer, **known}


def _query(triage: Triage, asked: Asked, _: Buffers) -> None:
    wanted = Query.from_dict(asked["query"])
    if wanted == triage.query:
        triage.refresh()
    triage.query = wanted  # every view hears of it, the one that asked too


def _rows(triage: Triage, asked: Asked, _: Buffers) -> dict[str, Any]:
    start, count = int(asked["start"]), int(asked["count"])
    generation = triage.table.generation
    return {
        "generation": generation,
        "start": max(0, start),
        "rows": triage.table.window(start, count),
    }


def _counts(triage: Triage, asked: Asked, _: Buffers) -> dict[str, Any]:
    counts = triage.table.counts(facets=bool(asked.get("facets")))
    return counts | {"progress": triage.table.progress()}


def _ending(triage: Triage, _asked: Asked, _: Buffers) -> dict[str, Any]:
    """Count what is kept by the step it lacks; with what summaries cost, and the draft post."""
    found = triage_table.ending(triage.table)
    draft = triage.draft
    counts = {
        "kept": len(found.unwritten) + len(found.written),
        "open": len(found.unwritten),
        "unsigned": len(found.unsigned),
        "ready": len(found.signed),
    }
    price = triage_table.price(found.unwritten, triage.table, triage.model)
    written = draft is not None and draft.papers.issuperset(found.signed)
    told = {"ids": found.unwritten, "cost": price}
    return {**counts, **told, "draft": str(draft.path) if draft and written else ""}


def _review(triage: Triage, _asked: Asked, _: Buffers) -> dict[str, Any]:
    return {"model": triage.review().model_id}


def _select(triage: Triage, asked: Asked, _: Buffers) -> dict[str, Any]:
    if "start" in asked:
        first, last = sorted((int(asked["start"]), int(asked["end"])))
        numbers = triage.table.listed[max(0, first) : last + 1].tolist()
    else:
        numbers = [int(n) for n in asked["nums"]]
    mode = asked.get("mode")
    return triage.table.select(numbers, add=mode == "add", remove=mode == "remove")


def _math(_triage: Triage, _asked: Asked, buffers: Buffers) -> None:
    buffers.append(kit.katex())


def _figure(triage: Triage, asked: Asked, buffers: Buffers) -> dict[str, Any]:
    image = triage_pane.figure(triage.library, str(asked["id"]), int(asked["index"]))
    buffers.append(image.data)
    return {"type": image.type}


def _tag(triage: Triage, asked: Asked, _: Buffers) -> None:
    triage.tag(*asked.get("add", ()), remove=asked.get("remove", ()), ids=asked.get("ids"))


_ANSWERS: dict[str, Callable[[Triage, Asked, Buffers], dict[str, Any] | None]] = {
    "hello": _hello,
    "query": _query,
    "rows": _rows,
    "select": _select,
    "math": _math,
    "figure": _figure,
    "tag": _tag,
    "detail": lambda t, a, _: triage_pane.detail(t.library, str(a["id"])),
    "decide": lambda t, a, _: t.decide(a["decision"], a.get("ids")),
    "note": lambda t, a, _: t.note(str(a["text"]), a.get("id")),
    "undo": lambda t, a, _: {"ids": t.undo()},
    "move": lambda t, a, _: t.move(str(a["id"])),
    "counts": _counts,
    "remaining": lambda t, a, _: t._estimate_soon(),
    "sync": lambda t, a, _: t.catch_up(),
    "save": lambda t, a, _: {"query": t.save(str(a["name"])).to_dict()},
    "load": lambda t, a, _: {"query": t.load(str(a["name"])).to_dict()},
    "summarize": lambda t, a, _: t.summarize(a.get("ids")),
    "undecided": lambda t, a, _: {"index": t.table.undecided(int(a["start"]))},
    "ending": _ending,
    "review": _review,
    "compose": lambda t, a, _: {"path": str(t.compose())},
    "copy": lambda t, a, _: {"text": t.copy(str(a["format"]), a.get("ids"))},
    "stop": lambda t, a, _: t.stop(),
}
