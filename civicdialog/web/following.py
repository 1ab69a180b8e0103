"""Telling people of what they follow: steps of the thread at once, new proposals once a day."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from flask import Flask, url_for
from sqlalchemy import func, select
from sqlalchemy.orm import joinedload

from civicdialog.accounts.models import Person
from civicdialog.core import clock
from civicdialog.core.db import db, transaction
from civicdialog.core.permissions import Actor
from civicdialog.insights.models import Cluster, ClusterMember, ClusterRun, RunStatus
from civicdialog.notifications.digest import last_morning
from civicdialog.notifications.follows import (
    TOPIC,
    followed_by,
    followers,
    kind_of_thing,
    topic_id,
    topic_of,
)
from civicdialog.notifications.models import Follow, Rhythm
from civicdialog.notifications.outbox import tell
from civicdialog.notifications.words import STEP_WORDS
from civicdialog.rounds.models import Round
from civicdialog.submissions.models import Status, Submission
from civicdialog.trace.links import listen
from civicdialog.trace.models import Relation, TraceLink
from civicdialog.web.thread import step_words
from civicdialog.web.words import gettext

TELL_NEWS = "tell-news"
ROUND, SUBMISSION = kind_of_thing(Round), kind_of_thing(Submission)
TOLD_OTHERWISE = frozenset({
    Relation.HANDED_IN, Relation.PUBLISHED, Relation.REJECTED, Relation.WITHDRAWN,
    Relation.CHANGED, Relation.CHANGE_REJECTED, Relation.ANSWERED, Relation.REDACTED,
    Relation.CHANGE_ASKED, Relation.HIDDEN, Relation.RESTORED, Relation.MOVED,
    Relation.APPEALED, Relation.APPEAL_DECIDED, Relation.CAME_FROM, Relation.SPLIT_INTO,
    Relation.MERGED_INTO, Relation.COPIED_TO,
})  # fmt: skip
"""Steps of which the author of a contribution is told where they are made."""
OF_NO_INTEREST = frozenset({
    Relation.HANDED_IN, Relation.GROUPED_UNDER, Relation.CHANGE_REJECTED, Relation.REJECTED,
    Relation.CHANGE_ASKED, Relation.MOVED, Relation.APPEALED, Relation.APPEAL_DECIDED,
    Relation.CAME_FROM, Relation.SPLIT_INTO, Relation.MERGED_INTO, Relation.COPIED_TO,
})  # fmt: skip
"""Steps of which nobody else is told, or by whoever takes them."""
FOLLOWS_AT_ONCE = 500


def init_app(app: Flask) -> None:
    """Hear of every new step of the thread; look for news once a day."""
    app.extensions[STEP_WORDS] = step_words
    listen(_tell_of_step)
    app.extensions["doorbell"].add(TELL_NEWS, tell_news)


def _tell_of_step(link: TraceLink) -> None:
    """Tell the author, and who follows the contribution; not who took the step."""
    if link.from_kind != SUBMISSION or link.relation is Relation.GROUPED_UNDER:
        return
    submission = db.session.get(Submission, link.from_id)
    if submission is None:
        return
    told = {link.actor_id}
    facts = {
        "title": submission.title,
        "relation": link.relation.value,
        "reason": link.reason or "",
    }
    url = f"/submissions/{submission.public_id}/thread"
    author = submission.author_id
    if author is not None and author not in told:
        if link.relation not in TOLD_OTHERWISE:
            tell(db.session.get_one(Person, author), "own-step", url=url, **facts)
        told.add(author)
    if link.relation in OF_NO_INTEREST:
        return
    for person in followers(SUBMISSION, submission.id):
        if person.id not in told:
            tell(person, "followed-step", url=url, **facts)


def tell_news() -> None:
    """Tell everybody once a morning what is new in the rounds and topics they follow."""
    due = last_morning(clock.now(), Rhythm.DAILY)
    while True:
        with transaction():
            some = db.session.scalars(
                select(Follow)
                .where(Follow.object_kind.in_((ROUND, TOPIC)), Follow.told_until < due)
                .order_by(Follow.id)
                .limit(FOLLOWS_AT_ONCE)
                .with_for_update()
            ).all()
            for each in some:
                _tell_news_of(each, due)
                each.told_until = due
            if len(some) < FOLLOWS_AT_ONCE:
                return


def _tell_news_of(each: Follow, due: datetime) -> None:
    since = each.told_until or each.created_at
    round_id, key = (
        (each.object_id, None) if each.object_kind == ROUND else topic_of(each.object_id)
    )
    round = db.session.scalar(
        select(Round)
        .where(Round.id == round_id, Round.is_public)
        .options(joinedload(Round.phases))
        .execution_options(populate_existing=True)
    )
    if round is None:
        return
    person = db.session.get_one(Person, each.person_id)
    new = (
        select(func.count())
        .select_from(Submission)
        .where(
            Submission.round_id == round_id,
            Submission.status == Status.PUBLISHED,
            Submission.published_at >= since,
            Submission.published_at < due,
            Submission.author_id.is_distinct_from(person.id),
        )
    )
    if key is None:
        for phase in round.phases:
            if since <= phase.starts_at < due:
                tell(
                    person,
                    "phase-began",
                    url=f"/rounds/{round.slug}",
                    title=round.title,
                    phase=phase.kind.value,
                )
        kind, title, url = "new-in-round", round.title, f"/rounds/{round.slug}/proposals"
    else:
        topic = next((each for each in current_topics(round_id) if each.key == key), None)
        if topic is None:
            return
        new = new.join(ClusterMember, ClusterMember.submission_id == Submission.id).where(
            ClusterMember.cluster_id == topic.id
        )
        kind, title = "new-in-topic", topic.label
        url = f"/rounds/{round.slug}/proposals?topic={topic.position}"
    count = int(db.session.scalar(new) or 0)
    if count:
        joined = "&" if "?" in url else "?"
        tell(person, kind, url=f"{url}{joined}order=newest", title=title, count=count)


def current_topics(round_id: int) -> Sequence[Cluster]:
    """The topics people see."""
    return db.session.scalars(
        select(Cluster)
        .join(ClusterRun, ClusterRun.id == Cluster.run_id)
        .where(ClusterRun.round_id == round_id, ClusterRun.status == RunStatus.CURRENT)
    ).all()


@dataclass(frozen=True)
class Followed:
    """Something one follows, and how to stop."""

    what: str
    title: str
    url: str
    stop_url: str


def what_i_follow(actor: Actor) -> list[Followed]:
    """Everything somebody follows that still exists, the newest first."""
    found = followed_by(actor)
    ids = {
        kind: [each.object_id for each in found if each.object_kind == kind]
        for kind in (ROUND, SUBMISSION)
    }
    topics = [topic_of(each.object_id) for each in found if each.object_kind == TOPIC]
    rounds = _rounds([*ids[ROUND], *(round_id for round_id, _ in topics)])
    proposals = _proposals(ids[SUBMISSION])
    clusters = {
        topic_id(round_id, cluster.key): cluster
        for round_id in {round_id for round_id, _ in topics}
        for cluster in current_topics(round_id)
    }
    rows = []
    for each in found:
        if each.object_kind == ROUND and each.object_id in rounds:
            rows.append(_round(rounds[each.object_id]))
        elif each.object_kind == SUBMISSION and each.object_id in proposals:
            rows.append(_proposal(proposals[each.object_id]))
        elif each.object_kind == TOPIC and each.object_id in clusters:
            round = rounds[topic_of(each.object_id)[0]]
            rows.append(_topic(round, clusters[each.object_id]))
    return rows


def _rounds(ids: Collection[int]) -> Mapping[int, Round]:
    wanted = select(Round).where(Round.id.in_(ids), Round.is_public)
    return {each.id: each for each in db.session.scalars(wanted)}


def _proposals(ids: Collection[int]) -> Mapping[int, Submission]:
    wanted = select(Submission).where(Submission.id.in_(ids), Submission.status == Status.PUBLISHED)
    return {each.id: each for each in db.session.scalars(wanted)}


def _round(round: Round) -> Followed:
    return Followed(
        gettext("Round"),
        round.title,
        url_for("web.round_page", slug=round.slug),
        url_for("following.of_round", slug=round.slug),
    )


def _proposal(submission: Submission) -> Followed:
    here = submission.public_id
    return Followed(
        gettext("Proposal"),
        submission.title,
        url_for("web.proposal", public_id=here),
        url_for("following.of_proposal", public_id=here),
    )


def _topic(round: Round, topic: Cluster) -> Followed:
    return Followed(
        gettext("Topic"),
        topic.label,
        url_for("web.proposals", slug=round.slug, topic=topic.position),
        url_for("following.of_topic", slug=round.slug, position=topic.position),
    )
