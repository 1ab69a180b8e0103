"""The most important of an opinion run in three sentences, for a reader with little time."""

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from flask_babel import gettext, ngettext

from civicdialog.committee.opinions import number
from civicdialog.committee.reading import whole_percent
from civicdialog.insights.opinion_result import Told, TopicOpinion

WIDE = 0.3
"""From here on a gap between groups is called deep, as for single contributions."""
Link = Callable[[int], tuple[str, str]]
"""The name and the address of a topic, by its key."""


@dataclass(frozen=True)
class Finding:
    """A sentence, and the topic it is about."""

    heading: str
    label: str
    url: str
    sentence: str


def findings(told: Told, keys: Mapping[str, int], link: Link) -> list[Finding]:
    """What unites most, what divides most, and where voices are missing.

    `keys` has the topics of contributions by public id, `link` the name and address of a topic.
    """
    found = []
    bridges = [line for line in told.topics if line.bridging is not None]
    if bridges:
        best = max(bridges, key=lambda line: line.bridging or 0.0)
        found.append(Finding(gettext("Unites most"), *link(best.key), _uniting(best, told)))
    gaps = [line for line in told.topics if line.gap is not None]
    if gaps:
        widest = max(gaps, key=lambda line: line.gap or 0.0)
        found.append(Finding(gettext("Divides most"), *link(widest.key), _dividing(widest, told)))
    found.append(_missing(told, keys, link))
    return found


def _uniting(line: TopicOpinion, told: Told) -> str:
    shares = [cell.share for cell in line.groups if cell] or (
        [line.everybody.share] if line.everybody else []
    )
    least = whole_percent(min(shares, default=0.0))
    if not told.groups:
        return str(gettext("%(n)s%% agree.", n=least))
    if least > 50:
        return str(gettext("Even in the group that agrees least it is %(n)s%%.", n=least))
    return str(
        gettext(
            "No topic has more than half behind it in every group; here it comes nearest, with "
            "%(n)s%% in the group that agrees least.",
            n=least,
        )
    )


def _dividing(line: TopicOpinion, told: Told) -> str:
    known = [(c.share, g.letter) for c, g in zip(line.groups, told.groups, strict=True) if c]
    most, least = max(known), min(known)
    apart = gettext(
        "Group %(first)s agrees with %(high)s%%, group %(second)s with %(low)s%%.",
        first=most[1],
        high=whole_percent(most[0]),
        second=least[1],
        low=whole_percent(least[0]),
    )
    if most[0] - least[0] >= WIDE:
        return str(apart)
    return f"{apart} " + str(gettext("No topic divides the groups deeply."))


def _missing(told: Told, keys: Mapping[str, int], link: Link) -> Finding:
    """Which topic has most contributions without enough voices."""
    heading = gettext("Needs voices")
    few = [each for each in told.statements.values() if each.shelf == "few"]
    if not few:
        enough = gettext("Every contribution has been answered by at least ten people.")
        return Finding(heading, "", "", enough)
    sentence = ngettext(
        "%(n)s of %(all)s contributions has been answered by fewer than ten people.",
        "%(n)s of %(all)s contributions have been answered by fewer than ten people.",
        len(few),
        n=number(len(few)),
        all=number(len(told.statements)),
    )
    counted = Counter(keys[each.id] for each in few if each.id in keys)
    if not counted:
        return Finding(heading, "", "", sentence)
    key, count = max(counted.items(), key=lambda pair: (pair[1], -pair[0]))
    here = ngettext("%(n)s of them is here.", "%(n)s of them are here.", count, n=number(count))
    return Finding(heading, *link(key), f"{sentence} {here}")
