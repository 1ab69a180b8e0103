"""Reading what points to abuse: sums and alarms, never persons."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import joinedload

from civicdialog.core import clock
from civicdialog.core.db import db
from civicdialog.core.permissions import Actor, Permission, require
from civicdialog.moderation.abuse_models import BallotCheck, Burst
from civicdialog.moderation.models import Block

SHOWN_FOR = timedelta(days=90)
MOST = 50


def recent_bursts(viewer: Actor) -> Sequence[Burst]:
    """The alarms of the last three months with their rounds, the newest first."""
    require(viewer, Permission.ABUSE_WATCH)
    wanted = (
        select(Burst)
        .options(joinedload(Burst.round))
        .where(Burst.last_at >= clock.now() - SHOWN_FOR)
        .order_by(Burst.id.desc())
        .limit(MOST)
    )
    return db.session.scalars(wanted).all()


@dataclass(frozen=True)
class Looks:
    """How many ballots of a round look alike; None stands for fewer than five."""

    check: BallotCheck
    straight_share: float | None
    identical: int | None


def ballot_looks(viewer: Actor) -> list[Looks]:
    """The counts of each round that has enough long ballots, the newest first."""
    require(viewer, Permission.ABUSE_WATCH)
    wanted = (
        select(BallotCheck)
        .options(joinedload(BallotCheck.round))
        .where(BallotCheck.long_ballots > 0)
        .order_by(BallotCheck.checked_at.desc())
        .limit(MOST)
    )
    return [
        Looks(
            check,
            check.straight / check.long_ballots if check.straight else None,
            check.identical or None,
        )
        for check in db.session.scalars(wanted)
    ]


def blocks_that_hold(viewer: Actor) -> int:
    """How many people cannot write at the moment."""
    require(viewer, Permission.ABUSE_WATCH)
    held = select(func.count()).where(Block.lifted_at.is_(None), Block.ends_at > clock.now())
    return int(db.session.scalar(held) or 0)
