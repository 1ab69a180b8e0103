"""Until when the moderation means to have decided: working days, by the city's clock."""

from datetime import UTC, date, datetime, time, timedelta

from civicdialog.core.city import city

DAYS = 3
"""So many working days after the day something came in."""
SATURDAY = 5


def due_on(day: date, days: int = DAYS) -> date:
    """The last day for what came in on `day`; Saturdays and Sundays do not count."""
    while days:
        day += timedelta(days=1)
        days -= day.weekday() < SATURDAY
    return day


def overdue_before(now: datetime) -> datetime:
    """What came in before this moment and still waits is overdue."""
    today = now.astimezone(city().zone).date()
    first = today
    while due_on(first - timedelta(days=1)) >= today:
        first -= timedelta(days=1)
    return datetime.combine(first, time(), tzinfo=city().zone).astimezone(UTC)
