"""Adding an argument, a question or a remark."""

from dataclasses import dataclass

from sqlalchemy import update

from civicdialog.core import clock
from civicdialog.core.audit import Event, record
from civicdialog.core.db import db
from civicdialog.core.errors import NotFound, RuleBroken
from civicdialog.core.i18n import mark
from civicdialog.core.permissions import Actor, Permission, require
from civicdialog.discussion.models import Argument, Stance
from civicdialog.rounds.models import Deed, Round
from civicdialog.submissions.models import Submission
from civicdialog.submissions.texts import cleaned

LONGEST_TEXT = 1_500


@dataclass(frozen=True)
class ArgumentDraft:
    """What somebody wants to say about a submission."""

    stance: Stance
    text: str


def add_argument(
    actor: Actor,
    round: Round,
    submission: Submission,
    draft: ArgumentDraft,
    *,
    is_public: bool = False,
) -> Argument:
    """Say something about a published submission. Needs the round's phases.

    It waits for a moderator unless it `is_public` already.
    """
    require(actor, Permission.ARGUMENT_CREATE)
    if submission.round_id != round.id:
        raise NotFound(submission.public_id)
    if not submission.is_public:
        raise RuleBroken(mark("Nobody can write about this contribution at the moment."))
    if not round.permits(Deed.ARGUE, clock.now()):
        raise RuleBroken(mark("This round takes no arguments at the moment."))
    text = cleaned(draft.text)
    if not text:
        raise RuleBroken(mark("Please fill in this field."), field="text")
    if len(text) > LONGEST_TEXT:
        raise RuleBroken(
            mark("Please use at most %(most)s characters."), field="text", most=LONGEST_TEXT
        )
    argument = Argument(
        submission_id=submission.id,
        author_id=actor.id,
        stance=draft.stance,
        text=text,
        is_public=is_public,
    )
    db.session.add(argument)
    db.session.flush()
    if is_public:
        _count_one(submission.id)
    record(actor, Event.ARGUMENT_CREATED, argument)
    return argument


def _count_one(submission_id: int) -> None:
    table = Submission.__table__
    statement = update(table).where(table.c.id == submission_id)  # type: ignore[arg-type]
    db.session.execute(statement.values(argument_count=table.c.argument_count + 1))
