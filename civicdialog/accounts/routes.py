"""Pages of the room `accounts`."""

from civicdialog.core.room import Room

room = Room("accounts", __name__)
from flask import Flask
from civicdialog.accounts import session


def init_app(app: Flask) -> None:
    session.init_app(app)
