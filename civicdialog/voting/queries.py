"""Reading votes. Of one person only for that person; of all only without persons."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Select, bindparam, select
from sqlalchemy.orm import selectinload

from civicdialog.core.db import db
from civicdialog.core.permissions import Actor
from civicdialog.rounds.models import Deed, Round
from civicdialog.submissions.models import Status, Submission
from civicdialog.voting.models import Opinion, Participation, Vote

# Voting asks these every time; they are composed once, with places for the values.
_PARTICIPATION = select(Participation.id).where(
    Participation.round_id == bindparam("round_id"),
    Participation.person_id == bindparam("person_id"),
)
_OWN_OPINIONS = (
    select(Vote.submission_id, Vote.opinion)
    .join(Participation, Participation.id == Vote.participation_id)
    .where(
        Participation.round_id == bindparam("round_id"),
        Participation.person_id == bindparam("person_id"),
        Vote.submission_id.in_(bindparam("submission_ids", expanding=True)),
    )
)


def participation_of(actor: Actor, round_id: int) -> int | None:
    """The key of the actor's participation in a round."""
    return db.session.scalar(_PARTICIPATION, {"round_id": round_id, "person_id": actor.id})


def own_opinions(actor: Actor, round: Round, submission_ids: Sequence[int]) -> dict[int, Opinion]:
    """What the actor said about these submissions, by their ids."""
    if actor.id is None or not submission_ids:
        return {}
    values = {"round_id": round.id, "person_id": actor.id, "submission_ids": submission_ids}
    rows = db.session.execute(_OWN_OPINIONS, values)
    return {number: Opinion(opinion) for number, opinion in rows}


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
