"""Contributions that say the same: word for word, or nearly. What follows from it, people decide.

Two signs: the cosine of tf-idf weighted runs of five characters (typing errors, left-out words),
and how much of the shorter text the longer one contains, in runs of three words (shortened,
lengthened or rearranged texts; Broder 1997, "On the resemblance and containment of documents").

The matrix of all pairs is never built. Bayardo, Ma & Srikant 2007, "Scaling up all pairs similarity
search": cut every vector of length 1 behind its rarest terms, so that the tail is shorter than 0.5.
Then the cosine of two texts is less than the product of their heads plus 0.5, and heads are sparse.
"""

import re
from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import product

import numpy as np
import scipy.sparse as sp
from sklearn.feature_extraction.text import CountVectorizer, TfidfVectorizer

from civicdialog.analysis.graph import Ints
from civicdialog.analysis.language import composed
from civicdialog.analysis.representation import Floats

SIMILAR = 0.6
CONTAINED = 0.5
MOST = 20
FLOOD = 10
"""From so many texts on that say nearly the same, they are a flood."""
_CHARACTERS, _WORDS = 5, 3
_FEWEST_RUNS = 4
_REPEATED = 0.5
_TAIL = 0.5
_COMPARED = 100
_BLOCK = 256
_AT_ONCE = 4096
_DECIMALS = 4

_APART = re.compile(r"[\W_]+")
_SPELLED_OUT = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss"})


@dataclass(frozen=True, order=True)
class Similar:
    """Two contributions, first < second, and how similar they are."""

    first: int
    second: int
    cosine: float
    containment: float


def folded(text: str) -> str:
    """The text as it is compared: lower case, ae for ä, ss for ß, a blank between two words."""
    return _APART.sub(" ", composed(text).lower()).strip().translate(_SPELLED_OUT)


def identical(texts: Sequence[str]) -> list[list[int]]:
    """Groups of two or more rows with equal folded texts, in order; texts without words never."""
    return [rows for rows in _rows(texts).values() if len(rows) > 1]


def similar_pairs(texts: Sequence[str], *, among: Collection[int] | None = None) -> list[Similar]:
    """Pairs with a cosine of at least 0.6 or a containment of at least 0.5, sorted, each once.

    Equal folded texts are left to `identical`: the first of them stands for all. With `among`, only
    pairs with one of these rows are given, and each of these rows stands for itself. A text names
    the 20 most similar ones. The order of the texts does not matter.
    """
    rows = _rows(texts)
    documents = sorted(rows)
    asked = set(range(len(texts)) if among is None else among)
    asking = [place for place, text in enumerate(documents) if not asked.isdisjoint(rows[text])]
    named = [
        rows[text][:1] if among is None else [row for row in rows[text] if row in asked]
        for text in documents
    ]
    found = {
        Similar(min(pair), max(pair), cosine, containment)
        for one, other, cosine, containment in _similar(documents, np.array(asking, dtype=int))
        for pair in product(named[one], named[other] or rows[documents[other]][:1])
    }
    return sorted(found)


def floods(texts: Sequence[str]) -> list[list[int]]:
    """Rows of texts that at least ten times say nearly the same, a list for each such text.

    Only texts are compared half of whose runs of three words stand in ten texts or more, so that
    this costs little where there is no flood. The order of the texts does not matter.
    """
    rows = _rows(texts)
    documents = _repeated(rows)
    groups = [[document] for document in documents]
    while True:
        joined = _joined(groups)
        if len(joined) == len(groups):
            break
        groups = joined
    found = [sorted(row for text in group for row in rows[text]) for group in groups]
    return sorted(each for each in found if len(each) >= FLOOD)


def _repeated(rows: Mapping[str, Sequence[int]]) -> list[str]:
    """The folded texts half of whose runs of words stand in many texts, identical ones counted."""
    documents = sorted(rows)
    if not documents:
        return []
    runs = _word_runs(documents)
    times = np.array([len(rows[text]) for text in documents], dtype=np.float64)
    is_common = (runs.T @ times >= FLOOD).astype(np.float64)
    share = (runs @ is_common) / np.maximum(runs.getnnz(axis=1), 1)
    return [text for place, text in enumerate(documents) if share[place] >= _REPEATED]


def _joined(groups: Sequence[list[str]]) -> list[list[str]]:
    """The groups after those whose first texts resemble each other became one."""
    parent = list(range(len(groups)))

    def root(place: int) -> int:
        while parent[place] != place:
            parent[place] = parent[parent[place]]
            place = parent[place]
        return place

    for pair in similar_pairs([group[0] for group in groups]):
        one, other = sorted((root(pair.first), root(pair.second)))
        parent[other] = one
    found: dict[int, list[str]] = defaultdict(list)
    for place, group in enumerate(groups):
        found[root(place)].extend(group)
    return [sorted(group) for _, group in sorted(found.items())]


def _rows(texts: Sequence[str]) -> dict[str, list[int]]:
    """The rows of every folded text that has words."""
    rows: dict[str, list[int]] = defaultdict(list)
    for row, text in enumerate(texts):
        rows[folded(text)].append(row)
    rows.pop("", None)
    return rows


def _similar(documents: Sequence[str], asking: Ints) -> Iterator[tuple[int, int, float, float]]:
    """(asking document, other document, cosine, containment) of the pairs similar enough."""
    if len(documents) < 2:
        return
    characters, words = _characters(documents), _word_runs(documents)
    heads, lengths = _heads(characters), np.maximum(words.getnnz(axis=1), 1)
    for start in range(0, len(asking), _BLOCK):
        block = asking[start : start + _BLOCK]
        one, other = np.unique(
            np.hstack([_perhaps_alike(heads, block), _perhaps_contained(words, lengths, block)]),
            axis=1,
        )
        cosine = _products(characters, one, other)
        containment = _products(words, one, other) / np.minimum(lengths[one], lengths[other])
        enough = (cosine >= SIMILAR) | (containment >= CONTAINED)
        strength = np.where(enough, np.maximum(cosine, containment), 0)
        for pair in _strongest(one, strength, CONTAINED, MOST):
            yield int(one[pair]), int(other[pair]), float(cosine[pair]), float(containment[pair])


def _perhaps_alike(heads: sp.csr_matrix, block: Ints) -> Ints:
    """Pairs (2, p) of a document of the block and another whose cosine may be 0.6 or more."""
    found = (heads[block] @ heads.T).tocoo()
    least = SIMILAR - _TAIL - 10**-_DECIMALS
    return _candidates(block[found.row], found.col, found.data, least)


def _perhaps_contained(words: sp.csr_matrix, lengths: Ints, block: Ints) -> Ints:
    """Pairs (2, p) of a document of the block and another, one of which contains half of both."""
    found = (words[block] @ words.T).tocoo()
    one, other = block[found.row], found.col
    return _candidates(one, other, found.data / np.minimum(lengths[one], lengths[other]), CONTAINED)


def _candidates(one: Ints, other: Ints, strength: Floats, least: float) -> Ints:
    """The pairs (2, p) of two documents worth a comparison, at most 100 of each document."""
    kept = _strongest(one, np.where(one == other, 0, strength), least, _COMPARED)
    return np.vstack([one[kept], other[kept]])


def _strongest(one: Ints, strength: Floats, least: float, most: int) -> Ints:
    """Places of the pairs with at least this strength, the `most` strongest of each document."""
    kept = np.flatnonzero(strength >= least)
    order = kept[np.lexsort((-strength[kept], one[kept]))]
    firsts = np.searchsorted(one[order], one[order])
    return np.asarray(order[np.arange(len(order)) - firsts < most])


def _products(matrix: sp.csr_matrix, one: Ints, other: Ints) -> Floats:
    """The product (p,) of the two rows of each pair, rounded."""
    found = np.zeros(len(one))
    for start in range(0, len(one), _AT_ONCE):
        part = slice(start, start + _AT_ONCE)
        found[part] = matrix[one[part]].multiply(matrix[other[part]]).sum(axis=1).ravel()
    return np.round(found, _DECIMALS)


def _characters(documents: Sequence[str]) -> sp.csr_matrix:
    """tf-idf of runs of five characters inside words (u, terms), the rarest term first."""
    weights = TfidfVectorizer(
        analyzer="char_wb", ngram_range=(_CHARACTERS, _CHARACTERS), sublinear_tf=True
    ).fit_transform(documents)
    rarest = np.argsort(weights.getnnz(axis=0), kind="stable")
    return weights[:, rarest].sorted_indices()


def _heads(weights: sp.csr_matrix) -> sp.csr_matrix:
    """The vectors (u, terms) up to where less than 0.5 of their length is left, rarest term first.

    Terms of a single document are left out: they are shared with nobody.
    """
    before = np.cumsum(weights.data**2) - weights.data**2
    firsts = np.repeat(weights.indptr[:-1], np.diff(weights.indptr))
    left = 1 - (before - before[firsts])
    shared = weights.getnnz(axis=0)[weights.indices] > 1
    heads = weights.copy()
    heads.data[(left < _TAIL**2) | ~shared] = 0
    heads.eliminate_zeros()
    return heads


def _word_runs(documents: Sequence[str]) -> sp.csr_matrix:
    """Which runs of three words each document has (u, runs); none for one with fewer than four."""
    try:
        return CountVectorizer(analyzer=_runs, binary=True, dtype=np.float64).fit_transform(
            documents
        )
    except ValueError:  # scikit-learn's way to say that no document has a run.
        return sp.csr_matrix((len(documents), 1))


def _runs(document: str) -> list[str]:
    """The runs of three words, if there are enough of them to mean something."""
    words = document.split()
    runs = [" ".join(words[start : start + _WORDS]) for start in range(len(words) - _WORDS + 1)]
    return runs if len(runs) >= _FEWEST_RUNS else []
