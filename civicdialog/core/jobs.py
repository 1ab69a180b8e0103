"""Long work in the background: a table of jobs, and a queue that wakes the worker.

The table is the truth, the queue only a doorbell: a lost ring is made good by the next minute's
round. Heavy jobs run in a process of their own, so that pages stay quick and light.
"""

from collections.abc import Callable
from datetime import datetime
from enum import StrEnum
from typing import Any

from flask import Flask, current_app
from huey import Huey, MemoryHuey, RedisHuey, SqliteHuey, crontab
from sqlalchemy import Index, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from civicdialog.config import Settings
from civicdialog.core import clock
from civicdialog.core.db import Base, after_commit, db, portable_enum
from civicdialog.core.i18n import mark
from civicdialog.core.errors import RuleBroken
from civicdialog.core.permissions import Actor


class JobState(StrEnum):
    WAITING = "waiting"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"


OPEN_STATES = (JobState.WAITING, JobState.RUNNING)


class Job(Base):
    """One piece of background work on one subject; at most one of a kind is open per subject."""

    __tablename__ = "job"
    __table_args__ = (
        Index(
            "uq_job_open",
            "kind",
            "subject",
            unique=True,
            sqlite_where=text("state IN ('waiting', 'running')"),
            postgresql_where=text("state IN ('waiting', 'running')"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(String(40))
    subject: Mapped[str] = mapped_column(String(80), index=True)
    settings: Mapped[dict[str, Any]] = mapped_column(default=dict)
    state: Mapped[JobState] = mapped_column(portable_enum(JobState), default=JobState.WAITING)
    progress: Mapped[float] = mapped_column(default=0.0)
    """Share of the work done, 0 to 1."""
    step: Mapped[str] = mapped_column(String(120), default="")
    """What is being done right now: a marked message."""
    error: Mapped[str] = mapped_column(Text, default="")
    requested_by_id: Mapped[int | None]
    created_at: Mapped[datetime] = mapped_column(default=clock.now)
    started_at: Mapped[datetime | None]
    finished_at: Mapped[datetime | None]

    @property
    def is_open(self) -> bool:
        return self.state in OPEN_STATES


Duty = Callable[[], None]


class Doorbell:
    """Wakes whoever does the work: `ring("deliver-mail")` runs that duty in the worker soon."""

    def __init__(self, app: Flask, huey: Huey) -> None:
        self.huey = huey
        self.duties: dict[str, Duty] = {}

        def perform(name: str) -> None:
            with app.app_context():
                self.duties[name]()

        def make_the_round() -> None:
            for name in list(self.duties):
                perform(name)

        self._perform = huey.task(name="perform")(perform)
        huey.periodic_task(crontab(minute="*"), name="make_the_round")(make_the_round)
        self.make_the_round = make_the_round

    def add(self, name: str, duty: Duty) -> None:
        self.duties[name] = duty

    def ring(self, name: str) -> None:
        self._perform(name)


def init_app(app: Flask, settings: Settings) -> None:
    """Give the application its doorbell: Redis, a SQLite file, or at once (tests)."""
    huey: Huey
    if app.config.get("TESTING"):
        huey = MemoryHuey("civicdialog", immediate=False)
    elif settings.redis_url:
        huey = RedisHuey("civicdialog", url=settings.redis_url)
    else:
        huey = SqliteHuey("civicdialog", filename=str(settings.instance_path / "queue.db"))
    app.extensions["doorbell"] = Doorbell(app, huey)


def doorbell() -> Doorbell:
    bell: Doorbell = current_app.extensions["doorbell"]
    return bell


def request_job(actor: Actor, kind: str, subject: str, **settings: Any) -> Job:
    """Put a job on the table and ring for the worker once that is committed.

    :raise RuleBroken: if one of this kind is open for the subject already
    """
    if open_job(kind, subject) is not None:
        raise RuleBroken(mark("This is already running. Please wait until it has finished."))
    job = Job(kind=kind, subject=subject, settings=settings, requested_by_id=actor.id)
    db.session.add(job)
    db.session.flush()
    bell = doorbell()
    after_commit(lambda: bell.ring(kind))
    return job


def open_job(kind: str, subject: str) -> Job | None:
    """The job of this kind that waits or runs for the subject."""
    return db.session.scalar(
        db.select(Job).where(Job.kind == kind, Job.subject == subject, Job.state.in_(OPEN_STATES))
    )


def latest_job(kind: str, subject: str) -> Job | None:
    """The job of this kind asked for last, whatever became of it."""
    return db.session.scalar(
        db.select(Job).where(Job.kind == kind, Job.subject == subject).order_by(Job.id.desc()).limit(1)
    )
