"""Whether this process lives, and whether it can serve people."""

import shutil
from functools import lru_cache

from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from flask import current_app
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from civicdialog.core.db import db

LEAST_FREE_SHARE = 0.05


def readiness() -> dict[str, bool]:
    """What must hold before people are sent here; names and truth values only, no details."""
    return {
        "database": _database_answers(),
        "migrations": _migrations_are_current(),
        "disk": _disk_has_room(),
    }


def _database_answers() -> bool:
    try:
        db.session.execute(text("SELECT 1"))
    except (SQLAlchemyError, OSError):
        db.session.rollback()
        return False
    return True


def _migrations_are_current() -> bool:
    try:
        found = MigrationContext.configure(db.session.connection()).get_current_heads()
    except (SQLAlchemyError, OSError):
        db.session.rollback()
        return False
    return set(found) == _heads(str(current_app.extensions["migrate"].directory))


@lru_cache(maxsize=4)
def _heads(directory: str) -> frozenset[str]:
    """The newest revisions this release knows."""
    return frozenset(ScriptDirectory(directory).get_heads())


def _disk_has_room() -> bool:
    usage = shutil.disk_usage(current_app.instance_path)
    return usage.free > usage.total * LEAST_FREE_SHARE
