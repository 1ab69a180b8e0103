"""What a report says, read from the database once and frozen. Public things only, never a name."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from flask import current_app

from civicdialog.committee import recommendation_queries, report_queries
from civicdialog.committee.deliberation_models import Choice, RecommendationVote, Reply
from civicdialog.committee.deliberation_models import Recommendation as Advice
from civicdialog.committee.opinions import name_of, topic_names
from civicdialog.committee.reading import topic_name
from civicdialog.committee.reading_models import TopicSummary
from civicdialog.committee.reporting.blocks import Link
from civicdialog.committee.reporting.plain import line, plain
from civicdialog.committee.reporting.wording import gettext
from civicdialog.committee.summary_sentences import as_stored
from civicdialog.core.db import db
from civicdialog.core.errors import NotFound
from civicdialog.core.permissions import VISITOR
from civicdialog.discussion.models import Stance
from civicdialog.insights import queries as insights
from civicdialog.insights.models import Cluster, ClusterRun, OpinionRun
from civicdialog.insights.opinion_result import Told, TopicOpinion, told_by
from civicdialog.moderation import transparency
from civicdialog.moderation.models import Ground, Outcome
from civicdialog.moderation.transparency import Figures
from civicdialog.rounds.models import Round
from civicdialog.submissions.models import Channel, Kind, Status


@dataclass(frozen=True)
class Contribution:
    """A published contribution and its place among the topics."""

    id: int
    public_id: str
    number: int
    title: str
    body: str
    kind: Kind
    url: str
    voices: int
    topic: int | None
    probability: float
    fits: bool

    @property
    def link(self) -> Link:
        return Link(self.title, self.url)

    @property
    def source(self) -> Link:
        """Its number, as the source of a sentence."""
        words = gettext("No. %(number)s", number=self.number)
        return Link(words.replace(" ", "\u00a0"), self.url)

    def says(self, sentence: str) -> bool:
        """Whether the sentence still stands in it, word by word."""
        return line(sentence) in line(f"{self.title}\n{self.body}")


@dataclass(frozen=True)
class Argument:
    """A public argument or question."""

    submission_id: int
    stance: Stance
    text: str
    helpful: int
    is_answered: bool


@dataclass(frozen=True)
class Sentence:
    """A sentence of a summary and the contributions that prove it."""

    text: str
    sources: tuple[Contribution, ...]
    is_verbatim: bool
    """Whether somebody wrote it exactly so."""


@dataclass(frozen=True)
class Summary:
    """What sums up a topic: the text the committee has signed, or else the machine's sentences."""

    sentences: tuple[Sentence, ...]
    signed_at: datetime | None
    is_overtaken: bool
    """Whether other contributions belong to the topic now than when it was signed."""


@dataclass(frozen=True)
class Topic:
    """A topic with what belongs to it."""

    key: int
    name: str
    terms: tuple[str, ...]
    is_leftover: bool
    members: tuple[Contribution, ...]
    """By number."""
    typical: tuple[Contribution, ...]
    outlying: tuple[Contribution, ...]
    summary: Summary
    parts: tuple[tuple[str, int], ...]
    opinion: TopicOpinion | None

    @property
    def size(self) -> int:
        return len(self.members)


@dataclass(frozen=True)
class Recommendation:
    """A published recommendation of the committee."""

    title: str
    url: str
    text: str
    reasons: str
    yes: int
    no: int
    abstained: int
    dissents: tuple[str, ...]
    decided_at: datetime | None
    reply: Reply | None
    reply_reasons: str


@dataclass(frozen=True)
class Gathered:
    """Everything the chapters are written from."""

    round: Round
    only: Topic | None
    """The topic the report is about; None: the whole round."""
    run: ClusterRun | None
    opinion_run: OpinionRun | None
    told: Told | None
    topics: tuple[Topic, ...]
    """The largest first."""
    contributions: Mapping[int, Contribution]
    arguments: tuple[Argument, ...]
    by_status: Mapping[Status, int]
    by_way: tuple[tuple[Channel, bool, bool, int], ...]
    """(channel, with an account, imported, how many)."""
    author_count: int
    decisions: tuple[tuple[Outcome, Ground | None, int], ...]
    moderation: tuple[tuple[int, Figures], ...]
    """What the moderation did, year by year."""
    recommendations: tuple[Recommendation, ...]
    opinion_topic_names: Mapping[int, str]

    def by_public_id(self) -> dict[str, Contribution]:
        return {each.public_id: each for each in self.contributions.values()}

    def about(self, topic: Topic, stance: Stance) -> list[Argument]:
        """What is said about a topic's contributions, the most helpful first."""
        ids = {each.id for each in topic.members}
        return [a for a in self.arguments if a.stance is stance and a.submission_id in ids]


OUTLYING_SHOWN = 3
TYPICAL_SHOWN = 4


def gather(round: Round, topic_key: int | None) -> Gathered:
    """Read all of it. Needs the round's phases and the language to be set.

    :raise NotFound: if there is no such topic
    """
    run = insights.run_with_topics(round.id)
    known = _contributions(round, run)
    opinion_run = insights.newest_opinions(round.id)
    told = told_by(opinion_run) if opinion_run else None
    opinions = _opinions_by_topic(run, opinion_run, told)
    signed = report_queries.signed_summaries(round.id)
    topics = tuple(
        sorted(
            (
                _topic(each, known, opinions.get(each.key), signed.get(each.key))
                for each in (run.clusters if run else ())
            ),
            key=lambda topic: (topic.is_leftover, -topic.size, topic.key),
        )
    )
    only = next((each for each in topics if each.key == topic_key), None)
    if topic_key is not None and only is None:
        raise NotFound(topic_key)
    return Gathered(
        round=round,
        only=only,
        run=run,
        opinion_run=opinion_run,
        told=told,
        topics=topics,
        contributions=known,
        arguments=tuple(
            Argument(
                said.submission_id, said.stance, plain(said.text), said.helpful_count, answered
            )
            for said, answered in report_queries.arguments(round.id)
        ),
        by_status=report_queries.counts_by_status(round.id),
        by_way=tuple(
            (a, bool(b), bool(c), n) for a, b, c, n in report_queries.counts_by_way(round.id)
        ),
        author_count=report_queries.author_count(round.id),
        decisions=tuple((a, b, n) for a, b, n in report_queries.decisions(round.id)),
        moderation=tuple(transparency.yearly(round.id)),
        recommendations=_recommendations(round),
        opinion_topic_names=_names(round, opinion_run),
    )


def address(path: str) -> str:
    """A path of this site as a whole address; there is no request here to take it from."""
    return str(current_app.extensions["settings"].base_url).rstrip("/") + path


def _contributions(round: Round, run: ClusterRun | None) -> dict[int, Contribution]:
    found = {}
    for row, key, probability, fits in report_queries.placed(round.id, run.id if run else None):
        found[row.id] = Contribution(
            id=row.id,
            public_id=row.public_id,
            number=row.number or 0,
            title=line(row.title),
            body=plain(row.body),
            kind=row.kind,
            url=address(f"/submissions/{row.public_id}"),
            voices=row.vote_count,
            topic=key,
            probability=probability or 0.0,
            fits=fits is not False,
        )
    return found


def _topic(
    cluster: Cluster,
    known: Mapping[int, Contribution],
    opinion: TopicOpinion | None,
    signed: TopicSummary | None,
) -> Topic:
    members = tuple(each for each in known.values() if each.topic == cluster.key)
    typical = [known[number] for number in cluster.central if number in known]
    shown = typical[:TYPICAL_SHOWN]
    rest = [each for each in members if each not in shown]
    return Topic(
        key=cluster.key,
        name=line(topic_name(cluster)),
        terms=tuple(line(str(term)) for term in cluster.terms),
        is_leftover=cluster.leftover,
        members=members,
        typical=tuple(shown),
        outlying=tuple(sorted(rest, key=lambda each: (each.fits, each.probability, each.number)))[
            :OUTLYING_SHOWN
        ],
        summary=_summary(cluster, signed, members, known),
        parts=tuple((line(str(part["label"])), int(part["size"])) for part in cluster.subtopics),
        opinion=opinion,
    )


def _summary(
    cluster: Cluster,
    signed: TopicSummary | None,
    members: Sequence[Contribution],
    known: Mapping[int, Contribution],
) -> Summary:
    """A text may have been changed since: what no longer stands there is no proof."""
    found = []
    for each in signed.sentences if signed else as_stored(cluster.summary):
        quotes = [(known.get(s["submission_id"]), s["quote"]) for s in each["sources"]]
        proofs = [(source, quote) for source, quote in quotes if source and source.says(quote)]
        if proofs:
            verbatim = any(line(quote) == line(each["text"]) for _, quote in proofs)
            sources = tuple(dict.fromkeys(source for source, _ in proofs))
            found.append(Sentence(line(each["text"]), sources, verbatim))
    return Summary(
        sentences=tuple(found),
        signed_at=signed.signed_at if signed else None,
        is_overtaken=signed is not None and {each.id for each in members} != set(signed.members),
    )


def _opinions_by_topic(
    run: ClusterRun | None, opinion_run: OpinionRun | None, told: Told | None
) -> dict[int, TopicOpinion]:
    """What people think of each topic, if opinions were summed up by the topics that hold now."""
    if told is None or run is None or opinion_run is None or opinion_run.cluster_run_id != run.id:
        return {}
    return {each.key: each for each in told.topics}


def _names(round: Round, opinion_run: OpinionRun | None) -> dict[int, str]:
    if opinion_run is None or opinion_run.cluster_run_id is None:
        return {}
    run = insights.run_with_topics(round.id, opinion_run.cluster_run_id)
    names = topic_names(run.clusters) if run else {}
    return {key: line(name_of(key, names)) for key in names}


def _recommendations(round: Round) -> tuple[Recommendation, ...]:
    """What the committee has published, the newest first."""
    wanted = recommendation_queries.in_round(VISITOR, round.id).limit(None)
    return tuple(_recommendation(each) for each in db.session.scalars(wanted))


def _recommendation(row: Advice) -> Recommendation:
    newest = recommendation_queries.newest(row)
    votes: Sequence[RecommendationVote] = recommendation_queries.votes(row.id)
    choices = [each.choice for each in votes]
    return Recommendation(
        title=line(row.title),
        url=address(f"/recommendations/{row.public_id}"),
        text=plain(newest.text),
        reasons=plain(newest.reasons),
        yes=choices.count(Choice.YES),
        no=choices.count(Choice.NO),
        abstained=choices.count(Choice.ABSTAIN),
        dissents=tuple(sorted(plain(each.dissent) for each in votes if each.dissent)),
        decided_at=row.decided_at,
        reply=row.reply,
        reply_reasons=plain(row.reply_reasons),
    )
