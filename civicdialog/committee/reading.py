"""Finished values for the committee's pages of topics, so that templates never compute."""

from collections.abc import Sequence
from dataclasses import dataclass

from flask import url_for
from flask_babel import format_decimal, gettext, ngettext

from civicdialog.committee import queries
from civicdialog.committee.queries import TopicFigures
from civicdialog.committee.topic_map import Picture, Spot, pictures
from civicdialog.core.jobs import Job, JobState
from civicdialog.core.view_models import JobProgress, OpinionBar, Tab
from civicdialog.insights.models import Cluster, ClusterMember, ClusterRun
from civicdialog.rounds.models import Round
from civicdialog.submissions.models import Submission

TYPICAL_SHOWN = 4
PROVISIONAL_BELOW = 500
FEWEST_ON_A_MAP = 3


@dataclass(frozen=True)
class Quote:
    """A sentence or a title with the contribution it comes from."""

    text: str
    url: str
    number: int | None


@dataclass(frozen=True)
class PartView:
    """A sub-topic."""

    label: str
    size: int
    url: str


@dataclass(frozen=True)
class TopicView:
    """One topic, ready to be read."""

    number: int
    label: str
    anchor: str
    terms: tuple[str, ...]
    size: int
    percent: int
    width: str
    """Length of its bar, beside the largest topic."""
    later_count: int
    is_leftover: bool
    parts: tuple[PartView, ...]
    bar: OpinionBar
    typical: tuple[Quote, ...]
    summary: tuple[Quote, ...]
    url: str
    on_map: str
    """What is read aloud at its bubble."""


@dataclass(frozen=True)
class Reading:
    """A run as the topics page shows it."""

    topics: list[TopicView]
    map: tuple[Picture, ...]
    """Empty where there is too little to draw."""
    later_count: int
    fitting_nowhere_count: int


@dataclass(frozen=True)
class MemberRow:
    """One contribution with its place and why it is there."""

    title: str
    url: str
    number: int | None
    reasons: str
    sureness: str
    topic: str
    second: str
    votes: str
    fits: bool
    placed_later: bool


def topic_name(topic: Cluster) -> str:
    """The label of a topic; what belongs to none is called so in the reader's language."""
    return str(gettext("Without a topic")) if topic.leftover else topic.label


def topic_url(round: Round, run: ClusterRun, topic: Cluster, part: int | None = None) -> str:
    return url_for("committee.topic", slug=round.slug, number=topic.key, run=run.id, part=part)


def reading_of(round: Round, run: ClusterRun) -> Reading:
    """The topics of a run with votes, typical contributions and summaries; two statements."""
    figures = queries.figures_by_topic(run.id)
    wanted = {number for topic in run.clusters for number in topic.central[:TYPICAL_SHOWN]}
    wanted |= {sentence["submission_id"] for topic in run.clusters for sentence in topic.summary}
    known = queries.contributions(sorted(wanted))
    none = TopicFigures()
    topics = [
        _topic_view(round, run, topic, figures.get(topic.position, none), known)
        for topic in run.clusters
    ]
    return Reading(
        topics=topics,
        map=_map(run.clusters) if len(topics) >= FEWEST_ON_A_MAP else (),
        later_count=sum(topic.later_count for topic in run.clusters),
        fitting_nowhere_count=sum(each.fitting_nowhere for each in figures.values()),
    )


def _map(topics: Sequence[Cluster]) -> tuple[Picture, ...]:
    spots = (Spot(t.key, () if t.leftover else tuple(t.terms), t.size, t.x, t.y) for t in topics)
    return pictures(tuple(spots))


def _topic_view(
    round: Round,
    run: ClusterRun,
    topic: Cluster,
    figures: TopicFigures,
    known: dict[int, Submission],
) -> TopicView:
    typical = [known[n] for n in topic.central[:TYPICAL_SHOWN] if n in known]
    summary = [s for s in topic.summary if s["submission_id"] in known]
    largest = max(each.size for each in run.clusters) or 1
    name = topic_name(topic)
    return TopicView(
        number=topic.key,
        label=name,
        anchor=f"topic-{topic.key}",
        terms=tuple(topic.terms),
        size=topic.size,
        percent=whole_percent(topic.size / (run.submission_count or 1)),
        width=f"{100 * topic.size / largest:.1f}%",
        later_count=topic.later_count,
        is_leftover=topic.leftover,
        parts=tuple(
            PartView(part["label"], part["size"], topic_url(round, run, topic, n))
            for n, part in enumerate(topic.subtopics, start=1)
        ),
        bar=OpinionBar.from_counts(figures.agree, figures.passes, figures.disagree, threshold=5),
        typical=tuple(_quote(row.title, row) for row in typical),
        summary=tuple(_quote(s["text"], known[s["submission_id"]]) for s in summary),
        url=topic_url(round, run, topic),
        on_map=ngettext(
            "%(number)s %(label)s, %(size)s contribution",
            "%(number)s %(label)s, %(size)s contributions",
            topic.size,
            number=topic.key,
            label=name,
            size=format_decimal(topic.size),
        ),
    )


def _quote(text: str, source: Submission) -> Quote:
    """A text of a contribution with the way there."""
    return Quote(text, url_for("web.proposal", public_id=source.public_id), source.number)


def part_tabs(round: Round, run: ClusterRun, topic: Cluster, chosen: int | None) -> list[Tab]:
    """All of a topic, and each of its sub-topics; nothing to choose without any."""
    if not topic.subtopics:
        return []
    everything = Tab(gettext("All"), topic_url(round, run, topic), chosen is None, topic.size)
    parts = [
        Tab(part["label"], topic_url(round, run, topic, n), chosen == n, part["size"])
        for n, part in enumerate(topic.subtopics, start=1)
    ]
    return [everything, *parts]


def member_row(
    member: ClusterMember, submission: Submission, topics: Sequence[Cluster], position: int
) -> MemberRow:
    """A contribution in a list, with the names of its topic and of its second choice."""
    names = {topic.position: topic_name(topic) for topic in topics}
    second = member.second_position
    return MemberRow(
        title=submission.title,
        url=url_for("web.proposal", public_id=submission.public_id),
        number=submission.number,
        reasons=" · ".join(member.reasons),
        sureness=_sureness(member.probability),
        topic=names[position],
        second="" if second is None else names.get(second, ""),
        votes=_votes_in_words(submission),
        fits=member.fits,
        placed_later=member.placed_later,
    )


def _sureness(probability: float) -> str:
    """How sure a place is, as a word and in percent."""
    percent = whole_percent(probability)
    if probability >= 0.8:
        return str(gettext("sure (%(n)s%%)", n=percent))
    if probability >= 0.5:
        return str(gettext("fairly sure (%(n)s%%)", n=percent))
    return str(gettext("unsure (%(n)s%%)", n=percent))


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


def whole_percent(share: float) -> int:
    return int(100 * share + 0.5)


def two_places(value: float) -> str:
    return str(format_decimal(value, "0.00"))


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
        percent=whole_percent(job.progress),
        message=gettext(job.step) if job.step else "",
    )
