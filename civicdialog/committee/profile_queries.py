"""Reading profiles; the viewer was checked at the contribution."""

from collections.abc import Sequence
from datetime import date

from sqlalchemy import Select, func, select
from sqlalchemy.orm import joinedload

from civicdialog.committee.models import Application, ProfileVersion
from civicdialog.core.db import db
from civicdialog.core.errors import NotFound
from civicdialog.core.permissions import Actor, Permission, may


def application_of(submission_id: int, *, for_change: bool = False) -> Application | None:
    """Where the examination of a contribution stands, if it has begun."""
    wanted = select(Application).where(Application.submission_id == submission_id)
    return db.session.scalar(wanted.with_for_update() if for_change else wanted)


def _visible_to(viewer: Actor, submission_id: int) -> Select[ProfileVersion]:
    """What was released; for those who examine applications everything, the newest first."""
    wanted = (
        select(ProfileVersion)
        .join(Application, Application.id == ProfileVersion.application_id)
        .where(Application.submission_id == submission_id)
        .order_by(ProfileVersion.number.desc())
    )
    if may(viewer, Permission.APPLICATIONS_READ):
        return wanted
    return wanted.where(ProfileVersion.released_at.is_not(None))


def newest(viewer: Actor, submission_id: int) -> ProfileVersion | None:
    """The profile as this viewer may read it."""
    return db.session.scalar(_visible_to(viewer, submission_id).limit(1))


def released(submission_id: int) -> ProfileVersion | None:
    """The profile as everybody reads it."""
    wanted = (
        select(ProfileVersion)
        .join(Application, Application.id == ProfileVersion.application_id)
        .where(
            Application.submission_id == submission_id,
            ProfileVersion.number == Application.released_number,
        )
    )
    return db.session.scalar(wanted)


def versions(viewer: Actor, submission_id: int) -> Sequence[ProfileVersion]:
    """Every version this viewer may read, the newest first, with who wrote it."""
    wanted = _visible_to(viewer, submission_id).options(joinedload(ProfileVersion.editor))
    return db.session.scalars(wanted).all()


def first_released_on(application_id: int) -> date:
    """The day from which on everybody could read a profile that was released."""
    wanted = select(func.min(ProfileVersion.released_at, type_=ProfileVersion.released_at.type))
    first = db.session.scalar(wanted.where(ProfileVersion.application_id == application_id))
    if first is None:
        raise NotFound(application_id)
    return first.date()
