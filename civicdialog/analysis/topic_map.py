"""A map of the topics: bubbles in a square frame, topics with much in common side by side.

Positions are a classical scaling (Torgerson 1952, "Multidimensional scaling: I. Theory and
method") of how far apart the topics are in the graph of similar contributions. Then every bubble,
the largest first, takes the free place nearest to where it belongs, so that none covers another.
"""

from collections.abc import Sequence

import numpy as np
import scipy.sparse as sp
from numpy.typing import ArrayLike

from civicdialog.analysis.graph import Ints, membership
from civicdialog.analysis.representation import Floats
from civicdialog.analysis.results import Topics

_COVERED = 0.2
"""The share of the frame that the bubbles cover."""
_SMALLEST = 0.15
_GAP = 0.012
_STEPS = 61
_UNEVEN = 1e-3
_DECIMALS = 4


def topic_weights(graph: sp.csr_matrix, labels: Ints, groups: int) -> Floats:
    """Weight (groups, groups) of the edges inside and between groups; labels (n,) from 0."""
    member = membership(labels, groups)
    between = np.asarray((member.T @ graph @ member).toarray(), dtype=np.float64)
    return (between + between.T) / 2


def weights_between(topics: Topics) -> Floats:
    """Weight (t, t) of the graph of similar contributions inside and between topics."""
    place = {topic.theme: topic.index for topic in topics.topics}
    documents = np.zeros(topics.corpus.graph.shape[0], dtype=np.int64)
    documents[topics.corpus.document] = [place[theme] for theme in topics.labels]
    return topic_weights(topics.corpus.graph, documents, len(place))


def positions(topics: Topics) -> list[tuple[float, float]]:
    """Middle points of the bubbles of all topics, from 0 to 1."""
    x, y = layout(weights_between(topics), [topic.size for topic in topics.topics])
    return list(zip(x.tolist(), y.tolist(), strict=True))


def kinship(weights: ArrayLike) -> Floats:
    """How much two topics have in common (t, t), from 0 to 1, whatever their sizes.

    The weight between two topics divided by the geometric mean of what each has in all; 0 on the
    diagonal. Raises ValueError when weights are not a symmetric table of numbers from 0.
    """
    table = np.asarray(weights, dtype=np.float64)
    if table.ndim != 2 or table.shape[0] != table.shape[1] or not np.allclose(table, table.T):
        raise ValueError(f"weights must be a symmetric table, not one of shape {table.shape}")
    if not np.isfinite(table).all() or (table < 0).any():
        raise ValueError("weights must be numbers from 0")
    degrees = table.sum(axis=1)
    shares = table / np.sqrt(np.maximum(np.outer(degrees, degrees), 1e-12))
    np.fill_diagonal(shares, 0.0)
    return np.asarray(np.round(np.minimum(shares, 1.0), 6))


def radii(sizes: Sequence[int]) -> Floats:
    """Radii (t,) in a frame of side 1: areas in proportion to sizes, the smallest kept visible."""
    counts: Floats = np.maximum(np.asarray(sizes, dtype=np.float64), 0.0)
    if not len(counts):
        return counts
    wanted = np.sqrt(_COVERED * counts / (np.pi * max(counts.sum(), 1.0)))
    return np.asarray(np.round(np.maximum(wanted, _SMALLEST / np.sqrt(len(counts))), _DECIMALS))


def layout(weights: ArrayLike, sizes: Sequence[int]) -> tuple[Floats, Floats]:
    """Middle points x (t,) and y (t,) of bubbles with these `radii`, all inside the frame 0..1.

    weights (t, t): see `topic_weights`. Raises ValueError when there are not as many sizes.
    """
    shares = kinship(weights)
    if len(shares) != len(sizes):
        raise ValueError(f"weights for {len(shares)} topics, but {len(sizes)} sizes")
    points = _free_places(_spread(_scaled(_distances(shares))), radii(sizes))
    return points[:, 0], points[:, 1]


def _distances(shares: Floats) -> Floats:
    """Distances (t, t) of topics, 1 for nothing in common.

    A trace of unevenness gives topics that are equally far apart one answer instead of many.
    """
    rank = np.arange(len(shares)) / max(len(shares), 1)
    apart = 1.0 - np.sqrt(shares / max(shares.max(initial=0.0), 1e-12))
    apart = np.maximum(apart, 0.05) + _UNEVEN * np.abs(np.subtract.outer(rank**2, rank**2))
    np.fill_diagonal(apart, 0.0)
    return np.asarray(apart)


def _scaled(distances: Floats) -> Floats:
    """The plane (t, 2) in which the distances between points differ least from these."""
    count = len(distances)
    if count < 2:
        return np.zeros((count, 2))
    centring = np.eye(count) - 1.0 / count
    values, vectors = np.linalg.eigh(-0.5 * centring @ distances**2 @ centring)
    plane = vectors[:, ::-1][:, :2] * np.sqrt(np.maximum(values[::-1][:2], 0.0))
    # An eigenvector has no direction of its own: what lies farthest out lies to the right and down.
    farthest = plane[np.argmax(np.round(np.abs(plane), 6), axis=0), [0, 1]]
    return np.asarray(np.round(plane * np.where(farthest < 0, -1.0, 1.0), 6))


def _spread(plane: Floats) -> Floats:
    """The same picture (t, 2) in the frame 0..1, half by distance and half by rank.

    Ranks pull crowded places apart, as on a map of a railway.
    """
    count = len(plane)
    if count < 2:
        return np.full((count, 2), 0.5)
    low, high = plane.min(axis=0), plane.max(axis=0)
    by_distance = (plane - low) / np.maximum(high - low, 1e-9)
    order = np.argsort(plane, axis=0, kind="stable")
    by_rank = np.argsort(order, axis=0, kind="stable") / (count - 1)
    return np.asarray((by_distance + by_rank) / 2)


def _free_places(wanted: Floats, sizes: Floats) -> Floats:
    """Points (t, 2) near the wanted ones whose bubbles do not touch, largest bubble first."""
    placed = np.zeros_like(wanted)
    done: list[int] = []
    for index in np.argsort(-sizes, kind="stable"):
        radius = sizes[index]
        wish = radius + wanted[index] * (1 - 2 * radius)
        places = np.vstack([wish, _grid(radius)])
        far = np.hypot(*(places - wish).T)
        for other in done:
            clear = radius + sizes[other] + _GAP
            far[np.hypot(*(places - placed[other]).T) < clear] = np.inf
        placed[index] = np.round(places[np.argmin(np.round(far, 6))], _DECIMALS)
        done.append(int(index))
    return placed


def _grid(radius: float) -> Floats:
    """Middle points (61 * 61, 2) all over the frame at which a bubble is wholly inside."""
    steps = np.linspace(radius, 1 - radius, _STEPS)
    return np.stack(np.meshgrid(steps, steps), axis=-1).reshape(-1, 2)
