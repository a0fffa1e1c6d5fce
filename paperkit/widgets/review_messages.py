"""Review's messages: what the browser may ask of a review, and how it is answered."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from datetime import datetime
from typing import TYPE_CHECKING, Any

from paperkit.errors import LibraryError, PaperkitError
from paperkit.library.schema import waiting
from paperkit.readings import Box
from paperkit.widgets import kit, review_evidence, review_forms

if TYPE_CHECKING:
    from paperkit.widgets.review import Review


PATIENCE = 2.0
"""Seconds that a quick action waits for another program's lock before the browser hears of it."""

COUNTING = 0.2
"""Seconds that one look for findings over the batch may take before the browser asks again."""

FOUND = 40
"""How many sentences of the source one look for a passage shows."""
DOTS = 150
"""Dots per inch of the page's picture: read without effort on a display of twice the density."""

_Reply = tuple[dict[str, Any], list[bytes]]
_Action = Callable[["Review", dict[str, Any]], _Reply]


def receive(review: Review, content: dict[str, Any]) -> None:
    """Do what a message asks; what waits for a model or a page is done beside the others."""
    name = str(content.get("do"))
    if name in _SLOW:
        threading.Thread(target=_reply, args=(review, name, content), daemon=True).start()
    elif name in _ACTIONS:
        with waiting(PATIENCE):
            _reply(review, name, content)


def _reply(review: Review, name: str, content: dict[str, Any]) -> None:
    buffers: list[bytes] = []
    try:
        with review.library.index.session():
            reply, buffers = _ACTIONS[name](review, content)
    except LibraryError as error:
        reply = {"error": str(error), "again": True}
    except PaperkitError as error:
        reply = {"error": str(error)}
    except (KeyError, TypeError, ValueError) as error:
        reply = {"error": f"{name}: not understood ({error}); reload the notebook."}
    review.send({"answer": {**reply, "token": content.get("token")}}, buffers)


def _method(name: str, *arguments: str) -> _Action:
    """Return the action that calls the public method `name` with these parts of the message."""

    def act(review: Review, content: dict[str, Any]) -> _Reply:
        getattr(review, name)(**{a: content[a] for a in arguments if a in content})
        return {}, []

    return act


def _approve(review: Review, content: dict[str, Any]) -> _Reply:
    """Sign as a person does: this message alone, which the browser sends, is a click."""
    reason, of = str(content.get("reason", "")), content.get("id")
    review._sign(reason=reason, id=of, click=review._session.click)
    return {}, []


def _edit(review: Review, content: dict[str, Any]) -> _Reply:
    session, of = review._session, review._one(str(content["id"]))
    question = str(content["question"])
    written = review_forms.statements(
        content["rows"], session.passages(of), lambda: session.offered(of)
    )
    seen = datetime.fromisoformat(content["seen"]) if content.get("seen") else None
    saved = session.save(of, question, written, seen)
    review._changed(of)
    newest = session.newest(of, question)
    return {"saved": saved, "mark": newest.isoformat() if newest else ""}, []


def _count(review: Review, _content: dict[str, Any]) -> _Reply:
    """Look for findings in some papers of the list."""
    until = time.monotonic() + COUNTING
    left = [row["id"] for row in review._batch if row["block"] is None]
    with review._session.lock, review.hold_sync():  # the list goes to the browser once
        while left and time.monotonic() < until:
            review._session.findings(left[0])
            review._note(left.pop(0))
    return {"left": len(left)}, []


def _look(review: Review, _content: dict[str, Any]) -> _Reply:
    """Draw the paper again if it was changed elsewhere."""
    shown = {row["key"]: row["at"] for row in review._form if row["at"]}
    history = review._session.history(review.current)
    if shown != review_forms.standing(history):
        review.refresh()
    return {}, []


def _history(review: Review, content: dict[str, Any]) -> _Reply:
    of = review._one(content.get("id"))
    given = review._session.history(of, str(content["question"]))
    return {"versions": review_forms.shown(review_forms.condensed(given))}, []


def _find(review: Review, content: dict[str, Any]) -> _Reply:
    """Look for sentences of the source: those with the words, or those like the statement."""
    session, of = review._session, review._one(str(content["id"]))
    offered = session.offered(of)
    found = review_evidence.ranked(offered, str(content["words"]) or str(content.get("like", "")))
    return {"found": review_evidence.shown((found or offered)[:FOUND]), "of": len(found)}, []


def _walk(name: str) -> _Action:
    """Return the action that goes to the next or the previous paper, and says whether it did."""

    def act(review: Review, _content: dict[str, Any]) -> _Reply:
        before = review.current
        getattr(review, name)()
        return {"moved": review.current != before}, []

    return act


def _ask(review: Review, content: dict[str, Any]) -> _Reply:
    """Ask the model; say of which questions nothing came, and why."""
    given = {name: content[name] for name in ("questions", "wish", "id") if name in content}
    came = review.ask(**given)
    nothing = [[q, why] for q, why in came.items() if why]
    return {"asked": len(came), "nothing": nothing}, []


def _image(review: Review, content: dict[str, Any]) -> _Reply:
    from paperkit import batch

    session, of = review._session, review._one(content.get("id"))
    passage = review_evidence.named(
        content["passage"], session.passages(of), lambda: session.offered(of)
    )
    if passage.page is None:
        raise PaperkitError("The passage stands in the abstract; there is no page of it.")
    if not passage.page:
        raise PaperkitError("The passage is known from arXiv's HTML; there is no page of it here.")
    version = session.written_on(of, passage)
    whole = bool(content.get("whole")) or passage.bbox is None
    image = batch.page_image(
        review.library,
        of,
        passage.page,
        bbox=None if whole else _around(passage.bbox),
        marks=[passage.bbox] if passage.bbox else [],
        words=passage.quote,
        dpi=DOTS,
        version=version,
    )
    left, top, _, bottom = image.marked or (0.0, 0.0, 0.0, 0.0)
    told = {"left": left, "top": top, "bottom": bottom, "whole": whole, "version": version}
    return told, [image.png]


def _around(box: Box | None) -> Box | None:
    """Return a passage's box with some of the page around it, in points."""
    return box and (box[0] - 12, box[1] - 130, box[2] + 12, box[3] + 150)


def _preview(review: Review, _content: dict[str, Any]) -> _Reply:
    return {"page": review.preview()}, []


def _math(_review: Review, _content: dict[str, Any]) -> _Reply:
    return {}, [kit.katex()]


_SLOW = frozenset({"ask", "find", "image", "preview"})
_ACTIONS: dict[str, _Action] = {
    "edit": _edit,
    "count": _count,
    "look": _look,
    "history": _history,
    "find": _find,
    "image": _image,
    "preview": _preview,
    "math": _math,
    "show": _method("show", "id"),
    "next": _walk("next"),
    "previous": _walk("previous"),
    "restore": _method("restore", "question", "version", "id"),
    "keep": _method("keep", "question", "id"),
    "ask": _ask,
    "sign_as": _method("sign_as", "name"),
    "approve": _approve,
    "compose": lambda r, c: ({"path": str(r.compose())}, []),
    "disapprove": _method("disapprove", "id"),
    "send_back": _method("send_back", "note", "id"),
    "carry": _method("carry", "id"),
}
