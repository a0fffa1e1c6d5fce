"""Numbers with their uncertainty: intervals, log-odds and growth, from counts alone.

Every function takes plain arrays and knows nothing of papers. Quantiles come from SciPy.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from paperkit.errors import ArgumentError

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import ArrayLike, NDArray

    Floats = NDArray[np.float64]


def normal_quantile(level: float) -> float:
    """Return how many standard errors a two-sided interval of ``level`` reaches (0.95: 1.96)."""
    from scipy.special import ndtri

    if not 0 < level < 1:
        raise ArgumentError(f"level is {level}; give a number between 0 and 1, such as 0.95")
    return float(ndtri(0.5 + level / 2))


def share_interval(count: ArrayLike, total: ArrayLike, *, level: float = 0.95) -> tuple[Any, Any]:
    """Return Wilson's interval of ``count / total``; NaN where the total is 0.

    Wilson (1927): it stays inside 0 to 1 and keeps its level for small counts, which the
    textbook interval does not.
    """
    import numpy as np

    z = normal_quantile(level)
    k, n = np.asarray(count, dtype=float), np.asarray(total, dtype=float)
    with np.errstate(divide="ignore", invalid="ignore"):
        share = k / n
        center = (share + z * z / (2 * n)) / (1 + z * z / n)
        half = z / (1 + z * z / n) * np.sqrt(share * (1 - share) / n + z * z / (4 * n * n))
        # Rounding may push the bound past the share itself where the count is 0 or all.
        return np.clip(center - half, 0, share), np.clip(center + half, share, 1)


def count_interval(count: ArrayLike, *, level: float = 0.95) -> tuple[Any, Any]:
    """Return Garwood's exact Poisson interval of the rate behind each count."""
    import numpy as np
    from scipy.special import gammaincinv

    k = np.asarray(count, dtype=float)
    tail = (1 - level) / 2
    low = np.where(k > 0, gammaincinv(np.maximum(k, 1), tail), 0.0)
    return low, gammaincinv(k + 1, 1 - tail)


def fewer(count: ArrayLike, before: ArrayLike) -> Floats:
    """Return the chance of so few now and so many before if the rate had not changed.

    The exact conditional test of two Poisson counts over times of one length.
    """
    import numpy as np
    from scipy.special import bdtr

    now, then = np.asarray(count, dtype=float), np.asarray(before, dtype=float)
    chance: Floats = bdtr(now, (now + then).astype(int), 0.5)
    return chance


def log_odds(
    a: ArrayLike, a_total: float, b: ArrayLike, b_total: float, *, prior: float = 50.0
) -> tuple[Floats, Floats]:
    """Return the log odds ratio of each term in ``a`` against ``b``, and its standard error.

    The prior is informative: every term starts with ``prior`` imaginary papers on each side, of
    which it holds its share of both sides together. A rare term has to earn its distance from
    "no difference". After Monroe, Colaresi and Quinn, "Fightin' Words" (2008), section 3.5.1,
    with papers that hold the term instead of occurrences.
    """
    import numpy as np

    x, y = np.asarray(a, dtype=float), np.asarray(b, dtype=float)
    expected = prior * (x + y) / max(a_total + b_total, 1)
    with np.errstate(divide="ignore", invalid="ignore"):
        inside = (x + expected, y + expected)
        outside = (a_total + prior - inside[0], b_total + prior - inside[1])
        ratio = np.log(inside[0] / outside[0]) - np.log(inside[1] / outside[1])
        error = np.sqrt(1 / inside[0] + 1 / outside[0] + 1 / inside[1] + 1 / outside[1])
    return np.nan_to_num(ratio), np.where(np.isnan(error), np.inf, error)


def false_discovery(z: ArrayLike) -> Floats:
    """Return Benjamini and Hochberg's q for two-sided z-scores, all tested together.

    Keeping the terms with q below 0.05 keeps about 5 % false ones among them.
    """
    import numpy as np
    from scipy.special import ndtr
    from scipy.stats import false_discovery_control

    p = 2 * ndtr(-np.abs(np.asarray(z, dtype=float)))
    q: Floats = false_discovery_control(p) if len(p) else p
    return q


@dataclass(frozen=True)
class Slope:
    """The change of a rate per unit of time on the log scale: estimate, error, spread.

    ``dispersion`` is how many times more the counts vary than Poisson counts would; ``freedom``
    the degrees of freedom that the interval's t quantile uses.
    """

    estimate: float
    error: float
    dispersion: float
    freedom: int

    def interval(self, level: float) -> tuple[float, float]:
        """Return the interval of the slope at ``level``."""
        from scipy.special import stdtrit

        reach = float(stdtrit(self.freedom, 0.5 + level / 2)) * self.error
        return self.estimate - reach, self.estimate + reach


def slope(time: ArrayLike, count: ArrayLike, exposure: ArrayLike | None = None) -> Slope | None:
    """Return the quasi-Poisson slope of ``log(count / exposure)`` over time.

    None when it cannot be known: fewer than three points, or no paper at all. The error is
    widened by the measured dispersion, never narrowed below Poisson's. Points are taken as
    independent of their neighbors.
    """
    import numpy as np

    x, y = np.asarray(time, dtype=float), np.asarray(count, dtype=float)
    offset = np.ones_like(y) if exposure is None else np.asarray(exposure, dtype=float)
    used = offset > 0
    x, y, offset = x[used], y[used], np.log(offset[used])
    if len(x) < 3 or y.sum() == 0 or np.ptp(x) == 0:
        return None
    design = np.column_stack([np.ones_like(x), x - x.mean()])
    mean, covariance = _poisson_fit(design, y, offset)
    freedom = len(x) - 2
    dispersion = float(((y - mean) ** 2 / np.maximum(mean, 1e-9)).sum() / freedom)
    error = float(np.sqrt(covariance[0][1, 1] * max(dispersion, 1.0)))
    return Slope(float(covariance[1][1]), error, dispersion, freedom)


def _poisson_fit(design: Floats, y: Floats, offset: Floats) -> tuple[Floats, tuple[Floats, Floats]]:
    """Return the fitted means and (covariance, coefficients) of a log-linear Poisson model."""
    import numpy as np

    eta = np.log(y + 0.5)
    coefficients = np.zeros(design.shape[1])
    for _ in range(50):
        mean = np.exp(np.clip(eta, -30, 30))
        work = eta - offset + (y - mean) / mean
        information = design.T @ (design * mean[:, None])
        step = np.linalg.lstsq(information, design.T @ (mean * work), rcond=None)[0]
        done = np.max(np.abs(step - coefficients)) < 1e-9
        coefficients = step
        eta = design @ coefficients + offset
        if done:
            break
    mean = np.exp(np.clip(eta, -30, 30))
    return mean, (np.linalg.pinv(design.T @ (design * mean[:, None])), coefficients)
