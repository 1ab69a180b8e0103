"""Reading summaries, and all that proves them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from civicdialog.committee.reading_models import CoverageTick, TopicSummary
from civicdialog.committee.reading_queries import quoted
from civicdialog.committee.summary_coverage import Coverage, Gap, Member, coverage
from civicdialog.committee.summary_sentences import (
    as_stored,
    source_ids,
    verifiable,
    with_sources,
)
from civicdialog.core.db import db
from civicdialog.insights.models import Cluster, ClusterMember
from civicdialog.submissions.models import Kind, Status, Submission


def versions(round_id: int, key: int) -> Sequence[TopicSummary]:
    """All texts by people about a topic, the newest first."""
    wanted = (
        select(TopicSummary)
        .where(TopicSummary.round_id == round_id, TopicSummary.topic_key == key)
        .options(joinedload(TopicSummary.editor), joinedload(TopicSummary.signed_by))
        .order_by(TopicSummary.number.desc())
    )
    return db.session.scalars(wanted).all()


def newest(round_id: int, key: int) -> TopicSummary | None:
    """The text by people that counts."""
    wanted = select(TopicSummary).where(
        TopicSummary.round_id == round_id, TopicSummary.topic_key == key
    )
    return db.session.scalar(wanted.order_by(TopicSummary.number.desc()).limit(1))


def ticks(round_id: int, key: int) -> dict[int, CoverageTick]:
    """The newest tick of each contribution, by its id."""
    wanted = (
        select(CoverageTick)
        .where(CoverageTick.round_id == round_id, CoverageTick.topic_key == key)
        .options(joinedload(CoverageTick.person))
        .order_by(CoverageTick.id)
    )
    return {tick.submission_id: tick for tick in db.session.scalars(wanted)}


def numbered(round_id: int, numbers: Sequence[int]) -> dict[int, Submission]:
    """Published contributions of a round, by number."""
    wanted = select(Submission).where(
        Submission.round_id == round_id,
        Submission.status == Status.PUBLISHED,
        Submission.number.in_(numbers),
    )
    return {each.number: each for each in db.session.scalars(wanted) if each.number is not None}


@dataclass(frozen=True)
class Proof:
    """The text that counts for a topic, what it speaks for, and what it leaves out."""

    newest: TopicSummary | None
    stored: list[dict[str, Any]]
    """The sentences that can be verified now."""
    lost_count: int
    """Sentences whose proofs are gone."""
    known: Mapping[int, Submission]
    """The members, and what the sentences rest on."""
    members: frozenset[int]
    coverage: Coverage
    ticks: Mapping[int, CoverageTick]
    """Of what is missing: those that hold."""

    @property
    def is_outdated(self) -> bool:
        return self.newest is not None and (
            bool(self.lost_count) or self.members != set(self.newest.members)
        )

    @property
    def is_signed(self) -> bool:
        """Whether somebody stands for the text as it is."""
        signed = self.newest is not None and self.newest.signed_at is not None
        return signed and not self.is_outdated

    @property
    def open(self) -> list[tuple[int, Gap]]:
        """What nobody has ticked off."""
        return [each for each in self.coverage.missing if each[0] not in self.ticks]


def proof_of(
    round_id: int,
    topic: Cluster,
    summary: TopicSummary | None,
    earlier: Sequence[TopicSummary] = (),
) -> Proof:
    """Three statements, whatever the size of the topic.

    earlier: versions whose sources are wanted as well.
    """
    stored = as_stored(topic.summary) if summary is None else list(summary.sentences)
    rows = db.session.execute(
        select(ClusterMember, Submission)
        .join(Submission, Submission.id == ClusterMember.submission_id)
        .where(ClusterMember.cluster_id == topic.id, Submission.status == Status.PUBLISHED)
        .order_by(ClusterMember.probability.desc(), Submission.id)
    ).all()
    known = {each.id: each for _, each in rows}
    members = frozenset(known)
    wanted = source_ids(stored)
    for each in earlier:
        wanted |= source_ids(each.sentences) | source_ids(as_stored(each.machine))
    known |= quoted(wanted).known
    kept = verifiable(stored, known)
    found = coverage([_member(*row) for row in rows], with_sources(kept))
    missing = {number for number, _ in found.missing}
    return Proof(
        newest=summary,
        stored=kept,
        lost_count=len(stored) - len(kept),
        known=known,
        members=members,
        coverage=found,
        ticks={
            number: tick
            for number, tick in ticks(round_id, topic.key).items()
            if number in missing and _holds(tick, known[number])
        },
    )


def _member(place: ClusterMember, submission: Submission) -> Member:
    return Member(
        id=submission.id,
        text=f"{submission.title}\n{submission.body}",
        fits=place.fits,
        probability=place.probability,
        is_concern=submission.kind is Kind.CONCERN,
        part=place.sub_position,
    )


def _holds(tick: CoverageTick, submission: Submission) -> bool:
    """A contribution that was changed since has to be read again."""
    return submission.edited_at is None or submission.edited_at <= tick.at
