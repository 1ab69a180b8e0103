"""Far more votes or new guests than usual: an alarm for people, which changes nothing by itself.

The worker notes every minute how many there are altogether. From the sums follow numbers per hour;
nothing is known of a person, and no vote has a time. What is usual is the median of the last two
weeks, how much it varies the median absolute deviation (Iglewicz & Hoaglin 1993, "How to detect and
handle outliers"): neither moves because of the burst itself.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise
from statistics import median

from sqlalchemy import delete, func, select
from sqlalchemy.orm import selectinload

from civicdialog.accounts.models import Person, PersonRole
from civicdialog.core import clock
from civicdialog.core.audit import Event, record
from civicdialog.core.db import db
from civicdialog.core.permissions import Actor, Permission, Role, require
from civicdialog.moderation.abuse_models import Burst, BurstKind, RoundHour
from civicdialog.notifications.outbox import tell
from civicdialog.rounds.models import Deed, Round
from civicdialog.submissions.models import Submission
from civicdialog.voting.models import Participation, ParticipationKind

HOUR = timedelta(hours=1)
LOOKED_BACK = timedelta(days=14)
FEWEST_HOURS = 24
"""Before a vote has run for a day nothing is usual."""
FEWEST = {BurstKind.VOTES: 100, BurstKind.GUESTS: 25}
"""Fewer in an hour are no alarm, however quiet it is otherwise."""
DEVIATIONS = 6
NORMAL = 1.4826
"""So many median absolute deviations are one standard deviation, where things are normal."""
PAUSE = timedelta(hours=3)
"""After so many quiet hours it is another burst."""


@dataclass(frozen=True)
class Usual:
    """What is usual in an hour, and from how many on it is not."""

    count: int
    alarm_from: int


def usual(counts: Sequence[float], kind: BurstKind) -> Usual | None:
    """The usual of these hours; None while there are too few of them."""
    if len(counts) < FEWEST_HOURS:
        return None
    middle = median(counts)
    spread = NORMAL * median(abs(count - middle) for count in counts)
    return Usual(round(middle), max(FEWEST[kind], round(middle + DEVIATIONS * spread) + 1))


def watch(actor: Actor, round: Round) -> list[Burst]:
    """Note the sums of this hour; gives the alarms that began just now."""
    require(actor, Permission.ABUSE_WATCH)
    moment = clock.now()
    hour = moment.replace(minute=0, second=0, microsecond=0)
    votes, guests = _sums(round.id)
    known = {row.hour: row for row in _hours(round.id, hour - LOOKED_BACK - HOUR)}
    row = known.get(hour)
    if row is None:
        row = RoundHour(round_id=round.id, hour=hour, votes=votes, guests=guests)
        db.session.add(row)
    row.votes, row.guests = votes, guests
    db.session.flush()
    before = sorted(each for each in known if each < hour)
    if not before:
        return []
    last = known[before[-1]]
    begun = []
    for kind, now, then in (
        (BurstKind.VOTES, votes, last.votes),
        (BurstKind.GUESTS, guests, last.guests),
    ):
        normal = usual(per_hour([known[each] for each in before], kind), kind)
        hours = max(1, (hour - last.hour) // HOUR)
        if normal and now - then >= normal.alarm_from * hours:
            burst = _noticed(round, kind, hour, (now - then) // hours, normal)
            if burst is not None:
                begun.append(burst)
                _tell(actor, burst, round)
    return begun


def per_hour(rows: Sequence[RoundHour], kind: BurstKind) -> list[float]:
    """How many were new in each hour between two notes; longer gaps count as so many equal hours."""
    found: list[float] = []
    for one, other in pairwise(rows):
        hours = max(1, (other.hour - one.hour) // HOUR)
        new = getattr(other, kind.value) - getattr(one, kind.value)
        found += [max(0, new) / hours] * hours
    return found


def rounds_to_watch_unrestricted(moment: datetime) -> list[Round]:
    """Rounds in which people can vote now."""
    running = (
        select(Round).options(selectinload(Round.phases)).where(Round.ballots_detached_at.is_(None))
    )
    return [each for each in db.session.scalars(running) if each.permits(Deed.VOTE, moment)]


def forget_old(actor: Actor) -> None:
    """Sums of hours are needed for two weeks only."""
    require(actor, Permission.ABUSE_WATCH)
    oldest = clock.now() - LOOKED_BACK - 2 * HOUR
    db.session.execute(
        delete(RoundHour)
        .where(RoundHour.hour < oldest)
        .execution_options(synchronize_session=False)
    )


def _sums(round_id: int) -> tuple[int, int]:
    counters = Submission.agree_count + Submission.disagree_count + Submission.pass_count
    votes = select(func.coalesce(func.sum(counters), 0)).where(Submission.round_id == round_id)
    guests = select(func.count()).where(
        Participation.round_id == round_id, Participation.kind == ParticipationKind.GUEST
    )
    return int(db.session.scalar(votes) or 0), int(db.session.scalar(guests) or 0)


def _hours(round_id: int, since: datetime) -> Sequence[RoundHour]:
    wanted = select(RoundHour).where(RoundHour.round_id == round_id, RoundHour.hour >= since)
    return db.session.scalars(wanted).all()


def _noticed(
    round: Round, kind: BurstKind, hour: datetime, count: int, normal: Usual
) -> Burst | None:
    """The burst that begins with this hour; None if it goes on from one noticed before."""
    running = db.session.scalar(
        select(Burst)
        .where(Burst.round_id == round.id, Burst.kind == kind, Burst.last_at >= hour - PAUSE)
        .order_by(Burst.id.desc())
        .limit(1)
    )
    if running is not None:
        running.last_at, running.most = hour, max(running.most, count)
        return None
    burst = Burst(
        round_id=round.id,
        kind=kind,
        began_at=hour,
        last_at=hour,
        most=count,
        usual=normal.count,
        alarm_from=normal.alarm_from,
    )
    db.session.add(burst)
    db.session.flush()
    return burst


def _tell(actor: Actor, burst: Burst, round: Round) -> None:
    """Tell whoever moderates or administers; once for each burst."""
    wanted = (
        select(Person)
        .where(
            Person.id.in_(
                select(PersonRole.person_id).where(
                    PersonRole.role.in_((Role.MODERATOR, Role.ADMIN))
                )
            )
        )
        .order_by(Person.id)
    )
    for person in db.session.scalars(wanted):
        tell(
            person,
            f"burst-of-{burst.kind.value}",
            url="/moderation/abuse",
            title=round.title,
            count=burst.most,
            usual=burst.usual,
        )
    record(actor, Event.BURST_NOTICED, round, kind=burst.kind.value, count=burst.most)
