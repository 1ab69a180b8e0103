"""Ballots that look alike: how many, never whose. Needs no numerical library."""

from collections import Counter
from dataclasses import dataclass

from civicdialog.analysis.opinion_input import Ballot, OpinionInput

LONG = 20
"""With fewer answers the same pattern is no wonder."""
CELL = 5
"""Counts are rounded down to this, so that no change of a figure points to a single person."""


@dataclass(frozen=True)
class Alike:
    """How many ballots of a round look alike, rounded down."""

    long_ballots: int
    straight: int
    """Of the long ones, with the same answer everywhere."""
    identical: int
    """Of the long ones, the same as another one."""


def alike(given: OpinionInput) -> Alike:
    """Counts ballots with the same answer everywhere, and those equal to another one."""
    long = [each for each in given.ballots if _length(each) >= LONG]
    patterns = Counter((each.agree, each.disagree, each.passed) for each in long)
    return Alike(
        _rounded(len(long)),
        _rounded(sum(_is_straight(each) for each in long)),
        _rounded(sum(count for count in patterns.values() if count > 1)),
    )


def _length(ballot: Ballot) -> int:
    return len(ballot.agree) + len(ballot.disagree) + len(ballot.passed)


def _is_straight(ballot: Ballot) -> bool:
    return max(len(ballot.agree), len(ballot.disagree), len(ballot.passed)) == _length(ballot)


def _rounded(count: int) -> int:
    return count // CELL * CELL
