"""Topics of contributions: found by machine, readable, and correctable by people.

    topics = cluster_texts(titles, texts)
    topics = steer(topics, names={0: "Beleuchtung"}, decisions={17: "Ampeln"})

Same contributions, same seed: same topics, whatever the order of the rows or the number of cores.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import ArrayLike
from threadpoolctl import threadpool_limits

from civicdialog.analysis.corpus import Corpus
from civicdialog.analysis.graph import Ints, neighbour_shares
from civicdialog.analysis.grouping import FEWEST, group, refine
from civicdialog.analysis.representation import Floats, unit_rows
from civicdialog.analysis.steering import spread, strongest
from civicdialog.analysis.summary import Sentence, summarise
from civicdialog.analysis.words import telling_words

Theme = int | str
Progress = Callable[[float, str], None]

STEPS = ("Reading the words", "Finding groups", "Describing the topics")
"""The sentences reported as progress, for the catalogue of whoever shows them."""

MOST_GROUPS = 200
PROVISIONAL_BELOW = 500
WITHOUT_TOPIC = "Ohne Zuordnung"
_CENTRAL = 10
_LABEL_TERMS = 3
_LABEL_LENGTH = 60
_SUMMARISED = 250


@dataclass(frozen=True)
class Subtopic:
    """A part of a large topic."""

    sublabel: str
    label: str
    terms: tuple[str, ...]
    size: int


@dataclass(frozen=True)
class Topic:
    """One group of contributions, described in words of the people who wrote them."""

    index: int
    """Its place in the list, largest topic first."""
    theme: Theme
    """What stands in `Topics.labels`: a number from the machine or a name from the committee."""
    label: str
    terms: tuple[str, ...]
    central: tuple[int, ...]
    summary: tuple[Sentence, ...]
    size: int
    subtopics: tuple[Subtopic, ...] = ()
    leftover: bool = False
    """Contributions in which nothing could be compared, emoji for example."""


@dataclass(frozen=True)
class Topics:
    """The result: one entry per contribution, in the order they were given, and the topics."""

    labels: tuple[Theme, ...]
    probability: tuple[float, ...]
    """Share of the most similar contributions in the same topic; 1 for a decision of people."""
    second: tuple[Theme | None, ...]
    """The topic most of the other similar contributions belong to."""
    sublabels: tuple[str, ...]
    topics: tuple[Topic, ...]
    seed: int
    decisions: Mapping[int, Theme]
    corpus: Corpus = field(repr=False, compare=False)

    @property
    def largest_share(self) -> float:
        """The share of all contributions that the largest topic holds."""
        return max((topic.size for topic in self.topics), default=0) / max(len(self.labels), 1)

    @property
    def is_provisional(self) -> bool:
        """Whether there are so few contributions that other groups would be as good."""
        return len(self.labels) < PROVISIONAL_BELOW


@dataclass(frozen=True)
class _Groups:
    """Positions instead of themes: group of each document (u,) and of each contribution (n,)."""

    themes: tuple[Theme, ...]
    documents: Ints
    rows: Ints
    leftover: int | None = None


def cluster_texts(
    titles: Sequence[str],
    texts: Sequence[str],
    *,
    k: int | None = None,
    seed: int = 0,
    embeddings: ArrayLike | None = None,
    progress: Progress | None = None,
) -> Topics:
    """Groups contributions into k topics, or into as many as the texts suggest (4 to 20).

    embeddings: optional sentence vectors (n, d). Fewer than 10 contributions make one group.
    Raises ValueError when lengths or shapes do not fit or k is not from 1 to 200.
    """
    if k is not None and not 1 <= k <= MOST_GROUPS:
        raise ValueError(f"k must be from 1 to {MOST_GROUPS}, not {k}")
    report = progress or silent
    with threadpool_limits(1):  # More threads would add up in another order.
        report(0.0, STEPS[0])
        corpus = Corpus.of(titles, texts, seed=seed, embeddings=embeddings)
        report(0.4, STEPS[1])
        groups = _automatic(corpus, k, seed)
        report(0.7, STEPS[2])
        topics = _described(corpus, groups, seed, {})
        report(1.0, STEPS[2])
    return topics


def steer(
    topics: Topics,
    *,
    decisions: Mapping[int, Theme] | None = None,
    names: Mapping[Theme, Theme] | None = None,
) -> Topics:
    """Follows the committee: names for topics, themes for single contributions.

    Two topics with the same name become one. Every decision is honoured exactly, and contributions
    like a moved one may follow it. Decisions of an earlier call stay, renamed if their theme is.
    Raises ValueError for an unknown topic or contribution and for an empty theme.
    """
    names = {_plain(old): _plain(new) for old, new in (names or {}).items()}
    moves = {_row(row, topics): _plain(theme) for row, theme in (decisions or {}).items()}
    known = {topic.theme for topic in topics.topics}
    unknown = [old for old in names if old not in known]
    if unknown:
        raise ValueError(f"there is no topic {unknown[0]!r}")
    earlier = {row: names.get(theme, theme) for row, theme in topics.decisions.items()}
    decided = {**earlier, **moves}
    with threadpool_limits(1):
        groups = _steered(topics, decided, names)
        return _described(topics.corpus, groups, topics.seed, decided)


def silent(share: float, step: str) -> None:
    """Tells nobody."""


def _plain(theme: object) -> Theme:
    """A theme as Python's own int or str; raises ValueError for anything else and for blanks."""
    if isinstance(theme, str) and theme.strip():
        return str(theme)
    if isinstance(theme, int | np.integer) and not isinstance(theme, bool):
        return int(theme)
    raise ValueError(f"a theme is a number or a name, not {theme!r}")


def _row(row: int, topics: Topics) -> int:
    """The number of an existing contribution; raises ValueError for another."""
    if not 0 <= row < len(topics.labels):
        raise ValueError(f"there is no contribution {row}")
    return int(row)


def _automatic(corpus: Corpus, k: int | None, seed: int) -> _Groups:
    """The groups the texts suggest, largest first; documents nothing compares with come last."""
    lonely = ~np.any(corpus.vectors != 0, axis=1)
    documents = np.zeros(len(lonely), dtype=np.int64)
    if corpus.count >= FEWEST and not lonely.all():
        wanted = k - 1 if k is not None and k > 1 and lonely.any() else k
        documents[~lonely] = group(corpus.vectors[~lonely], wanted, seed=seed)
        if k != 1:
            documents[lonely] = documents.max() + 1
    elif not lonely.all():
        lonely[:] = False
    rows = documents[corpus.document]
    sizes = np.bincount(rows)
    left = int(documents[lonely][0]) if lonely.any() and k != 1 else None
    order = sorted(range(len(sizes)), key=lambda index: (index == left, -sizes[index], index))
    place = np.argsort(np.array(order, dtype=np.int64))
    return _Groups(
        themes=tuple(range(len(order))),
        documents=place[documents],
        rows=place[rows],
        leftover=None if left is None else len(order) - 1,
    )


def _steered(topics: Topics, decided: Mapping[int, Theme], names: Mapping[Theme, Theme]) -> _Groups:
    """The groups after names and moves were spread over the graph of similar contributions."""
    corpus = topics.corpus
    named = [names.get(label, label) for label in topics.labels]
    order: list[Theme] = sorted(
        {*named, *decided.values()}, key=lambda each: (isinstance(each, str), each)
    )
    place = {theme: index for index, theme in enumerate(order)}
    rows = np.array([place[theme] for theme in named], dtype=np.int64)
    base = np.zeros(len(corpus.vectors), dtype=np.int64)
    kept = np.array([row not in topics.decisions for row in range(corpus.count)], dtype=bool)
    for part in (np.ones(corpus.count, dtype=bool), kept):
        base[corpus.document[part]] = rows[part]
    moved = _shares(corpus, {row: place[theme] for row, theme in decided.items()})
    documents = strongest(spread(corpus.graph, base, moved, len(order)))
    for document, shares in moved.items():
        documents[document] = min(shares, key=lambda theme: (-shares[theme], theme))
    placed = documents[corpus.document]
    for row, theme in decided.items():
        placed[row] = place[theme]
    return _by_size(order, documents, placed)


def _shares(corpus: Corpus, decided: Mapping[int, int]) -> dict[int, dict[int, float]]:
    """Per document the share of decisions for each theme; identical texts may be decided apart."""
    found: dict[int, list[int]] = {}
    for row, theme in decided.items():
        found.setdefault(int(corpus.document[row]), []).append(theme)
    return {
        document: {theme: themes.count(theme) / len(themes) for theme in sorted(set(themes))}
        for document, themes in found.items()
    }


def _by_size(themes: Sequence[Theme], documents: Ints, rows: Ints) -> _Groups:
    """The same groups, largest first; a theme nobody belongs to is dropped."""
    sizes = np.bincount(rows, minlength=len(themes))
    order = sorted(range(len(themes)), key=lambda index: (-sizes[index], index))
    place = np.argsort(np.array(order, dtype=np.int64))
    kept = tuple(themes[index] for index in order if sizes[index])
    return _Groups(themes=kept, documents=place[documents], rows=place[rows])


def _described(corpus: Corpus, groups: _Groups, seed: int, decided: Mapping[int, Theme]) -> Topics:
    """Puts words, typical contributions, summaries and probabilities to groups."""
    sublabels, subtopics = _second_level(corpus, groups, seed)
    words = telling_words(corpus.vocabulary, groups.documents, len(groups.themes))
    probability, second = _certainty(corpus, groups, decided)
    return Topics(
        labels=tuple(groups.themes[index] for index in groups.rows),
        probability=probability,
        second=second,
        sublabels=sublabels,
        topics=tuple(
            _topic(corpus, groups, index, words[index], subtopics[index])
            for index in range(len(groups.themes))
        ),
        seed=seed,
        decisions=dict(decided),
        corpus=corpus,
    )


def _topic(
    corpus: Corpus,
    groups: _Groups,
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
    corpus: Corpus, groups: _Groups, seed: int
) -> tuple[tuple[str, ...], list[tuple[Subtopic, ...]]]:
    """Sublabels of all contributions and the parts of every topic that is over 15 %."""
    leaves = refine(corpus.vectors, groups.documents, seed=seed)
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
        described = _subtopics(corpus, theme, leaves, parts)
        for row in inside:
            names[row] = described[leaves[corpus.document[row]]].sublabel
        subtopics.append(tuple(described[part] for part in parts))
    return tuple(names), subtopics


def _subtopics(corpus: Corpus, theme: Theme, leaves: Ints, parts: Ints) -> dict[int, Subtopic]:
    """The parts of one topic, told apart by the words in which they differ from each other."""
    labels = np.full(len(leaves), -1, dtype=np.int64)
    for place, part in enumerate(parts):
        labels[leaves == part] = place
    words = telling_words(corpus.vocabulary, labels, len(parts))
    described = {}
    for place, part in enumerate(parts):
        members = np.flatnonzero(labels[corpus.document] == place)
        described[int(part)] = Subtopic(
            sublabel=_sublabel(theme, place),
            label=_label(corpus, words[place], _typical(corpus, members), leftover=False),
            terms=words[place],
            size=len(members),
        )
    return described


def _sublabel(theme: Theme, place: int) -> str:
    """3a, 3b … for topic 3; "Radwege a" for a named one; after z comes aa."""
    letters = ""
    while place >= 0:
        place, letter = divmod(place, 26)
        letters = chr(ord("a") + letter) + letters
        place -= 1
    return f"{theme}{letters}" if isinstance(theme, int) else f"{theme} {letters}"


def _certainty(
    corpus: Corpus, groups: _Groups, decided: Mapping[int, Theme]
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
