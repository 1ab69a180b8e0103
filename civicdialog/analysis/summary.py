"""Summaries made only of whole sentences that people wrote, each with its source.

Sentences are ranked by LexRank (Erkan & Radev 2004), drawn towards the telling words of the topic
(Otterbacher, Erkan & Radev 2005), and chosen by maximal marginal relevance (Carbonell & Goldstein
1998), at most one per contribution.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import islice

import numpy as np
import scipy.sparse as sp
from sklearn.feature_extraction.text import TfidfVectorizer

from civicdialog.analysis.language import content_stems
from civicdialog.analysis.representation import Floats
from civicdialog.analysis.sentences import quotable, sentences

MOST_SENTENCES = 5
RELEVANCE = 0.7
_MOST_CANDIDATES = 600
_LINKED = 0.1
_DAMPING = 0.7
_ROUNDS = 50
_TOO_ALIKE = 0.8

_LEANING = frozenset(
    """
    aber allerdings also auch außerdem da dabei dadurch dafür daher damit danach dann daran darauf
    darüber das davor dazu denn deshalb deswegen dies diese dieser dieses doch dort ebenso er es
    gleiches hier hierbei hierdurch ich jedoch nur sie so somit trotzdem und zudem zusätzlich zuvor
    he it she that these they this
    """.split()  # noqa: SIM905 - a block of words is easier to read and to add to
)
_LEANING_WEIGHT = 0.75
_PLAIN = 0.2


@dataclass(frozen=True)
class Sentence:
    """A sentence exactly as it stands in the text of the contribution `source_index`."""

    text: str
    source_index: int


def summarise(
    sources: Iterable[tuple[int, str]],
    *,
    terms: Iterable[str] = (),
    most: int = MOST_SENTENCES,
) -> tuple[Sentence, ...]:
    """Up to 5 sentences for (index, text) pairs, given with the most typical text first.

    terms: the telling words of the topic; sentences that use them are preferred.
    """
    candidates = _candidates(sources)
    if not candidates:
        return ()
    similar = _similarities([candidate.text for candidate in candidates])
    telling = {stemmed for term in terms for stemmed in content_stems(term)}
    bias = np.array([_bias(candidate.text, telling) for candidate in candidates])
    ranks = lex_rank(similar, bias) * np.array([_weight(each.text) for each in candidates])
    chosen = _choose(candidates, similar, ranks / ranks.max(), most)
    return tuple(candidates[index] for index in chosen)


def _candidates(sources: Iterable[tuple[int, str]]) -> list[Sentence]:
    """The first 600 quotable sentences of the texts."""
    found = (
        Sentence(sentence, index)
        for index, text in sources
        for sentence in filter(quotable, sentences(text))
    )
    return list(islice(found, _MOST_CANDIDATES))


def _bias(sentence: str, telling: set[str]) -> float:
    """How likely the walk begins at a sentence: more with one or two telling words in it."""
    return _PLAIN + min(2, len(telling.intersection(content_stems(sentence))))


def _weight(sentence: str) -> float:
    """Less for a sentence that leans on the one before it."""
    first = re.split(r"\W", sentence.lower(), maxsplit=1)[0]
    return _LEANING_WEIGHT if first in _LEANING else 1.0


def _similarities(texts: Sequence[str]) -> Floats:
    """Cosine similarity (n, n) of sentences by the tf-idf of their stems."""
    try:
        matrix = TfidfVectorizer(analyzer=content_stems).fit_transform(texts)
    except ValueError:  # Nothing but function words.
        matrix = sp.csr_matrix((len(texts), 1))
    return np.asarray((matrix @ matrix.T).toarray())


def lex_rank(similar: Floats, bias: Floats) -> Floats:
    """Stationary distribution (n,) of a walk between sentences whose similarity is at least 0.1.

    bias (n,): where the walk begins again, in proportion.
    """
    links = np.where(similar >= _LINKED, similar, 0.0)
    np.fill_diagonal(links, 1.0)
    steps = links / links.sum(axis=1, keepdims=True)
    start = bias / bias.sum()
    rank = start
    for _ in range(_ROUNDS):
        rank = (1 - _DAMPING) * start + _DAMPING * (steps.T @ rank)
    return np.asarray(rank)


def _choose(candidates: Sequence[Sentence], similar: Floats, ranks: Floats, most: int) -> list[int]:
    """Maximal marginal relevance: important, unlike those already chosen, from other people."""
    chosen: list[int] = []
    nearest = np.zeros(len(candidates))
    open_to_choice = np.ones(len(candidates), dtype=bool)
    sources = np.array([candidate.source_index for candidate in candidates])
    texts = np.array([candidate.text.casefold() for candidate in candidates])
    while len(chosen) < most and open_to_choice.any():
        gain = np.where(open_to_choice, RELEVANCE * ranks - (1 - RELEVANCE) * nearest, -np.inf)
        best = int(np.argmax(np.round(gain, 9)))
        chosen.append(best)
        nearest = np.maximum(nearest, similar[best])
        open_to_choice &= (sources != sources[best]) & (texts != texts[best])
        open_to_choice &= similar[best] < _TOO_ALIKE
    return chosen
