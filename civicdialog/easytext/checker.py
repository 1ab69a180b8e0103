"""Helps people write easy language: says where a sentence may be hard to read, and what helps.

The rules follow DIN SPEC 33429 (Empfehlungen für Deutsche Leichte Sprache, 2025) as far as a
program can see them. It gives hints; whether a text is easy is for readers to say.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum

from civicdialog.core.i18n import mark

MOST_WORDS = 12
LONGEST_WORD = 14
MOST_PARTS = 2
"""More commas than this and the sentence says too many things."""


class Problem(StrEnum):
    LONG_SENTENCE = "long_sentence"
    MANY_PARTS = "many_parts"
    LONG_WORD = "long_word"
    PASSIVE = "passive"
    HARD_WORD = "hard_word"
    SUBJUNCTIVE = "subjunctive"
    GENITIVE = "genitive"
    BIG_NUMBER = "big_number"


ADVICE: dict[Problem, str] = {
    Problem.LONG_SENTENCE: mark(
        "Long sentence. Say one thing in a sentence, with 12 words at most."
    ),
    Problem.MANY_PARTS: mark("Many parts. Make two or three sentences of it."),
    Problem.LONG_WORD: mark(
        "Long word. Use a shorter one, or part it with a middle dot or a hyphen."
    ),
    Problem.PASSIVE: mark("Passive. Say who does it."),
    Problem.HARD_WORD: mark("Hard word. Say it more simply, or explain it."),
    Problem.SUBJUNCTIVE: mark("Subjunctive. Say what is, or what can be."),
    Problem.GENITIVE: mark("Genitive. Better with «von»."),
    Problem.BIG_NUMBER: mark("Exact big number. Better: «viele», or «mehr als 1 Tausend»."),
}

# What the office says, and what people say.
WORDS: dict[str, str] = {
    "künstliche intelligenz": "KI: ein Computer-Programm, das …",
    "algorithmus": "Rechen-Regel für Computer",
    "anwendung": "Programm",
    "aufgrund": "wegen",
    "ausschuss": "Gruppe im Stadt-Rat",
    "beirat": "Gruppe von Fach-Leuten",
    "beteiligung": "Mitmachen",
    "daten": "Informationen",
    "datenschutz": "Daten-Schutz: Niemand darf Ihre Informationen einfach benutzen",
    "ermöglichen": "möglich machen",
    "erforderlich": "nötig",
    "ethisch": "gerecht und richtig",
    "gegebenenfalls": "vielleicht",
    "gemäß": "nach",
    "hinsichtlich": "bei",
    "implementieren": "einführen",
    "im rahmen": "bei",
    "insbesondere": "vor allem",
    "kommune": "Stadt",
    "kriterium": "Regel",
    "maßnahme": "was wir tun",
    "moderation": "Prüf-Team",
    "nachhaltig": "gut für lange Zeit",
    "nutzen": "benutzen",
    "partizipation": "Mitmachen",
    "priorisieren": "zuerst machen",
    "prozess": "Ablauf",
    "rahmenbedingung": "Regel",
    "sowie": "und",
    "strategie": "Plan",
    "transparenz": "alles offen zeigen",
    "transparent": "offen",
    "verfahren": "Ablauf",
    "vorschrift": "Regel",
    "zuständig": "Das macht …",
}

_SENTENCE = re.compile(r".+?(?:[.!?:](?=\s|$)|$)")
_WORD = re.compile(r"[^\W\d_]+(?:[-·•][^\W\d_]+)*")
_PIECE = re.compile(r"[-·•]")
_PASSIVE = re.compile(
    r"\b(?:wird|werden|wurde|wurden|worden)\b[^.!?\n]*?\b\w*ge\w+(?:t|en)\b|"
    r"\b\w*ge\w+(?:t|en) (?:wird|werden|wurde|wurden|worden)\b",
    re.IGNORECASE,
)
_SUBJUNCTIVE = re.compile(
    r"\b(?:würde|würden|könnte|könnten|sollte|sollten|hätte|wäre)\b", re.IGNORECASE
)
_GENITIVE = re.compile(r"\b(?:des \w+(?:es|s)\b)", re.IGNORECASE)
_NUMBER = re.compile(r"\b\d{1,3}(?:[.\u202f ]\d{3})+\b|\b\d{5,}\b")


@dataclass(frozen=True)
class Hint:
    """One place in a text that may be hard to read."""

    problem: Problem
    excerpt: str
    line: int
    """Counted from 1."""
    better: str = ""
    """What to write instead, where the word list knows."""


def check(text: str) -> list[Hint]:
    """Every place that may be hard to read, in the order of the text."""
    return [
        hint
        for number, line in enumerate(text.splitlines(), start=1)
        if line.strip()
        for hint in _of(line, number)
    ]


def _of(line: str, number: int) -> Iterator[Hint]:
    for sentence in (found.strip() for found in _SENTENCE.findall(line)):
        words = _WORD.findall(sentence)
        if len(words) > MOST_WORDS:
            yield Hint(Problem.LONG_SENTENCE, sentence, number)
        if sentence.count(",") > MOST_PARTS:
            yield Hint(Problem.MANY_PARTS, sentence, number)
        yield from _in_sentence(sentence, number)
        yield from _in_words(words, number)
    yield from _from_the_list(line, number)


def _in_sentence(sentence: str, number: int) -> Iterator[Hint]:
    for problem, pattern in (
        (Problem.PASSIVE, _PASSIVE),
        (Problem.SUBJUNCTIVE, _SUBJUNCTIVE),
        (Problem.GENITIVE, _GENITIVE),
        (Problem.BIG_NUMBER, _NUMBER),
    ):
        found = pattern.search(sentence)
        if found:
            yield Hint(problem, found.group().strip(), number)


def _in_words(words: Iterable[str], number: int) -> Iterator[Hint]:
    for word in dict.fromkeys(words):
        if any(len(piece) > LONGEST_WORD for piece in _PIECE.split(word)):
            yield Hint(Problem.LONG_WORD, word, number)


def _from_the_list(line: str, number: int) -> Iterator[Hint]:
    lowered = line.lower()
    if len(lowered) != len(line):
        # A few signs grow when they become small; then places would not fit any more.
        return
    for word, better in WORDS.items():
        found = re.search(rf"\b{re.escape(word)}\w{{0,3}}\b", lowered)
        if found:
            yield Hint(Problem.HARD_WORD, line[found.start() : found.end()], number, better)
