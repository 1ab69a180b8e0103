"""The database: one session, portable column types, one transaction per deed."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any, cast

from flask import Flask
from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import JSON, DateTime, Engine, Enum, MetaData, Table, event
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import Connection, Dialect
from sqlalchemy.orm import DeclarativeBase, Session, registry
from sqlalchemy.types import TypeDecorator

NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}


class UtcDateTime(TypeDecorator[datetime]):
    """A moment, always aware and always UTC, also on SQLite."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("naive datetime: use core.clock.now()")
        return value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


def portable_enum(cls: type[StrEnum]) -> Enum:
    """Stored as its value in a plain text column: no ALTER TYPE on PostgreSQL."""
    return Enum(
        cls,
        native_enum=False,
        length=40,
        create_constraint=False,
        values_callable=lambda e: [m.value for m in e],
    )


class Base(DeclarativeBase):
    """The mother of all tables."""

    registry = registry(
        metadata=MetaData(naming_convention=NAMING),
        type_annotation_map={datetime: UtcDateTime, dict[str, Any]: JSON, list[Any]: JSON},
    )


# Nothing expires on commit: a page is drawn after the transaction that made it is over.
db = SQLAlchemy(metadata=Base.metadata, session_options={"expire_on_commit": False})

_reading: ContextVar[bool] = ContextVar("reading", default=False)


def only_reading(value: bool) -> None:
    """Decide, before the first query, whether what follows reads only."""
    _reading.set(value)


class WroteWhileReading(RuntimeError):
    """A page that only reads tried to change something."""


@event.listens_for(Session, "before_flush")
def _refuse_writes_of_readers(session: Session, context: Any, instances: Any) -> None:
    if _reading.get() and (session.new or session.dirty or session.deleted):
        raise WroteWhileReading(f"{session.new} {session.dirty} {session.deleted}")


def init_app(app: Flask, *, synchronous: str = "FULL") -> None:
    """Bind the database to `app` and give SQLite the manners PostgreSQL has anyway."""
    # A connection for every thread: one that is opened for a single request costs more than it.
    options: dict[str, Any] = {"pool_size": 16, "max_overflow": 64}
    if app.config["SQLALCHEMY_DATABASE_URI"].startswith("sqlite"):
        options["connect_args"] = {"timeout": 20}
    app.config.setdefault("SQLALCHEMY_ENGINE_OPTIONS", options)
    db.init_app(app)
    with app.app_context():
        if db.engine.dialect.name == "sqlite":
            _make_sqlite_strict(db.engine, synchronous)


def _make_sqlite_strict(engine: Engine, synchronous: str) -> None:
    @event.listens_for(engine, "connect")
    def on_connect(connection: Any, record: Any) -> None:
        # SQLAlchemy sends BEGIN itself (below); the driver must not.
        connection.isolation_level = None
        for pragma in (
            "foreign_keys=ON",
            "journal_mode=WAL",
            f"synchronous={synchronous}",
            "cache_size=-65536",
            "temp_store=MEMORY",
            # What is deleted is overwritten, not only marked as free.
            "secure_delete=ON",
        ):
            connection.execute(f"PRAGMA {pragma}")

    @event.listens_for(engine, "begin")
    def on_begin(connection: Connection) -> None:
        # A writer takes its place in the queue at once; one that upgrades later would fail.
        connection.exec_driver_sql("BEGIN" if _reading.get() else "BEGIN IMMEDIATE")


@contextmanager
def transaction() -> Iterator[None]:
    """Everything inside happens, or none of it. Opened at the edge only: pages, jobs, commands.

    What was only read before is let go first, so that the writer never upgrades a reader.
    """
    db.session.rollback()
    before = _reading.set(False)
    try:
        yield
        db.session.commit()
    except BaseException:
        db.session.rollback()
        _take_callbacks()
        raise
    finally:
        _reading.reset(before)
    for callback in _take_callbacks():
        callback()


def after_commit(callback: Callable[[], None]) -> None:
    """Run `callback` once the transaction under way has been committed; forget it otherwise.

    Equal callbacks run once.
    """
    waiting = db.session.info.setdefault("after_commit", {})
    waiting[callback] = None


def forget_for_good() -> None:
    """Let nothing of what the transaction under way deletes stay in the database's files.

    SQLite overwrites what is deleted (`secure_delete`); its log of changes, which still holds the
    rows as they were, is emptied after the commit. PostgreSQL clears up by itself (autovacuum).
    """
    if db.engine.dialect.name == "sqlite":
        after_commit(_empty_the_log)


def _empty_the_log() -> None:
    connection = db.engine.raw_connection()
    try:
        cursor = connection.cursor()
        # Whoever reads for long keeps a part of the log; then it goes with one of the next changes.
        cursor.execute("PRAGMA busy_timeout=2000")
        cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    finally:
        # Not for the next one who gets this connection.
        connection.invalidate()


def _take_callbacks() -> list[Callable[[], None]]:
    return list(db.session.info.pop("after_commit", {}))


def insert_into(model: type[Base]) -> Any:
    """The dialect's INSERT, with `on_conflict_…`; both databases understand the same words."""
    dialect = postgresql if db.engine.dialect.name == "postgresql" else sqlite
    return dialect.insert(cast("Table", model.__table__))
