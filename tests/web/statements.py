"""Counting what a page asks of the database."""

import threading
from contextlib import contextmanager

from sqlalchemy import event

from civicdialog.core.db import db

NOT_COUNTED = ("BEGIN", "COMMIT", "ROLLBACK", "SAVEPOINT", "PRAGMA")


@contextmanager
def counted_statements():
    """Every SQL statement the application sends while the block runs.

    The client visits in a thread of its own: what the test itself asks is left out.
    """
    sent, own_thread = [], threading.get_ident()

    def note(connection, cursor, statement, *rest):
        is_ours = threading.get_ident() == own_thread
        if not is_ours and not statement.upper().startswith(NOT_COUNTED):
            sent.append(statement)

    event.listen(db.engine, "before_cursor_execute", note)
    try:
        yield sent
    finally:
        event.remove(db.engine, "before_cursor_execute", note)
