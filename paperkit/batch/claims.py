"""Claims: what is being asked is not asked twice, however often a cell is run."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from weakref import WeakValueDictionary

_CLAIMS: WeakValueDictionary[tuple[str, str], threading.Lock] = WeakValueDictionary()
_GUARD = threading.Lock()


@contextmanager
def claimed(shelf: str, key: str) -> Iterator[None]:
    """Hold a request of a library for oneself; another batch that wants it waits for the answer.

    After an interrupt the requests in flight are still answered and written down; a cell that is
    run again meanwhile finds them known.
    """
    with _GUARD:
        lock = _CLAIMS.get((shelf, key))
        if lock is None:
            lock = _CLAIMS[shelf, key] = threading.Lock()
    with lock:
        yield
