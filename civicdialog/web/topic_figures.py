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


CONTRIBUTIONS = 2_314
"""Contributions to a dialogue on cycling in Bonn (2017), sorted by people."""
AGREEMENTS = (
    Agreement(mark("Counting words, as in textbooks"), 0.102),
    Agreement(mark("Factors of words (NMF)"), 0.173),
    Agreement(mark("Sentences alone, k-means"), 0.225),
    Agreement(mark("This program, with words alone"), 0.340, is_ours=True),
    Agreement(mark("This program, as it runs here"), 0.389, is_ours=True),
)
STABILITY = {1000: 0.80, 700: 0.56}
"""Agreement (ARI) of two groupings of four fifths of so many contributions each."""


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


def stability() -> tuple[str, str]:
    """How far two groupings agree with 1,000 contributions and with 700."""
    return _two_places(STABILITY[1000]), _two_places(STABILITY[700])


def contributions() -> str:
    """How many contributions were compared, in the reader's language."""
    return str(format_decimal(CONTRIBUTIONS))


def _two_places(value: float) -> str:
    return str(format_decimal(value, "0.00"))
