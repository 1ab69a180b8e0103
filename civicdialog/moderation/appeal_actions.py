"""Objecting to a decision, and deciding on that: somebody else than who decided first."""

from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from civicdialog.accounts.models import Person, PersonRole
from civicdialog.core import clock
from civicdialog.core.audit import Event, record
from civicdialog.core.db import db
from civicdialog.core.errors import RuleBroken
from civicdialog.core.i18n import mark
from civicdialog.core.permissions import Actor, Permission, Role, require
from civicdialog.moderation.cases import Case
from civicdialog.moderation.models import Appeal, AppealState, ModerationDecision
from civicdialog.moderation.undoing import undo
from civicdialog.notifications.outbox import tell
from civicdialog.submissions.texts import cleaned
from civicdialog.trace.links import add_link
from civicdialog.trace.models import Relation

LONGEST = 4_000
TIME_TO_DECIDE = timedelta(days=14)


@dataclass(frozen=True)
class Judgement:
    """What somebody decides on an objection."""

    is_granted: bool
    reasons: str


def appeal(actor: Actor, case: Case, text: str) -> Appeal:
    """Object to a decision on the own text; objecting twice makes one objection.

    :raise RuleBroken: half a year later, or if nothing restricts the text any more
    """
    require(actor, Permission.DECISION_APPEAL, case)
    if case.appeal is not None:
        return case.appeal
    text = cleaned(text)
    if not text:
        raise RuleBroken(mark("Please say why you think the decision is wrong."), field="text")
    if len(text) > LONGEST:
        raise RuleBroken(
            mark("Please use at most %(most)s characters."), field="text", most=LONGEST
        )
    now = clock.now()
    if now >= case.ends_at:
        raise RuleBroken(mark("The six months in which one can object are over."))
    if not case.can_be_appealed(now):
        raise RuleBroken(mark("This decision was taken back already."))
    made = Appeal(
        decision_id=case.decision.id,
        person_id=actor.id,
        text=text,
        created_at=now,
        due_at=now + TIME_TO_DECIDE,
    )
    try:
        with db.session.begin_nested():
            db.session.add(made)
    except IntegrityError:
        return db.session.scalars(
            select(Appeal).where(Appeal.decision_id == case.decision.id)
        ).one()
    if case.submission is not None:
        add_link(actor, case.submission, made, Relation.APPEALED)
    for moderator in _others(case.decision, actor):
        tell(
            moderator,
            "appeal-made",
            url=f"/moderation/appeals/{made.public_id}",
            title=_title(case),
        )
    record(actor, Event.APPEAL_MADE, made)
    return made


def decide_appeal(actor: Actor, case: Case, judgement: Judgement) -> bool:
    """Take the decision back, or let it stand; says whether there was something to put back.

    :raise RuleBroken: if it is decided already, or no reasons are given
    """
    made = case.appeal
    if made is None:
        raise RuleBroken(mark("There is no objection to this decision."))
    require(actor, Permission.APPEAL_DECIDE, made)
    reasons = cleaned(judgement.reasons)
    if not reasons:
        raise RuleBroken(mark("Please give the reasons of your decision."), field="reasons")
    if made.state is not AppealState.OPEN:
        raise RuleBroken(mark("Somebody has decided on this objection already."))
    made.state = AppealState.GRANTED if judgement.is_granted else AppealState.DISMISSED
    made.decided_by_id, made.decided_at, made.reasons = actor.id, clock.now(), reasons
    db.session.flush()
    is_undone = judgement.is_granted and _is_undone(actor, case.decision, reasons)
    if case.submission is not None:
        add_link(actor, case.submission, made, Relation.APPEAL_DECIDED)
    concerned = made.person_id or case.author_id
    author = db.session.get(Person, concerned) if concerned is not None else None
    if author is not None and not is_undone:
        tell(
            author,
            "appeal-decided",
            url=f"/decisions/{case.decision.public_id}",
            title=_title(case),
            granted=judgement.is_granted,
            reasons=reasons,
        )
    record(actor, Event.APPEAL_DECIDED, made, state=made.state.value)
    return is_undone


def _is_undone(actor: Actor, decision: ModerationDecision, reasons: str) -> bool:
    """Put back what can be put back: a text its author has withdrawn since stays away."""
    try:
        undo(actor, decision, reasons)
    except RuleBroken:
        return False
    return True


def _others(decision: ModerationDecision, actor: Actor) -> list[Person]:
    """Moderators who may decide on the objection."""
    wanted = (
        select(Person)
        .join(PersonRole, PersonRole.person_id == Person.id)
        .where(PersonRole.role == Role.MODERATOR)
        .order_by(Person.id)
    )
    concerned = {decision.moderator_id, actor.id}
    return [each for each in db.session.scalars(wanted) if each.id not in concerned]


def _title(case: Case) -> str:
    return case.submission.title if case.submission is not None else ""
