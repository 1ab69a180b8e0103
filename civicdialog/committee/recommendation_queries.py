"""Reading recommendations: published ones are for all, the others for the committee alone."""

from collections.abc import Sequence

from sqlalchemy import ColumnElement, Select, func, select, true
from sqlalchemy.orm import joinedload

from civicdialog.accounts.models import PersonRole
from civicdialog.committee.deliberation_models import (
    Recommendation,
    RecommendationComment,
    RecommendationInterest,
    RecommendationVersion,
    RecommendationVote,
    Stage,
)
from civicdialog.core.db import db
from civicdialog.core.errors import NotFound
from civicdialog.core.permissions import Actor, Permission, Role, may
from civicdialog.insights.models import Cluster, ClusterMember, ClusterRun, RunStatus
from civicdialog.submissions.models import Status, Submission
from civicdialog.submissions.queries import visible_to as visible_submissions

PAGE_SIZE = 50


def visible_to(viewer: Actor) -> ColumnElement[bool]:
    if may(viewer, Permission.RECOMMENDATION_WRITE):
        return true()
    return Recommendation.stage == Stage.PUBLISHED


def in_round(viewer: Actor, round_id: int, after: int | None = None) -> Select[Recommendation]:
    """The recommendations of a round, the newest first; one more than a page shows."""
    wanted = select(Recommendation).where(visible_to(viewer), Recommendation.round_id == round_id)
    if after is not None:
        wanted = wanted.where(Recommendation.id < after)
    return wanted.order_by(Recommendation.id.desc()).limit(PAGE_SIZE + 1)


def by_public_id(viewer: Actor, public_id: str, *, for_change: bool = False) -> Recommendation:
    """One recommendation with its round.

    :raise NotFound: if there is none the viewer may see
    """
    wanted = (
        select(Recommendation)
        .options(joinedload(Recommendation.round))
        .where(visible_to(viewer), Recommendation.public_id == public_id)
    )
    if for_change:
        wanted = wanted.with_for_update(of=Recommendation).execution_options(populate_existing=True)
    found = db.session.scalar(wanted)
    if found is None:
        raise NotFound(public_id)
    return found


def by_form_token(form_token: str) -> Recommendation | None:
    return db.session.scalar(select(Recommendation).where(Recommendation.form_token == form_token))


def versions(recommendation_id: int) -> Sequence[RecommendationVersion]:
    """All states of the text with who wrote them, the newest first."""
    wanted = (
        select(RecommendationVersion)
        .options(joinedload(RecommendationVersion.editor))
        .where(RecommendationVersion.recommendation_id == recommendation_id)
        .order_by(RecommendationVersion.number.desc())
    )
    return db.session.scalars(wanted).all()


def newest(recommendation: Recommendation) -> RecommendationVersion:
    """The text that counts."""
    return db.session.scalars(
        select(RecommendationVersion).where(
            RecommendationVersion.recommendation_id == recommendation.id,
            RecommendationVersion.number == recommendation.version_count,
        )
    ).one()


def comments(recommendation_id: int) -> Sequence[RecommendationComment]:
    """What members said, the first one first."""
    wanted = (
        select(RecommendationComment)
        .options(joinedload(RecommendationComment.author))
        .where(RecommendationComment.recommendation_id == recommendation_id)
        .order_by(RecommendationComment.id)
    )
    return db.session.scalars(wanted).all()


def votes(recommendation_id: int) -> Sequence[RecommendationVote]:
    """How each member voted, in the order they first did."""
    wanted = (
        select(RecommendationVote)
        .options(joinedload(RecommendationVote.member))
        .where(RecommendationVote.recommendation_id == recommendation_id)
        .order_by(RecommendationVote.id)
    )
    return db.session.scalars(wanted).all()


def interests(recommendation_id: int) -> Sequence[RecommendationInterest]:
    """Which members said that something ties them to the matter, the first one first."""
    wanted = (
        select(RecommendationInterest)
        .options(joinedload(RecommendationInterest.member))
        .where(RecommendationInterest.recommendation_id == recommendation_id)
        .order_by(RecommendationInterest.id)
    )
    return db.session.scalars(wanted).all()


def topics_of(round_id: int) -> dict[int, Cluster]:
    """The topics that hold in a round, by their key; what fits nowhere is none."""
    wanted = (
        select(Cluster)
        .join(ClusterRun, ClusterRun.id == Cluster.run_id)
        .where(
            ClusterRun.round_id == round_id,
            ClusterRun.status == RunStatus.CURRENT,
            Cluster.leftover.is_(False),
        )
        .order_by(Cluster.position)
    )
    return {each.key: each for each in db.session.scalars(wanted)}


def public_in_topics(viewer: Actor, topics: Sequence[Cluster]) -> list[tuple[Submission, str]]:
    """The public contributions of topics, each with the topic's name."""
    names = {each.id: each.label for each in topics}
    wanted = (
        select(Submission, ClusterMember.cluster_id)
        .join(ClusterMember, ClusterMember.submission_id == Submission.id)
        .where(
            visible_submissions(viewer),
            Submission.status == Status.PUBLISHED,
            ClusterMember.cluster_id.in_(names),
        )
        .order_by(Submission.id)
    )
    return [(each, names[number]) for each, number in db.session.execute(wanted)]


def member_count() -> int:
    """How many people sit on the committee now."""
    wanted = select(func.count()).where(PersonRole.role == Role.COMMITTEE)
    return db.session.scalar(wanted) or 0


def cited(viewer: Actor, ids: Sequence[int]) -> Sequence[Submission]:
    """The cited contributions that the viewer may read, by number."""
    wanted = select(Submission).where(visible_submissions(viewer), Submission.id.in_(ids))
    return db.session.scalars(wanted.order_by(Submission.number)).all()


def numbered(viewer: Actor, round_id: int, numbers: Sequence[int]) -> dict[int, Submission]:
    """Public contributions of a round, by number."""
    wanted = select(Submission).where(
        visible_submissions(viewer),
        Submission.round_id == round_id,
        Submission.number.in_(numbers),
    )
    return {each.number: each for each in db.session.scalars(wanted) if each.number is not None}
