"""Composes the reading room: the overview of a round, one topic, two topics side by side."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from flask import url_for
from flask_babel import gettext, ngettext

from civicdialog.committee.correction_pages import TopicBadge, overall, share_in_words
from civicdialog.committee.opinions import Matrix, Sort, topic_matrix, topic_names
from civicdialog.committee.reading import (
    TopicView,
    bar_of,
    map_of,
    on_map,
    read_topics,
    topic_name,
    topic_url,
    whole_percent,
)
from civicdialog.committee.reading_queries import Said, Standings, said_in, second_choices
from civicdialog.committee.summary_sentences import STATES, state_of
from civicdialog.committee.topic_map import Picture
from civicdialog.core.view_models import FilterChoice, Filters, FilterSelect, OpinionBar
from civicdialog.discussion.models import Stance
from civicdialog.insights.models import Cluster, ClusterRun, OpinionRun
from civicdialog.insights.opinion_result import told_by
from civicdialog.rounds.models import Round

BY_SIZE, BY_AGREEMENT = "size", "agreement"
LONGEST_QUESTION = 240


# ---- overview -----------------------------------------------------------------------------------


@dataclass(frozen=True)
class OverviewRow:
    """One topic in the table."""

    number: int
    label: str
    url: str
    size: int
    percent: int
    width: str
    """Length of its bar, beside the largest topic."""
    later_count: int
    is_leftover: bool
    bar: OpinionBar
    people: str
    """How much of it people changed, in words; empty where they changed nothing."""
    state: str
    summary_url: str
    on_map: str


@dataclass(frozen=True)
class Overview:
    """The topics of a run on one screen."""

    people: TopicBadge
    """How much is as the machine grouped it."""
    rows: list[OverviewRow]
    spots: list[OverviewRow]
    """The same in the order of the map."""
    map: tuple[Picture, ...]
    sort: str
    later_count: int
    fitting_nowhere_count: int
    to_sign: list[OverviewRow]
    """Topics whose summary nobody stands for as it is."""


def overview(
    round: Round, run: ClusterRun, standing: Standings, args: Mapping[str, str]
) -> Overview:
    """The topics by size, or by agreement if the address says so."""
    rows = [_row(round, run, topic, standing) for topic in run.clusters]
    sort = BY_AGREEMENT if args.get("sort") == BY_AGREEMENT else BY_SIZE
    to_sign = [
        row
        for row, topic in zip(rows, run.clusters, strict=True)
        if standing.of(topic).waits_for_signature and not topic.leftover
    ]
    return Overview(
        people=overall(round, [each.placed for each in standing.topics.values()]),
        rows=sorted(rows, key=_least_agreed_last) if sort == BY_AGREEMENT else rows,
        spots=rows,
        map=map_of(run.clusters),
        sort=sort,
        later_count=sum(topic.later_count for topic in run.clusters),
        fitting_nowhere_count=sum(each.fitting_nowhere for each in standing.topics.values()),
        to_sign=to_sign,
    )


def _least_agreed_last(row: OverviewRow) -> tuple[bool, float]:
    return not row.bar.is_shown, -row.bar.agree.count / (row.bar.n or 1)


def _row(round: Round, run: ClusterRun, topic: Cluster, standings: Standings) -> OverviewRow:
    standing = standings.of(topic)
    largest = max(each.size for each in run.clusters) or 1
    words, _ = STATES[state_of(standing)]
    return OverviewRow(
        number=topic.key,
        label=topic_name(topic),
        url=topic_url(round, run, topic),
        size=topic.size,
        percent=whole_percent(topic.size / (run.submission_count or 1)),
        width=f"{100 * topic.size / largest:.1f}%",
        later_count=topic.later_count,
        is_leftover=topic.leftover,
        bar=bar_of(standing),
        people=share_in_words(standing.placed) if standing.by_people else "",
        state=gettext(words),
        summary_url=url_for("summaries.show", slug=round.slug, number=topic.key),
        on_map=on_map(topic),
    )


# ---- one topic ----------------------------------------------------------------------------------


@dataclass(frozen=True)
class SaidView:
    """An argument or a question, and what it is about."""

    text: str
    url: str
    about: str
    about_url: str
    is_answered: bool


@dataclass(frozen=True)
class SaidColumn:
    """The most helpful of one kind."""

    heading: str
    count: int
    said: list[SaidView]


@dataclass(frozen=True)
class TopicPage:
    """All a member has to know about a topic."""

    topic: TopicView
    columns: list[SaidColumn]
    """For, and against."""
    questions: SaidColumn
    opinions: Matrix | None
    """What everybody and each group thinks of the topic; None without votes summed up."""
    opinions_url: str
    compare: Filters | None
    """The choice of a topic to see beside it; None without another one."""


def topic_page(round: Round, run: ClusterRun, chosen: Cluster, standing: Standings) -> TopicPage:
    """One topic with its summary, its contributions and what is said about them."""
    view = read_topics(round, run, standing, [chosen], with_outlying=True)[0]
    said = said_in(chosen)
    return TopicPage(
        topic=view,
        columns=[
            _column(gettext("What people say for it"), said, Stance.FOR),
            _column(gettext("What people say against it"), said, Stance.AGAINST),
        ],
        questions=_column(gettext("Questions to the administration"), said, Stance.QUESTION),
        opinions=_opinions(round, run, standing.opinions, [chosen]),
        opinions_url=url_for("committee.opinions", slug=round.slug),
        compare=choice(round, run, [chosen], is_one_fixed=True) if len(run.clusters) > 1 else None,
    )


def _column(heading: str, said: Sequence[Said], stance: Stance) -> SaidColumn:
    rows = [row for row in said if row.Argument.stance is stance]
    return SaidColumn(heading, rows[0].of_kind if rows else 0, [_said(row) for row in rows])


def _said(row: Said) -> SaidView:
    text = " ".join(row.Argument.text.split())
    if len(text) > LONGEST_QUESTION:
        text = text[:LONGEST_QUESTION].rsplit(" ", 1)[0] + " …"
    return SaidView(
        text=text,
        url=url_for("said.one", public_id=row.Argument.public_id),
        about=row.Submission.title,
        about_url=url_for("web.proposal", public_id=row.Submission.public_id),
        is_answered=row.is_answered,
    )


def _opinions(
    round: Round, run: ClusterRun, opinions: OpinionRun | None, topics: Sequence[Cluster]
) -> Matrix | None:
    """The lines of some topics in the table of opinions."""
    told = told_by(opinions) if opinions is not None else None
    keys = {topic.key for topic in topics}
    lines = tuple(line for line in told.topics if line.key in keys) if told else ()
    if opinions is None or told is None or not lines:
        return None
    names = topic_names(run.clusters)
    matrix = topic_matrix(
        round, opinions, replace(told, topics=lines), names, Sort("size", is_ascending=False)
    )
    # A line or two need no sorting.
    headers = tuple(replace(each, url="", sorted="") for each in matrix.headers)
    return replace(matrix, headers=headers)


def choice(
    round: Round, run: ClusterRun, chosen: Sequence[Cluster], *, is_one_fixed: bool = False
) -> Filters:
    """Which topics shall stand side by side."""
    picked = [*(topic.key for topic in chosen), *(topic.key for topic in run.clusters)]
    keys = list(dict.fromkeys(picked))[:2]
    labels = (gettext("This topic"), gettext("Beside this one"))
    selects = [
        FilterSelect(
            name,
            text,
            [
                FilterChoice(
                    str(each.key), f"{each.key} {topic_name(each)}", selected=each.key == key
                )
                for each in run.clusters
            ],
        )
        for name, text, key in zip(("one", "other"), labels, keys, strict=False)
    ]
    hidden = {"run": str(run.id)}
    if is_one_fixed:
        hidden["one"] = str(chosen[0].key)
    return Filters(
        action=url_for("committee.compare", slug=round.slug),
        selects=selects[1:] if is_one_fixed else selects,
        hidden=hidden,
    )


# ---- two topics ---------------------------------------------------------------------------------


@dataclass(frozen=True)
class Comparison:
    """Two topics, and how near they are."""

    topics: list[TopicView]
    common: list[str]
    """Telling words of both."""
    nearness: list[str]
    opinions: Matrix | None


def comparison(
    round: Round, run: ClusterRun, pair: tuple[Cluster, Cluster], standing: Standings
) -> Comparison:
    """Two topics side by side."""
    one, other = pair
    seconds = second_choices(one, other)
    return Comparison(
        topics=read_topics(round, run, standing, pair),
        common=[term for term in one.terms if term in other.terms],
        nearness=[
            _nearness(seconds.get(here.position, 0), here, there)
            for here, there in ((one, other), (other, one))
        ],
        opinions=_opinions(round, run, standing.opinions, pair),
    )


def _nearness(count: int, here: Cluster, there: Cluster) -> str:
    names: dict[str, Any] = {"here": topic_name(here), "there": topic_name(there)}
    return str(
        ngettext(
            "%(n)s contribution in “%(here)s” would otherwise stand in “%(there)s”.",
            "%(n)s contributions in “%(here)s” would otherwise stand in “%(there)s”.",
            count,
            n=count,
            **names,
        )
    )
