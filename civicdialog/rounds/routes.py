"""Pages of the room `rounds`."""

from civicdialog.core.room import Room

room = Room("rounds", __name__)
