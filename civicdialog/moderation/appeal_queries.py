"""Reading objections; the callers have checked that the viewer moderates."""

from sqlalchemy import Select, func, select
from sqlalchemy.orm import joinedload

from civicdialog.core.db import db
from civicdialog.core.errors import NotFound
from civicdialog.moderation.models import Appeal, AppealState, ModerationDecision


def _whole() -> Select[Appeal]:
    return select(Appeal).options(
        joinedload(Appeal.decision).joinedload(ModerationDecision.submission),
        joinedload(Appeal.decision).joinedload(ModerationDecision.moderator),
    )


def waiting() -> Select[Appeal]:
    """What nobody has decided on, the one due first on top."""
    return _whole().where(Appeal.state == AppealState.OPEN).order_by(Appeal.due_at, Appeal.id)


def waiting_count() -> int:
    wanted = select(func.count(Appeal.id)).where(Appeal.state == AppealState.OPEN)
    return int(db.session.scalar(wanted) or 0)


def decided(before_id: int | None = None) -> Select[Appeal]:
    """What was decided, the newest first."""
    wanted = _whole().where(Appeal.state != AppealState.OPEN).order_by(Appeal.id.desc())
    return wanted if before_id is None else wanted.where(Appeal.id < before_id)


def by_public_id(public_id: str, *, for_decision: bool = False) -> Appeal:
    """One objection; held until the decision is written, if one follows.

    :raise NotFound: if there is none
    """
    wanted = _whole().where(Appeal.public_id == public_id)
    if for_decision:
        wanted = wanted.with_for_update(of=Appeal).execution_options(populate_existing=True)
    found = db.session.scalar(wanted)
    if found is None:
        raise NotFound(public_id)
    return found
