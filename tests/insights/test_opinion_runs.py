"""Opinion runs: sums of secret votes, as snapshots that tell nothing of a single person."""

import json
import random
import subprocess
from datetime import timedelta

import pytest
import time_machine
from click.testing import CliRunner
from sqlalchemy import select, update

from civicdialog.analysis.run_file import as_bytes
from civicdialog.cli import main
from civicdialog.core import clock
from civicdialog.core.audit import AuditEntry, Event
from civicdialog.core.db import transaction
from civicdialog.core.errors import NotAllowed, RuleBroken
from civicdialog.core.jobs import Job, JobState, claim_job, doorbell
from civicdialog.core.permissions import Actor
from civicdialog.insights import actions, opinion_refresh, queries, tasks
from civicdialog.insights.building_opinions import build_opinions
from civicdialog.insights.export import opinion_export
from civicdialog.insights.keeping_opinions import KEPT
from civicdialog.insights.models import OpinionRun
from civicdialog.insights.opinion_refresh import ENOUGH, PAUSE, RUN_OPINIONS
from civicdialog.submissions.models import Status
from civicdialog.voting.actions import ImportedVote, detach_ballots, import_votes
from civicdialog.voting.models import Opinion, Participation, ParticipationKind, Vote

SYSTEM = Actor.system()
SUBMISSIONS, PEOPLE = 12, 40


def opinion(who, what):
    """Two camps: on the first eight submissions they differ, on the others they are at one."""
    draw = random.Random(f"{who} {what}").random()
    if draw < 0.05:
        return Opinion.PASS
    agrees = (who % 2 == 0) if what < 8 else what % 2 == 0
    return Opinion.AGREE if agrees is (draw < 0.95) else Opinion.DISAGREE


@pytest.fixture
def round(make, ada, vote):
    """A round in which 40 people voted on twelve contributions."""
    round = make.round("voting")
    for n in range(SUBMISSIONS):
        make.submission(round, ada, title=f"Vorschlag {n}")
    make.submission(round, ada, title="GEHEIM", status=Status.PENDING)
    vote(round, range(PEOPLE))
    return round


@pytest.fixture
def vote(db):
    """`vote(round, people)` has them vote on every contribution of the round."""
    from civicdialog.submissions.models import Submission

    def cast(round, people, *, submissions=None, opinion=opinion):
        ids = db.session.scalars(
            select(Submission.id)
            .where(Submission.round_id == round.id, Submission.status == Status.PUBLISHED)
            .order_by(Submission.id)
        ).all()
        with transaction():
            import_votes(
                SYSTEM,
                round,
                [
                    ImportedVote(f"p{who}", ids[what], opinion(who, what))
                    for who in people
                    for what in range(submissions or len(ids))
                ],
            )
        db.session.refresh(round)

    return cast


@pytest.fixture
def closed(round):
    """The round after its voting, ballots detached."""

    def close():
        with transaction():
            detach_ballots(SYSTEM, queries.round_with_phases_unrestricted(round.id))
        return round

    with time_machine.travel(clock.now() + timedelta(days=30), tick=False):
        yield close


def result_of(round):
    return queries.result_of(queries.newest_opinions(round.id))


# ---- what a run says ----------------------------------------------------------------------------


def test_a_run_holds_the_votes_on_everything_published_and_on_nothing_else(round):
    run = build_opinions(SYSTEM, round)
    assert (run.participant_count, run.vote_count) == (PEOPLE, PEOPLE * SUBMISSIONS)
    assert len(result_of(round)["statements"]) == SUBMISSIONS


def test_a_run_has_a_card(round):
    run = build_opinions(SYSTEM, round, seed=3)
    assert (run.seed, run.group_count, len(run.input_hash), len(run.result_hash)) == (3, 2, 64, 64)
    assert run.versions["numpy"]
    assert run.stability is not None


def test_the_camps_are_found_and_what_they_share(round):
    build_opinions(SYSTEM, round)
    shelves = [each["shelf"] for each in result_of(round)["statements"]]
    assert shelves.count("common") == 4
    assert shelves.count("divides") >= 6


def test_no_key_and_no_name_of_a_person_is_kept(db, ada, round):
    run = build_opinions(SYSTEM, round)
    stored = json.dumps([result_of(round), run.settings, run.versions])
    keys = db.session.scalars(select(Participation.id)).all()
    sources = db.session.scalars(select(Participation.source_key)).all()
    assert len(keys) == PEOPLE
    assert not [key for key in [*map(str, keys), *sources, ada.public_name] if key in stored]


def test_guests_are_counted_apart(db, round):
    some = db.session.scalars(select(Participation.id).order_by(Participation.id).limit(6)).all()
    db.session.execute(
        update(Participation).where(Participation.id.in_(some)).values(kind=ParticipationKind.GUEST)
    )
    db.session.commit()
    build_opinions(SYSTEM, round)
    result = result_of(round)
    first = result["statements"][0]
    total = sum(first["everybody"][side] for side in ("agree", "disagree", "pass"))
    accounts = sum(first["accounts"][side] for side in ("agree", "disagree", "pass"))
    assert (result["guests"], total, accounts) == (6, PEOPLE, PEOPLE - 6)


def test_important_marks_are_counted_once_five_people_made_them(db, round):
    ids = db.session.scalars(select(Vote.submission_id).distinct().order_by(Vote.submission_id))
    first, second, *_ = ids.all()
    for submission, count in ((first, 6), (second, 4)):
        marked = db.session.scalars(
            select(Vote.participation_id).where(Vote.submission_id == submission).limit(count)
        ).all()
        db.session.execute(
            update(Vote)
            .where(Vote.submission_id == submission, Vote.participation_id.in_(marked))
            .values(important=True)
        )
    db.session.commit()
    build_opinions(SYSTEM, round)
    counts = sorted(str(each["important"]) for each in result_of(round)["statements"])
    assert counts == ["0"] * 10 + ["6", "None"]


def test_the_same_votes_give_the_same_bytes_whoever_cast_them(db, round, closed):
    before = build_opinions(SYSTEM, round)
    hashes = before.input_hash, before.result_hash
    # New random keys put the ballots into another order.
    for old in db.session.scalars(select(Participation.id)).all():
        new = random.Random(old).getrandbits(50)
        row = db.session.get(Participation, old)
        db.session.add(Participation(id=new, round_id=row.round_id))
        db.session.flush()
        db.session.execute(
            update(Vote).where(Vote.participation_id == old).values(participation_id=new)
        )
        db.session.delete(row)
    db.session.delete(db.session.get(OpinionRun, before.id))
    db.session.commit()
    again = build_opinions(SYSTEM, round)
    assert (again.input_hash, again.result_hash) == hashes


def test_before_and_after_detachment_the_result_is_the_same(db, round, closed):
    before = build_opinions(SYSTEM, round)
    hashes = before.input_hash, before.result_hash
    closed()
    db.session.delete(db.session.get(OpinionRun, before.id))
    db.session.commit()
    again = build_opinions(SYSTEM, round)
    assert (again.input_hash, again.result_hash) == hashes


def test_nothing_new_makes_no_second_run(round):
    assert build_opinions(SYSTEM, round).id == build_opinions(SYSTEM, round).id


def test_groups_keep_their_keys_in_the_next_run(round, vote):
    build_opinions(SYSTEM, round)
    before = {group["key"]: group["size"] for group in result_of(round)["groups"]}
    vote(round, range(PEOPLE, PEOPLE + 11), opinion=lambda who, what: opinion(1, what))
    build_opinions(SYSTEM, round)
    after = {group["key"]: group["size"] for group in result_of(round)["groups"]}
    grown = [key for key, size in after.items() if size > before[key] + 5]
    assert before.keys() == after.keys()
    assert len(grown) == 1


# ---- who may, and when --------------------------------------------------------------------------


@pytest.fixture
def committee(kim):
    return kim.as_actor()


@pytest.fixture
def participant(ada):
    return ada.as_actor()


def request(actor, round):
    with transaction():
        whole = queries.round_with_phases_unrestricted(round.id)
        return actions.request_opinions(actor, whole).state


def test_a_participant_asks_for_no_run(participant, round):
    with pytest.raises(NotAllowed):
        request(participant, round)


def test_the_committee_asks_for_a_run_and_the_minutes_say_so(db, committee, round):
    assert request(committee, round) is JobState.WAITING
    assert Event.OPINIONS_REQUESTED in db.session.scalars(select(AuditEntry.event)).all()


def test_a_round_without_votes_has_nothing_to_sum_up(make, committee):
    with pytest.raises(RuleBroken):
        request(committee, make.round("voting"))


@pytest.mark.parametrize(("count", "is_enough"), [(1, False), (ENOUGH - 1, False), (ENOUGH, True)])
def test_two_runs_never_differ_by_a_few_votes(committee, round, vote, count, is_enough):
    build_opinions(SYSTEM, round)
    vote(round, range(PEOPLE, PEOPLE + count), submissions=1)
    if is_enough:
        assert request(committee, round) is JobState.WAITING
    else:
        with pytest.raises(RuleBroken):
            request(committee, round)
        with pytest.raises(RuleBroken):
            build_opinions(SYSTEM, round)


def test_changed_votes_count_as_new_ones(db, round, vote):
    build_opinions(SYSTEM, round)
    vote(round, range(PEOPLE), submissions=1, opinion=lambda who, what: Opinion.PASS)
    changed = opinion_refresh.changed_votes(round.id, queries.newest_opinions(round.id))
    before = [opinion(who, 0) for who in range(PEOPLE)]
    assert changed == sum(each is not Opinion.PASS for each in before)


def test_hidden_sums_are_not_taken_for_new_votes(make, ada, round, vote):
    make.submission(round, ada)
    vote(round, range(3))
    build_opinions(SYSTEM, round)
    assert result_of(round)["votes"] == PEOPLE * SUBMISSIONS + 3
    assert opinion_refresh.changed_votes(round.id, queries.newest_opinions(round.id)) == 0


def is_due(round):
    return opinion_refresh.is_due(queries.round_with_phases_unrestricted(round.id))


def test_the_first_run_is_due_with_twenty_votes(make, ada, vote):
    round = make.round("voting")
    make.submission(round, ada)
    vote(round, range(ENOUGH - 1))
    assert not is_due(round)
    vote(round, range(ENOUGH))
    assert is_due(round)


def test_the_next_run_is_due_after_twenty_votes_and_ten_minutes(db, round, vote):
    perform(round)
    vote(round, range(PEOPLE, PEOPLE + ENOUGH), submissions=1)
    assert not is_due(round)
    with time_machine.travel(clock.now() + PAUSE, tick=False):
        assert is_due(round)


def test_new_topics_make_a_run_due(db, round, keep):
    perform(round)
    with time_machine.travel(clock.now() + PAUSE, tick=False):
        assert not is_due(round)
        keep(round, {"Topic": published(db, round)})
        assert is_due(round)


def published(db, round):
    from civicdialog.submissions.models import Submission

    return db.session.scalars(
        select(Submission).where(
            Submission.round_id == round.id, Submission.status == Status.PUBLISHED
        )
    ).all()


def test_opinions_are_summed_up_by_the_topics_that_hold(db, round, keep):
    first, *rest = published(db, round)
    run = keep(round, {"One": [first], "Others": rest})
    opinions = build_opinions(SYSTEM, round)
    assert opinions.cluster_run_id == run.id
    assert [topic["statements"] for topic in result_of(round)["topics"]] == [1, SUBMISSIONS - 1]


def test_after_the_voting_a_last_run_is_due_once(round, vote, closed):
    with time_machine.travel(clock.now() - timedelta(days=30), tick=False):
        perform(round)
        vote(round, [PEOPLE])
    assert is_due(round)
    perform(round)
    assert queries.newest_opinions(round.id).participant_count == PEOPLE + 1
    with time_machine.travel(clock.now() + timedelta(days=1), tick=False):
        assert not is_due(round)


def test_a_last_run_looks_even_where_counters_say_that_nothing_is_new(round, closed):
    with time_machine.travel(clock.now() - timedelta(days=30), tick=False):
        perform(round)
    assert is_due(round)
    perform(round)
    assert not is_due(round)


def perform(round):
    """The duty of the worker, with the child's work done here."""
    with transaction():
        round = queries.round_with_phases_unrestricted(round.id)
        job = actions.request_opinions(SYSTEM, round).id
    with transaction():
        claim_job(job)
    tasks.perform_job(job)


# ---- in the background --------------------------------------------------------------------------


def test_the_worker_sums_up_in_a_process_of_its_own(db, round):
    number = round.id
    doorbell().duties[RUN_OPINIONS]()
    db.session.rollback()
    job = db.session.scalars(select(Job).where(Job.kind == RUN_OPINIONS)).one()
    assert job.state is JobState.DONE
    assert queries.newest_opinions(number).vote_count == PEOPLE * SUBMISSIONS


def test_a_run_that_fails_leaves_the_last_result(db, committee, round, vote, monkeypatch):
    number, before = round.id, build_opinions(SYSTEM, round).id
    vote(round, range(PEOPLE, PEOPLE + ENOUGH))
    request(committee, round)
    dead = subprocess.CompletedProcess([], 1, b"", b"killed")
    monkeypatch.setattr(tasks.subprocess, "run", lambda *words, **options: dead)
    doorbell().duties[RUN_OPINIONS]()
    db.session.rollback()
    job = db.session.scalars(select(Job).where(Job.kind == RUN_OPINIONS)).one()
    assert (job.state, job.error) == (JobState.FAILED, tasks.STOPPED)
    assert queries.newest_opinions(number).id == before


def test_every_card_stays_and_the_newest_results_whole(db, round, monkeypatch):
    monkeypatch.setattr("civicdialog.insights.keeping_opinions.KEPT", 2)
    runs = [build_opinions(SYSTEM, round, seed=seed).id for seed in range(4)]
    kept = dict(db.session.execute(select(OpinionRun.id, OpinionRun.result)).all())
    assert sorted(kept) == runs
    assert [bool(kept[number]) for number in runs] == [False, False, True, True]
    assert KEPT > 2


# ---- calculating again --------------------------------------------------------------------------


@pytest.fixture
def check(tmp_path):
    """`check(run)` exports a run and has the command calculate it again."""

    def command(run, change=None):
        path = tmp_path / "run.json"
        values = opinion_export(run)
        if change:
            change(values)
        path.write_bytes(as_bytes(values))
        return CliRunner().invoke(main, ["verify-run", str(path)])

    return command


def test_ballots_are_not_exported_while_they_hang_on_people(round):
    with pytest.raises(RuleBroken, match="every ballot"):
        opinion_export(build_opinions(SYSTEM, round))


def test_the_last_run_is_the_same_when_it_is_calculated_again(round, vote, closed, check):
    with time_machine.travel(clock.now() - timedelta(days=30), tick=False):
        build_opinions(SYSTEM, round)
        vote(round, range(PEOPLE, PEOPLE + 5))
    closed()
    run = build_opinions(SYSTEM, round)
    answer = check(run)
    assert answer.exit_code == 0, answer.output
    assert f"The same: {PEOPLE + 5} participants" in answer.output


def test_a_run_with_other_votes_is_not_exported(round, vote, closed):
    with time_machine.travel(clock.now() - timedelta(days=30), tick=False):
        early = build_opinions(SYSTEM, round)
        vote(round, [PEOPLE])
    closed()
    with pytest.raises(RuleBroken, match="have changed"):
        opinion_export(early)


def test_a_file_with_another_ballot_ends_with_one(round, closed, check):
    closed()
    run = build_opinions(SYSTEM, round)

    def change(values):
        ballot = values["input"]["ballots"][0]
        ballot["agree"], ballot["disagree"] = ballot["disagree"], ballot["agree"]

    answer = check(run, change)
    assert answer.exit_code == 1
    assert "the ballots in the file are not those that were counted" in answer.output


def test_a_file_without_ballots_ends_with_two(round, closed, check):
    closed()
    answer = check(build_opinions(SYSTEM, round), lambda values: values.pop("input"))
    assert answer.exit_code == 2


def test_the_file_holds_no_key_of_a_person(db, ada, round, closed):
    closed()
    text = as_bytes(opinion_export(build_opinions(SYSTEM, round))).decode()
    keys = [*map(str, db.session.scalars(select(Participation.id)))]
    assert not [key for key in [*keys, ada.public_name] if key in text]
