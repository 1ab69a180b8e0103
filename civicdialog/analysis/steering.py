"""Spreading the committee's decisions over the graph of similar contributions.

Zhou et al. 2004, "Learning with local and global consistency": names of whole topics are weak
seeds, contributions moved by hand are strong ones.
"""

from collections.abc import Collection, Mapping

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


def margins(reached: Floats) -> Floats:
    """By how much the strongest theme beats the second (n,), from 0 to 1; 1 with one theme."""
    if reached.shape[1] < 2:
        return np.ones(len(reached))
    best = np.sort(reached, axis=1)
    return np.asarray(np.round(best[:, -1] - best[:, -2], 9))


def questions(
    graph: sp.csr_matrix, margin: Floats, most: int, *, skip: Collection[int] = ()
) -> list[int]:
    """Up to `most` texts with the smallest margins (n,), no two of them neighbours in the graph."""
    closed = np.zeros(len(margin), dtype=bool)
    closed[list(skip)] = True
    chosen: list[int] = []
    for row in np.argsort(margin, kind="stable"):
        if len(chosen) == most:
            break
        if closed[row] or margin[row] >= 1:
            continue
        chosen.append(int(row))
        closed[graph.indices[graph.indptr[row] : graph.indptr[row + 1]]] = True
        closed[row] = True
    return chosen
