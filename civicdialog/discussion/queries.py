"""Reading arguments, each as seen by a viewer."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import ColumnElement, Select, and_, exists, false, or_, select
from sqlalchemy.orm import aliased, joinedload

from civicdialog.core.db import db
from civicdialog.core.errors import NotFound
from civicdialog.core.ids import ALPHABET
from civicdialog.core.permissions import Actor, Permission, may
from civicdialog.discussion.models import Argument, ArgumentRevision, HelpfulMark, Stance
from civicdialog.submissions import queries as submissions
from civicdialog.submissions.models import Submission


class Place(NamedTuple):
    """What the order of a discussion is made of."""

    id: int
    stance: Stance
    helpful_count: int
    created_at: datetime


def places(viewer: Actor, submission_id: int) -> list[Place]:
    """What stands on the page of a discussion, answers apart: notes for what is gone, too.

    What was answered keeps its place, whatever became of it: answers stay readable.
    One's own arguments that wait for the moderation are seen by oneself alone.
    """
    answer = aliased(Argument)
    is_answered = exists().where(answer.parent_id == Argument.id, answer.is_public)
    shown = [Argument.is_public, Argument.is_hidden, is_answered]
    if viewer.id is not None:
        shown.append(
            and_(
                Argument.author_id == viewer.id,
                ~Argument.is_withdrawn,
                ~Argument.is_refused,
            )
        )
    rows = db.session.execute(
        select(Argument.id, Argument.stance, Argument.helpful_count, Argument.created_at)
        .where(Argument.submission_id == submission_id, Argument.parent_id.is_(None), or_(*shown))
        .order_by(Argument.id)
    )
    return [Place(*row) for row in rows]


def with_answers(viewer: Actor, ids: Collection[int]) -> Sequence[tuple[Argument, bool]]:
    """These arguments and the answers to them, the office's first, then the oldest.

    With each, whether the viewer finds it helpful.
    """
    if not ids:
        return []
    may_read_answer = or_(Argument.is_public, Argument.is_hidden)
    is_marked: ColumnElement[bool] = false()
    if viewer.id is not None:
        own = and_(Argument.author_id == viewer.id, ~Argument.is_withdrawn, ~Argument.is_refused)
        may_read_answer = or_(may_read_answer, own)
        is_marked = exists().where(
            HelpfulMark.argument_id == Argument.id, HelpfulMark.person_id == viewer.id
        )
    rows = db.session.execute(
        select(Argument, is_marked)
        .options(joinedload(Argument.author))
        .where(or_(Argument.id.in_(ids), and_(Argument.parent_id.in_(ids), may_read_answer)))
        .order_by(Argument.is_official.desc(), Argument.id)
    )
    return [(argument, bool(marked)) for argument, marked in rows]


def one(viewer: Actor, public_id: str, *, for_change: bool = False) -> tuple[Argument, Submission]:
    """An argument and the submission it is about, with its round and the round's phases.

    Of what was on the page and is no more, everybody knows the place, and only that.

    :raise NotFound: if there is none, or not for this viewer
    """
    if not set(public_id) <= set(ALPHABET):
        raise NotFound(public_id)
    wanted = (
        select(Argument, Submission.public_id)
        .join(Submission, Submission.id == Argument.submission_id)
        .options(joinedload(Argument.author))
        .where(Argument.public_id == public_id)
    )
    row = db.session.execute(
        wanted.with_for_update(of=Argument) if for_change else wanted
    ).one_or_none()
    if row is None or not _is_known(viewer, row[0]):
        raise NotFound(public_id)
    return row[0], submissions.by_public_id(viewer, row[1])


def _is_known(viewer: Actor, argument: Argument) -> bool:
    if viewer.id is not None and argument.author_id == viewer.id:
        return True
    never_on_page = (argument.waits or argument.is_refused) and argument.edited_at is None
    return not never_on_page or may(viewer, Permission.MODERATION_READ)


def own(viewer: Actor) -> Select[Argument, Submission]:
    """What somebody has said, the newest first, with what it is about."""
    return (
        select(Argument, Submission)
        .join(Submission, Submission.id == Argument.submission_id)
        .where(Argument.author_id == viewer.id)
        .order_by(Argument.id.desc())
    )


def versions(argument_id: int) -> Sequence[ArgumentRevision]:
    """What an argument said before it was changed, the first text first."""
    wanted = select(ArgumentRevision).where(ArgumentRevision.argument_id == argument_id)
    return db.session.scalars(wanted.order_by(ArgumentRevision.number)).all()
