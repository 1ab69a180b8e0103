"""The contributions as the analysis sees them: each different text once, in an order of its own.

Identical texts are one document, so they always share a topic and one campaign does not become the
vocabulary of a round. Documents are sorted, so the order of the rows cannot change the result.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import scipy.sparse as sp
from numpy.typing import ArrayLike

from civicdialog.analysis.graph import Ints, neighbour_graph
from civicdialog.analysis.representation import Floats, checked_embeddings, represent
from civicdialog.analysis.words import Vocabulary


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
    """(u, u) the nearest neighbours of every document."""
    vocabulary: Vocabulary

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
    ) -> "Corpus":
        """Sorts, merges identical contributions and computes vectors, words and neighbours."""
        if len(titles) != len(texts):
            raise ValueError(f"{len(titles)} titles, but {len(texts)} texts")
        checked = None if embeddings is None else checked_embeddings(embeddings, len(texts))
        document, first = _distinct(titles, texts, checked)
        own_titles = [titles[row] for row in first]
        own_texts = [texts[row] for row in first]
        vectors = represent(
            own_titles,
            own_texts,
            seed=seed,
            embeddings=None if checked is None else checked[first],
        )
        return cls(
            titles=tuple(titles),
            texts=tuple(texts),
            document=document,
            vectors=vectors,
            graph=neighbour_graph(vectors),
            vocabulary=Vocabulary.of(
                [f"{title} . {text}" for title, text in zip(own_titles, own_texts, strict=True)]
            ),
        )


def _distinct(
    titles: Sequence[str], texts: Sequence[str], embeddings: Floats | None
) -> tuple[Ints, Ints]:
    """Document of each row (n,) and one row of each document (u,), documents in sorted order."""
    vectors = [b""] * len(titles) if embeddings is None else [row.tobytes() for row in embeddings]
    order = sorted(range(len(titles)), key=lambda row: (titles[row], texts[row], vectors[row]))
    document = np.zeros(len(titles), dtype=np.int64)
    first: list[int] = []
    for row in order:
        if not first or (titles[row], texts[row]) != (titles[first[-1]], texts[first[-1]]):
            first.append(row)
        document[row] = len(first) - 1
    return document, np.array(first, dtype=np.int64)
