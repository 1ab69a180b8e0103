"""Atom feeds (RFC 4287): rounds, published proposals, and what became of them.

They hold what everybody reads on the pages, whoever asks, in the language of the city.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlsplit

from flask import url_for
from sqlalchemy import Select, select
from sqlalchemy.orm import joinedload

from civicdialog.core import clock
from civicdialog.core.city import city
from civicdialog.core.db import db
from civicdialog.core.errors import NotFound
from civicdialog.insights.models import Cluster, ClusterMember
from civicdialog.rounds.models import Round
from civicdialog.rounds.queries import public_rounds
from civicdialog.submissions.models import Status, Submission
from civicdialog.trace.models import Relation, TraceLink
from civicdialog.web.following import current_topics
from civicdialog.web.presenting import author_name
from civicdialog.web.share import public_address
from civicdialog.web.thread import step_words
from civicdialog.web.words import gettext

MOST_ENTRIES = 50
LONGEST_SUMMARY = 500
BEGAN = "2026"
"""When the ids of entries were first given out, as RFC 4151 asks."""
DECISIONS = tuple(
    relation
    for relation in Relation
    if relation
    not in {
        Relation.HANDED_IN,
        Relation.PUBLISHED,
        Relation.REDACTED,
        Relation.CHANGE_ASKED,
        Relation.REJECTED,
        Relation.HIDDEN,
        Relation.RESTORED,
        Relation.MOVED,
        Relation.CAME_FROM,
        Relation.APPEALED,
        Relation.APPEAL_DECIDED,
        Relation.WITHDRAWN,
        Relation.CHANGED,
        Relation.CHANGE_REJECTED,
        Relation.GROUPED_UNDER,
    }
)
"""What others did with a proposal, not what its author did or what happened before it was public."""


@dataclass(frozen=True)
class Entry:
    """One thing that is new."""

    id: str
    title: str
    updated: str
    page: str
    summary: str
    author: str = ""


@dataclass(frozen=True)
class Feed:
    """What is new, the newest first."""

    id: str
    title: str
    updated: str
    address: str
    page: str
    author: str
    language: str
    entries: Sequence[Entry]


def rounds_feed() -> Feed:
    """The rounds of the city, with the phase each is in."""
    now = clock.now()
    rounds = db.session.scalars(public_rounds().limit(MOST_ENTRIES)).unique().all()
    entries = []
    for round in rounds:
        begun = [phase.starts_at for phase in round.phases if phase.starts_at <= now]
        page = _address("web.round_page", slug=round.slug)
        entries.append(
            Entry(
                _id(f"round/{round.slug}"),
                round.title,
                _moment(max(begun, default=round.created_at)),
                page,
                round.question,
            )
        )
    entries.sort(key=lambda entry: entry.updated, reverse=True)
    return _feed("rounds", gettext("Rounds"), entries, _address("web.rounds"), "feeds.rounds")


def proposals_feed(round: Round) -> Feed:
    """The proposals published last."""
    wanted = _published(round)
    title = gettext("New proposals: %(round)s", round=round.title)
    page = _address("web.proposals", slug=round.slug)
    name = f"round/{round.slug}/proposals"
    return _feed(name, title, _proposals(wanted), page, "feeds.proposals", slug=round.slug)


def topic_feed(round: Round, key: int) -> Feed:
    """The proposals on a topic published last. A topic keeps its number in every grouping.

    :raise NotFound: if there is no such topic now
    """
    topic: Cluster | None = next(
        (each for each in current_topics(round.id) if each.key == key), None
    )
    if topic is None:
        raise NotFound(str(key))
    wanted = _published(round).join(ClusterMember, ClusterMember.submission_id == Submission.id)
    entries = _proposals(wanted.where(ClusterMember.cluster_id == topic.id))
    title = gettext("New proposals: %(round)s", round=f"{round.title}, {topic.label}")
    page = _address("web.proposals", slug=round.slug, topic=topic.position)
    name = f"round/{round.slug}/topic/{key}"
    return _feed(name, title, entries, page, "feeds.topic", slug=round.slug, key=key)


def decisions_feed(round: Round) -> Feed:
    """What became of published proposals: answers, recommendations, decisions, with reasons."""
    rows = db.session.execute(
        select(TraceLink, Submission)
        .join(Submission, Submission.id == TraceLink.from_id)
        .where(
            TraceLink.from_kind == Submission.__tablename__,
            TraceLink.relation.in_(DECISIONS),
            TraceLink.superseded_by_id.is_(None),
            Submission.round_id == round.id,
            Submission.status == Status.PUBLISHED,
        )
        .order_by(TraceLink.at.desc(), TraceLink.id.desc())
        .limit(MOST_ENTRIES)
    )
    entries = [
        Entry(
            _id(f"step/{submission.public_id}/{link.id}"),
            f"{step_words(link.relation.value)}: {submission.title}",
            _moment(link.at),
            _address("web.thread", public_id=submission.public_id),
            _short(link.reason or ""),
        )
        for link, submission in rows
    ]
    title = gettext("What became of proposals: %(round)s", round=round.title)
    page = _address("web.round_page", slug=round.slug)
    name = f"round/{round.slug}/decisions"
    return _feed(name, title, entries, page, "feeds.decisions", slug=round.slug)


def _published(round: Round) -> Select[Submission]:
    return (
        select(Submission)
        .options(joinedload(Submission.author))
        .where(Submission.round_id == round.id, Submission.status == Status.PUBLISHED)
        .order_by(Submission.published_at.desc(), Submission.id.desc())
        .limit(MOST_ENTRIES)
    )


def _proposals(wanted: Select[Submission]) -> list[Entry]:
    return [
        Entry(
            _id(f"submission/{each.public_id}"),
            each.title,
            _moment(max(each.published_at or each.created_at, each.edited_at or each.created_at)),
            _address("web.proposal", public_id=each.public_id),
            _short(each.problem),
            author_name(each),
        )
        for each in db.session.scalars(wanted)
    ]


def _feed(
    name: str,
    title: str,
    entries: Sequence[Entry],
    page: str,
    endpoint: str,
    **values: str | int,
) -> Feed:
    profile = city()
    language = profile.languages[0]
    return Feed(
        _id(name),
        f"{title} – {profile.site_name[language]}",
        max((entry.updated for entry in entries), default=f"{BEGAN}-01-01T00:00:00Z"),
        _address(endpoint, **values),
        page,
        profile.operator,
        language,
        entries,
    )


def _id(name: str) -> str:
    """An id that lasts, wherever the pages move (RFC 4151)."""
    return f"tag:{urlsplit(public_address('/')).hostname},{BEGAN}:{name}"


def _address(endpoint: str, **values: str | int) -> str:
    return public_address(url_for(endpoint, **values))  # type: ignore[arg-type]


def _moment(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")


def _short(text: str) -> str:
    text = " ".join(text.split())
    return text if len(text) <= LONGEST_SUMMARY else text[: LONGEST_SUMMARY - 1].rstrip() + "…"
