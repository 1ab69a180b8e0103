"""Duties of the room `voting`."""

from datetime import timedelta

from flask import Flask

from civicdialog.core import clock
from civicdialog.core.db import transaction
from civicdialog.core.jobs import Doorbell
from civicdialog.core.permissions import Actor
from civicdialog.voting import actions, queries

DETACH = "detach-ballots"
GRACE = timedelta(minutes=2)
"""So that a vote cast in the last second has been stored before."""


def detach_ended() -> None:
    """Detach the ballots of every round whose last voting phase has ended."""
    if not queries.rounds_to_detach_unrestricted(clock.now() - GRACE):
        return
    with transaction():
        for round in queries.rounds_to_detach_unrestricted(clock.now() - GRACE):
            actions.detach_ballots(Actor.system(), round)


def register(app: Flask) -> None:
    """Give the doorbell this room's duties."""
    bell: Doorbell = app.extensions["doorbell"]
    bell.add(DETACH, detach_ended)
