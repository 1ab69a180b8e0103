"""The façade's own pages."""

from civicdialog.core.permissions import Permission
from civicdialog.core.room import Room, page

room = Room("web", __name__)


@room.route("/", needs=Permission.PUBLIC)
def home() -> object:
    return page("web/home.html")
