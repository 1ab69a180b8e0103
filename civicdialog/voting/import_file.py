"""Votes from a CSV file: checked to the end first, then brought in, or nothing at all."""

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

from sqlalchemy import select

from civicdialog.analysis.files import BadFile, BadInput, Row, iter_rows
from civicdialog.core.db import db, transaction
from civicdialog.core.permissions import Actor
from civicdialog.rounds.models import Round
from civicdialog.submissions.models import Submission
from civicdialog.voting import actions
from civicdialog.voting.actions import ImportedVote, VoteReport
from civicdialog.voting.models import Opinion

REQUIRED = ("participant", "submission", "opinion")
OPTIONAL = ("at",)
LONGEST_ID = 200
CHECKING = 0.3
"""Share of the time the first reading takes."""
OPINIONS = {opinion.word: opinion for opinion in Opinion}

Progress = Callable[[float, str], None]


def import_votes_file(round: Round, path: Path, *, progress: Progress) -> VoteReport:
    """Bring the votes of a file into a round.

    :raise BadFile: with every bad line; then nothing was imported
    """
    numbers = _numbers(round)
    problems = [
        found
        for found in _read(path, numbers, lambda share: progress(share * CHECKING, "checking"))
        if isinstance(found, BadInput)
    ]
    if problems:
        raise BadFile(path, problems)

    def importing(share: float) -> None:
        progress(CHECKING + share * (1 - CHECKING), "importing")

    with transaction():
        rows = _sound(path, _read(path, numbers, importing))
        return actions.import_votes(Actor.system(), round, rows)


def _numbers(round: Round) -> dict[str, int]:
    """Our numbers of the round's submissions by the names they may have in a file."""
    rows = db.session.execute(
        select(Submission.id, Submission.public_id, Submission.source_id).where(
            Submission.round_id == round.id, Submission.number.is_not(None)
        )
    ).all()
    numbers = {public_id: number for number, public_id, _ in rows}
    return numbers | {source_id: number for number, _, source_id in rows if source_id is not None}


def _sound(path: Path, rows: Iterator[ImportedVote | BadInput]) -> Iterator[ImportedVote]:
    """The votes; a file that was changed between the readings is refused."""
    for found in rows:
        if isinstance(found, BadInput):
            raise BadFile(path, [found])
        yield found


def _read(
    path: Path, numbers: Mapping[str, int], watch: Callable[[float], None]
) -> Iterator[ImportedVote | BadInput]:
    for found in iter_rows(
        path,
        required=REQUIRED,
        optional=OPTIONAL,
        filled=REQUIRED,
        longest=LONGEST_ID,
        escaped=True,
        progress=watch,
    ):
        if isinstance(found, BadInput):
            yield found
        else:
            yield from _vote(found, numbers)


def _vote(row: Row, numbers: Mapping[str, int]) -> Iterator[ImportedVote | BadInput]:
    """The vote of a line, or everything that is wrong with it."""
    number, opinion = numbers.get(row["submission"]), OPINIONS.get(row["opinion"])
    if number is None:
        message = f"{row['submission'][:60]!r} is no published contribution of this round"
        yield BadInput(row.line, "submission", message)
    if opinion is None:
        message = f"{row['opinion'][:40]!r} is unknown; use agree, disagree or pass"
        yield BadInput(row.line, "opinion", message)
    if number is not None and opinion is not None:
        yield ImportedVote(row["participant"], number, opinion)
