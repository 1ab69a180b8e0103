"""What a grouping says: topics, their parts, and where every contribution belongs."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from civicdialog.analysis.corpus import Corpus
from civicdialog.analysis.summary import Sentence

Theme = int | str

PROVISIONAL_BELOW = 500


@dataclass(frozen=True)
class Subtopic:
    """A part of a large topic."""

    sublabel: str
    label: str
    terms: tuple[str, ...]
    size: int


@dataclass(frozen=True)
class Topic:
    """One group of contributions, described in words of the people who wrote them."""

    index: int
    """Its place in the list, largest topic first."""
    theme: Theme
    """What stands in `Topics.labels`: a number from the machine or a name from the committee."""
    label: str
    terms: tuple[str, ...]
    central: tuple[int, ...]
    summary: tuple[Sentence, ...]
    size: int
    subtopics: tuple[Subtopic, ...] = ()
    leftover: bool = False
    """Contributions in which nothing could be compared, emoji for example."""


@dataclass(frozen=True)
class Quality:
    """What a grouping is worth."""

    modularity: float
    """From 0 (no better than chance) towards 1: how far similar contributions stand together."""
    stability: float | None = None
    """Agreement (adjusted Rand index) of groupings of samples; None when not measured."""


@dataclass(frozen=True)
class Topics:
    """The result: one entry per contribution, in the order they were given, and the topics."""

    labels: tuple[Theme, ...]
    probability: tuple[float, ...]
    """Share of the most similar contributions in the same topic; 1 for a decision of people."""
    second: tuple[Theme | None, ...]
    """The topic most of the other similar contributions belong to."""
    sublabels: tuple[str, ...]
    fits: tuple[bool, ...]
    """False for a contribution that is unlike all others: it fits nowhere."""
    reasons: tuple[tuple[str, ...], ...]
    """The words of each contribution that tell most for its topic."""
    topics: tuple[Topic, ...]
    quality: Quality
    method: str
    """What was compared: "words" or "words+sentences"."""
    seed: int
    decisions: Mapping[int, Theme]
    corpus: Corpus = field(repr=False, compare=False)

    @property
    def largest_share(self) -> float:
        """The share of all contributions that the largest topic holds."""
        return max((topic.size for topic in self.topics), default=0) / max(len(self.labels), 1)

    @property
    def is_provisional(self) -> bool:
        """Whether there are so few contributions that other groups would be as good."""
        return len(self.labels) < PROVISIONAL_BELOW
