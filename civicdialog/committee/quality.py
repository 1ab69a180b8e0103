"""How good a run is, in plain words beside the figures."""

from dataclasses import dataclass

from flask_babel import gettext

from civicdialog.committee.reading import two_places, whole_percent
from civicdialog.insights.models import ClusterRun

LARGE_SHARE = 0.15
"""A larger topic usually holds several things."""


@dataclass(frozen=True)
class Measure:
    """A figure of a run: what it is, how it is to be read, and a sentence what that means."""

    name: str
    verdict: str
    meaning: str


def measures(run: ClusterRun) -> list[Measure]:
    """How steady the grouping is, how large its largest topic, and what it was made from."""
    return [
        Measure(gettext("How steady?"), steadiness(run), _what_steady_means(run)),
        Measure(gettext("Largest topic"), largest_topic(run), _what_large_means(run)),
        Measure(gettext("What was compared"), _method(run), ""),
    ]


def steadiness(run: ClusterRun) -> str:
    """A word for the agreement of two groupings of four fifths each, and the figure (ARI)."""
    value = run.stability
    if value is None:
        return str(gettext("not measured"))
    if value >= 0.75:
        word = gettext("steady")
    elif value >= 0.5:
        word = gettext("partly steady")
    elif value >= 0.25:
        word = gettext("not very steady")
    else:
        word = gettext("unsteady")
    return f"{word} ({two_places(value)})"


def _what_steady_means(run: ClusterRun) -> str:
    if run.stability is None:
        return str(gettext("With so few contributions this cannot be measured."))
    return str(
        gettext(
            "Leave out a fifth of the contributions, and so much stays together: 0 would be by "
            "lot, 1 exactly the same."
        )
    )


def largest_topic(run: ClusterRun) -> str:
    """The share of the largest topic."""
    if run.largest_share is None:
        return "–"
    return str(gettext("%(n)s%% of the contributions", n=whole_percent(run.largest_share)))


def _what_large_means(run: ClusterRun) -> str:
    if run.largest_share is None:
        return ""
    if run.largest_share > LARGE_SHARE and any(topic.subtopics for topic in run.clusters[:1]):
        return str(gettext("That is much. Its sub-topics show what it holds."))
    if run.largest_share > LARGE_SHARE:
        return str(gettext("That is much. Such a topic usually holds several things."))
    return str(gettext("No topic swallows the others."))


def _method(run: ClusterRun) -> str:
    if run.method == "words+sentences":
        return str(gettext("words and the meaning of sentences"))
    return str(gettext("words alone"))
