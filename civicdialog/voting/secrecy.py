"""What makes ballots anonymous beyond the rows themselves: the order in which they lie in files."""

from sqlalchemy import text

from civicdialog.core.db import db


def forget_order_of_arrival() -> None:
    """Let nothing in the database tell who took part earlier than whom.

    The keys of participations are random; rows are laid down in their order. Votes lie in the order
    of their keys in SQLite anyway.
    """
    if db.engine.dialect.name == "postgresql":
        db.session.execute(text("CLUSTER participation USING pk_participation"))
        db.session.execute(text("CLUSTER vote USING pk_vote"))
    else:
        # Numbers of rows count up as people arrive.
        db.session.execute(text("UPDATE participation SET rowid = id"))
