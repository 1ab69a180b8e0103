"""Asking for topics, keeping what the analysis found, and deciding which version holds."""

from collections.abc import Collection, Iterable, Sequence

from sqlalchemy import delete, insert, or_, update

from civicdialog.core import clock
from civicdialog.core.audit import Event, name_of, record
from civicdialog.core.db import db
from civicdialog.core.errors import RuleBroken
from civicdialog.core.i18n import mark
from civicdialog.core.jobs import Job, cancel_job, open_job, request_job, ring_later
from civicdialog.core.permissions import Actor, Permission, require
from civicdialog.insights import keeping, queries
from civicdialog.insights.corrections_keeping import bring_in
from civicdialog.insights.keeping import Alike, FoundTopics, Place
from civicdialog.insights.keeping_opinions import (
    FoundOpinions,
    let_old_results_go,
    new_opinion_run,
)
from civicdialog.insights.models import ClusterRun, OpinionRun, RunStatus, SimilarPair
from civicdialog.insights.opinion_refresh import RUN_OPINIONS, refuse_too_few
from civicdialog.rounds.models import Round
from civicdialog.submissions.texts import cleaned, cleaned_line

RUN_TOPICS = "run-topics"
TAKE_IN = "take-in"
FEWEST = 10
"""With fewer contributions there is nothing to compare."""
FEWEST_TOPICS, MOST_TOPICS = 2, 60
MOST_IGNORED, LONGEST_IGNORED = 500, 60
LONGEST_REASON = 2_000


def request_topics(actor: Actor, round: Round, *, seed: int = 0) -> Job:
    """Have the contributions of a round grouped again, in the background.

    :raise RuleBroken: if that is under way already, or there is nothing to group
    """
    require(actor, Permission.TOPICS_RUN)
    if round.submission_count < FEWEST:
        raise RuleBroken(mark("Topics need at least ten published contributions."))
    job = request_job(actor, RUN_TOPICS, name_of(round), seed=seed)
    record(actor, Event.TOPICS_REQUESTED, round)
    return job


def cancel_topics(actor: Actor, round: Round) -> None:
    """Stop the grouping under way; the last good result stays."""
    require(actor, Permission.TOPICS_RUN)
    job = open_job(RUN_TOPICS, name_of(round))
    if job is None:
        raise RuleBroken(mark("Nothing is running any more."))
    cancel_job(job)
    record(actor, Event.TOPICS_CANCELLED, round)


def choose_settings(
    actor: Actor, round: Round, *, topics_wanted: int | None, ignored_words: Iterable[str]
) -> None:
    """Say how the next grouping shall be made; None lets the method choose the number of topics.

    :raise RuleBroken: naming the field, if a number or a list is not possible
    """
    require(actor, Permission.TOPICS_DECIDE)
    if topics_wanted is not None and not FEWEST_TOPICS <= topics_wanted <= MOST_TOPICS:
        raise RuleBroken(mark("Please choose a number from 2 to 60."), field="topics_wanted")
    words = _cleaned_words(ignored_words)
    round.topics_wanted, round.ignored_words = topics_wanted, words
    db.session.flush()
    record(
        actor, Event.TOPICS_SETTINGS_CHOSEN, round, topics=topics_wanted, ignored_words=len(words)
    )


def _cleaned_words(typed: Iterable[str]) -> list[str]:
    """Each word once, in the order they were typed; capital letters make no other word."""
    words: dict[str, str] = {}
    for word in map(cleaned_line, typed):
        if word:
            words.setdefault(word.casefold(), word)
    if len(words) > MOST_IGNORED:
        raise RuleBroken(
            mark("Please use at most %(most)s words."), field="ignored_words", most=MOST_IGNORED
        )
    if any(len(word) > LONGEST_IGNORED for word in words.values()):
        raise RuleBroken(
            mark("Please use at most %(most)s letters for one word."),
            field="ignored_words",
            most=LONGEST_IGNORED,
        )
    return list(words.values())


def keep_topics(actor: Actor, round: Round, found: FoundTopics) -> ClusterRun:
    """Store a result: the first run of a round holds at once, a later one is proposed.

    A proposal nobody has decided on gives way to it. Earlier runs stay as they are.
    """
    require(actor, Permission.TOPICS_RUN)
    keeping.hold(round.id)
    is_first = queries.current_run(round.id) is None
    _supersede(round.id, RunStatus.PROPOSED)
    run = keeping.new_run(actor, round, found)
    db.session.add(run)
    db.session.flush()
    keeping.keep_members(run, found)
    if is_first:
        _let_hold(actor, run)
    record(
        actor,
        Event.TOPICS_BUILT,
        run,
        round=round.slug,
        topics=len(run.clusters),
        status=run.status.value,
    )
    return run


def adopt_run(actor: Actor, run: ClusterRun, *, reason: str = "") -> None:
    """Let a proposed run hold from now on; the one before stays readable.

    :raise RuleBroken: if it has been decided on, or the reason is too long
    """
    require(actor, Permission.TOPICS_DECIDE)
    _note_decision(actor, run, cleaned(reason))
    before = queries.run_with_topics(run.round_id)
    _let_hold(actor, run)
    bring_in(run, {topic.key: topic.label for topic in before.clusters} if before else None)
    record(actor, Event.TOPICS_ADOPTED, run)


def reject_run(actor: Actor, run: ClusterRun, *, reason: str) -> None:
    """Do not adopt a proposed run, and say why.

    :raise RuleBroken: if it has been decided on, or no reason is given
    """
    require(actor, Permission.TOPICS_DECIDE)
    reason = cleaned(reason)
    if not reason:
        raise RuleBroken(mark("Please say why the old version shall stay."), field="reason")
    _note_decision(actor, run, reason)
    run.status = RunStatus.REJECTED
    db.session.flush()
    record(actor, Event.TOPICS_REJECTED, run)


def _note_decision(actor: Actor, run: ClusterRun, reason: str) -> None:
    if len(reason) > LONGEST_REASON:
        raise RuleBroken(
            mark("Please use at most %(most)s characters."), field="reason", most=LONGEST_REASON
        )
    keeping.hold(run.round_id)
    db.session.refresh(run, ["status"])
    if run.status is not RunStatus.PROPOSED:
        raise RuleBroken(mark("This version has already been decided on."))
    run.decided_by_id, run.decided_at, run.decision_reason = actor.id, clock.now(), reason


def _let_hold(actor: Actor, run: ClusterRun) -> None:
    """People see this run from now on, and the thread says so."""
    _supersede(run.round_id, RunStatus.CURRENT)
    run.status = RunStatus.CURRENT
    db.session.flush()
    keeping.link_to_topics(actor, run)
    keeping.have_read_again(run)
    ring_later(TAKE_IN)


def _supersede(round_id: int, status: RunStatus) -> None:
    wanted = update(ClusterRun).where(ClusterRun.round_id == round_id, ClusterRun.status == status)
    db.session.execute(wanted.values(status=RunStatus.SUPERSEDED))


def place_later(actor: Actor, run: ClusterRun, places: Sequence[Place]) -> None:
    """Put contributions that were published after the current run into its topics.

    :raise RuleBroken: if another run holds by now
    """
    require(actor, Permission.TOPICS_RUN)
    keeping.hold(run.round_id)
    db.session.refresh(run, ["status"])
    if run.status is not RunStatus.CURRENT:
        raise RuleBroken(mark("This version has already been decided on."))
    there = queries.groups_unrestricted(run.id)
    new = [place for place in places if place.submission_id not in there]
    if not new:
        return
    keeping.keep_places(run.id, new)
    keeping.link_to_topics(actor, run, only=[place.submission_id for place in new])
    record(actor, Event.SUBMISSIONS_PLACED, run, count=len(new))


def keep_similar(
    actor: Actor, round: Round, compared: Collection[int], found: Sequence[Alike]
) -> None:
    """Note what resembles the compared submissions, instead of what was known of them before."""
    require(actor, Permission.TOPICS_RUN)
    one, other = SimilarPair.submission_id, SimilarPair.other_id
    for batch in keeping.batches(compared):
        db.session.execute(delete(SimilarPair).where(or_(one.in_(batch), other.in_(batch))))
    if found:
        db.session.execute(
            insert(SimilarPair),
            [
                {
                    "submission_id": each.submission_id,
                    "other_id": each.other_id,
                    "kind": each.kind,
                    "score": each.score,
                }
                for each in found
            ],
        )
    record(actor, Event.SUBMISSIONS_COMPARED, round, compared=len(compared), similar=len(found))


def request_opinions(actor: Actor, round: Round, *, seed: int = 0) -> Job:
    """Have the votes of a round summed up again, in the background. Needs the round's phases.

    :raise RuleBroken: if that is under way already, or there are no votes or too few new ones
    """
    require(actor, Permission.OPINIONS_RUN)
    if round.vote_count == 0:
        raise RuleBroken(mark("There are no votes yet."))
    refuse_too_few(round, queries.newest_opinions(round.id))
    job = request_job(actor, RUN_OPINIONS, name_of(round), seed=seed)
    record(actor, Event.OPINIONS_REQUESTED, round)
    return job


def keep_opinions(actor: Actor, round: Round, found: FoundOpinions) -> OpinionRun:
    """Store what the votes say; people see it from now on. Earlier runs stay as they are."""
    require(actor, Permission.OPINIONS_RUN)
    keeping.hold(round.id)
    run = new_opinion_run(actor, round, found)
    db.session.add(run)
    db.session.flush()
    let_old_results_go(round.id)
    record(actor, Event.OPINIONS_SUMMED_UP, run, round=round.slug, groups=run.group_count)
    return run
