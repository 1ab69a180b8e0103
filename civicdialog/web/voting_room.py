"""The voting room: one card at a time. Composes proposals, own answers, the model and the lot."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from random import Random, SystemRandom
from typing import Any

from flask import url_for
from sqlalchemy import select

from civicdialog.analysis.routing import (
    Answer,
    Candidate,
    Choice,
    next_submission,
    standing_of,
)
from civicdialog.core.db import db
from civicdialog.core.permissions import Actor, Permission, may
from civicdialog.insights.opinion_result import told_by
from civicdialog.insights.queries import newest_opinions
from civicdialog.rounds.models import Deed, Round
from civicdialog.submissions.fields import Part
from civicdialog.submissions.models import Status, Submission
from civicdialog.voting import queries as voting
from civicdialog.voting.actions import MOST_IMPORTANT, Shown
from civicdialog.voting.models import Opinion
from civicdialog.voting.queries import OwnAnswer
from civicdialog.voting.table import Table, keep_table, table_of
from civicdialog.web import presenting
from civicdialog.web.presenting import OPINION_WORDS
from civicdialog.web.queries import topic_labels
from civicdialog.web.templating import day_in_words
from civicdialog.web.words import gettext

LEAST_VOTED = 200
BY_CHANCE = 100
SHORT = 700
"""Longer texts are folded after so many characters."""


@dataclass(frozen=True)
class Card:
    """One proposal to answer."""

    public_id: str
    title: str
    kind: str
    topic: str
    parts: list[Part]
    more: list[Part]
    """Folded away."""
    url: str


@dataclass(frozen=True)
class Last:
    """The answer before: what was said, and about what."""

    title: str
    opinion: str


@dataclass(frozen=True)
class VotingRoom:
    """What the page of the voting room shows; without a card it says why."""

    card: Card | None
    title: str
    text: str
    answered: int
    left: int
    percent: int
    important_left: int
    last: Last | None
    guest_votes: int
    """Answers given here before signing in, to be taken into the account."""
    is_guest: bool
    results_after: int
    """Answers still missing before the results are shown; 0: they are."""
    asks_to_sign_in: bool = False


def voting_room(actor: Actor, round: Round, now: datetime, wanted: str = "") -> VotingRoom:
    """The next card for this actor, or why there is none. Needs the round's phases."""
    answers = voting.own_answers(actor, round)
    left = max(round.submission_count - len(answers), 0)
    reason = _why_closed(round, now)
    asks = reason is None and not may(actor, Permission.VOTE_CAST, round)
    card = None
    if reason is None and not asks:
        card = _card(actor, round, answers, wanted)
    title, text = reason or ("", "")
    if asks:
        title = gettext("Please sign in to vote")
        text = gettext("In this round you need an account to say what you think of the proposals.")
    elif card is None and reason is None:
        title, text = _all_answered(round, answers)
    total = len(answers) + left
    return VotingRoom(
        card,
        title,
        text,
        len(answers),
        left,
        round_percent(len(answers), total),
        max(MOST_IMPORTANT - sum(1 for each in answers.values() if each.is_important), 0),
        _last(round, answers) if card is not None or reason is None else None,
        voting.votes_of_guest(actor, round.id) if actor.is_signed_in else 0,
        not actor.is_signed_in,
        voting.answers_left(round, len(answers)),
        asks,
    )


def round_percent(part: int, whole: int) -> int:
    """Rounded down, so that nobody reads 100 % before the end."""
    return 100 * part // whole if whole else 0


def _why_closed(round: Round, now: datetime) -> tuple[str, str] | None:
    last_chance = round.last_chance_for(Deed.VOTE)
    if last_chance is None:
        return (
            gettext("There is no voting in this round"),
            gettext("Here people write what they think. You can read all of it."),
        )
    if round.accepts_votes(now):
        return None
    if last_chance <= now:
        return gettext("The voting has ended"), gettext("You can read what came of it.")
    begin = round.next_chance_for(Deed.VOTE, now)
    date = day_in_words(begin) if begin else ""
    return (
        gettext("The voting has not begun yet"),
        gettext("You can vote from %(date)s on.", date=date),
    )


def _all_answered(round: Round, answers: Mapping[int, OwnAnswer]) -> tuple[str, str]:
    if not answers:
        return (
            gettext("There is nothing to vote on yet"),
            gettext("As soon as proposals are published, you find them here one after another."),
        )
    return (
        gettext("You have answered everything"),
        gettext("Thank you. If new proposals are published, you find them here."),
    )


def _last(round: Round, answers: Mapping[int, OwnAnswer]) -> Last | None:
    """What undoing would take back, as this browser remembers it."""
    answered = table_of(round).answered
    if not answered:
        return None
    row = db.session.execute(
        select(Submission.id, Submission.title).where(Submission.public_id == answered[-1])
    ).first()
    if row is None or row.id not in answers:
        return None
    return Last(row.title, OPINION_WORDS[answers[row.id].opinion])


# ---- the next card ------------------------------------------------------------------------------


def _card(actor: Actor, round: Round, answers: Mapping[int, OwnAnswer], wanted: str) -> Card | None:
    """The card that was asked for, the one that lies on the table, or a new one that stays there."""
    table = table_of(round)
    for name in (wanted, table.card):
        asked_for = _named(round, name, answers)
        if asked_for is not None:
            if name != table.card:
                keep_table(round, replace(table, card=name, shown=None))
            return _drawn(round, asked_for)
    lot = SystemRandom()
    ids = [
        number
        for number in voting.candidates(
            round,
            least=LEAST_VOTED + len(answers) + len(table.skipped),
            random_above=lot.randrange(max(round.last_number, 1)),
            some=BY_CHANCE,
        )
        if number not in answers
    ]
    pool = _first_of_all(actor, ids, table)
    if not pool:
        return None
    choice = _choose(pool, _model(round), answers, lot)
    submission = db.session.get_one(Submission, pool[choice.index][0])
    shown = Shown(choice.policy, len(pool), choice.probability)
    keep_table(round, replace(table, card=submission.public_id, shown=shown))
    return _drawn(round, submission)


def _named(round: Round, public_id: str, answers: Mapping[int, OwnAnswer]) -> Submission | None:
    """The card asked for by name: the one just taken back, or one somebody came from."""
    if not public_id or len(public_id) > 16:
        return None
    found = db.session.scalar(
        select(Submission).where(
            Submission.public_id == public_id,
            Submission.round_id == round.id,
            Submission.status == Status.PUBLISHED,
        )
    )
    return found if found is not None and found.id not in answers else None


def _first_of_all(actor: Actor, ids: list[int], table: Table) -> list[tuple[int, str, int]]:
    """Candidates with their public ids and votes; own ones only after all others, then skipped."""
    votes = Submission.agree_count + Submission.disagree_count + Submission.pass_count
    rows = db.session.execute(
        select(Submission.id, Submission.public_id, votes, Submission.author_id).where(
            Submission.id.in_(ids)
        )
    ).all()
    pools: tuple[list[tuple[int, str, int]], ...] = ([], [], [])
    for number, public_id, count, author in sorted(rows):
        is_own = actor.id is not None and author == actor.id
        place = 2 if public_id in table.skipped else int(is_own)
        pools[place].append((number, public_id, count))
    return next((pool for pool in pools if pool), [])


def _choose(
    pool: list[tuple[int, str, int]],
    model: Mapping[str, tuple[float, tuple[float, float]]],
    answers: Mapping[int, OwnAnswer],
    lot: Random,
) -> Choice:
    nothing = (0.0, (0.0, 0.0))
    candidates = [Candidate(votes, *model.get(public_id, nothing)) for _, public_id, votes in pool]
    return next_submission(candidates, standing_of(_known(answers, model)), random=lot)


def _known(
    answers: Mapping[int, OwnAnswer],
    model: Mapping[str, tuple[float, tuple[float, float]]],
) -> list[Answer]:
    """The own answers to what the model knows."""
    if not answers or not model:
        return []
    rows = db.session.execute(
        select(Submission.id, Submission.public_id).where(Submission.id.in_(answers))
    )
    return [
        (int(answers[number].opinion), *model[public_id])
        for number, public_id in rows
        if public_id in model
    ]


def _model(round: Round) -> Mapping[str, tuple[float, tuple[float, float]]]:
    """Easiness and weights of each submission in the newest run; empty before the first."""
    run = newest_opinions(round.id)
    told = told_by(run) if run else None
    if told is None:
        return {}
    return {each.id: (each.easiness, each.weights) for each in told.statements.values()}


def _drawn(round: Round, submission: Submission) -> Card:
    topic = topic_labels(round.id, [submission.id]).get(submission.id)
    parts = presenting.parts(submission)
    length, kept = 0, 0
    for part in parts:
        length += len(part.text)
        if kept and length > SHORT:
            break
        kept += 1
    return Card(
        submission.public_id,
        submission.title,
        submission.kind.value,
        topic[1] if topic else "",
        parts[:kept],
        parts[kept:],
        url_for("web.proposal", public_id=submission.public_id),
    )


# ---- the own answers ----------------------------------------------------------------------------


@dataclass(frozen=True)
class Answered:
    """One of the own answers."""

    public_id: str
    title: str
    url: str
    opinion: str
    is_important: bool


@dataclass(frozen=True)
class OwnAnswers:
    """The own answers, those marked as important first."""

    rows: list[Answered]
    important_left: int
    may_change: bool


def own_answers(actor: Actor, round: Round, now: datetime) -> OwnAnswers:
    """What this person answered in the round, for nobody but them."""
    answers = voting.own_answers(actor, round)
    rows: Any = []
    if answers:
        rows = db.session.execute(
            select(Submission.id, Submission.public_id, Submission.title).where(
                Submission.id.in_(answers), Submission.status == Status.PUBLISHED
            )
        )
    listed = [
        Answered(
            public_id,
            title,
            url_for("web.proposal", public_id=public_id),
            OPINION_WORDS[Opinion(answers[number].opinion)],
            answers[number].is_important,
        )
        for number, public_id, title in rows
    ]
    listed.sort(key=lambda each: (not each.is_important, each.title))
    marked = sum(1 for each in answers.values() if each.is_important)
    may_change = round.accepts_votes(now) and round.ballots_detached_at is None
    return OwnAnswers(listed, max(MOST_IMPORTANT - marked, 0), may_change)
