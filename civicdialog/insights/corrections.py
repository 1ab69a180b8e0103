"""What people changed about topics, as rules: what holds now, and what the next run shall learn.

Nothing here touches the database; topics are named by the key they keep in every run.
"""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field

from civicdialog.insights.models import LONGEST_LABEL, Deed, TopicCorrection

PLACED = frozenset({Deed.MOVED, Deed.PINNED})


@dataclass(frozen=True)
class Corrected:
    """What holds after all corrections that nobody has taken back."""

    names: Mapping[int, str] = field(default_factory=dict)
    """Names people gave, to topics of a run or to their own."""
    added: frozenset[int] = frozenset()
    into: Mapping[int, int] = field(default_factory=dict)
    """Topics that went into another one."""
    places: Mapping[int, int] = field(default_factory=dict)
    """Contributions people put into a topic, or pinned there."""
    off_topic: frozenset[int] = frozenset()
    count: int = 0

    @classmethod
    def of(cls, active: Iterable[TopicCorrection]) -> "Corrected":
        """Follow the corrections in the order they were made."""
        names: dict[int, str] = {}
        added: set[int] = set()
        into: dict[int, int] = {}
        places: dict[int, int] = {}
        off_topic: set[int] = set()
        count = 0
        for each in active:
            count += 1
            if each.deed is Deed.MERGED and each.other_key is not None:
                into[each.other_key] = each.topic_key
            elif each.deed in {Deed.RENAMED, Deed.ADDED}:
                names[each.topic_key] = each.label
                if each.deed is Deed.ADDED:
                    added.add(each.topic_key)
            elif each.submission_id is not None:
                if each.deed in PLACED:
                    places[each.submission_id] = each.topic_key
                else:
                    off_topic.add(each.submission_id)
        return cls(names, frozenset(added), into, places, frozenset(off_topic), count)

    def final(self, key: int) -> int:
        """The topic that a topic went into, or itself."""
        passed = {key}
        while key in self.into and self.into[key] not in passed:
            key = self.into[key]
            passed.add(key)
        return key

    def place_of(self, submission_id: int, by_machine: int) -> int:
        """Where a contribution belongs that the machine put into this topic."""
        return self.final(self.places.get(submission_id, by_machine))

    @property
    def targets(self) -> frozenset[int]:
        """Topics that others went into."""
        return frozenset(self.final(key) for key in self.into)


@dataclass(frozen=True)
class Lessons:
    """What the next run follows: names of its groups, places of contributions."""

    names: Mapping[str, str]
    """{number of a group: name}; groups with the same name become one."""
    decisions: Mapping[int, str]
    """{contribution: name, or number of a group without one}."""
    keys: Mapping[str, int]
    """Which topic a name or a number continues."""


def lessons(
    corrected: Corrected,
    *,
    groups: Mapping[int, int],
    before: Mapping[int, int],
    matched: Mapping[int, int],
    labels: Mapping[int, str],
    typical: Mapping[int, Collection[int]],
) -> Lessons:
    """Turn corrections into what the analysis can follow.

    groups: {contribution: number of its new group}. before: {contribution: key} in the run that
    holds. matched: {new group: key it continues}. labels and typical contributions: by key.
    """
    continues = {group: corrected.final(key) for group, key in matched.items()}
    continues |= _swallowed(corrected, groups, before, matched)
    holders = Counter(continues.values())
    named = {
        key
        for key in {
            *holders,
            *corrected.names,
            *corrected.places.values(),
        }
        if key in corrected.names or holders[key] > 1 or key in corrected.targets
    }
    called: dict[int, str] = {}

    def name_of(key: int) -> str:
        if key not in called:
            name = corrected.names.get(key) or labels.get(key) or str(key)
            is_taken = name in called.values() or name.isdecimal()
            called[key] = f"{name[: LONGEST_LABEL - 12]} ({key})" if is_taken else name
        return called[key]

    names = {str(group): name_of(key) for group, key in sorted(continues.items()) if key in named}
    number_of = {key: str(group) for group, key in continues.items() if key not in named}
    wanted = {
        submission: corrected.final(key)
        for submission, key in corrected.places.items()
        if submission in groups
    }
    for key in sorted(
        {corrected.final(each) for each in corrected.names} - set(continues.values())
    ):
        if key not in wanted.values():  # A named topic the texts no longer suggest stays.
            wanted |= {each: key for each in typical.get(key, ()) if each in groups}
    decisions = {
        submission: number_of.get(key) or name_of(key) for submission, key in sorted(wanted.items())
    }
    keys = {str(group): key for group, key in continues.items() if key not in named}
    return Lessons(names, decisions, keys | {name: key for key, name in called.items()})


def _swallowed(
    corrected: Corrected,
    groups: Mapping[int, int],
    before: Mapping[int, int],
    matched: Mapping[int, int],
) -> dict[int, int]:
    """New groups most of which lay in a topic that people made out of several ones."""
    counts: dict[int, Counter[int]] = {}
    for submission, group in groups.items():
        if group not in matched and submission in before:
            counts.setdefault(group, Counter())[before[submission]] += 1
    found = {}
    for group, lay in counts.items():
        key, most = lay.most_common(1)[0]
        if corrected.final(key) in corrected.targets and 2 * most > lay.total():
            found[group] = corrected.final(key)
    return found
