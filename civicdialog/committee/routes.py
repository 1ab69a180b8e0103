"""Pages of the room `committee`."""

from civicdialog.core.room import Room

room = Room("committee", __name__)
