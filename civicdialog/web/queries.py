"""What only the pages for everybody ask for: the list of rounds, topics in one statement."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Row, and_, bindparam, func, or_, select

from civicdialog.core.db import UtcDateTime, db
from civicdialog.easytext.models import TextVariant
from civicdialog.insights.models import Cluster, ClusterMember, ClusterRun, RunStatus
from civicdialog.rounds.models import Phase, Round
from civicdialog.rounds.queries import public_rounds
from civicdialog.submissions.models import Status, Submission
from civicdialog.web.languages import chosen_variant
from civicdialog.web.wording import topic_kind

ROUNDS_ON_A_PAGE = 12
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND = timedelta(microseconds=1)


def _last_end() -> ColumnElement[Any]:
    """When the last phase of a round ends; a round without phases counts from its creation."""
    last = select(func.max(Phase.ends_at)).where(Phase.round_id == Round.id).scalar_subquery()
    return func.coalesce(last, Round.created_at, type_=UtcDateTime)


@dataclass(frozen=True)
class RoundPage:
    """Some rounds, those that end last first, and the key of the page after."""

    rounds: list[Round]
    next_key: str


def latest_rounds(after: str = "", size: int = ROUNDS_ON_A_PAGE) -> RoundPage:
    """Rounds that run or come first, then those that have ended; a wrong key begins at the top."""
    end = _last_end()
    listed = public_rounds().order_by(None).add_columns(end)
    key = _read_key(after)
    if key is not None:
        listed = listed.where(or_(end < key[0], and_(end == key[0], Round.id < key[1])))
    rows = db.session.execute(listed.order_by(end.desc(), Round.id.desc()).limit(size + 1)).all()
    shown = rows[:size]
    return RoundPage([row[0] for row in shown], _key(shown[-1]) if len(rows) > size else "")


def _key(row: Any) -> str:
    round, end = row
    return f"{(end - EPOCH) // MICROSECOND}-{round.id}"


def _read_key(after: str) -> tuple[datetime, int] | None:
    moment, _, number = after.partition("-")
    if not (moment.isdecimal() and number.isdecimal()) or max(len(moment), len(number)) > 17:
        return None
    return EPOCH + int(moment) * MICROSECOND, int(number)


# ---- topics of the current run ------------------------------------------------------------------


@dataclass(frozen=True)
class Topics:
    """The topics of the current run: position, label and size of each, with what came later."""

    run_id: int
    ran_at: datetime
    listed: list[tuple[int, str, int]]


# Asked by every list and therefore composed once, with places for the values.
_CURRENT_RUN = (
    select(ClusterRun.id)
    .where(ClusterRun.round_id == bindparam("round_id"), ClusterRun.status == RunStatus.CURRENT)
    .scalar_subquery()
)
# The name of a topic in the reader's language, where somebody has written one.
_IN_LANGUAGE = and_(
    TextVariant.object_kind == bindparam("kind"),
    TextVariant.object_id == Cluster.key,
    TextVariant.field == "label",
    TextVariant.language == bindparam("language"),
)
_NAME = func.coalesce(TextVariant.text, Cluster.label)
_TOPICS = (
    select(
        Cluster.run_id,
        ClusterRun.ran_at,
        Cluster.position,
        _NAME,
        Cluster.size + Cluster.later_count,
    )
    .join(ClusterRun, ClusterRun.id == Cluster.run_id)
    .outerjoin(TextVariant, _IN_LANGUAGE)
    .where(Cluster.run_id == _CURRENT_RUN, Cluster.retired.is_(False))
    .order_by(Cluster.position)
)
_TOPICS_OF_SUBMISSIONS = (
    select(ClusterMember.submission_id, Cluster.position, _NAME)
    .join(Cluster, Cluster.id == ClusterMember.cluster_id)
    .outerjoin(TextVariant, _IN_LANGUAGE)
    .where(
        Cluster.run_id == _CURRENT_RUN,
        ClusterMember.submission_id.in_(bindparam("submission_ids", expanding=True)),
    )
)


def topics_of(round_id: int) -> Topics | None:
    """The topics a round is grouped into, the largest first; None before the first run."""
    rows = db.session.execute(_TOPICS, _values(round_id)).all()
    if not rows:
        return None
    return Topics(rows[0][0], rows[0][1], [(row[2], row[3], row[4]) for row in rows])


def _values(round_id: int) -> dict[str, Any]:
    return {"round_id": round_id, "kind": topic_kind(round_id), "language": chosen_variant()}


def topic_labels(round_id: int, submission_ids: Sequence[int]) -> dict[int, tuple[int, str]]:
    """Position and label of the topic of each of these submissions in the current run."""
    if not submission_ids:
        return {}
    values = _values(round_id) | {"submission_ids": submission_ids}
    rows = db.session.execute(_TOPICS_OF_SUBMISSIONS, values)
    return {number: (position, label) for number, position, label in rows}


def gone_unrestricted(public_id: str) -> Row[int, Status] | None:
    """A contribution that was public once and is so no more: its id and state, nothing else."""
    return db.session.execute(
        select(Submission.id, Submission.status)
        .join(Submission.round)
        .where(
            Submission.public_id == public_id,
            Submission.status.in_((Status.WITHDRAWN, Status.HIDDEN)),
            Submission.published_at.is_not(None),
            Round.is_public,
        )
    ).one_or_none()
