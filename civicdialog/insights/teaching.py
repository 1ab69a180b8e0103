"""The next run learns from what people corrected.

The numerical libraries are loaded with this module: only the process that groups knows it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from civicdialog.analysis.growth import match
from civicdialog.analysis.topics import Topics
from civicdialog.analysis.wishes import followed
from civicdialog.core.db import db
from civicdialog.insights import corrections_queries, queries
from civicdialog.insights.corrections import Lessons, lessons

if TYPE_CHECKING:
    from civicdialog.insights.vectors import Text


@dataclass(frozen=True)
class Taught:
    """A grouping that follows the corrections; without any it is as the machine found it."""

    topics: Topics
    before: Topics
    """As the texts alone suggest it."""
    names: Sequence[str]
    """Public ids, row by row."""
    lessons: Lessons | None = None
    settings: Mapping[str, Any] = field(default_factory=dict)
    """What is kept of it with the run, so that it can be calculated again."""

    @classmethod
    def of(cls, round_id: int, topics: Topics, texts: Sequence["Text"]) -> "Taught":
        """Follow the corrections of a round."""
        names = [text.name for text in texts]
        corrected = corrections_queries.corrected(round_id)
        run = queries.run_with_topics(round_id)
        if not corrected.count or run is None:
            db.session.rollback()
            return cls(topics, topics, names)
        before = corrections_queries.machine_groups_unrestricted(run.id)
        labels = {each.key: each.label for each in corrections_queries.all_topics(run.id)}
        typical = {each.key: list(each.central) for each in run.clusters}
        db.session.rollback()
        groups = {text.id: int(theme) for text, theme in zip(texts, topics.labels, strict=True)}
        then = {str(number): key for number, key in before.items()}
        learned = lessons(
            corrected,
            groups=groups,
            before=before,
            matched=match(then, {str(number): group for number, group in groups.items()}),
            labels=labels,
            typical=typical,
        )
        name_of = {text.id: text.name for text in texts}
        decisions = {name_of[number]: theme for number, theme in learned.decisions.items()}
        return cls(
            followed(topics, names, names=learned.names, decisions=decisions),
            topics,
            names,
            learned,
            {
                "names": dict(learned.names),
                "decisions": decisions,
                "corrections": corrected.count,
            },
        )

    @property
    def keys(self) -> Mapping[str, int] | None:
        """Which topic each theme continues; None without corrections."""
        return None if self.lessons is None else self.lessons.keys

    def machine(self, result: Mapping[str, Any]) -> dict[str, int]:
        """Where the texts alone would have put what people placed."""
        position = {topic["cluster"]: n for n, topic in enumerate(result["topics"])}
        found = {}
        for row in sorted(self.topics.decisions):
            theme = self.before.labels[row]
            named = self.lessons.names.get(str(theme), theme) if self.lessons else theme
            if named in position:
                found[self.names[row]] = position[named]
        return found

    def machine_labels(self, result: Mapping[str, Any]) -> dict[int, str]:
        """What the words alone would call the topics that have a name from people."""
        if self.lessons is None:
            return {}
        said: dict[str, str] = {}
        for topic in self.before.topics:
            name = self.lessons.names.get(str(topic.theme))
            if name is not None:
                said.setdefault(name, topic.label)
        return {
            n: said[topic["cluster"]]
            for n, topic in enumerate(result["topics"])
            if topic["cluster"] in said
        }
