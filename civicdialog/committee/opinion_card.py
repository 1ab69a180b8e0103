"""The card of an opinion run, the list of all runs, and a run as a table for a spreadsheet."""

import csv
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from flask import url_for
from flask_babel import gettext

from civicdialog.committee.download import safe
from civicdialog.committee.reading import two_places, whole_percent
from civicdialog.core.jobs import Job, JobState
from civicdialog.core.view_models import JobProgress
from civicdialog.insights.models import OpinionRun
from civicdialog.insights.opinion_result import Figure, Told
from civicdialog.rounds.models import Round

STEADY_FROM = 0.88
NOT_SHOWN = "fewer than 5"


def steadiness(run: OpinionRun) -> str:
    """A word for how far groups of samples agree with the groups of all, and the figure (ARI)."""
    if run.stability is None or run.group_count < 2:
        return str(gettext("not measured"))
    word = gettext("steady") if run.stability >= STEADY_FROM else gettext("partly steady")
    return f"{word} ({two_places(run.stability)})"


@dataclass(frozen=True)
class OpinionRunRow:
    """A run in the list of all runs."""

    run: OpinionRun
    url: str
    steadiness: str
    file_url: str


def run_rows(round: Round, runs: Sequence[OpinionRun]) -> list[OpinionRunRow]:
    """The runs with their addresses; the file of ballots exists for the newest one alone."""
    has_file = round.ballots_detached_at is not None
    return [
        OpinionRunRow(
            run,
            url_for("committee.opinions", slug=round.slug, run=run.id),
            steadiness(run),
            file_url(round, run) if has_file and place == 0 else "",
        )
        for place, run in enumerate(runs)
    ]


def file_url(round: Round, run: OpinionRun) -> str:
    return url_for("committee.opinion_file", slug=round.slug, run_id=run.id)


def job_view(job: Job | None, newest: OpinionRun | None) -> JobProgress | None:
    """The summing-up under way or just ended, if there is something to say about it."""
    if job is None or job.state in {JobState.DONE, JobState.CANCELLED}:
        return None
    if not job.is_open and newest is not None and newest.ran_at > job.created_at:
        return None
    if job.state is JobState.FAILED:
        return JobProgress(gettext("The summing-up failed"), "failed", message=gettext(job.error))
    return JobProgress(
        gettext("The voices are being summed up"),
        "waiting" if job.state is JobState.WAITING else "running",
        percent=whole_percent(job.progress),
        message=gettext(job.step) if job.step else "",
    )


# ---- as a table ---------------------------------------------------------------------------------


def run_as_csv(
    told: Told, titles: Mapping[str, str], topics: Mapping[str, str], base_url: str
) -> str:
    """UTF-8 with a byte order mark; one line a contribution, one block of columns a group."""
    file = io.StringIO()
    file.write("\ufeff")
    writer = csv.writer(file, lineterminator="\r\n")
    letters = [group.letter for group in told.groups]
    blocks = ["everybody", "active", "unflagged", "accounts", *(f"group {x}" for x in letters)]
    words = ("agree", "disagree", "pass", "share", "low", "high")
    writer.writerow(
        ["id", "title", "topic", "shelf", "bridge", "gap", "controversy", "important"]
        + [f"{block} {word}" for block in blocks for word in words]
        + ["url"]
    )
    for each in told.statements.values():
        if each.id not in titles:
            continue
        figures = (each.everybody, each.active, each.unflagged, each.accounts, *each.groups)
        writer.writerow(
            [
                each.id,
                safe(titles[each.id]),
                safe(topics.get(each.id, "")),
                each.shelf,
                _decimal(each.bridging),
                _decimal(each.gap),
                _decimal(each.controversy),
                NOT_SHOWN if each.important is None else each.important,
            ]
            + [cell for figure in figures for cell in _cells(figure)]
            + [f"{base_url}/submissions/{each.id}"]
        )
    return file.getvalue()


def _cells(figure: Figure | None) -> list[str]:
    if figure is None:
        return [NOT_SHOWN, "", "", "", "", ""]
    counts = [str(figure.agree), str(figure.disagree), str(figure.passes)]
    return counts + [_decimal(value) for value in (figure.share, figure.low, figure.high)]


def _decimal(value: float | None) -> str:
    return "" if value is None else f"{value:.4f}"
