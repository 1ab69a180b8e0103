"""Pages of the screening: the list, the questions step by step, the result."""

from typing import Any

from flask import flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from civicdialog.committee import profile_queries
from civicdialog.committee import screening_actions as actions
from civicdialog.committee import screening_pages as pages
from civicdialog.committee import screening_queries as queries
from civicdialog.committee import screening_results as results
from civicdialog.committee.models import REVIEWERS, Screening
from civicdialog.committee.profile_fields import FIELDS
from civicdialog.committee.profile_pages import Badge
from civicdialog.committee.risk_words import RISKS
from civicdialog.committee.screening_forms import PREFIX, FinishForm, step_form
from civicdialog.committee.screening_list import (
    ON_A_PAGE,
    SORTS,
    STATES,
    Found,
    Wanted,
    applications,
    state_of,
)
from civicdialog.committee.screening_questions import Questionnaire, current_questionnaire
from civicdialog.core.errors import NotFound, RuleBroken
from civicdialog.core.permissions import Permission, may
from civicdialog.core.room import Room, broken_rule_on, current_actor, page
from civicdialog.core.view_models import Crumb, FilterChoice, Filters, FilterSelect
from civicdialog.rounds import queries as rounds
from civicdialog.rounds.models import Round
from civicdialog.submissions import queries as submissions
from civicdialog.submissions.models import Submission

room = Room("screening", __name__)


def _crumbs(round: Round, *last: Crumb) -> list[Crumb]:
    listed = Crumb(gettext("Applications"), url_for("screening.listed", slug=round.slug))
    return [Crumb(gettext("Committee"), url_for("committee.index")), listed, *last]


# ---- the list -----------------------------------------------------------------------------------


@room.route("/committee/rounds/<slug>/applications", needs=Permission.APPLICATIONS_READ)
def listed(slug: str) -> Any:
    """Every proposed application of a round: class, gaps, and how far it is."""
    actor = current_actor()
    round = rounds.by_slug(actor, slug)
    wanted, version = Wanted.read(request.args), current_questionnaire().version
    found = applications(actor, round.id, wanted, version)
    rows = [
        (
            row,
            gettext(STATES[state_of(row.Application, version)]),
            Badge.of(row.Application.risk_class)
            if row.Application and row.Application.risk_class
            else None,
        )
        for row in found.rows
    ]
    crumbs = _crumbs(round)
    return page(
        "committee/screening-list.html",
        round=round,
        rows=rows,
        field_count=len(FIELDS),
        filters=_filters(round, wanted, found),
        narrows=wanted.narrows,
        first_url=_url(round, wanted) if wanted.after else "",
        next_url=_url(round, wanted, found.next_key) if found.next_key else "",
        may_edit_dates=may(actor, Permission.DUTY_DATES_EDIT),
        crumbs=[crumbs[0], Crumb(round.title, url_for("committee.topics", slug=slug)),
                Crumb(crumbs[1].label)],
    )  # fmt: skip


def _url(round: Round, wanted: Wanted, after: str = "") -> str:
    chosen: dict[str, Any] = {
        "risk": wanted.risk,
        "state": wanted.state,
        "sort": wanted.sort,
        "after": after or None,
    }
    return url_for("screening.listed", slug=round.slug, **chosen)


def _filters(round: Round, wanted: Wanted, found: Found) -> Filters:
    def select(name: str, label: str, words: Any, chosen: Any, every: str = "") -> FilterSelect:
        first = [FilterChoice("", every, selected=chosen is None)] if every else []
        choices = [
            FilterChoice(each.value, gettext(text), selected=each is chosen)
            for each, text in words.items()
        ]
        return FilterSelect(name, label, [*first, *choices])

    return Filters(
        action=url_for("screening.listed", slug=round.slug),
        selects=(
            select("risk", gettext("Class"), RISKS, wanted.risk, gettext("All classes")),
            select("state", gettext("Screening"), STATES, wanted.state, gettext("All states")),
            select("sort", gettext("Order"), SORTS, wanted.sort),
        ),
        reset_url=url_for("screening.listed", slug=round.slug) if wanted.narrows else "",
        result_text=gettext(
            "%(shown)s of %(count)s applications", shown=len(found.rows), count=found.count
        )
        if found.count > ON_A_PAGE
        else "",
    )


# ---- one application ----------------------------------------------------------------------------


def _one(public_id: str, *, for_change: bool = False) -> Submission:
    found = submissions.by_public_id(current_actor(), public_id, for_change=for_change)
    if not found.is_public:
        raise NotFound(public_id)
    return found


@room.route("/committee/applications/<public_id>/screening", needs=Permission.APPLICATIONS_READ)
def show(public_id: str) -> Any:
    """Where the screening stands, and, once both have finished, what they say side by side."""
    return _overview(_one(public_id), "committee/screening.html")


@room.route("/committee/applications/<public_id>/sheet", needs=Permission.APPLICATIONS_READ)
def sheet(public_id: str) -> Any:
    """The same with every question and answer, to be printed."""
    return _overview(_one(public_id), "committee/screening-sheet.html")


def _overview(submission: Submission, template: str) -> Any:
    actor, questionnaire = current_actor(), current_questionnaire()
    application = profile_queries.application_of(submission.id)
    everything = queries.all_of(submission.id)
    mine = queries.own(actor, everything, questionnaire.version)
    begun = [each for each in everything if each.questionnaire == questionnaire.version]
    state = state_of(application, questionnaire.version)
    may_answer = may(actor, Permission.SCREENING_ANSWER, submission)
    return page(
        template,
        submission=submission,
        application=application,
        field_count=len(FIELDS),
        state=state.value,
        state_in_words=gettext(STATES[state]),
        badge=Badge.of(application.risk_class) if application and application.risk_class else None,
        questionnaire=questionnaire,
        as_of=results.day(questionnaire.as_of),
        mine=mine,
        go_on_url=pages.go_on_url(submission.public_id, questionnaire, mine)
        if mine and not mine.finished_at
        else "",
        may_begin=may_answer and mine is None and len(begun) < REVIEWERS,
        is_own_proposal=may(actor, Permission.SCREENING_ANSWER) and not may_answer,
        begun_count=len(begun),
        finished_count=sum(each.finished_at is not None for each in begun),
        screened=pages.screened(
            actor.id, queries.visible_to(actor, everything), queries.duty_dates()
        ),
        crumbs=_crumbs(submission.round, Crumb(submission.title)),
    )


@room.route(
    "/committee/applications/<public_id>/screening/begin",
    methods=["POST"],
    needs=Permission.SCREENING_ANSWER,
)
def begin(public_id: str) -> ResponseReturnValue:
    """Take a seat and go to the first question."""
    mine = actions.begin_screening(current_actor(), _one(public_id, for_change=True))
    return redirect(pages.go_on_url(public_id, current_questionnaire(), mine), 303)


def _mine(submission: Submission) -> tuple[Questionnaire, Screening]:
    """The screening the viewer is working on."""
    questionnaire = current_questionnaire()
    everything = queries.all_of(submission.id)
    mine = queries.own(current_actor(), everything, questionnaire.version)
    if mine is None:
        raise NotFound(submission.public_id)
    return questionnaire, mine


@room.route(
    "/committee/applications/<public_id>/screening/questions/<step_id>",
    methods=["GET", "POST"],
    needs=Permission.SCREENING_ANSWER,
)
def answer(public_id: str, step_id: str) -> Any:
    """One small group of questions; saved with each step."""
    submission = _one(public_id)
    questionnaire, mine = _mine(submission)
    step = questionnaire.step(step_id)
    if step is None:
        raise NotFound(step_id)
    if mine.finished_at is not None:
        return redirect(url_for("screening.show", public_id=public_id), 303)
    form = step_form(step, results.language(), mine.answers, mine.notes.get(step_id, ""))
    if request.method == "POST" and form.validate():
        try:
            actions.answer_step(current_actor(), submission, mine, step_id, form.draft())
        except RuleBroken as error:
            broken_rule_on(form, error)
        else:
            return redirect(pages.next_url(public_id, questionnaire, mine, step_id), 303)
    links = pages.step_links(public_id, questionnaire, mine, step_id)
    number = next((place for place, each in enumerate(links, start=1) if each.is_current), 1)
    return page(
        "committee/screening-step.html",
        422 if form.errors else 200,
        submission=submission,
        form=form,
        step_id=step_id,
        title=results.said(step.title),
        intro=results.said(step.intro),
        questions=[
            (form[PREFIX + each.id], results.cited(questionnaire, each.source))
            for each in step.questions
        ],
        links=links,
        number=number,
        crumbs=_answering(submission, results.said(step.title)),
    )


def _answering(submission: Submission, last: str) -> list[Crumb]:
    here = url_for("screening.show", public_id=submission.public_id)
    return _crumbs(submission.round, Crumb(submission.title, here), Crumb(last))


@room.route(
    "/committee/applications/<public_id>/screening/finish",
    methods=["GET", "POST"],
    needs=Permission.SCREENING_ANSWER,
)
def finish(public_id: str) -> Any:
    """What follows from the answers, and whether the reviewer stands for it."""
    submission = _one(public_id)
    questionnaire, mine = _mine(submission)
    if mine.finished_at is not None:
        return redirect(url_for("screening.show", public_id=public_id), 303)
    left = questionnaire.missing(mine.answers)
    if left:
        flash(gettext("Some questions have no answer yet."), "info")
        return redirect(pages.go_on_url(public_id, questionnaire, mine), 303)
    form = FinishForm()
    if request.method == "POST" and form.validate():
        try:
            actions.finish_screening(
                current_actor(),
                submission,
                mine,
                own_class=form.chosen,
                reason=form.reason.data or "",
            )
        except RuleBroken as error:
            broken_rule_on(form, error)
        else:
            flash(gettext("Your screening is finished. Thank you."), "success")
            return redirect(url_for("screening.show", public_id=public_id), 303)
    return page(
        "committee/screening-finish.html",
        422 if form.errors else 200,
        submission=submission,
        form=form,
        result=results.result_view(questionnaire, mine.answers, queries.duty_dates()),
        links=pages.step_links(public_id, questionnaire, mine, ""),
        crumbs=_answering(submission, gettext("Finish")),
    )
