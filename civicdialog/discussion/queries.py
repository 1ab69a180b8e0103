"""Reading arguments, each as seen by a viewer."""

from sqlalchemy import ColumnElement, Select, or_, select, true
from sqlalchemy.orm import joinedload

from civicdialog.core.permissions import Actor, Permission, may
from civicdialog.discussion.models import Argument


def visible_to(viewer: Actor) -> ColumnElement[bool]:
    """Public ones, one's own, and all of them for the moderation."""
    if may(viewer, Permission.MODERATION_READ):
        return true()
    public = Argument.is_public.is_(True)
    return public if viewer.id is None else or_(public, Argument.author_id == viewer.id)


def about(viewer: Actor, submission_id: int) -> Select[Argument]:
    """What the viewer may read about a submission, oldest first, with the authors."""
    return _under(submission_id).where(visible_to(viewer))


def under(submission_id: int) -> Select[Argument]:
    """What everybody may read about a submission; the viewer was checked at the submission."""
    return _under(submission_id).where(Argument.is_public)


def _under(submission_id: int) -> Select[Argument]:
    return (
        select(Argument)
        .options(joinedload(Argument.author))
        .where(Argument.submission_id == submission_id)
        .order_by(Argument.id)
    )
