"""Work on runs in the background, each job in a process of its own.

The numerical libraries live in that process alone: pages stay quick, and the web process light.
"""

import os
import subprocess
import sys
import time
from contextlib import suppress
from datetime import timedelta
from functools import partial

import structlog
from flask import Flask, current_app
from sqlalchemy.exc import IntegrityError

from civicdialog.analysis.rejections import enough, learn
from civicdialog.config import ROOT, Settings
from civicdialog.core import clock
from civicdialog.core.audit import Event, follow, name_of
from civicdialog.core.db import db, transaction
from civicdialog.core.errors import RuleBroken
from civicdialog.core.i18n import mark
from civicdialog.core.jobs import (
    Job,
    JobState,
    claim_job,
    dead_jobs,
    doorbell,
    finish_job,
    latest_job,
    report_progress,
    request_job,
    ring_later,
    waiting_jobs,
)
from civicdialog.core.permissions import Actor
from civicdialog.insights import queries
from civicdialog.insights.actions import RUN_TOPICS, TAKE_IN, request_opinions
from civicdialog.insights.building import Progress, build_topics
from civicdialog.insights.building_opinions import build_opinions
from civicdialog.insights.opinion_refresh import RUN_OPINIONS, is_due
from civicdialog.insights.taking_in import take_in
from civicdialog.moderation import rejection_hints
from civicdialog.moderation.rejection_hints import LEARN
from civicdialog.rounds.models import Round

log = structlog.get_logger("topics")

STOPPED = mark("The work stopped unexpectedly. Please start it again.")
SECONDS_BETWEEN_REPORTS = 0.5
LONGEST_SECONDS = 4 * 3600
PAUSE_AFTER_FAILURE = timedelta(hours=1)
BRING_NEWS = (Event.SUBMISSION_CREATED, Event.SUBMISSION_PUBLISHED, Event.SUBMISSIONS_IMPORTED)


class Cancelled(Exception):
    """Somebody asked to stop."""


# ---- in the child process -----------------------------------------------------------------------


def perform_job(job_id: int) -> None:
    """Do one claimed job; runs in the child process."""
    job = db.session.get_one(Job, job_id)
    round_id = int(job.subject.partition(":")[2])
    seed = int(job.settings.get("seed", 0))
    report = _reporter(job_id)
    try:
        if job.kind == TAKE_IN:
            take_in(round_id, report)
        elif job.kind == LEARN:
            learn_from_decisions()
        else:
            build = build_opinions if job.kind == RUN_OPINIONS else build_topics
            build(Actor.system(), db.session.get_one(Round, round_id), seed=seed, progress=report)
    except Cancelled:
        return
    except RuleBroken as error:
        # Somebody was faster; what is left to do is found at the next ring.
        log.info("job ended early", job=job_id, why=str(error))
    with transaction():
        finish_job(job_id, JobState.DONE)


def learn_from_decisions() -> None:
    """Learn which words refused contributions have in common."""
    texts, refused = rejection_hints.texts_unrestricted()
    db.session.rollback()
    if not enough(len(texts), sum(refused)):
        return
    learned = learn(texts, refused)
    with transaction():
        rejection_hints.keep(Actor.system(), len(texts), sum(refused), learned)


def _reporter(job_id: int) -> Progress:
    """Progress goes into the table, twice a second at most; a cancelled job ends there."""
    last, last_step = 0.0, ""

    def report(share: float, step: str) -> None:
        nonlocal last, last_step
        # A new step is always told, so that a cancelled job notices before it keeps anything.
        if step == last_step and time.monotonic() - last < SECONDS_BETWEEN_REPORTS:
            return
        last, last_step = time.monotonic(), step
        with transaction():
            goes_on = report_progress(job_id, share, step)
        if not goes_on:
            raise Cancelled

    return report


# ---- in the worker ------------------------------------------------------------------------------


def perform_waiting(kind: str) -> None:
    """Give each waiting job of a kind to a child process; bury the dead ones."""
    for job_id in dead_jobs(kind):
        _fail(job_id, "no sign of life")
    for job_id in waiting_jobs(kind):
        with transaction():
            is_ours = claim_job(job_id)
        if is_ours:
            _run_child(job_id)


def learn_rejections() -> None:
    """Have the decisions of the moderation learned from when it is time to."""
    if rejection_hints.is_due() and not _is_busy(latest_job(LEARN, rejection_hints.SUBJECT)):
        # Another worker may be faster.
        with suppress(RuleBroken, IntegrityError), transaction():
            request_job(Actor.system(), LEARN, rejection_hints.SUBJECT)
    perform_waiting(LEARN)


def take_in_news() -> None:
    """Have every round with new submissions taken in, one job at a time for each."""
    for round_id in queries.rounds_with_news_unrestricted():
        subject = f"{Round.__tablename__}:{round_id}"
        if not _is_busy(latest_job(TAKE_IN, subject)):
            # Another worker may be faster.
            with suppress(RuleBroken, IntegrityError), transaction():
                request_job(Actor.system(), TAKE_IN, subject)
    perform_waiting(TAKE_IN)


def sum_up_opinions() -> None:
    """Have the votes of every round summed up where it is time to."""
    for number in queries.rounds_with_votes_unrestricted():
        round = queries.round_with_phases_unrestricted(number)
        if is_due(round) and not _is_busy(latest_job(RUN_OPINIONS, name_of(round))):
            # Another worker may be faster, and votes may be fewer by now.
            with suppress(RuleBroken, IntegrityError), transaction():
                request_opinions(Actor.system(), queries.round_with_phases_unrestricted(number))
    perform_waiting(RUN_OPINIONS)


def _is_busy(job: Job | None) -> bool:
    """Whether a job is under way, or failed so recently that trying again is of no use."""
    if job is None or job.finished_at is None:
        return job is not None
    is_failure = job.state is JobState.FAILED
    return is_failure and clock.now() - job.finished_at < PAUSE_AFTER_FAILURE


def _run_child(job_id: int) -> None:
    settings: Settings = current_app.extensions["settings"]
    db.session.remove()
    try:
        child = subprocess.run(  # noqa: S603 (our own program, a number as its argument)
            [sys.executable, "-m", "civicdialog", "job", str(job_id)],
            cwd=ROOT,
            env={**os.environ, **settings.as_environment()},
            capture_output=True,
            timeout=LONGEST_SECONDS,
            check=False,
        )
    except subprocess.TimeoutExpired:
        _fail(job_id, "took too long")
        return
    if child.returncode != 0:
        _fail(job_id, child.stderr.decode("utf-8", "replace")[-2000:])


def _fail(job_id: int, why: str) -> None:
    log.error("job failed", job=job_id, why=why)
    with transaction():
        finish_job(job_id, JobState.FAILED, error=STOPPED)


def register(app: Flask) -> None:
    """Give the doorbell this room's duties; news of the rooms below ring for them."""
    with app.app_context():
        doorbell().add(RUN_TOPICS, partial(perform_waiting, RUN_TOPICS))
        doorbell().add(TAKE_IN, take_in_news)
        doorbell().add(RUN_OPINIONS, sum_up_opinions)
        doorbell().add(LEARN, learn_rejections)
    for event in BRING_NEWS:
        follow(event, _ring_for_news)


def _ring_for_news() -> None:
    ring_later(TAKE_IN)
