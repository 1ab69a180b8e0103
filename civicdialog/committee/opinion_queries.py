"""What the committee's pages of opinions ask of the database; all of it is public already."""

from collections.abc import Iterable

from sqlalchemy import select

from civicdialog.core.db import db
from civicdialog.core.errors import NotFound
from civicdialog.insights import queries as insights
from civicdialog.insights.models import Cluster, ClusterMember, OpinionRun
from civicdialog.rounds.models import Round
from civicdialog.submissions.models import Status, Submission


def opinion_run(round: Round, run_id: int | None) -> OpinionRun | None:
    """The named run of a round, or the newest one.

    :raise NotFound: if the named one is not of this round
    """
    if run_id is None:
        return insights.newest_opinions(round.id)
    found = db.session.scalar(insights.opinion_runs(round.id).where(OpinionRun.id == run_id))
    if found is None:
        raise NotFound(run_id)
    return found


def topics_by_contribution(cluster_run_id: int | None) -> dict[str, int]:
    """The key of the topic of each published contribution, by public id."""
    if cluster_run_id is None:
        return {}
    rows = db.session.execute(
        select(Submission.public_id, Cluster.key)
        .join(ClusterMember, ClusterMember.submission_id == Submission.id)
        .join(Cluster, Cluster.id == ClusterMember.cluster_id)
        .where(Cluster.run_id == cluster_run_id, Submission.status == Status.PUBLISHED)
    )
    return dict(rows.all())


def published_titles(round: Round, ids: Iterable[str] | None = None) -> dict[str, str]:
    """Titles by public id, of these contributions or of all; what is hidden is missing."""
    wanted = select(Submission.public_id, Submission.title).where(
        Submission.round_id == round.id, Submission.status == Status.PUBLISHED
    )
    if ids is not None:
        wanted = wanted.where(Submission.public_id.in_(list(ids)))
    return dict(db.session.execute(wanted).all())
