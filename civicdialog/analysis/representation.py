"""From texts to vectors: words, and if there are sentence vectors, what the sentences mean.

Two views lie side by side. The words: stems and runs of four characters, weighted by tf-idf and
reduced by latent semantic analysis (Deerwester et al. 1990, "Indexing by latent semantic
analysis"); runs of characters find the common part of German compounds (Radweg, Fahrradweg). The
sentences: the vectors of an encoder.

In a round everybody writes about the same matter, so most of a vector says only what the round is
about. Each view therefore stands there twice: as it is, and without what can be predicted from the
vocabulary that many texts share. That is found by ridge regression (Hoerl & Kennard 1970), and the
more common a run of characters is, the more of its effect is taken out.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import scipy.sparse as sp
from numpy.typing import ArrayLike, NDArray
from sklearn.utils.extmath import randomized_svd

from civicdialog.analysis.counting import Counts, Tokens, frequencies
from civicdialog.analysis.language import NOTHING_IGNORED, Ignored

Floats = NDArray[np.floating]

DIMENSIONS = 100
COMPRESSED = 256
"""Dimensions of the vectors of many texts, kept by principal components."""

_SPECIFIC_WORDS, _SENTENCES, _SPECIFIC_SENTENCES = 0.7, 0.5, 1.1
"""Weights of the views beside the words: 1."""
_FEWEST_COMPARED = 10
"""What texts have in common, and so what is special about one, shows in ten texts or more."""
_SMALL = 50
_MOST_COMMON = 2000
_FEWEST, _COMMON = 3, 0.02
_RIDGE = 0.1
_POWERS = 3
_NOTHING = 1e-6
_DECIMALS = 6


def unit_rows(matrix: Floats) -> Floats:
    """Rows scaled to length 1; rows of (almost) nothing become exactly zero."""
    lengths = np.linalg.norm(matrix, axis=1, keepdims=True)
    return np.where(lengths > _NOTHING, matrix / np.maximum(lengths, _NOTHING), 0.0)


def checked_embeddings(embeddings: ArrayLike, count: int) -> Floats:
    """Sentence vectors (count, d) as they are; raises ValueError for another shape."""
    matrix = np.asarray(embeddings)
    if matrix.ndim != 2 or matrix.shape[0] != count or matrix.shape[1] == 0:
        raise ValueError(f"embeddings must have the shape ({count}, d), not {matrix.shape}")
    return matrix


def unit_embeddings(embeddings: Floats) -> Floats:
    """Sentence vectors (n, d) scaled to length 1, what is no number replaced by 0."""
    plain = np.asarray(embeddings, dtype=np.float64)
    return unit_rows(np.nan_to_num(plain, nan=0.0, posinf=0.0, neginf=0.0))


def represent(
    titles: Sequence[str],
    texts: Sequence[str],
    *,
    seed: int = 0,
    embeddings: Floats | None = None,
    ignore: Ignored = NOTHING_IGNORED,
) -> Floats:
    """Vectors float32 (n, d) of length 1, or 0 for a text without words, in a space of their own."""
    counts = Counts.of(Tokens.of_contributions(titles, texts), ignore)
    return Space.learn(counts, embeddings, seed=seed).vectors(counts, embeddings)


@dataclass(frozen=True, eq=False)
class _Weights:
    """tf-idf for counts (n, p): which columns count (q,), and how much (q,)."""

    kept: NDArray[np.integer]
    weights: Floats

    @classmethod
    def learn(cls, counts: sp.csr_matrix, fewest: int) -> "_Weights":
        """Keeps what occurs in at least `fewest` texts and not in too many."""
        count, found = counts.shape[0], frequencies(counts)
        large = count >= _SMALL
        most = 0.4 * count if large else count
        kept = np.flatnonzero((found >= (fewest if large else 1)) & (found <= most))
        return cls(kept, np.log((1 + count) / (1 + found[kept])) + 1)

    def of(self, counts: sp.csr_matrix) -> sp.csr_matrix:
        """Weighted rows (n, q) of length 1."""
        weighted = counts[:, self.kept].tocsr()
        weighted.data = 1 + np.log(weighted.data)
        weighted = (weighted @ sp.diags(self.weights)).tocsr()
        lengths = np.sqrt(np.asarray(weighted.multiply(weighted).sum(axis=1)).ravel())
        return (sp.diags(1 / np.maximum(lengths, _NOTHING)) @ weighted).tocsr()


@dataclass(frozen=True, eq=False)
class _Shared:
    """The vocabulary many texts share: runs of characters and how much of each is taken out (c,)."""

    columns: NDArray[np.integer]
    share: Floats

    @classmethod
    def learn(cls, counts: sp.csr_matrix) -> "_Shared":
        """The up to 2,000 most common runs that stand in 3 texts and 2 % of them at least.

        What stands in every text is taken out wholly, what stands in one text not at all:
        (1 + log(share of texts) / log(number of texts))².
        """
        count, found = counts.shape[0], frequencies(counts)
        columns = np.argsort(-found, kind="stable")[:_MOST_COMMON]
        columns = columns[found[columns] >= max(_FEWEST, _COMMON * count)]
        rarity = np.log(found[columns] / count) / np.log(max(count, 2))
        return cls(columns, np.clip(1 + rarity, 0, 1) ** 2)

    def of(self, counts: sp.csr_matrix) -> sp.csr_matrix:
        """The share (n, c) of each common run among all runs of a text."""
        totals = np.asarray(counts.sum(axis=1)).ravel()
        return (sp.diags(1 / np.maximum(totals, 1.0)) @ counts[:, self.columns]).tocsr()


@dataclass(frozen=True, eq=False)
class _Specific:
    """A view without what the common vocabulary predicts of it."""

    middle: Floats
    usual: Floats
    """The mean use (c,) of the common vocabulary."""
    effect: Floats
    """What each common run adds to a vector (c, d), as far as it is to be taken out."""
    rest: Floats

    def of(self, view: Floats, used: sp.csr_matrix) -> Floats:
        """What is special about vectors (n, d), rows of length 1."""
        left = view - self.middle - (used @ self.effect - self.usual @ self.effect)
        return unit_rows(unit_rows(left) - self.rest)


@dataclass(frozen=True, eq=False)
class _Regression:
    """Ridge regression on the use (n, c) of the common vocabulary."""

    used: sp.csr_matrix
    usual: Floats
    normal: Floats
    """Covariance (c, c) of the use, with the penalty."""

    @classmethod
    def of(cls, used: sp.csr_matrix) -> "_Regression":
        """Prepares what does not depend on the vectors."""
        usual = np.asarray(used.mean(axis=0)).ravel()
        together = (used.T @ used).toarray() - used.shape[0] * np.outer(usual, usual)
        strength = np.trace(together) / max(len(usual), 1)
        return cls(used, usual, together + max(_RIDGE * strength, 1e-12) * np.eye(len(usual)))

    def specific(self, view: Floats, shared: _Shared) -> _Specific:
        """What of vectors (n, d) the common vocabulary does not predict."""
        middle = view.mean(axis=0)
        effect = np.linalg.solve(self.normal, self.used.T @ (view - middle))
        found = _Specific(middle, self.usual, shared.share[:, None] * effect, np.zeros_like(middle))
        return replace(found, rest=found.of(view, self.used).mean(axis=0))


@dataclass(frozen=True, eq=False)
class Space:
    """A space of vectors, learned from some texts and open to others."""

    stems: _Weights
    runs: _Weights
    directions: Floats
    """The strongest singular vectors (terms, <= 100)."""
    shared: _Shared
    words: _Specific | None
    sentences: _Specific | None
    axes: Floats | None = None
    """Principal components (d, 256), when vectors are compressed."""

    @property
    def dimensions(self) -> int:
        """How many numbers a vector has."""
        if self.axes is not None:
            return int(self.axes.shape[1])
        words = self.directions.shape[1] * (1 if self.words is None else 2)
        return int(words + (0 if self.sentences is None else 2 * len(self.sentences.middle)))

    @classmethod
    def learn(
        cls,
        counts: Counts,
        embeddings: Floats | None = None,
        *,
        seed: int = 0,
        compress: bool = False,
    ) -> "Space":
        """Learns from the words of n texts and, if given, their sentence vectors (n, d)."""
        stems, runs = _Weights.learn(counts.stems, 2), _Weights.learn(counts.runs, 3)
        weighted = sp.hstack([stems.of(counts.stems), runs.of(counts.runs)]).tocsr()
        directions = _directions(weighted, seed)
        shared = _Shared.learn(counts.runs)
        words = sentences = None
        if weighted.shape[0] >= _FEWEST_COMPARED:
            regression = _Regression.of(shared.of(counts.runs))
            words = regression.specific(unit_rows(weighted @ directions), shared)
        if weighted.shape[0] >= _FEWEST_COMPARED and embeddings is not None:
            sentences = regression.specific(unit_embeddings(embeddings), shared)
        space = cls(stems, runs, directions, shared, words, sentences)
        if not compress:
            return space
        return replace(space, axes=_main_axes(space.vectors(counts, embeddings)))

    def vectors(self, counts: Counts, embeddings: Floats | None = None) -> Floats:
        """Vectors float32 (n, d) of length 1; zero for a text without words.

        Rounded, so that the last bits of another processor do not decide where a text belongs.
        """
        weighted = sp.hstack([self.stems.of(counts.stems), self.runs.of(counts.runs)]).tocsr()
        used = self.shared.of(counts.runs)
        latent = unit_rows(weighted @ self.directions)
        views = [latent]
        if self.words is not None:
            views.append(_SPECIFIC_WORDS * self.words.of(latent, used))
        if self.sentences is not None and embeddings is not None:
            meant = unit_embeddings(embeddings)
            views.append(_SENTENCES * unit_rows(meant - self.sentences.middle))
            views.append(_SPECIFIC_SENTENCES * self.sentences.of(meant, used))
        found = np.hstack(views)
        found[np.diff(counts.stems.indptr) == 0] = 0.0
        if self.axes is not None:
            found = found @ self.axes
        return np.round(unit_rows(found), _DECIMALS).astype(np.float32)


def _directions(weighted: sp.csr_matrix, seed: int) -> Floats:
    """The strongest singular vectors (terms, <= 100) of weighted rows (n, terms)."""
    dimensions = min(DIMENSIONS, *weighted.shape)
    if dimensions == 0 or weighted.nnz == 0:
        return np.zeros((weighted.shape[1], 1))
    _, _, found = randomized_svd(weighted, dimensions, n_iter=_POWERS, random_state=seed)
    return np.asarray(found.T)


def _main_axes(vectors: Floats) -> Floats:
    """The principal components (d, <= 256) of vectors (n, d), strongest first."""
    centred = vectors - vectors.mean(axis=0, dtype=np.float64)
    _, found = np.linalg.eigh(centred.T @ centred)
    return np.asarray(found[:, ::-1][:, :COMPRESSED])
