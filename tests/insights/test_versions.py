"""The first run holds at once; every later one is proposed, and people decide."""

import pytest
from sqlalchemy import select

from civicdialog.core.audit import AuditEntry, Event
from civicdialog.core.errors import NotAllowed, RuleBroken
from civicdialog.core.permissions import Actor
from civicdialog.insights import actions, queries
from civicdialog.insights.keeping import Place
from civicdialog.insights.models import ClusterMember, ClusterRun, RunStatus, SubmissionVector
from civicdialog.trace.models import Relation, TraceLink


@pytest.fixture
def round(make):
    return make.round("voting")


@pytest.fixture
def three(make, round, ada):
    return [make.submission(round, ada) for _ in range(3)]


@pytest.fixture
def first(keep, round, three):
    return keep(round, {"Trees": three[:2], "Roads": three[2:]})


@pytest.fixture
def second(keep, round, three, first):
    """Roads go on, trees do not."""
    return keep(
        round,
        {"Roads": three[1:], "Schools": three[:1]},
        previous=first,
        keys={0: 2},
        moved=[(three[1].id, 1, 0), (three[0].id, 1, 1)],
    )


def valid_links(db):
    found = db.session.scalars(
        select(TraceLink).where(
            TraceLink.superseded_by_id.is_(None), TraceLink.relation == Relation.GROUPED_UNDER
        )
    )
    return {(link.from_id, link.to_id) for link in found}


def places(db, run):
    rows = db.session.execute(
        select(ClusterMember.submission_id, ClusterMember.cluster_id).where(
            ClusterMember.cluster_id.in_([topic.id for topic in run.clusters])
        )
    )
    return {tuple(row) for row in rows}


def events(db):
    return list(db.session.scalars(select(AuditEntry.event).order_by(AuditEntry.id)))


def test_the_first_run_of_a_round_holds_at_once(round, first):
    assert queries.current_run(round.id) is first
    assert queries.proposed_run(round.id) is None


def test_a_later_run_is_proposed_and_changes_nothing_people_see(db, round, first, second):
    assert queries.proposed_run(round.id) is second
    assert queries.current_run(round.id) is first
    assert queries.run_with_topics(round.id) is first
    assert valid_links(db) == places(db, first)


def test_a_newer_proposal_takes_the_place_of_one_nobody_decided_on(
    db, keep, round, three, first, second
):
    third = keep(round, {"All": three})
    db.session.refresh(second)
    assert second.status is RunStatus.SUPERSEDED
    assert queries.proposed_run(round.id) is third
    assert queries.current_run(round.id) is first


def test_rounds_do_not_know_each_others_runs(keep, make, ada, round, first):
    other = make.round("voting")
    run = keep(other, {"Trees": [make.submission(other, ada)]})
    assert run.status is RunStatus.CURRENT
    assert queries.current_runs([round.id, other.id]) == {round.id: first, other.id: run}


def test_topics_are_numbered_from_one_inside_their_round(first):
    assert [topic.key for topic in first.clusters] == [1, 2]


def test_a_topic_that_goes_on_keeps_its_number_and_a_new_one_gets_an_unused_one(second):
    assert [(topic.label, topic.key) for topic in second.clusters] == [("Roads", 2), ("Schools", 3)]


def test_the_number_of_a_topic_that_is_gone_is_never_given_again(keep, round, three, second):
    third = keep(round, {"All": three})
    assert [topic.key for topic in third.clusters] == [4]


def test_a_proposal_says_what_would_move_by_the_numbers_of_the_topics(first, second, three):
    assert second.previous_id == first.id
    assert second.moved == [
        {"submission_id": three[1].id, "from_key": 1, "to_key": 2},
        {"submission_id": three[0].id, "from_key": 1, "to_key": 3},
    ]


def test_an_adopted_run_holds_and_the_one_before_stays_readable(db, kim, round, first, second):
    actions.adopt_run(kim.as_actor(), second, reason="It tells more.")
    db.session.commit()
    assert queries.current_run(round.id) is second
    assert queries.proposed_run(round.id) is None
    assert queries.run_with_topics(round.id, first.id).status is RunStatus.SUPERSEDED
    assert (second.decided_by_id, second.decision_reason) == (kim.id, "It tells more.")
    assert events(db)[-1] is Event.TOPICS_ADOPTED


def test_the_thread_follows_an_adopted_run(db, kim, first, second):
    actions.adopt_run(kim.as_actor(), second)
    db.session.commit()
    assert valid_links(db) == places(db, second)
    old = db.session.scalars(select(TraceLink).where(TraceLink.superseded_by_id.is_not(None)))
    assert {(link.from_id, link.to_id) for link in old} == places(db, first)


def test_a_refused_run_changes_nothing_and_keeps_the_reason(db, kim, round, first, second):
    actions.reject_run(kim.as_actor(), second, reason=" Trees must stay. ")
    db.session.commit()
    assert queries.current_run(round.id) is first
    assert queries.proposed_run(round.id) is None
    assert (second.status, second.decision_reason) == (RunStatus.REJECTED, "Trees must stay.")
    assert valid_links(db) == places(db, first)
    assert events(db)[-1] is Event.TOPICS_REJECTED


@pytest.mark.parametrize("reason", ["", "  \n", "a" * 2001])
def test_refusing_needs_a_reason_of_sensible_length(kim, second, reason):
    with pytest.raises(RuleBroken) as error:
        actions.reject_run(kim.as_actor(), second, reason=reason)
    assert error.value.field == "reason"
    assert second.status is RunStatus.PROPOSED


@pytest.mark.parametrize("decide", ["adopt", "reject"])
def test_nobody_decides_twice(db, kim, ed, second, decide):
    actions.adopt_run(kim.as_actor(), second)
    db.session.commit()
    with pytest.raises(RuleBroken):
        if decide == "adopt":
            actions.adopt_run(ed.as_actor(), second)
        else:
            actions.reject_run(ed.as_actor(), second, reason="Too late.")
    assert second.decided_by_id == kim.id


@pytest.mark.parametrize("who", ["ada", "mo"])
def test_only_committee_and_editors_decide(request, second, who):
    actor = request.getfixturevalue(who).as_actor()
    with pytest.raises(NotAllowed):
        actions.adopt_run(actor, second)
    with pytest.raises(NotAllowed):
        actions.reject_run(actor, second, reason="No.")


def test_what_came_after_the_adopted_run_was_made_is_read_again(db, kim, make, round, second):
    late = make.submission(round)
    make.keep(SubmissionVector(submission_id=late.id, seen_version=late.version))
    make.keep(SubmissionVector(submission_id=second.moved[0]["submission_id"], seen_version=1))
    actions.adopt_run(kim.as_actor(), second)
    db.session.commit()
    db.session.expire_all()
    seen = db.session.scalars(
        select(SubmissionVector.seen_version).order_by(SubmissionVector.submission_id)
    )
    assert list(seen) == [1, 0]


# ---- placed later -------------------------------------------------------------------------------


def place(submission, position=0):
    return Place(submission.id, position, 1, 0.6, fits=True, reasons=("trees",))


def test_a_later_contribution_gets_a_place_and_a_link(db, make, round, first):
    late = make.submission(round)
    actions.place_later(Actor.system(), first, [place(late)])
    db.session.commit()
    assert queries.groups_unrestricted(first.id)[late.id] == 1
    assert (late.id, first.clusters[0].id) in valid_links(db)
    assert events(db)[-1] is Event.SUBMISSIONS_PLACED


def test_a_later_contribution_is_counted_apart_from_the_run(db, make, round, first):
    actions.place_later(Actor.system(), first, [place(make.submission(round)) for _ in range(2)])
    db.session.commit()
    db.session.refresh(first.clusters[0])
    assert (first.clusters[0].size, first.clusters[0].later_count) == (2, 2)
    assert first.submission_count == 3


def test_a_contribution_is_placed_once(db, make, round, first, three):
    late = make.submission(round)
    for _ in range(2):
        actions.place_later(Actor.system(), first, [place(late, 1), place(three[0], 1)])
        db.session.commit()
    keys = queries.groups_unrestricted(first.id)
    assert (keys[late.id], keys[three[0].id]) == (2, 1)


def test_nothing_is_placed_in_a_run_that_holds_no_longer(db, kim, make, round, first, second):
    actions.adopt_run(kim.as_actor(), second)
    db.session.commit()
    with pytest.raises(RuleBroken):
        actions.place_later(Actor.system(), first, [place(make.submission(round))])


def test_adopting_a_run_moves_the_links_of_what_was_placed_later(db, kim, keep, make, round, first):
    late = make.submission(round)
    actions.place_later(Actor.system(), first, [place(late)])
    run = keep(round, {"All": [late]})
    actions.adopt_run(kim.as_actor(), run)
    db.session.commit()
    assert (late.id, run.clusters[0].id) in valid_links(db)
    assert sum(1 for origin, _ in valid_links(db) if origin == late.id) == 1


def test_two_runs_never_hold_at_the_same_time(db, make, round, first):
    from sqlalchemy.exc import IntegrityError

    with pytest.raises(IntegrityError):
        make.keep(
            ClusterRun(round_id=round.id, seed=0, settings={}, versions={}, input_hash="",
                       submission_count=0, seconds=0, status=RunStatus.CURRENT)
        )  # fmt: skip
    db.session.rollback()
