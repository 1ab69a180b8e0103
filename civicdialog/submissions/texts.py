"""Texts people typed or sent in a file, as they are stored."""

import re
import unicodedata

from civicdialog.analysis.language import fold_terms

# Overrides turn the reading direction of what follows, other people's words included.
_BIDI = "\u202a-\u202e\u2066-\u2069"
_UNWANTED = re.compile(
    f"[\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f\ufeff\ufff9-\ufffb\ud800-\udfff{_BIDI}]"
)
_LINE_ENDS = re.compile("\r\n|[\r\x0b\x0c\x85\u2028\u2029]")
_BLANKS = re.compile(r"[ \t\n]+")
_EMPTY_LINES = re.compile(r"\n{3,}")
_BEFORE_LINE_END = re.compile(r"[ \t]+\n")


def cleaned(text: str) -> str:
    """The text without control signs and direction overrides, its blanks in order.

    What people can see stays as it is: protected blanks, joined emoji, soft hyphens.
    """
    text = _UNWANTED.sub("", _LINE_ENDS.sub("\n", unicodedata.normalize("NFC", text)))
    return _EMPTY_LINES.sub("\n\n", _BEFORE_LINE_END.sub("\n", text)).strip()


def cleaned_line(text: str) -> str:
    """The same for a text of one line."""
    return _BLANKS.sub(" ", cleaned(text))


def search_terms(title: str, body: str) -> str:
    """What the search looks into: the stems of title / text, between blanks."""
    return f" {fold_terms(title)} / {fold_terms(body)} "
