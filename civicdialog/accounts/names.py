"""Public names and addresses as they are stored."""

import re
import unicodedata

from civicdialog.core.city import city
from civicdialog.core.errors import RuleBroken
from civicdialog.core.i18n import mark

SHORTEST, LONGEST = 2, 60
_JOINERS = "\u200c\u200d"
_OFFICIAL = frozenset(
    (
        "admin",
        "administration",
        "administrator",
        "beirat",
        "bürgermeister",
        "bürgermeisterin",
        "mayor",
        "moderation",
        "moderator",
        "moderatorin",
        "oberbürgermeister",
        "oberbürgermeisterin",
        "rathaus",
        "redaktion",
        "stadt",
        "stadtverwaltung",
        "verwaltung",
    )
)


def stored_address(typed: str) -> str:
    """The address as it is stored and looked up."""
    return typed.strip().casefold()


def stored_name(typed: str) -> str:
    """The public name without stray blanks.

    :raise RuleBroken: if it cannot be shown to everybody
    """
    name = " ".join(unicodedata.normalize("NFC", typed).split())
    if not SHORTEST <= len(name) <= LONGEST:
        raise RuleBroken(
            mark("The public name needs between %(least)s and %(most)s characters."),
            field="public_name", least=SHORTEST, most=LONGEST,
        )  # fmt: skip
    if any(unicodedata.category(sign)[0] == "C" and sign not in _JOINERS for sign in name):
        raise RuleBroken(mark("The public name contains invisible signs."), field="public_name")
    if "@" in name:
        raise RuleBroken(
            mark("Everybody can read the public name. Please do not use your e-mail address."),
            field="public_name",
        )
    return name


def refuse_official_name(name: str) -> None:
    """Nobody registers under a name that looks like the city speaking.

    :raise RuleBroken: if it does
    """
    words = set(re.findall(r"\w+", name.casefold()))
    if words & _OFFICIAL or city().operator.casefold() in name.casefold():
        raise RuleBroken(
            mark("This name could be mistaken for the administration. Please choose another one."),
            field="public_name",
        )
