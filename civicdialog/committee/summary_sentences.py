"""Sentences of a summary with the way to their sources, and who stands for the text."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from flask import url_for

from civicdialog.committee.reading_queries import Standing
from civicdialog.core.i18n import mark
from civicdialog.insights.models import Cluster
from civicdialog.submissions.models import Submission
from civicdialog.submissions.passages import PARAMETER, fragment_for, key_of

Stored = Mapping[str, Any]
"""`{"text": …, "sources": [{"submission_id": …, "quote": …}]}`"""


class State(StrEnum):
    """How far the summary of a topic is."""

    MACHINE = "machine"
    DRAFT = "draft"
    SIGNED = "signed"
    OUTDATED = "outdated"


STATES = {
    State.MACHINE: (mark("by machine, not checked yet"), "default"),
    State.DRAFT: (mark("draft by people"), "info"),
    State.SIGNED: (mark("signed off"), "success"),
    State.OUTDATED: (mark("outdated"), "warning"),
}
"""How each is told, and how its badge looks."""


def state_of(standing: Standing) -> State:
    if standing.summary is None:
        return State.MACHINE
    if standing.is_outdated:
        return State.OUTDATED
    return State.SIGNED if standing.summary.signed_at else State.DRAFT


@dataclass(frozen=True)
class Source:
    """Where a sentence comes from; the address opens it with the passage marked."""

    quote: str
    url: str
    number: int | None
    title: str


@dataclass(frozen=True)
class Sentence:
    """A sentence with all its sources that are still public."""

    text: str
    sources: tuple[Source, ...]

    @property
    def is_verbatim(self) -> bool:
        """Whether somebody wrote it exactly so."""
        return any(source.quote == self.text for source in self.sources)


def as_stored(machine: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """The machine's sentences in the form of a summary by people."""
    return [
        {
            "text": each["text"],
            "sources": [{"submission_id": each["submission_id"], "quote": each["text"]}],
        }
        for each in machine
    ]


def stored_of(topic: Cluster, standing: Standing) -> Sequence[Stored]:
    """The text that counts: that of people, or else that of the machine."""
    if standing.summary is None:
        return as_stored(topic.summary)
    written: Sequence[Stored] = standing.summary.sentences
    return written


def source_ids(stored: Iterable[Stored]) -> set[int]:
    """The contributions some sentences rest on."""
    return {source["submission_id"] for each in stored for source in each["sources"]}


def with_sources(stored: Iterable[Stored]) -> list[tuple[str, Collection[int]]]:
    """(sentence, ids of its sources), to compare them with the contributions of the topic."""
    return [(each["text"], [s["submission_id"] for s in each["sources"]]) for each in stored]


def sentences(stored: Iterable[Stored], known: Mapping[int, Submission]) -> tuple[Sentence, ...]:
    """What can be verified now: a sentence is left out once none of its proofs stands any more."""
    kept = verifiable(stored, known)
    return tuple(
        Sentence(
            each["text"],
            tuple(_source(known[s["submission_id"]], s["quote"]) for s in each["sources"]),
        )
        for each in kept
    )


def verifiable(stored: Iterable[Stored], known: Mapping[int, Submission]) -> list[dict[str, Any]]:
    """The sentences that still have a proof, each with those of its sources that hold it."""
    found = (
        {"text": each["text"], "sources": [s for s in each["sources"] if _stands(s, known)]}
        for each in stored
    )
    return [each for each in found if each["sources"]]


def _stands(source: Mapping[str, Any], known: Mapping[int, Submission]) -> bool:
    submission = known.get(source["submission_id"])
    return submission is not None and source["quote"] in submission.body


def _source(submission: Submission, quote: str) -> Source:
    return Source(quote, source_url(submission, quote), submission.number, submission.title)


def source_url(submission: Submission, quote: str) -> str:
    """The page of a contribution with one sentence marked, by the server and by the browser."""
    key = {PARAMETER: key_of(quote)}
    address = url_for("web.proposal", public_id=submission.public_id, _external=False, **key)
    return f"{address}#{fragment_for(quote)}"
