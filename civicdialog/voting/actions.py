"""Voting. Of a vote the minutes hold nothing: not who, not what, not even that there was one."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, cast

from sqlalchemy import Table, bindparam, delete, func, select, update

from civicdialog.core import clock
from civicdialog.core.audit import Event, record
from civicdialog.core.db import db, forget_for_good, insert_into
from civicdialog.core.errors import NotAllowed, NotFound, RuleBroken
from civicdialog.core.i18n import mark
from civicdialog.core.permissions import Actor, Permission, require
from civicdialog.rounds.counting import add_votes
from civicdialog.rounds.models import Deed, Round
from civicdialog.submissions.models import Submission
from civicdialog.voting import queries
from civicdialog.voting.bulk import ImportedVote, VoteReport, import_rows
from civicdialog.voting.models import (
    Opinion,
    Participation,
    ParticipationKind,
    ShownCard,
    Vote,
)
from civicdialog.voting.secrecy import forget_order_of_arrival

__all__ = [
    "MOST_IMPORTANT",
    "ImportedVote",
    "Shown",
    "VoteReport",
    "cast_vote",
    "claim_votes",
    "detach_ballots",
    "import_votes",
    "mark_important",
    "withdraw_vote",
]

MOST_IMPORTANT = 6
"""So many submissions of a round one person may mark as especially important."""

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
_REMOVE = delete(_VOTES).where(*_MINE).returning(_VOTES.c.opinion)
_IMPORTANT = update(_VOTES).where(*_MINE).values(important=bindparam("important"))
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


@dataclass(frozen=True)
class Shown:
    """How the voting room came to show a card."""

    policy: str
    candidate_count: int
    probability: float


def cast_vote(
    actor: Actor,
    round: Round,
    submission: Submission,
    opinion: Opinion,
    *,
    important: bool | None = None,
    shown: Shown | None = None,
) -> None:
    """Say what one thinks of a submission, or change it. Needs the round's phases.

    `important` marks it as especially important to this person or takes the mark away; None leaves
    it. How a card came to be shown is kept without the person.

    The counters follow in the same transaction, each by one statement, so that two people at the
    same time, or one person twice, never make them wrong. The round's row comes last: all voters
    of a round share it, and it stays locked until the end of the transaction.
    """
    require(actor, Permission.VOTE_CAST, round)
    _check_open(round, submission)
    mine = _participation(actor, round)
    before = _put(mine, submission, opinion)
    if important is not None:
        _mark(mine, submission, important=important)
    if shown is not None and before is None:
        db.session.add(
            ShownCard(
                round_id=round.id,
                submission_id=submission.id,
                policy=shown.policy,
                candidate_count=shown.candidate_count,
                probability=shown.probability,
            )
        )
    if before != opinion:
        _count(submission.id, before, opinion)
    if before is None:
        add_votes(round.id, 1)


def withdraw_vote(actor: Actor, round: Round, submission: Submission) -> None:
    """Take the own answer back, as if it had never been given. Needs the round's phases."""
    require(actor, Permission.VOTE_CAST, round)
    _check_open(round, submission)
    mine = queries.participation_of(actor, round.id)
    if mine is None:
        return
    values = {"participation": mine, "submission": submission.id}
    gone = db.session.execute(_REMOVE, values).first()
    if gone is not None:
        _count(submission.id, Opinion(gone.opinion), None)
        add_votes(round.id, -1)


def mark_important(actor: Actor, round: Round, submission: Submission, *, important: bool) -> None:
    """Say that a submission one has answered is especially important, or no longer is."""
    require(actor, Permission.VOTE_CAST, round)
    _check_open(round, submission)
    mine = queries.participation_of(actor, round.id)
    if mine is not None:
        _mark(mine, submission, important=important)


def claim_votes(actor: Actor, round: Round) -> None:
    """Take what this browser answered as a guest into the account of the person signed in.

    Where both have answered, the account's answer stays. The minutes hold nothing of it but that a
    guest became a participant of the round.
    """
    require(actor, Permission.VOTE_CAST, round)
    guest = queries.guest_participation_of(actor, round.id)
    if guest is None or not actor.is_signed_in:
        return
    if not round.accepts_votes(clock.now()) or round.ballots_detached_at is not None:
        raise RuleBroken(mark("It is not possible to vote in this round at the moment."))
    mine = _participation(actor, round)
    answered = select(_VOTES.c.submission_id).where(_VOTES.c.participation_id == mine)
    of_guest = _VOTES.c.participation_id == guest
    doubled = db.session.execute(
        delete(_VOTES)
        .where(of_guest, _VOTES.c.submission_id.in_(answered))
        .returning(_VOTES.c.submission_id, _VOTES.c.opinion)
    ).all()
    for submission_id, opinion in doubled:
        _count(submission_id, Opinion(opinion), None)
    _keep_to_the_limit(mine, guest)
    db.session.execute(update(_VOTES).where(of_guest).values(participation_id=mine))
    db.session.execute(delete(Participation).where(Participation.id == guest))
    if doubled:
        add_votes(round.id, -len(doubled))
    record(actor, Event.VOTES_CLAIMED, round)


def _keep_to_the_limit(mine: int, guest: int) -> None:
    """Of a guest's marks so many remain as the person has left; which ones is up to the keys."""
    left = MOST_IMPORTANT - _important_count(mine)
    marked = select(_VOTES.c.submission_id).where(
        _VOTES.c.participation_id == guest, _VOTES.c.important
    )
    too_many = list(
        db.session.scalars(marked.order_by(_VOTES.c.submission_id).offset(max(left, 0)))
    )
    if too_many:
        db.session.execute(
            update(_VOTES)
            .where(_VOTES.c.participation_id == guest, _VOTES.c.submission_id.in_(too_many))
            .values(important=False)
        )


def _check_open(round: Round, submission: Submission) -> None:
    if submission.round_id != round.id:
        raise NotFound(submission.public_id)
    if not round.accepts_votes(clock.now()) or round.ballots_detached_at is not None:
        raise RuleBroken(mark("It is not possible to vote in this round at the moment."))
    if not submission.is_public:
        raise RuleBroken(mark("It is not possible to vote on this contribution."))


def _count(submission_id: int, before: Opinion | None, now: Opinion | None) -> None:
    steps = {each.word: (each is now) - (each is before) for each in Opinion}
    db.session.execute(_COUNT, {"submission": submission_id, **steps})


def _mark(participation_id: int, submission: Submission, *, important: bool) -> None:
    """Set or take away the mark.

    :raise RuleBroken: if there are too many already
    """
    values = {"participation": participation_id, "submission": submission.id}
    db.session.execute(_IMPORTANT, values | {"important": important})
    if important and _important_count(participation_id) > MOST_IMPORTANT:
        raise RuleBroken(
            mark("You have marked %(most)s proposals as important already. Release one first."),
            field="important",
            most=MOST_IMPORTANT,
        )


def _important_count(participation_id: int) -> int:
    counted = select(func.count()).where(
        _VOTES.c.participation_id == participation_id, _VOTES.c.important
    )
    return int(db.session.scalar(counted) or 0)


def _participation(actor: Actor, round: Round) -> int:
    """The key of the actor's participation, made at the first vote."""
    found = queries.participation_of(actor, round.id)
    if found is not None:
        return found
    who: dict[str, int | str | None]
    if actor.is_signed_in:
        who, kind = {"person_id": actor.id}, ParticipationKind.ACCOUNT
    elif actor.guest_key is not None:
        who, kind = {"guest_key": actor.guest_key}, ParticipationKind.GUEST
    else:
        raise NotAllowed(Permission.VOTE_CAST)
    db.session.execute(
        insert_into(Participation)
        .values({"round_id": round.id, "kind": kind, **who})
        .on_conflict_do_nothing(index_elements=["round_id", *who])
    )
    return cast("int", queries.participation_of(actor, round.id))


def _put(participation_id: int, submission: Submission, opinion: Opinion) -> Opinion | None:
    """Store the opinion; says which one stood there before."""
    values = dict(zip(_KEY, (participation_id, submission.id), strict=True))
    add = _add(db.engine.dialect.name)
    given = values | {"opinion": int(opinion), "important": False}
    if db.session.execute(add, given).first() is not None:
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
        update(Participation)
        .where(Participation.round_id == round.id)
        .values(person_id=None, guest_key=None)
    )
    db.session.execute(statement.execution_options(synchronize_session=False))
    forget_order_of_arrival()
    forget_for_good()
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
