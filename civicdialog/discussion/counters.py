"""Counters of arguments, checked against the arguments."""

from sqlalchemy import func, select

from civicdialog.core.db import db
from civicdialog.discussion.models import Argument
from civicdialog.submissions.models import Submission


def wrong_counters() -> list[str]:
    """A sentence for every submission whose counter of arguments differs from what counting says."""
    counted = (
        select(Argument.submission_id, func.count().label("arguments"))
        .where(Argument.is_public)
        .group_by(Argument.submission_id)
        .subquery("counted")
    )
    right = func.coalesce(counted.c.arguments, 0)
    statement = (
        select(Submission.id, Submission.argument_count, right)
        .outerjoin(counted, counted.c.submission_id == Submission.id)
        .where(Submission.argument_count != right)
    )
    return [
        f"Submission {number}: argument_count is {kept}, counted {count}."
        for number, kept, count in db.session.execute(statement)
    ]
