"""Links that open a contribution with one sentence of it marked."""

from collections.abc import Sequence
from dataclasses import replace
from urllib.parse import quote

from civicdialog.analysis.sentences import sentences
from civicdialog.core.ids import fingerprint
from civicdialog.submissions.fields import Part

PARAMETER = "mark"
PLACE = "marked"
"""Where the page of a contribution is opened: the id of the mark."""
_KEY_LENGTH = 16


def key_of(sentence: str) -> str:
    """A short name of a sentence; the same words have the same name."""
    return fingerprint(" ".join(sentence.split()))[:_KEY_LENGTH]


def fragment_for(sentence: str) -> str:
    """The end of an address: the mark on the page, and the words for browsers that find them."""
    # A hyphen means something in such an end, so it is written as a code.
    return f"{PLACE}:~:text={quote(sentence, safe='').replace('-', '%2D')}"


def with_mark(parts: Sequence[Part], key: str) -> list[Part]:
    """The texts of a contribution; the first one that has the sentence of this name knows it."""
    found = list(parts)
    for place, part in enumerate(found if len(key) == _KEY_LENGTH else ()):
        sentence = next((each for each in sentences(part.text) if key_of(each) == key), "")
        if sentence:
            found[place] = replace(part, marked=sentence)
            break
    return found
