"""Long work in the background: a table of jobs, and a queue that wakes the worker.

The table is the truth, the queue only a doorbell: a lost ring is made good by the next minute's
round. Heavy jobs run in a process of their own, so that pages stay quick and light.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, cast

from flask import Flask, current_app
from huey import Huey, MemoryHuey, RedisHuey, SqliteHuey, crontab
from sqlalchemy import CursorResult, Index, String, Text, select, text, update
from sqlalchemy.orm import Mapped, mapped_column

from civicdialog.config import Settings
from civicdialog.core import clock
from civicdialog.core.db import Base, after_commit, db, portable_enum
from civicdialog.core.errors import RuleBroken
from civicdialog.core.i18n import mark
from civicdialog.core.permissions import Actor


class JobState(StrEnum):
    WAITING = "waiting"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"


OPEN_STATES = (JobState.WAITING, JobState.RUNNING)
DEAD_AFTER = timedelta(minutes=3)


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
    beat_at: Mapped[datetime | None]
    """Last sign of life of whoever does the work."""
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


@dataclass(frozen=True)
class Ring:
    """A ring that has been asked for."""

    bell: Doorbell
    name: str

    def __call__(self) -> None:
        self.bell.ring(self.name)


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


def ring_later(name: str) -> None:
    """Ring for this duty once the transaction under way is committed; however often, once."""
    after_commit(Ring(doorbell(), name))


def request_job(actor: Actor, kind: str, subject: str, **settings: Any) -> Job:
    """Put a job on the table and ring for the worker once that is committed.

    :raise RuleBroken: if one of this kind is open for the subject already
    """
    if open_job(kind, subject) is not None:
        raise RuleBroken(mark("This is already running. Please wait until it has finished."))
    job = Job(kind=kind, subject=subject, settings=settings, requested_by_id=actor.id)
    db.session.add(job)
    db.session.flush()
    ring_later(kind)
    return job


def open_job(kind: str, subject: str) -> Job | None:
    """The job of this kind that waits or runs for the subject."""
    return db.session.scalar(
        select(Job).where(Job.kind == kind, Job.subject == subject, Job.state.in_(OPEN_STATES))
    )


def latest_job(kind: str, subject: str) -> Job | None:
    """The job of this kind asked for last, whatever became of it."""
    return db.session.scalar(
        select(Job).where(Job.kind == kind, Job.subject == subject).order_by(Job.id.desc()).limit(1)
    )


def claim_job(job_id: int) -> bool:
    """Take a waiting job; False if somebody else has it or it was cancelled."""
    moment = clock.now()
    return _change(
        job_id, JobState.WAITING, state=JobState.RUNNING, started_at=moment, beat_at=moment
    )


def report_progress(job_id: int, share: float, step: str) -> bool:
    """Note how far a running job is; False if it has been cancelled and should stop."""
    return _change(job_id, JobState.RUNNING, progress=share, step=step, beat_at=clock.now())


def finish_job(job_id: int, state: JobState, *, error: str = "") -> bool:
    """Close a running job: done, or failed with a sentence."""
    share = {"progress": 1.0} if state is JobState.DONE else {}
    return _change(
        job_id, JobState.RUNNING, state=state, error=error, finished_at=clock.now(), **share
    )


def cancel_job(job: Job) -> None:
    """Ask whoever does the work to stop; they notice at their next step."""
    job.state = JobState.CANCELLED
    job.finished_at = clock.now()


def waiting_jobs(kind: str) -> list[int]:
    """The jobs of a kind nobody has taken yet, oldest first."""
    wanted = select(Job.id).where(Job.kind == kind, Job.state == JobState.WAITING)
    return list(db.session.scalars(wanted.order_by(Job.id)))


def dead_jobs(kind: str) -> list[int]:
    """Running jobs without a sign of life."""
    wanted = select(Job.id).where(
        Job.kind == kind, Job.state == JobState.RUNNING, Job.beat_at < clock.now() - DEAD_AFTER
    )
    return list(db.session.scalars(wanted))


def _change(job_id: int, only_if: JobState, **values: Any) -> bool:
    """Change a job if it is still in that state; one statement, so that two never both succeed."""
    statement = update(Job).where(Job.id == job_id, Job.state == only_if).values(**values)
    result = db.session.execute(statement.execution_options(synchronize_session=False))
    return bool(cast("CursorResult[Any]", result).rowcount)
