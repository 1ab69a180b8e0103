"""Finished values for the committee's pages, so that templates never compute."""

from collections.abc import Sequence
from dataclasses import dataclass

from flask import url_for
from flask_babel import gettext

from civicdialog.committee import queries
from civicdialog.core.jobs import Job, JobState
from civicdialog.core.view_models import JobProgress, OpinionBar
from civicdialog.insights.models import Cluster, ClusterMember, ClusterRun
from civicdialog.insights.queries import TopicVotes, votes_by_topic
from civicdialog.rounds.models import Round
from civicdialog.submissions.models import Submission

TYPICAL_SHOWN = 4
PROVISIONAL_BELOW = 500


@dataclass(frozen=True)
class Quote:
    """A sentence or a title with the contribution it comes from."""

    text: str
    url: str
    number: int | None


@dataclass(frozen=True)
class TopicView:
    """One topic, ready to be read."""

    position: int
    label: str
    anchor: str
    terms: tuple[str, ...]
    size: int
    percent: int
    width: str
    """Length of its bar, beside the largest topic."""
    bar: OpinionBar
    typical: tuple[Quote, ...]
    summary: tuple[Quote, ...]
    url: str


@dataclass(frozen=True)
class MemberRow:
    """One contribution inside a topic."""

    title: str
    url: str
    number: int | None
    percent: int
    second: str
    bar_text: str
    votes: int


def topic_views(round: Round, run: ClusterRun) -> list[TopicView]:
    """The topics of a run with votes, typical contributions and summaries; three statements."""
    votes = votes_by_topic(run.id)
    wanted = {number for topic in run.clusters for number in topic.central[:TYPICAL_SHOWN]}
    wanted |= {sentence["submission_id"] for topic in run.clusters for sentence in topic.summary}
    known = queries.contributions(sorted(wanted))
    largest = max((topic.size for topic in run.clusters), default=1)
    return [
        _topic_view(round, run, topic, votes.get(topic.position), known, largest)
        for topic in run.clusters
    ]


def _topic_view(
    round: Round,
    run: ClusterRun,
    topic: Cluster,
    votes: TopicVotes | None,
    known: dict[int, Submission],
    largest: int,
) -> TopicView:
    votes = votes or TopicVotes(0, 0, 0)
    typical = [known[n] for n in topic.central[:TYPICAL_SHOWN] if n in known]
    summary = [s for s in topic.summary if s["submission_id"] in known]
    return TopicView(
        position=topic.position,
        label=topic.label,
        anchor=f"topic-{topic.position}",
        terms=tuple(topic.terms),
        size=topic.size,
        percent=round_percent(topic.size, run.submission_count),
        width=f"{100 * topic.size / largest:.1f}%",
        bar=OpinionBar.from_counts(votes.agree, votes.passes, votes.disagree, threshold=5),
        typical=tuple(quote(row.title, row) for row in typical),
        summary=tuple(quote(s["text"], known[s["submission_id"]]) for s in summary),
        url=url_for("committee.topic", slug=round.slug, position=topic.position, run=run.id),
    )


def quote(text: str, source: Submission) -> Quote:
    """A text of a contribution with the way there."""
    return Quote(text, url_for("web.proposal", public_id=source.public_id), source.number)


def round_percent(part: int, whole: int) -> int:
    return int(100 * part / whole + 0.5) if whole else 0


def member_rows(
    rows: Sequence[tuple[ClusterMember, Submission]], labels: dict[int, str]
) -> list[MemberRow]:
    """The contributions of a topic with how sure their place is."""
    return [
        MemberRow(
            title=submission.title,
            url=url_for("web.proposal", public_id=submission.public_id),
            number=submission.number,
            percent=round_percent(int(1000 * member.probability), 1000),
            second=labels.get(member.second_position, "")
            if member.second_position is not None
            else "",
            bar_text=_votes_in_words(submission),
            votes=submission.vote_count,
        )
        for member, submission in rows
    ]


def _votes_in_words(submission: Submission) -> str:
    if not submission.vote_count:
        return str(gettext("none yet"))
    return str(
        gettext(
            "%(agree)s for, %(disagree)s against, %(passes)s undecided",
            agree=submission.agree_count,
            disagree=submission.disagree_count,
            passes=submission.pass_count,
        )
    )


def job_view(job: Job | None, newest: ClusterRun | None) -> JobProgress | None:
    """The grouping under way or just ended, if there is something to say about it."""
    if job is None or job.state in {JobState.DONE, JobState.CANCELLED}:
        return None
    if not job.is_open and newest is not None and newest.ran_at > job.created_at:
        return None
    if job.state is JobState.FAILED:
        return JobProgress(gettext("The grouping failed"), "failed", message=gettext(job.error))
    return JobProgress(
        gettext("The contributions are being grouped"),
        "waiting" if job.state is JobState.WAITING else "running",
        percent=round_percent(int(1000 * job.progress), 1000),
        message=gettext(job.step) if job.step else "",
    )
