"""Contributions from a CSV file: checked to the end first, then brought in, or nothing at all."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

from civicdialog.analysis.files import BadFile, BadInput, Row, iter_rows
from civicdialog.core import clock
from civicdialog.core.city import city
from civicdialog.core.db import transaction
from civicdialog.core.html import MAX_LENGTH
from civicdialog.core.permissions import Actor
from civicdialog.rounds.models import Round
from civicdialog.submissions import actions
from civicdialog.submissions.actions import ImportedSubmission, ImportReport
from civicdialog.submissions.handing_in import LONGEST_TITLE
from civicdialog.submissions.models import Channel
from civicdialog.submissions.texts import cleaned, cleaned_line

REQUIRED = ("id", "title", "text")
OPTIONAL = ("created", "author", "channel")
LONGEST_ID = 80
LONGEST_AUTHOR = 120
CHECKING = 0.3
"""Share of the time the first reading takes."""

Progress = Callable[[float, str], None]


def import_submissions_file(round: Round, path: Path, *, progress: Progress) -> ImportReport:
    """Bring the contributions of a file into a round.

    :raise BadFile: with every bad line; then nothing was imported
    """
    problems = [
        found
        for found in _read(path, lambda share: progress(share * CHECKING, "checking"))
        if isinstance(found, BadInput)
    ]
    if problems:
        raise BadFile(path, problems)
    rows = _read(path, lambda share: progress(CHECKING + share * (1 - CHECKING), "importing"))
    with transaction():
        return actions.import_submissions(Actor.system(), round, _sound(path, rows))


def _sound(
    path: Path, rows: Iterator[ImportedSubmission | BadInput]
) -> Iterator[ImportedSubmission]:
    """The contributions; a file that was changed between the readings is refused."""
    for found in rows:
        if isinstance(found, BadInput):
            raise BadFile(path, [found])
        yield found


def _read(path: Path, watch: Callable[[float], None]) -> Iterator[ImportedSubmission | BadInput]:
    latest = clock.now() + timedelta(days=1)
    for found in iter_rows(
        path,
        required=REQUIRED,
        optional=OPTIONAL,
        filled=("id", "title"),
        unique=("id",),
        longest=MAX_LENGTH,
        escaped=True,
        progress=watch,
    ):
        if isinstance(found, BadInput):
            yield found
        else:
            problems, contribution = _contribution(found, latest)
            yield from problems
            if not problems:
                yield contribution


def _contribution(row: Row, latest: datetime) -> tuple[list[BadInput], ImportedSubmission]:
    """The contribution of a line, and everything that is wrong with it."""
    problems: list[BadInput] = []

    def wrong(column: str, message: str) -> None:
        problems.append(BadInput(row.line, column, message))

    created, author, channel = (row.cells.get(name, "") for name in OPTIONAL)
    if len(row["id"]) > LONGEST_ID:
        wrong("id", f"has {len(row['id'])} characters; at most {LONGEST_ID} are allowed")
    if len(author) > LONGEST_AUTHOR:
        wrong("author", f"has {len(author)} characters; at most {LONGEST_AUTHOR} are allowed")
    if channel and channel not in set(Channel):
        wrong("channel", f"{channel[:40]!r} is unknown; use one of {', '.join(Channel)}")
    moment = _moment(created) if created else None
    if created and moment is None:
        wrong("created", f"{created[:40]!r} is no date in ISO 8601, such as 2026-03-01T14:30:00Z")
    elif moment is not None and moment > latest:
        wrong("created", f"{created[:40]!r} lies in the future")
    title, text = _fitting(cleaned_line(row["title"]), cleaned(row["text"]))
    if not title:
        wrong("title", "has no visible signs; fill it in")
    if len(text) > MAX_LENGTH:
        wrong("text", f"has {len(text)} characters with the long title; shorten one of them")
    return problems, ImportedSubmission(
        source_id=row["id"],
        title=title,
        text=text,
        created_at=moment,
        author_name=cleaned_line(author),
        channel=Channel(channel) if channel in set(Channel) else Channel.ONLINE,
    )


def _fitting(title: str, text: str) -> tuple[str, str]:
    """A title too long for our pages is shortened at a word; the whole one begins the text."""
    if len(title) <= LONGEST_TITLE:
        return title, text
    short = title[: LONGEST_TITLE - 2].rsplit(" ", 1)[0]
    return f"{short} …", f"{title}\n\n{text}".strip()


def _moment(text: str) -> datetime | None:
    """A moment in ISO 8601; one without a zone is meant as the city's time."""
    try:
        moment = datetime.fromisoformat(text)
        local = moment if moment.tzinfo else moment.replace(tzinfo=city().zone)
        return local.astimezone(UTC)
    except (ValueError, OverflowError):
        return None
