"""The contributions as the analysis sees them: each different text once, in an order of its own.

Identical texts are one document, so they always share a topic and one campaign does not become the
vocabulary of a round. Documents are sorted, so the order of the rows cannot change the result.

With many documents a sample stands for all: 4,000 teach the space of vectors, 20,000 are grouped
and described, and every other document goes with those most like it. A document is in the sample
by the hash of its text, so what is sampled does not depend on what else is there in which order.
"""

import hashlib
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import scipy.sparse as sp
from numpy.typing import ArrayLike

from civicdialog.analysis.counting import Counts, Tokens
from civicdialog.analysis.graph import Ints, neighbour_graph
from civicdialog.analysis.language import NOTHING_IGNORED, Ignored
from civicdialog.analysis.representation import Floats, Space, checked_embeddings
from civicdialog.analysis.vocabulary import Vocabulary

LEARNED, GROUPED = 4_000, 20_000
_BATCH = 5_000


@dataclass(frozen=True, eq=False)
class Corpus:
    """n contributions and their u different documents."""

    titles: tuple[str, ...]
    texts: tuple[str, ...]
    document: Ints
    """(n,) which document each contribution is."""
    vectors: Floats
    """(u, d) rows of length 1, or 0 for a document without words."""
    graph: sp.csr_matrix
    """(u, u) the nearest neighbours of every document among the core."""
    core: Ints
    """The documents that are grouped and described: all but floods, or a sorted sample of them."""
    vocabulary: Vocabulary
    """The words of the core, whose documents it numbers from 0."""

    @property
    def count(self) -> int:
        """How many contributions there are, identical ones included."""
        return len(self.titles)

    @classmethod
    def of(
        cls,
        titles: Sequence[str],
        texts: Sequence[str],
        *,
        seed: int = 0,
        embeddings: ArrayLike | None = None,
        ignore: Ignored = NOTHING_IGNORED,
        alike: Sequence[Sequence[int]] = (),
    ) -> "Corpus":
        """Sorts, merges identical contributions and computes vectors, words and neighbours.

        alike: floods, groups of rows whose texts differ a little. Each counts as one document, which
        goes with those most like it, but neither makes nor changes a topic.
        """
        checked = None if embeddings is None else checked_embeddings(embeddings, len(texts))
        document, first = _distinct(titles, texts, checked, alike)
        own_titles, own_texts = [titles[row] for row in first], [texts[row] for row in first]
        core = _core(own_titles, own_texts, {int(document[rows[0]]) for rows in alike})
        tokens = Tokens.of_contributions(
            [own_titles[row] for row in core], [own_texts[row] for row in core]
        )
        counts = Counts.of(tokens, ignore)
        vectors = _vectors(
            own_titles,
            own_texts,
            core,
            counts,
            _Embeddings(checked, first),
            ignore=ignore,
            seed=seed,
        )
        return cls(
            titles=tuple(titles),
            texts=tuple(texts),
            document=document,
            vectors=vectors,
            graph=neighbour_graph(vectors, core if len(core) < len(first) else None),
            core=core,
            vocabulary=Vocabulary.of(tokens, counts, ignore),
        )


@dataclass(frozen=True, eq=False)
class _Embeddings:
    """The sentence vectors of documents, read when they are needed: they may lie on disk."""

    table: Floats | None
    first: Ints
    """(u,) the row of each document."""

    def of(self, documents: Ints) -> Floats | None:
        """The vectors (m, d) of some documents."""
        return None if self.table is None else self.table[self.first[documents]]


def _core(titles: Sequence[str], texts: Sequence[str], floods: Collection[int]) -> Ints:
    """The documents that are grouped: all but floods, or a sample of them."""
    kept = np.array([row for row in range(len(texts)) if row not in floods], dtype=np.int64)
    return kept[_sample([titles[row] for row in kept], [texts[row] for row in kept], GROUPED)]


def _sample(titles: Sequence[str], texts: Sequence[str], most: int) -> Ints:
    """All documents, or `most` of them (sorted) whose texts have the smallest hashes."""
    if len(texts) <= most:
        return np.arange(len(texts))
    hashes = [
        hashlib.sha256(f"{title}\n{text}".encode("utf-8", "surrogatepass")).digest()
        for title, text in zip(titles, texts, strict=True)
    ]
    order = sorted(range(len(hashes)), key=hashes.__getitem__)
    return np.sort(np.array(order[:most], dtype=np.int64))


def _vectors(
    titles: Sequence[str],
    texts: Sequence[str],
    core: Ints,
    counts: Counts,
    embeddings: _Embeddings,
    *,
    ignore: Ignored,
    seed: int,
) -> Floats:
    """The vectors (u, d) of all documents; counts are those of the core."""
    if not texts:
        return np.zeros((0, 1), dtype=np.float32)
    taught = _sample([titles[row] for row in core], [texts[row] for row in core], LEARNED)
    space = Space.learn(
        counts.rows(taught),
        embeddings.of(core[taught]),
        seed=seed,
        compress=len(taught) < len(core),
    )
    vectors = np.zeros((len(texts), space.dimensions), dtype=np.float32)
    for rows in _batches(np.arange(len(core))):
        vectors[core[rows]] = space.vectors(counts.rows(rows), embeddings.of(core[rows]))
    for rows in _batches(np.setdiff1d(np.arange(len(texts)), core)):
        tokens = Tokens.of_contributions(
            [titles[row] for row in rows], [texts[row] for row in rows]
        )
        vectors[rows] = space.vectors(Counts.of(tokens, ignore, like=counts), embeddings.of(rows))
    return vectors


def _batches(rows: Ints) -> Iterator[Ints]:
    """The rows, at most 5,000 at a time."""
    return (rows[start : start + _BATCH] for start in range(0, len(rows), _BATCH))


def _distinct(
    titles: Sequence[str],
    texts: Sequence[str],
    embeddings: Floats | None,
    alike: Sequence[Sequence[int]],
) -> tuple[Ints, Ints]:
    """Document of each row (n,) and one row of each document (u,), documents in sorted order."""
    flood_of = {row: flood for flood, rows in enumerate(alike) for row in rows}
    place_of: dict[int, int] = {}
    order = sorted(range(len(titles)), key=lambda row: (titles[row], texts[row]))
    document = np.zeros(len(titles), dtype=np.int64)
    equal: list[list[int]] = []
    last = None
    for row in order:
        flood, written = flood_of.get(row), (titles[row], texts[row])
        if flood is not None:
            if flood not in place_of:
                place_of[flood] = len(equal)
                equal.append([])
            place = place_of[flood]
        else:
            if written != last:
                equal.append([])
                last = written
            place = len(equal) - 1
        equal[place].append(row)
        document[row] = place
    first = [_first(rows, embeddings) for rows in equal]
    return document, np.array(first, dtype=np.int64)


def _first(rows: Sequence[int], embeddings: Floats | None) -> int:
    """The row that stands for equal ones, whatever their order."""
    if embeddings is None or len(rows) == 1:
        return rows[0]
    return min(rows, key=lambda row: embeddings[row].tobytes())
