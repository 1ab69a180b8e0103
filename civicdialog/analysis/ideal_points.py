"""Where people stand and what submissions ask: a logistic ideal-point model of sparse votes.

P(agree | agree or disagree) = 1 / (1 + exp(-eta)), eta_ij = easiness_j + ease_i + point_i · weight_j
with normal priors. Both sides are fitted as normal distributions (variational Bayes) with the bound
of Jaakkola and Jordan 2000, "Bayesian parameter estimation via variational methods", the same as
the Pólya-Gamma weights of Polson, Scott and Windle 2013: given omega = tanh(xi / 2) / (2 xi) with
xi² = E[eta²] each half is a weighted ridge regression, and the bound never falls. A pass counts as
part of an observation at eta = 0; missing votes never enter.

Points have four dimensions; turned so that the first two divide most, these are the map.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from civicdialog.analysis.opinion_model import PASS_WEIGHT, PRIOR_EASINESS, PRIOR_POINT
from civicdialog.analysis.opinion_order import blocks
from civicdialog.analysis.vote_table import Floats, VoteTable

MAP = 2
DIMENSIONS = 4
FEWEST_SWEEPS, MOST_SWEEPS = 10, 30
_VOTES_IN_SWEEPS = 500_000
PRIOR_WEIGHT = 0.5
PRIOR_EASE = 4.0
_SIZE = DIMENSIONS + 1
_WIDTH, _POWERS = 8, 4
_TINY = 1e-4
_BLOCK = 1 << 14
_PERSON = np.array([PRIOR_POINT] * DIMENSIONS + [PRIOR_EASE])
_THING = np.array([PRIOR_WEIGHT] * DIMENSIONS + [PRIOR_EASINESS])

# Moments of (vector, 1, offset) are kept as the upper triangle of a symmetric matrix.
_ROW, _COLUMN = np.triu_indices(_SIZE + 1)
_PLACE = np.empty((_SIZE + 1, _SIZE + 1), np.int64)
_PLACE[_ROW, _COLUMN] = _PLACE[_COLUMN, _ROW] = np.arange(len(_ROW))
_SQUARE = _PLACE[:_SIZE, :_SIZE].ravel()
_OFFSET = _PLACE[:_SIZE, _SIZE]
_SWAPPED = np.array([*range(DIMENSIONS), _SIZE, DIMENSIONS])
_OTHER_SIDE = _PLACE[_SWAPPED[_ROW], _SWAPPED[_COLUMN]]
_TWICE = np.where(_ROW == _COLUMN, 1.0, 2.0)
_MAP_AND_EASE = [0, 1, DIMENSIONS]

Integers = NDArray[np.integer]


@dataclass(frozen=True, eq=False)
class IdealPoints:
    """The fitted model; what nobody voted on is at its prior."""

    people: Floats
    """(participants, 5): where people stand, and how readily they agree."""
    people_covariances: Floats
    """(participants, 5, 5)"""
    things: Floats
    """(submissions, 5): weights and easiness."""
    things_covariances: Floats
    """(submissions, 5, 5)"""

    @property
    def points(self) -> Floats:
        """(participants, 2) on the axes of the map, before scaling."""
        return self.people[:, :MAP]

    @property
    def ease(self) -> Floats:
        """(participants,): how readily people agree."""
        return self.people[:, DIMENSIONS]

    @property
    def covariances(self) -> Floats:
        """(participants, 3, 3) of (point, ease)."""
        return self.people_covariances[:, _MAP_AND_EASE][:, :, _MAP_AND_EASE]

    @property
    def weights(self) -> Floats:
        """(submissions, 2) on the axes of the map."""
        return self.things[:, :MAP]

    @property
    def easiness(self) -> Floats:
        """How readily submissions are agreed to (submissions,)."""
        return self.things[:, DIMENSIONS]

    @property
    def scale(self) -> Floats:
        """Size of the axes of the map: root mean square of the weights (2,)."""
        return np.asarray(np.sqrt(np.sum(self.weights**2, axis=0) / max(len(self.weights), 1)))

    @property
    def coordinates(self) -> Floats:
        """(participants, 2): distances are root mean square differences in log odds."""
        return np.asarray(self.points * self.scale)

    @property
    def spread(self) -> Floats:
        """Covariances of the coordinates (participants, 2, 2)."""
        return np.asarray(self.people_covariances[:, :MAP, :MAP] * np.outer(self.scale, self.scale))

    @property
    def reliability(self) -> Floats:
        """How much is known about the place on the map, 0 nothing to 1 all (participants,)."""
        spread = self.people_covariances[:, 0, 0] + self.people_covariances[:, 1, 1]
        return np.asarray(np.clip(1 - PRIOR_POINT * spread / MAP, 0.0, 1.0))

    def predict(self, people: Integers, things: Integers) -> Floats:
        """P(agree | agree or disagree) of pairs (pairs,), moderated by what is not known.

        MacKay 1992, "The evidence framework applied to classification networks".
        """
        odds, square = self._log_odds(people, things)
        doubt = np.maximum(square - odds**2, 0.0)
        odds = np.clip(odds / np.sqrt(1 + np.pi / 8 * doubt), -30, 30)
        return np.asarray(1 / (1 + np.exp(-odds)))

    def bound(self, table: VoteTable) -> float:
        """The lower bound of the log evidence that the fit raises, up to a constant."""
        odds, square = self._log_odds(table.participant, table.submission)
        half = np.sqrt(square) / 2
        share = np.where(table.opinion == 0, PASS_WEIGHT, 1.0)
        fit = np.sum(table.opinion * odds / 2 - share * np.logaddexp(half, -half))
        return float(
            fit
            - _divergence(self.people, self.people_covariances, _PERSON)
            - _divergence(self.things, self.things_covariances, _THING)
        )

    def _log_odds(self, people: Integers, things: Integers) -> tuple[Floats, Floats]:
        """Mean and mean square of eta for pairs (pairs,) each."""
        rows, place = np.unique(people, return_inverse=True)
        columns, other = np.unique(things, return_inverse=True)
        one = _moments(self.people[rows], self.people_covariances[rows])[:, _OTHER_SIDE] * _TWICE
        two = _moments(self.things[columns], self.things_covariances[columns])
        mean, square = np.empty(len(place)), np.empty(len(place))
        for start in range(0, len(place), _BLOCK):
            span = slice(start, start + _BLOCK)
            mean[span] = _dot(self.people[people[span]], self.things[things[span]])
            square[span] = np.einsum("nq,nq->n", one[place[span]], two[other[span]])
        return mean, square

    def turned(self, rotation: Floats) -> "IdealPoints":
        """The same model in other axes; rotation (4, 4) orthogonal."""
        whole = np.eye(_SIZE)
        whole[:DIMENSIONS, :DIMENSIONS] = rotation
        return replace(
            self,
            people=self.people @ whole,
            people_covariances=whole.T @ self.people_covariances @ whole,
            things=self.things @ whole,
            things_covariances=whole.T @ self.things_covariances @ whole,
        )

    def on_own_axes(self) -> "IdealPoints":
        """Turned so that the first axes divide most; heavy weights lie on their positive side."""
        weights = self.things[:, :DIMENSIONS]
        _, axes = np.linalg.eigh(weights.T @ weights)
        turned = self.turned(axes[:, ::-1])
        sign = np.where(np.sum(turned.things[:, :DIMENSIONS] ** 3, axis=0) < 0, -1.0, 1.0)
        return turned.turned(np.diag(sign))

    def facing(self, weights: Floats) -> "IdealPoints":
        """The map turned so that it comes nearest to other weights (submissions, 2).

        Schönemann 1966, "A generalized solution of the orthogonal Procrustes problem".
        """
        own = self.on_own_axes()
        left, _, right = np.linalg.svd(own.weights.T @ weights)
        rotation = np.eye(DIMENSIONS)
        rotation[:MAP, :MAP] = left @ right
        return own.turned(rotation)

    def among(self, n: int, people: Integers, m: int, things: Integers) -> "IdealPoints":
        """The same model in a larger table; nothing is known about its other rows."""
        return IdealPoints(
            _spread_out(self.people, n, people, 0.0),
            _spread_out(self.people_covariances, n, people, np.diag(1 / _PERSON)),
            _spread_out(self.things, m, things, 0.0),
            _spread_out(self.things_covariances, m, things, np.diag(1 / _THING)),
        )


def fit(
    table: VoteTable,
    *,
    seed: int = 0,
    start: tuple[Floats, Floats] | None = None,
    sweeps: int | None = None,
) -> IdealPoints:
    """The model of a table; start are weights (m, 2) and easiness (m,) of an earlier fit.

    Without a number of sweeps there are 10, and up to 30 when there are few votes.
    """
    if sweeps is None:
        sweeps = min(max(_VOTES_IN_SWEEPS // max(len(table), 1), FEWEST_SWEEPS), MOST_SWEEPS)
    votes = _Votes(table)
    people = np.zeros((table.participant_count, _SIZE))
    things = _first_things(table, votes, seed)
    if start is not None:
        things[:, :MAP], things[:, DIMENSIONS] = start
    people_covariances = np.zeros((len(people), _SIZE, _SIZE))
    things_covariances = np.zeros((len(things), _SIZE, _SIZE))
    for _ in range(sweeps):
        things, things_covariances = _sweep(
            votes, people, people_covariances, things, things_covariances
        )
    return IdealPoints(people, people_covariances, things, things_covariances)


class _Votes:
    """The votes in blocks of people that fit into the cache."""

    def __init__(self, table: VoteTable) -> None:
        self.table = table
        self.blocks = blocks(table.indptr, _BLOCK)
        most = max((span.stop - span.start for _, _, span in self.blocks), default=0)
        self._one, self._two = np.empty((2, most, len(_ROW)))

    def __iter__(self) -> Iterator[tuple[slice, slice, NDArray[np.int32]]]:
        """Slices of people and votes, and where the votes of each of these people begin."""
        for first, last, votes in self.blocks:
            starts = self.table.indptr[first : last + 1] - self.table.indptr[first]
            yield slice(first, last), votes, starts.astype(np.int32)

    def squares(self, people: Floats, things: Floats, first: int, votes: slice) -> Floats:
        """E[eta²] of each vote from the moments of both sides; these people begin at first."""
        row, column = self.table.participant[votes] - first, self.table.submission[votes]
        one, two = self._one[: len(row)], self._two[: len(row)]
        np.take(people, row, axis=0, out=one, mode="clip")
        np.take(things, column, axis=0, out=two, mode="clip")
        return np.asarray(np.einsum("nq,nq->n", one, two))

    def matrix(self, data: Floats, votes: slice, starts: NDArray[np.int32]) -> sparse.csr_array:
        return sparse.csr_array(
            (data, self.table.submission[votes], starts),
            shape=(len(starts) - 1, self.table.submission_count),
        )


def _sweep(
    votes: _Votes,
    people: Floats,
    people_covariances: Floats,
    things: Floats,
    things_covariances: Floats,
) -> tuple[Floats, Floats]:
    """One step for people, in place, and one for submissions, which are returned."""
    table = votes.table
    asked = _moments(things, things_covariances)
    plainly = _with_one(things)
    gathered, said = np.zeros_like(asked), np.zeros_like(things)
    for rows, span, starts in votes:
        opinion = table.opinion[span]
        one = _moments(people[rows], people_covariances[rows])[:, _OTHER_SIDE] * _TWICE
        weight = _omega(votes.squares(one, asked, rows.start, span))
        weight[opinion == 0] *= PASS_WEIGHT
        weighed = votes.matrix(weight, span, starts)
        plain = votes.matrix(opinion.astype(np.float64) / 2, span, starts)
        sums, right = weighed @ asked, plain @ plainly
        people[rows], people_covariances[rows] = _ridge(sums, right, _PERSON)
        gathered += weighed.T @ _moments(people[rows], people_covariances[rows])
        said += plain.T @ _with_one(people[rows])
    return _ridge(gathered, said, _THING)


def _omega(square: Floats) -> Floats:
    """tanh(xi / 2) / (2 xi) from xi², 1/4 at zero."""
    size = np.sqrt(np.maximum(square, _TINY**2))
    return np.asarray(np.tanh(size / 2) / (2 * size))


def _dot(people: Floats, things: Floats) -> Floats:
    vectors = np.einsum("nd,nd->n", people[:, :DIMENSIONS], things[:, :DIMENSIONS])
    return np.asarray(vectors + people[:, DIMENSIONS] + things[:, DIMENSIONS])


def _with_one(rows: Floats) -> Floats:
    """The vectors with 1 in place of the offset (rows, 5)."""
    found = rows.copy()
    found[:, DIMENSIONS] = 1
    return found


def _moments(rows: Floats, covariances: Floats) -> Floats:
    """E[x x'] of x = (vector, 1, offset) as upper triangles (rows, 21)."""
    whole = np.insert(rows, DIMENSIONS, 1.0, axis=1)
    found = whole[:, _ROW] * whole[:, _COLUMN]
    places = np.array([*range(DIMENSIONS), _SIZE])
    upper = np.triu_indices(_SIZE)
    found[:, _PLACE[places[upper[0]], places[upper[1]]]] += covariances[:, upper[0], upper[1]]
    return np.asarray(found)


def _ridge(sums: Floats, right: Floats, prior: Floats) -> tuple[Floats, Floats]:
    """Means (rows, 5) and covariances (rows, 5, 5) of weighted regressions."""
    precision = sums[:, _SQUARE].reshape(-1, _SIZE, _SIZE) + np.diag(prior)
    covariances: Floats = np.asarray(np.linalg.inv(precision), np.float64)
    means = np.einsum("nij,nj->ni", covariances, right - sums[:, _OFFSET])
    return np.asarray(means), covariances


def _divergence(rows: Floats, covariances: Floats, prior: Floats) -> float:
    """Kullback-Leibler divergence of normal distributions from their prior."""
    if not len(rows):
        return 0.0
    square = (rows**2 + np.einsum("nii->ni", covariances)) * prior
    volume = np.linalg.slogdet(covariances)[1] + np.log(prior).sum()
    return float(np.sum(square - 1) - np.sum(volume)) / 2


def _spread_out(rows: Floats, count: int, places: Integers, rest: Floats | float) -> Floats:
    found = np.empty((count, *rows.shape[1:]))
    found[:] = rest
    found[places] = rows
    return found


def _first_things(table: VoteTable, votes: _Votes, seed: int) -> Floats:
    """Smoothed log odds, and the leading directions of what they leave unexplained (m, 5).

    Halko, Martinsson and Tropp 2011, "Finding structure with randomness"; the draws are in the
    order of the submissions.
    """
    agree, disagree, _ = table.counts()
    count = table.submission_count
    things = np.zeros((count, _SIZE))
    things[:, DIMENSIONS] = np.log((agree + 1) / (disagree + 1))
    width = min(_WIDTH, count)
    if not width:
        return things
    expected = np.tanh(things[:, DIMENSIONS] / 2)
    share = 1 / np.sqrt(np.maximum(table.votes_of_participants, 1))
    basis = np.linalg.qr(np.random.default_rng(seed).standard_normal((count, width)))[0]
    for _ in range(_POWERS):
        image = np.zeros((count, width))
        for rows, span, starts in votes:
            opinion = table.opinion[span]
            left = (opinion - expected[table.submission[span]]) * (opinion != 0)
            left *= np.repeat(share[rows], np.diff(starts))
            block = votes.matrix(left, span, starts)
            image += block.T @ (block @ basis)
        basis, triangle = np.linalg.qr(image)
    directions = (basis @ np.linalg.svd(triangle)[0])[:, :DIMENSIONS] * np.sqrt(count)
    things[:, : directions.shape[1]] = directions
    return things
