"""How far ratings on an ordered scale agree: Krippendorff's alpha, with missing ratings.

Formula: Klaus Krippendorff, "Computing Krippendorff's Alpha-Reliability" (2011), part C with the
difference function for ordinal data. 1 means that all judge alike, 0 that they agree as often as
chance would have it; below 0 they contradict each other more often than that.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

Ratings = Sequence[int | None]
"""What each member gave to one item; `None` where somebody cannot judge or does not rate."""


def alpha(items: Iterable[Ratings]) -> float | None:
    """Krippendorff's alpha for ordinal data.

    Without a figure: nothing was rated by two, or all ratings are the same, so that nothing tells
    agreement from chance.
    """
    pairs = _coincidences(items)
    totals: dict[int, float] = {}
    for (one, _), count in pairs.items():
        totals[one] = totals.get(one, 0.0) + count
    distances = {(one, other): _distance(totals, one, other) for one in totals for other in totals}
    expected = sum(totals[one] * totals[other] * far for (one, other), far in distances.items())
    if not expected:
        return None
    observed = sum(count * distances[pair] for pair, count in pairs.items())
    return 1 - (sum(totals.values()) - 1) * observed / expected


def spread(ratings: Ratings) -> int:
    """Steps between the lowest and the highest rating of one item."""
    given = [each for each in ratings if each is not None]
    return max(given) - min(given) if given else 0


def _coincidences(items: Iterable[Ratings]) -> dict[tuple[int, int], float]:
    """How often two values were given to the same item, each item weighing as many as rated it."""
    found: dict[tuple[int, int], float] = {}
    for ratings in items:
        counts = Counter(each for each in ratings if each is not None)
        if counts.total() < 2:
            continue
        for one, often in counts.items():
            for other, times in counts.items():
                pairs = often * (times - (one == other))
                pair = one, other
                found[pair] = found.get(pair, 0.0) + pairs / (counts.total() - 1)
    return found


def _distance(totals: Mapping[int, float], one: int, other: int) -> float:
    """Squared number of ratings that lie between two values."""
    low, high = min(one, other), max(one, other)
    between = sum(count for value, count in totals.items() if low <= value <= high)
    return (between - (totals[low] + totals[high]) / 2) ** 2
