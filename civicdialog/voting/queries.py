"""Reading votes. Of one person only for that person; of all only without persons."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, bindparam, func, select
from sqlalchemy.orm import selectinload

from civicdialog.core.db import db
from civicdialog.core.permissions import Actor, Permission, may
from civicdialog.rounds.models import Deed, Round
from civicdialog.submissions.models import Status, Submission
from civicdialog.voting.models import Opinion, Participation, ParticipationKind, Vote


def _of_actor(is_person: bool) -> tuple[ColumnElement[bool], ...]:
    """The participation of a person, or of a guest, in a round."""
    who = Participation.person_id if is_person else Participation.guest_key
    return Participation.round_id == bindparam("round_id"), who == bindparam("who")


# Voting asks these every time; they are composed once, with places for the values.
_PARTICIPATION = {
    is_person: select(Participation.id).where(*_of_actor(is_person)) for is_person in (True, False)
}
_OWN_ANSWERS = {
    is_person: select(Vote.submission_id, Vote.opinion, Vote.important)
    .join(Participation, Participation.id == Vote.participation_id)
    .where(*_of_actor(is_person))
    for is_person in (True, False)
}
_OWN_OPINIONS = {
    is_person: answers.where(Vote.submission_id.in_(bindparam("submission_ids", expanding=True)))
    for is_person, answers in _OWN_ANSWERS.items()
}


def takes_part(actor: Actor) -> bool:
    """Whether there may be votes of this actor: somebody signed in, or a guest who came back."""
    return actor.id is not None or actor.guest_key is not None


def _values(actor: Actor, round_id: int) -> tuple[bool, dict[str, Any]]:
    is_person = actor.id is not None
    return is_person, {"round_id": round_id, "who": actor.id if is_person else actor.guest_key}


def participation_of(actor: Actor, round_id: int) -> int | None:
    """The key of the actor's participation in a round: the person's, else the guest's."""
    if not takes_part(actor):
        return None
    is_person, values = _values(actor, round_id)
    return db.session.scalar(_PARTICIPATION[is_person], values)


def guest_participation_of(actor: Actor, round_id: int) -> int | None:
    """The participation this browser began as a guest, whoever is signed in now."""
    if actor.guest_key is None:
        return None
    values = {"round_id": round_id, "who": actor.guest_key}
    return db.session.scalar(_PARTICIPATION[False], values)


def own_opinions(actor: Actor, round: Round, submission_ids: Sequence[int]) -> dict[int, Opinion]:
    """What the actor said about these submissions, by their ids."""
    if not takes_part(actor) or not submission_ids:
        return {}
    is_person, values = _values(actor, round.id)
    rows = db.session.execute(_OWN_OPINIONS[is_person], values | {"submission_ids": submission_ids})
    return {number: Opinion(opinion) for number, opinion, _ in rows}


@dataclass(frozen=True)
class OwnAnswer:
    """One answer of the actor."""

    opinion: Opinion
    is_important: bool


def own_answers(actor: Actor, round: Round) -> dict[int, OwnAnswer]:
    """Everything the actor answered in a round, by submission."""
    if not takes_part(actor):
        return {}
    is_person, values = _values(actor, round.id)
    rows = db.session.execute(_OWN_ANSWERS[is_person], values)
    return {number: OwnAnswer(Opinion(said), important) for number, said, important in rows}


def votes_of_guest(actor: Actor, round_id: int) -> int:
    """How many answers this browser gave as a guest."""
    if actor.guest_key is None:
        return 0
    counted = select(func.count()).select_from(Vote).join(Participation).where(*_of_actor(False))
    values = {"round_id": round_id, "who": actor.guest_key}
    return int(db.session.scalar(counted, values) or 0)


def answers_left_before_results(actor: Actor, round: Round) -> int:
    """How many answers of one's own are missing before the results of a running vote are shown."""
    if round.answers_before_results <= 0:
        return 0
    return answers_left(round, len(own_answers(actor, round)))


def answers_left(round: Round, answered: int) -> int:
    """The same for somebody who has answered so many."""
    return max(min(round.answers_before_results, round.submission_count) - answered, 0)


def sees_results(actor: Actor, round: Round, now: datetime) -> bool:
    """Whether nobody sways this actor any more: the vote is over, or they have answered enough.

    The committee and the editors see results of a running vote at once, for they steer it; whoever
    moderates answers first, as everybody does. Needs the round's phases.
    """
    last_chance = round.last_chance_for(Deed.VOTE)
    if last_chance is None or last_chance <= now or may(actor, Permission.OPINIONS_RUN):
        return True
    return answers_left_before_results(actor, round) == 0


@dataclass(frozen=True)
class Participants:
    """How many people have answered at least once, by how they took part."""

    accounts: int = 0
    guests: int = 0
    imported: int = 0


def participants(round_id: int) -> Participants:
    """Who took part in a round, counted."""
    voted = select(Vote.participation_id).where(Vote.participation_id == Participation.id).exists()
    rows = db.session.execute(
        select(Participation.kind, func.count())
        .where(Participation.round_id == round_id, voted)
        .group_by(Participation.kind)
    )
    counted = dict(rows.all())
    return Participants(
        counted.get(ParticipationKind.ACCOUNT, 0),
        counted.get(ParticipationKind.GUEST, 0),
        counted.get(ParticipationKind.IMPORTED, 0),
    )


def candidates(round: Round, *, least: int, random_above: int, some: int) -> list[int]:
    """Ids of published submissions to ask about: the least voted ones, and a stretch by chance.

    `random_above` is a number of the round; the stretch begins above it and goes round at the end.
    """
    published = select(Submission.id).where(
        Submission.round_id == round.id, Submission.status == Status.PUBLISHED
    )
    votes = Submission.agree_count + Submission.disagree_count + Submission.pass_count
    found = list(db.session.scalars(published.order_by(votes, Submission.id).limit(least)))
    if len(found) < least:
        return found
    by_number = published.order_by(Submission.number)
    stretch = list(
        db.session.scalars(by_number.where(Submission.number > random_above).limit(some))
    )
    if len(stretch) < some:
        stretch += db.session.scalars(by_number.limit(some - len(stretch)))
    return list(dict.fromkeys([*found, *stretch]))


def matrix_unrestricted(round_id: int) -> Select[int, int, int]:
    """Participation, submission and opinion of every vote on what is published, for runs."""
    return (
        select(Vote.participation_id, Vote.submission_id, Vote.opinion)
        .join(Submission, Submission.id == Vote.submission_id)
        .where(Submission.round_id == round_id, Submission.status == Status.PUBLISHED)
        .order_by(Vote.participation_id, Vote.submission_id)
    )


def rounds_to_detach_unrestricted(ended_before: datetime) -> list[Round]:
    """Rounds whose votes are all in, but still hang on people."""
    attached = (
        select(Round).options(selectinload(Round.phases)).where(Round.ballots_detached_at.is_(None))
    )
    return [
        round
        for round in db.session.scalars(attached)
        if (last := round.last_chance_for(Deed.VOTE)) is not None and last <= ended_before
    ]
