"""Pages on which people correct topics, and on which authors say that something does not fit."""

from typing import Any

from flask import flash, redirect, request, url_for
from flask_babel import gettext

from civicdialog.committee import correction_pages as pages
from civicdialog.committee import queries, reading
from civicdialog.committee.correction_forms import (
    DoubtForm,
    PlaceForm,
    ReasonForm,
    RenameForm,
    TargetForm,
)
from civicdialog.core.db import db
from civicdialog.core.errors import NotFound, RuleBroken
from civicdialog.core.permissions import Permission, may, require
from civicdialog.core.room import Room, broken_rule_on, current_actor, page
from civicdialog.core.view_models import Crumb
from civicdialog.insights import correction_actions as actions
from civicdialog.insights import corrections_queries as corrections
from civicdialog.insights import queries as insights
from civicdialog.insights.models import Cluster, ClusterRun, TopicCorrection, TopicDoubt
from civicdialog.rounds import queries as rounds
from civicdialog.rounds.models import Round
from civicdialog.submissions import queries as submissions

room = Room("corrections", __name__)

NEW_TOPIC = 0
SHOWN = 50
DOUBTS_SHOWN = 25


@room.route(
    "/committee/rounds/<slug>/topics/<int:number>/change",
    methods=["GET", "POST"],
    needs=Permission.TOPICS_DECIDE,
)
def change(slug: str, number: int) -> Any:
    """Rename a topic, merge it, and put its contributions elsewhere."""
    actor = current_actor()
    round, run, topic = _found(slug, number)
    deed = request.form.get("deed", "")
    forms = _forms(run, topic, deed, corrections.newest_id(round.id))
    ids = [int(each) for each in request.form.getlist("ids") if _is_number(each)]
    if request.method == "POST":
        form = forms.get(deed)
        if form is None:
            raise NotFound(deed)
        if form.validate():
            try:
                words, key = _done(actor, run, topic, deed, form, ids)
            except actions.Overtaken:
                raise
            except RuleBroken as error:
                broken_rule_on(form, error)
            else:
                flash(words, "success")
                return redirect(url_for("corrections.change", slug=slug, number=key), 303)
    return _change_page(round, run, topic, forms, deed, ids)


def _forms(run: ClusterRun, topic: Cluster, deed: str, newest: int) -> dict[str, Any]:
    """The four forms of the page; only the one that was sent is filled."""
    names = [(each.key, f"{each.key} {reading.topic_name(each)}") for each in run.clusters]
    made: dict[str, Any] = {}
    kinds = {"rename": RenameForm, "merge": TargetForm, "place": PlaceForm}
    for name, kind in kinds.items():
        sent = {} if name == deed else {"formdata": None}
        form = kind(prefix=f"{name}-", **sent)
        if isinstance(form, PlaceForm):
            form.offer([*names, (NEW_TOPIC, gettext("A new topic"))])
        elif isinstance(form, TargetForm):
            form.offer([each for each in names if each[0] != topic.key])
        if name != deed:
            form.seen.data = str(newest)
        made[name] = form
    if deed != "rename":
        made["rename"].label.data = topic.label
    if deed != "place":
        made["place"].target.data = topic.key
    made["off-topic"] = made["place"] if deed != "off-topic" else PlaceForm(prefix="place-")
    if deed == "off-topic":
        made["off-topic"].offer([*names, (NEW_TOPIC, gettext("A new topic"))])
        made["place"] = made["off-topic"]
    return made


def _done(
    actor: Any, run: ClusterRun, topic: Cluster, deed: str, form: Any, ids: list[int]
) -> tuple[str, int]:
    """Do what was asked; what to say, and the topic to show then."""
    reason, seen = form.reason.data or "", form.newest()
    if deed == "rename":
        actions.rename_topic(
            actor, run, topic.key, label=form.label.data or "", reason=reason, seen=seen
        )
        return gettext("The topic has its new name."), topic.key
    if deed == "merge":
        into = form.target.data
        actions.merge_topics(actor, run, topic.key, into=into, reason=reason, seen=seen)
        return gettext("The two topics are one now."), into
    if deed == "off-topic":
        actions.mark_off_topic(actor, run, ids, reason=reason, seen=seen)
        return gettext("Marked as off-topic."), topic.key
    made = actions.place_submissions(
        actor, run, ids, target=form.target.data or None, new_label=form.new_label.data or "",
        reason=reason, seen=seen,
    )  # fmt: skip
    here = {each.topic_key for each in made}
    left = insights.run_with_topics(run.round_id)
    is_there = left is not None and any(each.key == topic.key for each in left.clusters)
    return gettext("The contributions lie there now."), topic.key if is_there else here.pop()


def _change_page(
    round: Round, run: ClusterRun, topic: Cluster, forms: dict[str, Any], deed: str, ids: list[int]
) -> Any:
    rows = db.session.execute(queries.in_topic(topic.id, _key(), None)).all()
    shown = rows[: queries.PAGE_SIZE]
    placed = corrections.placed_by_people(round.id, [row[1].id for row in shown])
    listed = [
        pages.PlacedRow(
            id=row[1].id,
            title=row[1].title,
            url=url_for("web.proposal", public_id=row[1].public_id),
            reasons=" · ".join(row[0].reasons),
            second=reading.member_row(row[0], row[1], run.clusters, row[2]).second,
            placed=pages.placed_in_words(placed[row[1].id]) if row[1].id in placed else "",
            is_off_topic=row[1].id in placed and placed[row[1].id].deed.value == "off_topic",
        )
        for row in shown
    ]
    last = rows[queries.PAGE_SIZE - 1][0] if len(rows) > queries.PAGE_SIZE else None
    here: dict[str, Any] = {"slug": round.slug, "number": topic.key}
    after = f"{last.probability!r}_{last.submission_id}" if last else ""
    sent = forms.get(deed)
    name = reading.topic_name(topic)
    return page(
        "committee/correct.html",
        422 if sent is not None and sent.errors else 200,
        form=sent,
        forms=forms,
        round=round,
        topic=topic,
        name=name,
        badge=pages.badges(round, run, may_decide=True)[topic.key],
        rows=listed,
        chosen=set(ids),
        has_others=len(run.clusters) > 1,
        first_url=url_for("corrections.change", **here) if request.args.get("after") else "",
        next_url=url_for("corrections.change", **here, after=after) if after else "",
        crumbs=_crumbs(round, gettext("Change topic %(n)s", n=topic.key)),
    )


@room.route("/committee/rounds/<slug>/topics/corrections", needs=Permission.TOPICS_READ)
def log(slug: str) -> Any:
    """What people changed about the topics of a round; nothing is ever removed here."""
    round = rounds.by_slug(current_actor(), slug)
    run = insights.run_with_topics(round.id)
    before = request.args.get("before", type=int)
    wanted = corrections.corrections(round.id).limit(SHOWN + 1)
    if before is not None:
        wanted = wanted.where(TopicCorrection.id < before)
    found = list(db.session.scalars(wanted))
    active = {each.id for each in db.session.scalars(corrections.active(round.id))}
    counted = corrections.touched_counts(run) if run else {}
    return page(
        "committee/corrections.html",
        round=round,
        rows=pages.rows(round, run, found[:SHOWN], active) if run else [],
        people=pages.overall(round, counted.values()),
        may_decide=may(current_actor(), Permission.TOPICS_DECIDE),
        first_url=url_for("corrections.log", slug=slug) if before else "",
        next_url=url_for("corrections.log", slug=slug, before=found[SHOWN - 1].id)
        if len(found) > SHOWN
        else "",
        crumbs=_crumbs(round, gettext("Corrections by people")),
    )


@room.route(
    "/committee/rounds/<slug>/topics/corrections/<int:correction_id>/undo",
    methods=["GET", "POST"],
    needs=Permission.TOPICS_DECIDE,
)
def undo(slug: str, correction_id: int) -> Any:
    """Take a correction back, with a reason."""
    actor = current_actor()
    round = rounds.by_slug(actor, slug)
    run = insights.run_with_topics(round.id)
    wanted = corrections.corrections(round.id).where(TopicCorrection.id == correction_id)
    correction = db.session.scalar(wanted)
    if run is None or correction is None:
        raise NotFound(correction_id)
    form = ReasonForm()
    if request.method == "POST" and form.validate():
        try:
            actions.undo_correction(actor, run, correction, reason=form.reason.data or "")
        except actions.Overtaken:
            raise
        except RuleBroken as error:
            broken_rule_on(form, error)
        else:
            flash(gettext("Taken back. Both stay in the list."), "success")
            return redirect(url_for("corrections.log", slug=slug), 303)
    return page(
        "committee/correct-undo.html",
        422 if form.errors else 200,
        form=form,
        round=round,
        row=pages.rows(round, run, [correction], {correction.id})[0],
        crumbs=_crumbs(round, gettext("Undo this correction")),
    )


# ---- doubts of authors --------------------------------------------------------------------------


@room.route("/committee/rounds/<slug>/topics/doubts", needs=Permission.TOPICS_READ)
def doubts(slug: str) -> Any:
    """Contributions whose authors say that they do not fit."""
    round = rounds.by_slug(current_actor(), slug)
    after = request.args.get("after", 0, type=int)
    found = corrections.open_doubts(round.id, after, DOUBTS_SHOWN + 1)
    return page(
        "committee/correct-doubts.html",
        round=round,
        rows=[(each, reading.topic_name(each.topic)) for each in found[:DOUBTS_SHOWN]],
        may_decide=may(current_actor(), Permission.TOPICS_DECIDE),
        first_url=url_for("corrections.doubts", slug=slug) if after else "",
        next_url=url_for("corrections.doubts", slug=slug, after=found[DOUBTS_SHOWN - 1].doubt.id)
        if len(found) > DOUBTS_SHOWN
        else "",
        crumbs=_crumbs(round, gettext("Doubts of authors")),
    )


@room.route(
    "/committee/rounds/<slug>/topics/doubts/<int:doubt_id>",
    methods=["GET", "POST"],
    needs=Permission.TOPICS_DECIDE,
)
def answer(slug: str, doubt_id: int) -> Any:
    """Move a contribution its author doubts about, or keep it, with a reason."""
    actor = current_actor()
    round = rounds.by_slug(actor, slug)
    run = insights.run_with_topics(round.id)
    doubt = db.session.get(TopicDoubt, doubt_id)
    if run is None or doubt is None or doubt.round_id != round.id:
        raise NotFound(doubt_id)
    submission = corrections.titles([doubt.submission_id])[doubt.submission_id]
    topic = corrections.current_topic(submission)
    form = TargetForm()
    form.offer([(each.key, f"{each.key} {reading.topic_name(each)}") for each in run.clusters])
    if request.method == "GET":
        form.target.data = topic.key if topic else None
        form.seen.data = str(corrections.newest_id(round.id))
    elif form.validate():
        try:
            actions.answer_doubt(
                actor, run, doubt, target=form.target.data, reason=form.reason.data or "",
                seen=form.newest(),
            )  # fmt: skip
        except actions.Overtaken:
            raise
        except RuleBroken as error:
            broken_rule_on(form, error)
        else:
            flash(gettext("Answered. The author reads your reason in the thread."), "success")
            return redirect(url_for("corrections.doubts", slug=slug), 303)
    return page(
        "committee/correct-doubt.html",
        422 if form.errors else 200,
        form=form,
        round=round,
        doubt=doubt,
        submission=submission,
        topic_name=reading.topic_name(topic) if topic else "",
        crumbs=_crumbs(round, gettext("A doubt")),
    )


@room.route(
    "/submissions/<public_id>/does-not-fit",
    methods=["GET", "POST"],
    needs=Permission.TOPIC_DOUBT,
)
def doubt(public_id: str) -> Any:
    """The author says that the contribution does not fit its topic."""
    actor = current_actor()
    submission = submissions.by_public_id(actor, public_id)
    require(actor, Permission.TOPIC_DOUBT, submission)
    form = DoubtForm()
    if request.method == "POST" and form.validate():
        try:
            actions.doubt_place(actor, submission, form.suggestion.data or "")
        except RuleBroken as error:
            broken_rule_on(form, error)
        else:
            flash(
                gettext("Thank you. The committee looks at it and answers in the thread."),
                "success",
            )
            return redirect(url_for("web.thread", public_id=public_id), 303)
    topic = corrections.current_topic(submission)
    latest = corrections.latest_doubt(submission.id)
    return page(
        "committee/correct-does-not-fit.html",
        422 if form.errors else 200,
        form=form,
        submission=submission,
        topic_name=reading.topic_name(topic) if topic else "",
        is_open=latest is not None and latest.answered_at is None,
    )


# ---- parts --------------------------------------------------------------------------------------


def _found(slug: str, number: int) -> tuple[Round, ClusterRun, Cluster]:
    round = rounds.by_slug(current_actor(), slug)
    run = insights.run_with_topics(round.id)
    topic = next((each for each in run.clusters if each.key == number), None) if run else None
    if run is None or topic is None:
        raise NotFound(number)
    return round, run, topic


def _crumbs(round: Round, here: str) -> list[Crumb]:
    return [
        Crumb(gettext("Committee"), url_for("committee.index")),
        Crumb(
            gettext("Topics of “%(round)s”", round=round.title),
            url_for("committee.topics", slug=round.slug),
        ),
        Crumb(here),
    ]


def _is_number(typed: str) -> bool:
    return typed.isascii() and typed.isdecimal() and len(typed) < 10


def _key() -> queries.Key | None:
    share, _, number = request.args.get("after", "").partition("_")
    try:
        return float(share), int(number[:15])
    except ValueError:
        return None
