"""Counting what texts are made of: every different token is taken apart once, however often it stands.

A token is a run of characters without blanks, as it stands in the text, punctuation included. Word
stems and runs of characters lie inside tokens, so their counts are two sparse products.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import scipy.sparse as sp

from civicdialog.analysis.language import Ignored, composed, without_addresses

TITLE_WEIGHT = 2
RUN = 4
"""Characters in a run."""

Columns = Mapping[str, int]
"""The name of each column of a table of counts."""


@dataclass(frozen=True, eq=False)
class Tokens:
    """How often each token stands in each text: counts (n, t)."""

    counts: sp.csr_matrix
    tokens: tuple[str, ...]

    @classmethod
    def of(cls, texts: Sequence[str]) -> "Tokens":
        """Splits texts at blanks; tokens are numbered as they come."""
        number: dict[str, int] = {}
        columns: list[int] = []
        ends = [0]
        for text in texts:
            columns.extend(number.setdefault(token, len(number)) for token in text.split())
            ends.append(len(columns))
        ones = np.ones(len(columns))
        shape = (len(texts), len(number))
        counts = sp.csr_matrix((ones, np.array(columns, dtype=np.int32), ends), shape=shape)
        counts.sum_duplicates()
        return cls(counts, tuple(number))

    @classmethod
    def of_contributions(cls, titles: Sequence[str], texts: Sequence[str]) -> "Tokens":
        """The tokens of titles, twice, and texts, without web and mail addresses."""
        return cls.of(
            [
                without_addresses(composed((title + " ") * TITLE_WEIGHT + ". " + text))
                for title, text in zip(titles, texts, strict=True)
            ]
        )

    def parts(
        self, split: Callable[[str], Iterable[str]], columns: Columns | None = None
    ) -> tuple[sp.csr_matrix, Columns]:
        """How often each part of tokens stands in each text (n, p), and which column is which.

        columns: the parts to count, all others being ignored; without it every part counts.
        """
        known: dict[str, int] = {}
        rows: list[int] = []
        places: list[int] = []
        for row, token in enumerate(self.tokens):
            for part in split(token):
                if columns is None:
                    place = known.setdefault(part, len(known))
                else:
                    place = columns.get(part, -1)
                if place >= 0:
                    rows.append(row)
                    places.append(place)
        found = known if columns is None else columns
        inside = sp.csr_matrix(
            (np.ones(len(rows)), (rows, places)), shape=(len(self.tokens), len(found))
        )
        return (self.counts @ inside).tocsr(), found


@dataclass(frozen=True, eq=False)
class Counts:
    """Stems and runs of four characters: how often each stands in each of n texts."""

    stems: sp.csr_matrix
    runs: sp.csr_matrix
    stem_columns: Columns
    run_columns: Columns

    @classmethod
    def of(cls, tokens: Tokens, ignore: Ignored, like: "Counts | None" = None) -> "Counts":
        """Counts every stem and run that is not ignored, or those that `like` counts, too."""
        stems, stem_columns = tokens.parts(ignore.stems, like.stem_columns if like else None)
        runs, run_columns = tokens.parts(
            lambda token: () if ignore.hides(token) else character_runs(token),
            like.run_columns if like else None,
        )
        return cls(stems, runs, stem_columns, run_columns)

    def rows(self, chosen: np.ndarray) -> "Counts":
        """The same for some of the texts."""
        return Counts(self.stems[chosen], self.runs[chosen], self.stem_columns, self.run_columns)


def character_runs(token: str) -> list[str]:
    """Runs of four characters of a token with a blank at both ends; all of it when it is shorter."""
    padded = f" {token.lower()} "
    return [padded[start : start + RUN] for start in range(max(1, len(padded) - RUN + 1))]


def frequencies(counts: sp.csr_matrix) -> np.ndarray:
    """In how many texts each column occurs (p,)."""
    return np.bincount(counts.indices, minlength=counts.shape[1])
