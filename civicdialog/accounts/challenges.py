"""Riddles for passkeys: the device signs one, which shows that it answers now and here."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from secrets import token_bytes

from flask import session

from civicdialog.core import clock

GOOD_FOR = timedelta(minutes=15)
_NAME = "riddle"


@dataclass(frozen=True)
class Challenge:
    """Random signs, and when they were given out."""

    value: bytes
    given_at: datetime

    @property
    def is_over(self) -> bool:
        return clock.now() - self.given_at > GOOD_FOR


def open_challenge() -> Challenge:
    """The riddle of this browser: the same one for pages opened side by side."""
    known = _stored()
    if known is not None and clock.now() - known.given_at < GOOD_FOR / 3:
        return known
    fresh = Challenge(token_bytes(32), clock.now())
    session[_NAME] = [fresh.value.hex(), fresh.given_at.timestamp()]
    return fresh


def take_challenge() -> Challenge | None:
    """The riddle of this browser, which is used up by it; None if there is none or it is too old."""
    known = _stored()
    session.pop(_NAME, None)
    return None if known is None or known.is_over else known


def _stored() -> Challenge | None:
    if _NAME not in session:
        return None
    value, given = session[_NAME]
    return Challenge(bytes.fromhex(value), datetime.fromtimestamp(given, UTC))
