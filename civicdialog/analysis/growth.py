"""What happens when a round grows: new contributions find a topic, new topics find their old ones.

placed = place(titles, texts, labels)                # labels: None for what is new
matched = match(before, after)                       # {new topic: old topic}
changes = difference(before, after, matched)
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.optimize import linear_sum_assignment
from threadpoolctl import threadpool_limits

from civicdialog.analysis.language import Ignored
from civicdialog.analysis.representation import Floats, checked_embeddings, represent

NEIGHBOURS = 15
FEWEST_SHARED = 0.3
_DECIMALS = 6
_BLOCK = 1024
_MEASURED = 1000
_FENCE = 1.5

Text = tuple[str, str]


@dataclass(frozen=True)
class Placed:
    """One entry per contribution, in the order they were given; what had a label keeps it."""

    labels: tuple[int | None, ...]
    """None where nothing can be compared."""
    probability: tuple[float, ...]
    """Share of the most similar labelled contributions in this group; 1 for a given label."""
    second: tuple[int | None, ...]
    """The group most of the other similar contributions belong to."""
    fits: tuple[bool, ...]
    """False for a contribution that is unlike all the labelled ones; a given label fits."""


def place(
    titles: Sequence[str],
    texts: Sequence[str],
    labels: Sequence[int | None],
    *,
    embeddings: ArrayLike | None = None,
    ignore: Iterable[str] = (),
    seed: int = 0,
) -> Placed:
    """Gives each contribution without a label the group of the 15 labelled ones most like it.

    The neighbours vote by their cosine similarity. All contributions share one space of words and,
    if embeddings (n, d) are given, sentences. A text that was labelled before gets its label again.
    Raises ValueError when lengths or shapes do not fit.
    """
    if not len(titles) == len(texts) == len(labels):
        raise ValueError(f"{len(titles)} titles, {len(texts)} texts, {len(labels)} labels")
    checked = None if embeddings is None else checked_embeddings(embeddings, len(texts))
    rows: dict[Text, list[int]] = {}
    for row, text in enumerate(zip(titles, texts, strict=True)):
        rows.setdefault(text, []).append(row)
    documents = sorted(rows)  # Whatever the order of the rows.
    groups = sorted({label for label in labels if label is not None})
    votes = _votes([[labels[row] for row in rows[text]] for text in documents], groups)
    fits = np.asarray(votes.any(axis=1))
    if fits.any() and not fits.all():
        with threadpool_limits(1):
            vectors = represent(
                [title for title, _ in documents],
                [text for _, text in documents],
                seed=seed,
                embeddings=checked if checked is None else checked[[rows[d][0] for d in documents]],
                ignore=Ignored.of(ignore),
            )
            votes, fits = _asked(vectors, votes)
    found = {
        text: (*_elected(votes[place], groups), bool(fits[place]))
        for place, text in enumerate(documents)
    }
    answers = [
        found[text] if label is None else (label, 1.0, None, True)
        for text, label in zip(zip(titles, texts, strict=True), labels, strict=True)
    ]
    return Placed(
        labels=tuple(label for label, _, _, _ in answers),
        probability=tuple(share for _, share, _, _ in answers),
        second=tuple(second for _, _, second, _ in answers),
        fits=tuple(fit for _, _, _, fit in answers),
    )


def _votes(labels: Sequence[Sequence[int | None]], groups: Sequence[int]) -> Floats:
    """Share of each group among the labels of a document (u, groups); zero without a label."""
    place = {group: column for column, group in enumerate(groups)}
    votes = np.zeros((len(labels), len(groups)))
    for document, own in enumerate(labels):
        for label in own:
            if label is not None:
                votes[document, place[label]] += 1
    return np.asarray(votes / np.maximum(votes.sum(axis=1, keepdims=True), 1))


def _asked(vectors: Floats, known: Floats) -> tuple[Floats, NDArray[np.bool_]]:
    """Votes (u, groups) of the nearest documents with a label, and whether one of them is near (u,).

    A document with a label keeps it.
    """
    labelled = known.any(axis=1)
    voters, asking = np.flatnonzero(labelled), np.flatnonzero(~labelled)
    neighbours, least = min(NEIGHBOURS, len(voters)), _usually_near(vectors[voters])
    votes, near = known.copy(), np.array(labelled)
    for start in range(0, len(asking), _BLOCK):
        part = asking[start : start + _BLOCK]
        similar = np.round(vectors[part] @ vectors[voters].T, _DECIMALS)
        best = np.argpartition(-similar, neighbours - 1, axis=1)[:, :neighbours]
        weight = np.maximum(np.take_along_axis(similar, best, axis=1), 0)
        votes[part] = np.einsum("mn,mng->mg", weight, known[voters][best])
        near[part] = (weight.max(axis=1) >= least) & weight.any(axis=1)
    return votes, near


def _usually_near(vectors: Floats) -> float:
    """The least similarity to the nearest other row that is not unusual among rows of length 1.

    Tukey 1977, "Exploratory data analysis", the lower fence: first quartile - 1.5 interquartile
    ranges. Of many rows, a thousand are looked at.
    """
    some = np.arange(0, len(vectors), len(vectors) // _MEASURED + 1)
    similar = vectors[some] @ vectors.T
    similar[np.arange(len(some)), some] = 0
    low, high = np.quantile(similar.max(axis=1), [0.25, 0.75])
    return round(float(low - _FENCE * (high - low)), _DECIMALS)


def _elected(votes: Floats, groups: Sequence[int]) -> tuple[int | None, float, int | None]:
    """The strongest group, its share of the votes (groups,) and the second; None without a vote."""
    votes = np.round(votes, _DECIMALS)
    if not votes.any():
        return None, 0.0, None
    order = np.argsort(-votes, kind="stable")
    second = groups[order[1]] if len(order) > 1 and votes[order[1]] > 0 else None
    share = round(float(votes[order[0]] / votes.sum()), _DECIMALS)
    return groups[order[0]], share, second


def match(before: Mapping[str, int], after: Mapping[str, int]) -> dict[int, int]:
    """The old group that each new group continues: {new: old}, one to one, by what they share.

    Kuhn 1955 ("Hungarian method") on the Jaccard overlap of the contributions present in both;
    under 0.3 a group continues nothing and is missing. before, after: {contribution: group}.
    """
    both = before.keys() & after.keys()
    olds, news = sorted(set(before.values())), sorted(set(after.values()))
    shared = _overlap(
        Counter((after[each], before[each]) for each in both), rows=news, columns=olds
    )
    shared[shared < FEWEST_SHARED] = 0  # A pair that is none must not decide between the others.
    chosen = zip(*linear_sum_assignment(shared, maximize=True), strict=True)
    return {news[new]: olds[old] for new, old in chosen if shared[new, old] > 0}


def _overlap(
    pairs: Mapping[tuple[int, int], int], *, rows: Sequence[int], columns: Sequence[int]
) -> Floats:
    """Jaccard overlap (rows, columns) from how many contributions each pair of groups shares."""
    common = np.array([[pairs.get((row, column), 0) for column in columns] for row in rows])
    common = common.reshape(len(rows), len(columns))
    union = common.sum(axis=1, keepdims=True) + common.sum(axis=0, keepdims=True) - common
    return np.asarray(common / np.maximum(union, 1))


@dataclass(frozen=True)
class Difference:
    """What changed from one grouping to the next."""

    moved: list[tuple[str, int, int]]
    """(contribution, old group, new group), sorted, of those whose topic is another one now."""
    stayed: int
    """How many contributions keep their topic."""
    added: int
    """How many contributions are new."""
    new_groups: list[int]
    gone_groups: list[int]


def difference(
    before: Mapping[str, int], after: Mapping[str, int], matched: Mapping[int, int]
) -> Difference:
    """What changed between two groupings {contribution: group}, when {new group: old group}."""
    both = sorted(before.keys() & after.keys())
    moved = [
        (each, before[each], after[each])
        for each in both
        if matched.get(after[each]) != before[each]
    ]
    return Difference(
        moved=moved,
        stayed=len(both) - len(moved),
        added=len(after.keys() - before.keys()),
        new_groups=sorted(set(after.values()) - matched.keys()),
        gone_groups=sorted(set(before.values()) - set(matched.values())),
    )
