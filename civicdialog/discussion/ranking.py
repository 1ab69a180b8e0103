"""The fair order of arguments: helpful ones more often on top, and everyone now and then.

What counts is how many people find an argument helpful per week, not in all: who writes late would
never catch up otherwise. The estimate is the posterior mean of a Poisson rate under a Gamma prior
(Gelman and others, "Bayesian Data Analysis", 2013, section 2.6), by which a new argument starts with
one mark a week. The order is drawn by lot with these rates as weights (Efraimidis and Spirakis,
"Weighted random sampling with a reservoir", 2006), anew for every visitor and day.
"""

import hashlib
from collections.abc import Iterable
from datetime import datetime
from math import log

EXPECTED_MARKS = 2.0
EXPECTED_DAYS = 14.0
_WEEK = 7.0
_LARGEST = 2**64


def rate(helpful: int, days: float) -> float:
    """Marks per week to be expected of an argument with so many marks in so many days."""
    return _WEEK * (helpful + EXPECTED_MARKS) / (max(days, 0.0) + EXPECTED_DAYS)


def drawn(arguments: Iterable[tuple[int, int, datetime]], *, seed: str, now: datetime) -> list[int]:
    """The ids of (id, helpful marks, since when) in the order of one seed."""

    def place(argument: tuple[int, int, datetime]) -> tuple[float, int]:
        number, helpful, since = argument
        days = (now - since).total_seconds() / 86_400
        # u^(1/w) in the smaller half of floating point: ln(u) / w has the same order.
        return _logarithm(seed, number) / rate(helpful, days), -number

    return [each[0] for each in sorted(arguments, key=place, reverse=True)]


def _logarithm(seed: str, number: int) -> float:
    """ln(u) of a number between 0 and 1 that follows from seed and argument."""
    digest = hashlib.blake2b(f"{seed}:{number}".encode(), digest_size=8).digest()
    return log((int.from_bytes(digest, "big") + 0.5) / _LARGEST)
