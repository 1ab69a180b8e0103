"""Which passwords are good enough: long, not common, not about this site or this person."""

import re
from collections.abc import Iterable
from functools import cache
from pathlib import Path

from civicdialog.core.city import city
from civicdialog.core.errors import RuleBroken
from civicdialog.core.i18n import mark

SHORTEST, LONGEST = 8, 128
_LIST = Path(__file__).with_name("common-passwords.txt")
# Signs people put in place of letters.
_LOOK_ALIKES = str.maketrans("01345@$!€", "oleasasie")


def check_password(password: str, *, email: str = "", public_name: str = "") -> None:
    """Refuse what is guessed first.

    :raise RuleBroken: saying what to change
    """
    if not SHORTEST <= len(password) <= LONGEST:
        raise RuleBroken(
            mark("The password needs between %(least)s and %(most)s characters."),
            field="password", least=SHORTEST, most=LONGEST,
        )  # fmt: skip
    if len(set(password.casefold())) < 4 or _forms(password) & _common():
        raise RuleBroken(
            mark(
                "This password is one of those that are guessed first. Please choose another one."
            ),
            field="password",
        )
    if _is_mostly(password, context_words(email=email, public_name=public_name)):
        raise RuleBroken(
            mark("Please choose a password that does not consist of your name, your address or "
                 "the name of this site."),
            field="password",
        )  # fmt: skip


def context_words(*, email: str, public_name: str) -> set[str]:
    """Words a stranger would try first for this person on this site."""
    profile = city()
    sources = (profile.name, profile.operator, *profile.site_name.values(), email, public_name)
    words = {word for text in sources for word in re.findall(r"\w{3,}", text.casefold())}
    return words | {email.casefold(), "civicdialog"} - {""}


def _is_mostly(password: str, words: Iterable[str]) -> bool:
    """Whether nearly nothing, or figures only, is left without the words."""
    rest = password.casefold()
    found = False
    for word in sorted(words, key=len, reverse=True):
        found = found or word in rest
        rest = rest.replace(word, "")
    rest = re.sub(r"[\W_]", "", rest)
    return found and (len(rest) < 4 or rest.isdigit() or bool(_forms(rest) & _common()))


def _forms(password: str) -> set[str]:
    """The password, and the word behind it: without figures at its ends and look-alikes."""
    plain = password.casefold()
    bare = plain.strip("0123456789!?.,-_+*#$%&/ ")
    return {plain, plain.translate(_LOOK_ALIKES), bare, bare.translate(_LOOK_ALIKES)} - {""}


@cache
def _common() -> frozenset[str]:
    return frozenset(_LIST.read_text(encoding="utf-8").split())
