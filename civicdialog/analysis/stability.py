"""How much of a grouping stays when some of the contributions had not been there.

Ben-Hur, Elisseeff & Guyon 2002, "A stability based method for discovering structure in clustered
data": pairs of samples are grouped apart, and what both contain is compared.
"""

import numpy as np
from sklearn.metrics import adjusted_rand_score
from threadpoolctl import threadpool_limits

from civicdialog.analysis.graph import Ints
from civicdialog.analysis.grouping import group
from civicdialog.analysis.representation import Floats

SHARE = 0.8
PAIRS = 4
_DECIMALS = 4


def stability(vectors: Floats, k: int, *, seed: int = 0, pairs: int = PAIRS) -> float:
    """Mean adjusted Rand index between groupings into k of two 80 % samples, on their overlap.

    1 is the same grouping, 0 what chance would give. vectors (n, d) of length 1; rows of zeros are
    left out. One group, or too few rows to take samples from, is always the same grouping.
    Raises ValueError when k or pairs is less than 1.
    """
    if k < 1 or pairs < 1:
        raise ValueError(f"k and pairs must be at least 1, not {k} and {pairs}")
    active = vectors[np.any(vectors != 0, axis=1)]
    size = int(SHARE * len(active))
    if k == 1 or size < 2:
        return 1.0
    draw = np.random.default_rng(seed)
    with threadpool_limits(1):
        found = [
            _agreement(active, _sample(draw, active, size), _sample(draw, active, size), k, seed)
            for _ in range(pairs)
        ]
    return round(float(np.mean(found)), _DECIMALS)


def _sample(draw: np.random.Generator, vectors: Floats, size: int) -> Ints:
    """So many different rows, in order."""
    return np.sort(draw.choice(len(vectors), size, replace=False))


def _agreement(vectors: Floats, one: Ints, other: Ints, k: int, seed: int) -> float:
    """The adjusted Rand index of the groupings of two samples, on the rows in both."""
    _, in_one, in_other = np.intersect1d(one, other, assume_unique=True, return_indices=True)
    groupings = [group(vectors[rows], min(k, len(rows)), seed=seed) for rows in (one, other)]
    return float(adjusted_rand_score(groupings[0][in_one], groupings[1][in_other]))
