"""How many ballots of a round look alike, as a run over the votes found it. No ballot is left out."""

from civicdialog.core import clock
from civicdialog.core.audit import Event, record
from civicdialog.core.db import db
from civicdialog.core.permissions import Actor, Permission, require
from civicdialog.moderation.abuse_models import BallotCheck
from civicdialog.rounds.models import Round


def keep_ballot_check(
    actor: Actor, round: Round, *, long_ballots: int, straight: int, identical: int
) -> BallotCheck:
    """Keep the newest counts of a round in place of the ones before."""
    require(actor, Permission.OPINIONS_RUN)
    check = db.session.merge(
        BallotCheck(
            round_id=round.id,
            checked_at=clock.now(),
            long_ballots=long_ballots,
            straight=straight,
            identical=identical,
        )
    )
    record(actor, Event.BALLOTS_COMPARED, round)
    return check
