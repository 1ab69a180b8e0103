"""What the sections of the report have in common: the result, its map, and links between parts."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from civicdialog.analysis.report.wording import safe, title_line
from civicdialog.analysis.representation import Floats
from civicdialog.analysis.topic_map import kinship, positions, weights_between
from civicdialog.analysis.topics import Theme, Topic, Topics

_RELATED = 2


@dataclass(frozen=True)
class Findings:
    """A result with the ids of its contributions."""

    topics: Topics
    ids: Sequence[str]

    @property
    def count(self) -> int:
        """How many contributions there are."""
        return len(self.ids)

    @cached_property
    def place(self) -> dict[Theme, int]:
        """Theme to the place of its topic in the list."""
        return {topic.theme: topic.index for topic in self.topics.topics}

    @cached_property
    def misfits(self) -> tuple[int, ...]:
        """The contributions that do not really fit anywhere, topic by topic."""
        rows = (row for row, fits in enumerate(self.topics.fits) if not fits)
        return tuple(sorted(rows, key=lambda row: (self.place[self.topics.labels[row]], row)))

    @cached_property
    def kinship(self) -> Floats:
        """How much two topics have in common (t, t)."""
        return kinship(weights_between(self.topics))

    @cached_property
    def points(self) -> list[tuple[float, float]]:
        """Where the topics lie on the map."""
        return positions(self.topics)

    def related(self, topic: Topic) -> list[Topic]:
        """The topics with most in common, at most two, the nearest first."""
        shares = self.kinship[topic.index]
        nearest = np.argsort(-shares, kind="stable")[:_RELATED]
        return [self.topics.topics[other] for other in nearest if shares[other] > 0]

    def link(self, theme: Theme) -> str:
        """A link to the section of a topic."""
        topic = self.topics.topics[self.place[theme]]
        return f'<a href="#thema-{topic.index + 1}">{safe(topic.label)}</a>'

    def contribution(self, row: int) -> str:
        """A contribution by its title and its id."""
        corpus = self.topics.corpus
        line = safe(title_line(corpus.titles[row], corpus.texts[row]))
        return f"<bdi>{line}</bdi> <small>(Beitrag {safe(self.ids[row])})</small>"
