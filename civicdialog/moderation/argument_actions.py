"""Deeds of moderators on arguments, questions and answers, each with a decision that stays."""

from civicdialog.core.audit import Event, record
from civicdialog.core.db import db
from civicdialog.core.errors import RuleBroken
from civicdialog.core.i18n import mark
from civicdialog.core.permissions import Actor, Permission, require
from civicdialog.discussion import publishing
from civicdialog.discussion.models import Argument
from civicdialog.moderation.deciding import Reasons, decide, state_reasons, tell_author
from civicdialog.moderation.models import ModerationDecision, Outcome
from civicdialog.submissions.models import Submission


def publish_argument(actor: Actor, argument: Argument) -> ModerationDecision:
    """Put an argument that waits onto the page.

    :raise RuleBroken: if it waits no longer
    """
    require(actor, Permission.ARGUMENT_MODERATE, argument)
    if not argument.waits:
        raise RuleBroken(mark("This has already been decided on."))
    publishing.put_on_page(argument)
    db.session.flush()
    decision = decide(actor, argument, Outcome.PUBLISHED)
    record(actor, Event.ARGUMENT_PUBLISHED, argument)
    return decision


def remove_argument(actor: Actor, argument: Argument, reasons: Reasons) -> ModerationDecision:
    """Do not publish an argument, or hide one that is on the page, and tell its author why.

    :raise RuleBroken: if it is neither waiting nor on the page, or nothing is explained
    """
    require(actor, Permission.ARGUMENT_MODERATE, argument)
    reasons = reasons.checked()
    if argument.waits:
        publishing.refuse(argument)
        outcome, event = Outcome.REJECTED, Event.ARGUMENT_REFUSED
    elif argument.is_public:
        publishing.hide(argument)
        outcome, event = Outcome.HIDDEN, Event.ARGUMENT_HIDDEN
    else:
        raise RuleBroken(mark("This has already been decided on."))
    db.session.flush()
    decision = decide(actor, argument, outcome, reasons=reasons)
    state_reasons(argument, decision, _title(argument))
    record(actor, event, argument, ground=reasons.ground.value)
    return decision


def restore_argument(
    actor: Actor,
    argument: Argument,
    note: str = "",
    *,
    reverses: ModerationDecision | None = None,
) -> ModerationDecision:
    """Put a hidden or refused argument onto the page.

    :raise RuleBroken: if it is neither
    """
    require(actor, Permission.ARGUMENT_MODERATE, argument)
    if not (argument.is_hidden or argument.is_refused) or argument.is_withdrawn:
        raise RuleBroken(mark("This has already been decided on."))
    publishing.put_on_page(argument)
    db.session.flush()
    decision = decide(actor, argument, Outcome.RESTORED, note=note.strip(), reverses=reverses)
    tell_author(
        argument,
        "decision-undone",
        url=f"/arguments/{argument.public_id}",
        title=_title(argument),
        note=decision.explanation,
    )
    record(actor, Event.ARGUMENT_RESTORED, argument)
    return decision


def _title(argument: Argument) -> str:
    return db.session.get_one(Submission, argument.submission_id).title
