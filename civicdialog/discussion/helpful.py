"""Who finds an argument helpful: not whether they agree, but that it helps to judge.

Nobody learns who it was, and minutes are not kept of it.
"""

from sqlalchemy import delete, update

from civicdialog.core.db import db, insert_into
from civicdialog.core.permissions import Actor, Permission, require
from civicdialog.discussion.models import Argument, HelpfulMark


def mark_helpful(actor: Actor, argument: Argument, *, is_helpful: bool) -> None:
    """Give the one mark somebody has for an argument, or take it away. Twice is as once."""
    require(actor, Permission.ARGUMENT_HELPFUL, argument)
    assert actor.id is not None
    if is_helpful:
        done = db.session.execute(
            insert_into(HelpfulMark)
            .values(argument_id=argument.id, person_id=actor.id)
            .on_conflict_do_nothing()
            .returning(HelpfulMark.argument_id)
        ).first()
        _count(argument, 1 if done else 0)
    else:
        done = db.session.execute(
            delete(HelpfulMark)
            .where(HelpfulMark.argument_id == argument.id, HelpfulMark.person_id == actor.id)
            .returning(HelpfulMark.argument_id)
        ).first()
        _count(argument, -1 if done else 0)


def _count(argument: Argument, change: int) -> None:
    table = Argument.__table__
    statement = update(table).where(table.c.id == argument.id)  # type: ignore[arg-type]
    db.session.execute(statement.values(helpful_count=table.c.helpful_count + change))
