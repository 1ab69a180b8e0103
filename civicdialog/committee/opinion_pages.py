"""Composes the committee's pages of opinions from a run, its topics and what is still public."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from flask import url_for
from flask_babel import gettext

from civicdialog.committee import opinion_card, opinion_queries
from civicdialog.committee.opinion_findings import Finding, findings
from civicdialog.committee.opinions import (
    Matrix,
    Sort,
    name_of,
    statement_matrix,
    statements_url,
    topic_matrix,
    topic_names,
)
from civicdialog.committee.sensitivity import Sensitivity, sensitivity
from civicdialog.insights import queries as insights
from civicdialog.insights.models import OpinionRun
from civicdialog.insights.opinion_result import Statement, Told, told_by
from civicdialog.rounds.models import Round

ON_A_PAGE = 25


@dataclass(frozen=True)
class OpinionsView:
    """A run as the page of opinions shows it."""

    told: Told
    on_groups: str
    """Why there are no groups; empty where there are some."""
    findings: list[Finding]
    matrix: Matrix
    sensitivity: Sensitivity
    steadiness: str
    has_ballots_file: bool
    file_url: str
    all_url: str


def opinions_view(round: Round, run: OpinionRun, args: Mapping[str, str]) -> OpinionsView | None:
    """The figures of a run; None where only its card was kept."""
    told = told_by(run)
    if told is None:
        return None
    names, keys = _topics(round, run)

    def link(key: int) -> tuple[str, str]:
        return name_of(key, names), statements_url(round, run, key)

    sort = Sort.read(args, "bridge" if told.groups else "agreement")
    return OpinionsView(
        told=told,
        on_groups=gettext(told.why_no_groups) if told.why_no_groups else "",
        findings=findings(told, keys, link),
        matrix=topic_matrix(round, run, told, names, sort),
        sensitivity=_by_topic(told, keys, names),
        steadiness=opinion_card.steadiness(run),
        has_ballots_file=round.ballots_detached_at is not None,
        file_url=opinion_card.file_url(round, run),
        all_url=statements_url(round, run),
    )


def _topics(round: Round, run: OpinionRun) -> tuple[dict[int, str], dict[str, int]]:
    """Names of the topics a run was summed up by, and the topic of each contribution."""
    if run.cluster_run_id is None:
        return {}, {}
    topics = insights.run_with_topics(round.id, run.cluster_run_id)
    names = topic_names(topics.clusters) if topics else {}
    return names, opinion_queries.topics_by_contribution(run.cluster_run_id)


def _by_topic(told: Told, keys: Mapping[str, int], names: Mapping[int, str]) -> Sensitivity:
    together: defaultdict[int, list[Statement]] = defaultdict(list)
    for each in told.statements.values():
        if each.id in keys:
            together[keys[each.id]].append(each)
    return sensitivity([(name_of(key, names), together[key]) for key in sorted(together)])


# ---- contributions ------------------------------------------------------------------------------


@dataclass(frozen=True)
class StatementsView:
    """Contributions with what each group thinks of them."""

    name: str
    told: Told | None
    matrix: Matrix | None = None
    sensitivity: Sensitivity | None = None
    previous_url: str = ""
    next_url: str = ""
    note: str = ""


def statements_view(round: Round, run: OpinionRun, args: Mapping[str, str]) -> StatementsView:
    """A page of the contributions of a topic, or of all of them."""
    told = told_by(run)
    names, keys = _topics(round, run)
    topic = _number(args.get("topic", ""))
    topic = topic if topic in set(keys.values()) else None
    name = gettext("All contributions") if topic is None else name_of(topic, names)
    if told is None:
        return StatementsView(name, None)
    wanted = [s for s in told.statements.values() if topic is None or keys.get(s.id) == topic]
    sort = Sort.read(args, "bridge" if told.groups else "agreement")
    at = max(1, _number(args.get("page", "")) or 1)

    def url(**values: Any) -> str:
        return url_for(
            "committee.opinion_statements", slug=round.slug, topic=topic, run=run.id, **values
        )

    def page_url(number: int) -> str:
        order = "ascending" if sort.is_ascending else None
        return url(sort=sort.key, order=order, page=number)

    ordered = sort.statements(wanted)
    first = (at - 1) * ON_A_PAGE
    shown = ordered[first : first + ON_A_PAGE]
    titles = opinion_queries.published_titles(round, [each.id for each in shown])
    kept = [each for each in shown if each.id in titles]
    return StatementsView(
        name=name,
        told=told,
        matrix=statement_matrix(told, kept, titles, sort, url),
        sensitivity=sensitivity([(titles[each.id], [each]) for each in kept]),
        previous_url=page_url(at - 1) if at > 1 else "",
        next_url=page_url(at + 1) if first + ON_A_PAGE < len(ordered) else "",
        note=_note(first, len(ordered)),
    )


def _note(first: int, total: int) -> str:
    if total <= ON_A_PAGE:
        return ""
    last = min(first + ON_A_PAGE, total)
    text = gettext("%(first)s to %(last)s of %(total)s", first=first + 1, last=last, total=total)
    return str(text)


def _number(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 7 else None


# ---- download -----------------------------------------------------------------------------------


def opinions_as_csv(round: Round, run: OpinionRun, base_url: str) -> str:
    """The figures of all contributions that are still public."""
    told = told_by(run)
    names, keys = _topics(round, run)
    topics = {public_id: name_of(key, names) for public_id, key in keys.items()}
    titles = opinion_queries.published_titles(round) if told else {}
    return opinion_card.run_as_csv(told, titles, topics, base_url) if told else ""
