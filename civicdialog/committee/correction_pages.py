"""Finished values for the pages on which people correct topics."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from flask import url_for
from flask_babel import format_decimal, gettext

from civicdialog.committee.reading import topic_name, whole_percent
from civicdialog.insights import corrections_queries as corrections
from civicdialog.insights.models import ClusterRun, Deed, TopicCorrection
from civicdialog.rounds.models import Round
from civicdialog.submissions.models import Submission


def share_in_words(counts: tuple[int, int]) -> str:
    """How much of a topic is as the machine grouped it, and how much people changed."""
    count, changed = counts
    people = whole_percent(changed / (count or 1))
    if 0 < changed < count:
        people = min(99, max(1, people))
    return str(
        gettext(
            "by machine %(machine)s %% · changed by people %(people)s %%",
            machine=100 - people,
            people=people,
        )
    )


def counts_in_words(counts: tuple[int, int]) -> str:
    """The counts behind it."""
    count, changed = counts
    return str(
        gettext(
            "People have placed %(changed)s of %(count)s contributions.",
            changed=format_decimal(changed),
            count=format_decimal(count),
        )
    )


@dataclass(frozen=True)
class TopicBadge:
    """Who made a topic what it is."""

    share: str
    counts: str
    url: str
    """Where it can be changed, or read what was; empty for who may not."""


def badges(round: Round, run: ClusterRun, *, may_decide: bool) -> dict[int, TopicBadge]:
    """The badge of each topic of a run, by its number; one statement."""
    counted = corrections.touched_counts(run)
    return {
        topic.key: TopicBadge(
            share_in_words(counted.get(topic.position, (0, 0))),
            counts_in_words(counted.get(topic.position, (0, 0))),
            url_for("corrections.change", slug=round.slug, number=topic.key) if may_decide else "",
        )
        for topic in run.clusters
    }


def overall(round: Round, counted: Collection[tuple[int, int]]) -> TopicBadge:
    """The badge of all topics together, with the way to what was corrected."""
    counts = sum(each[0] for each in counted), sum(each[1] for each in counted)
    return TopicBadge(
        share_in_words(counts),
        counts_in_words(counts),
        url_for("corrections.log", slug=round.slug),
    )


@dataclass(frozen=True)
class CorrectionRow:
    """One correction, told in a sentence."""

    id: int
    what: str
    title: str
    url: str
    reason: str
    by: str
    role: str
    at: datetime
    undo_url: str
    """Empty where it has been taken back, or is itself a taking back."""
    is_undone: bool


def rows(
    round: Round, run: ClusterRun, found: Sequence[TopicCorrection], active: Collection[int]
) -> list[CorrectionRow]:
    """Corrections as they are listed; needs who made them."""
    names = {topic.key: topic_name(topic) for topic in corrections.all_topics(run.id)}
    known = corrections.titles([each.submission_id for each in found if each.submission_id])
    return [_row(round, each, names, known.get(each.submission_id or 0), active) for each in found]


def _row(
    round: Round,
    each: TopicCorrection,
    names: Mapping[int, str],
    submission: Submission | None,
    active: Collection[int],
) -> CorrectionRow:
    is_public = submission is not None and submission.is_public
    can_be_undone = each.id in active
    return CorrectionRow(
        id=each.id,
        what=_what(each, names),
        title=submission.title if submission and is_public else "",
        url=url_for("web.proposal", public_id=submission.public_id)
        if submission and is_public
        else "",
        reason=each.reason,
        by=each.actor.public_name if each.actor else gettext("Somebody who has left"),
        role=each.actor_role,
        at=each.at,
        undo_url=url_for("corrections.undo", slug=round.slug, correction_id=each.id)
        if can_be_undone
        else "",
        is_undone=each.deed is not Deed.UNDONE and not can_be_undone,
    )


def _what(each: TopicCorrection, names: Mapping[int, str]) -> str:
    other = names.get(each.other_key or 0, "–")
    words = {
        Deed.RENAMED: gettext("Topic %(number)s was named “%(name)s”"),
        Deed.MERGED: gettext("“%(other)s” went into “%(name)s”"),
        Deed.ADDED: gettext("New topic “%(name)s”"),
        Deed.MOVED: gettext("Moved from “%(other)s” to “%(name)s”"),
        Deed.PINNED: gettext("Pinned in “%(name)s”"),
        Deed.OFF_TOPIC: gettext("Marked as off-topic"),
        Deed.UNDONE: gettext("Taken back (topic “%(name)s”)"),
    }
    values = {"number": each.topic_key, "other": other, "name": each.label}
    return str(words[each.deed] % values)


@dataclass(frozen=True)
class PlacedRow:
    """A contribution to choose, and who put it here if people did."""

    id: int
    title: str
    url: str
    reasons: str
    second: str
    placed: str
    is_off_topic: bool


def placed_in_words(each: TopicCorrection) -> str:
    """Who put a contribution where it is, and why."""
    name = each.actor.public_name if each.actor else gettext("Somebody who has left")
    return str(gettext("%(name)s: %(reason)s", name=name, reason=each.reason))
