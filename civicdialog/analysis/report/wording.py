"""Numbers and other people's words, ready for a German HTML page."""

import re
from html import escape

_UNPRINTABLE = re.compile(
    r"[^\t\n\r\x20-\x7e\xa0-\ud7ff\ue000-\ufdcf\ufdf0-\ufffd\U00010000-\U0001fffd]"
)
_LONGEST_TITLE = 140
_LONGEST_WORD = 20


def number(value: int) -> str:
    """A whole number the German way: 2.314."""
    return f"{value:,}".replace(",", ".")


def decimal(value: float) -> str:
    """Two places, the German way: 0,72."""
    return f"{value:.2f}".replace(".", ",").replace("-0,00", "0,00")


def percent(share: float) -> str:
    """A share with a space that does not break: 12,5 %."""
    return f"{100 * share:.1f}".replace(".", ",") + "\u00a0%"


def counted(count: int, one: str, many: str) -> str:
    """A number with its noun: 1 Beitrag, 2 Beiträge."""
    return f"{number(count)} {one if count == 1 else many}"


def safe(value: object) -> str:
    """Any text as HTML; characters that HTML does not know become a question mark in a lozenge."""
    return escape(_UNPRINTABLE.sub("\ufffd", str(value)))


def title_line(title: str, text: str) -> str:
    """One line to recognise a contribution by: its title or how its text begins. Plain text."""
    line = " ".join((title.strip() or text).split()) or "ohne Worte"
    return line if len(line) <= _LONGEST_TITLE else f"{line[:_LONGEST_TITLE].rstrip()} …"


def first_word(label: str) -> str:
    """The first of the words of a label, or the beginning of a name; for small places."""
    word = label.split(" · ", maxsplit=1)[0]
    return word if len(word) <= _LONGEST_WORD else f"{word[: _LONGEST_WORD - 1].rstrip()}…"
