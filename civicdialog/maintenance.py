"""Keeping the installation sound: migrations and checks."""

import sqlite3
from collections.abc import Iterator
from pathlib import Path

from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from flask import current_app
from flask_migrate import upgrade
from sqlalchemy import text

from civicdialog.core import clock
from civicdialog.core.db import db, only_reading


def revisions() -> tuple[str | None, str | None]:
    """The revision the database is at, and the newest one there is."""
    configuration = current_app.extensions["migrate"].migrate.get_config()
    newest = ScriptDirectory.from_config(configuration).get_current_head()
    with db.engine.connect() as connection:
        return MigrationContext.configure(connection).get_current_revision(), newest


def migrate_database() -> str:
    """Bring the database to the newest revision; says what was done."""
    now, newest = revisions()
    if now == newest:
        return "The database is up to date."
    kept = _keep_copy() if now is not None else None
    upgrade()
    return f"The database is now at {newest}." + (
        f" The state before is in {kept}." if kept else ""
    )


def _keep_copy() -> Path | None:
    """Copy a SQLite file before it is changed: its migrations cannot be rolled back half-way."""
    if db.engine.dialect.name != "sqlite" or not db.engine.url.database:
        return None
    source = Path(db.engine.url.database)
    target = source.with_name(f"{source.stem}-{clock.now():%Y%m%d%H%M%S}.before-migration.db")
    with sqlite3.connect(source) as connection:
        connection.execute("VACUUM INTO ?", (str(target),))
    return target


def find_problems() -> Iterator[tuple[str, list[str]]]:
    """Each check by name, with a sentence for everything that is wrong."""
    only_reading(True)
    yield "database answers", _database()
    yield "migrations", _migrations()
    yield "foreign keys", _foreign_keys()
    yield "counters", _counters()
    yield "search", _search()
    yield "outbox", _outbox()


def _database() -> list[str]:
    db.session.execute(text("SELECT 1"))
    return []


def _migrations() -> list[str]:
    now, newest = revisions()
    if now == newest:
        return []
    return [f"The database is at {now}, the program at {newest}: run civicdialog migrate."]


def _foreign_keys() -> list[str]:
    if db.engine.dialect.name != "sqlite":
        return []
    rows = db.session.execute(text("PRAGMA foreign_key_check")).all()
    return [f"{row[0]} row {row[1]} points to a missing {row[2]}." for row in rows[:20]]


def _counters() -> list[str]:
    from civicdialog.discussion.counters import wrong_counters as wrong_arguments
    from civicdialog.voting.counters import wrong_counters as wrong_votes

    return [str(wrong) for wrong in wrong_votes()] + wrong_arguments()


def _search() -> list[str]:
    from civicdialog.submissions.search_index import wrong_entries

    return wrong_entries()


def _outbox() -> list[str]:
    from civicdialog.notifications.queries import overdue_letters

    return [
        f"Letter {letter.id} has waited since {letter.created_at:%Y-%m-%d %H:%M}: "
        f"{letter.last_error or 'not tried yet'}"
        for letter in overdue_letters()
    ]
