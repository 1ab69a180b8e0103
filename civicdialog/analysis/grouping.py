"""From a graph of similar texts to groups: normalised cut, agreement of several cuts, two levels.

A single normalised cut depends on which texts happen to be there. So the graph is cut several
times, into a few groups more and a few less, whole and with edges left out by lot; edges that many
of these cuts go through count less, and the graph weighted in that way is cut for good (consensus clustering; Strehl & Ghosh 2002,
"Cluster ensembles", kept to the edges of the graph so that it stays sparse).
"""

from collections.abc import Iterable

import numpy as np
import scipy.sparse as sp
from sklearn.cluster import AgglomerativeClustering, KMeans

from civicdialog.analysis.graph import (
    Ints,
    agreed,
    modularity,
    neighbour_graph,
    spectral_basis,
)
from civicdialog.analysis.representation import Floats, unit_rows

FEWEST = 10
FEWEST_TOPICS, MOST_TOPICS = 4, 8
"""How many topics there are when nobody says how many; what is large is divided once more."""
LARGEST_SHARE = 0.15
_SMALL_ROUND = 100
_SMALLEST_SPLIT = 30
_DEPTH, _MOST_PARTS = 6, 12
_APART = 0.8
_AROUND = 2
_STARTS = 4
_THINNED, _EDGES_KEPT = 3, 0.6


def group(vectors: Floats, k: int | None = None, *, seed: int = 0) -> Ints:
    """Labels (n,) from 0 for rows of length 1; k groups, or as many as cut their graph best."""
    if k is not None and k > 1 and 2 <= len(vectors) < FEWEST:
        return few_groups(vectors, k)
    return cut(neighbour_graph(vectors), k, seed=seed)


def cut(
    graph: sp.csr_matrix,
    k: int | None = None,
    *,
    fewest: int = FEWEST_TOPICS,
    most: int = MOST_TOPICS,
    thinned: int = _THINNED,
    seed: int = 0,
) -> Ints:
    """Labels (n,) from 0 for a symmetric graph: k groups, or as many as cut it best.

    Without k, the number from `fewest` to `most` with the highest modularity; fewer for less than
    100 texts, and one group for less than 10.
    """
    count = graph.shape[0]
    if count < FEWEST and k is None:
        return np.zeros(count, dtype=np.int64)
    if k is not None:
        k = fewest = most = min(k, count)
    else:
        most = min(most, max(2, count // 5))
        fewest = min(2 if count < _SMALL_ROUND else fewest, most)
    if most <= 1:
        return np.zeros(count, dtype=np.int64)
    wanted = range(fewest, most + 1)
    tried = range(max(2, k - _AROUND), min(k + _AROUND, count) + 1) if k is not None else wanted
    partitions = _cuts(graph, tried, seed)
    for turn in range(thinned):
        partitions += _cuts(_thinned(graph, seed + turn), tried[1:-1] or tried, seed)
    found = _cuts(agreed(graph, partitions), wanted, seed)
    return max(found, key=lambda labels: round(modularity(graph, labels), 9))


def _thinned(graph: sp.csr_matrix, seed: int) -> sp.csr_matrix:
    """The symmetric graph with 60 % of its edges, by lot."""
    edges = graph.tocoo()
    lot = np.random.RandomState(seed).rand(edges.nnz)
    kept = (edges.row < edges.col) & (lot < _EDGES_KEPT)
    half = sp.csr_matrix((edges.data[kept], (edges.row[kept], edges.col[kept])), shape=graph.shape)
    return (half + half.T).tocsr()


def _cuts(graph: sp.csr_matrix, sizes: Iterable[int], seed: int) -> list[Ints]:
    """One partition (n,) for every number of groups."""
    wanted = list(sizes)
    basis = spectral_basis(graph, max(wanted), seed=seed)
    return [_cut(basis, size, seed) for size in wanted]


def _cut(basis: Floats, k: int, seed: int) -> Ints:
    """Labels (n,) of the rows of the first k spectral coordinates, without gaps in the numbers."""
    coordinates = basis[:, :k]
    k = min(k, len(np.unique(coordinates, axis=0)))
    labels = KMeans(k, n_init=_STARTS, random_state=seed).fit_predict(coordinates)
    return np.asarray(np.unique(labels, return_inverse=True)[1])


def few_groups(vectors: Floats, k: int | None = None) -> Ints:
    """Labels (n,) of two to nine different texts, which many people may have sent.

    Average linkage: k groups, or as many as are clearly apart.
    """
    tree = AgglomerativeClustering(
        n_clusters=min(k, len(vectors)) if k else None,
        distance_threshold=None if k else _APART,
        metric="cosine",
        linkage="average",
    )
    return np.asarray(np.unique(tree.fit_predict(unit_rows(vectors)), return_inverse=True)[1])


def refine(graph: sp.csr_matrix, labels: Ints, *, seed: int = 0) -> Ints:
    """Second level (n,): a group of more than 15 % of the rows is divided while it can be."""
    limit = max(_SMALLEST_SPLIT, LARGEST_SHARE * len(labels))
    leaves = np.zeros(len(labels), dtype=np.int64)
    found = 0
    for label in range(int(labels.max(initial=-1)) + 1):
        for leaf in _divided(graph, np.flatnonzero(labels == label), limit, _DEPTH, seed):
            leaves[leaf] = found
            found += 1
    return leaves


def _divided(graph: sp.csr_matrix, rows: Ints, limit: float, depth: int, seed: int) -> list[Ints]:
    """The rows as they are when few enough, otherwise their parts."""
    if len(rows) <= limit or depth == 0:
        return [rows]
    parts = cut(graph[rows][:, rows], fewest=2, most=_MOST_PARTS, thinned=0, seed=seed)
    if parts.max() == 0:
        return [rows]
    return [
        leaf
        for part in range(int(parts.max()) + 1)
        for leaf in _divided(graph, rows[parts == part], limit, depth - 1, seed)
    ]
