"""Pages of the room `moderation`."""

from civicdialog.core.room import Room

room = Room("moderation", __name__)
