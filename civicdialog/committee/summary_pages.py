"""Finished values for the pages of summaries."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask import url_for
from flask_babel import gettext

from civicdialog.accounts.models import Person
from civicdialog.committee.reading import in_words
from civicdialog.committee.reading_models import CoverageTick, TopicSummary
from civicdialog.committee.summary_coverage import GAPS, Gap
from civicdialog.committee.summary_forms import MORE_ROWS, SummaryForm, TickForm, summary_form
from civicdialog.committee.summary_queries import Proof
from civicdialog.committee.summary_sentences import (
    STATES,
    Sentence,
    State,
    as_stored,
    sentences,
    verifiable,
)
from civicdialog.insights.models import Cluster
from civicdialog.submissions.models import Submission
from civicdialog.submissions.revisions import Change, differences

GAPS_SHOWN = 25


@dataclass(frozen=True)
class Ticked:
    """A contribution that somebody has ticked off."""

    title: str
    url: str
    number: int | None
    reason: str
    by: str
    at: datetime


@dataclass(frozen=True)
class Waiting:
    """A contribution to look at."""

    id: int
    title: str
    url: str
    number: int | None
    excerpt: str
    is_chosen: bool


@dataclass(frozen=True)
class Group:
    """What the summary leaves out for the same reason."""

    gap: str
    heading: str
    waiting: list[Waiting]
    waiting_count: int
    ticked: list[Ticked]
    form: TickForm | None


@dataclass(frozen=True)
class Version:
    """One text by people in the history."""

    number: int
    by: str
    at: datetime
    signed_at: datetime | None
    signed_by: str
    changes: list[tuple[Change, str]]


@dataclass(frozen=True)
class SummaryPage:
    """The text of people beside that of the machine, and what neither speaks for."""

    number: int
    by: str
    """Who wrote the text that counts; empty for the machine."""
    at: datetime | None
    state: str
    badge: str
    is_outdated: bool
    changes: str
    """What became different since it was written."""
    signed_at: datetime | None
    signed_by: str
    sentences: tuple[Sentence, ...]
    machine: tuple[Sentence, ...]
    """Empty where the machine's text is the one that counts."""
    represented: str
    width: str
    open_count: int
    groups: list[Group]
    can_be_signed: bool
    versions: list[Version]


def name_of(person: Person | None) -> str:
    return person.public_name if person else str(gettext("Somebody who has left"))


def summary_page(
    found: Proof,
    topic: Cluster,
    versions: Sequence[TopicSummary],
    typed: Mapping[Gap, TickForm],
    chosen: Collection[int],
) -> SummaryPage:
    """Needs who wrote and signed each version."""
    summary, state = found.newest, _state(found)
    words, badge = STATES[state]
    total = len(found.members) or 1
    represented = len(found.coverage.represented)
    machine = as_stored(summary.machine if summary else ())
    return SummaryPage(
        number=summary.number if summary else 0,
        by=name_of(summary.editor) if summary else "",
        at=summary.created_at if summary else None,
        state=gettext(words),
        badge=badge,
        is_outdated=state is State.OUTDATED,
        changes=_changes(found),
        signed_at=summary.signed_at if summary else None,
        signed_by=name_of(summary.signed_by) if summary else "",
        sentences=sentences(found.stored, found.known),
        machine=sentences(machine, found.known),
        represented=in_words(represented, len(found.members)),
        width=f"{100 * represented / total:.1f}%",
        open_count=len(found.open),
        groups=_groups(found, typed, chosen),
        can_be_signed=bool(found.stored) and not found.open and not found.is_signed,
        versions=_versions(versions, found),
    )


def _state(found: Proof) -> State:
    if found.newest is None:
        return State.MACHINE
    if found.is_outdated:
        return State.OUTDATED
    return State.SIGNED if found.is_signed else State.DRAFT


def _changes(found: Proof) -> str:
    """How many came, left, or lost their proof since the text was written."""
    if found.newest is None:
        return ""
    then = set(found.newest.members)
    told = [
        gettext("new contributions: %(n)s", n=len(found.members - then)),
        gettext("no longer here: %(n)s", n=len(then - found.members)),
        gettext("sentences without proof, left out: %(n)s", n=found.lost_count),
    ]
    counts = len(found.members - then), len(then - found.members), found.lost_count
    return "; ".join(words for words, count in zip(told, counts, strict=True) if count)


# ---- what is left out ---------------------------------------------------------------------------


def _groups(found: Proof, typed: Mapping[Gap, TickForm], chosen: Collection[int]) -> list[Group]:
    groups = []
    for gap, heading in GAPS.items():
        missing = [number for number, kind in found.coverage.missing if kind is gap]
        if not missing:
            continue
        waiting = [number for number in missing if number not in found.ticks]
        groups.append(
            Group(
                gap=gap.value,
                heading=gettext(heading),
                waiting=[
                    _waiting(found.known[number], number in chosen)
                    for number in waiting[:GAPS_SHOWN]
                ],
                waiting_count=len(waiting),
                ticked=[
                    _ticked(found.known[number], found.ticks[number])
                    for number in missing
                    if number in found.ticks
                ],
                form=typed.get(gap),
            )
        )
    return groups


def _waiting(submission: Submission, is_chosen: bool) -> Waiting:
    text = " ".join(submission.body.split())
    return Waiting(
        id=submission.id,
        title=submission.title,
        url=url_for("web.proposal", public_id=submission.public_id),
        number=submission.number,
        excerpt=text if len(text) <= 160 else text[:160].rsplit(" ", 1)[0] + " …",
        is_chosen=is_chosen,
    )


def _ticked(submission: Submission, tick: CoverageTick) -> Ticked:
    return Ticked(
        title=submission.title,
        url=url_for("web.proposal", public_id=submission.public_id),
        number=submission.number,
        reason=tick.reason,
        by=name_of(tick.person),
        at=tick.at,
    )


# ---- history ------------------------------------------------------------------------------------


def _versions(versions: Sequence[TopicSummary], found: Proof) -> list[Version]:
    """The newest first, each with what became different; the first beside the machine's text."""

    def text(stored: Sequence[Mapping[str, Any]]) -> str:
        # What is hidden or was taken out does not come back in the history.
        return "\n".join(each["text"] for each in verifiable(stored, found.known))

    earlier = [
        *(text(each.sentences) for each in versions[1:]),
        *(text(as_stored(each.machine)) for each in versions[-1:]),
    ]
    return [
        Version(
            number=each.number,
            by=name_of(each.editor),
            at=each.created_at,
            signed_at=each.signed_at,
            signed_by=name_of(each.signed_by),
            changes=differences(before, text(each.sentences)),
        )
        for each, before in zip(versions, earlier, strict=True)
    ]


# ---- the form -----------------------------------------------------------------------------------


def form_for(found: Proof) -> SummaryForm:
    """The text that counts, ready to be changed, and some empty rows."""
    values: dict[str, Any] = {"based_on": str(found.newest.number if found.newest else 0)}
    for n, each in enumerate(found.stored):
        numbers = [found.known[source["submission_id"]].number for source in each["sources"]]
        values[f"text_{n}"] = each["text"]
        values[f"numbers_{n}"] = ", ".join(str(number) for number in numbers)
    return summary_form(len(found.stored) + MORE_ROWS, values)
