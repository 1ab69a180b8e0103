"""Words that resemble what somebody typed, for searches that find nothing."""

from collections import Counter
from collections.abc import Iterable

from civicdialog.submissions.search import Term

SHORTEST = 4
MOST = 3
_LONG = 8


def vocabulary(texts: Iterable[str]) -> Counter[str]:
    """In how many texts each stem stands."""
    found: Counter[str] = Counter()
    for text in texts:
        found.update(set(text.split()))
    del found["/"]
    return found


def corrected(wanted: Iterable[Term], known: Counter[str]) -> list[Term]:
    """The terms, those nobody wrote replaced by the closest words somebody did."""
    edged = f" {'  '.join(known)} "
    return [each if each.is_in(edged) or " " in each.stems else _closest(each, known)
            for each in wanted]  # fmt: skip


def _closest(each: Term, known: Counter[str]) -> Term:
    """The known words least far away; those more people wrote first."""
    typed = each.stems
    if len(typed) < SHORTEST:
        return each
    limit = 1 if len(typed) < _LONG else 2
    pairs = {a + b for a, b in zip(f" {typed}", f"{typed} ", strict=True)}
    # A swap of two letters changes three pairs; more cannot be missing.
    needed = max(1, len(pairs) - 3 * limit)
    found: list[tuple[int, int, str]] = []
    for word, count in known.items():
        edged = f" {word} "
        if len(word) < len(typed) - limit or sum(pair in edged for pair in pairs) < needed - 1:
            continue
        # A long word may begin or end with what was meant.
        is_long = len(word) > len(typed) + limit
        for shown in {word[: len(typed)], word[-len(typed) :]} if is_long else {word}:
            away = distance(typed, shown, limit)
            if away <= limit:
                found.append((away, -count, shown))
    found.sort()
    words = dict.fromkeys(word for away, _, word in found if away == found[0][0])
    pieces = tuple(word for word in list(words)[:MOST])
    return Term(pieces[0], pieces) if pieces else each


def distance(one: str, other: str, limit: int) -> int:
    """Letters to insert, leave out, exchange, or swap with their neighbour; `limit` + 1 if more."""
    if abs(len(one) - len(other)) > limit:
        return limit + 1
    last: list[int] = []
    row = list(range(len(other) + 1))
    for i, a in enumerate(one, start=1):
        before, last, row = last, row, [i]
        for j, b in enumerate(other, start=1):
            best = min(last[j] + 1, row[j - 1] + 1, last[j - 1] + (a != b))
            if i > 1 and j > 1 and a == other[j - 2] and one[i - 2] == b:
                best = min(best, before[j - 2] + 1)
            row.append(best)
        if min(row) > limit:
            return limit + 1
    return min(row[-1], limit + 1)
