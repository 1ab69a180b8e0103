"""What people want of a result, said with ids and with the numbers that files hold."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from civicdialog.analysis.stability import stability
from civicdialog.analysis.topics import Theme, Topics, steer


def followed(
    topics: Topics, ids: Sequence[str], *, names: Mapping[str, str], decisions: Mapping[str, str]
) -> Topics:
    """The topics as people named and corrected them; names come first.

    names: number of a topic to its name. decisions: id of a contribution to a theme, where the
    number of a topic that kept its number means that topic. Raises KeyError for unknown ones.
    """
    if not names and not decisions:
        return topics
    numbers = {str(topic.theme): topic.theme for topic in topics.topics}
    named: dict[Theme, Theme] = {numbers[number]: theme for number, theme in names.items()}
    kept = {number: theme for number, theme in numbers.items() if theme not in named}
    place = {identity: row for row, identity in enumerate(ids)}
    moves = {place[identity]: kept.get(theme, theme) for identity, theme in decisions.items()}
    return steer(topics, decisions=moves, names=named)


def without_parts(topics: Topics) -> Topics:
    """The same topics on one level."""
    return replace(
        topics,
        sublabels=tuple(str(label) for label in topics.labels),
        topics=tuple(replace(topic, subtopics=()) for topic in topics.topics),
    )


def with_stability(topics: Topics) -> Topics:
    """The same topics, and how far groupings of samples agree; takes several times as long.

    Contributions that cannot be compared are no group of their own for this.
    """
    groups = sum(not topic.leftover for topic in topics.topics)
    found = stability(topics.corpus.vectors, max(groups, 1), seed=topics.seed)
    return replace(topics, quality=replace(topics.quality, stability=found))
