"""What a program points out in a text. It decides nothing: whoever reads the text judges.

One line of `FINDERS` per hint; its name is what a decision says when somebody followed it.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from civicdialog.analysis.language import STOP_WORDS, tokens
from civicdialog.core.i18n import mark
from civicdialog.submissions.personal_data import NAMES as PERSONAL_NAMES
from civicdialog.submissions.personal_data import find

PERSONAL_DATA = "personal-data"
RUDE_WORDS = "rude-words"
OTHER_LANGUAGE = "other-language"
RESEMBLING = "resembling"
REFUSED_BEFORE = "refused-before"

NAMES: Mapping[str, str] = {
    PERSONAL_DATA: mark("Personal data"),
    RUDE_WORDS: mark("Rude words"),
    OTHER_LANGUAGE: mark("Another language"),
    RESEMBLING: mark("Resembles another contribution"),
    REFUSED_BEFORE: mark("Resembles refused contributions"),
}
"""Every hint a moderator can follow."""
FEWEST_WORDS = 12
"""A shorter text may well be without any of the small words."""
FEWEST_SMALL_WORDS = 0.13
"""Of 2,314 German contributions none had fewer; texts in other languages hardly have any."""


@dataclass(frozen=True)
class Sign:
    """Something in a text, and which program noticed it."""

    means: str
    name: str
    """A marked message."""
    words: str
    heading: str
    """Of the text it stands in."""


Found = tuple[str, str]
"""A marked message, and the words it is about."""


def signs_in(texts: Iterable[tuple[str, str]]) -> list[Sign]:
    """Everything pointed out in texts with headings."""
    return [
        Sign(means, name, words, heading)
        for heading, text in texts
        for means, finder in FINDERS.items()
        for name, words in finder(text)
    ]


def _personal_data(text: str) -> Iterator[Found]:
    for each in find(text):
        yield PERSONAL_NAMES[each.kind], text[each.start : each.end]


def _rude_words(text: str) -> Iterator[Found]:
    for match in _rude_pattern().finditer(text):
        yield mark("May hurt somebody"), match.group()


def _other_language(text: str) -> Iterator[Found]:
    all_words = [word for word in tokens(text) if word.isalpha()]
    if len(all_words) < FEWEST_WORDS:
        return
    small = sum(word in STOP_WORDS for word in all_words)
    if small / len(all_words) < FEWEST_SMALL_WORDS:
        yield mark("Neither German nor English?"), " ".join(text.split()[:6])


@cache
def _rude_pattern() -> re.Pattern[str]:
    lines = Path(__file__).with_name("rude_words.txt").read_text("utf-8").splitlines()
    words = [line.strip() for line in lines if line.strip() and not line.startswith("#")]
    whole = "|".join(_spelled(word[1:]) for word in words if word.startswith("="))
    begun = "|".join(_spelled(word) for word in words if not word.startswith("="))
    return re.compile(rf"\b(?:(?:{whole})\b|(?:{begun})\w{{0,30}})", re.IGNORECASE)


def _spelled(word: str) -> str:
    """With ß or ss, and with umlauts written out."""
    pattern = re.escape(word).replace("ss", "(?:ss|ß)")
    for umlaut, spelled in {"ä": "ae", "ö": "oe", "ü": "ue"}.items():
        pattern = pattern.replace(umlaut, f"(?:{umlaut}|{spelled})")
    return pattern


FINDERS: Mapping[str, Callable[[str], Iterator[Found]]] = {
    PERSONAL_DATA: _personal_data,
    RUDE_WORDS: _rude_words,
    OTHER_LANGUAGE: _other_language,
}
