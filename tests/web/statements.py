"""Counting what a page asks of the database."""

from contextlib import contextmanager

from sqlalchemy import event

from civicdialog.core.db import db

NOT_COUNTED = ("BEGIN", "COMMIT", "ROLLBACK", "SAVEPOINT", "PRAGMA")


@contextmanager
def counted_statements():
    """Every SQL statement sent while the block runs."""
    sent = []

    def note(connection, cursor, statement, *rest):
        if not statement.upper().startswith(NOT_COUNTED):
            sent.append(statement)

    event.listen(db.engine, "before_cursor_execute", note)
    try:
        yield sent
    finally:
        event.remove(db.engine, "before_cursor_execute", note)
