"""What is new finds its place, and what says the same as something else is noticed."""

import subprocess
from datetime import timedelta

import pytest
from sqlalchemy import func, select

from civicdialog.analysis import sentence_vectors
from civicdialog.core import clock
from civicdialog.core.audit import AuditEntry, Event
from civicdialog.core.db import transaction
from civicdialog.core.jobs import Job, JobState, doorbell
from civicdialog.core.permissions import Actor
from civicdialog.insights import actions, queries, tasks
from civicdialog.insights.building import build_topics
from civicdialog.insights.models import (
    ClusterMember,
    SimilarKind,
    SimilarPair,
    SubmissionVector,
)
from civicdialog.insights.taking_in import take_in
from civicdialog.moderation.actions import publish
from civicdialog.submissions.actions import SubmissionDraft, create_submission
from civicdialog.submissions.models import Status, Submission

WORDS = (
    "Ampel Kreuzung Fußgänger grün",
    "Baum Wasser Sommer gießen",
    "Kita Platz Anmeldung Eltern",
)
needs_encoder = pytest.mark.skipif(
    not sentence_vectors.available(), reason="the extra 'semantic' is not installed"
)


@pytest.fixture
def round(make, ada):
    """A round with twenty contributions on three things, each in words of its own."""
    round = make.round("open")
    for n in range(20):
        make.submission(
            round, ada, title=f"{WORDS[n % 3]} {n}", problem=f"Wunsch {n}: {WORDS[n % 3]}.",
            solution="",
        )  # fmt: skip
    return round


@pytest.fixture
def moderator(mo):
    return mo.as_actor()


@pytest.fixture
def author(ada):
    return ada.as_actor()


@pytest.fixture
def run(round):
    return build_topics(Actor.system(), round)


def news(round):
    take_in(round.id, lambda share, step: None)


def late(make, round, n=0, **values):
    return make.submission(
        round, title=f"{WORDS[n]} neu", problem=f"Neu: {WORDS[n]}.", solution="", **values
    )


def home_of(db, submission):
    return db.session.scalar(
        select(ClusterMember).where(ClusterMember.submission_id == submission.id)
    )


def pairs(db):
    rows = db.session.execute(
        select(SimilarPair.submission_id, SimilarPair.other_id, SimilarPair.kind)
    )
    return {tuple(row) for row in rows}


# ---- places -------------------------------------------------------------------------------------


def test_a_new_contribution_joins_the_topic_of_those_like_it(db, make, round, run):
    new = late(make, round)
    news(round)
    home = home_of(db, new)
    alike = db.session.scalars(
        select(ClusterMember.submission_id).where(ClusterMember.cluster_id == home.cluster_id)
    )
    titles = {db.session.get(Submission, number).title for number in alike}
    assert all(title.startswith("Ampel") for title in titles)
    assert home.placed_later
    assert home.fits


def test_the_place_of_a_new_contribution_has_reasons(db, make, round, run):
    new = late(make, round)
    news(round)
    assert home_of(db, new).reasons


def test_what_is_not_published_has_no_place(db, make, round, run):
    new = late(make, round, status=Status.PENDING)
    news(round)
    assert home_of(db, new) is None


def test_a_contribution_gets_its_place_once_it_is_published(db, make, moderator, round, run):
    new = late(make, round, status=Status.PENDING)
    news(round)
    with transaction():
        publish(moderator, db.session.get(Submission, new.id))
    assert queries.rounds_with_news_unrestricted() == [round.id]
    news(round)
    assert home_of(db, new).placed_later


def test_before_the_first_run_nothing_has_a_place(db, make, round):
    news(round)
    assert db.session.scalar(select(func.count()).select_from(ClusterMember)) == 0


def test_what_was_taken_in_is_no_news_any_more(make, round):
    assert queries.rounds_with_news_unrestricted() == [round.id]
    news(round)
    assert queries.rounds_with_news_unrestricted() == []


def test_what_is_neither_waiting_nor_published_is_no_news(make, ada):
    round = make.round()
    for status in (Status.REJECTED, Status.WITHDRAWN, Status.HIDDEN):
        make.submission(round, ada, status=status)
    assert queries.rounds_with_news_unrestricted() == []


def test_a_contribution_that_reads_differently_is_news_again(db, make, round):
    news(round)
    one = db.session.scalars(select(Submission).limit(1)).one()
    one.title = "Ganz anders"
    db.session.commit()
    assert queries.rounds_with_news_unrestricted() == [round.id]


def test_a_text_without_words_is_taken_in_as_well(db, make, round, run):
    make.submission(round, title="🌳", problem="🌳🌳", solution="")
    news(round)
    assert queries.rounds_with_news_unrestricted() == []


# ---- growth -------------------------------------------------------------------------------------


def grow(make, round, count):
    for _ in range(count):
        late(make, round)


def wanted_runs(db):
    return db.session.scalar(
        select(func.count()).where(Job.kind == actions.RUN_TOPICS).select_from(Job)
    )


@pytest.mark.parametrize(("more", "wanted"), [(3, 0), (4, 1)])
def test_a_fifth_more_contributions_are_grouped_anew(db, make, round, run, more, wanted):
    grow(make, round, more)
    news(round)
    assert wanted_runs(db) == wanted


def test_a_grown_round_is_grouped_once_until_it_has_grown_again(db, make, round, run):
    grow(make, round, 4)
    news(round)
    grow(make, round, 1)
    news(round)
    assert wanted_runs(db) == 1


def test_a_proposal_of_that_size_is_enough(db, make, round, run):
    grow(make, round, 4)
    build_topics(Actor.system(), round)
    news(round)
    assert wanted_runs(db) == 0


def test_a_round_without_topics_is_not_grouped_by_itself(db, make, round):
    news(round)
    assert wanted_runs(db) == 0


# ---- resembling ---------------------------------------------------------------------------------

LONG = "Die Ampel am Markt schaltet für Fußgänger viel zu schnell auf Rot, das ist gefährlich."


@pytest.fixture
def empty(make):
    return make.round("open")


@pytest.fixture
def say(make, empty):
    """`say(text)` is a contribution with this text."""

    def one(text, author=None, **values):
        return make.submission(
            values.pop("round", empty), author, problem=text, solution="", **values
        ).id

    return one


def test_the_same_words_are_noticed_also_while_they_wait(db, empty, say):
    first, second = say(LONG), say(LONG.upper(), status=Status.PENDING)
    news(empty)
    assert pairs(db) == {(second, first, SimilarKind.IDENTICAL)}


def test_nearly_the_same_words_are_noticed(db, empty, say):
    first, second = say(LONG), say(f"{LONG} Bitte ändern.")
    news(empty)
    assert pairs(db) == {(second, first, SimilarKind.SIMILAR)}


def test_copies_are_paired_with_the_first_alone(db, empty, say):
    first, *others = [say(LONG) for _ in range(4)]
    news(empty)
    assert pairs(db) == {(other, first, SimilarKind.IDENTICAL) for other in others}


def test_pairs_of_before_stay_when_something_else_is_new(db, empty, say):
    first, second = say(LONG), say(LONG)
    news(empty)
    say("Mehr Bäume in der Innenstadt, denn im Sommer ist es zu heiß.")
    news(empty)
    assert pairs(db) == {(second, first, SimilarKind.IDENTICAL)}


def test_a_changed_text_loses_its_pairs(db, empty, say):
    _, second = say(LONG), say(LONG)
    news(empty)
    changed = db.session.get(Submission, second)
    changed.problem = "Mehr Bäume in der Innenstadt, denn im Sommer ist es zu heiß."
    db.session.commit()
    news(empty)
    assert pairs(db) == set()


def test_nothing_is_compared_across_rounds(db, make, empty, say):
    say(LONG)
    say(LONG, round=make.round())
    news(empty)
    assert pairs(db) == set()


@pytest.fixture
def hinted(ada, empty, say):
    """Ada's contribution beside a published one and one that waits, all alike."""
    own = say(LONG, ada, status=Status.PENDING)
    public = say(f"{LONG} Bitte ändern.")
    waiting = say(f"{LONG} Danke sehr.", status=Status.PENDING)
    news(empty)
    return own, public, waiting


def seen_by(actor, number):
    return {hint.submission.id for hint in queries.hints_for(actor, number)}


def test_moderators_see_everything_that_resembles_a_contribution(moderator, hinted):
    own, public, waiting = hinted
    assert seen_by(moderator, own) == {public, waiting}


def test_authors_see_what_is_public_of_what_resembles_theirs(author, hinted):
    own, public, _ = hinted
    assert seen_by(author, own) == {public}


def test_a_hint_disappears_when_the_other_one_is_taken_back(db, moderator, hinted):
    own, public, waiting = hinted
    db.session.get(Submission, public).move_to(Status.WITHDRAWN)
    db.session.commit()
    assert seen_by(moderator, own) == {waiting}


def test_the_minutes_say_how_much_was_compared(db, empty, say):
    for _ in range(3):
        say(LONG)
    news(empty)
    entry = db.session.scalars(
        select(AuditEntry).where(AuditEntry.event == Event.SUBMISSIONS_COMPARED)
    ).one()
    assert entry.facts == {"compared": 3, "similar": 2}


# ---- vectors ------------------------------------------------------------------------------------


@needs_encoder
def test_vectors_are_stored_and_not_computed_again(db, make, round, monkeypatch):
    news(round)
    texts = []

    def watched(titles, bodies, **values):
        texts.extend(titles)
        return encode(titles, bodies, **values)

    encode = sentence_vectors.encode
    monkeypatch.setattr("civicdialog.insights.vectors.encode", watched)
    new = late(make, round)
    news(round)
    build_topics(Actor.system(), round)
    assert texts == [new.title]


@needs_encoder
def test_the_vector_of_a_changed_text_is_computed_again(db, round):
    news(round)
    one = db.session.scalars(select(Submission).limit(1)).one()
    before = db.session.get(SubmissionVector, one.id).vector
    one.title = "Ganz anders"
    db.session.commit()
    news(round)
    db.session.expire_all()
    assert db.session.get(SubmissionVector, one.id).vector != before


@needs_encoder
def test_a_run_with_stored_vectors_is_the_run_without_them(db, round):
    first = build_topics(Actor.system(), round)
    assert first.method == "words+sentences"
    assert build_topics(Actor.system(), round).result_hash == first.result_hash


def test_without_the_encoder_words_alone_do(db, make, round, monkeypatch):
    monkeypatch.setattr("civicdialog.insights.vectors.available", lambda: False)
    run = build_topics(Actor.system(), round)
    new = late(make, round)
    news(round)
    assert run.method == "words"
    assert home_of(db, new).placed_later
    assert queries.rounds_with_news_unrestricted() == []


# ---- in the background --------------------------------------------------------------------------


@pytest.fixture
def rings(app, monkeypatch):
    """The duties that were rung for."""
    heard = []
    monkeypatch.setattr(doorbell(), "ring", heard.append)
    return heard


def test_handing_in_rings_for_the_new_contribution(ada, make, rings):
    round = make.round("collecting")
    draft = SubmissionDraft("A title", "A problem", "A solution")
    with transaction():
        create_submission(ada.as_actor(), db_round(round), draft)
    assert actions.TAKE_IN in rings


def db_round(round):
    """The round with its phases, as pages load it."""
    from civicdialog.rounds.queries import by_slug

    return by_slug(Actor.system(), round.slug)


def test_publishing_many_rings_once(db, make, moderator, rings):
    waiting = [make.submission(make.round(), status=Status.PENDING).id for _ in range(3)]
    with transaction():
        for number in waiting:
            publish(moderator, db.session.get(Submission, number))
    assert rings.count(actions.TAKE_IN) == 1


def test_what_is_rolled_back_rings_not(db, make, moderator, rings):
    number = make.submission(make.round(), status=Status.PENDING).id
    with pytest.raises(ZeroDivisionError), transaction():
        publish(moderator, db.session.get(Submission, number))
        raise ZeroDivisionError
    assert rings == []


def test_the_worker_takes_in_what_is_new_in_a_process_of_its_own(db, make, round, run):
    new = late(make, round).id
    tasks.take_in_news()
    db.session.rollback()
    job = db.session.scalars(select(Job).where(Job.kind == actions.TAKE_IN)).one()
    assert (job.state, job.error) == (JobState.DONE, "")
    assert home_of(db, db.session.get(Submission, new)).placed_later


def test_without_news_the_worker_starts_nothing(db, round):
    news(round)
    tasks.take_in_news()
    assert db.session.scalars(select(Job)).all() == []


def test_one_job_of_a_round_is_open_at_a_time(db, round, monkeypatch):
    monkeypatch.setattr(tasks, "perform_waiting", lambda kind: None)
    tasks.take_in_news()
    tasks.take_in_news()
    assert len(db.session.scalars(select(Job)).all()) == 1


def test_after_a_failure_the_worker_pauses_for_an_hour(db, round, monkeypatch):
    dead = subprocess.CompletedProcess([], 1, b"", b"killed")
    monkeypatch.setattr(tasks.subprocess, "run", lambda *words, **options: dead)
    tasks.take_in_news()
    tasks.take_in_news()
    job = db.session.scalars(select(Job)).one()
    assert job.state is JobState.FAILED
    job.finished_at = clock.now() - timedelta(hours=2)
    db.session.commit()
    tasks.take_in_news()
    assert len(db.session.scalars(select(Job)).all()) == 2
