"""Reports in the background, each made by a process of its own."""

from functools import partial

import structlog
from flask import Flask

from civicdialog.committee.report_actions import WRITE_REPORT, Wanted
from civicdialog.committee.report_making import make_report
from civicdialog.core.db import db, transaction
from civicdialog.core.errors import CivicDialogError, RuleBroken
from civicdialog.core.i18n import mark
from civicdialog.core.jobs import Job, JobState, doorbell, finish_job, report_progress
from civicdialog.core.permissions import Actor, Role
from civicdialog.insights.tasks import Cancelled, perform_waiting
from civicdialog.rounds.models import Round

log = structlog.get_logger("reports")

NO_ROOM = mark(
    "The report could not be saved. Earlier reports are safe. Please ask the administration "
    "whether there is room on the disk, and start again."
)
GONE = mark("Something the report needs is no longer there. Please start it again.")


def perform_report(job_id: int) -> None:
    """Make the report of one claimed job; runs in the child process."""
    job = db.session.get_one(Job, job_id)
    round = db.session.get_one(Round, int(job.subject.partition(":")[2]))
    settings = dict(job.settings)
    wanted = Wanted(**{**settings, "formats": tuple(settings["formats"])})
    # The program does it, for whoever has asked.
    actor = Actor(job.requested_by_id, frozenset({Role.SYSTEM}))

    def tell(share: float, step: str) -> None:
        with transaction():
            goes_on = report_progress(job_id, share, step)
        if not goes_on:
            raise Cancelled

    state, error = JobState.DONE, ""
    try:
        make_report(actor, round, wanted, progress=tell)
    except Cancelled:
        return
    except RuleBroken as broken:
        state, error = JobState.FAILED, broken.message
    except CivicDialogError as missing:
        log.warning("report failed", job=job_id, why=str(missing))
        state, error = JobState.FAILED, GONE
    except OSError:
        log.exception("report failed", job=job_id)
        state, error = JobState.FAILED, NO_ROOM
    with transaction():
        finish_job(job_id, state, error=error)


def register(app: Flask) -> None:
    """Give the doorbell the duty to make reports."""
    with app.app_context():
        doorbell().add(WRITE_REPORT, partial(perform_waiting, WRITE_REPORT))
