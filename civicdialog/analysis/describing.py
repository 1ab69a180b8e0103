"""From groups to readable topics: labels, typical contributions, summaries, parts, certainty."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from civicdialog.analysis.corpus import Corpus
from civicdialog.analysis.graph import Ints, modularity, neighbour_shares
from civicdialog.analysis.grouping import refine
from civicdialog.analysis.representation import Floats, unit_rows
from civicdialog.analysis.results import Quality, Subtopic, Theme, Topic, Topics
from civicdialog.analysis.summary import summarise
from civicdialog.analysis.words import telling_words, telling_words_of_texts

WITHOUT_TOPIC = "Ohne Zuordnung"
_CENTRAL = 10
_LABEL_TERMS = 3
_LABEL_LENGTH = 60
_SUMMARISED = 250
_FENCE = 1.5


@dataclass(frozen=True)
class Groups:
    """Positions instead of themes: group of each document (u,) and of each contribution (n,)."""

    themes: tuple[Theme, ...]
    documents: Ints
    rows: Ints
    leftover: int | None = None


def described(
    corpus: Corpus, groups: Groups, *, method: str, seed: int, decided: Mapping[int, Theme]
) -> Topics:
    """Puts words, typical contributions, summaries and probabilities to groups."""
    count = len(groups.themes)
    core = groups.documents[corpus.core]
    sublabels, subtopics = _second_level(corpus, groups, seed)
    words = telling_words(corpus.vocabulary, core, count)
    probability, second = _certainty(corpus, groups, decided)
    fits = _fitting(corpus, groups, decided)
    return Topics(
        labels=tuple(groups.themes[index] for index in groups.rows),
        probability=probability,
        second=second,
        sublabels=sublabels,
        fits=fits,
        reasons=_reasons(corpus, core, count),
        topics=tuple(
            _topic(corpus, groups, index, words[index], subtopics[index]) for index in range(count)
        ),
        quality=_quality(corpus, core),
        method=method,
        seed=seed,
        decisions=dict(decided),
        corpus=corpus,
    )


def _quality(corpus: Corpus, core: Ints) -> Quality:
    """How well the groups of the core divide its graph."""
    if not len(core):
        return Quality(0.0)
    graph = corpus.graph[corpus.core][:, corpus.core]
    return Quality(round(modularity(graph, core), 4) + 0.0)


def _reasons(corpus: Corpus, core: Ints, groups: int) -> tuple[tuple[str, ...], ...]:
    """The words of each contribution that tell for its topic; none outside the core."""
    found = telling_words_of_texts(corpus.vocabulary, core, groups)
    place = np.full(len(corpus.vectors), -1, dtype=np.int64)
    place[corpus.core] = np.arange(len(corpus.core))
    return tuple(found[row] if row >= 0 else () for row in place[corpus.document])


def _topic(
    corpus: Corpus,
    groups: Groups,
    index: int,
    terms: tuple[str, ...],
    subtopics: tuple[Subtopic, ...],
) -> Topic:
    """One topic with its label, typical contributions and summary."""
    members = np.flatnonzero(groups.rows == index)
    typical = _typical(corpus, members)
    theme = groups.themes[index]
    leftover = index == groups.leftover
    label = theme if isinstance(theme, str) else _label(corpus, terms, typical, leftover)
    return Topic(
        index=index,
        theme=theme,
        label=label,
        terms=terms,
        central=tuple(typical[:_CENTRAL]),
        summary=summarise(((row, corpus.texts[row]) for row in typical[:_SUMMARISED]), terms=terms),
        size=len(members),
        subtopics=subtopics,
        leftover=leftover,
    )


def _typical(corpus: Corpus, members: Ints) -> list[int]:
    """One contribution per document, those nearest to the middle of the group first."""
    documents, first = np.unique(corpus.document[members], return_index=True)
    vectors = corpus.vectors[documents].astype(np.float64)
    middle = unit_rows(vectors.mean(axis=0, keepdims=True))[0]
    nearness = np.round(vectors @ middle, 6)
    return [int(members[first[place]]) for place in np.argsort(-nearness, kind="stable")]


def _label(corpus: Corpus, terms: tuple[str, ...], typical: Sequence[int], leftover: bool) -> str:
    """Telling words; without them the beginning of a typical contribution; never empty."""
    if terms and not leftover:
        return " · ".join(terms[:_LABEL_TERMS])
    if leftover:
        return WITHOUT_TOPIC
    return next(filter(None, _beginnings(corpus, typical)), WITHOUT_TOPIC)


def _beginnings(corpus: Corpus, rows: Sequence[int]) -> Iterator[str]:
    """The first characters of titles and texts, in one line."""
    for row in rows[:_CENTRAL]:
        for text in (corpus.titles[row], corpus.texts[row]):
            yield " ".join(text.split())[:_LABEL_LENGTH].strip()


def _second_level(
    corpus: Corpus, groups: Groups, seed: int
) -> tuple[tuple[str, ...], list[tuple[Subtopic, ...]]]:
    """Sublabels of all contributions and the parts of every topic that is over 15 %."""
    leaves = _leaves(corpus, groups, seed)
    names = [str(groups.themes[index]) for index in groups.rows]
    subtopics: list[tuple[Subtopic, ...]] = []
    for index, theme in enumerate(groups.themes):
        inside = np.flatnonzero(
            (groups.rows == index) & (groups.documents[corpus.document] == index)
        )
        parts, sizes = np.unique(leaves[corpus.document[inside]], return_counts=True)
        if len(parts) < 2:
            subtopics.append(())
            continue
        parts = parts[np.argsort(-sizes, kind="stable")]
        found = _subtopics(corpus, theme, leaves, parts)
        for row in inside:
            names[row] = found[leaves[corpus.document[row]]].sublabel
        subtopics.append(tuple(found[part] for part in parts))
    return tuple(names), subtopics


def _leaves(corpus: Corpus, groups: Groups, seed: int) -> Ints:
    """Part of each document (u,); a document outside the core goes with those most like it."""
    core = groups.documents[corpus.core]
    inside = refine(corpus.graph[corpus.core][:, corpus.core], core, seed=seed)
    leaves = np.full(len(corpus.vectors), -1, dtype=np.int64)
    leaves[corpus.core] = inside
    others = np.flatnonzero(leaves < 0)
    if len(others) and len(inside):
        parts = int(inside.max()) + 1
        topic_of = np.zeros(parts, dtype=np.int64)
        topic_of[inside] = core
        known = np.zeros(len(leaves), dtype=np.int64)
        known[corpus.core] = inside
        shares = neighbour_shares(corpus.graph[others], known, parts)
        shares[topic_of[None, :] != groups.documents[others][:, None]] = -1.0
        leaves[others] = np.argmax(np.round(shares, 6), axis=1)
    return leaves


def _subtopics(corpus: Corpus, theme: Theme, leaves: Ints, parts: Ints) -> dict[int, Subtopic]:
    """The parts of one topic, told apart by the words in which they differ from each other."""
    labels = np.full(len(leaves), -1, dtype=np.int64)
    for place, part in enumerate(parts):
        labels[leaves == part] = place
    words = telling_words(corpus.vocabulary, labels[corpus.core], len(parts))
    found = {}
    for place, part in enumerate(parts):
        members = np.flatnonzero(labels[corpus.document] == place)
        found[int(part)] = Subtopic(
            sublabel=_sublabel(theme, place),
            label=_label(corpus, words[place], _typical(corpus, members), leftover=False),
            terms=words[place],
            size=len(members),
        )
    return found


def _sublabel(theme: Theme, place: int) -> str:
    """3a, 3b … for topic 3; "Radwege a" for a named one; after z comes aa."""
    letters = ""
    while place >= 0:
        place, letter = divmod(place, 26)
        letters = chr(ord("a") + letter) + letters
        place -= 1
    return f"{theme}{letters}" if isinstance(theme, int) else f"{theme} {letters}"


def _certainty(
    corpus: Corpus, groups: Groups, decided: Mapping[int, Theme]
) -> tuple[tuple[float, ...], tuple[Theme | None, ...]]:
    """Probability and second choice from the topics of the most similar contributions."""
    count = len(groups.themes)
    if count < 2:
        return (1.0,) * corpus.count, (None,) * corpus.count
    shares: Floats = neighbour_shares(corpus.graph, groups.documents, count)[corpus.document]
    rows = np.arange(corpus.count)
    own = np.round(shares[rows, groups.rows], 4)
    own[list(decided)] = 1.0
    shares[rows, groups.rows] = -1.0
    best = np.argmax(np.round(shares, 6), axis=1)
    second = tuple(
        groups.themes[other] if shares[row, other] > 0 else None for row, other in enumerate(best)
    )
    return tuple(float(share) for share in own), second


def _fitting(corpus: Corpus, groups: Groups, decided: Mapping[int, Theme]) -> tuple[bool, ...]:
    """Whether each contribution is like others at all; what people placed fits.

    A document does not fit when it is tied to others by unusually little: below the lower fence of
    Tukey 1977, "Exploratory data analysis" (first quartile - 1.5 interquartile ranges), on a
    logarithmic scale. Outside the core it fits when it is tied at all.
    """
    if not corpus.count:
        return ()
    ties = np.asarray(corpus.graph.sum(axis=1), dtype=np.float64).ravel()
    fits = ties > 0
    core = corpus.core[fits[corpus.core]]
    if len(core):
        weak = np.round(np.log(ties[core]), 6)
        low, high = np.quantile(weak, [0.25, 0.75])
        fits[core] = weak >= round(float(low - _FENCE * (high - low)), 6)
    if len(groups.themes) < 2 and groups.leftover is None:
        fits[:] = True
    found = fits[corpus.document]
    found[list(decided)] = True
    return tuple(bool(each) for each in found)
