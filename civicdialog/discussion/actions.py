"""Saying something about a contribution, answering, changing it, taking it back."""

from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError

from civicdialog.accounts.blocks import refuse_while_blocked
from civicdialog.core import clock
from civicdialog.core.audit import Event, record
from civicdialog.core.db import db
from civicdialog.core.errors import NotFound, RuleBroken
from civicdialog.core.i18n import mark
from civicdialog.core.ids import fingerprint
from civicdialog.core.permissions import Actor, Permission, require
from civicdialog.discussion.models import Argument, ArgumentRevision, Stance
from civicdialog.discussion.publishing import put_on_page, take_off
from civicdialog.rounds.models import Deed, Round
from civicdialog.submissions.models import Submission
from civicdialog.submissions.texts import cleaned
from civicdialog.trace.links import add_link
from civicdialog.trace.models import Relation

LONGEST_TEXT = 1_500


@dataclass(frozen=True)
class ArgumentDraft:
    """What somebody wants to say about a submission, or in answer to an argument."""

    stance: Stance
    text: str
    answers: Argument | None = None


def add_argument(
    actor: Actor,
    round: Round,
    submission: Submission,
    draft: ArgumentDraft,
    *,
    is_public: bool | None = None,
    form_token: str | None = None,
) -> Argument:
    """Say something about a published submission. Needs the round's phases.

    Whether it waits for a moderator is said by the round, or by `is_public`. Sending the same form
    twice gives the same argument.
    """
    require(actor, Permission.ARGUMENT_CREATE)
    sent_before = _sent_with(actor, form_token)
    if sent_before is not None:
        return sent_before
    if submission.round_id != round.id:
        raise NotFound(submission.public_id)
    refuse_while_blocked(actor)
    if not submission.is_public:
        raise RuleBroken(mark("Nobody can write about this contribution at the moment."))
    if not round.permits(Deed.ARGUE, clock.now()):
        raise RuleBroken(mark("This round takes no arguments at the moment."))
    argument, is_new = _written(actor, submission, draft, form_token)
    if is_new:
        if not round.arguments_wait if is_public is None else is_public:
            put_on_page(argument)
        record(actor, Event.ARGUMENT_CREATED, argument)
    return argument


def answer_for_the_administration(
    actor: Actor, submission: Submission, draft: ArgumentDraft, *, form_token: str | None = None
) -> Argument:
    """Answer in the name of the office: at once, also after the discussion has ended."""
    require(actor, Permission.ARGUMENT_ANSWER)
    sent_before = _sent_with(actor, form_token)
    if sent_before is not None:
        return sent_before
    if not submission.is_public:
        raise RuleBroken(mark("Nobody can write about this contribution at the moment."))
    argument, is_new = _written(actor, submission, draft, form_token, is_official=True)
    if is_new:
        put_on_page(argument)
        add_link(actor, submission, argument, Relation.ANSWERED)
        record(actor, Event.ARGUMENT_CREATED, argument, official=True)
    return argument


def change_argument(actor: Actor, round: Round, argument: Argument, text: str) -> None:
    """Change the own argument; what stood there before stays readable. Needs the round's phases.

    :raise RuleBroken: if it is on the page no more, or the discussion is over
    """
    require(actor, Permission.ARGUMENT_EDIT, argument)
    refuse_while_blocked(actor)
    if not (argument.is_public or argument.waits):
        raise RuleBroken(mark("This can no longer be changed."))
    if not (round.permits(Deed.ARGUE, clock.now()) or argument.is_official):
        raise RuleBroken(mark("This round takes no arguments at the moment."))
    text = _checked(text)
    if text == argument.text:
        raise RuleBroken(mark("You have not changed anything."), field="text")
    if argument.is_public:
        _keep_version(argument)
        argument.edited_at = clock.now()
        if round.arguments_wait and not argument.is_official:
            take_off(argument)
    argument.text = text
    db.session.flush()
    record(actor, Event.ARGUMENT_CHANGED, argument)


def withdraw_argument(actor: Actor, argument: Argument) -> None:
    """Take the own argument back; answers to it stay readable."""
    require(actor, Permission.ARGUMENT_EDIT, argument)
    if argument.is_withdrawn:
        return
    take_off(argument)
    argument.is_withdrawn = True
    db.session.flush()
    record(actor, Event.ARGUMENT_WITHDRAWN, argument)


def _sent_with(actor: Actor, form_token: str | None) -> Argument | None:
    """What this actor has sent with a form already."""
    token = _token(actor, form_token)
    if token is None:
        return None
    return db.session.scalar(select(Argument).where(Argument.form_token == token))


def _token(actor: Actor, form_token: str | None) -> str | None:
    return fingerprint(f"{actor.id}:{form_token}")[:60] if form_token else None


def _written(
    actor: Actor,
    submission: Submission,
    draft: ArgumentDraft,
    form_token: str | None,
    *,
    is_official: bool = False,
) -> tuple[Argument, bool]:
    """The new argument, or the one this form was sent for a moment ago."""
    parent = draft.answers
    if parent is not None:
        if parent.submission_id != submission.id:
            raise NotFound(parent.public_id)
        if not parent.can_be_answered:
            raise RuleBroken(mark("Nobody can answer this."))
    argument = Argument(
        submission_id=submission.id,
        author_id=actor.id,
        stance=draft.stance,
        text=_checked(draft.text),
        parent_id=parent.id if parent else None,
        is_official=is_official,
        form_token=_token(actor, form_token),
    )
    try:
        with db.session.begin_nested():
            db.session.add(argument)
    except IntegrityError:
        sent_meanwhile = _sent_with(actor, form_token)
        if sent_meanwhile is None:
            raise
        return sent_meanwhile, False
    return argument, True


def _checked(text: str) -> str:
    text = cleaned(text)
    if not text:
        raise RuleBroken(mark("Please fill in this field."), field="text")
    if len(text) > LONGEST_TEXT:
        raise RuleBroken(
            mark("Please use at most %(most)s characters."), field="text", most=LONGEST_TEXT
        )
    return text


def _keep_version(argument: Argument) -> None:
    count = select(func.count()).where(ArgumentRevision.argument_id == argument.id)
    db.session.add(
        ArgumentRevision(
            argument_id=argument.id,
            number=int(db.session.scalar(count) or 0) + 1,
            text=argument.text,
            created_at=argument.edited_at or argument.created_at,
        )
    )
