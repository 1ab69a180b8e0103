"""How a contribution comes into being: its texts, the rules for them, and sending twice."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from civicdialog.core.db import db
from civicdialog.core.errors import RuleBroken
from civicdialog.core.i18n import mark
from civicdialog.core.ids import fingerprint
from civicdialog.core.permissions import Actor
from civicdialog.rounds.models import Round
from civicdialog.submissions.fields import FIELDS, TEXTS
from civicdialog.submissions.models import Channel, Decider, Kind, Submission
from civicdialog.submissions.receipts import issue_receipt
from civicdialog.submissions.texts import cleaned, cleaned_line, search_terms
from civicdialog.trace.links import add_link
from civicdialog.trace.models import Relation

LONGEST_TITLE = 160
LONGEST_TEXT = 2_000
LONGEST_TOGETHER = 5_000
LONGEST_REASON = 500
LONGEST_NAME = 120


@dataclass(frozen=True)
class SubmissionDraft:
    """What somebody wants to hand in."""

    title: str
    problem: str
    solution: str
    beneficiaries: str = ""
    worries: str = ""
    kind: Kind = Kind.USE_CASE
    department: str = ""
    benefit: str = ""
    data_used: str = ""
    decider: Decider | None = None
    without_ai: str = ""

    def cleaned(self) -> "SubmissionDraft":
        texts: dict[str, Any] = {name: cleaned(getattr(self, name)) for name in TEXTS}
        return replace(self, title=cleaned_line(self.title), **texts)


@dataclass(frozen=True)
class Origin:
    """How a contribution reached us; one without an account gets a receipt."""

    channel: Channel = Channel.ONLINE
    author_name: str = ""


def check(draft: SubmissionDraft, *, needed: Sequence[str]) -> None:
    """The rules for texts; the forms say the same a little earlier.

    :raise RuleBroken: naming the field
    """
    for field in needed:
        if not getattr(draft, field):
            raise RuleBroken(mark("Please fill in this field."), field=field)
    if len(draft.title) > LONGEST_TITLE:
        raise RuleBroken(
            mark("Please use at most %(most)s characters."), field="title", most=LONGEST_TITLE
        )
    for field in TEXTS:
        if len(getattr(draft, field)) > LONGEST_TEXT:
            raise RuleBroken(
                mark("Please use at most %(most)s characters."), field=field, most=LONGEST_TEXT
            )
    if sum(len(getattr(draft, field)) for field in TEXTS) > LONGEST_TOGETHER:
        raise RuleBroken(
            mark("Together the texts may have at most %(most)s characters. Please shorten one."),
            most=LONGEST_TOGETHER,
        )


def hand_in(
    actor: Actor, round: Round, draft: SubmissionDraft, form_token: str | None, origin: Origin
) -> tuple[Submission, bool]:
    """The new submission, or the one this form was sent for a moment ago."""
    is_own = origin.channel is Channel.ONLINE
    submission = Submission(
        round_id=round.id,
        author_id=actor.id if is_own else None,
        author_name=cleaned_line(origin.author_name)[:LONGEST_NAME],
        channel=origin.channel,
        form_token=_token(actor, form_token),
    )
    write(submission, draft)
    try:
        with db.session.begin_nested():
            db.session.add(submission)
    except IntegrityError:
        sent_meanwhile = sent_with(actor, form_token)
        if sent_meanwhile is None:
            raise
        return sent_meanwhile, False
    add_link(actor, submission, round, Relation.HANDED_IN)
    if submission.author_id is None:
        issue_receipt(submission)
    return submission, True


def write(submission: Submission, draft: SubmissionDraft) -> None:
    """Put the texts of a cleaned draft into a submission."""
    for name in FIELDS:
        setattr(submission, name, getattr(draft, name))
    submission.search_terms = search_terms(submission.title, submission.body)


def sent_with(actor: Actor, form_token: str | None) -> Submission | None:
    """What this actor has sent with a form already."""
    token = _token(actor, form_token)
    if token is None:
        return None
    return db.session.scalar(select(Submission).where(Submission.form_token == token))


def _token(actor: Actor, form_token: str | None) -> str | None:
    return fingerprint(f"{actor.id or actor.guest_key}:{form_token}")[:60] if form_token else None
