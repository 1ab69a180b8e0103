"""Pages on which the committee rates contributions."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from flask import Response, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from flask_wtf import FlaskForm

from civicdialog.committee import rating_actions as actions
from civicdialog.committee import rating_pages as pages
from civicdialog.committee import rating_queries as queries
from civicdialog.committee.rating_forms import (
    AXES,
    BiasForm,
    CriterionForm,
    NumbersForm,
    OpenEarlyForm,
    ready_criteria,
    sheet_form,
)
from civicdialog.committee.rating_models import RatingCriterion, RatingItem, RatingSheet
from civicdialog.committee.rating_queries import ON_A_PAGE, State
from civicdialog.committee.recommendation_queries import numbered
from civicdialog.core.errors import NotFound, RuleBroken
from civicdialog.core.i18n import mark
from civicdialog.core.permissions import Actor, Permission, may
from civicdialog.core.room import Room, broken_rule_on, current_actor, page
from civicdialog.core.view_models import Crumb
from civicdialog.rounds import queries as rounds
from civicdialog.rounds.models import Round
from civicdialog.submissions import queries as submissions
from civicdialog.submissions.models import Status, Submission

room = Room("ratings", __name__)

STATES = {
    State.MINE: mark("For you to rate"),
    State.WAITING: mark("Waiting for others"),
}


def _crumbs(round: Round, *last: Crumb) -> list[Crumb]:
    return [
        Crumb(gettext("Committee"), url_for("committee.index")),
        Crumb(round.title, url_for("committee.topics", slug=round.slug)),
        Crumb(gettext("Ratings"), url_for("ratings.listed", slug=round.slug) if last else ""),
        *last,
    ]


# ---- the round ----------------------------------------------------------------------------------


@room.route(
    "/committee/rounds/<slug>/ratings", methods=["GET", "POST"], needs=Permission.RATINGS_READ
)
def listed(slug: str) -> Any:
    """What is to be rated, and what came of it; members put contributions on the list here."""
    actor = current_actor()
    round = rounds.by_slug(actor, slug)
    form = NumbersForm()
    if request.method == "POST" and form.validate():
        try:
            _ask_for(round, form.wanted())
        except RuleBroken as error:
            broken_rule_on(form, error)
        else:
            return redirect(url_for("ratings.listed", slug=slug), 303)
    criteria = queries.criteria(round.id, closed_too=True)
    wanted = request.args.get("state", "")
    state = State(wanted) if wanted in set(State) else None
    after = request.args.get("after", default=0, type=int)
    found = queries.items(actor, round.id, state, after)
    shown = found[:ON_A_PAGE]
    more = len(found) > len(shown)
    return page(
        "committee/ratings.html",
        422 if form.errors else 200,
        round=round,
        form=form,
        has_criteria=any(each.closed_at is None for each in criteria),
        items=shown,
        said=queries.said_by([each.id for each in shown]),
        member_count=len(queries.members()),
        state=state,
        states=[(each, gettext(words)) for each, words in STATES.items()],
        first_url=url_for("ratings.listed", slug=slug, state=state) if after else "",
        next_url=url_for("ratings.listed", slug=slug, state=state, after=shown[-1].id)
        if more
        else "",
        overview=pages.overview(actor, round.id, criteria),
        may_edit=may(actor, Permission.RATING_CRITERIA_EDIT),
        crumbs=_crumbs(round),
    )


def _ask_for(round: Round, numbers: list[int]) -> None:
    actor = current_actor()
    found = numbered(actor, round.id, numbers)
    unknown = [
        each for each in numbers if each not in found or found[each].status is not Status.PUBLISHED
    ]
    if unknown:
        raise RuleBroken(
            mark("There is no published contribution with the number %(number)s."),
            field="numbers",
            number=unknown[0],
        )
    for each in found.values():
        actions.ask_for_ratings(actor, each)


@room.route("/committee/rounds/<slug>/ratings.csv", needs=Permission.RATINGS_READ)
def download(slug: str) -> Response:
    """Every opened figure as a table."""
    actor = current_actor()
    round = rounds.by_slug(actor, slug)
    text = pages.as_csv(actor, round.id, request.host_url.rstrip("/"))
    answer = Response(text, mimetype="text/csv")
    answer.headers["Content-Disposition"] = f'attachment; filename="ratings-{slug}.csv"'
    return answer


# ---- criteria -----------------------------------------------------------------------------------


@room.route(
    "/committee/rounds/<slug>/ratings/criteria",
    methods=["GET", "POST"],
    needs=Permission.RATINGS_READ,
)
def criteria(slug: str) -> Any:
    """By what contributions are rated; members add to it."""
    actor = current_actor()
    round = rounds.by_slug(actor, slug)
    form = CriterionForm()
    if request.method == "POST" and form.validate():
        try:
            actions.add_criterion(actor, round, form.draft())
        except RuleBroken as error:
            broken_rule_on(form, error)
        else:
            return _to_criteria(slug)
    every = queries.criteria(round.id, closed_too=True)
    return page(
        "committee/rating-criteria.html",
        422 if form.errors else 200,
        round=round,
        form=form,
        asked=[each for each in every if each.closed_at is None],
        closed=[each for each in every if each.closed_at is not None],
        in_use=queries.in_use([each.id for each in every]),
        axes={each: gettext(words) for each, words in AXES.items()},
        may_edit=may(actor, Permission.RATING_CRITERIA_EDIT),
        crumbs=_crumbs(round, Crumb(gettext("Criteria"))),
    )


def _to_criteria(slug: str) -> ResponseReturnValue:
    return redirect(url_for("ratings.criteria", slug=slug), 303)


@room.route(
    "/committee/rounds/<slug>/ratings/criteria/ready",
    methods=["POST"],
    needs=Permission.RATING_CRITERIA_EDIT,
)
def begin(slug: str) -> ResponseReturnValue:
    """Begin with ready criteria."""
    actor = current_actor()
    actions.begin_criteria(actor, rounds.by_slug(actor, slug), ready_criteria())
    return _to_criteria(slug)


@room.route(
    "/committee/rounds/<slug>/ratings/criteria/<int:criterion_id>",
    methods=["GET", "POST"],
    needs=Permission.RATING_CRITERIA_EDIT,
)
def change(slug: str, criterion_id: int) -> Any:
    """Word a criterion differently."""
    actor, posted = current_actor(), request.method == "POST"
    round = rounds.by_slug(actor, slug)
    found = queries.criterion(actor, round.id, criterion_id, for_change=posted)
    form = CriterionForm(obj=found)
    if posted and form.validate():
        try:
            actions.change_criterion(actor, found, form.draft())
        except RuleBroken as error:
            broken_rule_on(form, error)
        else:
            return _to_criteria(slug)
    return page(
        "committee/rating-criterion.html",
        422 if form.errors else 200,
        round=round,
        form=form,
        criterion=found,
        crumbs=_crumbs(
            round,
            Crumb(gettext("Criteria"), url_for("ratings.criteria", slug=slug)),
            Crumb(found.name),
        ),
    )


@room.route(
    "/committee/rounds/<slug>/ratings/criteria/<int:criterion_id>/close",
    methods=["POST"],
    needs=Permission.RATING_CRITERIA_EDIT,
)
def close(slug: str, criterion_id: int) -> ResponseReturnValue:
    """Ask a criterion no longer."""
    actor = current_actor()
    round = rounds.by_slug(actor, slug)
    found = queries.criterion(actor, round.id, criterion_id, for_change=True)
    actions.close_criterion(actor, found)
    return _to_criteria(slug)


# ---- one contribution ---------------------------------------------------------------------------


def _found(public_id: str, *, for_change: bool = False) -> tuple[Submission, RatingItem]:
    """A public contribution whose rating is wanted.

    :raise NotFound: if there is none
    """
    submission = submissions.by_public_id(current_actor(), public_id)
    item = queries.item_of(current_actor(), submission.id, for_change=for_change)
    if item is None or submission.status is not Status.PUBLISHED:
        raise NotFound(public_id)
    return submission, item


@room.route(
    "/committee/ratings/<public_id>", methods=["GET", "POST"], needs=Permission.RATINGS_READ
)
def show(public_id: str) -> Any:
    """Rate a contribution; once it is opened, read what everybody said."""
    submission, item = _found(public_id, for_change=request.method == "POST")
    seen = _Seen.by(current_actor(), item)
    form = seen.sheet_form()
    if request.method == "POST" and form.validate():
        try:
            actions.rate(current_actor(), item, form.figures(), form.note.data or "")
        except RuleBroken as error:
            broken_rule_on(form, error)
        else:
            flash(gettext("Your rating is kept."), "success")
            return redirect(url_for("ratings.show", public_id=public_id), 303)
    return _page(submission, item, seen, form, form)


@dataclass(frozen=True)
class _Seen:
    """What the page of one rating needs first."""

    criteria: Sequence[RatingCriterion]
    own: RatingSheet | None
    given: Mapping[int, int]

    @classmethod
    def by(cls, actor: Actor, item: RatingItem) -> "_Seen":
        own = queries.own_sheet(actor, item)
        given = queries.figures_of(own) if own else {}
        return cls(queries.criteria(item.round_id, closed_too=True), own, given)

    @property
    def asked(self) -> list[RatingCriterion]:
        return [each for each in self.criteria if each.closed_at is None]

    def sheet_form(self) -> Any:
        is_change = self.own is not None and not self.own.is_biased
        note = self.own.note if self.own else ""
        return sheet_form(self.asked, self.given, note, is_change=is_change)


def _page(
    submission: Submission, item: RatingItem, seen: _Seen, sheet: Any, form: FlaskForm
) -> Any:
    """The page; `form` is the one that was sent, or the sheet."""
    actor = current_actor()
    is_own = not may(actor, Permission.RATING_GIVE, submission)
    sheets = queries.sheets(actor, item) if item.is_open else []
    return page(
        "committee/rating.html",
        422 if form.errors else 200,
        submission=submission,
        round=submission.round,
        item=item,
        form=form,
        sheet=sheet,
        asked=seen.asked,
        own=seen.own,
        bias=form if isinstance(form, BiasForm) else BiasForm(formdata=None),
        early=form if isinstance(form, OpenEarlyForm) else OpenEarlyForm(formdata=None),
        turnout=queries.turnout(item),
        strips=pages.strips(seen.criteria, sheets, item) if item.is_open else [],
        notes=[(pages.name_of(each), each.note, each.is_biased) for each in sheets],
        is_own=is_own,
        may_edit=may(actor, Permission.RATING_CRITERIA_EDIT),
        crumbs=_crumbs(submission.round, Crumb(submission.title)),
    )


def _failed(submission: Submission, item: RatingItem, form: FlaskForm) -> Any:
    """The page again, with what was typed into one of its smaller forms."""
    seen = _Seen.by(current_actor(), item)
    return _page(submission, item, seen, seen.sheet_form(), form)


@room.route(
    "/committee/ratings/<public_id>/sit-out", methods=["POST"], needs=Permission.RATINGS_READ
)
def sit_out(public_id: str) -> Any:
    """Say why one does not rate a contribution."""
    submission, item = _found(public_id, for_change=True)
    form = BiasForm()
    if form.validate():
        try:
            actions.sit_out(current_actor(), item, form.reason.data or "")
        except RuleBroken as error:
            broken_rule_on(form, error)
        else:
            return redirect(url_for("ratings.show", public_id=public_id), 303)
    return _failed(submission, item, form)


@room.route(
    "/committee/ratings/<public_id>/open",
    methods=["POST"],
    needs=Permission.RATING_CRITERIA_EDIT,
)
def open_early(public_id: str) -> Any:
    """Open a rating although somebody is missing."""
    submission, item = _found(public_id, for_change=True)
    form = OpenEarlyForm()
    if form.validate():
        try:
            actions.open_early(current_actor(), item, form.why.data or "")
        except RuleBroken as error:
            broken_rule_on(form, error)
        else:
            return redirect(url_for("ratings.show", public_id=public_id), 303)
    return _failed(submission, item, form)
