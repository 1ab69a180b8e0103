"""What goes into an opinion run: anonymous ballots in an order that says nothing about people.

Ballots are sorted by what stands on them, so the same votes have the same bytes whoever cast them
and in whatever order. Needs no numerical library: the file of a run is written by the web process.
"""

from collections import defaultdict
from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Self

from civicdialog.analysis.hashes import sha256_of

_OPINIONS = {"agree": 1, "disagree": -1, "pass": 0}
_WORDS = {number: word for word, number in _OPINIONS.items()}


@dataclass(frozen=True, order=True)
class Ballot:
    """One participant: the places of submissions they agreed with, disagreed with, passed on."""

    is_guest: bool
    agree: tuple[int, ...]
    disagree: tuple[int, ...]
    passed: tuple[int, ...]

    def votes(self) -> list[tuple[int, int]]:
        """(place of the submission, opinion) of every vote, by place."""
        return sorted(
            (place, opinion)
            for places, opinion in ((self.agree, 1), (self.disagree, -1), (self.passed, 0))
            for place in places
        )


@dataclass(frozen=True)
class OpinionInput:
    """Sorted ids of submissions, sorted ballots, and what is known of the submissions."""

    ids: tuple[str, ...]
    ballots: tuple[Ballot, ...]
    topics: Mapping[str, int | str] = field(default_factory=dict)
    """Key of the topic of a submission; some have none."""
    important: Mapping[str, int] = field(default_factory=dict)
    """How many people marked a submission as especially important to them."""
    repeated: int = 0
    """Earlier votes of the same people on the same submissions; the last one counts."""

    @cached_property
    def vote_count(self) -> int:
        """How many votes there are."""
        return sum(len(one.agree) + len(one.disagree) + len(one.passed) for one in self.ballots)

    @cached_property
    def sha256(self) -> str:
        """The hash of everything that goes in."""
        return sha256_of(self.as_values())

    def as_values(self) -> dict[str, Any]:
        """Values for JSON, in an order that is always the same."""
        return {
            "submissions": list(self.ids),
            "topics": dict(sorted(self.topics.items())),
            "important": {name: count for name, count in sorted(self.important.items()) if count},
            "repeated": self.repeated,
            "ballots": [
                {
                    "guest": one.is_guest,
                    "agree": list(one.agree),
                    "disagree": list(one.disagree),
                    "pass": list(one.passed),
                }
                for one in self.ballots
            ],
        }

    @classmethod
    def from_values(cls, values: Mapping[str, Any]) -> Self:
        """The input in a file, sorted again; raises KeyError, TypeError or ValueError."""
        names = [str(name) for name in values["submissions"]]
        return cls.of(
            names,
            (
                (row, names[_place(place, names)], opinion)
                for row, ballot in enumerate(values["ballots"])
                for word, opinion in _OPINIONS.items()
                for place in ballot[word]
            ),
            guests={row for row, ballot in enumerate(values["ballots"]) if ballot["guest"]},
            topics=dict(values["topics"]),
            important={name: int(count) for name, count in values["important"].items()},
            repeated=int(values["repeated"]),
        )

    @classmethod
    def of(
        cls,
        ids: Iterable[str],
        votes: Iterable[tuple[Hashable, str, int]],
        *,
        guests: Iterable[Hashable] = (),
        topics: Mapping[str, int | str] | None = None,
        important: Mapping[str, int] | None = None,
        repeated: int = 0,
    ) -> Self:
        """From (participant, submission, opinion) of every vote; the last one of a pair counts.

        What is said of submissions that are not among `ids` is left out, votes on them included.
        """
        names = tuple(sorted(set(ids)))
        known = set(names)
        collected, replaced = ballots_of(names, votes, guests)
        return cls(
            ids=names,
            ballots=tuple(sorted(collected.values())),
            topics={name: topic for name, topic in (topics or {}).items() if name in known},
            important={name: n for name, n in (important or {}).items() if name in known},
            repeated=repeated + replaced,
        )


def ballots_of(
    names: Sequence[str],
    votes: Iterable[tuple[Hashable, str, int]],
    guests: Iterable[Hashable] = (),
) -> tuple[dict[Hashable, Ballot], int]:
    """The ballot of each participant with a vote on one of these submissions, and how many earlier
    votes were replaced; raises ValueError for an unknown opinion.
    """
    place = {name: number for number, name in enumerate(names)}
    last: dict[Hashable, dict[int, int]] = defaultdict(dict)
    replaced = 0
    for participant, name, opinion in votes:
        if name in place:
            opinions = last[participant]
            replaced += place[name] in opinions
            opinions[place[name]] = opinion
    known = set(guests)
    return {who: _ballot(who in known, opinions) for who, opinions in last.items()}, replaced


def _place(place: Any, names: Sequence[str]) -> int:
    """The place of a submission; raises ValueError if there is none."""
    if not isinstance(place, int) or not 0 <= place < len(names):
        raise ValueError(f"{place!r} is no place of a submission")
    return place


def _ballot(is_guest: bool, opinions: Mapping[int, int]) -> Ballot:
    """The ballot with these opinions; raises ValueError for an unknown one."""
    sides: dict[str, list[int]] = {word: [] for word in _OPINIONS}
    for place, opinion in sorted(opinions.items()):
        if opinion not in _WORDS:
            raise ValueError(f"{opinion!r} is no opinion; use 1, -1 or 0")
        sides[_WORDS[opinion]].append(place)
    return Ballot(is_guest, tuple(sides["agree"]), tuple(sides["disagree"]), tuple(sides["pass"]))
