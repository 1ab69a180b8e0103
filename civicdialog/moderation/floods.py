"""Contributions that wait and say nearly the same, many times: shown as one, decided on as one.

Which ones resemble each other is known to a room above; the façade puts the finder in.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from flask import current_app
from sqlalchemy import select
from sqlalchemy.orm import joinedload

from civicdialog.core.db import db
from civicdialog.core.errors import NotFound
from civicdialog.core.permissions import Actor, Permission, require
from civicdialog.moderation.bulk import Done, decide_on_all
from civicdialog.moderation.deciding import Reasons
from civicdialog.moderation.models import SubjectKind
from civicdialog.moderation.queue_sources import state_of, texts_of
from civicdialog.submissions.models import Status, Submission

FEWEST = 5
"""From so many waiting contributions on that say nearly the same, they are a flood."""
LEAST_ALIKE = 0.7
AT_ONCE = 500
"""So many are decided on with one press."""

PairFinder = Callable[[Actor, float], Iterable[tuple[int, int]]]
FINDER = "find_pairs_that_wait"
"""Where the finder lies among the application's extensions."""


@dataclass(frozen=True)
class Flood:
    """Contributions that wait and are tied to each other, the oldest first."""

    waiting: list[Submission]
    published: list[Submission]
    """Those that are public already and say the same."""

    @property
    def key(self) -> str:
        return self.waiting[0].public_id

    @property
    def first(self) -> Submission:
        return self.waiting[0]

    @property
    def last(self) -> Submission:
        return self.waiting[-1]

    @property
    def accounts(self) -> int:
        return len({each.author_id for each in self.waiting if each.author_id is not None})

    @property
    def without_account(self) -> int:
        return sum(each.author_id is None for each in self.waiting)


def floods(viewer: Actor) -> list[Flood]:
    """All floods that wait, the largest first."""
    require(viewer, Permission.MODERATION_READ)
    find: PairFinder | None = current_app.extensions.get(FINDER)
    groups = (
        [each for each in _tied(find(viewer, LEAST_ALIKE)) if len(each) >= FEWEST] if find else []
    )
    if not groups:
        return []
    wanted = {number for group in groups for number in group}
    rows = db.session.scalars(
        select(Submission)
        .where(Submission.id.in_(wanted), Submission.status.in_((Status.PENDING, Status.PUBLISHED)))
        .options(joinedload(Submission.round))
        .order_by(Submission.created_at, Submission.id)
    )
    found = {row.id: row for row in rows}
    made = []
    for group in groups:
        members = sorted(
            (found[number] for number in group if number in found),
            key=lambda each: (each.created_at, each.id),
        )
        waiting = [each for each in members if not each.is_public and not each.awaits_author]
        if len(waiting) >= FEWEST:
            made.append(Flood(waiting, [each for each in members if each.is_public]))
    return sorted(made, key=lambda flood: (-len(flood.waiting), flood.first.id))


def one(viewer: Actor, key: str) -> Flood:
    """The flood with this contribution in it.

    :raise NotFound: if it is part of none, or no longer
    """
    for flood in floods(viewer):
        if any(each.public_id == key for each in flood.waiting):
            return flood
    raise NotFound(key)


def keys_of(flood: Flood) -> list[str]:
    """What the queue calls its members and the state of their texts, the oldest first."""
    members = flood.waiting[:AT_ONCE]
    texts = texts_of(SubjectKind.SUBMISSION, [each.id for each in members])
    return [f"{SubjectKind.SUBMISSION}-{each.id}-{state_of(texts[each.id])}" for each in members]


def decide_on_flood(
    actor: Actor, flood: Flood, reasons: Reasons, *, seen: str, keep_first: bool
) -> Done:
    """Do not publish the `seen` keys of a flood; with `keep_first` the oldest is published.

    Each contribution gets its own decision, which its author can object to.
    """
    require(actor, Permission.SUBMISSION_MODERATE)
    members = {f"{SubjectKind.SUBMISSION}-{each.id}" for each in flood.waiting}
    keys = [key for key in seen.split() if key.rpartition("-")[0] in members][:AT_ONCE]
    kept = keys[:1] if keep_first else []
    published = decide_on_all(actor, kept, None)
    done = decide_on_all(actor, keys[len(kept) :], reasons)
    return Done(
        done.count + published.count, done.own + published.own, done.too_late + published.too_late
    )


def _tied(pairs: Iterable[tuple[int, int]]) -> list[list[int]]:
    """Groups of ids that are tied to each other, directly or by others."""
    parent: dict[int, int] = {}

    def root(number: int) -> int:
        parent.setdefault(number, number)
        while parent[number] != number:
            parent[number] = parent[parent[number]]
            number = parent[number]
        return number

    for one, other in pairs:
        first, second = sorted((root(one), root(other)))
        parent[second] = first
    groups: dict[int, list[int]] = defaultdict(list)
    for number in sorted(parent):
        groups[root(number)].append(number)
    return list(groups.values())
