"""Counters of a round. They change in the transaction that gives the reason, by one statement."""

from sqlalchemy import update

from civicdialog.core.db import db
from civicdialog.rounds.models import Round


def next_number(round_id: int) -> int:
    """The next dense number for a published submission; two moderators never get the same one."""
    return next_numbers(round_id, 1)[0]


def next_numbers(round_id: int, count: int) -> range:
    """The next dense numbers for several published submissions."""
    statement = (
        update(Round)
        .where(Round.id == round_id)
        .values(last_number=Round.last_number + count)
        .returning(Round.last_number)
        .execution_options(synchronize_session=False)
    )
    last = int(db.session.execute(statement).scalar_one())
    return range(last - count + 1, last + 1)


def add_submissions(round_id: int, count: int) -> None:
    """Count published submissions, or uncount them."""
    _add(round_id, submission_count=Round.submission_count + count)


def add_votes(round_id: int, count: int) -> None:
    """Count votes; a changed vote is no new one."""
    _add(round_id, vote_count=Round.vote_count + count)


def _add(round_id: int, **values: object) -> None:
    statement = update(Round).where(Round.id == round_id).values(**values)
    db.session.execute(statement.execution_options(synchronize_session=False))
