"""The list of a round's applications: filtered, ordered and paged by the database."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, Row, and_, case, func, or_, select, tuple_

from civicdialog.committee.models import REVIEWERS, Application
from civicdialog.committee.screening_questions import STRICTNESS, RiskClass
from civicdialog.core.db import db
from civicdialog.core.i18n import mark
from civicdialog.core.permissions import Actor
from civicdialog.submissions.models import Kind, Status, Submission
from civicdialog.submissions.queries import visible_to

ON_A_PAGE = 25
# More than any profile can have: without a profile everything is a gap.
NO_PROFILE = 999


class State(StrEnum):
    """How far the screening is, with the questions that are asked now."""

    NONE = "none"
    RUNNING = "running"
    DONE = "done"
    AGAIN = "again"


STATES: Mapping[State, str] = {
    State.NONE: mark("Not begun"),
    State.RUNNING: mark("Being screened"),
    State.DONE: mark("Screened by two"),
    State.AGAIN: mark("Answer again: there are new questions"),
}


class Sort(StrEnum):
    NUMBER = "number"
    RISK = "risk"
    GAPS = "gaps"


SORTS: Mapping[Sort, str] = {
    Sort.NUMBER: mark("by number"),
    Sort.RISK: mark("the strictest class first"),
    Sort.GAPS: mark("the most gaps first"),
}


@dataclass(frozen=True)
class Wanted:
    """What somebody wants to see of the list."""

    risk: RiskClass | None = None
    state: State | None = None
    sort: Sort = Sort.NUMBER
    after: str = ""

    @classmethod
    def read(cls, args: Mapping[str, str]) -> "Wanted":
        """From the address; what makes no sense is left out."""
        risk, state, sort = args.get("risk", ""), args.get("state", ""), args.get("sort", "")
        return cls(
            risk=RiskClass(risk) if risk in set(RiskClass) else None,
            state=State(state) if state in set(State) else None,
            sort=Sort(sort) if sort in set(Sort) else Sort.NUMBER,
            after=args.get("after", ""),
        )

    @property
    def narrows(self) -> bool:
        return self.risk is not None or self.state is not None


@dataclass(frozen=True)
class Found:
    rows: Sequence[Row[Any]]
    count: int
    next_key: str


def state_of(application: Application | None, questionnaire: str) -> State:
    """How far the screening of one application is."""
    if application is None or not application.questionnaire:
        return State.NONE
    if application.questionnaire != questionnaire:
        return State.AGAIN
    return State.DONE if application.is_screened else State.RUNNING


def applications(viewer: Actor, round_id: int, wanted: Wanted, questionnaire: str) -> Found:
    """One page: number, title, public id and where the examination stands."""
    conditions = _conditions(viewer, round_id, wanted, questionnaire)
    joined = Application.submission_id == Submission.id
    count = select(func.count(Submission.id)).outerjoin(Application, joined).where(*conditions)
    key = _key(wanted.sort)
    rows = (
        select(Submission.id, Submission.number, Submission.title, Submission.public_id,
               Application, key.label("key"))
        .outerjoin(Application, joined)
        .where(*conditions)
    )  # fmt: skip
    shown = db.session.execute(_from(rows, key, wanted.after).limit(ON_A_PAGE + 1)).all()
    last = shown[ON_A_PAGE - 1] if len(shown) > ON_A_PAGE else None
    return Found(
        shown[:ON_A_PAGE],
        db.session.scalar(count) or 0,
        f"{last.key}.{last.id}" if last is not None else "",
    )


def _conditions(
    viewer: Actor, round_id: int, wanted: Wanted, questionnaire: str
) -> list[ColumnElement[bool]]:
    conditions = [
        Submission.round_id == round_id,
        visible_to(viewer),
        Submission.status == Status.PUBLISHED,
        Submission.kind == Kind.USE_CASE,
    ]
    if wanted.risk is not None:
        conditions.append(Application.risk_class == wanted.risk)
    if wanted.state is not None:
        conditions.append(_in_state(wanted.state, questionnaire))
    return conditions


def _in_state(state: State, questionnaire: str) -> ColumnElement[bool]:
    is_now = Application.questionnaire == questionnaire
    if state is State.NONE:
        return or_(Application.id.is_(None), Application.questionnaire == "")
    if state is State.AGAIN:
        return Application.questionnaire.not_in(["", questionnaire])
    if state is State.DONE:
        return and_(is_now, Application.finished_count >= REVIEWERS)
    return and_(is_now, Application.finished_count < REVIEWERS)


def _key(sort: Sort) -> ColumnElement[int]:
    """A whole number that grows down the list."""
    if sort is Sort.GAPS:
        return -func.coalesce(Application.gap_count, NO_PROFILE)
    if sort is Sort.RISK:
        ranks = {risk: -place for place, risk in enumerate(STRICTNESS, start=1)}
        return case(
            *((Application.risk_class == risk, rank) for risk, rank in ranks.items()), else_=0
        )
    return func.coalesce(Submission.number, 0)


def _from(rows: Any, key: ColumnElement[int], after: str) -> Any:
    value, _, number = after.partition(".")
    if number.isdecimal() and value.removeprefix("-").isdecimal() and len(after) < 20:
        rows = rows.where(tuple_(key, Submission.id) > tuple_(int(value), int(number)))
    return rows.order_by(key, Submission.id)
