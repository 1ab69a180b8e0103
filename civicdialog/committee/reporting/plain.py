"""Citizens' words, safe for every file: no control characters, no halves of characters."""

import re

# What XML 1.0 does not know, and what turns the direction of everything that follows.
_UNFIT = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\ud800-\udfff\ufdd0-\ufdef\ufeff\ufffe\uffff"
    "\u202a-\u202e\u2066-\u2069]"
)
_BEYOND = re.compile(r"[\U0001fffe\U0001ffff]")
_BLANKS = re.compile(r"\s+")


def plain(text: str) -> str:
    """The text without characters that no format can hold."""
    return _BEYOND.sub("", _UNFIT.sub("", text))


def line(text: str) -> str:
    """The same as one line."""
    return _BLANKS.sub(" ", plain(text)).strip()


def shortened(text: str, longest: int) -> str:
    """At most so many characters, cut between words."""
    text = line(text)
    if len(text) <= longest:
        return text
    return text[:longest].rsplit(" ", 1)[0].rstrip(",;:–- ") + " …"
