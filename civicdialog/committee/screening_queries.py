"""Reading screenings; the viewer was checked at the contribution."""

from collections.abc import Mapping, Sequence

from sqlalchemy import func, select
from sqlalchemy.orm import joinedload

from civicdialog.committee.models import Application, DutyDate, Screening
from civicdialog.core.db import db
from civicdialog.core.permissions import Actor


def all_of(submission_id: int) -> Sequence[Screening]:
    """Every screening of a contribution with its reviewer, the newest questions first.

    They are sealed: who may see what of them, `visible_to` says.
    """
    wanted = (
        select(Screening)
        .join(Application, Application.id == Screening.application_id)
        .options(joinedload(Screening.reviewer))
        .where(Application.submission_id == submission_id)
        .order_by(Screening.questionnaire.desc(), Screening.seat)
    )
    return db.session.scalars(wanted).all()


def visible_to(viewer: Actor, screenings: Sequence[Screening]) -> list[Screening]:
    """One's own; those of others once both reviewers of that version have finished."""
    finished: dict[str, int] = {}
    for each in screenings:
        finished[each.questionnaire] = finished.get(each.questionnaire, 0) + bool(each.finished_at)
    return [each for each in screenings if finished[each.questionnaire] > 1 or is_own(viewer, each)]


def is_own(viewer: Actor, screening: Screening) -> bool:
    return viewer.id is not None and screening.reviewer_id == viewer.id


def own(viewer: Actor, screenings: Sequence[Screening], questionnaire: str) -> Screening | None:
    """The viewer's own answers to a version of the questions."""
    return next(
        (
            each
            for each in screenings
            if each.questionnaire == questionnaire and is_own(viewer, each)
        ),
        None,
    )


def duty_dates() -> Mapping[str, DutyDate]:
    """The dates the office has set, by key: of each the newest one."""
    newest = select(func.max(DutyDate.id)).group_by(DutyDate.key)
    found = db.session.scalars(select(DutyDate).where(DutyDate.id.in_(newest)))
    return {each.key: each for each in found}
