"""From vectors to groups: normalised cut, the number of groups by modularity, a second level."""

import math

import numpy as np
from sklearn.cluster import AgglomerativeClustering, KMeans

from civicdialog.analysis.graph import (
    Ints,
    modularity,
    neighbour_graph,
    spectral_basis,
)
from civicdialog.analysis.representation import Floats, unit_rows

FEWEST = 10
FEWEST_TOPICS, MOST_TOPICS = 4, 20
LARGEST_SHARE = 0.15
_SMALL_ROUND = 100
_SMALLEST_SPLIT = 30
_DEPTH = 3
_APART = 0.8


def group(
    vectors: Floats,
    k: int | None = None,
    *,
    fewest: int = FEWEST_TOPICS,
    most: int = MOST_TOPICS,
    seed: int = 0,
) -> Ints:
    """Labels (n,) from 0 for rows of length 1; k groups, or as many as cut the graph best."""
    count = len(vectors)
    if count < 2 or k == 1:
        return np.zeros(count, dtype=np.int64)
    if count < FEWEST:
        return _few(vectors, k)
    if k is not None:
        wanted = range(min(k, count), min(k, count) + 1)
    else:
        most = min(most, max(2, count // 5))
        wanted = range(min(2 if count < _SMALL_ROUND else fewest, most), most + 1)
    graph = neighbour_graph(vectors)
    basis = spectral_basis(graph, wanted.stop - 1, seed=seed)
    best: Ints = np.zeros(count, dtype=np.int64)
    best_quality = -1.0
    for size in wanted:
        labels = _cut(basis, size, seed)
        quality = modularity(graph, labels)
        if quality > best_quality + 1e-9:
            best, best_quality = labels, quality
    return best


def _cut(basis: Floats, k: int, seed: int) -> Ints:
    """Labels (n,) of the rows of the first k spectral coordinates, without gaps in the numbers."""
    coordinates = basis[:, :k]
    k = min(k, len(np.unique(coordinates, axis=0)))
    labels = KMeans(k, n_init=10, random_state=seed).fit_predict(coordinates)
    return np.asarray(np.unique(labels, return_inverse=True)[1])


def _few(vectors: Floats, k: int | None) -> Ints:
    """Groups of two to nine different texts, which many people may have sent: average linkage."""
    tree = AgglomerativeClustering(
        n_clusters=min(k, len(vectors)) if k else None,
        distance_threshold=None if k else _APART,
        metric="cosine",
        linkage="average",
    )
    return np.asarray(np.unique(tree.fit_predict(unit_rows(vectors)), return_inverse=True)[1])


def refine(vectors: Floats, labels: Ints, *, seed: int = 0) -> Ints:
    """Second level (n,): a group of more than 15 % of the rows is split while it can be."""
    limit = max(_SMALLEST_SPLIT, LARGEST_SHARE * len(vectors))
    leaves = np.zeros(len(vectors), dtype=np.int64)
    found = 0
    for label in range(int(labels.max(initial=-1)) + 1):
        for leaf in _split(vectors, np.flatnonzero(labels == label), limit, _DEPTH, seed):
            leaves[leaf] = found
            found += 1
    return leaves


def _split(vectors: Floats, rows: Ints, limit: float, depth: int, seed: int) -> list[Ints]:
    """The rows as they are when few enough, otherwise their parts."""
    if len(rows) <= limit or depth == 0:
        return [rows]
    most = min(8, math.ceil(len(rows) / limit) + 2)
    parts = group(vectors[rows], fewest=2, most=most, seed=seed)
    if parts.max() == 0:
        return [rows]
    return [
        leaf
        for part in range(int(parts.max()) + 1)
        for leaf in _split(vectors, rows[parts == part], limit, depth - 1, seed)
    ]
