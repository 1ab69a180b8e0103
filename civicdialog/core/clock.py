"""The one place that knows what time it is."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, datetime

_standing: ContextVar[datetime | None] = ContextVar("standing", default=None)


def now() -> datetime:
    """The present moment, in UTC."""
    return _standing.get() or datetime.now(UTC)


@contextmanager
def standing_at(moment: datetime) -> Iterator[None]:
    """Let everything inside happen at `moment`: for samples whose days lie in the past."""
    before = _standing.set(moment)
    try:
        yield
    finally:
        _standing.reset(before)
