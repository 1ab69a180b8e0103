"""Pages of summaries: the text with its proof, changing it, ticking off, signing off."""

from collections.abc import Collection, Mapping
from typing import Any

from flask import flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext, ngettext

from civicdialog.committee import summary_actions as actions
from civicdialog.committee import summary_pages as pages
from civicdialog.committee import summary_queries as queries
from civicdialog.committee.reading import topic_name
from civicdialog.committee.summary_coverage import Gap
from civicdialog.committee.summary_forms import BasedOnForm, TickForm, rows_sent, summary_form
from civicdialog.core.errors import NotFound, RuleBroken
from civicdialog.core.permissions import Permission, may
from civicdialog.core.room import Room, broken_rule_on, current_actor, page
from civicdialog.core.view_models import Crumb
from civicdialog.insights import queries as insights
from civicdialog.insights.models import Cluster
from civicdialog.rounds import queries as rounds
from civicdialog.rounds.models import Round

room = Room("summaries", __name__)

ALL = "all"


def _found(slug: str, number: int) -> tuple[Round, Cluster]:
    """The topic as it is now."""
    round = rounds.by_slug(current_actor(), slug)
    run = insights.run_with_topics(round.id)
    found = next((each for each in run.clusters if each.key == number), None) if run else None
    if found is None:
        raise NotFound(number)
    return round, found


def _back(slug: str, number: int) -> ResponseReturnValue:
    return redirect(url_for("summaries.show", slug=slug, number=number), 303)


@room.route("/committee/rounds/<slug>/topics/<int:number>/summary", needs=Permission.TOPICS_READ)
def show(slug: str, number: int) -> Any:
    """The summary of a topic, where each sentence comes from, and what it leaves out."""
    return _page(*_found(slug, number))


def _page(
    round: Round,
    topic: Cluster,
    typed: Mapping[Gap, TickForm] | None = None,
    chosen: Collection[int] = (),
    error: RuleBroken | None = None,
) -> Any:
    actor, versions = current_actor(), queries.versions(round.id, topic.key)
    newest = versions[0] if versions else None
    found = queries.proof_of(round.id, topic, newest, versions)
    may_write = may(actor, Permission.SUMMARY_WRITE)
    forms = {gap: _tick_form(gap, empty=True) for gap in Gap} if may_write else {}
    return page(
        "committee/summary.html",
        422 if typed else 409 if error else 200,
        round=round,
        topic=topic,
        name=topic_name(topic),
        view=pages.summary_page(found, topic, versions, {**forms, **(typed or {})}, chosen),
        form=next(iter(typed.values())) if typed else None,
        error=error,
        may_write=may_write,
        may_sign=may(actor, Permission.SUMMARY_SIGN),
        crumbs=_crumbs(round, topic, Crumb(gettext("Summary"))),
    )


def _tick_form(gap: Gap, *, empty: bool = False) -> TickForm:
    sent = {"formdata": None} if empty else {}
    return TickForm(prefix=f"{gap.value}-", **sent)


def _crumbs(round: Round, topic: Cluster, *last: Crumb) -> list[Crumb]:
    return [
        Crumb(gettext("Committee"), url_for("committee.index")),
        Crumb(
            gettext("Topics of “%(round)s”", round=round.title),
            url_for("committee.topics", slug=round.slug),
        ),
        Crumb(topic_name(topic), url_for("committee.topic", slug=round.slug, number=topic.key)),
        *last,
    ]


@room.route(
    "/committee/rounds/<slug>/topics/<int:number>/summary/edit",
    methods=["GET", "POST"],
    needs=Permission.SUMMARY_WRITE,
)
def edit(slug: str, number: int) -> Any:
    """Change the sentences, and say what each rests on."""
    actor = current_actor()
    round, topic = _found(slug, number)
    status = 200
    if request.method == "GET":
        newest = queries.newest(round.id, topic.key)
        form = pages.form_for(queries.proof_of(round.id, topic, newest))
    else:
        form, status = summary_form(rows_sent(list(request.form))), 422
        if form.validate():
            try:
                actions.write_summary(
                    actor, round, number, form.typed(), based_on=form.began_from()
                )
            except actions.Overtaken as error:
                newest = queries.newest(round.id, topic.key)
                form.based_on.data = str(newest.number if newest else 0)
                form.based_on.raw_data = [form.based_on.data]
                broken_rule_on(form, error)
                status = 409
            except RuleBroken as error:
                broken_rule_on(form, error)
            else:
                flash(gettext("Saved. The machine's text stays beside it."), "success")
                return _back(slug, number)
    here = Crumb(gettext("Summary"), url_for("summaries.show", slug=slug, number=number))
    return page(
        "committee/summary-edit.html",
        status,
        round=round,
        topic=topic,
        name=topic_name(topic),
        form=form,
        back_url=here.url,
        crumbs=_crumbs(round, topic, here, Crumb(gettext("Change the text"))),
    )


@room.route(
    "/committee/rounds/<slug>/topics/<int:number>/summary/tick",
    methods=["POST"],
    needs=Permission.SUMMARY_WRITE,
)
def tick(slug: str, number: int) -> Any:
    """Say why some of what is left out may be left out."""
    round, topic = _found(slug, number)
    named = request.form.get("gap", "")
    if named not in set(Gap):
        raise NotFound(named)
    gap = Gap(named)
    form = _tick_form(gap)
    chosen = {int(each) for each in request.form.getlist("ids") if _is_number(each)}
    ids = None if request.form.get("which") == ALL else chosen
    if form.validate():
        try:
            count = actions.tick_gaps(
                current_actor(), round, number, gap=gap, reason=form.reason.data or "", ids=ids
            )
        except RuleBroken as error:
            broken_rule_on(form, error)
        else:
            words = ngettext(
                "%(num)d contribution is ticked off.",
                "%(num)d contributions are ticked off.",
                count,
            )
            flash(words, "success")
            return _back(slug, number)
    return _page(round, topic, {gap: form}, chosen)


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdecimal() and len(text) < 10


@room.route(
    "/committee/rounds/<slug>/topics/<int:number>/summary/sign",
    methods=["POST"],
    needs=Permission.SUMMARY_SIGN,
)
def sign(slug: str, number: int) -> Any:
    """Stand for the text as it is."""
    round, topic = _found(slug, number)
    try:
        actions.sign_summary(current_actor(), round, number, based_on=BasedOnForm().began_from())
    except RuleBroken as error:
        return _page(round, topic, error=error)
    flash(gettext("You have signed this summary off."), "success")
    return _back(slug, number)
