"""Pages of the room `insights`."""

from civicdialog.core.room import Room

room = Room("insights", __name__)
