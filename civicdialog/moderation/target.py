"""Until when the moderation means to have decided: working days, by the city's clock."""

from datetime import UTC, date, datetime, time, timedelta

from civicdialog.core.city import city

SATURDAY = 5


def due_on(day: date, days: int) -> date:
    """The last day for what came in on `day`, so many working days later."""
    while days:
        day += timedelta(days=1)
        days -= day.weekday() < SATURDAY
    return day


def overdue_before(now: datetime) -> datetime:
    """What came in before this moment and still waits is overdue."""
    today = now.astimezone(city().zone).date()
    first, days = today, city().decision_days
    while due_on(first - timedelta(days=1), days) >= today:
        first -= timedelta(days=1)
    return datetime.combine(first, time(), tzinfo=city().zone).astimezone(UTC)
