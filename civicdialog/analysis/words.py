"""The telling words of groups of texts: log-odds ratio with an informative Dirichlet prior.

Monroe, Colaresi & Quinn 2008, "Fightin' Words". Counted is in how many texts a word occurs; a word
is shown the way people write it most often. The first three words of a group make its label: among
the most telling ones those of which one stands in nearly every text of the group and in few others.
"""

from collections.abc import Iterable, Sequence

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

from civicdialog.analysis.graph import Ints
from civicdialog.analysis.representation import Floats
from civicdialog.analysis.vocabulary import Vocabulary

PRIOR = 1000.0
TELLING = 6
LABEL = 3
_SAME_START = 5
_AS_TELLING = 0.5
_LIKELY = 40
_NOT_A_NOUN = 0.7


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
    """Up to 6 words per group: 3 for its label, then others; both the most telling first.

    With one group, frequency takes the place of telling. labels (n,) from 0; a text with -1 is left
    out of the comparison.
    """
    if not vocabulary.stems:
        return [()] * groups
    scores = _scores(vocabulary.counts(labels, groups)) * _nouns_first(vocabulary.surfaces)
    shape = (vocabulary.count, len(vocabulary.stems))
    ones = np.ones(len(vocabulary.rows), dtype=bool)
    stands = sp.csc_matrix((ones, (vocabulary.rows, vocabulary.columns)), shape=shape)
    stands, owners = stands[labels >= 0], labels[labels >= 0]
    return [
        _chosen(
            vocabulary.surfaces,
            scores[index],
            _covering(vocabulary.surfaces, scores[index], stands, owners == index),
        )
        for index in range(groups)
    ]


def telling_words_of_texts(
    vocabulary: Vocabulary, labels: Ints, groups: int, most: int = 4
) -> list[tuple[str, ...]]:
    """Up to `most` words of each text (n,) that tell most for its group; none where it is -1."""
    chosen: list[list[str]] = [[] for _ in range(vocabulary.count)]
    scores = _scores(vocabulary.counts(labels, groups))
    owners = labels[vocabulary.rows]
    found = np.where(owners >= 0, scores[owners, vocabulary.columns], 0.0)
    for place in np.lexsort((vocabulary.columns, -found)):
        words, word = chosen[vocabulary.rows[place]], vocabulary.surfaces[vocabulary.columns[place]]
        if found[place] <= 0:
            break
        if len(words) < most and not _repeats(word, words):
            words.append(word)
    return [tuple(words) for words in chosen]


def _nouns_first(surfaces: Sequence[str]) -> Floats:
    """Weight of each word (words,): less for one written small, for in German nouns name things."""
    return np.where([word[:1].isupper() for word in surfaces], 1.0, _NOT_A_NOUN)


def _scores(counts: Floats) -> Floats:
    """How telling each word is for each group (groups, words): frequency if there is only one."""
    alone = np.count_nonzero(counts.sum(axis=1)) <= 1
    return counts if alone else log_odds(counts)


def _covering(
    surfaces: Sequence[str], scores: Floats, stands: sp.csc_matrix, inside: NDArray[np.bool_]
) -> list[str]:
    """Up to 3 words: texts with one of them are, as far as possible, those inside the group (n,).

    Taken one by one, each time the word that raises F1 = 2 hits / (texts inside + texts found) most,
    among the words at least half as telling as the most telling one. stands (n, words).
    """
    likely = np.argsort(-scores, kind="stable")[:_LIKELY]
    likely = likely[(scores[likely] > 0) & (scores[likely] >= _AS_TELLING * scores[likely[0]])]
    found = stands[:, likely].toarray()
    chosen: list[int] = []
    while len(chosen) < LABEL:
        words = [surfaces[likely[place]] for place in chosen]
        either = np.maximum(inside.sum() + found.sum(axis=0), 1)
        quality = 2 * found[inside].sum(axis=0) / either
        quality[[_repeats(surfaces[column], words) for column in likely]] = -1
        if quality.max(initial=-1) < 0:
            break
        chosen.append(int(quality.argmax()))
        found |= found[:, chosen[-1:]]
    return [surfaces[likely[place]] for place in sorted(chosen)]


def _chosen(surfaces: Sequence[str], scores: Floats, first: Sequence[str]) -> tuple[str, ...]:
    """The first words, then the best words with a positive score that do not repeat others."""
    chosen = list(first)
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
