"""Grouping in the background, each run in a process of its own.

The numerical libraries live in that process alone: pages stay quick, and the web process light.
"""

import os
import subprocess
import sys
import time
from collections.abc import Callable

import structlog
from flask import Flask, current_app

from civicdialog.config import ROOT, Settings
from civicdialog.core.db import db, transaction
from civicdialog.core.i18n import mark
from civicdialog.core.jobs import (
    Job,
    JobState,
    claim_job,
    dead_jobs,
    doorbell,
    finish_job,
    report_progress,
    waiting_jobs,
)
from civicdialog.core.permissions import Actor
from civicdialog.insights.actions import RUN_TOPICS, FoundTopics, keep_topics
from civicdialog.insights.models import ClusterRun
from civicdialog.rounds.models import Round
from civicdialog.submissions.queries import published_unrestricted

log = structlog.get_logger("topics")

Progress = Callable[[float, str], None]

READING = mark("Reading the contributions")
KEEPING = mark("Keeping the result")
# The steps the analysis names, marked here because it knows no catalogues.
_STEPS = (mark("Reading the words"), mark("Finding groups"), mark("Describing the topics"))

STOPPED = mark("The work stopped unexpectedly. Please start it again.")
SECONDS_BETWEEN_REPORTS = 0.5
LONGEST_SECONDS = 4 * 3600


class Cancelled(Exception):
    """Somebody asked to stop."""


def build_topics(
    actor: Actor, round: Round, *, seed: int = 0, progress: Progress | None = None
) -> ClusterRun:
    """Group the published contributions of a round and keep the result as a new run.

    Reads, computes without any transaction, then stores.
    """
    from civicdialog.analysis.runs import input_hash, library_versions, topics_as_dict
    from civicdialog.analysis.topics import cluster_texts

    report = progress or (lambda share, step: None)
    round_id, wanted = round.id, round.topics_wanted
    report(0.02, READING)
    texts = [
        (row.id, row.title, row.body)
        for row in db.session.scalars(published_unrestricted(round_id))
    ]
    db.session.rollback()
    names = [str(number) for number, _, _ in texts]
    began = time.perf_counter()
    topics = cluster_texts(
        [title for _, title, _ in texts],
        [body for _, _, body in texts],
        k=wanted,
        seed=seed,
        progress=lambda share, step: report(0.05 + 0.9 * share, step),
    )
    found = FoundTopics(
        result=topics_as_dict(topics, names),
        settings={"topics_wanted": wanted, "method": "words, letters, normalised cut"},
        versions=library_versions(),
        input_hash=input_hash(
            (name, title, body) for name, (_, title, body) in zip(names, texts, strict=True)
        ),
        seconds=round_to_hundredths(time.perf_counter() - began),
    )
    report(0.96, KEEPING)
    with transaction():
        return keep_topics(actor, db.session.get_one(Round, round_id), found)


def round_to_hundredths(seconds: float) -> float:
    return float(f"{seconds:.2f}")


def perform_job(job_id: int) -> None:
    """Do one claimed job; runs in the child process."""
    job = db.session.get_one(Job, job_id)
    actor = Actor.system()
    round = db.session.get_one(Round, int(job.subject.partition(":")[2]))
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

    seed = int(job.settings.get("seed", 0))
    try:
        build_topics(actor, round, seed=seed, progress=report)
    except Cancelled:
        return
    with transaction():
        finish_job(job_id, JobState.DONE)


def perform_waiting() -> None:
    """The worker's duty: give each waiting job to a child process; bury the dead ones."""
    for job_id in dead_jobs(RUN_TOPICS):
        _fail(job_id, "no sign of life")
    for job_id in waiting_jobs(RUN_TOPICS):
        with transaction():
            is_ours = claim_job(job_id)
        if is_ours:
            _run_child(job_id)


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
    """Give the doorbell this room's duty."""
    with app.app_context():
        doorbell().add(RUN_TOPICS, perform_waiting)
