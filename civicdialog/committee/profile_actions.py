"""Completing the profile of an AI application, and releasing it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from civicdialog.committee import profile_queries as queries
from civicdialog.committee.models import Application, ProfileVersion
from civicdialog.committee.profile_fields import (
    FIELDS,
    LONGEST_LINE,
    LONGEST_TEXT,
    gaps_in,
    said_by_citizen,
)
from civicdialog.core import clock
from civicdialog.core.audit import Event, record
from civicdialog.core.db import db, insert_into
from civicdialog.core.errors import NotFound, RuleBroken
from civicdialog.core.i18n import mark
from civicdialog.core.permissions import Actor, Permission, require
from civicdialog.submissions.models import Kind, Submission
from civicdialog.submissions.texts import cleaned
from civicdialog.trace.links import add_link
from civicdialog.trace.models import Relation


@dataclass(frozen=True)
class ProfileDraft:
    """What the office typed."""

    fields: Mapping[str, str]
    reason: str
    based_on: int
    """The number of the version the office began from."""


class Overtaken(RuleBroken):
    """Somebody else has saved a newer version meanwhile."""


def write_profile(actor: Actor, submission: Submission, draft: ProfileDraft) -> ProfileVersion:
    """Add a version of the profile; saving the same twice makes one.

    :raise Overtaken: if the office began from a version that is no longer the newest
    """
    require(actor, Permission.PROFILE_EDIT, submission)
    refuse_other_kinds(submission)
    fields = {each.name: cleaned(draft.fields.get(each.name, "")) for each in FIELDS}
    reason = cleaned(draft.reason)
    for each in FIELDS:
        most = LONGEST_LINE if each.shape == "line" else LONGEST_TEXT
        if len(fields[each.name]) > most:
            raise RuleBroken(
                mark("Please use at most %(most)s characters."), field=each.name, most=most
            )
    if len(reason) > LONGEST_TEXT:
        raise RuleBroken(
            mark("Please use at most %(most)s characters."), field="reason", most=LONGEST_TEXT
        )
    application = examined(submission)
    latest = queries.newest(actor, submission.id)
    if latest is not None and latest.fields == fields:
        return latest
    if application.profile_count != draft.based_on:
        raise Overtaken(mark("Somebody else has saved this profile in the meantime."))
    if latest is not None and not reason:
        raise RuleBroken(mark("Please say why you change the profile."), field="reason")
    application.profile_count += 1
    application.gap_count = len(gaps_in(fields))
    version = ProfileVersion(
        application_id=application.id,
        number=application.profile_count,
        fields=fields,
        said=_still_said(submission, fields, latest),
        reason=reason,
        editor_id=actor.id,
    )
    db.session.add(version)
    db.session.flush()
    record(actor, Event.PROFILE_WRITTEN, application, number=version.number)
    return version


def _still_said(
    submission: Submission, fields: Mapping[str, str], latest: ProfileVersion | None
) -> list[str]:
    """The fields in the citizen's words: those of today, or those of the version before."""
    said = {name: cleaned(text) for name, text in said_by_citizen(submission).items()}
    before = {name: latest.fields[name] for name in latest.said} if latest else {}
    return [
        name for name, text in fields.items() if text and text in (said.get(name), before.get(name))
    ]


def release_profile(actor: Actor, submission: Submission, number: int) -> None:
    """Let everybody read this version; it must be the newest one. Twice is once.

    :raise RuleBroken: if a newer one was saved meanwhile
    """
    require(actor, Permission.PROFILE_EDIT, submission)
    refuse_other_kinds(submission)
    application = queries.application_of(submission.id, for_change=True)
    version = queries.newest(actor, submission.id)
    if application is None or version is None:
        raise NotFound(submission.public_id)
    if version.number != number:
        raise Overtaken(mark("Somebody else has saved this profile in the meantime."))
    if version.released_at is not None:
        return
    is_first = application.released_number is None
    version.released_at, version.released_by_id = clock.now(), actor.id
    version.screened = _screened(application)
    application.released_number = number
    if is_first:
        add_link(actor, submission, application, Relation.DESCRIBED_IN)
    record(actor, Event.PROFILE_RELEASED, application, number=number)


def _screened(application: Application) -> dict[str, Any]:
    """What the screening says now; it may change later, the released version does not."""
    if not application.is_screened or application.risk_class is None:
        return {}
    return {
        "risk_class": application.risk_class.value,
        "questionnaire": application.questionnaire,
        "is_disputed": application.is_disputed,
    }


def examined(submission: Submission) -> Application:
    """The examination of a contribution, begun if it had not been."""
    insert = insert_into(Application).values(submission_id=submission.id)
    db.session.execute(insert.on_conflict_do_nothing(index_elements=["submission_id"]))
    found = queries.application_of(submission.id, for_change=True)
    if found is None:
        raise NotFound(submission.public_id)
    return found


def refuse_other_kinds(submission: Submission) -> None:
    """Principles and worries are no applications, and what is not public is not examined.

    :raise RuleBroken: for those
    """
    if submission.kind is not Kind.USE_CASE or not submission.is_public:
        raise RuleBroken(mark("Only published proposals for applications are examined."))
