"""Themes: the few directions in which a pool's papers differ most (latent semantic analysis).

Two papers that share no word still share themes, which finds kept papers' kind under other words.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

_COUNT = 25
"""Themes of a pool. In replay 20 to 30 did alike, 15 and 40 less."""
_SAMPLE = 1_000
"""Papers, evenly spread over the pool, from which the themes are taken."""
_LEAST = 1e-4
"""Share of the first theme's variance below which a direction is chance."""


@dataclass(frozen=True, eq=False)
class Themes:
    """Where papers stand in a pool's themes.

    ``basis`` is what the terms of the sample say (and a last row of zeros for all others),
    ``line`` the row of each term in it, ``center`` where the mean paper stands, ``rows`` (papers by
    themes) the pool's papers at length one, and ``lengths`` what they were divided by.
    """

    basis: Any
    line: Any
    center: Any
    rows: Any
    lengths: Any

    def place(self, matrix: Any) -> Any:
        """Return where sparse rows stand, at length one."""
        return _placed(_said(matrix, self.line, self.basis) - self.center)[0]

    def pull(self, direction: Any, terms: Any) -> Any:
        """Return what these terms (columns) say for a direction among the themes.

        A paper's place along the direction is the sum over its terms, up to a constant, divided by
        its length.
        """
        return (self.basis @ direction)[self.line[terms]]


def find_themes(matrix: Any) -> Themes:
    """Return the themes of a pool's sparse rows."""
    from scipy.linalg import eigh

    size, width = matrix.shape
    sample = matrix[np.arange(size)[:: max(1, -(-size // _SAMPLE))]]
    columns = np.unique(sample.indices)
    sample = sample[:, columns]
    cosines = (sample @ sample.T).toarray().astype(np.float64)
    count = len(cosines)
    means = cosines.sum(axis=0) / max(1, count)
    cosines -= means[:, None] + means[None, :] - means.sum() / max(1, count)
    wanted = [max(0, count - _COUNT), count - 1] if count else None
    found, vectors = eigh(cosines, subset_by_index=wanted)
    real = found > max(_LEAST * float(found.max(initial=0.0)), 1e-9)
    basis = np.zeros((len(columns) + 1, int(real.sum())), dtype=np.float32)
    basis[:-1] = sample.T @ (vectors[:, real] / np.sqrt(found[real]))
    line = np.full(width, len(columns))
    line[columns] = np.arange(len(columns))
    center = np.asarray(sample.sum(axis=0), dtype=np.float32).ravel() @ basis[:-1] / max(1, count)
    rows, lengths = _placed(_said(matrix, line, basis) - center)
    return Themes(basis, line, center.astype(np.float32), rows, lengths)


def _said(matrix: Any, line: Any, basis: Any) -> Any:
    """Return rows by themes; cutting the columns out of the matrix would cost a click too much."""
    from scipy import sparse

    parts = (matrix.data, line[matrix.indices], matrix.indptr)
    return sparse.csr_matrix(parts, shape=(matrix.shape[0], len(basis))) @ basis


def _placed(rows: Any) -> tuple[Any, Any]:
    """Return rows at length one and their lengths; what is next to the mean paper stays there."""
    lengths = np.maximum(np.linalg.norm(rows, axis=1), 1e-3)
    return rows / lengths[:, None], lengths
