"""The graph of nearest neighbours, its spectral basis, and how well a grouping cuts it."""

from collections.abc import Sequence

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray
from scipy.sparse.linalg import ArpackNoConvergence, eigsh
from sklearn.neighbors import NearestNeighbors

from civicdialog.analysis.representation import Floats

Ints = NDArray[np.integer]

VOTERS = 15
"""How many similar texts decide on a text that is not an anchor."""
_SMALL = 600
_FAINT = 1e-4
_CUT = 1e-6
"""What is left of an edge that every partition cuts, so that no part falls off."""
_DECIMALS = 6


def neighbour_count(count: int) -> int:
    """How many neighbours a text gets among `count` texts: a twelfth, from 5 to 60."""
    return int(np.clip(count // 12, 5, 60))


def neighbour_graph(vectors: Floats, anchors: Ints | None = None) -> sp.csr_matrix:
    """Graph (n, n) of the exact nearest neighbours, weighted by cosine similarity; symmetric.

    Rows of vectors have length 1; a row of zeros stays without neighbours. anchors: with many
    texts, the sorted rows among which neighbours are looked for; the graph is symmetric among
    them, and every other row has its 15 nearest anchors.
    """
    active = np.any(vectors != 0, axis=1)
    if anchors is None:
        return _among(vectors, np.flatnonzero(active))
    chosen = anchors[active[anchors]]
    is_chosen = np.zeros(len(vectors), dtype=bool)
    is_chosen[chosen] = True
    others = np.flatnonzero(active & ~is_chosen)
    return (_among(vectors, chosen) + _towards(vectors, others, chosen)).tocsr()


def _among(vectors: Floats, rows: Ints) -> sp.csr_matrix:
    """Symmetric graph (n, n) of the neighbours that these rows are to each other."""
    count = len(vectors)
    neighbours = min(neighbour_count(len(rows)), len(rows) - 1)
    if neighbours < 1:
        return sp.csr_matrix((count, count), dtype=np.float32)
    found = np.ascontiguousarray(vectors[rows])
    nearest, weights = _nearest(found, found, neighbours + 1)
    graph = _edges(rows, rows[nearest], weights, count)
    graph.setdiag(0)
    graph.eliminate_zeros()
    return ((graph + graph.T) * 0.5).tocsr()


def _towards(vectors: Floats, rows: Ints, targets: Ints) -> sp.csr_matrix:
    """Graph (n, n) from each of these rows to the 15 nearest targets."""
    count, neighbours = len(vectors), min(VOTERS, len(targets))
    if neighbours < 1 or not len(rows):
        return sp.csr_matrix((count, count), dtype=np.float32)
    base = np.ascontiguousarray(vectors[targets])
    nearest, weights = _nearest(vectors[rows], base, neighbours)
    return _edges(rows, targets[nearest], weights, count)


def _edges(rows: Ints, columns: Ints, weights: Floats, count: int) -> sp.csr_matrix:
    """Graph (count, count) with an edge from rows[i] to each of columns[i] (m, neighbours)."""
    starts = np.repeat(rows, columns.shape[1])
    return sp.csr_matrix((weights.ravel(), (starts, columns.ravel())), shape=(count, count))


def _nearest(vectors: Floats, base: Floats, neighbours: int) -> tuple[Ints, Floats]:
    """For every vector the rows of base most like it, and the cosines: (n, neighbours) each."""
    search = NearestNeighbors(n_neighbors=neighbours, algorithm="brute").fit(base)
    distances, rows = search.kneighbors(vectors)
    return rows, np.maximum(1 - distances * distances / 2, _FAINT).astype(np.float32)


def scaled(graph: sp.csr_matrix) -> tuple[sp.csr_matrix, Floats]:
    """D^-1/2 W D^-1/2 and the diagonal of D^-1/2 (n,); 0 for a row without neighbours."""
    degrees = np.asarray(graph.sum(axis=1), dtype=np.float64).ravel()
    roots = np.where(degrees > 0, 1 / np.sqrt(np.maximum(degrees, 1e-12)), 0.0)
    diagonal = sp.diags(roots)
    return (diagonal @ graph @ diagonal).tocsr(), roots


def spectral_basis(graph: sp.csr_matrix, size: int, *, seed: int = 0) -> Floats:
    """The first `size` random-walk eigenvectors (n, size), strongest first.

    Shi & Malik 2000, "Normalized cuts and image segmentation": the relaxed solution of the
    normalised cut into k parts lies in the first k of them.
    """
    matrix, roots = scaled(graph)
    count = matrix.shape[0]
    size = min(size, count)
    if count <= _SMALL or size > count // 3:
        vectors = _strongest_dense(matrix, size)
    else:
        vectors = _strongest(matrix, size, seed)
    return np.round(vectors * roots[:, None], _DECIMALS)


def _strongest_dense(matrix: sp.csr_matrix, size: int) -> Floats:
    """Eigenvectors (n, size) of the largest eigenvalues by the full decomposition."""
    _, vectors = np.linalg.eigh(matrix.toarray().astype(np.float64))
    return np.asarray(vectors[:, ::-1][:, :size])


def _strongest(matrix: sp.csr_matrix, size: int, seed: int) -> Floats:
    """Eigenvectors (n, size) of the largest eigenvalues by Lanczos from a seeded start."""
    start = np.random.RandomState(seed).rand(matrix.shape[0])
    try:
        values, vectors = eigsh(matrix, k=size, which="LA", v0=start, tol=1e-3)
    except ArpackNoConvergence:  # Rare: many equal eigenvalues. The full way always ends.
        return _strongest_dense(matrix, size)
    return np.asarray(vectors[:, np.argsort(-values, kind="stable")])


def membership(labels: Ints, groups: int) -> sp.csr_matrix:
    """Indicator matrix (n, groups): 1 where row i belongs to group labels[i]."""
    count = len(labels)
    return sp.csr_matrix((np.ones(count), (np.arange(count), labels)), shape=(count, groups))


def agreed(graph: sp.csr_matrix, partitions: Sequence[Ints]) -> sp.csr_matrix:
    """The graph with every edge weakened by the share of partitions (n,) that cut it."""
    edges = graph.tocoo()
    kept = np.zeros(edges.nnz)
    for labels in partitions:
        kept += labels[edges.row] == labels[edges.col]
    weights = edges.data * (kept / max(len(partitions), 1)) + _CUT
    return sp.csr_matrix((weights, (edges.row, edges.col)), shape=graph.shape)


def modularity(graph: sp.csr_matrix, labels: Ints) -> float:
    """Newman & Girvan 2004: weight inside the groups minus what chance would put there."""
    groups = membership(labels, int(labels.max()) + 1)
    between = (groups.T @ graph @ groups).toarray()
    total = between.sum()
    if total <= 0:
        return 0.0
    return float(np.trace(between) / total - ((between.sum(axis=1) / total) ** 2).sum())


def neighbour_shares(graph: sp.csr_matrix, labels: Ints, groups: int) -> Floats:
    """Share (n, groups) of each row's neighbours, by weight, in every group."""
    votes = np.asarray((graph @ membership(labels, groups)).todense(), dtype=np.float64)
    return np.asarray(votes / np.maximum(votes.sum(axis=1, keepdims=True), 1e-12))
