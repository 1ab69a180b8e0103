"""Recommendations: written, talked over, voted on, published, answered by the administration."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import delete
from sqlalchemy.exc import IntegrityError

from civicdialog.committee import recommendation_queries as queries
from civicdialog.committee.deliberation_models import (
    Choice,
    Recommendation,
    RecommendationComment,
    RecommendationInterest,
    RecommendationVersion,
    RecommendationVote,
    Reply,
    Stage,
)
from civicdialog.core import clock
from civicdialog.core.audit import Event, record
from civicdialog.core.db import db, insert_into
from civicdialog.core.errors import RuleBroken
from civicdialog.core.i18n import mark
from civicdialog.core.permissions import Actor, Permission, require
from civicdialog.rounds.models import Round
from civicdialog.submissions.texts import cleaned, cleaned_line
from civicdialog.trace.links import add_link
from civicdialog.trace.models import Relation

LONGEST = 5000
MOST_CITED = 200


@dataclass(frozen=True)
class RecommendationDraft:
    """What a member typed."""

    title: str
    text: str
    reasons: str
    numbers: Sequence[int]
    """Numbers of the cited contributions in their round."""
    topics: Sequence[int] = ()
    """Keys of the cited topics."""


@dataclass(frozen=True)
class Ballot:
    """How a member votes, and what they hold against the recommendation."""

    choice: Choice
    dissent: str = ""
    is_named: bool = False


class Overtaken(RuleBroken):
    """Somebody else has saved a newer version meanwhile."""


# ---- writing ------------------------------------------------------------------------------------


def begin_recommendation(
    actor: Actor, round: Round, draft: RecommendationDraft, *, form_token: str
) -> Recommendation:
    """Write a first draft; sending the same form twice makes one."""
    require(actor, Permission.RECOMMENDATION_WRITE)
    earlier = queries.by_form_token(form_token)
    if earlier is not None:
        return earlier
    cites = _cited(actor, round.id, draft)
    recommendation = Recommendation(
        round_id=round.id, form_token=form_token, title=cleaned_line(draft.title)
    )
    try:
        with db.session.begin_nested():
            db.session.add(recommendation)
    except IntegrityError:
        meanwhile = queries.by_form_token(form_token)
        if meanwhile is None:
            raise
        return meanwhile
    _add_version(actor, recommendation, 1, draft, cites)
    record(actor, Event.RECOMMENDATION_BEGUN, recommendation)
    return recommendation


def change_recommendation(
    actor: Actor, recommendation: Recommendation, draft: RecommendationDraft, *, based_on: int
) -> None:
    """Add a version of the text; the earlier ones stay.

    :raise Overtaken: if the member began from a version that is no longer the newest
    """
    require(actor, Permission.RECOMMENDATION_WRITE)
    if not recommendation.may_be_changed:
        raise RuleBroken(mark("The text stands: the vote has begun."))
    if based_on != recommendation.version_count:
        raise Overtaken(
            mark(
                "Somebody else has saved a newer version meanwhile. Your text still stands in the "
                "form; compare it with theirs and save again."
            )
        )
    cites = _cited(actor, recommendation.round_id, draft)
    recommendation.version_count += 1
    recommendation.title = cleaned_line(draft.title)
    _add_version(actor, recommendation, recommendation.version_count, draft, cites)
    record(actor, Event.RECOMMENDATION_CHANGED, recommendation, number=recommendation.version_count)


def _cited(actor: Actor, round_id: int, draft: RecommendationDraft) -> list[int]:
    """Ids of the cited contributions; all of the draft is checked before anything changes."""
    for name in ("title", "text", "reasons"):
        if not cleaned(getattr(draft, name)):
            raise RuleBroken(mark("Please write something here."), field=name)
    if len(draft.numbers) > MOST_CITED:
        raise RuleBroken(
            mark("Please name at most %(most)s contributions."), field="numbers", most=MOST_CITED
        )
    found = queries.numbered(actor, round_id, draft.numbers)
    unknown = [number for number in draft.numbers if number not in found]
    if unknown:
        raise RuleBroken(
            mark("There is no published contribution with the number %(number)s."),
            field="numbers",
            number=unknown[0],
        )
    return sorted({each.id for each in found.values()})


def _topics(round_id: int, keys: Sequence[int]) -> list[list[int | str]]:
    """The cited topics with their names; one that was named before and is gone keeps its name."""
    known = queries.topics_of(round_id)
    gone = [key for key in keys if key not in known]
    if gone:
        raise RuleBroken(
            mark("One of the topics no longer exists. Please choose again."), field="topics"
        )
    return [[key, known[key].label] for key in sorted(set(keys))]


def _add_version(
    actor: Actor,
    recommendation: Recommendation,
    number: int,
    draft: RecommendationDraft,
    cites: list[int],
) -> None:
    db.session.add(
        RecommendationVersion(
            recommendation_id=recommendation.id,
            number=number,
            title=cleaned_line(draft.title),
            text=cleaned(draft.text),
            reasons=cleaned(draft.reasons),
            cites=cites,
            topics=_topics(recommendation.round_id, draft.topics),
            editor_id=actor.id,
        )
    )


def open_discussion(actor: Actor, recommendation: Recommendation) -> None:
    """Ask the other members what they think."""
    require(actor, Permission.RECOMMENDATION_WRITE)
    recommendation.move_to(Stage.DISCUSSION)
    record(actor, Event.RECOMMENDATION_DISCUSSED, recommendation)


def comment_recommendation(
    actor: Actor, recommendation: Recommendation, text: str, *, form_token: str
) -> None:
    """Say something that only the committee reads; sending twice says it once."""
    require(actor, Permission.RECOMMENDATION_WRITE)
    if recommendation.stage is not Stage.DISCUSSION:
        raise RuleBroken(mark("This recommendation is not under discussion now."), field="text")
    insert = insert_into(RecommendationComment).values(
        recommendation_id=recommendation.id,
        form_token=form_token,
        author_id=actor.id,
        text=cleaned(text),
        created_at=clock.now(),
    )
    db.session.execute(insert.on_conflict_do_nothing(index_elements=["form_token"]))
    record(actor, Event.RECOMMENDATION_COMMENTED, recommendation)


# ---- the vote -----------------------------------------------------------------------------------


def open_vote(
    actor: Actor, recommendation: Recommendation, *, quorum_percent: int, majority_percent: int
) -> None:
    """From here on the text stands."""
    require(actor, Permission.RECOMMENDATION_WRITE)
    recommendation.move_to(Stage.VOTE)
    recommendation.quorum_percent = quorum_percent
    recommendation.majority_percent = majority_percent
    record(
        actor,
        Event.RECOMMENDATION_VOTE_OPENED,
        recommendation,
        quorum_percent=quorum_percent,
        majority_percent=majority_percent,
    )


def vote_on_recommendation(actor: Actor, recommendation: Recommendation, ballot: Ballot) -> None:
    """Vote by name, as bodies do; a vote may be changed until the vote is closed."""
    require(actor, Permission.RECOMMENDATION_VOTE)
    if recommendation.stage is not Stage.VOTE:
        raise RuleBroken(mark("There is no vote on this recommendation now."), field="choice")
    if any(each.member_id == actor.id for each in queries.interests(recommendation.id)):
        raise RuleBroken(
            mark("You have said that something ties you to this matter; others decide on it."),
            field="choice",
        )
    if _has_written(actor, queries.newest(recommendation).cites):
        raise RuleBroken(
            mark("You have written one of the cited contributions; others decide on it."),
            field="choice",
        )
    dissent = cleaned(ballot.dissent)
    values = {
        "choice": ballot.choice,
        "dissent": dissent,
        "is_named": ballot.is_named and bool(dissent),
        "cast_at": clock.now(),
    }
    insert = insert_into(RecommendationVote).values(
        recommendation_id=recommendation.id, member_id=actor.id, **values
    )
    db.session.execute(
        insert.on_conflict_do_update(index_elements=["recommendation_id", "member_id"], set_=values)
    )
    record(actor, Event.RECOMMENDATION_VOTED, recommendation)


def declare_interest(actor: Actor, recommendation: Recommendation, note: str) -> None:
    """Say what ties oneself to the matter. A vote cast before is taken back; saying it again
    changes the note.

    :raise RuleBroken: if the vote is closed, or nothing is said
    """
    require(actor, Permission.RECOMMENDATION_VOTE)
    note = cleaned(note)
    if recommendation.stage in (Stage.PUBLISHED, Stage.NOT_CARRIED):
        raise RuleBroken(mark("There is no vote on this recommendation now."), field="note")
    if not note:
        raise RuleBroken(mark("Please write something here."), field="note")
    values = {"note": note, "declared_at": clock.now()}
    insert = insert_into(RecommendationInterest).values(
        recommendation_id=recommendation.id, member_id=actor.id, **values
    )
    db.session.execute(
        insert.on_conflict_do_update(index_elements=["recommendation_id", "member_id"], set_=values)
    )
    db.session.execute(
        delete(RecommendationVote).where(
            RecommendationVote.recommendation_id == recommendation.id,
            RecommendationVote.member_id == actor.id,
        )
    )
    record(actor, Event.RECOMMENDATION_INTEREST_DECLARED, recommendation)


def _has_written(actor: Actor, ids: Sequence[int]) -> bool:
    return any(each.author_id == actor.id for each in queries.cited(actor, ids))


def close_vote(actor: Actor, recommendation: Recommendation, *, answer_due_on: date | None) -> None:
    """Count: what is carried is published and asks the administration for an answer."""
    require(actor, Permission.RECOMMENDATION_VOTE)
    votes = queries.votes(recommendation.id)
    members = queries.member_count() - len(queries.interests(recommendation.id))
    if recommendation.stage is Stage.VOTE:
        if len(votes) * 100 < recommendation.quorum_percent * members:
            raise RuleBroken(
                mark("%(voted)s of %(members)s members have voted; that is not enough yet."),
                voted=len(votes),
                members=members,
            )
        if answer_due_on is None or answer_due_on <= clock.now().date():
            raise RuleBroken(mark("Please choose a day in the future."), field="answer_due_on")
    carried = is_carried([each.choice for each in votes], recommendation.majority_percent)
    recommendation.move_to(Stage.PUBLISHED if carried else Stage.NOT_CARRIED)
    recommendation.decided_at, recommendation.member_count = clock.now(), members
    if carried:
        recommendation.answer_due_on = answer_due_on
        _tell_the_thread(actor, recommendation)
    record(actor, Event.RECOMMENDATION_DECIDED, recommendation, stage=recommendation.stage)


def _tell_the_thread(actor: Actor, recommendation: Recommendation) -> None:
    """Every contribution it rests on, alone or with its topic, leads to it."""
    newest = queries.newest(recommendation)
    named = queries.cited(actor, newest.cites)
    for submission in named:
        add_link(actor, submission, recommendation, Relation.RECOMMENDED)
    known = queries.topics_of(recommendation.round_id)
    topics = [known[key] for key, _ in newest.topics if key in known]
    told = {each.id for each in named}
    for submission, topic in queries.public_in_topics(actor, topics):
        if submission.id not in told:
            link = Relation.RECOMMENDED_WITH_TOPIC
            add_link(actor, submission, recommendation, link, reason=topic)


def is_carried(choices: Sequence[Choice], majority_percent: int) -> bool:
    """Whether more than the wanted share of those who said yes or no said yes."""
    yes, no = choices.count(Choice.YES), choices.count(Choice.NO)
    return yes * 100 > majority_percent * (yes + no)


# ---- the administration -------------------------------------------------------------------------


def reply_to_recommendation(
    actor: Actor, recommendation: Recommendation, reply: Reply, reasons: str
) -> None:
    """Say, with reasons, what the city makes of it. Once; it stays readable."""
    require(actor, Permission.RECOMMENDATION_REPLY)
    reasons = cleaned(reasons)
    if not recommendation.is_public or recommendation.reply is not None:
        raise RuleBroken(mark("This recommendation has its answer already."), field="reply")
    if not reasons:
        raise RuleBroken(mark("Please write something here."), field="reasons")
    recommendation.reply, recommendation.reply_reasons = reply, reasons
    recommendation.replied_at, recommendation.replied_by_id = clock.now(), actor.id
    add_link(actor, recommendation, recommendation, Relation.ANSWERED, reason=reasons)
    record(actor, Event.RECOMMENDATION_ANSWERED, recommendation, reply=reply)
