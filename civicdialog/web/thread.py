"""The thread of a contribution: every hop with its reason, dead ends too."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass

from flask import url_for
from sqlalchemy import select

from civicdialog.committee.deliberation_models import Recommendation
from civicdialog.committee.models import Application
from civicdialog.core.db import db
from civicdialog.core.i18n import mark
from civicdialog.core.permissions import Actor
from civicdialog.core.view_models import ThreadStep
from civicdialog.discussion.models import Argument
from civicdialog.insights.models import Cluster, ClusterRun
from civicdialog.rounds.models import Round
from civicdialog.submissions import queries as submissions
from civicdialog.submissions.models import Status, Submission
from civicdialog.trace import queries as trace
from civicdialog.trace.models import Relation, TraceLink
from civicdialog.web.presenting import Topic
from civicdialog.web.templating import label
from civicdialog.web.words import gettext


@dataclass(frozen=True)
class Target:
    """What a hop leads to: its name, and where it can be read."""

    name: str
    url: str = ""
    url_label: str = ""


@dataclass(frozen=True)
class Hop:
    """How a relation is told: what happened, and who does such things."""

    words: str
    """May name the target: %(target)s."""
    by: str = ""
    is_dead_end: bool = False
    reason: str = ""
    """Said where the link itself gives none."""


HOPS: Mapping[Relation, Hop] = {
    Relation.HANDED_IN: Hop(mark("Handed in")),
    Relation.PUBLISHED: Hop(mark("Published"), mark("The moderation team")),
    Relation.REJECTED: Hop(mark("Not published"), mark("The moderation team"), is_dead_end=True),
    Relation.REDACTED: Hop(
        mark("Passages with personal data were taken out"), mark("The moderation team")
    ),
    Relation.CHANGE_ASKED: Hop(
        mark("The author was asked to change something"), mark("The moderation team")
    ),
    Relation.HIDDEN: Hop(mark("Hidden"), mark("The moderation team"), is_dead_end=True),
    Relation.RESTORED: Hop(mark("Back on the page"), mark("The moderation team")),
    Relation.MOVED: Hop(mark("Moved into another round"), mark("The moderation team")),
    Relation.SPLIT_INTO: Hop(
        mark("Split; a part of it is “%(target)s”"), mark("The moderation team")
    ),
    Relation.MERGED_INTO: Hop(
        mark("Merged with others into “%(target)s”"), mark("The moderation team")
    ),
    Relation.COPIED_TO: Hop(
        mark("Copied into another round: “%(target)s”"), mark("The moderation team")
    ),
    Relation.CAME_FROM: Hop(mark("Came from “%(target)s”"), mark("The moderation team")),
    Relation.APPEALED: Hop(mark("The author objects to the decision")),
    Relation.APPEAL_DECIDED: Hop(
        mark("Somebody else has decided on the objection"), mark("The moderation team")
    ),
    Relation.WITHDRAWN: Hop(mark("Taken back by its author"), is_dead_end=True),
    Relation.CHANGED: Hop(mark("Changed by its author; the earlier text stays readable")),
    Relation.CHANGE_REJECTED: Hop(
        mark("A change was not published; the text stays as it was"), mark("The moderation team")
    ),
    Relation.ANSWERED: Hop(mark("Answered"), mark("The administration")),
    Relation.GROUPED_UNDER: Hop(
        mark("Sorted into the topic “%(target)s”"),
        mark("A program"),
        reason=mark("Grouped by a program, from the words of all proposals."),
    ),
    Relation.PLACED_UNDER: Hop(
        mark("Put into the topic “%(target)s” by people"), mark("The advisory committee")
    ),
    Relation.PLACE_KEPT: Hop(
        mark("The topic was looked at again; it stays"), mark("The advisory committee")
    ),
    Relation.OFF_TOPIC: Hop(
        mark("Marked: does not belong to the question of the round"),
        mark("The advisory committee"),
    ),
    Relation.PLACE_UNDONE: Hop(
        mark("A correction of its place was taken back"), mark("The advisory committee")
    ),
    Relation.DESCRIBED_IN: Hop(
        mark("The city has described the application in a profile"), mark("The administration")
    ),
    Relation.RECOMMENDED: Hop(
        mark("Cited in the recommendation “%(target)s”"), mark("The advisory committee")
    ),
    Relation.RECOMMENDED_WITH_TOPIC: Hop(
        mark("Its topic is cited in the recommendation “%(target)s”"),
        mark("The advisory committee"),
    ),
}


FOR_ITS_AUTHOR = frozenset({Relation.REJECTED, Relation.CHANGE_ASKED, Relation.MOVED})
"""Explained to the author alone, also when it is published in the end."""


def _topics(ids: Collection[int]) -> dict[int, Target]:
    rows = db.session.execute(
        select(Cluster.id, Cluster.label, Cluster.position, Round.slug)
        .join(ClusterRun, ClusterRun.id == Cluster.run_id)
        .join(Round, Round.id == ClusterRun.round_id)
        .where(Cluster.id.in_(ids))
    )
    words = gettext("All proposals on this topic")
    return {
        number: Target(name, url_for("web.proposals", slug=slug, topic=position), words)
        for number, name, position, slug in rows
    }


def _profiles(ids: Collection[int]) -> dict[int, Target]:
    rows = db.session.execute(
        select(Application.id, Submission.public_id)
        .join(Submission, Submission.id == Application.submission_id)
        .where(Application.id.in_(ids))
    )
    words = gettext("Read the profile")
    return {
        number: Target(words, url_for("profiles.show", public_id=public_id), words)
        for number, public_id in rows
    }


def _arguments(ids: Collection[int]) -> dict[int, Target]:
    rows = db.session.execute(
        select(Argument.id, Argument.public_id).where(Argument.id.in_(ids), Argument.is_public)
    )
    words = gettext("Read the answer")
    return {number: Target("", url_for("said.one", public_id=name), words) for number, name in rows}


def _recommendations(ids: Collection[int]) -> dict[int, Target]:
    rows = db.session.execute(
        select(Recommendation.id, Recommendation.title, Recommendation.public_id).where(
            Recommendation.id.in_(ids)
        )
    )
    words = gettext("Read the recommendation")
    return {
        number: Target(title, url_for("recommendations.show", public_id=public_id), words)
        for number, title, public_id in rows
    }


def _submissions(ids: Collection[int]) -> dict[int, Target]:
    rows = db.session.execute(
        select(Submission.id, Submission.title, Submission.public_id).where(
            Submission.id.in_(ids),
            Submission.status.in_((Status.PUBLISHED, Status.REPLACED)),
        )
    )
    words = gettext("Read the contribution")
    return {
        number: Target(title, url_for("web.proposal", public_id=name), words)
        for number, title, name in rows
    }


# Rooms whose things a thread can lead to; a kind that is missing here is told without a link.
TARGETS: Mapping[str, Callable[[Collection[int]], dict[int, Target]]] = {
    Submission.__tablename__: _submissions,
    Cluster.__tablename__: _topics,
    Argument.__tablename__: _arguments,
    Application.__tablename__: _profiles,
    Recommendation.__tablename__: _recommendations,
}


NAMED = frozenset({Submission.__tablename__, Recommendation.__tablename__})
"""What the margin of a page names as well: few contributions have such steps."""


@dataclass(frozen=True)
class ThreadPage:
    """The whole way of one contribution."""

    submission: Submission
    steps: list[ThreadStep]
    earlier: list[ThreadStep]
    """Hops that were replaced by later ones."""


def thread_page(actor: Actor, public_id: str) -> ThreadPage:
    """The thread of a contribution the viewer may see.

    :raise NotFound: otherwise
    """
    submission = submissions.by_public_id(actor, public_id)
    links = trace.way_from(Submission.__tablename__, submission.id)
    targets = _targets(links)
    holds = [link for link in links if link.superseded_by_id is None]
    replaced = [link for link in links if link.superseded_by_id is not None]
    return ThreadPage(
        submission,
        [*_so_far(submission, holds, targets), *_open_end(submission, holds)],
        _told(replaced, targets, submission.is_public),
    )


def short_thread(
    submission: Submission, links: Sequence[TraceLink], topic: Topic | None, topic_url: str
) -> list[ThreadStep]:
    """The same for the margin of a page, from the hops and the topic that are known there."""
    holds = [
        link
        for link in links
        if link.superseded_by_id is None and link.relation is not Relation.GROUPED_UNDER
    ]
    named = [link for link in holds if link.to_kind in NAMED and link.to_id != submission.id]
    steps = _so_far(submission, holds, _targets(named))
    if topic is not None:
        target = Target(topic[1], topic_url, gettext("All proposals on this topic"))
        steps.append(_step(HOPS[Relation.GROUPED_UNDER], target))
    return [*steps, *_open_end(submission, holds)]


def step_words(relation: str) -> str:
    """What a step is called, without what it leads to."""
    return gettext(HOPS[Relation(relation)].words) % {"target": ""}


def _targets(links: Sequence[TraceLink]) -> dict[tuple[str, int], Target]:
    found: dict[tuple[str, int], Target] = {}
    for kind, find in TARGETS.items():
        ids = {link.to_id for link in links if link.to_kind == kind}
        if ids:
            found |= {(kind, number): target for number, target in find(ids).items()}
    return found


def _told(
    links: Sequence[TraceLink], targets: Mapping[tuple[str, int], Target], is_public: bool
) -> list[ThreadStep]:
    return [
        _step(
            HOPS[link.relation],
            targets.get((link.to_kind, link.to_id)),
            link,
            reason="" if is_public and link.relation in FOR_ITS_AUTHOR else link.reason,
        )
        for link in links
    ]


def _step(
    hop: Hop, target: Target | None, link: TraceLink | None = None, reason: str = ""
) -> ThreadStep:
    words = gettext(hop.words)
    name = target.name if target else ""
    return ThreadStep(
        words % {"target": name} if "%(target)s" in words else words,
        "dead_end" if hop.is_dead_end else "done",
        at=link.at if link else None,
        reason=reason or (gettext(hop.reason) if hop.reason else ""),
        url=target.url if target else "",
        url_label=target.url_label if target else "",
        actor=gettext(hop.by) if hop.by else "",
    )


def _so_far(
    submission: Submission,
    links: Sequence[TraceLink],
    targets: Mapping[tuple[str, int], Target],
) -> list[ThreadStep]:
    steps = [*_beginning(submission, links), *_told(links, targets, submission.is_public)]
    return sorted(steps, key=lambda step: step.at or submission.created_at)


def _beginning(submission: Submission, links: Sequence[TraceLink]) -> list[ThreadStep]:
    """What no link tells: contributions that came in from a file have none."""
    told = {link.relation for link in links}
    steps = []
    if Relation.HANDED_IN not in told:
        steps.append(ThreadStep(gettext("Handed in"), "done", at=submission.created_at))
    if Relation.PUBLISHED not in told and submission.published_at is not None:
        steps.append(ThreadStep(gettext("Published"), "done", at=submission.published_at))
    return steps


def _open_end(submission: Submission, links: Sequence[TraceLink]) -> list[ThreadStep]:
    if submission.status is Status.PENDING:
        waiting = gettext("Somebody from the moderation team reads your text before it appears.")
        return [ThreadStep(gettext("Being checked"), "current", reason=waiting)]
    if submission.status is Status.HIDDEN:
        return [ThreadStep(gettext("Hidden by the moderation"), "dead_end")]
    if submission.status is Status.REPLACED:
        return []
    if submission.status is not Status.PUBLISHED:
        has_end = any(HOPS[link.relation].is_dead_end for link in links)
        return [] if has_end else [ThreadStep(label(submission.status), "dead_end")]
    later = gettext(
        "The advisory committee reads the proposals, then the council answers. "
        "You will see here what becomes of this one."
    )
    return [ThreadStep(gettext("Still open"), "open", reason=later)]
