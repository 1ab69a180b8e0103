"""The telling words of groups of texts: log-odds ratio with an informative Dirichlet prior.

Monroe, Colaresi & Quinn 2008, "Fightin' Words". Counted is in how many texts a word occurs; a word
is shown the way people write it most often.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from civicdialog.analysis.graph import Ints
from civicdialog.analysis.language import content_words
from civicdialog.analysis.representation import Floats

PRIOR = 1000.0
TELLING = 6
_SAME_START = 5


@dataclass(frozen=True)
class Vocabulary:
    """Which stems occur in which texts, and how each stem is usually written."""

    stems: tuple[str, ...]
    surfaces: tuple[str, ...]
    rows: Ints
    columns: Ints
    count: int

    @classmethod
    def of(cls, texts: Sequence[str]) -> "Vocabulary":
        """The stems that occur in enough texts (between 1 and 8, the more texts the more)."""
        written: dict[str, Counter[str]] = defaultdict(Counter)
        inside: list[list[str]] = []
        for text in texts:
            found = set()
            for word, stemmed in content_words(text):
                written[stemmed][word] += 1
                found.add(stemmed)
            inside.append(sorted(found))
        frequency = Counter(stemmed for found in inside for stemmed in found)
        fewest = int(np.clip(len(texts) // 50, 2, 8)) if len(texts) > 2 else 1
        if not any(frequency[stemmed] >= fewest for stemmed in frequency):
            fewest = 1
        stems = sorted(stemmed for stemmed in frequency if frequency[stemmed] >= fewest)
        place = {stemmed: column for column, stemmed in enumerate(stems)}
        pairs = [
            (row, place[stemmed])
            for row, found in enumerate(inside)
            for stemmed in found
            if stemmed in place
        ]
        table = np.array(pairs, dtype=np.int64).reshape(-1, 2)
        surfaces = tuple(_usual(written[stemmed]) for stemmed in stems)
        return cls(tuple(stems), surfaces, table[:, 0], table[:, 1], len(texts))

    def counts(self, labels: Ints, groups: int) -> Floats:
        """In how many texts of each group every stem occurs: (groups, stems); -1 is left out."""
        owners = labels[self.rows]
        kept = owners >= 0
        counts = np.zeros((groups, len(self.stems)))
        np.add.at(counts, (owners[kept], self.columns[kept]), 1)
        return counts


def _usual(written: Counter[str]) -> str:
    """The most frequent way a word is written; in doubt the one that comes first."""
    return min(written, key=lambda word: (-written[word], word))


def log_odds(counts: Floats, prior: float = PRIOR) -> Floats:
    """z-scores (groups, words) of how much more a word belongs to a group than to all others.

    delta = log((y_i + a) / (n_i + a_0 - y_i - a)) - log((y_j + a) / (n_j + a_0 - y_j - a)),
    variance = 1 / (y_i + a) + 1 / (y_j + a), with a in proportion to the word in all texts.
    A word that occurs nowhere has the score 0.
    """
    words = counts.sum(axis=0)
    scores = np.zeros_like(counts)
    scores[:, words > 0] = _log_odds_of_present(counts[:, words > 0], prior)
    return scores


def _log_odds_of_present(counts: Floats, prior: float) -> Floats:
    """The z-scores (groups, words) when every word occurs somewhere."""
    words = counts.sum(axis=0)
    share = prior * words / max(words.sum(), 1.0)
    own = counts.sum(axis=1, keepdims=True)
    others, rest = words - counts, counts.sum() - own
    inside = np.log((counts + share) / np.maximum(own + prior - counts - share, 1e-9))
    outside = np.log((others + share) / np.maximum(rest + prior - others - share, 1e-9))
    deviation = np.sqrt(1 / (counts + share) + 1 / (others + share))
    return np.asarray((inside - outside) / deviation)


def telling_words(vocabulary: Vocabulary, labels: Ints, groups: int) -> list[tuple[str, ...]]:
    """Up to 6 words per group, the most telling first; the most frequent when there is one group.

    labels (n,) from 0; a text with -1 is left out of the comparison.
    """
    if not vocabulary.stems:
        return [()] * groups
    counts = vocabulary.counts(labels, groups)
    alone = np.count_nonzero(counts.sum(axis=1)) <= 1
    scores = counts if alone else log_odds(counts)
    return [_chosen(vocabulary.surfaces, scores[index]) for index in range(groups)]


def _chosen(surfaces: Sequence[str], scores: Floats) -> tuple[str, ...]:
    """The best words with a positive score that do not repeat one another."""
    chosen: list[str] = []
    for column in np.argsort(-scores, kind="stable"):
        if scores[column] <= 0 or len(chosen) == TELLING:
            break
        if not _repeats(surfaces[column], chosen):
            chosen.append(surfaces[column])
    return tuple(chosen)


def _repeats(word: str, chosen: Iterable[str]) -> bool:
    """Whether a chosen word has the same beginning, or one is part of the other."""
    lower = word.lower()
    return any(
        lower[:_SAME_START] == other[:_SAME_START] or lower in other or other in lower
        for other in map(str.lower, chosen)
    )
