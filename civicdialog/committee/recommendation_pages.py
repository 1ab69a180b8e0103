"""What the pages of recommendations show, in words."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from flask import url_for
from flask_babel import gettext

from civicdialog.accounts.models import Person
from civicdialog.committee import recommendation_queries as queries
from civicdialog.committee.deliberation_models import (
    Choice,
    Recommendation,
    RecommendationComment,
    RecommendationInterest,
    RecommendationVersion,
    RecommendationVote,
    Stage,
)
from civicdialog.committee.recommendation_forms import CHOICES, REPLIES
from civicdialog.committee.screening_results import day
from civicdialog.core.i18n import mark
from civicdialog.core.permissions import Actor
from civicdialog.rounds.models import Round
from civicdialog.submissions.revisions import Changed, differences

STAGES = {
    Stage.DRAFT: mark("Draft"),
    Stage.DISCUSSION: mark("Under discussion"),
    Stage.VOTE: mark("Being voted on"),
    Stage.PUBLISHED: mark("Published"),
    Stage.NOT_CARRIED: mark("Not carried"),
}


def stage_in_words(stage: Stage) -> str:
    words: str = gettext(STAGES[stage])
    return words


def _name(person: Person | None) -> str:
    former: str = gettext("A former member")
    return person.public_name if person else former


@dataclass(frozen=True)
class Answer:
    """What the administration said, or what is waited for."""

    words: str
    is_overdue: bool
    due_on: str


def answer_of(recommendation: Recommendation, today: date) -> Answer:
    if recommendation.reply is not None:
        words = gettext(REPLIES[recommendation.reply])
    elif recommendation.is_overdue(today):
        words = gettext("The answer is overdue")
    else:
        words = gettext("The administration has not answered yet")
    overdue = recommendation.is_overdue(today)
    due = recommendation.answer_due_on
    return Answer(words, overdue, day(due) if due else "")


@dataclass(frozen=True)
class Row:
    """A recommendation in the list."""

    title: str
    url: str
    stage: str
    answer: Answer | None
    decided_at: datetime | None


def row(recommendation: Recommendation, today: date) -> Row:
    public = recommendation.is_public
    endpoint = "recommendations.show" if public else "recommendations.work"
    return Row(
        recommendation.title,
        url_for(endpoint, public_id=recommendation.public_id),
        stage_in_words(recommendation.stage),
        answer_of(recommendation, today) if public else None,
        recommendation.decided_at,
    )


@dataclass(frozen=True)
class Outcome:
    """The vote as everybody may read it: figures, and dissent as its authors wish."""

    yes: int
    no: int
    abstained: int
    member_count: int
    dissents: list[tuple[str, str]]


def outcome(votes: Sequence[RecommendationVote], recommendation: Recommendation) -> Outcome:
    choices = [each.choice for each in votes]
    somebody = gettext("A member")
    return Outcome(
        yes=choices.count(Choice.YES),
        no=choices.count(Choice.NO),
        abstained=choices.count(Choice.ABSTAIN),
        member_count=recommendation.member_count,
        dissents=sorted(
            (_name(each.member) if each.is_named else somebody, each.dissent)
            for each in votes
            if each.dissent
        ),
    )


@dataclass(frozen=True)
class Named:
    """How one member voted, for the committee."""

    name: str
    choice: str
    dissent: str


def named(votes: Sequence[RecommendationVote]) -> list[Named]:
    return [Named(_name(each.member), gettext(CHOICES[each.choice]), each.dissent)
            for each in votes]  # fmt: skip


@dataclass(frozen=True)
class Told:
    """One state of the text, and what became different with it."""

    number: int
    by: str
    at: datetime
    changes: list[Changed]


def told(versions: Sequence[RecommendationVersion]) -> list[Told]:
    """The newest first; the first version has nothing to be compared with."""
    earlier = [*versions[1:], None]
    return [
        Told(now.number, _name(now.editor), now.created_at, _changes(was, now) if was else [])
        for now, was in zip(versions, earlier, strict=True)
    ]


def _changes(was: RecommendationVersion, now: RecommendationVersion) -> list[Changed]:
    fields = (
        (gettext("Title"), was.title, now.title),
        (gettext("Recommendation"), was.text, now.text),
        (gettext("Reasons"), was.reasons, now.reasons),
    )
    return [
        Changed(label, differences(before, after))
        for label, before, after in fields
        if before != after
    ]


def said(comments: Sequence[RecommendationComment]) -> list[tuple[str, datetime, str]]:
    return [(_name(each.author), each.created_at, each.text) for each in comments]


def interests(tied: Sequence[RecommendationInterest]) -> list[tuple[str, str]]:
    """Who said that something ties them to the matter, and what."""
    return [(_name(each.member), each.note) for each in tied]


def topics(round: Round, version: RecommendationVersion) -> list[tuple[str, str]]:
    """The cited topics: name, and where their contributions stand as long as the topic holds."""
    known = queries.topics_of(round.id) if version.topics else {}
    listed = url_for("web.proposals", slug=round.slug)
    return [
        (label, f"{listed}?topic={known[key].position}" if key in known else "")
        for key, label in version.topics
    ]


def as_typed(viewer: Actor, recommendation: Recommendation) -> dict[str, Any]:
    """The newest text as a member would have typed it."""
    newest = queries.newest(recommendation)
    cited = queries.cited(viewer, newest.cites)
    return {
        "title": newest.title,
        "text": newest.text,
        "reasons": newest.reasons,
        "numbers": ", ".join(str(each.number) for each in cited),
        "topics": [key for key, _ in newest.topics],
        "based_on": str(newest.number),
    }
