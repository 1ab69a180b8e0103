"""Duties of the room `notifications`."""

from flask import Flask

from civicdialog.core.letters import DELIVER
from civicdialog.notifications.delivery import deliver_due_letters
from civicdialog.notifications.digest import send_due_digests

DIGESTS = "send-digests"


def register(app: Flask) -> None:
    """Give the doorbell this room's duties."""
    app.extensions["doorbell"].add(DIGESTS, send_due_digests)
    app.extensions["doorbell"].add(DELIVER, _deliver)


def _deliver() -> None:
    deliver_due_letters()
