"""The public page with the rules of the dialogue."""

from typing import Any

from civicdialog.core.permissions import Permission
from civicdialog.core.room import Room, page
from civicdialog.moderation.forms import GROUND_NAMES
from civicdialog.moderation.rules import RULES

room = Room("rules", __name__)


@room.route("/rules", needs=Permission.PUBLIC)
def show() -> Any:
    """What may not stand on these pages, what may, and how one can object."""
    rules = [(ground.value, GROUND_NAMES[ground], rule) for ground, rule in RULES.items()]
    return page("moderation/rules.html", rules=rules)
