"""Having reports made, and keeping what was made."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from civicdialog.committee import report_queries as queries
from civicdialog.committee.report_models import Report
from civicdialog.committee.reporting.formats import FORMATS
from civicdialog.core.audit import Event, name_of, record
from civicdialog.core.city import city
from civicdialog.core.db import db
from civicdialog.core.errors import RuleBroken
from civicdialog.core.i18n import mark
from civicdialog.core.jobs import Job, request_job
from civicdialog.core.permissions import Actor, Permission, require
from civicdialog.insights import queries as insights
from civicdialog.insights.keeping import hold
from civicdialog.rounds.models import Round

WRITE_REPORT = "write-report"


@dataclass(frozen=True)
class Wanted:
    """What somebody wants a report to be like."""

    formats: tuple[str, ...]
    language: str
    topic_key: int | None = None
    has_list: bool = False


@dataclass(frozen=True)
class Made:
    """A report that was written, before it is kept."""

    topic_label: str
    content_sha256: str
    files: tuple[dict[str, Any], ...]


def request_report(actor: Actor, round: Round, wanted: Wanted) -> Job:
    """Have a report of a round made, in the background.

    :raise RuleBroken: if one is being made already, or something wanted is not there
    """
    require(actor, Permission.REPORT_WRITE)
    check(round, wanted)
    job = request_job(
        actor,
        WRITE_REPORT,
        name_of(round),
        formats=list(wanted.formats),
        language=wanted.language,
        topic_key=wanted.topic_key,
        has_list=wanted.has_list,
    )
    record(actor, Event.REPORT_REQUESTED, round, formats=" ".join(wanted.formats))
    return job


def check(round: Round, wanted: Wanted) -> None:
    """Whether such a report can be made.

    :raise RuleBroken: naming the field, if not
    """
    if not round.submission_count:
        raise RuleBroken(mark("Nothing has been published in this round yet."))
    if not wanted.formats or not set(wanted.formats) <= set(FORMATS):
        raise RuleBroken(mark("Please choose at least one format."), field="formats")
    if wanted.language not in city().languages:
        raise RuleBroken(mark("Please choose one."), field="language")
    if wanted.topic_key is not None and wanted.topic_key not in _topic_keys(round):
        raise RuleBroken(mark("This topic no longer exists. Please choose another."), field="topic")


def _topic_keys(round: Round) -> Collection[int]:
    run = insights.run_with_topics(round.id)
    return {topic.key for topic in run.clusters} if run else ()


def keep_report(actor: Actor, round: Round, wanted: Wanted, number: int, made: Made) -> Report:
    """Note a finished report; `number` was taken while the round was held.

    :raise RuleBroken: if somebody else has taken the number meanwhile
    """
    require(actor, Permission.REPORT_WRITE)
    hold(round.id)
    if queries.last_number(round.id) >= number:
        raise RuleBroken(mark("Another report was finished meanwhile. Please start again."))
    report = Report(
        round_id=round.id,
        number=number,
        topic_key=wanted.topic_key,
        topic_label=made.topic_label[:200],
        language=wanted.language,
        has_list=wanted.has_list,
        content_sha256=made.content_sha256,
        files=list(made.files),
        created_by_id=actor.id,
    )
    db.session.add(report)
    db.session.flush()
    record(actor, Event.REPORT_WRITTEN, report, round=round.slug, number=number)
    return report
