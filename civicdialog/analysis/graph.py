"""The graph of nearest neighbours, its spectral basis, and how well a grouping cuts it."""

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray
from scipy.sparse.linalg import ArpackNoConvergence, eigsh

from civicdialog.analysis.representation import Floats

Ints = NDArray[np.integer]

_BLOCK = 2048
_SMALL = 600
_FAINT = 1e-4
_DECIMALS = 6


def neighbour_count(count: int) -> int:
    """How many neighbours a text gets among `count` texts: a twelfth, from 5 to 60."""
    return int(np.clip(count // 12, 5, 60))


def neighbour_graph(vectors: Floats) -> sp.csr_matrix:
    """Symmetric graph (n, n) of the exact nearest neighbours, weighted by cosine similarity.

    Rows of vectors have length 1; a row of zeros stays without neighbours.
    """
    count = len(vectors)
    active = np.flatnonzero(np.any(vectors != 0, axis=1))
    neighbours = min(neighbour_count(len(active)), len(active) - 1)
    if neighbours < 1:
        return sp.csr_matrix((count, count), dtype=np.float32)
    nearest, weights = _nearest(np.ascontiguousarray(vectors[active]), neighbours)
    rows = np.repeat(active, neighbours)
    graph = sp.csr_matrix((weights.ravel(), (rows, active[nearest.ravel()])), shape=(count, count))
    return ((graph + graph.T) * 0.5).tocsr()


def _nearest(vectors: Floats, neighbours: int) -> tuple[Ints, Floats]:
    """For every row the columns and similarities (n, neighbours) of the rows most like it."""
    count = len(vectors)
    columns = np.empty((count, neighbours), dtype=np.int32)
    weights = np.empty((count, neighbours), dtype=np.float32)
    for start in range(0, count, _BLOCK):
        similar = vectors[start : start + _BLOCK] @ vectors.T
        own = np.arange(len(similar))
        similar[own, own + start] = -2
        best = np.argpartition(-similar, neighbours - 1, axis=1)[:, :neighbours]
        columns[start : start + _BLOCK] = best
        weights[start : start + _BLOCK] = np.take_along_axis(similar, best, axis=1)
    return columns, np.maximum(weights, _FAINT)


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
