"""Rating contributions by criteria: asked for, given blind, opened when all have said something."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import delete, select

from civicdialog.committee import rating_queries as queries
from civicdialog.committee.rating_models import (
    HIGHEST,
    LOWEST,
    Axis,
    Rating,
    RatingCriterion,
    RatingItem,
    RatingSheet,
)
from civicdialog.core import clock
from civicdialog.core.audit import Event, record
from civicdialog.core.db import db, insert_into
from civicdialog.core.errors import RuleBroken
from civicdialog.core.i18n import mark
from civicdialog.core.permissions import Actor, Permission, require
from civicdialog.rounds.models import Round
from civicdialog.submissions.models import Status, Submission
from civicdialog.submissions.texts import cleaned, cleaned_line

MOST_CRITERIA = 12
LONGEST_NOTE = 2000


@dataclass(frozen=True)
class CriterionDraft:
    """What a member typed about one criterion."""

    name: str
    low: str
    high: str
    meaning: str = ""
    axis: Axis = Axis.NONE


# ---- criteria -----------------------------------------------------------------------------------


def add_criterion(actor: Actor, round: Round, draft: CriterionDraft) -> RatingCriterion:
    """Ask one thing more from now on."""
    require(actor, Permission.RATING_CRITERIA_EDIT)
    asked = queries.criteria(round.id)
    if len(asked) >= MOST_CRITERIA:
        raise RuleBroken(
            mark("%(most)s criteria are enough; please close one first."), most=MOST_CRITERIA
        )
    checked = _checked(draft, [each.name for each in asked])
    criterion = RatingCriterion(round_id=round.id, **vars(checked))
    db.session.add(criterion)
    db.session.flush()
    record(actor, Event.RATING_CRITERION_ADDED, criterion, name=criterion.name)
    return criterion


def begin_criteria(actor: Actor, round: Round, ready: Sequence[CriterionDraft]) -> None:
    """Begin with ready criteria, unless somebody has begun already."""
    require(actor, Permission.RATING_CRITERIA_EDIT)
    # Two who begin at once wait for each other here.
    db.session.execute(select(Round.id).where(Round.id == round.id).with_for_update())
    if not queries.criteria(round.id, closed_too=True):
        for draft in ready:
            add_criterion(actor, round, draft)


def change_criterion(actor: Actor, criterion: RatingCriterion, draft: CriterionDraft) -> None:
    """Word a criterion differently, as long as nobody has answered it."""
    require(actor, Permission.RATING_CRITERIA_EDIT)
    if criterion.closed_at is not None or queries.in_use([criterion.id]):
        raise RuleBroken(
            mark("Somebody has answered this already. Close it, and add a new one instead.")
        )
    others = [each.name for each in queries.criteria(criterion.round_id) if each is not criterion]
    for name, value in vars(_checked(draft, others)).items():
        setattr(criterion, name, value)
    record(actor, Event.RATING_CRITERION_CHANGED, criterion, name=criterion.name)


def close_criterion(actor: Actor, criterion: RatingCriterion) -> None:
    """Ask it no longer; what was answered stays."""
    require(actor, Permission.RATING_CRITERIA_EDIT)
    if criterion.closed_at is None:
        criterion.closed_at = clock.now()
        record(actor, Event.RATING_CRITERION_CLOSED, criterion, name=criterion.name)


def _checked(draft: CriterionDraft, taken: Sequence[str]) -> CriterionDraft:
    tidy = CriterionDraft(
        **{name: cleaned_line(getattr(draft, name)) for name in ("name", "low", "high", "meaning")},
        axis=draft.axis,
    )
    for name in ("name", "low", "high"):
        if not getattr(tidy, name):
            raise RuleBroken(mark("Please write something here."), field=name)
    if tidy.name.casefold() in {each.casefold() for each in taken}:
        raise RuleBroken(mark("There is a criterion of this name."), field="name")
    return tidy


# ---- what is rated ------------------------------------------------------------------------------


def ask_for_ratings(actor: Actor, submission: Submission) -> None:
    """Put a public contribution on the committee's list; doing it twice changes nothing."""
    require(actor, Permission.RATING_CRITERIA_EDIT)
    if submission.status is not Status.PUBLISHED:
        raise RuleBroken(mark("Only what is published can be rated."))
    made = db.session.execute(
        insert_into(RatingItem)
        .values(
            round_id=submission.round_id,
            submission_id=submission.id,
            asked_at=clock.now(),
            opening_reason="",
            version=1,
        )
        .on_conflict_do_nothing(index_elements=["submission_id"])
        .returning(RatingItem.id)
    )
    if made.first() is not None:
        record(actor, Event.RATING_ASKED, submission)


# ---- rating -------------------------------------------------------------------------------------


def rate(
    actor: Actor, item: RatingItem, figures: Mapping[int, int | None], note: str
) -> RatingSheet:
    """Give one's figures, or change them while the rating is sealed.

    :param figures: by criterion, from 1 to 5; none where the member cannot judge
    """
    asked = {each.id for each in queries.criteria(item.round_id)}
    if set(figures) != asked:
        raise RuleBroken(
            mark("The criteria have changed meanwhile. Please look through them and send again.")
        )
    if not any(figures.values()):
        raise RuleBroken(mark("Please judge at least one of the criteria."))
    if any(value is not None and not LOWEST <= value <= HIGHEST for value in figures.values()):
        raise RuleBroken(mark("Please choose from 1 to 5."))
    sheet = _sheet(actor, item, note, is_biased=False)
    db.session.add_all(
        Rating(sheet_id=sheet.id, criterion_id=key, value=value)
        for key, value in figures.items()
        if value is not None
    )
    record(actor, Event.RATING_GIVEN, item)
    _open_if_complete(actor, item)
    return sheet


def sit_out(actor: Actor, item: RatingItem, reason: str) -> RatingSheet:
    """Say what ties one to the matter, and do not rate it."""
    sheet = _sheet(actor, item, reason, is_biased=True)
    record(actor, Event.RATING_SAT_OUT, item)
    _open_if_complete(actor, item)
    return sheet


def open_early(actor: Actor, item: RatingItem, reason: str) -> None:
    """Open a rating before everybody has rated; those who have not can no longer do so."""
    require(actor, Permission.RATING_CRITERIA_EDIT)
    _check_sealed(item)
    if not cleaned(reason):
        raise RuleBroken(mark("Please say why it shall not wait any longer."), field="why")
    if not queries.turnout(item).said:
        raise RuleBroken(mark("Nobody has rated this yet."), field="why")
    item.opening_reason = cleaned(reason)
    _open(actor, item)


def _sheet(actor: Actor, item: RatingItem, note: str, *, is_biased: bool) -> RatingSheet:
    require(actor, Permission.RATING_GIVE, item.submission)
    _check_sealed(item)
    note = cleaned(note)
    if not note:
        raise RuleBroken(mark("Please write something here."), field="note")
    if len(note) > LONGEST_NOTE:
        raise RuleBroken(mark("Please use at most 2,000 characters."), field="note")
    sheet = queries.own_sheet(actor, item)
    if sheet is None:
        sheet = RatingSheet(item_id=item.id, member_id=actor.id)
        db.session.add(sheet)
    else:
        db.session.execute(delete(Rating).where(Rating.sheet_id == sheet.id))
    sheet.note, sheet.is_biased = note, is_biased
    db.session.flush()
    return sheet


def _check_sealed(item: RatingItem) -> None:
    if item.is_open:
        raise RuleBroken(mark("The ratings are open now; they can no longer be changed."))


def _open_if_complete(actor: Actor, item: RatingItem) -> None:
    db.session.flush()
    if not queries.turnout(item).missing:
        _open(actor, item)


def _open(actor: Actor, item: RatingItem) -> None:
    item.opened_at, item.opened_by_id = clock.now(), actor.id
    record(actor, Event.RATING_OPENED, item, reason=item.opening_reason)
