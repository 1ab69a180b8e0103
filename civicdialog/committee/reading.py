"""Finished values for the committee's pages of topics, so that templates never compute."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from flask import url_for
from flask_babel import format_decimal, gettext, ngettext

from civicdialog.committee.reading_queries import Found, Standing, Standings, quoted
from civicdialog.committee.summary_sentences import (
    STATES,
    Sentence,
    State,
    sentences,
    source_ids,
    state_of,
    stored_of,
)
from civicdialog.committee.topic_map import Picture, Spot, pictures
from civicdialog.core.jobs import Job, JobState
from civicdialog.core.view_models import JobProgress, OpinionBar, Tab
from civicdialog.insights.models import Cluster, ClusterMember, ClusterRun
from civicdialog.rounds.models import Round
from civicdialog.submissions.models import Submission

TYPICAL_SHOWN = 4
PROVISIONAL_BELOW = 500
FEWEST_ON_A_MAP = 3
FEWEST_VOTES = 5


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
class SummaryText:
    """What a topic says in a few sentences, and who stands for them."""

    sentences: tuple[Sentence, ...]
    state: str
    badge: str
    """How the badge of the state looks."""
    signed_at: datetime | None
    signed_by: str
    represented: str
    """For how many contributions it speaks, in words; empty where nobody has looked yet."""
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
    outlying: tuple[Quote, ...]
    summary: SummaryText
    url: str
    all_url: str
    """Its contributions, one by one."""
    on_map: str
    """What is read aloud at its bubble."""


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
    """Where a topic is read; one of its parts is a list of contributions."""
    endpoint = "committee.topic" if part is None else "committee.topic_contributions"
    return url_for(endpoint, slug=round.slug, number=topic.key, run=run.id, part=part)


def read_topics(
    round: Round,
    run: ClusterRun,
    standing: Standings,
    topics: Sequence[Cluster],
    *,
    with_outlying: bool = False,
) -> list[TopicView]:
    """Some topics with votes, typical contributions and summaries; one statement."""
    wanted = {number for topic in topics for number in topic.central[:TYPICAL_SHOWN]}
    for topic in topics:
        wanted |= source_ids(stored_of(topic, standing.of(topic)))
    found = quoted(wanted, topics if with_outlying else ())
    return [_topic_view(round, run, topic, standing.of(topic), found) for topic in topics]


def map_of(topics: Sequence[Cluster]) -> tuple[Picture, ...]:
    """The picture of all topics; empty where there is too little to draw."""
    if len(topics) < FEWEST_ON_A_MAP:
        return ()
    spots = (Spot(t.key, () if t.leftover else tuple(t.terms), t.size, t.x, t.y) for t in topics)
    return pictures(tuple(spots))


def _topic_view(
    round: Round,
    run: ClusterRun,
    topic: Cluster,
    standing: Standing,
    found: Found,
) -> TopicView:
    known = found.known
    typical = [known[n] for n in topic.central[:TYPICAL_SHOWN] if n in known]
    outlying = [each for each in found.outlying.get(topic.id, ()) if each not in typical]
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
        bar=bar_of(standing),
        typical=tuple(_quote(row.title, row) for row in typical),
        outlying=tuple(_quote(row.title, row) for row in outlying),
        summary=_summary_text(round, topic, standing, known),
        url=topic_url(round, run, topic),
        all_url=contributions_url(round, run, topic),
        on_map=on_map(topic),
    )


def bar_of(standing: Standing) -> OpinionBar:
    """What people think of a topic's contributions, all votes together."""
    counts = standing.agree, standing.passes, standing.disagree
    return OpinionBar.from_counts(*counts, threshold=FEWEST_VOTES)


def contributions_url(round: Round, run: ClusterRun, topic: Cluster) -> str:
    return url_for("committee.topic_contributions", slug=round.slug, number=topic.key, run=run.id)


def on_map(topic: Cluster) -> str:
    """What is read aloud at the circle of a topic."""
    return str(
        ngettext(
            "%(number)s %(label)s, %(size)s contribution",
            "%(number)s %(label)s, %(size)s contributions",
            topic.size,
            number=topic.key,
            label=topic_name(topic),
            size=format_decimal(topic.size),
        )
    )


def _summary_text(
    round: Round, topic: Cluster, standing: Standing, known: Mapping[int, Submission]
) -> SummaryText:
    written, stored = standing.summary, stored_of(topic, standing)
    shown = sentences(stored, known)
    has_lost = written is not None and len(shown) < len(stored)
    words, badge = STATES[State.OUTDATED if has_lost else state_of(standing)]
    signer = written.signed_by if written else None
    return SummaryText(
        sentences=shown,
        state=gettext(words),
        badge=badge,
        signed_at=written.signed_at if written else None,
        signed_by=signer.public_name if signer else gettext("Somebody who has left"),
        represented=in_words(written.represented_count, len(written.members)) if written else "",
        url=url_for("summaries.show", slug=round.slug, number=topic.key),
    )


def in_words(represented: int, count: int) -> str:
    """For how many of a topic's contributions a summary speaks."""
    return str(
        gettext(
            "%(n)s of %(count)s contributions (%(percent)s%%)",
            n=format_decimal(represented),
            count=format_decimal(count),
            percent=whole_percent(represented / (count or 1)),
        )
    )


def _quote(text: str, source: Submission) -> Quote:
    """A text of a contribution with the way there."""
    return Quote(text, url_for("web.proposal", public_id=source.public_id), source.number)


def part_tabs(round: Round, run: ClusterRun, topic: Cluster, chosen: int | None) -> list[Tab]:
    """All of a topic, and each of its sub-topics; nothing to choose without any."""
    if not topic.subtopics:
        return []
    everything_url = contributions_url(round, run, topic)
    everything = Tab(gettext("All"), everything_url, chosen is None, topic.size)
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


def job_view(job: Job | None, newest_at: datetime | None) -> JobProgress | None:
    """The grouping under way or just ended, if there is something to say about it."""
    if job is None or job.state in {JobState.DONE, JobState.CANCELLED}:
        return None
    if not job.is_open and newest_at is not None and newest_at > job.created_at:
        return None
    if job.state is JobState.FAILED:
        return JobProgress(gettext("The grouping failed"), "failed", message=gettext(job.error))
    return JobProgress(
        gettext("The contributions are being grouped"),
        "waiting" if job.state is JobState.WAITING else "running",
        percent=whole_percent(job.progress),
        message=gettext(job.step) if job.step else "",
    )
