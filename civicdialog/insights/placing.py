"""Where contributions belong that were published after the current run.

The numerical libraries are loaded when they are needed: whoever makes pages knows this module.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from civicdialog.insights import queries
from civicdialog.insights.keeping import Place

if TYPE_CHECKING:
    from civicdialog.insights.vectors import Floats, Text


@dataclass(frozen=True)
class CurrentTopics:
    """The current run of a round as placing needs it."""

    run_id: int
    settings: Mapping[str, Any]
    members: Collection[int]
    positions: Mapping[int, int]
    """Position of the topic of each contribution to compare with; a later one is no example."""
    leftover: int | None
    """Position of the topic of what cannot be compared."""

    @classmethod
    def of(cls, round_id: int) -> "CurrentTopics | None":
        """The current topics of a round, if there are any."""
        run = queries.run_with_topics(round_id)
        if run is None:
            return None
        members = queries.members_unrestricted(run.id)
        leftover = next((each.position for each in run.clusters if each.leftover), None)
        return cls(
            run_id=run.id,
            settings=run.settings,
            members=members.keys(),
            positions={
                number: position
                for number, (position, placed_later) in members.items()
                if position != leftover and not placed_later
            },
            leftover=leftover,
        )

    def places_of(
        self, wanted: Collection[int], texts: Sequence["Text"], vectors: "Floats | None"
    ) -> list[Place]:
        """Where those of the wanted belong that have no place yet.

        texts: all contributions of the round. vectors: (n, d) their sentence vectors, if there are.
        """
        homeless = set(wanted) - set(self.members)
        if not homeless:
            return []
        rows = [n for n, text in enumerate(texts) if text.id in homeless | self.positions.keys()]
        return [
            place
            for place in self._placed(
                [texts[n] for n in rows], None if vectors is None else vectors[rows]
            )
            if place.submission_id in homeless
        ]

    def _placed(self, texts: Sequence["Text"], vectors: "Floats | None") -> list[Place]:
        """Every text beside its nearest neighbours; what compares with nothing is left over."""
        import numpy as np

        from civicdialog.analysis.counting import Counts, Tokens
        from civicdialog.analysis.growth import place
        from civicdialog.analysis.language import Ignored
        from civicdialog.analysis.vocabulary import Vocabulary
        from civicdialog.analysis.words import telling_words_of_texts

        titles, bodies = [text.title for text in texts], [text.body for text in texts]
        ignored = self.settings.get("ignored_words", [])
        found = place(
            titles,
            bodies,
            [self.positions.get(text.id) for text in texts],
            embeddings=vectors if self.settings.get("words_only") is False else None,
            ignore=ignored,
        )
        tokens, ignoring = Tokens.of_contributions(titles, bodies), Ignored.of(ignored)
        vocabulary = Vocabulary.of(tokens, Counts.of(tokens, ignoring), ignoring)
        groups = np.array([-1 if each is None else each for each in found.labels], dtype=np.int64)
        count = 1 + max(self.positions.values(), default=0)
        words = telling_words_of_texts(vocabulary, groups, count)
        places = []
        for row, text in enumerate(texts):
            position = self.leftover if found.labels[row] is None else found.labels[row]
            if position is not None:
                places.append(
                    Place(
                        submission_id=text.id,
                        position=position,
                        second_position=found.second[row],
                        probability=found.probability[row],
                        fits=found.fits[row],
                        reasons=words[row],
                    )
                )
        return places
