"""Remote models: what those behind a server have in common, whatever the SDK."""

from __future__ import annotations

import threading
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from paperkit.errors import ModelError
from paperkit.models._wire import Hidden, is_late, late, shown, unreadable, within, without_key
from paperkit.models.paces import Pace
from paperkit.prompts import Reply, Request


class Remote(ABC):
    """A model behind a server: one client, made late; one deadline; only our own errors.

    A child knows its SDK: `_connect`, `_send`, `_reply`, `_error` and `_models`.
    """

    keys: Sequence[str]

    def __init__(
        self, name: str, *, timeout: float, pace: Pace | None, address: str | None = None
    ) -> None:
        self._name = name
        self._address = Hidden(address or "")
        self.timeout = timeout
        self.pace = pace or Pace()
        self._lock = threading.Lock()
        self._client: Any = None

    def __getstate__(self) -> dict[str, Any]:
        """Return what goes to another process: no client, no lock, never a key or a password."""
        kept = {k: v for k, v in vars(self).items() if k not in ("_client", "_lock")}
        return {**kept, "_address": Hidden(shown(self._address))}

    def __setstate__(self, state: Mapping[str, Any]) -> None:
        """Take up work in another process, with the key of its environment."""
        vars(self).update(state, _client=None, _lock=threading.Lock())

    @property
    def provider(self) -> tuple[str, ...]:
        """Return whose limits count: the server's address and where the key comes from."""
        return (shown(self._address), *self.keys)

    @property
    def name(self) -> str:
        """Return the name the server knows the model under."""
        return self._name

    def prepare(self) -> None:
        """Load the SDK and make the client, so that the first question is as quick as the rest."""
        with self._lock:
            if self._client is None:
                self._client = self._connect()

    def answer(self, request: Request) -> Reply:
        """Return the model's reply, or raise a `ModelError` that says what to do."""
        response = self._within(lambda: self._send(request))
        try:
            return self._reply(response)
        except ModelError:
            raise
        except Exception as error:  # an answer of a shape that nobody foresaw
            raise unreadable(self._name, why=type(error).__name__) from None

    def models(self) -> list[str]:
        """Return the names of the models this key may use, or raise a `ModelError`."""
        found: list[str] = self._within(self._models)
        return found

    def _within(self, call: Callable[[], Any]) -> Any:
        """Return what the SDK answers in time; its errors become ours."""
        try:
            self.prepare()
            return within(self.timeout, call)
        except ModelError:
            raise
        except Exception as error:
            # The cause may carry the key in its address or headers.
            raise (
                late(self._name, self.timeout) if is_late(error) else self._error(error)
            ) from None

    @abstractmethod
    def _models(self) -> list[str]: ...

    @abstractmethod
    def _connect(self) -> Any: ...

    @abstractmethod
    def _send(self, request: Request) -> Any: ...

    @abstractmethod
    def _reply(self, response: Any) -> Reply: ...

    @abstractmethod
    def _error(self, error: Exception) -> ModelError: ...

    def _known(self) -> str:
        """Return the sentence with the models there are, for the error about one there isn't."""
        try:
            names = within(self.timeout, self._models)
        except Exception as error:
            said = without_key(type(error).__name__, self.keys)
            return f"the list of models failed too ({said}); look the name up."
        return f"there are {', '.join(names) or 'none'}."
