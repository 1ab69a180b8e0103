"""For how many contributions of a topic a summary speaks, and for which it does not.

A contribution is spoken for if a sentence rests on it, or if it shares two telling words with one
sentence. Words that more than a third of the topic's contributions use tell nothing here: they
only say that all are about the same thing.
"""

from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache

from civicdialog.analysis.language import content_stems
from civicdialog.core.i18n import mark

SHARED_WORDS = 2
COMMON_FROM = 1 / 3
UNSURE_BELOW = 0.5


class Gap(StrEnum):
    """Why a contribution stands apart that no sentence speaks for."""

    OUTLIER = "outlier"
    CONCERN = "concern"
    PART = "part"
    OTHER = "other"


GAPS = {
    Gap.OUTLIER: mark("Outliers: they fit the topic badly"),
    Gap.CONCERN: mark("Concerns"),
    Gap.PART: mark("From sub-topics the summary does not mention"),
    Gap.OTHER: mark("Others"),
}


@dataclass(frozen=True)
class Member:
    """A contribution of the topic, as far as it matters here."""

    id: int
    text: str
    fits: bool
    probability: float
    is_concern: bool
    part: int
    """Its sub-topic; 0 for none."""


@dataclass(frozen=True)
class Coverage:
    """What the summary speaks for, and the rest with the reason why each stands apart."""

    represented: frozenset[int]
    missing: tuple[tuple[int, Gap], ...]
    """In the order of the members."""

    @property
    def total(self) -> int:
        return len(self.represented) + len(self.missing)


def coverage(
    members: Sequence[Member], sentences: Iterable[tuple[str, Collection[int]]]
) -> Coverage:
    """Compare the contributions of a topic with (sentence, ids of its sources) pairs."""
    said = list(sentences)
    sources = {number for _, ids in said for number in ids}
    words = {member.id: _stems(member.text) for member in members}
    known = Counter(stem for stems in words.values() for stem in stems)
    common = {stem for stem, count in known.items() if count > COMMON_FROM * len(members)}
    telling = [_stems(text) - common for text, _ in said]
    represented = frozenset(
        member.id
        for member in members
        if member.id in sources
        or any(len(words[member.id] & stems) >= SHARED_WORDS for stems in telling)
    )
    parts = {member.part for member in members if member.id in represented}
    return Coverage(
        represented,
        tuple((each.id, _gap(each, parts)) for each in members if each.id not in represented),
    )


def _gap(member: Member, parts: Collection[int]) -> Gap:
    if not member.fits or member.probability < UNSURE_BELOW:
        return Gap.OUTLIER
    if member.is_concern:
        return Gap.CONCERN
    return Gap.OTHER if member.part in parts or not member.part else Gap.PART


@lru_cache(maxsize=8192)
def _stems(text: str) -> frozenset[str]:
    return frozenset(content_stems(text))
