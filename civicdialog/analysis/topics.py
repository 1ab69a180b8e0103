"""Topics of contributions: found by machine, readable, and correctable by people.

    topics = cluster_texts(titles, texts)
    topics = steer(topics, names={0: "Beleuchtung"}, decisions={17: "Ampeln"})

Same contributions, same seed: same topics, whatever the order of the rows or the number of cores.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray
from threadpoolctl import threadpool_limits

from civicdialog.analysis import sentence_vectors
from civicdialog.analysis.corpus import Corpus
from civicdialog.analysis.describing import WITHOUT_TOPIC, Groups, described
from civicdialog.analysis.duplicates import floods
from civicdialog.analysis.graph import Ints, neighbour_shares
from civicdialog.analysis.grouping import FEWEST, cut, few_groups
from civicdialog.analysis.language import Ignored
from civicdialog.analysis.results import (
    PROVISIONAL_BELOW,
    Quality,
    Subtopic,
    Theme,
    Topic,
    Topics,
)
from civicdialog.analysis.steering import margins, questions, spread, strongest

__all__ = [
    "MOST_GROUPS",
    "PROVISIONAL_BELOW",
    "STEPS",
    "WITHOUT_TOPIC",
    "Progress",
    "Quality",
    "Subtopic",
    "Theme",
    "Topic",
    "Topics",
    "ask_about",
    "cluster_texts",
    "silent",
    "steer",
]

Progress = Callable[[float, str], None]

STEPS = ("Reading the words", "Finding groups", "Describing the topics")
"""The sentences reported as progress, for the catalogue of whoever shows them."""

MOST_GROUPS = 200
_ENCODED, _READ, _CUT = 0.5, 0.7, 0.8


def cluster_texts(
    titles: Sequence[str],
    texts: Sequence[str],
    *,
    k: int | None = None,
    seed: int = 0,
    embeddings: ArrayLike | None = None,
    ignore: Iterable[str] = (),
    words_only: bool = False,
    floods_once: bool = False,
    progress: Progress | None = None,
) -> Topics:
    """Groups contributions into k topics, or into as many as the texts suggest (4 to 8).

    embeddings: sentence vectors (n, d); without them they are computed when the sentence encoder
    is installed, unless words_only. ignore: words that neither groups nor labels may use.
    floods_once: texts handed in over and over with small changes have no more weight than one, as
    identical ones always have. Fewer than 10 contributions make one group. Raises ValueError when lengths or shapes do not fit or k
    is not from 1 to 200.
    """
    if k is not None and not 1 <= k <= MOST_GROUPS:
        raise ValueError(f"k must be from 1 to {MOST_GROUPS}, not {k}")
    if len(titles) != len(texts):
        raise ValueError(f"{len(titles)} titles, but {len(texts)} texts")
    report = progress or silent
    if embeddings is None and not words_only and sentence_vectors.available():
        embeddings = sentence_vectors.encode(
            titles, texts, progress=lambda share, step: report(share * _ENCODED, step)
        )
    with threadpool_limits(1):  # More threads would add up in another order.
        report(_ENCODED, STEPS[0])
        corpus = Corpus.of(
            titles,
            texts,
            seed=seed,
            embeddings=embeddings,
            ignore=Ignored.of(ignore),
            alike=_floods(texts) if floods_once else (),
        )
        report(_READ, STEPS[1])
        groups = _automatic(corpus, k, seed)
        report(_CUT, STEPS[2])
        method = "words" if embeddings is None else "words+sentences"
        topics = described(corpus, groups, method=method, seed=seed, decided={})
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
    if not topics.labels:
        return topics
    earlier = {row: names.get(theme, theme) for row, theme in topics.decisions.items()}
    decided = {**earlier, **moves}
    with threadpool_limits(1):
        groups = _steered(topics, decided, names)
        return described(
            topics.corpus, groups, method=topics.method, seed=topics.seed, decided=decided
        )


def ask_about(topics: Topics, most: int = 20) -> tuple[int, ...]:
    """The contributions whose placement by people would help most, best first.

    Those for which two topics are nearly equal, no two of them neighbours; each different text
    once; nothing that is decided already. Settles & Craven 2008 call it margin sampling.
    """
    corpus = topics.corpus
    if len(topics.topics) < 2:
        return ()
    place = {topic.theme: topic.index for topic in topics.topics}
    rows = np.array([place[theme] for theme in topics.labels], dtype=np.int64)
    documents = _of_documents(corpus, rows)
    moved = _shares(corpus, {row: place[theme] for row, theme in topics.decisions.items()})
    with threadpool_limits(1):
        reached = spread(corpus.graph, documents, moved, len(place))
    asked = questions(corpus.graph, margins(reached), most, skip=moved.keys())
    first = {int(document): row for row, document in reversed(list(enumerate(corpus.document)))}
    return tuple(first[document] for document in asked)


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


def _floods(texts: Sequence[str]) -> list[list[int]]:
    """The floods; none where most texts are of that kind, for then it is how people write here."""
    found = floods(texts)
    return found if 2 * sum(len(rows) for rows in found) <= len(texts) else []


def _automatic(corpus: Corpus, k: int | None, seed: int) -> Groups:
    """The groups the texts suggest, largest first; documents nothing compares with come last."""
    lonely = ~np.any(corpus.vectors != 0, axis=1)
    documents = np.zeros(len(lonely), dtype=np.int64)
    if corpus.count >= FEWEST and not lonely.all():
        wanted = k - 1 if k is not None and k > 1 and lonely.any() else k
        documents[~lonely] = _grouped(corpus, ~lonely, wanted, seed)
        if k != 1:
            documents[lonely] = documents.max() + 1
    elif not lonely.all():
        lonely[:] = False
    rows = documents[corpus.document]
    sizes = np.bincount(rows)
    left = int(documents[lonely][0]) if lonely.any() and k != 1 else None
    order = sorted(range(len(sizes)), key=lambda index: (index == left, -sizes[index], index))
    place = np.argsort(np.array(order, dtype=np.int64))
    return Groups(
        themes=tuple(range(len(order))),
        documents=place[documents],
        rows=place[rows],
        leftover=None if left is None else len(order) - 1,
    )


def _grouped(corpus: Corpus, chosen: NDArray[np.bool_], k: int | None, seed: int) -> Ints:
    """Group of each chosen document; those outside the core go with those most like them."""
    count = np.count_nonzero(chosen)
    if count < FEWEST:
        return few_groups(corpus.vectors[chosen], k) if count > 1 else np.zeros(1, dtype=np.int64)
    core = corpus.core[chosen[corpus.core]]
    inside = cut(corpus.graph[core][:, core], k, seed=seed)
    found = np.zeros(len(chosen), dtype=np.int64)
    found[core] = inside
    others = chosen.copy()
    others[core] = False
    if others.any():
        shares = neighbour_shares(corpus.graph[others], found, int(inside.max()) + 1)
        found[others] = np.argmax(np.round(shares, 6), axis=1)
    return np.asarray(found[chosen])


def _of_documents(corpus: Corpus, rows: Ints) -> Ints:
    """Group of each document (u,) from those of the contributions (n,)."""
    found = np.zeros(len(corpus.vectors), dtype=np.int64)
    found[corpus.document] = rows
    return found


def _steered(topics: Topics, decided: Mapping[int, Theme], names: Mapping[Theme, Theme]) -> Groups:
    """The groups after names and moves were spread over the graph of similar contributions."""
    corpus = topics.corpus
    named = [names.get(label, label) for label in topics.labels]
    order: list[Theme] = sorted(
        {*named, *decided.values()}, key=lambda each: (isinstance(each, str), each)
    )
    place = {theme: index for index, theme in enumerate(order)}
    rows = np.array([place[theme] for theme in named], dtype=np.int64)
    base = _of_documents(corpus, rows)
    kept = np.array([row not in topics.decisions for row in range(corpus.count)], dtype=bool)
    base[corpus.document[kept]] = rows[kept]
    moved = _shares(corpus, {row: place[theme] for row, theme in decided.items()})
    documents = strongest(spread(corpus.graph, base, moved, len(order)))
    for document, shares in moved.items():
        documents[document] = min(shares, key=lambda theme: (-shares[theme], theme))
    placed = documents[corpus.document]
    for row, theme in decided.items():
        placed[row] = place[theme]
    left = next((topic.theme for topic in topics.topics if topic.leftover), None)
    return _by_size(order, documents, placed, leftover=left)


def _shares(corpus: Corpus, decided: Mapping[int, int]) -> dict[int, dict[int, float]]:
    """Per document the share of decisions for each theme; identical texts may be decided apart."""
    found: dict[int, list[int]] = {}
    for row, theme in decided.items():
        found.setdefault(int(corpus.document[row]), []).append(theme)
    return {
        document: {theme: themes.count(theme) / len(themes) for theme in sorted(set(themes))}
        for document, themes in found.items()
    }


def _by_size(
    themes: Sequence[Theme], documents: Ints, rows: Ints, *, leftover: Theme | None
) -> Groups:
    """The same groups, largest first; a theme nobody belongs to is dropped."""
    sizes = np.bincount(rows, minlength=len(themes))
    order = sorted(range(len(themes)), key=lambda index: (-sizes[index], index))
    place = np.argsort(np.array(order, dtype=np.int64))
    kept = tuple(themes[index] for index in order if sizes[index])
    return Groups(
        themes=kept,
        documents=place[documents],
        rows=place[rows],
        leftover=kept.index(leftover) if leftover in kept else None,
    )
