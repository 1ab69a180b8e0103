"""Counters of votes: counted anew after an import, and checked against the votes."""

from dataclasses import dataclass
from typing import Any, cast

from sqlalchemy import ColumnElement, Select, Table, bindparam, case, func, or_, select, update
from sqlalchemy.orm import InstrumentedAttribute
from sqlalchemy.sql.selectable import Subquery

from civicdialog.core.db import db
from civicdialog.rounds.models import Round
from civicdialog.submissions.models import Status, Submission
from civicdialog.voting.models import Opinion, Vote

_SUBMISSIONS = cast("Table", Submission.__table__)
_ROUNDS = cast("Table", Round.__table__)
_NAMES = {
    "agree_count": Opinion.AGREE,
    "disagree_count": Opinion.DISAGREE,
    "pass_count": Opinion.PASS,
}


@dataclass(frozen=True)
class WrongCounter:
    """A number that is kept, and what counting says."""

    thing: str
    name: str
    kept: int
    counted: int

    def __str__(self) -> str:
        return f"{self.thing}: {self.name} is {self.kept}, counted {self.counted}."


def _counted() -> Subquery:
    """How often each opinion was given, by submission."""
    sums = [
        func.sum(case((Vote.opinion == opinion, 1), else_=0)).label(name)
        for name, opinion in _NAMES.items()
    ]
    return select(Vote.submission_id, *sums).group_by(Vote.submission_id).subquery("counted")


def _differing() -> Select[Any]:
    """Submissions with counters that differ from the votes: id, what is kept, what is counted."""
    counted = _counted()
    kept = [_SUBMISSIONS.c[name] for name in _NAMES]
    right = [func.coalesce(counted.c[name], 0) for name in _NAMES]
    return (
        select(_SUBMISSIONS.c.id, *kept, *right)
        .outerjoin_from(_SUBMISSIONS, counted, counted.c.submission_id == _SUBMISSIONS.c.id)
        .where(or_(*(one != other for one, other in zip(kept, right, strict=True))))
    )


def _of_round(count_of: InstrumentedAttribute[int], *conditions: ColumnElement[bool]) -> Any:
    """How many there are in a round, as part of a statement about rounds."""
    counted = select(func.count(count_of)).where(Submission.round_id == Round.id, *conditions)
    return counted.correlate(Round).scalar_subquery()


_VOTES_OF_ROUND = _of_round(Vote.participation_id, Vote.submission_id == Submission.id)
_PUBLISHED_OF_ROUND = _of_round(Submission.id, Submission.status == Status.PUBLISHED)


def recount(round_id: int) -> None:
    """Set the counters of a round and its submissions to what counting says."""
    differing = _differing().where(_SUBMISSIONS.c.round_id == round_id)
    right = [
        {"the_id": row[0], **dict(zip(_NAMES, row[len(_NAMES) + 1 :], strict=True))}
        for row in db.session.execute(differing)
    ]
    if right:
        of_one = _SUBMISSIONS.c.id == bindparam("the_id")
        db.session.execute(update(_SUBMISSIONS).where(of_one), right)
    db.session.execute(
        update(_ROUNDS).where(_ROUNDS.c.id == round_id).values(vote_count=_VOTES_OF_ROUND)
    )


def wrong_counters() -> list[WrongCounter]:
    """Every counter that differs from what counting says."""
    wrong = []
    for number, *numbers in db.session.execute(_differing()):
        kept, counted = numbers[: len(_NAMES)], numbers[len(_NAMES) :]
        wrong += [
            WrongCounter(f"Submission {number}", *each)
            for each in zip(_NAMES, kept, counted, strict=True)
            if each[1] != each[2]
        ]
    return wrong + _wrong_rounds()


def _wrong_rounds() -> list[WrongCounter]:
    statement = select(
        Round.slug,
        Round.vote_count,
        _VOTES_OF_ROUND,
        Round.submission_count,
        _PUBLISHED_OF_ROUND,
    )
    wrong = []
    for slug, votes, counted_votes, submissions, counted_submissions in db.session.execute(
        statement
    ):
        pairs = (
            ("vote_count", votes, counted_votes),
            ("submission_count", submissions, counted_submissions),
        )
        wrong += [WrongCounter(f"Round {slug}", *pair) for pair in pairs if pair[1] != pair[2]]
    return wrong
