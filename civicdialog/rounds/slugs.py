"""Addresses of rounds: made from the title, short, without signs that need escaping."""

import re

LONGEST = 80
# Words that stand in the same place of an address.
RESERVED = frozenset({"new"})
_SHAPE = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
_LETTERS = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss", "é": "e", "è": "e", "á": "a"})


def slug_from(title: str) -> str:
    """An address made from a title: KI für Schulen → ki-fuer-schulen."""
    plain = title.lower().translate(_LETTERS)
    slug = "-".join(re.findall(r"[a-z0-9]+", plain))[: LONGEST - 10].strip("-")
    return slug or "round"


def is_slug(text: str) -> bool:
    """Whether `text` can be an address."""
    return bool(_SHAPE.fullmatch(text)) and len(text) <= LONGEST and text not in RESERVED
