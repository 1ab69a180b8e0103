"""Reporting something that stands on a page, and deciding on that."""

from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from civicdialog.core import clock
from civicdialog.core.audit import Event, record
from civicdialog.core.db import db
from civicdialog.core.errors import RuleBroken
from civicdialog.core.i18n import mark
from civicdialog.core.ids import fingerprint
from civicdialog.core.letters import secret_of, write_letter
from civicdialog.core.permissions import Actor, Permission, require
from civicdialog.discussion.models import Argument
from civicdialog.moderation import actions
from civicdialog.moderation.argument_actions import remove_argument
from civicdialog.moderation.attachment_actions import hide_attachment
from civicdialog.moderation.deciding import Reasons, decide
from civicdialog.moderation.models import (
    Ground,
    ModerationDecision,
    Notice,
    NoticeState,
    Outcome,
    SubjectKind,
)
from civicdialog.submissions.models import Attachment, Submission
from civicdialog.submissions.texts import cleaned

LONGEST = 2_000
TIME_TO_DECIDE = timedelta(days=7)

Reportable = Submission | Argument | Attachment


@dataclass(frozen=True)
class NoticeDraft:
    """What somebody reports."""

    ground: Ground
    text: str
    email: str = ""


def report(
    actor: Actor, subject: Reportable, draft: NoticeDraft, *, seed: str, language: str
) -> Notice:
    """Report something public; `key_of(seed)` opens the receipt. Sending twice makes one notice.

    :raise RuleBroken: if nothing is said about it
    """
    require(actor, Permission.PUBLIC)
    key = key_of(seed)
    sent_before = with_key(key)
    if sent_before is not None:
        return sent_before
    text = cleaned(draft.text)
    if not text:
        raise RuleBroken(mark("Please say what is wrong with it."), field="text")
    if len(text) > LONGEST:
        raise RuleBroken(
            mark("Please use at most %(most)s characters."), field="text", most=LONGEST
        )
    now = clock.now()
    notice = Notice(
        key_hash=fingerprint(key),
        subject_kind=SubjectKind(subject.__tablename__),
        subject_id=subject.id,
        submission_id=subject.id if isinstance(subject, Submission) else subject.submission_id,
        ground=draft.ground,
        text=text,
        email=draft.email,
        language=language,
        person_id=actor.id,
        created_at=now,
        due_at=now + TIME_TO_DECIDE,
    )
    try:
        with db.session.begin_nested():
            db.session.add(notice)
    except IntegrityError:
        sent_meanwhile = with_key(key)
        if sent_meanwhile is None:
            raise
        return sent_meanwhile
    if notice.email:
        url = "/notices/{secret}"
        write_letter(notice.email, "notice-received", language=language, url=url, seed=seed)
    record(actor, Event.NOTICE_MADE, notice, ground=draft.ground.value)
    return notice


def key_of(seed: str) -> str:
    """The key in the receipt's link; letters and logs hold the seed alone."""
    return secret_of(seed)


def with_key(key: str) -> Notice | None:
    """The notice whose receipt this key opens."""
    return db.session.scalar(select(Notice).where(Notice.key_hash == fingerprint(key)))


def act_on(actor: Actor, subject: Reportable, reasons: Reasons) -> ModerationDecision:
    """Take what was reported off the page; all open notices about it are answered with that.

    :raise RuleBroken: if it stands on no page any more, or nothing is explained
    """
    require(actor, Permission.NOTICE_DECIDE, _owned(subject))
    if isinstance(subject, Submission):
        decision = actions.hide(actor, subject, reasons)
    elif isinstance(subject, Argument):
        decision = remove_argument(actor, subject, reasons)
    else:
        submission = db.session.get_one(Submission, subject.submission_id)
        decision = hide_attachment(actor, submission, subject, reasons)
    _answer(actor, subject, NoticeState.ACTED_ON, decision, "")
    return decision


def keep(actor: Actor, subject: Reportable, answer: str) -> ModerationDecision:
    """Leave what was reported as it is, and tell whoever reported it why.

    :raise RuleBroken: if no notice is open, or nothing is said
    """
    require(actor, Permission.NOTICE_DECIDE, _owned(subject))
    answer = cleaned(answer)
    if not answer:
        raise RuleBroken(mark("Please say why it stays."), field="answer")
    if not open_notices(subject):
        raise RuleBroken(mark("Somebody has decided on this already."))
    decision = decide(actor, subject, Outcome.KEPT, note=answer)
    _answer(actor, subject, NoticeState.KEPT, decision, answer)
    return decision


def open_notices(subject: Reportable) -> list[Notice]:
    """What waits for an answer about one thing; held until that is written."""
    wanted = (
        select(Notice)
        .where(
            Notice.subject_kind == SubjectKind(subject.__tablename__),
            Notice.subject_id == subject.id,
            Notice.state == NoticeState.OPEN,
        )
        .order_by(Notice.id)
        .with_for_update()
    )
    return list(db.session.scalars(wanted))


def _owned(subject: Reportable) -> Submission | Argument:
    """Whose text it is: a file belongs to its contribution."""
    if isinstance(subject, Attachment):
        return db.session.get_one(Submission, subject.submission_id)
    return subject


def _answer(
    actor: Actor,
    subject: Reportable,
    state: NoticeState,
    decision: ModerationDecision,
    answer: str,
) -> None:
    for notice in open_notices(subject):
        notice.state, notice.decision_id = state, decision.id
        notice.answer, notice.decided_at = answer, clock.now()
        db.session.flush()
        if notice.email:
            write_letter(
                notice.email,
                "notice-decided",
                language=notice.language,
                url="/rules",
                acted=state is NoticeState.ACTED_ON,
                answer=answer,
            )
        record(actor, Event.NOTICE_DECIDED, notice, state=state.value)
