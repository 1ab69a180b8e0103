"""Versions of a round's topics: what a proposed one would change, and what became of each."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from flask import url_for
from flask_babel import format_decimal, gettext

from civicdialog.committee import queries
from civicdialog.committee.correction_pages import counts_in_words
from civicdialog.committee.quality import largest_topic, steadiness
from civicdialog.committee.reading import topic_name, topic_url, two_places, whole_percent
from civicdialog.insights import corrections_queries as corrections
from civicdialog.insights.models import Cluster, ClusterRun, RunStatus
from civicdialog.rounds.models import Round

MOVES_SHOWN = 25

Way = tuple[int, int]
"""The numbers of the topics a contribution would move from and to."""


@dataclass(frozen=True)
class TopicChange:
    """A topic in the old and in the new version."""

    number: int
    label: str
    url: str
    change: str
    before: int | None
    after: int | None
    words: str


@dataclass(frozen=True)
class WayRow:
    """How many contributions would move from one topic to another."""

    origin: str
    target: str
    count: int
    url: str


@dataclass(frozen=True)
class Move:
    """A contribution that would move, and the words that speak for its new place."""

    title: str
    url: str
    number: int | None
    origin: str
    target: str
    reasons: str


@dataclass(frozen=True)
class SideBySide:
    """A figure of both versions."""

    name: str
    before: str
    after: str


@dataclass(frozen=True)
class Difference:
    """What a proposed version would change."""

    changes: list[TopicChange]
    ways: list[WayRow]
    sides: list[SideBySide]
    stayed: int
    moved: int
    added: int
    by_people: str
    """How many contributions lie where people put them; empty if none."""


@dataclass(frozen=True)
class MovePage:
    """Some of the contributions that would move."""

    moves: list[Move]
    way: str
    """From where to where, if only that is shown."""
    first_url: str
    next_url: str


def difference(round: Round, old: ClusterRun, new: ClusterRun) -> Difference:
    """Both versions side by side; needs the topics of both."""
    in_both = queries.count_in_both(new.id, old.id)
    counted = corrections.touched_counts(new).values()
    changed = sum(people for _, people in counted)
    return Difference(
        changes=_changes(round, old, new),
        ways=_ways(round, old, new),
        sides=_sides(old, new),
        stayed=in_both - len(new.moved),
        moved=len(new.moved),
        added=new.submission_count - in_both,
        by_people=counts_in_words((sum(n for n, _ in counted), changed)) if changed else "",
    )


def _changes(round: Round, old: ClusterRun, new: ClusterRun) -> list[TopicChange]:
    """Every topic of the new version, then those that would be gone."""
    before = {topic.key: topic for topic in old.clusters}
    after = {topic.key: topic for topic in new.clusters}
    listed = [_change(round, new, before.get(topic.key), topic) for topic in new.clusters]
    gone = [
        TopicChange(
            number=topic.key,
            label=topic_name(topic),
            url=topic_url(round, old, topic),
            change=gettext("gone"),
            before=topic.size,
            after=None,
            words=" · ".join(topic.terms),
        )
        for topic in old.clusters
        if topic.key not in after
    ]
    return listed + gone


def _change(round: Round, new: ClusterRun, before: Cluster | None, after: Cluster) -> TopicChange:
    return TopicChange(
        number=after.key,
        label=topic_name(after),
        url=topic_url(round, new, after),
        change=_in_words(before, after),
        before=before.size if before else None,
        after=after.size,
        words=" · ".join(after.terms),
    )


def _in_words(before: Cluster | None, after: Cluster) -> str:
    """What happened to a topic."""
    if before is None:
        return str(gettext("new"))
    told = []
    if topic_name(before) != topic_name(after):
        told.append(gettext("was called “%(label)s”", label=topic_name(before)))
    if after.size > before.size:
        told.append(gettext("has grown"))
    elif after.size < before.size:
        told.append(gettext("has shrunk"))
    return ", ".join(told) or str(gettext("as before"))


def _sides(old: ClusterRun, new: ClusterRun) -> list[SideBySide]:
    def side(name: str, figure: Any) -> SideBySide:
        return SideBySide(name, figure(old), figure(new))

    return [
        side(gettext("Contributions"), lambda run: format_decimal(run.submission_count)),
        side(gettext("Topics"), lambda run: str(len(run.clusters))),
        side(gettext("How steady?"), steadiness),
        side(gettext("Largest topic"), largest_topic),
    ]


# ---- what would move ----------------------------------------------------------------------------


def _names(run: ClusterRun) -> dict[int, str]:
    return {topic.key: topic_name(topic) for topic in run.clusters}


def _way_of(move: dict[str, Any]) -> Way:
    return move["from_key"], move["to_key"]


def _ways(round: Round, old: ClusterRun, new: ClusterRun) -> list[WayRow]:
    """From where to where, the most travelled way first."""
    before, after = _names(old), _names(new)
    counts = Counter(map(_way_of, new.moved))
    return [
        WayRow(before.get(way[0], "–"), after.get(way[1], "–"), count, _url(round, way))
        for way, count in sorted(counts.items(), key=lambda each: (-each[1], each[0]))
    ]


def _url(round: Round, way: Way | None, after: int | None = None) -> str:
    origin, target = way or (None, None)
    here: dict[str, Any] = {"slug": round.slug, "origin": origin, "target": target, "after": after}
    return url_for("committee.new_version", **here, _anchor="moves")


def moves(
    round: Round, old: ClusterRun, new: ClusterRun, *, way: Way | None, after: int | None
) -> MovePage:
    """A page of what would move, way by way; it begins behind the contribution `after`."""
    before_names, after_names = _names(old), _names(new)
    wanted = [move for move in new.moved if way is None or way == _way_of(move)]
    wanted.sort(key=lambda move: (_way_of(move), move["submission_id"]))
    ids = [move["submission_id"] for move in wanted]
    begin = ids.index(after) + 1 if after in ids else 0
    end = begin + MOVES_SHOWN
    known = queries.members_among(new.id, ids[begin:end])
    shown = []
    for move in wanted[begin:end]:
        if move["submission_id"] not in known:
            continue
        member, submission, _ = known[move["submission_id"]]
        shown.append(
            Move(
                title=submission.title,
                url=url_for("web.proposal", public_id=submission.public_id),
                number=submission.number,
                origin=before_names.get(move["from_key"], "–"),
                target=after_names.get(move["to_key"], "–"),
                reasons=" · ".join(member.reasons),
            )
        )
    return MovePage(
        moves=shown,
        way=_way_in_words(before_names, after_names, way),
        first_url=_url(round, way) if begin else "",
        next_url=_url(round, way, ids[end - 1]) if end < len(ids) else "",
    )


def _way_in_words(before: dict[int, str], after: dict[int, str], way: Way | None) -> str:
    if way is None:
        return ""
    names = before.get(way[0], "–"), after.get(way[1], "–")
    return str(gettext("From “%(origin)s” to “%(target)s”", origin=names[0], target=names[1]))


# ---- all versions -------------------------------------------------------------------------------


@dataclass(frozen=True)
class VersionRow:
    """One version in the list of all."""

    run: ClusterRun
    url: str
    file_url: str
    status: str
    status_kind: str
    decided_by: str
    topics: int
    steadiness: str
    largest: str


def version_rows(round: Round, runs: Sequence[ClusterRun]) -> list[VersionRow]:
    """All versions with what became of them; needs who decided on them."""
    counts = queries.topic_counts(runs)
    return [
        VersionRow(
            run=run,
            url=url_for("committee.topics", slug=round.slug, run=run.id),
            file_url=url_for("committee.run_file", slug=round.slug, run_id=run.id),
            status=status_in_words(run.status),
            status_kind=STATUS_KINDS.get(run.status, "default"),
            decided_by=run.decided_by.public_name if run.decided_by else "",
            topics=counts.get(run.id, 0),
            steadiness="–" if run.stability is None else two_places(run.stability),
            largest="–"
            if run.largest_share is None
            else gettext("%(n)s%%", n=whole_percent(run.largest_share)),
        )
        for run in runs
    ]


STATUS_KINDS = {RunStatus.CURRENT: "success", RunStatus.PROPOSED: "info"}


def status_in_words(status: RunStatus) -> str:
    """What became of a version."""
    words = {
        RunStatus.CURRENT: gettext("holds now"),
        RunStatus.PROPOSED: gettext("proposed"),
        RunStatus.SUPERSEDED: gettext("replaced"),
        RunStatus.REJECTED: gettext("not adopted"),
    }
    return str(words[status])
