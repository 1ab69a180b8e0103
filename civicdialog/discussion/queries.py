"""Reading arguments."""

from sqlalchemy import Select, select
from sqlalchemy.orm import joinedload

from civicdialog.discussion.models import Argument


def under(submission_id: int) -> Select[Argument]:
    """The public arguments of a submission, oldest first; the viewer was checked at the submission."""
    return (
        select(Argument)
        .options(joinedload(Argument.author))
        .where(Argument.submission_id == submission_id, Argument.is_public)
        .order_by(Argument.id)
    )
