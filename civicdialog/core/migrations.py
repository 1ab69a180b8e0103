"""Alembic through Flask-Migrate, with the fixes both databases need."""

from pathlib import Path
from typing import Any, Literal

from flask import Flask
from flask_migrate import Migrate

from civicdialog.core.db import UtcDateTime, db

migrate = Migrate()


def _render_item(kind: str, item: object, context: Any) -> str | Literal[False]:
    """Write our column types as stock ones: a migration imports nothing from the program."""
    if kind == "type" and isinstance(item, UtcDateTime):
        return "sa.DateTime(timezone=True)"
    return False


def init_app(app: Flask, directory: Path) -> None:
    migrate.init_app(
        app,
        db,
        directory=str(directory),
        render_as_batch=app.config["SQLALCHEMY_DATABASE_URI"].startswith("sqlite"),
        render_item=_render_item,
        compare_type=True,
        include_name=lambda name, kind, parents: not (kind == "table" and "_fts" in (name or "")),
    )
