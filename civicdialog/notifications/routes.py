"""Pages of the room `notifications`."""

from civicdialog.core.room import Room

room = Room("notifications", __name__)
