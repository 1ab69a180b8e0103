"""When the votes of a round are summed up again.

Two published runs must never differ by the few votes of one person, so while people can vote the
next one waits for enough new votes, whoever asks for it. Counters of the submissions tell how many
there are; who cast them is not looked at.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select

from civicdialog.core import clock
from civicdialog.core.audit import name_of
from civicdialog.core.db import db
from civicdialog.core.errors import RuleBroken
from civicdialog.core.i18n import mark
from civicdialog.core.jobs import JobState, latest_job
from civicdialog.insights import queries
from civicdialog.insights.models import OpinionRun
from civicdialog.rounds.models import Deed, Round
from civicdialog.submissions.models import Status, Submission

RUN_OPINIONS = "run-opinions"
ENOUGH = 20
"""So many new or changed votes are enough for another run while people can vote."""
PAUSE = timedelta(minutes=10)
GRACE = timedelta(minutes=2)
"""So that a vote cast in the last second has been stored before."""
HIDDEN = 4
"""A hidden sum counts so many people at most."""


def voting_is_over(round: Round, moment: datetime) -> bool:
    """Whether no further vote can come from people. Needs the round's phases."""
    end = round.last_chance_for(Deed.VOTE)
    return end is None or moment >= end + GRACE or round.ballots_detached_at is not None


def changed_votes(round_id: int, newest: OpinionRun | None) -> int:
    """How many votes are new or changed since a run, at least."""
    result = queries.result_of(newest) if newest else {}
    before = {each["id"]: each["everybody"] for each in result.get("statements", ())}
    counters = select(
        Submission.public_id,
        Submission.agree_count,
        Submission.disagree_count,
        Submission.pass_count,
    ).where(Submission.round_id == round_id, Submission.status == Status.PUBLISHED)
    return sum(
        _changed(before.get(name), (agree, disagree, passed), is_known=name in before)
        for name, agree, disagree, passed in db.session.execute(counters)
    )


def _changed(then: Mapping[str, Any] | None, now: tuple[int, int, int], *, is_known: bool) -> int:
    if then is None:
        return max(0, sum(now) - (HIDDEN if is_known else 0))
    steps: list[int] = [
        count - then[name] for count, name in zip(now, ("agree", "disagree", "pass"), strict=True)
    ]
    return max(sum(step for step in steps if step > 0), -sum(step for step in steps if step < 0))


def refuse_too_few(round: Round, newest: OpinionRun | None) -> None:
    """Nobody's votes may be read out of the difference between two runs.

    :raise RuleBroken: while people can vote, if only a few votes are new
    """
    if newest is None or voting_is_over(round, clock.now()):
        return
    if 0 < changed_votes(round.id, newest) < ENOUGH:
        raise RuleBroken(
            mark(
                "Fewer than %(fewest)s votes are new. So that nobody's votes can be read out of "
                "the difference, the next calculation waits for more."
            ),
            fewest=ENOUGH,
        )


def is_due(round: Round) -> bool:
    """Whether the votes of a round shall be summed up now. Needs its phases."""
    moment, newest = clock.now(), queries.newest_opinions(round.id)
    job = latest_job(RUN_OPINIONS, name_of(round))
    if job is not None and (job.is_open or _has_just_run(round, job.created_at, moment)):
        return False
    new = changed_votes(round.id, newest)
    if not voting_is_over(round, moment):
        return new >= ENOUGH or (new == 0 and _has_other_topics(newest))
    if newest is None:
        return new > 0
    end = round.last_chance_for(Deed.VOTE)
    is_final = end is None or (
        job is not None and job.state is JobState.DONE and job.created_at >= end + GRACE
    )
    return new > 0 or not is_final or _has_other_topics(newest)


def _has_just_run(round: Round, last: datetime, moment: datetime) -> bool:
    """Whether the last run is so new that the next one waits; the end of the voting does not."""
    end = round.last_chance_for(Deed.VOTE)
    has_ended_since = end is not None and last < end + GRACE <= moment
    return moment - last < PAUSE and not has_ended_since


def _has_other_topics(newest: OpinionRun | None) -> bool:
    """Whether other topics hold than those that opinions were summed by."""
    if newest is None:
        return False
    topics = queries.current_run(newest.round_id)
    return topics is not None and topics.id != newest.cluster_run_id
