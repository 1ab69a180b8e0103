"""How much the moderation has to do, and whether it keeps up: for the office, in sums."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from sqlalchemy import and_, case, func, literal, or_, select, union_all

from civicdialog.accounts.models import Person, PersonRole
from civicdialog.core.city import city
from civicdialog.core.db import UtcDateTime, db
from civicdialog.core.permissions import Actor, Permission, Role, require
from civicdialog.moderation.models import ModerationDecision, Outcome, SubjectKind
from civicdialog.moderation.queue_queries import Open, what_is_open
from civicdialog.moderation.queue_sources import everything_that_waits
from civicdialog.moderation.transparency import ANSWERS, FEWEST, HoursBetween

DAYS = 14
"""So many days are shown, and the forecast goes by them."""
READ = (*ANSWERS, Outcome.REDACTED, Outcome.KEPT, Outcome.HIDDEN)
"""What takes something out of the queue."""
IN_THE_QUEUE = (SubjectKind.SUBMISSION, SubjectKind.REVISION, SubjectKind.ARGUMENT)


@dataclass(frozen=True)
class Day:
    day: date
    handed_in: int
    decided: int


@dataclass(frozen=True)
class Hand:
    """What one moderator does."""

    name: str
    in_hand: int
    decided_7: int
    decided_30: int


@dataclass(frozen=True)
class Workload:
    open: Sequence[Open]
    days: Sequence[Day]
    hands: Sequence[Hand]
    median_hours: int | None
    """Of the decisions of the last 30 days; none if there are too few."""

    @property
    def count(self) -> int:
        """What waits for the moderation, apart from what is with its author."""
        return sum(each.count for each in self.open)

    @property
    def overdue(self) -> int:
        return sum(each.overdue for each in self.open)

    @property
    def oldest_at(self) -> datetime | None:
        return min((each.oldest_at for each in self.open), default=None)

    @property
    def by_kind(self) -> Mapping[SubjectKind, Sequence[Open]]:
        return {
            kind: found
            for kind in IN_THE_QUEUE
            if (found := [each for each in self.open if each.kind is kind])
        }

    @property
    def decided(self) -> int:
        """In the days shown."""
        return sum(each.decided for each in self.days)

    @property
    def change_a_day(self) -> float:
        """By how many the queue grows each day, if all goes on like in the days shown."""
        handed_in = sum(each.handed_in for each in self.days)
        return (handed_in - self.decided) / len(self.days)

    @property
    def days_until_empty(self) -> int | None:
        """At this pace; none if it does not become empty."""
        if not self.count:
            return 0
        return -int(self.count // self.change_a_day) if self.change_a_day < 0 else None


def workload(viewer: Actor, now: datetime, *, cutoff: datetime) -> Workload:
    """Everything on the page, in four statements however much there is."""
    require(viewer, Permission.WORKLOAD_READ)
    waits = [each for each in what_is_open(viewer, cutoff=cutoff) if each.situation != "author"]
    held: Counter[int] = Counter()
    for each in waits:
        if each.holder_id is not None:
            held[each.holder_id] += each.count
    return Workload(waits, _days(now), _hands(now, held), _median_hours(now))


def _days(now: datetime) -> list[Day]:
    """By the city's clock, today last."""
    zone = city().zone
    today = now.astimezone(zone).date()
    first = today - timedelta(days=DAYS - 1)
    begin = datetime.combine(first, time(), tzinfo=zone).astimezone(UTC)
    waits = everything_that_waits().subquery("waits")
    decided = (
        ModerationDecision.outcome.in_(READ),
        ModerationDecision.subject_kind.in_(IN_THE_QUEUE),
    )
    # What came in is what waits still or was decided on; what was taken back made no work.
    moments = [
        select(literal(0).label("what"), waits.c.since.label("at")).where(
            waits.c.since >= literal(begin, UtcDateTime)
        ),
        select(literal(0), ModerationDecision.waited_since).where(
            ModerationDecision.waited_since >= begin, *decided
        ),
        select(literal(1), ModerationDecision.decided_at).where(
            ModerationDecision.decided_at >= begin, *decided
        ),
    ]
    each = union_all(*moments).subquery()
    hours = HoursBetween(literal(begin, UtcDateTime), each.c.at).label("hours")
    by_hour = select(each.c.what, hours).subquery()
    counted = select(by_hour.c.what, by_hour.c.hours, func.count()).group_by(
        by_hour.c.what, by_hour.c.hours
    )
    found: Counter[tuple[int, date]] = Counter()
    for what, hour, count in db.session.execute(counted):
        found[what, (begin + timedelta(hours=hour)).astimezone(zone).date()] += count
    days = [first + timedelta(days=n) for n in range(DAYS)]
    return [Day(day, found[0, day], found[1, day]) for day in days]


def _hands(now: datetime, held: Mapping[int, int]) -> list[Hand]:
    """Everybody who moderates, and who did in the last 30 days."""
    decided, month = ModerationDecision.decided_at, now - timedelta(days=30)
    in_week = case((decided >= literal(now - timedelta(days=7), UtcDateTime), 1), else_=0)
    moderates = select(PersonRole.person_id).where(PersonRole.role == Role.MODERATOR)
    counted = (
        select(
            Person.id,
            Person.public_name,
            func.coalesce(func.sum(in_week), 0),
            func.count(ModerationDecision.id),
        )
        .outerjoin(
            ModerationDecision,
            and_(ModerationDecision.moderator_id == Person.id, decided >= month),
        )
        .where(or_(Person.id.in_(moderates), ModerationDecision.id.is_not(None)))
        .group_by(Person.id, Person.public_name)
        .order_by(Person.public_name, Person.id)
    )
    return [
        Hand(name, held.get(number, 0), in_7, in_30)
        for number, name, in_7, in_30 in db.session.execute(counted)
    ]


def _median_hours(now: datetime) -> int | None:
    hours = HoursBetween(ModerationDecision.waited_since, ModerationDecision.decided_at)
    waited = (
        select(hours.label("hours"))
        .where(
            ModerationDecision.decided_at >= now - timedelta(days=30),
            ModerationDecision.outcome.in_(ANSWERS),
            ModerationDecision.waited_since.is_not(None),
        )
        .subquery()
    )
    rows = db.session.execute(
        select(waited.c.hours, func.count()).group_by(waited.c.hours).order_by(waited.c.hours)
    ).all()
    total = sum(count for _, count in rows)
    if total < FEWEST:
        return None
    passed = 0
    for hour, count in rows:
        passed += count
        if 2 * passed >= total:
            return max(0, int(hour))
    return None
