"""Composes what the pages and the file of a profile show."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from textwrap import shorten
from typing import Any
from uuid import NAMESPACE_URL, uuid5

from flask import url_for
from flask_babel import get_locale, gettext

from civicdialog.committee import profile_queries as queries
from civicdialog.committee.models import ProfileVersion
from civicdialog.committee.profile_fields import (
    BY_NAME,
    DECISIONS,
    FIELDS,
    GROUPS,
    STATUSES,
    ProfileField,
    gaps_in,
)
from civicdialog.committee.profile_registers import Register, in_shape_of
from civicdialog.committee.risk_words import LOOKS, RISKS
from civicdialog.committee.screening_questions import RiskClass
from civicdialog.core.city import city
from civicdialog.submissions.models import Submission
from civicdialog.submissions.revisions import Changed, differences

ADDRESS = re.compile(r"[^\s@]+@[^\s@]+")
SHORT = 150
"""Signs a register allows for a summary."""


@dataclass(frozen=True)
class Known:
    """One thing about an application, and who said it; without text it is a gap."""

    label: str
    text: str
    is_prose: bool
    is_said: bool


@dataclass(frozen=True)
class Badge:
    """A class of risk as a badge."""

    label: str
    kind: str
    icon: str

    @classmethod
    def of(cls, risk: RiskClass) -> "Badge":
        return cls(gettext(RISKS[risk]), *LOOKS[risk])


@dataclass(frozen=True)
class Screened:
    """What a released version says about the class."""

    badge: Badge
    questionnaire: str
    is_disputed: bool


@dataclass(frozen=True)
class ProfileView:
    number: int
    at: datetime
    groups: list[tuple[str, list[Known]]]
    gaps: list[str]
    field_count: int
    said_count: int
    screened: Screened | None


def profile_view(version: ProfileVersion) -> ProfileView:
    """A version as its page shows it."""
    said = set(version.said)
    return ProfileView(
        number=version.number,
        at=version.released_at or version.created_at,
        groups=[
            (gettext(title), [_known(each, version.fields, said) for each in fields])
            for title, fields in GROUPS
        ],
        gaps=[gettext(each.label) for each in gaps_in(version.fields)],
        field_count=len(FIELDS),
        said_count=len(said),
        screened=_screened(version.screened),
    )


def _known(field: ProfileField, fields: Mapping[str, str], said: set[str]) -> Known:
    text = in_words(field, fields.get(field.name, ""))
    return Known(gettext(field.label), text, field.shape == "text", field.name in said)


def in_words(field: ProfileField, value: str) -> str:
    """The value as people read it: choices have names."""
    if field.shape == "department":
        return city().departments.get(value, {}).get(_language(), value)
    words = {"status": STATUSES, "decider": DECISIONS}.get(field.shape, {})
    return gettext(words[value]) if value in words else value


def _language() -> str:
    locale = get_locale()
    return locale.language if locale else city().languages[0]


def _screened(kept: Mapping[str, Any]) -> Screened | None:
    if not kept:
        return None
    badge = Badge.of(RiskClass(kept["risk_class"]))
    return Screened(badge, kept["questionnaire"], kept["is_disputed"])


# ---- versions -----------------------------------------------------------------------------------


@dataclass(frozen=True)
class VersionView:
    number: int
    at: datetime
    reason: str
    editor: str
    is_released: bool
    changes: list[Changed]


def version_views(versions: list[ProfileVersion], *, with_names: bool) -> list[VersionView]:
    """Versions with what differs from the one before; they come the newest first."""
    before = [*versions[1:], None]
    return [
        VersionView(
            number=each.number,
            at=each.created_at,
            reason=each.reason,
            editor=each.editor.public_name if with_names and each.editor else "",
            is_released=each.released_at is not None,
            changes=_changes(earlier, each) if earlier else [],
        )
        for each, earlier in zip(versions, before, strict=True)
    ]


def _changes(before: ProfileVersion, after: ProfileVersion) -> list[Changed]:
    found = []
    for name, field in BY_NAME.items():
        was, now = before.fields.get(name, ""), after.fields.get(name, "")
        if was != now:
            pieces = differences(in_words(field, was), in_words(field, now))
            found.append(Changed(gettext(field.label), pieces))
    return found


# ---- file ---------------------------------------------------------------------------------------


def as_file(submission: Submission, version: ProfileVersion, register: Register) -> dict[str, Any]:
    """The released profile in the shape of a register, with what it does not know."""
    risk = version.screened.get("risk_class", "")
    url = url_for("profiles.show", public_id=submission.public_id, _external=True)
    contact = version.fields["contact"]
    words = {name: in_words(field, version.fields[name]) for name, field in BY_NAME.items()}
    words |= {
        "city": city().name,
        "contact_email": contact if ADDRESS.fullmatch(contact) else city().contact_email,
        "id": submission.public_id,
        "language": city().languages[0],
        "organisation": city().operator,
        "published_on": queries.first_released_on(version.application_id).isoformat(),
        "revised_on": version.created_at.date().isoformat(),
        "risk_class": gettext(RISKS[RiskClass(risk)]) if risk else "",
        "summary": shorten(words["purpose"], SHORT, placeholder=" …"),
        "url": url,
        "uuid": str(uuid5(NAMESPACE_URL, url)),
    }
    shaped = in_shape_of(register, words, {**version.fields, "risk_class": risk})
    return {
        "register": register.title,
        "register_version": register.version,
        "register_source": register.source,
        "profile_version": version.number,
        "gaps": [each.name for each in gaps_in(version.fields)],
        "unknown": shaped.unknown,
        "said_by_citizen": version.said,
        "record": shaped.record,
    }
