"""Pages of recommendations: the committee's workplace, and what everybody reads."""

from typing import Any

from flask import flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from flask_wtf import FlaskForm
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]

from civicdialog.committee import recommendation_actions as actions
from civicdialog.committee import recommendation_pages as pages
from civicdialog.committee import recommendation_queries as queries
from civicdialog.committee.deliberation_models import Recommendation, Reply
from civicdialog.committee.recommendation_forms import (
    BallotForm,
    CloseVoteForm,
    CommentForm,
    InterestForm,
    OpenVoteForm,
    RecommendationForm,
    ReplyForm,
)
from civicdialog.core import clock
from civicdialog.core.db import db
from civicdialog.core.errors import NotFound, RuleBroken
from civicdialog.core.permissions import Permission, may
from civicdialog.core.room import Room, broken_rule_on, current_actor, page
from civicdialog.core.view_models import Crumb
from civicdialog.rounds import queries as rounds

room = Room("recommendations", __name__)


def _back(public_id: str) -> ResponseReturnValue:
    return redirect(url_for("recommendations.work", public_id=public_id), 303)


# ---- for everybody ------------------------------------------------------------------------------


@room.route("/rounds/<slug>/recommendations", needs=Permission.PUBLIC)
def listed(slug: str) -> Any:
    """The recommendations of a round: published ones, for the committee all of them."""
    actor = current_actor()
    round = rounds.by_slug(actor, slug)
    after = request.args.get("after", type=int)
    found = db.session.scalars(queries.in_round(actor, round.id, after)).all()
    shown, here = found[: queries.PAGE_SIZE], url_for("recommendations.listed", slug=slug)
    more = len(found) > len(shown)
    return page(
        "web/recommendations.html",
        round=round,
        rows=[pages.row(each, clock.now().date()) for each in shown],
        may_write=may(actor, Permission.RECOMMENDATION_WRITE),
        first_url=here if after else "",
        next_url=url_for("recommendations.listed", slug=slug, after=shown[-1].id) if more else "",
        crumbs=[
            Crumb(round.title, url_for("web.round_page", slug=slug)),
            Crumb(gettext("Recommendations")),
        ],
    )


@room.route("/recommendations/<public_id>", methods=["GET", "POST"], needs=Permission.PUBLIC)
def show(public_id: str) -> Any:
    """A published recommendation with dissent, citations and answer; editors answer here."""
    actor, posted = current_actor(), request.method == "POST"
    found = queries.by_public_id(actor, public_id, for_change=posted)
    if not found.is_public:
        raise NotFound(public_id)
    form = ReplyForm()
    if posted and form.validate():
        try:
            reply = Reply(form.reply.data)
            actions.reply_to_recommendation(actor, found, reply, form.reasons.data or "")
        except RuleBroken as error:
            broken_rule_on(form, error)
        else:
            flash(gettext("Your answer is published."), "success")
            return redirect(url_for("recommendations.show", public_id=public_id), 303)
    may_reply = may(actor, Permission.RECOMMENDATION_REPLY) and found.reply is None
    version = queries.newest(found)
    return page(
        "web/recommendation.html",
        422 if form.errors else 200,
        recommendation=found,
        version=version,
        outcome=pages.outcome(queries.votes(found.id), found),
        answer=pages.answer_of(found, clock.now().date()),
        cited=queries.cited(actor, version.cites),
        topics=pages.topics(found.round, version),
        interests=pages.interests(queries.interests(found.id)),
        form=form if may_reply else None,
        may_work=may(actor, Permission.RECOMMENDATION_WRITE),
        crumbs=_crumbs(found),
    )


def _crumbs(recommendation: Recommendation, *last: Crumb) -> list[Crumb]:
    slug, title = recommendation.round.slug, recommendation.round.title
    return [
        Crumb(title, url_for("web.round_page", slug=slug)),
        Crumb(gettext("Recommendations"), url_for("recommendations.listed", slug=slug)),
        *(last or (Crumb(recommendation.title),)),
    ]


# ---- for the committee --------------------------------------------------------------------------


@room.route(
    "/committee/rounds/<slug>/recommendations/new",
    methods=["GET", "POST"],
    needs=Permission.RECOMMENDATION_WRITE,
)
def new(slug: str) -> Any:
    """Write a first draft."""
    actor = current_actor()
    round = rounds.by_slug(actor, slug)
    form = _form(round.id)
    if request.method == "POST" and form.validate():
        try:
            begun = actions.begin_recommendation(
                actor, round, form.draft(), form_token=(form.form_token.data or "")[:64]
            )
        except RuleBroken as error:
            broken_rule_on(form, error)
        else:
            return _back(begun.public_id)
    crumbs = [
        Crumb(round.title, url_for("web.round_page", slug=slug)),
        Crumb(gettext("Recommendations"), url_for("recommendations.listed", slug=slug)),
        Crumb(gettext("New recommendation")),
    ]
    status = 422 if form.errors else 200
    return page(
        "committee/recommendation-edit.html", status, form=form, round=round, crumbs=crumbs,
        back_url=crumbs[1].url, heading=crumbs[2].label,
    )  # fmt: skip


def _form(round_id: int, typed: dict[str, Any] | None = None) -> RecommendationForm:
    """The form with the topics that hold now."""
    form = RecommendationForm(data=typed)
    topics = queries.topics_of(round_id).values()
    form.topics.choices = [SelectChoice(each.key, each.label) for each in topics]
    return form


@room.route(
    "/committee/recommendations/<public_id>/edit",
    methods=["GET", "POST"],
    needs=Permission.RECOMMENDATION_WRITE,
)
def edit(public_id: str) -> Any:
    """Write a further version."""
    actor, posted = current_actor(), request.method == "POST"
    found = queries.by_public_id(actor, public_id, for_change=posted)
    form = _form(found.round_id, None if posted else pages.as_typed(actor, found))
    if posted and form.validate():
        try:
            actions.change_recommendation(actor, found, form.draft(), based_on=form.began_from())
        except actions.Overtaken as error:
            form.based_on.data = str(found.version_count)
            form.based_on.raw_data = [form.based_on.data]
            broken_rule_on(form, error)
        except RuleBroken as error:
            broken_rule_on(form, error)
        else:
            return _back(public_id)
    here = url_for("recommendations.work", public_id=public_id)
    heading = gettext("Change the text")
    return page(
        "committee/recommendation-edit.html",
        422 if form.errors else 200,
        form=form,
        round=found.round,
        crumbs=_crumbs(found, Crumb(found.title, here), Crumb(heading)),
        back_url=here,
        heading=heading,
    )


@room.route("/committee/recommendations/<public_id>", needs=Permission.RECOMMENDATION_WRITE)
def work(public_id: str) -> Any:
    """Where a recommendation stands, and what a member can do now."""
    return _work_page(queries.by_public_id(current_actor(), public_id), None)


def _work_page(found: Recommendation, typed: FlaskForm | None) -> Any:
    """The workplace; a form that came back with errors takes the place of an empty one."""
    actor, versions = current_actor(), queries.versions(found.id)
    votes, tied = queries.votes(found.id), queries.interests(found.id)
    mine = next((each for each in votes if each.member_id == actor.id), None)
    forms: dict[str, FlaskForm] = {
        "comment": CommentForm(formdata=None),
        "opening": OpenVoteForm(formdata=None),
        "ballot": BallotForm(
            formdata=None,
            data={"choice": mine.choice, "dissent": mine.dissent, "is_named": mine.is_named}
            if mine
            else None,
        ),
        "closing": CloseVoteForm(formdata=None),
        "interest": InterestForm(
            formdata=None,
            data=next(({"note": each.note} for each in tied if each.member_id == actor.id), None),
        ),
    }
    if typed is not None:
        forms = {name: typed if type(typed) is type(empty) else empty
                 for name, empty in forms.items()}  # fmt: skip
    return page(
        "committee/recommendation.html",
        422 if typed is not None else 200,
        recommendation=found,
        stage=found.stage.value,
        stage_in_words=pages.stage_in_words(found.stage),
        version=versions[0],
        versions=pages.told(versions),
        comments=pages.said(queries.comments(found.id)),
        votes=pages.named(votes),
        interests=pages.interests(tied),
        is_tied=any(each.member_id == actor.id for each in tied),
        member_count=queries.member_count() - len(tied),
        cited=queries.cited(actor, versions[0].cites),
        topics=pages.topics(found.round, versions[0]),
        form=typed,
        crumbs=_crumbs(found),
        **forms,
    )


@room.route(
    "/committee/recommendations/<public_id>/discuss",
    methods=["POST"],
    needs=Permission.RECOMMENDATION_WRITE,
)
def discuss(public_id: str) -> ResponseReturnValue:
    """Ask the other members."""
    actor = current_actor()
    actions.open_discussion(actor, queries.by_public_id(actor, public_id, for_change=True))
    return _back(public_id)


@room.route(
    "/committee/recommendations/<public_id>/comment",
    methods=["POST"],
    needs=Permission.RECOMMENDATION_WRITE,
)
def comment(public_id: str) -> Any:
    """Say something to the other members."""
    actor, form = current_actor(), CommentForm()
    found = queries.by_public_id(actor, public_id, for_change=True)
    if form.validate():
        try:
            actions.comment_recommendation(
                actor, found, form.text.data or "", form_token=(form.form_token.data or "")[:64]
            )
        except RuleBroken as error:
            broken_rule_on(form, error)
        else:
            return _back(public_id)
    return _work_page(found, form)


@room.route(
    "/committee/recommendations/<public_id>/open-vote",
    methods=["POST"],
    needs=Permission.RECOMMENDATION_WRITE,
)
def open_vote(public_id: str) -> Any:
    """Begin the vote."""
    actor, form = current_actor(), OpenVoteForm()
    found = queries.by_public_id(actor, public_id, for_change=True)
    if not form.validate():
        return _work_page(found, form)
    actions.open_vote(
        actor,
        found,
        quorum_percent=int(form.quorum.data),
        majority_percent=int(form.majority.data),
    )
    return _back(public_id)


@room.route(
    "/committee/recommendations/<public_id>/vote",
    methods=["POST"],
    needs=Permission.RECOMMENDATION_VOTE,
)
def vote(public_id: str) -> Any:
    """Vote, or change the vote."""
    actor, form = current_actor(), BallotForm()
    found = queries.by_public_id(actor, public_id, for_change=True)
    if form.validate():
        try:
            actions.vote_on_recommendation(actor, found, form.ballot())
        except RuleBroken as error:
            broken_rule_on(form, error)
        else:
            flash(gettext("Your vote is noted."), "success")
            return _back(public_id)
    return _work_page(found, form)


@room.route(
    "/committee/recommendations/<public_id>/interest",
    methods=["POST"],
    needs=Permission.RECOMMENDATION_VOTE,
)
def interest(public_id: str) -> Any:
    """Say what ties oneself to the matter."""
    actor, form = current_actor(), InterestForm()
    found = queries.by_public_id(actor, public_id, for_change=True)
    if form.validate():
        try:
            actions.declare_interest(actor, found, form.note.data or "")
        except RuleBroken as error:
            broken_rule_on(form, error)
        else:
            flash(gettext("Your note is kept. You do not vote on this."), "success")
            return _back(public_id)
    return _work_page(found, form)


@room.route(
    "/committee/recommendations/<public_id>/close-vote",
    methods=["POST"],
    needs=Permission.RECOMMENDATION_VOTE,
)
def close_vote(public_id: str) -> Any:
    """Count; what is carried is published."""
    actor, form = current_actor(), CloseVoteForm()
    found = queries.by_public_id(actor, public_id, for_change=True)
    if form.validate():
        try:
            actions.close_vote(actor, found, answer_due_on=form.answer_due_on.data)
        except RuleBroken as error:
            broken_rule_on(form, error)
        else:
            return _back(public_id)
    return _work_page(found, form)
