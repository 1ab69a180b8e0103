"""The committee's reading room."""

import csv
import io
import re
from dataclasses import dataclass
from html import unescape

import pytest

from civicdialog.core.jobs import Job, JobState
from civicdialog.core.permissions import Actor
from civicdialog.insights.tasks import STOPPED, build_topics
from civicdialog.submissions.models import Status
from tests.web.statements import counted_statements

WORDS = (
    "Ampel Kreuzung Fußgänger grün",
    "Baum Wasser Sommer gießen",
    "Kita Platz Anmeldung Eltern",
)


@pytest.fixture
def round(make, ada):
    """A round with thirty contributions on three things."""
    round = make.round("voting", slug="ki")
    for n in range(30):
        make.submission(round, ada, title=f"{WORDS[n % 3]} {n}", problem=f"{WORDS[n % 3]}. Bitte.")
    return round


@dataclass(frozen=True)
class Told:
    """What a run says, as plain values."""

    id: int
    labels: tuple[str, ...]
    sizes: tuple[int, ...]
    central: tuple[int, ...]
    sentences: tuple[dict, ...]


@pytest.fixture
def run(round):
    run = build_topics(Actor.system(), round)
    return Told(
        run.id,
        tuple(topic.label for topic in run.clusters),
        tuple(topic.size for topic in run.clusters),
        tuple(run.clusters[0].central),
        tuple(sentence for topic in run.clusters for sentence in topic.summary),
    )


def test_without_a_run_the_page_says_what_to_do(sign_in, kim, round):
    page = sign_in(kim).get("/committee/rounds/ki/topics").text
    assert "Noch gibt es keine Themen" in page
    assert "Beiträge gruppieren" in page


def test_the_reading_page_shows_label_words_summary_and_votes(sign_in, kim, run):
    page = sign_in(kim).get("/committee/rounds/ki/topics").text
    assert all(label in page for label in run.labels)
    assert all(sentence["text"] in page for sentence in run.sentences)


def test_every_sentence_of_a_summary_leads_to_its_source(sign_in, kim, run, db):
    from civicdialog.submissions.models import Submission

    page = sign_in(kim).get("/committee/rounds/ki/topics").text
    sources = {sentence["submission_id"] for sentence in run.sentences}
    ids = db.session.scalars(db.select(Submission.public_id).where(Submission.id.in_(sources)))
    assert all(f"/submissions/{public_id}" in page for public_id in ids)


def test_a_hidden_contribution_disappears_from_summaries(sign_in, kim, run, db):
    from civicdialog.submissions.models import Submission

    source = run.central[0]
    hidden = db.session.get(Submission, source)
    hidden.move_to(Status.HIDDEN)
    db.session.commit()
    page = sign_in(kim).get("/committee/rounds/ki/topics").text
    assert hidden.public_id not in page


def test_a_topic_lists_all_its_contributions(sign_in, kim, run):
    page = sign_in(kim).get("/committee/rounds/ki/topics/0").text
    assert page.count('<th scope="row">') == run.sizes[0]


def test_an_old_run_stays_readable(sign_in, kim, round, run):
    build_topics(Actor.system(), round, seed=1)
    client = sign_in(kim)
    assert client.get(f"/committee/rounds/ki/topics?run={run.id}").status_code == 200
    assert client.get("/committee/rounds/ki/runs").text.count('<th scope="row">') == 2


@pytest.mark.parametrize("path", ["topics?run=99", "topics?run=x", "topics/99"])
def test_what_does_not_exist_is_404(sign_in, kim, run, path):
    assert sign_in(kim).get(f"/committee/rounds/ki/{path}").status_code == 404


def test_the_table_has_a_row_for_every_contribution(sign_in, kim, run):
    answer = sign_in(kim).get("/committee/rounds/ki/topics.csv")
    assert answer.mimetype == "text/csv"
    rows = list(csv.DictReader(io.StringIO(answer.text.removeprefix("\ufeff"))))
    assert len(rows) == 30
    assert {row["label"] for row in rows} == set(run.labels)


def test_no_cell_of_the_table_is_a_formula(sign_in, kim, make, ada, round):
    make.submission(round, ada, title="=1+1", problem=WORDS[0])
    build_topics(Actor.system(), round)
    text = sign_in(kim).get("/committee/rounds/ki/topics.csv").text
    assert ",'=1+1," in text


def test_running_again_asks_for_one_job_only(sign_in, kim, round, db):
    client = sign_in(kim)
    assert client.post("/committee/rounds/ki/topics/run").status_code == 303
    assert client.post("/committee/rounds/ki/topics/run").status_code == 409
    assert db.session.scalars(db.select(Job.state)).all() == [JobState.WAITING]


def test_a_job_can_be_stopped(sign_in, kim, round, db):
    client = sign_in(kim)
    client.post("/committee/rounds/ki/topics/run")
    client.post("/committee/rounds/ki/topics/cancel")
    assert db.session.scalars(db.select(Job.state)).all() == [JobState.CANCELLED]


def test_progress_is_shown_while_a_job_runs(sign_in, kim, round, db):
    client = sign_in(kim)
    client.post("/committee/rounds/ki/topics/run")
    job = db.session.scalars(db.select(Job)).one()
    job.state, job.progress, job.step = JobState.RUNNING, 0.42, "Finding groups"
    db.session.commit()
    page = client.get("/committee/rounds/ki/topics").text
    assert 'value="42"' in page
    assert "data-running" in page


@pytest.mark.parametrize("who", ["ada", "mo"])
def test_only_committee_and_editors_may_run(sign_in, request, who, round):
    person = request.getfixturevalue(who)
    assert sign_in(person).post("/committee/rounds/ki/topics/run").status_code == 403


def test_citizens_do_not_read_here(sign_in, ada, round):
    assert sign_in(ada).get("/committee/rounds/ki/topics").status_code == 403


def test_the_reading_page_needs_few_statements_whatever_the_number(
    sign_in, kim, make, ada, round, run
):
    client = sign_in(kim)
    client.get("/committee")
    with counted_statements() as seen:
        client.get("/committee/rounds/ki/topics")
    for n in range(30):
        make.submission(round, ada, title=f"{WORDS[n % 3]} {n}", problem=WORDS[n % 3])
    build_topics(Actor.system(), round)
    with counted_statements() as seen_with_more:
        client.get("/committee/rounds/ki/topics")
    assert len(seen_with_more) == len(seen) <= 9


def test_a_round_with_few_contributions_says_what_is_missing(sign_in, kim, make, ada):
    few = make.round("voting", slug="few")
    make.submission(few, ada)
    page = sign_in(kim).get(f"/committee/rounds/{few.slug}/topics").text
    assert "sobald mindestens zehn" in page
    assert "/topics/run" not in page


def test_an_older_run_says_so_and_leads_to_the_newest(sign_in, kim, round, run):
    build_topics(Actor.system(), round, seed=1)
    client = sign_in(kim)
    assert "ältere Gruppierung" in client.get(f"/committee/rounds/ki/topics?run={run.id}").text
    assert "ältere Gruppierung" not in client.get("/committee/rounds/ki/topics").text


def test_a_long_topic_pages_by_key_and_shows_everything_once(sign_in, kim, round, db):
    round.topics_wanted = 1
    db.session.commit()
    build_topics(Actor.system(), round)
    client = sign_in(kim)
    first = client.get("/committee/rounds/ki/topics/0").text
    second = client.get(unescape(re.search(r'href="([^"]*after=[^"]*)"', first).group(1))).text
    found = [re.findall(r'<th scope="row"><a href="([^"]+)"', page) for page in (first, second)]
    assert [len(links) for links in found] == [25, 5]
    assert len({*found[0], *found[1]}) == 30


def test_a_failed_job_says_what_to_do_until_a_newer_run(sign_in, kim, round, db):
    client = sign_in(kim)
    client.post("/committee/rounds/ki/topics/run")
    job = db.session.scalars(db.select(Job)).one()
    job.state, job.error = JobState.FAILED, STOPPED
    db.session.commit()
    assert "Bitte starten Sie sie noch einmal." in client.get("/committee/rounds/ki/topics").text
    build_topics(Actor.system(), round)
    assert "noch einmal" not in client.get("/committee/rounds/ki/topics").text


def test_without_a_script_a_link_shows_how_far_it_is(sign_in, kim, round):
    client = sign_in(kim)
    client.post("/committee/rounds/ki/topics/run")
    page = client.get("/committee/rounds/ki/topics").text
    assert "<noscript><p><a href=" in page
    assert "http-equiv" not in page
