"""Finished values for the page of reports."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from flask import url_for
from flask_babel import format_decimal, gettext

from civicdialog.committee.reading import whole_percent
from civicdialog.committee.report_forms import LANGUAGES
from civicdialog.committee.report_models import Report
from civicdialog.core.jobs import Job, JobState
from civicdialog.core.view_models import JobProgress
from civicdialog.rounds.models import Round


@dataclass(frozen=True)
class FileView:
    """A file to download."""

    name: str
    url: str
    size: str


@dataclass(frozen=True)
class ReportRow:
    """One version in the list."""

    number: int
    about: str
    language: str
    made_at: datetime
    made_by: str
    content_sha256: str
    files: tuple[FileView, ...]


def rows(round: Round, reports: Sequence[Report]) -> list[ReportRow]:
    """The versions; needs who had them made."""
    return [
        ReportRow(
            number=each.number,
            about=each.topic_label or gettext("The whole round"),
            language=LANGUAGES.get(each.language, each.language),
            made_at=each.created_at,
            made_by=each.created_by.public_name if each.created_by else gettext("Program"),
            content_sha256=each.content_sha256,
            files=tuple(_file(round, each, file["format"], file["size"]) for file in each.files),
        )
        for each in reports
    ]


def _file(round: Round, report: Report, key: str, size: int) -> FileView:
    url = url_for("reports.download", slug=round.slug, number=report.number, key=key)
    return FileView(key.upper(), url, in_words(size))


def in_words(size: int) -> str:
    """A size as people say it."""
    if size < 1_000_000:
        return str(gettext("%(n)s kB", n=max(1, round_half_up(size / 1000))))
    return str(gettext("%(n)s MB", n=format_decimal(size / 1_000_000, "0.0")))


def round_half_up(value: float) -> int:
    return int(value + 0.5)


def job_view(job: Job | None, newest: Report | None) -> JobProgress | None:
    """The report under way or just ended, if there is something to say about it."""
    if job is None or job.state in {JobState.DONE, JobState.CANCELLED}:
        return None
    if not job.is_open and newest is not None and newest.created_at > job.created_at:
        return None
    if job.state is JobState.FAILED:
        return JobProgress(
            gettext("The report could not be made"), "failed", message=gettext(job.error)
        )
    return JobProgress(
        gettext("The report is being made"),
        "waiting" if job.state is JobState.WAITING else "running",
        percent=whole_percent(job.progress),
        message=gettext(job.step) if job.step else "",
    )
