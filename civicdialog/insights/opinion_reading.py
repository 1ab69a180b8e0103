"""Reading the votes of a round for an opinion run. Nothing of a single person leaves the process.

Needs no numerical library: the file of a run is written with the same input.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from sqlalchemy import func, select

from civicdialog.analysis.opinion_input import OpinionInput
from civicdialog.core.db import db
from civicdialog.insights import queries
from civicdialog.submissions.models import Status, Submission
from civicdialog.voting.models import Participation, ParticipationKind, Vote
from civicdialog.voting.queries import matrix_unrestricted

_AT_A_TIME = 10_000


@dataclass(frozen=True)
class ReadVotes:
    """Anonymous ballots of a round, and the topics its submissions are in."""

    given: OpinionInput
    cluster_run_id: int | None


def read_votes(round_id: int) -> ReadVotes:
    """What is public now and how people voted on it, in an order that tells nothing."""
    published = select(Submission.id, Submission.public_id).where(
        Submission.round_id == round_id, Submission.status == Status.PUBLISHED
    )
    names = dict(db.session.execute(published).all())
    topics = queries.current_run(round_id)
    keys = queries.groups_unrestricted(topics.id) if topics else {}
    given = OpinionInput.of(
        names.values(),
        _votes(round_id, names),
        guests=db.session.scalars(
            select(Participation.id).where(
                Participation.round_id == round_id, Participation.kind == ParticipationKind.GUEST
            )
        ),
        topics={names[number]: key for number, key in keys.items() if number in names},
        important={
            names[number]: count
            for number, count in db.session.execute(
                select(Vote.submission_id, func.count())
                .join(Submission, Submission.id == Vote.submission_id)
                .where(Submission.round_id == round_id, Vote.important.is_(True))
                .group_by(Vote.submission_id)
            )
            if number in names
        },
    )
    return ReadVotes(given, topics.id if topics else None)


def _votes(round_id: int, names: dict[int, str]) -> Iterator[tuple[int, str, int]]:
    rows = db.session.execute(matrix_unrestricted(round_id)).yield_per(_AT_A_TIME)
    for participation_id, submission_id, opinion in rows:
        if submission_id in names:
            yield participation_id, names[submission_id], opinion
