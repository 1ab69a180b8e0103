"""Sentences of a text, word for word. Light: needs no numerical library."""

import re
from collections.abc import Iterator

SHORTEST, LONGEST = 7, 28
_END = re.compile(r"[.!?…]+[\"'“”«»)\]]*(?=\s)")
_BULLET = re.compile(r"^(?:(?:[-–—•*·>=+]+|\(?\d{1,2}[.)]|[a-z]\))\s+)+")
_ABBREVIATED = re.compile(
    r"(?:\b(?:bzw|ca|etc|evtl|ggf|inkl|exkl|max|min|std|nr|str|st|dr|prof|hr|fr|vgl|sog|bspw|usw|abs"
    r"|art|tel|mio|mrd|km|jh|bsp|incl|geb|allg|bes|gem|lt|zzgl|zw|zz|mr|mrs|ms|vs)"
    r"|\b[a-zäöü]|\d)\.$",
    re.IGNORECASE,
)
_PRIVATE = re.compile(r"https?:|www\.|\S@\S|\d[\d\s/-]{6,}\d")


def sentences(text: str) -> list[str]:
    """The sentences of a text, each a verbatim part of it; a line end always ends a sentence."""
    found = (
        _BULLET.sub("", sentence)
        for line in text.splitlines()
        for sentence in _in_line(line.strip())
    )
    return [sentence for sentence in found if sentence]


def _in_line(line: str) -> Iterator[str]:
    """Cuts one line at full stops that end a sentence, and not at those of abbreviations."""
    start = 0
    for end in _END.finditer(line):
        following = line[end.end() :].lstrip()
        continues = following[:1].islower() or bool(
            _ABBREVIATED.search(line[max(start, end.start() - 6) : end.end()])
        )
        if not continues:
            yield line[start : end.end()].strip()
            start = end.end()
    yield line[start:].strip()


def quotable(sentence: str) -> bool:
    """Whether a sentence can stand alone: 7 to 28 words, ended, not shouted, nothing private."""
    words = sentence.split()
    return (
        SHORTEST <= len(words) <= LONGEST
        and sentence.rstrip("\"'“”«»)]")[-1:] in {".", "!", "?", "…"}
        and sentence[:1].strip("\"'„“»«(").upper() == sentence[:1].strip("\"'„“»«(")
        and not sentence.isupper()
        and "!!" not in sentence
        and not _PRIVATE.search(sentence)
    )
