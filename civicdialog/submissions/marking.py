"""Where in a text the words stand that somebody looked for."""

import re
from functools import lru_cache

from civicdialog.analysis.language import term, tokens
from civicdialog.submissions.search import Search

Piece = tuple[str, bool]
"""A stretch of text, and whether it is a hit."""

_WORD = re.compile(r"[^\W_]+")
_BEFORE_HIT = 60


class Marker:
    """Marks the words of one search."""

    def __init__(self, search: Search) -> None:
        self._pieces = tuple(
            piece
            for each in search.wanted
            for piece in (
                each.pieces
                if " " not in each.stems
                else tuple(f" {stem} " for stem in each.stems.split())
            )
        )

    def marked(self, text: str) -> tuple[Piece, ...]:
        """The whole text in stretches; empty if there is no hit in it."""
        found: list[Piece] = []
        end = 0
        for start, stop in self._hits(text):
            if start > end:
                found.append((text[end:start], False))
            found.append((text[start:stop], True))
            end = stop
        if found and end < len(text):
            found.append((text[end:], False))
        return tuple(found)

    def around_hit(self, text: str) -> str:
        """The text from a little before the first hit on, so that an excerpt shows it."""
        start = next((start for start, _ in self._hits(text)), 0)
        if start <= 2 * _BEFORE_HIT:
            return text
        cut = text.find(" ", start - _BEFORE_HIT, start)
        return "… " + text[cut + 1 if cut >= 0 else start :]

    def first_hit(self, text: str) -> str:
        """The first word that is a hit, as it is written; empty if there is none."""
        return next((text[start:stop] for start, stop in self._hits(text)), "")

    def _hits(self, text: str) -> list[tuple[int, int]]:
        return [
            match.span()
            for match in _WORD.finditer(text)
            if any(piece in _stemmed(match.group()) for piece in self._pieces)
        ]


@lru_cache(maxsize=32_768)
def _stemmed(word: str) -> str:
    """What the index holds of a word, between blanks."""
    return f" {' '.join(term(token) for token in tokens(word))} "
