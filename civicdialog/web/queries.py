"""The list of rounds, as everybody sees it."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, and_, func, or_, select

from civicdialog.core.db import UtcDateTime, db
from civicdialog.rounds.models import Phase, Round
from civicdialog.rounds.queries import public_rounds

ROUNDS_ON_A_PAGE = 12
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND = timedelta(microseconds=1)


def _last_end() -> ColumnElement[Any]:
    """When the last phase of a round ends; a round without phases counts from its creation."""
    last = select(func.max(Phase.ends_at)).where(Phase.round_id == Round.id).scalar_subquery()
    return func.coalesce(last, Round.created_at, type_=UtcDateTime)


@dataclass(frozen=True)
class RoundPage:
    """Some rounds, those that end last first, and the key of the page after."""

    rounds: list[Round]
    next_key: str


def latest_rounds(after: str = "", size: int = ROUNDS_ON_A_PAGE) -> RoundPage:
    """Rounds that run or come first, then those that have ended; a wrong key begins at the top."""
    end = _last_end()
    listed = public_rounds().order_by(None).add_columns(end)
    key = _read_key(after)
    if key is not None:
        listed = listed.where(or_(end < key[0], and_(end == key[0], Round.id < key[1])))
    rows = db.session.execute(listed.order_by(end.desc(), Round.id.desc()).limit(size + 1)).all()
    shown = rows[:size]
    return RoundPage([row[0] for row in shown], _key(shown[-1]) if len(rows) > size else "")


def _key(row: Any) -> str:
    round, end = row
    return f"{(end - EPOCH) // MICROSECOND}-{round.id}"


def _read_key(after: str) -> tuple[datetime, int] | None:
    moment, _, number = after.partition("-")
    if not (moment.isdecimal() and number.isdecimal()) or max(len(moment), len(number)) > 17:
        return None
    return EPOCH + int(moment) * MICROSECOND, int(number)
