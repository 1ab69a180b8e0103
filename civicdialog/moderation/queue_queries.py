"""Reading the queue: what waits, the oldest first, narrowed as somebody wants it."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from re import fullmatch
from typing import Any

from sqlalchemy import Select, String, case, cast, func, literal, select, tuple_
from sqlalchemy.orm import aliased

from civicdialog.accounts.models import Person
from civicdialog.core.db import UtcDateTime, db
from civicdialog.core.permissions import Actor, Permission, require
from civicdialog.moderation.models import Assignment, SubjectKind
from civicdialog.moderation.queue_sources import (
    Situation,
    everything_that_waits,
    state_of,
    texts_of,
)
from civicdialog.moderation.signs import Sign, signs_in
from civicdialog.rounds.models import Round
from civicdialog.submissions.models import Submission

MOST_EXAMINED = 300
"""So many are looked through at once for what programs point out."""
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class Tab(StrEnum):
    WAITING = "waiting"
    AUTHOR = "author"


SITUATIONS: Mapping[Tab, Sequence[Situation]] = {
    Tab.WAITING: (Situation.NEW, Situation.UNREAD),
    Tab.AUTHOR: (Situation.AUTHOR,),
}


class Held(StrEnum):
    """Who has taken something on."""

    ME = "me"
    NOBODY = "nobody"
    OTHERS = "others"


@dataclass(frozen=True)
class Wanted:
    """What somebody wants to see of the queue."""

    tab: Tab = Tab.WAITING
    round: str = ""
    kind: SubjectKind | None = None
    held: Held | None = None
    is_late: bool = False
    is_marked: bool = False

    @property
    def args(self) -> dict[str, Any]:
        """As it stands in the address; what was not chosen is left out."""
        chosen = {
            "tab": "" if self.tab is Tab.WAITING else self.tab.value,
            "round": self.round,
            "kind": self.kind.value if self.kind else "",
            "held": self.held.value if self.held else "",
            "late": "1" if self.is_late else "",
            "marked": "1" if self.is_marked else "",
        }
        return {name: value for name, value in chosen.items() if value}

    @classmethod
    def of(cls, args: Mapping[str, str]) -> "Wanted":
        """Read from an address; what makes no sense is passed over."""
        kind, held, tab = args.get("kind"), args.get("held"), args.get("tab")
        slug = args.get("round", "")
        return cls(
            Tab(tab) if tab in set(Tab) else Tab.WAITING,
            slug if fullmatch(r"[\w-]{1,80}", slug) else "",
            SubjectKind(kind) if kind in set(SubjectKind) else None,
            Held(held) if held in set(Held) else None,
            args.get("late") == "1",
            args.get("marked") == "1",
        )


@dataclass(frozen=True)
class Place:
    """Where something stands in the queue, whether it still waits or not."""

    since: datetime
    kind: SubjectKind
    subject_id: int

    def __str__(self) -> str:
        return f"{(self.since - EPOCH) // timedelta(microseconds=1)}-{self.kind}-{self.subject_id}"

    @classmethod
    def of(cls, text: str) -> "Place | None":
        """Read from an address; none if it makes no sense."""
        moment, _, rest = text.partition("-")
        kind, _, number = rest.partition("-")
        if not (moment.isdecimal() and number.isdecimal() and kind in set(SubjectKind)):
            return None
        if len(moment) > 17 or len(number) > 9:
            return None
        return cls(EPOCH + timedelta(microseconds=int(moment)), SubjectKind(kind), int(number))


@dataclass(frozen=True)
class Entry:
    """One thing that waits."""

    place: Place
    situation: Situation
    variant: str
    """The kind of a contribution, or where an argument stands."""
    words: str
    public_id: str
    title: str
    """Of the contribution it belongs to."""
    round_title: str
    author_id: int | None
    author_name: str
    holder_id: int | None
    holder_name: str


@dataclass(frozen=True)
class Listed:
    """One thing that waits, looked through by programs."""

    entry: Entry
    signs: Sequence[Sign]
    state: str
    """A fingerprint of its texts."""

    @property
    def key(self) -> str:
        """Names it, as it stands there now, in a form."""
        return f"{self.entry.place.kind}-{self.entry.place.subject_id}-{self.state}"


@dataclass(frozen=True)
class Open:
    """How much waits in a round, of one kind, in one hand."""

    kind: SubjectKind
    situation: Situation
    round_slug: str
    round_title: str
    holder_id: int | None
    count: int
    oldest_at: datetime
    overdue: int


def entries(
    viewer: Actor,
    wanted: Wanted,
    *,
    cutoff: datetime,
    limit: int,
    after: Place | None = None,
    not_own: bool = False,
) -> tuple[list[Listed], Place | None]:
    """What waits, with what programs point out in it, and after which place it goes on.

    What came in before `cutoff` is overdue.
    """
    most = MOST_EXAMINED if wanted.is_marked else limit
    rows = _rows(viewer, wanted, cutoff, after, not_own).limit(most + 1)
    found = [_entry(row) for row in db.session.execute(rows)]
    listed = _looked_through(found[:most])
    if wanted.is_marked:
        listed = [each for each in listed if each.signs]
    shown = listed[:limit]
    if len(listed) > limit:
        return shown, shown[-1].entry.place
    return shown, found[most - 1].place if len(found) > most else None


def next_one(viewer: Actor, wanted: Wanted, after: Place, *, cutoff: datetime) -> Entry | None:
    """The next one the viewer may decide on; after the last comes the first."""
    for begin in (after, None):
        found, _ = entries(viewer, wanted, cutoff=cutoff, limit=2, after=begin, not_own=True)
        for each in found:
            if each.entry.place != after:
                return each.entry
    return None


def what_is_open(viewer: Actor, *, cutoff: datetime) -> list[Open]:
    """How much waits, by kind, round and hand."""
    require(viewer, Permission.WORKLOAD_READ)
    waits = everything_that_waits().subquery("waits")
    holder = Assignment.moderator_id
    by = (waits.c.kind, waits.c.situation, Round.slug, Round.title, holder)
    is_late = case((waits.c.since < literal(cutoff, UtcDateTime), 1), else_=0)
    counted = (
        select(*by, func.count(), func.min(waits.c.since, type_=UtcDateTime), func.sum(is_late))
        .select_from(waits)
        .join(Submission, Submission.id == waits.c.submission_id)
        .join(Round, Round.id == Submission.round_id)
        .outerjoin(Assignment, _is_held(waits))
        .group_by(*by, Round.id)
        .order_by(Round.id)
    )
    return [
        Open(SubjectKind(kind), Situation(situation), *rest)
        for kind, situation, *rest in db.session.execute(counted)
    ]


def _rows(
    viewer: Actor, wanted: Wanted, cutoff: datetime, after: Place | None, not_own: bool
) -> Select[Any]:
    require(viewer, Permission.MODERATION_READ)
    waits = everything_that_waits().subquery("waits")
    author, holder = aliased(Person), aliased(Person)
    order = (waits.c.since, waits.c.kind, waits.c.subject_id)
    rows = (
        select(
            waits,
            Submission.title,
            Round.title.label("round_title"),
            author.public_name,
            Assignment.moderator_id,
            holder.public_name.label("holder_name"),
        )
        .join(Submission, Submission.id == waits.c.submission_id)
        .join(Round, Round.id == Submission.round_id)
        .outerjoin(author, author.id == waits.c.author_id)
        .outerjoin(Assignment, _is_held(waits))
        .outerjoin(holder, holder.id == Assignment.moderator_id)
        .where(waits.c.situation.in_([each.value for each in SITUATIONS[wanted.tab]]))
        .order_by(*order)
    )
    if wanted.round:
        rows = rows.where(Round.slug == wanted.round)
    if wanted.kind:
        rows = rows.where(waits.c.kind == wanted.kind.value)
    if wanted.held is Held.ME:
        rows = rows.where(Assignment.moderator_id == viewer.id)
    elif wanted.held is Held.NOBODY:
        rows = rows.where(Assignment.moderator_id.is_(None))
    elif wanted.held is Held.OTHERS:
        rows = rows.where(Assignment.moderator_id != viewer.id)
    if wanted.is_late:
        rows = rows.where(waits.c.since < literal(cutoff, UtcDateTime))
    if not_own:
        rows = rows.where(waits.c.author_id.is_distinct_from(viewer.id))
    if after is not None:
        begin = (literal(after.since, UtcDateTime), after.kind.value, after.subject_id)
        rows = rows.where(tuple_(*order) > tuple_(*begin))
    return rows


def _is_held(waits: Any) -> Any:
    same_kind = cast(Assignment.subject_kind, String) == waits.c.kind
    return same_kind & (Assignment.subject_id == waits.c.subject_id)


def _entry(row: Any) -> Entry:
    return Entry(
        place=Place(row.since, SubjectKind(row.kind), row.subject_id),
        situation=Situation(row.situation),
        variant=row.variant,
        words=row.words,
        public_id=row.public_id,
        title=row.title,
        round_title=row.round_title,
        author_id=row.author_id,
        author_name=row.public_name or row.author_name,
        holder_id=row.moderator_id,
        holder_name=row.holder_name or "",
    )


def _looked_through(found: Sequence[Entry]) -> list[Listed]:
    ids: defaultdict[SubjectKind, list[int]] = defaultdict(list)
    for entry in found:
        ids[entry.place.kind].append(entry.place.subject_id)
    texts = {kind: texts_of(kind, numbers) for kind, numbers in ids.items()}
    listed = []
    for entry in found:
        written = texts[entry.place.kind].get(entry.place.subject_id, [])
        signs = signs_in([*written, ("", entry.author_name)])
        listed.append(Listed(entry, signs, state_of(written)))
    return listed
