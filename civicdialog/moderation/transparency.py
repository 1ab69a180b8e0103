"""What the moderation did, in numbers for everybody: public rounds, and nothing about a person."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Integer,
    Row,
    Select,
    String,
    and_,
    cast,
    func,
    literal,
    or_,
    select,
    union_all,
)
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.orm import InstrumentedAttribute, aliased
from sqlalchemy.sql.functions import GenericFunction

from civicdialog.core.city import city
from civicdialog.core.db import db
from civicdialog.discussion.models import Argument
from civicdialog.moderation.models import (
    RESTRICTIONS,
    Appeal,
    AppealState,
    Ground,
    ModerationDecision,
    Notice,
    NoticeState,
    Outcome,
    SubjectKind,
)
from civicdialog.rounds.models import Round
from civicdialog.submissions.models import (
    RevisionState,
    Status,
    Submission,
    SubmissionRevision,
)

ANSWERS = frozenset({Outcome.PUBLISHED, Outcome.REJECTED, Outcome.CHANGE_ASKED})
"""What ends the waiting; for something that stood on the page there was none."""
_Key = ColumnElement[str] | InstrumentedAttribute[Any]
FEWEST = 5
"""Below so many decisions a median would tell of single ones."""


class HoursBetween(GenericFunction[int]):
    """Whole hours from one moment to a later one."""

    type = Integer()
    inherit_cache = True


@compiles(HoursBetween, "sqlite")
def _hours_sqlite(element: Any, compiler: Any, **options: Any) -> str:
    begin, end = (compiler.process(each, **options) for each in element.clauses)
    return f"((strftime('%s', {end}) - strftime('%s', {begin})) / 3600)"


@compiles(HoursBetween, "postgresql")
def _hours_postgresql(element: Any, compiler: Any, **options: Any) -> str:
    begin, end = (compiler.process(each, **options) for each in element.clauses)
    seconds = "date_trunc('second', {}::timestamptz)"
    between = f"{seconds.format(end)} - {seconds.format(begin)}"
    return f"CAST(floor(extract(epoch FROM {between}) / 3600) AS integer)"


@dataclass(frozen=True)
class Scope:
    """Which part is told: one public round or all, one year or all."""

    round_id: int | None = None
    year: int | None = None

    def period(self, moment: InstrumentedAttribute[datetime]) -> list[ColumnElement[bool]]:
        """That the moment lies in the year, by the city's clock."""
        if self.year is None:
            return []
        begin, end = (datetime(y, 1, 1, tzinfo=city().zone) for y in (self.year, self.year + 1))
        return [moment >= begin.astimezone(UTC), moment < end.astimezone(UTC)]

    def place(self, round_id: InstrumentedAttribute[Any]) -> ColumnElement[bool]:
        """That it belongs to the round, or to any public one."""
        if self.round_id is not None:
            return round_id == self.round_id
        return round_id.in_(select(Round.id).where(Round.is_public))


@dataclass(frozen=True)
class Decisions:
    """So many decisions that are alike."""

    kind: SubjectKind
    outcome: Outcome
    ground: Ground | None
    automated: bool
    means: str
    count: int


@dataclass(frozen=True)
class Figures:
    """The numbers of one scope. What is open is open now, whatever the year."""

    contributions: Mapping[Status, int]
    """Handed in, by what they are today."""
    arguments: int
    decisions: Sequence[Decisions]
    hours: Mapping[int, int]
    """How many decisions took so many whole hours."""
    appeals: Mapping[AppealState, int]
    notices: Mapping[NoticeState, int]
    open: Mapping[str, int]

    @property
    def handed_in(self) -> int:
        return sum(self.contributions.values())

    @property
    def published(self) -> int:
        """Handed in, and on the page today."""
        return self.contributions.get(Status.PUBLISHED, 0)

    @property
    def decided(self) -> int:
        return sum(each.count for each in self.decisions)

    @property
    def by_outcome(self) -> Mapping[Outcome, int]:
        found: Counter[Outcome] = Counter()
        for each in self.decisions:
            found[each.outcome] += each.count
        return {outcome: found[outcome] for outcome in Outcome if found[outcome]}

    @property
    def by_ground(self) -> Mapping[Ground, int]:
        """Restrictions by their ground, those undone later too."""
        found: Counter[Ground] = Counter()
        for each in self.decisions:
            if each.outcome in RESTRICTIONS and each.ground is not None:
                found[each.ground] += each.count
        return {ground: found[ground] for ground in Ground if found[ground]}

    @property
    def restricted(self) -> int:
        return sum(self.by_ground.values())

    @property
    def by_means(self) -> Mapping[str, int]:
        """Decisions in which a machine had a part, by its name."""
        found: Counter[str] = Counter()
        for each in self.decisions:
            if each.automated:
                found[each.means] += each.count
        return dict(sorted(found.items()))

    @property
    def automated(self) -> int:
        return sum(self.by_means.values())

    @property
    def blocks(self) -> int:
        return self.by_outcome.get(Outcome.BLOCKED, 0)

    @property
    def median_hours(self) -> int | None:
        return self._hours_of(50)

    @property
    def most_hours(self) -> int | None:
        """What nine of ten decisions did not exceed."""
        return self._hours_of(90)

    @property
    def appealed(self) -> int:
        return sum(self.appeals.values())

    @property
    def appeals_decided(self) -> int:
        return self.appealed - self.appeals.get(AppealState.OPEN, 0)

    @property
    def share_reversed(self) -> float | None:
        decided = self.appeals_decided
        return self.appeals.get(AppealState.GRANTED, 0) / decided if decided else None

    @property
    def noticed(self) -> int:
        return sum(self.notices.values())

    @property
    def is_empty(self) -> bool:
        return not (self.handed_in or self.arguments or self.decided or self.noticed)

    def _hours_of(self, percent: int) -> int | None:
        """The nearest rank: the smallest value that so many percent do not exceed."""
        total = sum(self.hours.values())
        if total < FEWEST:
            return None
        rank, passed = -(-percent * total // 100), 0
        for hours, count in sorted(self.hours.items()):
            passed += count
            if passed >= rank:
                return hours
        return None


def figures(scope: Scope) -> Figures:
    """The numbers, in three statements however many decisions there are."""
    counted = _counts(scope)
    return Figures(
        contributions={Status(key): n for key, n in counted["contribution"].items()},
        arguments=sum(counted["argument"].values()),
        decisions=_decisions(scope),
        hours=_hours(scope),
        appeals={AppealState(key): n for key, n in counted["appeal"].items()},
        notices={NoticeState(key): n for key, n in counted["notice"].items()},
        open={key: n for key, n in counted["open"].items() if n},
    )


def yearly(round_id: int) -> list[tuple[int, Figures]]:
    """The numbers of a round for every year in which something was decided."""
    first, last = db.session.execute(
        select(
            func.min(ModerationDecision.decided_at, type_=ModerationDecision.decided_at.type),
            func.max(ModerationDecision.decided_at, type_=ModerationDecision.decided_at.type),
        ).where(ModerationDecision.round_id == round_id)
    ).one()
    if first is None or last is None:
        return []
    return [
        (year, figures(Scope(round_id, year))) for year in range(year_of(first), year_of(last) + 1)
    ]


def year_of(moment: datetime) -> int:
    """The year by the city's clock."""
    return moment.astimezone(city().zone).year


def told_rounds() -> Sequence[Row[int, str, str, bool, datetime]]:
    """(id, slug, title, sample, begun) of the rounds whose moderation is public, newest first."""
    return db.session.execute(
        select(Round.id, Round.slug, Round.title, Round.is_sample, Round.created_at)
        .where(Round.is_public)
        .order_by(Round.id.desc())
    ).all()


def _of(scope: Scope) -> list[ColumnElement[bool]]:
    """The scope for decisions; what concerns a person belongs to no round."""
    place = scope.place(ModerationDecision.round_id)
    if scope.round_id is None:
        place = or_(place, ModerationDecision.subject_kind == SubjectKind.PERSON)
    return [place, *scope.period(ModerationDecision.decided_at)]


def _decisions(scope: Scope) -> list[Decisions]:
    alike = (
        ModerationDecision.subject_kind,
        ModerationDecision.outcome,
        ModerationDecision.ground,
        ModerationDecision.automated,
        ModerationDecision.means,
    )
    counted = select(*alike, func.count()).where(*_of(scope)).group_by(*alike)
    return [Decisions(*row) for row in db.session.execute(counted)]


def _hours(scope: Scope) -> dict[int, int]:
    hours = HoursBetween(ModerationDecision.waited_since, ModerationDecision.decided_at)
    waited = select(hours.label("hours")).where(
        *_of(scope),
        ModerationDecision.outcome.in_(ANSWERS),
        ModerationDecision.waited_since.is_not(None),
    )
    each = waited.subquery()
    counted = select(each.c.hours, func.count()).group_by(each.c.hours)
    return {max(0, hours): count for hours, count in db.session.execute(counted)}


def _counts(scope: Scope) -> dict[str, Counter[str]]:
    here = scope.place(Submission.round_id)
    written = select(Argument).join(Submission, Submission.id == Argument.submission_id)
    waits = and_(
        ~Argument.is_public, ~Argument.is_withdrawn, ~Argument.is_hidden, ~Argument.is_refused
    )
    changed = select(SubmissionRevision).join(
        Submission, Submission.id == SubmissionRevision.submission_id
    )
    appealed = select(Appeal).join(ModerationDecision, ModerationDecision.id == Appeal.decision_id)
    noticed = select(Notice).join(Submission, Submission.id == Notice.submission_id)
    by_decision = _of(Scope(scope.round_id))
    parts = [
        _tally(
            "contribution",
            Submission.status,
            select(Submission).where(here, *scope.period(Submission.created_at)),
        ),
        _tally("argument", literal(""), written.where(here, *scope.period(Argument.created_at))),
        _tally(
            "appeal", Appeal.state, appealed.where(*by_decision, *scope.period(Appeal.created_at))
        ),
        _tally("notice", Notice.state, noticed.where(here, *scope.period(Notice.created_at))),
        _tally(
            "open",
            literal("submission"),
            select(Submission).where(here, Submission.status == Status.PENDING),
        ),
        _tally("open", literal("argument"), written.where(here, waits)),
        _tally(
            "open",
            literal("change"),
            changed.where(
                here,
                Submission.status == Status.PUBLISHED,
                SubmissionRevision.state == RevisionState.WAITING,
            ),
        ),
        _tally(
            "open",
            literal("appeal"),
            appealed.where(*by_decision, Appeal.state == AppealState.OPEN),
        ),
        _tally("open", literal("notice"), noticed.where(here, Notice.state == NoticeState.OPEN)),
    ]
    found: dict[str, Counter[str]] = {
        each: Counter() for each in ("contribution", "argument", "appeal", "notice", "open")
    }
    for what, key, count in db.session.execute(union_all(*parts)):
        found[what][key] += count
    return found


def _tally(what: str, key: _Key, rows: Select[Any]) -> Select[str, str, int]:
    counted = rows.with_only_columns(literal(what), cast(key, String), func.count())
    return counted.group_by(key) if isinstance(key, InstrumentedAttribute) else counted


# ---- the log ------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Entry:
    """A decision without anything that leads to a person or to what was not published."""

    id: int
    at: datetime
    """Pages and files show its day alone."""
    kind: SubjectKind
    outcome: Outcome
    ground: Ground | None
    automated: bool
    reversed: bool
    days: int | None
    """From handing in to the answer; none where nothing waited for one."""

    @property
    def day(self) -> date:
        return self.at.astimezone(city().zone).date()


def log(scope: Scope, before: int | None = None, limit: int | None = None) -> Iterator[Entry]:
    """Decisions, the newest first. Those about people are counted, but not listed one by one."""
    undone = aliased(ModerationDecision)
    place = scope.place(ModerationDecision.round_id)
    if scope.round_id is None:
        # Calculated with, the round is no key: the newest are read off the primary key, not sorted.
        place = (ModerationDecision.round_id + 0).in_(select(Round.id).where(Round.is_public))
    wanted = (
        select(
            ModerationDecision.id,
            ModerationDecision.decided_at,
            ModerationDecision.subject_kind,
            ModerationDecision.outcome,
            ModerationDecision.ground,
            ModerationDecision.automated,
            ModerationDecision.waited_since,
            select(undone.id).where(undone.reverses_id == ModerationDecision.id).exists(),
        )
        .where(
            place,
            *scope.period(ModerationDecision.decided_at),
            ModerationDecision.subject_kind != SubjectKind.PERSON,
        )
        .order_by(ModerationDecision.id.desc())
        .limit(limit)
    )
    if before is not None:
        wanted = wanted.where(ModerationDecision.id < before)
    for id, at, kind, outcome, ground, automated, since, undone_later in db.session.execute(wanted):
        waits_for = since if outcome in ANSWERS else None
        yield Entry(
            id=id,
            at=at,
            kind=kind,
            outcome=outcome,
            ground=ground,
            automated=bool(automated),
            reversed=bool(undone_later),
            days=max(0, (at - waits_for).days) if waits_for else None,
        )
