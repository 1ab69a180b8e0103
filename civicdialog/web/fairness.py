"""The fair order of somebody: everybody gets one of their own, and keeps it while they read."""

import hashlib
import hmac
import secrets
from datetime import date

from flask import current_app

from civicdialog.core.permissions import Actor
from civicdialog.rounds.models import Round
from civicdialog.submissions.exposure import exposure
from civicdialog.submissions.listing import day_of
from civicdialog.submissions.order import LittleSeen

LARGEST_SEED = 2**32 - 1


def seed_for(actor: Actor, today: date, given: str | None) -> int:
    """A person's order changes daily; a visitor's is drawn once and travels in the links.

    Nothing is stored: for a person the seed follows from a secret, their id and the date.
    """
    if actor.id is not None:
        return _derived(f"{actor.id}:{today.isoformat()}")
    if given and given.isdecimal() and len(given) <= 10 and int(given) <= LARGEST_SEED:
        return int(given)
    return secrets.randbelow(LARGEST_SEED + 1)


def to_make_up_for(round: Round, after: str) -> LittleSeen:
    """What the order of a page makes up for: the same from the first page to the last."""
    return exposure().order_for(round.id, day_of(after))


def _derived(name: str) -> int:
    secret = str(current_app.config["SECRET_KEY"]).encode()
    digest = hmac.new(secret, f"fair order:{name}".encode(), hashlib.sha256).digest()
    return int.from_bytes(digest[:4], "big")
