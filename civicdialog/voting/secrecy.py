"""What makes ballots anonymous beyond the rows themselves: the order in which they lie in files."""

from sqlalchemy import text

from civicdialog.core.db import after_commit, db


def forget_order_of_arrival() -> None:
    """Let nothing in the database tell who took part earlier than whom.

    The keys of participations are random; rows are laid down in their order. Votes lie in the order
    of their keys in SQLite anyway.
    """
    if db.engine.dialect.name == "postgresql":
        db.session.execute(text("CLUSTER participation USING pk_participation"))
        db.session.execute(text("CLUSTER vote USING pk_vote"))
        after_commit(_leave_out_dead_rows)
    else:
        # Numbers of rows count up as people arrive.
        db.session.execute(text("UPDATE participation SET rowid = id"))


def _leave_out_dead_rows() -> None:
    """Write PostgreSQL's file anew without the rows as they were with their people.

    They die only with the commit; the transaction that replaced them still had to copy them.
    """
    with db.engine.begin() as connection:
        connection.execute(text("CLUSTER participation USING pk_participation"))
