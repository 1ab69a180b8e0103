"""Pages of the room `voting`."""

from civicdialog.core.room import Room

room = Room("voting", __name__)
