"""Spreading the committee's decisions over the graph of similar contributions.

Zhou et al. 2004, "Learning with local and global consistency": names of whole topics are weak
seeds, contributions moved by hand are strong ones.
"""

from collections.abc import Mapping

import numpy as np
import scipy.sparse as sp

from civicdialog.analysis.graph import Ints, scaled
from civicdialog.analysis.representation import Floats

WEAK = 0.03
SPREAD = 0.95
ROUNDS = 50


def spread(
    graph: sp.csr_matrix, base: Ints, moved: Mapping[int, Mapping[int, float]], themes: int
) -> Floats:
    """How strongly each theme reaches each text (n, themes); rows add up to 1.

    base: theme (n,) from the names of the automatic topics.
    moved: {text: {theme: share}} for texts placed by hand; shares of a text add up to 1.
    """
    rows = np.arange(len(base))
    seeds = np.zeros((len(base), themes))
    seeds[rows, base] = WEAK
    for row, shares in moved.items():
        seeds[row] = 0.0
        for theme, share in shares.items():
            seeds[row, theme] = share
    seeds /= np.sqrt(np.maximum(seeds.sum(axis=0), 1e-9))
    matrix, _ = scaled(graph)
    reached = seeds
    for _ in range(ROUNDS):
        reached = SPREAD * (matrix @ reached) + (1 - SPREAD) * seeds
    reached = reached / np.sqrt(np.maximum(reached.sum(axis=0), 1e-12))
    return np.asarray(reached / np.maximum(reached.sum(axis=1, keepdims=True), 1e-12))


def strongest(reached: Floats) -> Ints:
    """The theme (n,) that reaches each text most; rounded, so that equals go to the first one."""
    return np.asarray(np.argmax(np.round(reached, 9), axis=1))
