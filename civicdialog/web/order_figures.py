"""How evenly the proposals of current rounds were shown: finished values for the page about it."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from babel.dates import format_date
from flask import url_for
from flask_babel import format_decimal
from sqlalchemy import exists

from civicdialog.core.db import db
from civicdialog.rounds.models import Phase, Round
from civicdialog.rounds.queries import public_rounds
from civicdialog.submissions.evenness import MOST_LITTLE_SEEN, MOST_PLACES, STEPS
from civicdialog.submissions.exposure import newest_orders
from civicdialog.submissions.models import OrderOfDay
from civicdialog.submissions.order import PAGE
from civicdialog.web.languages import chosen_language
from civicdialog.web.words import gettext

LIMITS = {"page": PAGE, "most": MOST_PLACES, "little_seen": MOST_LITTLE_SEEN}
WIDTH, HEIGHT, GAP = 320, 120, 4
FINGERPRINT = 16


@dataclass(frozen=True)
class Bar:
    """Proposals that were shown about equally often."""

    label: str
    count: int
    share: float
    x: int
    y: int
    width: int
    height: int


@dataclass(frozen=True)
class Measured:
    """A round, how evenly its proposals were shown, and what today's order makes up for."""

    key: str
    title: str
    url: str
    day: str
    contributions: int
    shown: int
    mean: str
    gini: str
    below: float
    places: int
    little_seen: int
    fingerprint: str
    bars: list[Bar]
    width: int = WIDTH
    height: int = HEIGHT


def measured(now: datetime) -> list[Measured]:
    """The rounds that are not over and have been shown, the newest first."""
    goes_on = exists().where(Phase.round_id == Round.id, Phase.ends_at > now)
    rounds = db.session.scalars(public_rounds().where(goes_on)).all()
    orders = {order.round_id: order for order in newest_orders(each.id for each in rounds)}
    return [_measured(each, orders[each.id]) for each in rounds if each.id in orders]


def _measured(round: Round, order: OrderOfDay) -> Measured:
    figures = order.figures
    contributions, shown = figures["contributions"], figures["shown"]
    return Measured(
        key=f"round-{round.id}",
        title=round.title,
        url=url_for("web.proposals", slug=round.slug),
        day=format_date(order.day, "long", locale=chosen_language()),
        contributions=contributions,
        shown=shown,
        mean=str(format_decimal(round_to(shown / contributions if contributions else 0.0))),
        gini=str(format_decimal(figures["gini"], "0.00")),
        below=figures["below_minimum"],
        places=order.places,
        little_seen=len(order.little_seen),
        fingerprint=_fingerprint(order),
        bars=_bars(figures) if shown else [],
    )


def round_to(value: float) -> float:
    """One digit behind the point is exact enough for a mean."""
    return int(10 * value + 0.5) / 10


def _fingerprint(order: OrderOfDay) -> str:
    listed = " ".join(map(str, order.little_seen))
    return hashlib.sha256(listed.encode()).hexdigest()[:FINGERPRINT]


def _bars(figures: Mapping[str, Any]) -> list[Bar]:
    groups = figures["groups"]
    highest, width = max(groups), WIDTH // len(groups)
    bars = []
    for at, count in enumerate(groups):
        height = -(-HEIGHT * count // highest)
        bars.append(
            Bar(
                _label(at),
                count,
                count / figures["contributions"],
                at * width + GAP // 2,
                HEIGHT - height,
                width - GAP,
                height,
            )
        )
    return bars


def _label(at: int) -> str:
    """What a group is called: multiples of the mean."""
    if at == 0:
        return gettext("less than %(share)s × the mean", share=_times(STEPS[0]))
    if at == len(STEPS):
        return gettext("%(share)s × the mean and more", share=_times(STEPS[-1]))
    return gettext(
        "%(low)s to %(high)s × the mean", low=_times(STEPS[at - 1]), high=_times(STEPS[at])
    )


def _times(share: float) -> str:
    return str(format_decimal(share))
