"""The worker's watch over running votes."""

from flask import Flask

from civicdialog.core import clock
from civicdialog.core.db import transaction
from civicdialog.core.jobs import Doorbell
from civicdialog.core.permissions import Actor
from civicdialog.moderation import bursts

WATCH = "watch-votes"


def watch_votes() -> None:
    """Note the sums of every round in which people vote."""
    for round in bursts.rounds_to_watch_unrestricted(clock.now()):
        with transaction():
            bursts.watch(Actor.system(), round)
            bursts.forget_old(Actor.system())


def register(app: Flask) -> None:
    """Give the doorbell this duty."""
    bell: Doorbell = app.extensions["doorbell"]
    bell.add(WATCH, watch_votes)
