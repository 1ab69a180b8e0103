"""What the profile of an AI application consists of; many fields begin with a citizen's words."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from civicdialog.core.i18n import mark
from civicdialog.submissions.fields import DECIDERS
from civicdialog.submissions.models import Submission

LONGEST_LINE = 160
LONGEST_TEXT = 2000


@dataclass(frozen=True)
class ProfileField:
    """One thing to know about an application."""

    name: str
    label: str
    hint: str = ""
    said_in: str = ""
    """The field of the contribution that a citizen may have said it in."""
    shape: str = "text"
    """`text`, `line`, or a choice: `decider`, `status`, `department`."""


GROUPS: tuple[tuple[str, tuple[ProfileField, ...]], ...] = (
    (
        mark("What it is for"),
        (
            ProfileField("title", mark("Name"), said_in="title", shape="line"),
            ProfileField("problem", mark("Problem"), said_in="problem"),
            ProfileField("purpose", mark("Purpose: what should AI do?"), said_in="solution"),
            ProfileField(
                "affected",
                mark("People affected"),
                mark("Who benefits, and who is affected without wanting to be?"),
                said_in="beneficiaries",
            ),
            ProfileField("benefit", mark("Benefit"), said_in="benefit"),
            ProfileField("alternatives", mark("Alternatives without AI"), said_in="without_ai"),
        ),
    ),
    (
        mark("How it works"),
        (
            ProfileField(
                "data",
                mark("Data"),
                mark("Which data, from where, and who may use them?"),
                said_in="data_used",
            ),
            ProfileField(
                "decision", mark("Who decides in the end?"), said_in="decider", shape="decider"
            ),
            ProfileField(
                "oversight",
                mark("Human oversight"),
                mark("Who checks the results, and who can stop it?"),
            ),
            ProfileField(
                "method", mark("Method"), mark("Which kind of AI, and which model if known?")
            ),
        ),
    ),
    (
        mark("Risks and law"),
        (
            ProfileField("risks", mark("Risks"), said_in="worries"),
            ProfileField(
                "discrimination",
                mark("Fairness"),
                mark("How is it checked that nobody is put at a disadvantage?"),
            ),
            ProfileField("legal_basis", mark("Legal basis")),
            ProfileField(
                "assessments",
                mark("Impact assessments"),
                mark("Data protection, fundamental rights: done, planned, not needed?"),
            ),
            ProfileField(
                "complaints", mark("How to complain"), mark("Where can people object, and how?")
            ),
        ),
    ),
    (
        mark("In the administration"),
        (
            ProfileField(
                "department", mark("Department"), said_in="department", shape="department"
            ),
            ProfileField("contact", mark("Contact"), shape="line"),
            ProfileField("status", mark("Stage of the project"), shape="status"),
            ProfileField("supplier", mark("Supplier")),
            ProfileField("hosting", mark("Where it runs"), mark("Own computers, or whose cloud?")),
            ProfileField("cost", mark("Cost"), mark("Once, and every year.")),
            ProfileField(
                "evaluation", mark("Evaluation"), mark("How will you know that it is worth it?")
            ),
        ),
    ),
)
FIELDS: tuple[ProfileField, ...] = tuple(each for _, fields in GROUPS for each in fields)
BY_NAME: Mapping[str, ProfileField] = {each.name: each for each in FIELDS}

STATUSES: Mapping[str, str] = {
    "idea": mark("An idea"),
    "planned": mark("Planned"),
    "trial": mark("On trial"),
    "in_use": mark("In use"),
    "ended": mark("Ended"),
}
DECISIONS: Mapping[str, str] = {key.value: words for key, words in DECIDERS.items()}


def said_by_citizen(submission: Submission) -> dict[str, str]:
    """What the contribution already tells, by field of the profile; nothing else is in it."""
    told = {
        each.name: str(getattr(submission, each.said_in) or "") for each in FIELDS if each.said_in
    }
    return {name: text for name, text in told.items() if text.strip()}


def as_fields(values: Mapping[str, Any]) -> dict[str, str]:
    """Every field of a profile; what is unknown is empty."""
    return {each.name: str(values.get(each.name) or "") for each in FIELDS}


def gaps_in(fields: Mapping[str, str]) -> list[ProfileField]:
    """What nobody knows yet."""
    return [each for each in FIELDS if not fields.get(each.name)]
