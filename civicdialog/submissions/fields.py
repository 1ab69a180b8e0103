"""What a contribution consists of: its fields in their order, and what stands above each text."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from civicdialog.core.i18n import mark
from civicdialog.core.ids import fingerprint
from civicdialog.submissions.models import Decider, Kind

SHORT = ("kind", "title", "problem", "solution")
"""Without these nobody can understand what is meant."""
PROFILE = (
    "beneficiaries", "benefit", "data_used", "decider", "without_ai", "worries", "department",
)  # fmt: skip
"""Asked one by one afterwards; each may be skipped."""
FIELDS = (*SHORT, *PROFILE)
TEXTS = ("problem", "solution", "beneficiaries", "benefit", "data_used", "without_ai", "worries")
_ONLY_FOR_APPLICATIONS = frozenset({"benefit", "data_used", "decider", "without_ai"})

DECIDERS: Mapping[Decider, str] = {
    Decider.PERSON: mark("A person decides. AI only helps to prepare."),
    Decider.TOGETHER: mark("AI suggests, a person checks and decides."),
    Decider.MACHINE: mark("AI decides by itself."),
}

# Headings of the texts, fitting the kind of contribution.
HEADINGS: Mapping[Kind, Mapping[str, str]] = {
    Kind.USE_CASE: {
        "problem": mark("What is the problem?"),
        "solution": mark("What should AI do?"),
        "beneficiaries": mark("Who benefits?"),
        "worries": mark("What could go wrong?"),
    },
    Kind.PRINCIPLE: {
        "problem": mark("Why is this needed?"),
        "solution": mark("What should hold?"),
        "beneficiaries": mark("Whom does it protect?"),
        "worries": mark("What could speak against it?"),
    },
    Kind.CONCERN: {
        "problem": mark("What is the worry?"),
        "solution": mark("What should the city do?"),
        "beneficiaries": mark("Whom does it concern?"),
        "worries": mark("What else is to be considered?"),
    },
}
_SAME_FOR_ALL: Mapping[str, str] = {
    "benefit": mark("What gets better?"),
    "data_used": mark("Which data does it need?"),
    "decider": mark("Who decides in the end?"),
    "without_ai": mark("How could it work without AI?"),
}


def steps_for(kind: Kind) -> tuple[str, ...]:
    """The questions that make sense for this kind, in their order."""
    if kind is Kind.USE_CASE:
        return PROFILE
    return tuple(name for name in PROFILE if name not in _ONLY_FOR_APPLICATIONS)


@dataclass(frozen=True)
class Part:
    """One text of a contribution under its heading."""

    heading: str
    text: str
    name: str = ""
    """The field it was written in."""
    marked: str = ""
    """The sentence of it that somebody was led to."""


def parts(source: Any, translate: Callable[[str], str]) -> list[Part]:
    """What was written, in the order of the page; empty fields are left out.

    `source` has the fields as attributes: a submission, or a draft of one.
    """
    headings = {**_SAME_FOR_ALL, **HEADINGS[source.kind]}
    found = []
    for name in ("problem", "solution", *PROFILE):
        if name == "department":
            continue
        value = getattr(source, name)
        text = translate(DECIDERS[value]) if isinstance(value, Decider) else str(value or "")
        if text.strip():
            found.append(Part(translate(headings[name]), text, name))
    return found


def values_of(source: Any) -> dict[str, str]:
    """All fields by name, as words that can be stored and compared."""
    return {name: str(getattr(source, name) or "") for name in FIELDS}


def state_of(fields: Mapping[str, str], names: Sequence[str] = FIELDS) -> str:
    """A fingerprint of some fields, to notice that somebody has changed them."""
    return fingerprint("\0".join(fields.get(name) or "" for name in names))[:16]
