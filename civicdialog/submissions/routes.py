"""Pages of the room `submissions`."""

from civicdialog.core.room import Room

room = Room("submissions", __name__)
