"""What waits for a member of the committee in a round, and what is new since their last visit.

Both are lists: what shall be counted as well gets one entry more.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from flask import url_for
from flask_babel import format_decimal, gettext, ngettext
from sqlalchemy import ScalarSelect, Select, func, or_, select
from sqlalchemy.orm import aliased

from civicdialog.committee.deliberation_models import (
    Recommendation,
    RecommendationInterest,
    RecommendationVersion,
    RecommendationVote,
    Stage,
)
from civicdialog.committee.models import REVIEWERS, Application, Screening
from civicdialog.committee.rating_models import RatingItem, RatingSheet
from civicdialog.committee.reading_models import ReadingVisit, TopicSummary
from civicdialog.committee.recommendation_queries import visible_to
from civicdialog.committee.report_models import Report
from civicdialog.committee.screening_questions import current_questionnaire
from civicdialog.core.db import UtcDateTime, db
from civicdialog.core.permissions import Actor, Permission, may
from civicdialog.insights.models import ClusterRun, RunStatus, TopicCorrection, TopicDoubt
from civicdialog.rounds.models import Round
from civicdialog.submissions.models import Status, Submission

Words = Callable[[int, str], str]
"""How a count is told; the number comes written, too."""
Address = Callable[[str], str]
"""Where it stands, in the round of this slug."""
BEGINNING = datetime(1970, 1, 1, tzinfo=UTC)


# ---- open tasks ---------------------------------------------------------------------------------


@dataclass(frozen=True)
class Task:
    """A kind of thing that waits for somebody."""

    needs: Permission
    words: Words
    url: Address
    count: Callable[[Actor, int], Select[int]]
    """How many wait for this person in the round of this id."""


def _proposed(actor: Actor, round_id: int) -> Select[int]:
    return select(func.count(ClusterRun.id)).where(
        ClusterRun.round_id == round_id, ClusterRun.status == RunStatus.PROPOSED
    )


def _doubts(actor: Actor, round_id: int) -> Select[int]:
    return select(func.count(TopicDoubt.id)).where(
        TopicDoubt.round_id == round_id, TopicDoubt.answered_at.is_(None)
    )


def _votes(actor: Actor, round_id: int) -> Select[int]:
    vote, tie = RecommendationVote, RecommendationInterest
    voted = select(vote.id).where(
        vote.recommendation_id == Recommendation.id, vote.member_id == actor.id
    )
    tied = select(tie.id).where(
        tie.recommendation_id == Recommendation.id, tie.member_id == actor.id
    )
    return select(func.count(Recommendation.id)).where(
        Recommendation.round_id == round_id,
        Recommendation.stage == Stage.VOTE,
        ~voted.exists(),
        ~tied.exists(),
    )


def _screenings(actor: Actor, round_id: int) -> Select[int]:
    """Those one has begun, and those that lack a second reviewer."""
    version, mine = current_questionnaire().version, aliased(Screening)
    own = select(mine.id).where(
        mine.application_id == Application.id,
        mine.reviewer_id == actor.id,
        mine.questionnaire == version,
    )
    return (
        select(func.count(Application.id))
        .join(Submission, Submission.id == Application.submission_id)
        .where(
            Submission.round_id == round_id,
            Submission.status == Status.PUBLISHED,
            Submission.author_id.is_distinct_from(actor.id),
            Application.questionnaire == version,
            or_(
                own.where(mine.finished_at.is_(None)).exists(),
                (Application.begun_count < REVIEWERS) & ~own.exists(),
            ),
        )
    )


def _ratings(actor: Actor, round_id: int) -> Select[int]:
    said = select(RatingSheet.id).where(
        RatingSheet.item_id == RatingItem.id, RatingSheet.member_id == actor.id
    )
    return (
        select(func.count(RatingItem.id))
        .join(Submission, Submission.id == RatingItem.submission_id)
        .where(
            RatingItem.round_id == round_id,
            RatingItem.opened_at.is_(None),
            Submission.status == Status.PUBLISHED,
            Submission.author_id.is_distinct_from(actor.id),
            ~said.exists(),
        )
    )


TASKS = (
    Task(
        Permission.TOPICS_READ,
        lambda n, number: gettext("A new version of the topics is ready"),
        lambda slug: url_for("committee.new_version", slug=slug),
        _proposed,
    ),
    Task(
        Permission.TOPICS_DECIDE,
        lambda n, number: ngettext(
            "%(number)s doubt of an author to answer",
            "%(number)s doubts of authors to answer",
            n,
            number=number,
        ),
        lambda slug: url_for("corrections.doubts", slug=slug),
        _doubts,
    ),
    Task(
        Permission.RECOMMENDATION_VOTE,
        lambda n, number: ngettext(
            "%(number)s recommendation to vote on",
            "%(number)s recommendations to vote on",
            n,
            number=number,
        ),
        lambda slug: url_for("recommendations.listed", slug=slug),
        _votes,
    ),
    Task(
        Permission.SCREENING_ANSWER,
        lambda n, number: ngettext(
            "%(number)s application to screen",
            "%(number)s applications to screen",
            n,
            number=number,
        ),
        lambda slug: url_for("screening.listed", slug=slug),
        _screenings,
    ),
    Task(
        Permission.RATING_CRITERIA_EDIT,
        lambda n, number: ngettext(
            "%(number)s contribution to rate",
            "%(number)s contributions to rate",
            n,
            number=number,
        ),
        lambda slug: url_for("ratings.listed", slug=slug, state="mine"),
        _ratings,
    ),
)


# ---- news ---------------------------------------------------------------------------------------


@dataclass(frozen=True)
class News:
    """A kind of thing that may have come since somebody's last visit."""

    words: Words
    url: Address
    count: Callable[[Actor, int, Any], Select[int]]
    """How many came into the round of this id since that moment."""


def _contributions(actor: Actor, round_id: int, since: Any) -> Select[int]:
    return select(func.count(Submission.id)).where(
        Submission.round_id == round_id,
        Submission.status == Status.PUBLISHED,
        Submission.published_at > since,
    )


def _runs(actor: Actor, round_id: int, since: Any) -> Select[int]:
    return select(func.count(ClusterRun.id)).where(
        ClusterRun.round_id == round_id,
        ClusterRun.status == RunStatus.CURRENT,
        func.coalesce(ClusterRun.decided_at, ClusterRun.ran_at) > since,
    )


def _corrections(actor: Actor, round_id: int, since: Any) -> Select[int]:
    return select(func.count(TopicCorrection.id)).where(
        TopicCorrection.round_id == round_id, TopicCorrection.at > since
    )


def _summaries(actor: Actor, round_id: int, since: Any) -> Select[int]:
    return select(func.count(TopicSummary.topic_key.distinct())).where(
        TopicSummary.round_id == round_id,
        or_(TopicSummary.created_at > since, TopicSummary.signed_at > since),
    )


def _recommendations(actor: Actor, round_id: int, since: Any) -> Select[int]:
    newer = select(RecommendationVersion.id).where(
        RecommendationVersion.recommendation_id == Recommendation.id,
        RecommendationVersion.created_at > since,
    )
    return select(func.count(Recommendation.id)).where(
        Recommendation.round_id == round_id,
        visible_to(actor),
        or_(Recommendation.decided_at > since, Recommendation.replied_at > since, newer.exists()),
    )


def _reports(actor: Actor, round_id: int, since: Any) -> Select[int]:
    return select(func.count(Report.id)).where(
        Report.round_id == round_id, Report.created_at > since
    )


NEWS = (
    News(
        lambda n, number: ngettext(
            "%(number)s contribution", "%(number)s contributions", n, number=number
        ),
        lambda slug: url_for("web.proposals", slug=slug, order="newest"),
        _contributions,
    ),
    News(
        lambda n, number: gettext("The topics are new"),
        lambda slug: url_for("committee.runs", slug=slug),
        _runs,
    ),
    News(
        lambda n, number: ngettext(
            "%(number)s correction of topics", "%(number)s corrections of topics", n, number=number
        ),
        lambda slug: url_for("corrections.log", slug=slug),
        _corrections,
    ),
    News(
        lambda n, number: ngettext(
            "%(number)s summary worked on", "%(number)s summaries worked on", n, number=number
        ),
        lambda slug: url_for("committee.sheet", slug=slug),
        _summaries,
    ),
    News(
        lambda n, number: ngettext(
            "%(number)s recommendation worked on",
            "%(number)s recommendations worked on",
            n,
            number=number,
        ),
        lambda slug: url_for("recommendations.listed", slug=slug),
        _recommendations,
    ),
    News(
        lambda n, number: ngettext("%(number)s report", "%(number)s reports", n, number=number),
        lambda slug: url_for("reports.listed", slug=slug),
        _reports,
    ),
)


# ---- both in one statement ----------------------------------------------------------------------


@dataclass(frozen=True)
class Line:
    """One thing to do or to read."""

    words: str
    url: str


@dataclass(frozen=True)
class Glance:
    """What a member sees first."""

    tasks: list[Line]
    news: list[Line]
    read_until: datetime | None
    """None: this person has never said that they have read what is new."""
    newest_run_at: datetime | None


def glance(actor: Actor, round: Round) -> Glance:
    """Tasks and news of one person in a round; one statement, however many kinds there are."""
    visit = (
        select(ReadingVisit.read_until)
        .where(ReadingVisit.person_id == actor.id, ReadingVisit.round_id == round.id)
        .scalar_subquery()
    )
    since = func.coalesce(visit, BEGINNING, type_=UtcDateTime())
    newest = select(func.max(ClusterRun.ran_at)).where(ClusterRun.round_id == round.id)
    mine = [task for task in TASKS if may(actor, task.needs)]
    asked: Sequence[ScalarSelect[Any]] = [
        newest.scalar_subquery(),
        *(task.count(actor, round.id).scalar_subquery() for task in mine),
        *(news.count(actor, round.id, since).scalar_subquery() for news in NEWS),
    ]
    row = db.session.execute(select(visit, *asked)).one()
    read_until, newest_run_at, *counts = row
    return Glance(
        tasks=_lines(round, mine, counts[: len(mine)]),
        news=_lines(round, NEWS, counts[len(mine) :]),
        read_until=read_until,
        newest_run_at=newest_run_at,
    )


def _lines(round: Round, kinds: Sequence[Task | News], counts: Sequence[int]) -> list[Line]:
    return [
        Line(str(kind.words(count, str(format_decimal(count)))), kind.url(round.slug))
        for kind, count in zip(kinds, counts, strict=True)
        if count
    ]
