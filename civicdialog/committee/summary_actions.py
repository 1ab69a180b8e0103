"""Writing the summary of a topic, ticking off what it leaves out, signing it off."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from civicdialog.committee import summary_queries as queries
from civicdialog.committee.reading_models import CoverageTick, TopicSummary
from civicdialog.committee.summary_coverage import Gap
from civicdialog.committee.summary_passages import proof
from civicdialog.committee.summary_queries import Proof, proof_of
from civicdialog.core import clock
from civicdialog.core.audit import Event, record
from civicdialog.core.db import db
from civicdialog.core.errors import NotFound, RuleBroken
from civicdialog.core.i18n import mark
from civicdialog.core.permissions import Actor, Permission, require
from civicdialog.insights import keeping
from civicdialog.insights import queries as insights
from civicdialog.insights.models import Cluster, ClusterRun
from civicdialog.rounds.models import Round
from civicdialog.submissions.models import Submission
from civicdialog.submissions.texts import cleaned, cleaned_line

LONGEST_SENTENCE = 500
LONGEST_REASON = 1_000
MOST_SENTENCES = 20
MOST_SOURCES = 10


class Overtaken(RuleBroken):
    """Somebody else has saved a newer version meanwhile."""


@dataclass(frozen=True)
class Typed:
    """A sentence as a member typed it, and the numbers of the contributions it rests on."""

    place: int
    """The row of the form."""
    text: str
    numbers: Sequence[int]


# ---- writing ------------------------------------------------------------------------------------


def write_summary(
    actor: Actor, round: Round, key: int, typed: Sequence[Typed], *, based_on: int
) -> TopicSummary:
    """Add a version of the text; earlier ones and the machine's sentences stay beside it.

    :raise Overtaken: if the member began from a version that is no longer the newest
    :raise RuleBroken: naming the field, if a sentence has no proof
    """
    require(actor, Permission.SUMMARY_WRITE)
    run, topic = _held(round, key)
    newest = queries.newest(round.id, key)
    sentences = _proven(round, typed, newest)
    if newest is not None and newest.editor_id == actor.id and newest.sentences == sentences:
        return newest
    _refuse_overtaken(newest, based_on)
    summary = _add(actor, run, topic, newest, sentences)
    record(actor, Event.SUMMARY_WRITTEN, summary, topic=key, number=summary.number)
    return summary


def _held(round: Round, key: int) -> tuple[ClusterRun, Cluster]:
    """The topic as it is now, while others wait who decide on topics of the round."""
    keeping.hold(round.id)
    run = insights.run_with_topics(round.id)
    topic = next((each for each in run.clusters if each.key == key), None) if run else None
    if run is None or topic is None:
        raise NotFound(key)
    return run, topic


def _refuse_overtaken(newest: TopicSummary | None, based_on: int) -> None:
    if based_on != (newest.number if newest else 0):
        raise Overtaken(
            mark(
                "Somebody else has saved a newer version meanwhile. Your text still stands in the "
                "form; compare it with theirs and save again."
            )
        )


def _proven(
    round: Round, typed: Sequence[Typed], newest: TopicSummary | None
) -> list[dict[str, Any]]:
    """The sentences with a passage from each of their sources."""
    if not typed:
        raise RuleBroken(mark("Please write at least one sentence."), field="text_0")
    if len(typed) > MOST_SENTENCES:
        raise RuleBroken(mark("Please use at most %(most)s sentences."), most=MOST_SENTENCES)
    known = queries.numbered(round.id, sorted({n for each in typed for n in each.numbers}))
    kept = {
        (each["text"], source["submission_id"]): source["quote"]
        for each in (newest.sentences if newest else ())
        for source in each["sources"]
    }
    return [
        {"text": cleaned_line(each.text), "sources": _sources(each, known, kept)} for each in typed
    ]


def _sources(
    typed: Typed, known: Mapping[int, Submission], kept: Mapping[tuple[str, int], str]
) -> list[dict[str, Any]]:
    """A passage from each contribution that a sentence rests on."""
    text, field = cleaned_line(typed.text), f"numbers_{typed.place}"
    if len(text) > LONGEST_SENTENCE:
        raise RuleBroken(
            mark("Please use at most %(most)s characters."),
            field=f"text_{typed.place}",
            most=LONGEST_SENTENCE,
        )
    if not typed.numbers:
        raise RuleBroken(
            mark("Please name at least one contribution this sentence rests on."), field=field
        )
    if len(typed.numbers) > MOST_SOURCES:
        raise RuleBroken(
            mark("Please name at most %(most)s contributions."), field=field, most=MOST_SOURCES
        )
    found = []
    for number in dict.fromkeys(typed.numbers):
        source = known.get(number)
        if source is None:
            raise RuleBroken(
                mark("There is no contribution No. %(number)s in this round."),
                field=field,
                number=number,
            )
        quote = proof(text, source, kept)
        if not quote:
            raise RuleBroken(
                mark(
                    "No sentence of No. %(number)s is about this. Use its words, or another "
                    "contribution."
                ),
                field=field,
                number=number,
            )
        found.append({"submission_id": source.id, "quote": quote})
    return found


def _add(
    actor: Actor,
    run: ClusterRun,
    topic: Cluster,
    newest: TopicSummary | None,
    sentences: list[dict[str, Any]],
) -> TopicSummary:
    summary = TopicSummary(
        round_id=run.round_id,
        topic_key=topic.key,
        number=newest.number + 1 if newest else 1,
        run_id=run.id,
        machine=list(topic.summary),
        sentences=sentences,
        members=[],
        represented_count=0,
        editor_id=actor.id,
    )
    found = proof_of(run.round_id, topic, summary)
    summary.members = sorted(found.members)
    summary.represented_count = len(found.coverage.represented)
    db.session.add(summary)
    db.session.flush()
    return summary


# ---- ticking off --------------------------------------------------------------------------------


def tick_gaps(
    actor: Actor,
    round: Round,
    key: int,
    *,
    gap: Gap,
    reason: str,
    ids: Collection[int] | None = None,
) -> int:
    """Say why contributions may be left out: chosen ones, or with None all of one group.

    What is ticked off already stays as it is. Nobody decides on their own contribution.

    :raise RuleBroken: if no reason is given, or nothing is left to tick off
    """
    require(actor, Permission.SUMMARY_WRITE)
    reason = cleaned(reason)
    if not reason:
        raise RuleBroken(mark("Please give a reason."), field="reason")
    if len(reason) > LONGEST_REASON:
        raise RuleBroken(
            mark("Please use at most %(most)s characters."), field="reason", most=LONGEST_REASON
        )
    if ids is not None and not ids:
        raise RuleBroken(mark("Please choose at least one contribution."))
    _, topic = _held(round, key)
    found = proof_of(round.id, topic, queries.newest(round.id, key))
    waiting = [number for number, kind in found.open if kind is gap]
    if ids is not None:
        waiting = [number for number in waiting if number in set(ids)]
    others = [number for number in waiting if found.known[number].author_id != actor.id]
    if waiting and not others:
        raise RuleBroken(mark("Somebody else has to decide on your own contribution."))
    db.session.add_all(
        CoverageTick(
            round_id=round.id,
            topic_key=key,
            submission_id=number,
            gap=gap,
            reason=reason,
            person_id=actor.id,
        )
        for number in others
    )
    db.session.flush()
    record(actor, Event.SUMMARY_GAPS_TICKED, topic, gap=gap.value, count=len(others))
    return len(others)


# ---- signing off --------------------------------------------------------------------------------


def sign_summary(actor: Actor, round: Round, key: int, *, based_on: int) -> TopicSummary:
    """Stand for a text: that of people, or that of the machine if nobody has written one.

    A text about other contributions than there are now becomes a new version first.

    :raise Overtaken: if somebody has saved a newer version
    :raise RuleBroken: if something it leaves out is not ticked off, or it is signed already
    """
    require(actor, Permission.SUMMARY_SIGN)
    run, topic = _held(round, key)
    newest = queries.newest(round.id, key)
    _refuse_overtaken(newest, based_on)
    found = proof_of(round.id, topic, newest)
    _refuse_unproven(found)
    summary = newest
    if summary is None or found.is_outdated:
        summary = _add(actor, run, topic, newest, found.stored)
    summary.signed_at, summary.signed_by_id = clock.now(), actor.id
    summary.represented_count = len(found.coverage.represented)
    db.session.flush()
    record(actor, Event.SUMMARY_SIGNED, summary, topic=key, number=summary.number)
    return summary


def _refuse_unproven(found: Proof) -> None:
    if found.is_signed:
        raise RuleBroken(mark("Somebody has signed this text off already."))
    if not found.stored:
        raise RuleBroken(mark("There is no sentence to sign off."))
    if found.open:
        raise RuleBroken(
            mark(
                "Some contributions are neither represented nor ticked off yet: %(count)s. Please "
                "look at them first."
            ),
            count=len(found.open),
        )
