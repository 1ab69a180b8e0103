"""People over the machine: correcting topics, taking corrections back, answering authors' doubts."""

from collections.abc import Collection, Sequence

from sqlalchemy import func, select

from civicdialog.core import clock
from civicdialog.core.audit import Event, record
from civicdialog.core.db import db, insert_into
from civicdialog.core.errors import NotFound, RuleBroken
from civicdialog.core.i18n import mark
from civicdialog.core.permissions import Actor, Permission, Role, require
from civicdialog.insights import corrections_queries as queries
from civicdialog.insights import keeping
from civicdialog.insights.corrections_keeping import bring_in
from civicdialog.insights.models import (
    LONGEST_LABEL,
    Cluster,
    ClusterRun,
    Deed,
    RunStatus,
    TopicCorrection,
    TopicDoubt,
)
from civicdialog.submissions.models import Submission
from civicdialog.submissions.texts import cleaned, cleaned_line
from civicdialog.trace.links import add_link
from civicdialog.trace.models import Relation

LONGEST_REASON = 2_000
LONGEST_SUGGESTION = 500
MOST_AT_ONCE = 200


class Overtaken(RuleBroken):
    """Somebody else has corrected the same thing meanwhile."""


def rename_topic(
    actor: Actor, run: ClusterRun, key: int, *, label: str, reason: str, seen: int
) -> TopicCorrection:
    """Give a topic another name; the next run keeps it.

    :raise RuleBroken: if the name is missing, too long or taken, or no reason is given
    """
    require(actor, Permission.TOPICS_DECIDE)
    reason = _reason(reason)
    topics = _held(run, seen, keys={key})
    label = _name(label, topics, key)
    correction = _add(actor, run, Deed.RENAMED, key, reason, label=label)
    bring_in(run)
    record(actor, Event.TOPIC_CORRECTED, run, deed=Deed.RENAMED.value, topic=key)
    return correction


def merge_topics(
    actor: Actor, run: ClusterRun, key: int, *, into: int, reason: str, seen: int
) -> TopicCorrection:
    """Let a topic go into another one; the next run keeps them together.

    :raise RuleBroken: if it is the same topic, or no reason is given
    """
    require(actor, Permission.TOPICS_DECIDE)
    reason = _reason(reason)
    topics = _held(run, seen, keys={key, into})
    if key == into or into not in topics:
        raise RuleBroken(mark("Please choose another topic."), field="into")
    correction = _add(
        actor, run, Deed.MERGED, into, reason, other_key=key, label=topics[into].label
    )
    bring_in(run)
    record(actor, Event.TOPIC_CORRECTED, run, deed=Deed.MERGED.value, topic=into)
    return correction


def place_submissions(
    actor: Actor,
    run: ClusterRun,
    ids: Collection[int],
    *,
    target: int | None,
    new_label: str = "",
    reason: str,
    seen: int,
) -> list[TopicCorrection]:
    """Put contributions into a topic, or pin them where they lie; without a target into a new one.

    :raise RuleBroken: if none is chosen, a name or reason is missing, or one of them is the own
    """
    require(actor, Permission.TOPICS_DECIDE)
    reason = _reason(reason)
    topics = _held(run, seen, ids=ids)
    chosen = _chosen(actor, run, ids)
    made: list[TopicCorrection] = []
    if target is None:
        label = _name(new_label, topics, None, field="new_label")
        key = _next_key(run)
        made.append(_add(actor, run, Deed.ADDED, key, reason, label=label))
    elif target in topics:
        key, label = target, topics[target].label
    else:
        raise RuleBroken(mark("Please choose a topic."), field="target")
    for submission, before in chosen:
        deed = Deed.PINNED if before == key else Deed.MOVED
        made.append(
            _add(actor, run, deed, key, reason, other_key=before, of=submission.id, label=label)
        )
    bring_in(run)
    _link(actor, run, [submission for submission, _ in chosen], key, reason)
    record(
        actor, Event.TOPIC_CORRECTED, run, deed=made[-1].deed.value, topic=key, count=len(chosen)
    )
    return made


def mark_off_topic(
    actor: Actor, run: ClusterRun, ids: Collection[int], *, reason: str, seen: int
) -> list[TopicCorrection]:
    """Say that contributions do not belong to the question of the round; they stay readable.

    :raise RuleBroken: if none is chosen, no reason is given, or one of them is the own
    """
    require(actor, Permission.TOPICS_DECIDE)
    reason = _reason(reason)
    topics = _held(run, seen, ids=ids)
    known = queries.corrected(run.round_id).off_topic
    made = []
    for submission, key in _chosen(actor, run, ids):
        if submission.id in known:
            continue
        label = topics[key].label
        made.append(_add(actor, run, Deed.OFF_TOPIC, key, reason, of=submission.id, label=label))
        add_link(actor, submission, submission, Relation.OFF_TOPIC, reason=reason)
    record(actor, Event.TOPIC_CORRECTED, run, deed=Deed.OFF_TOPIC.value, count=len(made))
    return made


def undo_correction(
    actor: Actor, run: ClusterRun, correction: TopicCorrection, *, reason: str
) -> TopicCorrection:
    """Take a correction back by a new deed; both stay readable.

    :raise RuleBroken: if that has been done, no reason is given, or the new topic is in use
    """
    require(actor, Permission.TOPICS_DECIDE)
    reason = _reason(reason)
    _held(run, queries.newest_id(run.round_id))
    holds = {each.id for each in db.session.scalars(queries.active(run.round_id))}
    if correction.id not in holds:
        raise Overtaken(mark("This correction has already been taken back."))
    if correction.deed is Deed.ADDED and correction.topic_key in set(
        queries.corrected(run.round_id).places.values()
    ):
        raise RuleBroken(mark("Please take back first what was put into this topic."))
    undone = _add(
        actor, run, Deed.UNDONE, correction.topic_key, reason, other_key=correction.other_key,
        of=correction.submission_id, label=correction.label,
    )  # fmt: skip
    undone.undoes_id = correction.id
    bring_in(run)
    if correction.submission_id is not None:
        submission = db.session.get_one(Submission, correction.submission_id)
        add_link(actor, submission, submission, Relation.PLACE_UNDONE, reason=reason)
    record(
        actor, Event.TOPIC_CORRECTION_UNDONE, run, deed=correction.deed.value, topic=correction.topic_key
    )  # fmt: skip
    return undone


def doubt_place(actor: Actor, submission: Submission, suggestion: str = "") -> None:
    """Say that the own contribution does not fit its topic; saying it twice makes one doubt.

    :raise RuleBroken: if it is in no topic, or the word is too long
    """
    require(actor, Permission.TOPIC_DOUBT, submission)
    suggestion = cleaned(suggestion)
    if len(suggestion) > LONGEST_SUGGESTION:
        raise RuleBroken(
            mark("Please use at most %(most)s characters."),
            field="suggestion",
            most=LONGEST_SUGGESTION,
        )
    topic = queries.current_topic(submission)
    if topic is None or not submission.is_public:
        raise RuleBroken(mark("This contribution is in no topic yet."))
    statement = insert_into(TopicDoubt).values(
        round_id=submission.round_id, submission_id=submission.id, topic_key=topic.key,
        suggestion=suggestion, at=clock.now(), answer="",
    )  # fmt: skip
    db.session.execute(statement.on_conflict_do_nothing())
    record(actor, Event.TOPIC_DOUBTED, submission, topic=topic.key)


def answer_doubt(
    actor: Actor, run: ClusterRun, doubt: TopicDoubt, *, target: int, reason: str, seen: int
) -> None:
    """Move the contribution, or keep it where it is, and tell its author why.

    :raise RuleBroken: if somebody has answered, no reason is given, or it is the own contribution
    """
    require(actor, Permission.TOPICS_DECIDE)
    reason = _reason(reason)
    keeping.hold(run.round_id)
    db.session.refresh(doubt)
    if doubt.answered_at is not None:
        raise Overtaken(mark("Somebody else has answered this doubt in the meantime."))
    submission, key = _chosen(actor, run, [doubt.submission_id])[0]
    is_kept = key == target
    if is_kept:
        add_link(actor, submission, submission, Relation.PLACE_KEPT, reason=reason)
    else:
        place_submissions(actor, run, [submission.id], target=target, reason=reason, seen=seen)
    doubt.answer, doubt.answered_by_id, doubt.answered_at = reason, actor.id, clock.now()
    db.session.flush()
    record(actor, Event.TOPIC_DOUBT_ANSWERED, submission, kept=is_kept)


# ---- checks and rows ----------------------------------------------------------------------------


def _reason(typed: str) -> str:
    reason = cleaned(typed)
    if not reason:
        raise RuleBroken(mark("Please give a reason."), field="reason")
    if len(reason) > LONGEST_REASON:
        raise RuleBroken(
            mark("Please use at most %(most)s characters."), field="reason", most=LONGEST_REASON
        )
    return reason


def _held(
    run: ClusterRun, seen: int, *, keys: Collection[int] = (), ids: Collection[int] = ()
) -> dict[int, Cluster]:
    """The topics of the run that holds, while others wait; what was overtaken is refused."""
    keeping.hold(run.round_id)
    db.session.refresh(run, ["status"])
    if run.status is not RunStatus.CURRENT:
        raise Overtaken(
            mark("Another version of the topics holds by now. Please look at it first.")
        )
    for each in queries.since(run.round_id, seen):
        if {each.topic_key, each.other_key} & set(keys) or each.submission_id in set(ids):
            raise Overtaken(
                mark(
                    "Somebody else has corrected the same thing in the meantime. Please look first."
                )
            )
    topics = {topic.key: topic for topic in queries.all_topics(run.id) if not topic.retired}
    if not set(keys) <= topics.keys():
        raise Overtaken(mark("This topic is no longer there. Please look first."))
    return topics


def _name(typed: str, topics: dict[int, Cluster], own: int | None, field: str = "label") -> str:
    name = cleaned_line(typed)
    if not name or name.isdecimal():
        raise RuleBroken(mark("Please give the topic a name."), field=field)
    if len(name) > LONGEST_LABEL:
        raise RuleBroken(
            mark("Please use at most %(most)s characters."), field=field, most=LONGEST_LABEL
        )
    others = {topic.label.casefold() for key, topic in topics.items() if key != own}
    if name.casefold() in others:
        raise RuleBroken(
            mark("Another topic has this name. You can merge the two instead."), field=field
        )
    return name


def _chosen(
    actor: Actor, run: ClusterRun, ids: Collection[int]
) -> Sequence[tuple[Submission, int]]:
    """The contributions with the topics they lie in; nobody decides on their own."""
    if not ids:
        raise RuleBroken(mark("Please choose at least one contribution."), field="ids")
    if len(ids) > MOST_AT_ONCE:
        raise RuleBroken(
            mark("Please choose at most %(most)s contributions."), field="ids", most=MOST_AT_ONCE
        )
    found = queries.with_keys(run.id, ids)
    if len(found) < len(set(ids)):
        raise NotFound("submission")
    if any(actor.id is not None and each.author_id == actor.id for each, _ in found):
        raise RuleBroken(mark("Somebody else has to decide on your own contribution."), field="ids")
    return found


def _next_key(run: ClusterRun) -> int:
    used = select(func.max(Cluster.key)).join(ClusterRun).where(ClusterRun.round_id == run.round_id)
    return int(db.session.scalar(used) or 0) + 1


def _add(
    actor: Actor,
    run: ClusterRun,
    deed: Deed,
    key: int,
    reason: str,
    *,
    label: str = "",
    other_key: int | None = None,
    of: int | None = None,
) -> TopicCorrection:
    role = next((each for each in (Role.COMMITTEE, Role.EDITOR) if each in actor.roles), None)
    correction = TopicCorrection(
        round_id=run.round_id,
        deed=deed,
        topic_key=key,
        other_key=other_key,
        submission_id=of,
        label=label,
        reason=reason,
        actor_id=actor.id,
        actor_role=role.value if role else "",
    )
    db.session.add(correction)
    db.session.flush()
    return correction


def _link(
    actor: Actor, run: ClusterRun, chosen: Sequence[Submission], key: int, reason: str
) -> None:
    """Say in the thread of each contribution where people put it, and why."""
    topic = next(each for each in queries.all_topics(run.id) if each.key == key)
    for submission in chosen:
        add_link(actor, submission, topic, Relation.PLACED_UNDER, reason=reason)
