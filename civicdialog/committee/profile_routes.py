"""Pages of the profile of a proposed AI application."""

import json
from typing import Any

from flask import Response, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import get_locale, gettext

from civicdialog.committee import profile_actions as actions
from civicdialog.committee import profile_pages as pages
from civicdialog.committee import profile_queries as queries
from civicdialog.committee.profile_fields import FIELDS, as_fields, said_by_citizen
from civicdialog.committee.profile_forms import ProfileForm
from civicdialog.committee.profile_registers import registers
from civicdialog.core.errors import NotFound, RuleBroken
from civicdialog.core.permissions import Permission, may, require
from civicdialog.core.room import Room, broken_rule_on, current_actor, page
from civicdialog.core.view_models import Crumb
from civicdialog.submissions import queries as submissions
from civicdialog.submissions.models import Submission

room = Room("profiles", __name__)


def _crumbs(submission: Submission, *last: Crumb) -> list[Crumb]:
    round, here = submission.round, url_for("web.proposal", public_id=submission.public_id)
    return [
        Crumb(round.title, url_for("web.round_page", slug=round.slug)),
        Crumb(gettext("Proposals"), url_for("web.proposals", slug=round.slug)),
        Crumb(submission.title, here),
        *last,
    ]


def _public(public_id: str, *, for_change: bool = False) -> Submission:
    """A contribution that is public now: the profile of one taken back is not shown either."""
    found = submissions.by_public_id(current_actor(), public_id, for_change=for_change)
    if not found.is_public:
        raise NotFound(public_id)
    return found


@room.route("/submissions/<public_id>/profile", needs=Permission.PUBLIC)
def show(public_id: str) -> Any:
    """The profile: for everybody once it is released, for the office and the committee before."""
    actor = current_actor()
    submission = _public(public_id)
    may_edit = may(actor, Permission.PROFILE_EDIT, submission)
    version = queries.newest(actor, submission.id)
    if version is None and not may(actor, Permission.APPLICATIONS_READ):
        raise NotFound(public_id)
    return page(
        "committee/profile.html",
        submission=submission,
        view=pages.profile_view(version) if version else None,
        is_released=version is not None and version.released_at is not None,
        may_edit=may_edit,
        may_examine=may(actor, Permission.APPLICATIONS_READ),
        registers=list(registers().values()),
        crumbs=_crumbs(submission, Crumb(gettext("Profile"))),
    )


@room.route("/submissions/<public_id>/profile.json", needs=Permission.PUBLIC)
def download(public_id: str) -> ResponseReturnValue:
    """The released profile in the shape of a public register."""
    submission = _public(public_id)
    register = registers().get(request.args.get("register", "eurocities"))
    version = queries.released(submission.id)
    if register is None or version is None:
        raise NotFound(public_id)
    text = json.dumps(pages.as_file(submission, version, register), ensure_ascii=False, indent=2)
    answer = Response(text + "\n", mimetype="application/json")
    name = f"profile-{public_id}-{register.key}.json"
    answer.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer


@room.route("/submissions/<public_id>/profile/versions", needs=Permission.PUBLIC)
def versions(public_id: str) -> Any:
    """Who changed the profile when, what and why."""
    actor = current_actor()
    submission = _public(public_id)
    found = list(queries.versions(actor, submission.id))
    if not found:
        raise NotFound(public_id)
    with_names = may(actor, Permission.APPLICATIONS_READ)
    profile = url_for("profiles.show", public_id=public_id)
    return page(
        "committee/profile-versions.html",
        submission=submission,
        versions=pages.version_views(found, with_names=with_names),
        crumbs=_crumbs(submission, Crumb(gettext("Profile"), profile), Crumb(gettext("Versions"))),
    )


@room.route(
    "/submissions/<public_id>/profile/edit", methods=["GET", "POST"], needs=Permission.PROFILE_EDIT
)
def edit(public_id: str) -> Any:
    """Complete the profile; the first version begins with what the citizen said."""
    actor = current_actor()
    submission = _public(public_id)
    require(actor, Permission.PROFILE_EDIT, submission)
    actions.refuse_other_kinds(submission)
    latest = queries.newest(actor, submission.id)
    said = said_by_citizen(submission)
    stored = as_fields(latest.fields if latest else said)
    form = ProfileForm(data=stored)
    form.offer(str(get_locale()), stored)
    is_overtaken = False
    if request.method == "POST" and form.validate():
        try:
            actions.write_profile(actor, submission, form.draft())
        except actions.Overtaken:
            is_overtaken = True
        except RuleBroken as error:
            broken_rule_on(form, error)
        else:
            flash(gettext("Saved. Nobody else sees it before you release it."), "success")
            return redirect(url_for("profiles.show", public_id=public_id), 303)
    if request.method == "GET" or is_overtaken:
        form.based_on.data = str(latest.number if latest else 0)
    return page(
        "committee/profile-edit.html",
        409 if is_overtaken else 422 if form.errors else 200,
        submission=submission,
        form=form,
        groups=[(gettext(title), fields) for title, fields in form.groups()],
        said=_differing(said, stored),
        is_first=latest is None,
        is_overtaken=is_overtaken,
        crumbs=_crumbs(
            submission,
            Crumb(gettext("Profile"), url_for("profiles.show", public_id=public_id)),
            Crumb(gettext("Complete it")),
        ),
    )


def _differing(said: dict[str, str], stored: dict[str, str]) -> dict[str, str]:
    """What the citizen said, by field, where the office has words of its own."""
    texts = {each.name for each in FIELDS if each.shape in {"text", "line"}}
    return {name: text for name, text in said.items() if name in texts and stored[name] != text}


@room.route(
    "/submissions/<public_id>/profile/release", methods=["POST"], needs=Permission.PROFILE_EDIT
)
def release(public_id: str) -> ResponseReturnValue:
    """Let everybody read the newest version."""
    submission = _public(public_id, for_change=True)
    number = request.form.get("number", "")
    known = int(number) if number.isascii() and number.isdecimal() and len(number) < 7 else 0
    actions.release_profile(current_actor(), submission, known)
    flash(gettext("Everybody can read this profile now."), "success")
    return redirect(url_for("profiles.show", public_id=public_id), 303)
