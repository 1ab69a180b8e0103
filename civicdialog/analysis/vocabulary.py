"""Which words stand in which texts, and how people write them."""

from collections import Counter, defaultdict
from dataclasses import dataclass

import numpy as np

from civicdialog.analysis.counting import Counts, Tokens, frequencies
from civicdialog.analysis.language import Ignored


@dataclass(frozen=True, eq=False)
class Vocabulary:
    """The stems of n texts, and how each stem is usually written."""

    stems: tuple[str, ...]
    surfaces: tuple[str, ...]
    rows: np.ndarray
    columns: np.ndarray
    """Stem `columns[i]` stands in text `rows[i]`."""
    count: int

    @classmethod
    def of(cls, tokens: Tokens, counts: Counts, ignore: Ignored) -> "Vocabulary":
        """The stems that occur in enough texts (between 1 and 8, the more texts the more)."""
        place = counts.stem_columns
        count, found = counts.stems.shape[0], frequencies(counts.stems)
        fewest = int(np.clip(count // 50, 2, 8)) if count > 2 else 1
        if not (found >= fewest).any():
            fewest = 1
        names = sorted(stem for stem, column in place.items() if found[column] >= fewest)
        table = counts.stems[:, [place[name] for name in names]].tocoo()
        order = np.lexsort((table.col, table.row))
        written = _written(tokens, ignore)
        return cls(
            stems=tuple(names),
            surfaces=tuple(_usual(written[name]) for name in names),
            rows=table.row[order].astype(np.int64),
            columns=table.col[order].astype(np.int64),
            count=count,
        )

    def counts(self, labels: np.ndarray, groups: int) -> np.ndarray:
        """In how many texts of each group every stem occurs: (groups, stems); -1 is left out."""
        owners = labels[self.rows]
        kept = owners >= 0
        places = owners[kept] * len(self.stems) + self.columns[kept]
        found = np.bincount(places, minlength=groups * len(self.stems))
        return found.astype(np.float64).reshape(groups, len(self.stems))


def _written(tokens: Tokens, ignore: Ignored) -> dict[str, Counter[str]]:
    """How often each stem is written in which way."""
    totals = np.asarray(tokens.counts.sum(axis=0)).ravel()
    written: dict[str, Counter[str]] = defaultdict(Counter)
    for token, total in zip(tokens.tokens, totals, strict=True):
        for word, stem in ignore.content_words(token):
            written[stem][word] += int(total)
    return written


def _usual(written: Counter[str]) -> str:
    """The most frequent way a word is written; in doubt the one that comes first."""
    return min(written, key=lambda word: (-written[word], word))
