"""Voting. Of a vote the minutes hold nothing: not who, not what, not even that there was one."""

from collections.abc import Iterable
from functools import lru_cache
from typing import Any, cast

from sqlalchemy import Table, bindparam, select, update

from civicdialog.core import clock
from civicdialog.core.audit import Event, record
from civicdialog.core.db import db, insert_into
from civicdialog.core.errors import NotFound, RuleBroken
from civicdialog.core.i18n import mark
from civicdialog.core.permissions import Actor, Permission, require
from civicdialog.rounds.counting import add_votes
from civicdialog.rounds.models import Deed, Round
from civicdialog.submissions.models import Submission
from civicdialog.voting import queries
from civicdialog.voting.bulk import ImportedVote, VoteReport, import_rows
from civicdialog.voting.models import Opinion, Participation, Vote

__all__ = [
    "ImportedVote",
    "VoteReport",
    "cast_vote",
    "detach_ballots",
    "import_votes",
]

_SUBMISSIONS = cast("Table", Submission.__table__)
_VOTES = cast("Table", Vote.__table__)
_KEY = ("participation_id", "submission_id")
_MINE = (
    _VOTES.c.participation_id == bindparam("participation"),
    _VOTES.c.submission_id == bindparam("submission"),
)
# The statements of a vote are composed once, with places for the values: in a vote, composing
# them took longer than asking the database.
_BEFORE = select(_VOTES.c.opinion).where(*_MINE).with_for_update()
_CHANGE = update(_VOTES).where(*_MINE).values(opinion=bindparam("now"))
_COUNT = (
    update(_SUBMISSIONS)
    .where(_SUBMISSIONS.c.id == bindparam("submission"))
    .values(
        agree_count=_SUBMISSIONS.c.agree_count + bindparam("agree"),
        pass_count=_SUBMISSIONS.c.pass_count + bindparam("pass"),
        disagree_count=_SUBMISSIONS.c.disagree_count + bindparam("disagree"),
    )
)


@lru_cache
def _add(dialect: str) -> Any:
    """Store a vote, if the person has none on this contribution."""
    return (
        insert_into(Vote)
        .on_conflict_do_nothing(index_elements=list(_KEY))
        .returning(_VOTES.c.submission_id)
    )


def cast_vote(actor: Actor, round: Round, submission: Submission, opinion: Opinion) -> None:
    """Say what one thinks of a submission, or change it. Needs the round's phases.

    The counters follow in the same transaction, each by one statement, so that two people at the
    same time, or one person twice, never make them wrong. The round's row comes last: all voters
    of a round share it, and it stays locked until the end of the transaction.
    """
    require(actor, Permission.VOTE_CAST)
    if submission.round_id != round.id:
        raise NotFound(submission.public_id)
    if not round.accepts_votes(clock.now()) or round.ballots_detached_at is not None:
        raise RuleBroken(mark("It is not possible to vote in this round at the moment."))
    if not submission.is_public:
        raise RuleBroken(mark("It is not possible to vote on this contribution."))
    before = _put(_participation(actor, round), submission, opinion)
    if before == opinion:
        return
    steps = {each.word: (each is opinion) - (each is before) for each in Opinion}
    db.session.execute(_COUNT, {"submission": submission.id, **steps})
    if before is None:
        add_votes(round.id, 1)


def _participation(actor: Actor, round: Round) -> int:
    """The key of the actor's participation, made at the first vote."""
    found = queries.participation_of(actor, round.id)
    if found is not None:
        return found
    values = {"round_id": round.id, "person_id": actor.id}
    db.session.execute(
        insert_into(Participation)
        .values(values)
        .on_conflict_do_nothing(index_elements=["round_id", "person_id"])
    )
    return cast("int", queries.participation_of(actor, round.id))


def _put(participation_id: int, submission: Submission, opinion: Opinion) -> Opinion | None:
    """Store the opinion; says which one stood there before."""
    values = dict(zip(_KEY, (participation_id, submission.id), strict=True))
    add = _add(db.engine.dialect.name)
    if db.session.execute(add, values | {"opinion": int(opinion)}).first() is not None:
        return None
    # The same person's parallel request waits here until this one is over.
    mine = {"participation": participation_id, "submission": submission.id}
    before = Opinion(db.session.execute(_BEFORE, mine).scalar_one())
    if before != opinion:
        db.session.execute(_CHANGE, mine | {"now": int(opinion)})
    return before


def detach_ballots(actor: Actor, round: Round) -> None:
    """Destroy the link between people and their votes for good. Needs the round's phases.

    :raise RuleBroken: if somebody may still vote in the round
    """
    require(actor, Permission.BALLOTS_DETACH)
    last_chance = round.last_chance_for(Deed.VOTE)
    if last_chance is None or clock.now() < last_chance:
        raise RuleBroken(mark("The votes of this round are not over yet."))
    statement = (
        update(Participation).where(Participation.round_id == round.id).values(person_id=None)
    )
    db.session.execute(statement.execution_options(synchronize_session=False))
    round.ballots_detached_at = clock.now()
    record(actor, Event.BALLOTS_DETACHED, round)


def import_votes(actor: Actor, round: Round, rows: Iterable[ImportedVote]) -> VoteReport:
    """Bring in votes collected elsewhere. The last vote of a participant on a submission counts.

    Running it again changes nothing that reads the same.
    """
    require(actor, Permission.VOTE_IMPORT)
    report = import_rows(round, rows)
    record(
        actor,
        Event.VOTES_IMPORTED,
        round,
        votes=report.votes,
        participants=report.participants,
    )
    return report
