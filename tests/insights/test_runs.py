"""Runs are snapshots, made in a process of their own, one at a time."""

import subprocess
import sys
from types import SimpleNamespace

import pytest
from sqlalchemy import select

from civicdialog.core.audit import name_of
from civicdialog.core.db import transaction
from civicdialog.core.errors import NotAllowed, RuleBroken
from civicdialog.core.jobs import Job, JobState, claim_job, doorbell
from civicdialog.core.permissions import Actor
from civicdialog.insights import actions, queries, tasks
from civicdialog.insights.building import build_topics
from civicdialog.insights.models import ClusterMember
from civicdialog.submissions.models import Status
from civicdialog.trace.models import Relation, TraceLink

WORDS = (
    "Ampel Kreuzung Fußgänger grün",
    "Baum Wasser Sommer gießen",
    "Kita Platz Anmeldung Eltern",
)


@pytest.fixture
def round(make, ada):
    round = make.round("voting")
    for n in range(24):
        make.submission(round, ada, title=f"{WORDS[n % 3]} {n}", problem=WORDS[n % 3])
    make.submission(round, ada, title="GEHEIM", status=Status.PENDING)
    return round


def test_a_run_holds_every_published_contribution_and_no_other(db, round):
    run = build_topics(Actor.system(), round)
    assert run.submission_count == 24
    assert len(db.session.scalars(select(ClusterMember)).all()) == 24
    assert sum(topic.size for topic in run.clusters) == 24


def test_the_same_contributions_give_the_same_topics(round):
    def told():
        run = build_topics(Actor.system(), round)
        return run.input_hash, [(t.label, t.size, t.central, t.summary) for t in run.clusters]

    assert told() == told()


def test_a_new_contribution_changes_the_fingerprint_of_the_input(make, ada, round):
    before = build_topics(Actor.system(), round).input_hash
    make.submission(round, ada, title="Etwas Neues")
    assert build_topics(Actor.system(), round).input_hash != before


def test_a_second_run_is_proposed_with_what_would_move(db, round):
    first = build_topics(Actor.system(), round).id
    round.topics_wanted = 2
    db.session.commit()
    second = build_topics(Actor.system(), round, seed=3)
    assert queries.current_run(round.id).id == second.previous_id == first
    assert queries.proposed_run(round.id).id == second.id
    before, after = (queries.groups_unrestricted(number) for number in (first, second.id))
    moves = {move["submission_id"]: (move["from_key"], move["to_key"]) for move in second.moved}
    assert moves
    assert moves == {
        number: (key, after[number]) for number, key in before.items() if key != after[number]
    }


def test_a_second_run_of_the_same_contributions_moves_nothing(round):
    build_topics(Actor.system(), round)
    again = build_topics(Actor.system(), round)
    assert again.moved == []
    assert [topic.key for topic in again.clusters] == [1, 2, 3]


def test_a_run_says_what_it_is_worth(round):
    run = build_topics(Actor.system(), round)
    assert 0 < run.largest_share <= 1
    assert run.modularity > 0
    assert run.stability is not None


def test_words_the_committee_left_out_make_no_topic(db, kim, round):
    words = ["Ampel", "Kreuzung"]
    actions.choose_settings(kim.as_actor(), round, topics_wanted=None, ignored_words=words)
    db.session.commit()
    run = build_topics(Actor.system(), round)
    told = {term for topic in run.clusters for term in topic.terms}
    assert run.settings["ignored_words"] == words
    assert told.isdisjoint(words)


def test_the_committee_decides_the_number_of_topics(db, round):
    round.topics_wanted = 2
    db.session.commit()
    run = build_topics(Actor.system(), round)
    assert len(run.clusters) == 2
    assert run.settings["topics_wanted"] == 2


def test_a_participant_asks_for_no_run(ada, round):
    with pytest.raises(NotAllowed):
        actions.request_topics(ada.as_actor(), round)


def test_one_job_is_open_at_a_time(kim, round):
    actions.request_topics(kim.as_actor(), round)
    with pytest.raises(RuleBroken):
        actions.request_topics(kim.as_actor(), round)


def test_an_empty_round_has_nothing_to_group(make, kim):
    with pytest.raises(RuleBroken):
        actions.request_topics(kim.as_actor(), make.round("voting"))


@pytest.fixture
def job(db, kim, round):
    with transaction():
        job = actions.request_topics(kim.as_actor(), round)
    return SimpleNamespace(id=job.id, subject=job.subject, round_id=round.id)


def test_the_worker_does_a_waiting_job_in_a_process_of_its_own(db, round, job):
    doorbell().duties[actions.RUN_TOPICS]()
    db.session.rollback()
    assert db.session.get_one(Job, job.id).state is JobState.DONE
    assert queries.latest_run(job.round_id).submission_count == 24


def test_a_job_is_taken_by_one_worker_only(job):
    with transaction():
        assert claim_job(job.id)
        assert not claim_job(job.id)


def test_a_cancelled_job_leaves_no_run(db, kim, round, job, monkeypatch):
    monkeypatch.setattr(tasks, "SECONDS_BETWEEN_REPORTS", 0)
    with transaction():
        claim_job(job.id)
    with transaction():
        actions.cancel_topics(kim.as_actor(), round)
    tasks.perform_job(job.id)
    assert queries.latest_run(round.id) is None
    assert db.session.get_one(Job, job.id).state is JobState.CANCELLED


def test_a_job_whose_process_dies_is_told_and_the_last_result_stays(db, round, job, monkeypatch):
    before = build_topics(Actor.system(), round).id
    dead = subprocess.CompletedProcess([], 1, b"", b"killed")
    monkeypatch.setattr(tasks.subprocess, "run", lambda *words, **options: dead)
    doorbell().duties[actions.RUN_TOPICS]()
    db.session.rollback()
    stored = db.session.get_one(Job, job.id)
    assert (stored.state, stored.error) == (JobState.FAILED, tasks.STOPPED)
    assert queries.latest_run(job.round_id).id == before


def test_jobs_are_named_by_their_round(round, job):
    assert job.subject == name_of(round)


def test_the_web_knows_no_numerical_library():
    code = (
        "import sys, tempfile; from civicdialog import create_app; "
        "from civicdialog.config import load_settings; "
        "create_app(load_settings({'CIVICDIALOG_INSTANCE_PATH': tempfile.mkdtemp()})); "
        "print([m for m in ('sklearn', 'numpy', 'scipy') if m in sys.modules])"
    )
    out = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert out.stdout.strip() == "[]"


def test_pages_are_drawn_without_the_numerical_libraries():
    code = (
        "import sys, tempfile; from civicdialog import create_app; "
        "from civicdialog.config import load_settings; from flask_migrate import upgrade; "
        "app = create_app(load_settings({'CIVICDIALOG_INSTANCE_PATH': tempfile.mkdtemp()})); "
        "app.app_context().push(); upgrade(); client = app.test_client(); "
        "codes = [client.get(path).status_code for path in ('/', '/rounds', '/committee')]; "
        "print(codes, [m for m in ('sklearn', 'numpy', 'scipy') if m in sys.modules])"
    )
    out = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert out.stdout.splitlines()[-1] == "[200, 200, 302] []"


@pytest.mark.parametrize(("count", "is_enough"), [(9, False), (10, True)])
def test_ten_contributions_are_needed(make, kim, ada, db, count, is_enough):
    round = make.round("voting")
    for _ in range(count):
        make.submission(round, ada)
    db.session.refresh(round, ["submission_count"])
    if is_enough:
        assert actions.request_topics(kim.as_actor(), round).state is JobState.WAITING
    else:
        with pytest.raises(RuleBroken):
            actions.request_topics(kim.as_actor(), round)


def test_the_thread_says_which_topic_a_contribution_went_into(db, round):
    build_topics(Actor.system(), round)
    links = db.session.scalars(select(TraceLink)).all()
    placed = db.session.execute(select(ClusterMember.submission_id, ClusterMember.cluster_id))
    assert {(link.from_id, link.to_id) for link in links} == {tuple(row) for row in placed}
    assert {link.relation for link in links} == {Relation.GROUPED_UNDER}


def test_a_proposed_run_makes_no_links(db, round):
    for seed in (0, 1):
        build_topics(Actor.system(), round, seed=seed)
    assert len(db.session.scalars(select(TraceLink)).all()) == 24
