"""How good the grouping is: the figures on the algorithm card, as `benchmarks/topics.py` prints them.

A new measurement is entered here and nowhere else.
"""

from dataclasses import dataclass

from flask_babel import format_decimal

from civicdialog.core.i18n import mark
from civicdialog.web.words import gettext


@dataclass(frozen=True)
class Agreement:
    """How far a method's topics agree with those people made (AMI: 0 by chance, 1 the same)."""

    method: str
    value: float
    is_ours: bool = False


ROUNDS_MEASURED = 3
"""Rounds of other cities, sorted by people, that the method was not developed on."""
AGREEMENTS = (
    Agreement(mark("Counting words, as in textbooks"), 0.071),
    Agreement(mark("BERTopic, a widely used program"), 0.140),
    Agreement(mark("This program, with words alone"), 0.213, is_ours=True),
    Agreement(mark("This program, as it runs here"), 0.294, is_ours=True),
    Agreement(mark("A program that has been shown every answer of the people"), 0.461),
)
STABILITY = (0.63, 0.72)
"""Agreement (ARI) of two groupings of four fifths of the contributions each, from 700 on."""


@dataclass(frozen=True)
class AgreementRow:
    """A line of the card's table."""

    method: str
    value: str
    is_ours: bool


def agreement_rows() -> list[AgreementRow]:
    """The methods with their figures in the reader's language, the weakest first."""
    return [
        AgreementRow(gettext(each.method), _two_places(each.value), each.is_ours)
        for each in sorted(AGREEMENTS, key=lambda each: each.value)
    ]


def stability_range() -> tuple[str, str]:
    return _two_places(STABILITY[0]), _two_places(STABILITY[1])


def _two_places(value: float) -> str:
    return str(format_decimal(value, "0.00"))
