"""The committee's reading room."""

import csv
import io
import re
from dataclasses import dataclass
from html import unescape

import pytest

from civicdialog.core.jobs import Job, JobState
from civicdialog.core.permissions import Actor
from civicdialog.insights.building import build_topics
from civicdialog.insights.models import Cluster, ClusterMember, ClusterRun
from civicdialog.insights.tasks import STOPPED
from civicdialog.submissions.models import Status, Submission
from tests.committee.conftest import WORDS
from tests.web.statements import counted_statements

TOPICS = "/committee/rounds/ki/topics"
SHEET = f"{TOPICS}/sheet"
LISTED = f"{TOPICS}/1/contributions"


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


def test_the_sheet_shows_the_label_and_the_summary_of_every_topic(sign_in, kim, run):
    page = sign_in(kim).get(SHEET).text
    assert all(label in page for label in run.labels)
    assert all(sentence["text"] in page for sentence in run.sentences)


def test_a_hidden_contribution_disappears_from_summaries(sign_in, kim, run, db):
    source = run.central[0]
    hidden = db.session.get(Submission, source)
    hidden.move_to(Status.HIDDEN)
    db.session.commit()
    client = sign_in(kim)
    assert hidden.public_id not in client.get(SHEET).text
    assert hidden.public_id not in client.get(f"{TOPICS}/1").text


def test_a_topic_lists_all_its_contributions(sign_in, kim, run):
    page = sign_in(kim).get(LISTED).text
    assert page.count('scope="row"') == run.sizes[0]


def test_an_old_run_stays_readable(sign_in, kim, round, run):
    build_topics(Actor.system(), round, seed=1)
    client = sign_in(kim)
    assert client.get(f"/committee/rounds/ki/topics?run={run.id}").status_code == 200
    assert client.get("/committee/rounds/ki/runs").text.count('scope="row"') == 2


@pytest.mark.parametrize(
    "path",
    [
        "topics?run=99",
        "topics?run=x",
        "topics/99",
        "topics/0",
        "topics/99/contributions",
        "topics/sheet?run=99",
    ],
)
def test_what_does_not_exist_is_404(sign_in, kim, run, path):
    assert sign_in(kim).get(f"/committee/rounds/ki/{path}").status_code == 404


def test_the_table_has_a_row_for_every_contribution(sign_in, kim, run):
    answer = sign_in(kim).get("/committee/rounds/ki/topics.csv")
    assert answer.mimetype == "text/csv"
    rows = list(csv.DictReader(io.StringIO(answer.text.removeprefix("\ufeff"))))
    assert len(rows) == 30
    assert {row["label"] for row in rows} == set(run.labels)


def test_the_table_says_what_came_later_what_fits_and_why(sign_in, kim, run, db):
    member = db.session.scalars(db.select(ClusterMember)).first()
    member.placed_later, member.fits, member.reasons = True, False, ["Ampel", "grün"]
    db.session.commit()
    answer = sign_in(kim).get("/committee/rounds/ki/topics.csv")
    rows = list(csv.DictReader(io.StringIO(answer.text.removeprefix("\ufeff"))))
    told = [(row["placed_later"], row["fits"], row["words"]) for row in rows]
    assert told.count(("yes", "no", "Ampel grün")) == 1


def test_what_came_later_is_marked(sign_in, kim, run, db):
    db.session.execute(db.update(Cluster).where(Cluster.key == 1).values(later_count=2))
    db.session.execute(db.update(ClusterMember).values(placed_later=True))
    db.session.commit()
    client = sign_in(kim)
    assert "Seitdem sind <strong>2</strong> Beiträge" in client.get(TOPICS).text
    assert "später eingeordnet" in client.get(LISTED).text


def test_what_fits_nowhere_is_listed_by_key(sign_in, kim, run, db):
    db.session.execute(db.update(ClusterMember).values(fits=False))
    db.session.commit()
    client = sign_in(kim)
    assert "30 Beiträge passen nirgends recht" in client.get(TOPICS).text
    first = client.get(f"{TOPICS}/fitting-nowhere").text
    second = client.get(unescape(re.search(r'href="([^"]*after=[^"]*)"', first).group(1))).text
    found = [re.findall(r'role="rowheader"><a href="([^"]+)"', page) for page in (first, second)]
    assert [len(links) for links in found] == [25, 5]
    assert len({*found[0], *found[1]}) == 30


def test_a_row_says_which_words_speak_for_it_and_how_sure_it_is(sign_in, kim, run, db):
    values = {"reasons": ["Ampel", "grün"], "probability": 0.61}
    db.session.execute(db.update(ClusterMember).values(**values))
    db.session.commit()
    page = sign_in(kim).get(LISTED).text
    assert "Ampel · grün" in page
    assert "eher sicher (61\N{NO-BREAK SPACE}%)" in page


@pytest.fixture
def parts(run, db):
    """The largest topic in two parts, of three contributions and the rest."""
    topic = db.session.scalars(db.select(Cluster).where(Cluster.key == 1)).one()
    topic.subtopics = [
        {"label": "Grünpfeil", "terms": [], "size": 3},
        {"label": "Rotlicht", "terms": [], "size": topic.size - 3},
    ]
    members = db.session.scalars(
        db.select(ClusterMember).where(ClusterMember.cluster_id == topic.id)
    ).all()
    for n, member in enumerate(members):
        member.sub_position = 1 if n < 3 else 2
    db.session.commit()


def test_sub_topics_stand_below_their_topic(sign_in, kim, parts):
    page = sign_in(kim).get(f"{TOPICS}/1").text
    assert "Grünpfeil</a>" in page
    assert "3 Beiträge" in page


def test_a_topic_can_be_narrowed_to_a_part(sign_in, kim, parts):
    page = sign_in(kim).get(f"{LISTED}?part=1").text
    assert page.count('role="rowheader"') == 3


@pytest.mark.parametrize("part", ["0", "3", "-1", "x"])
def test_an_unknown_part_shows_the_whole_topic(sign_in, kim, run, parts, part):
    page = sign_in(kim).get(f"{LISTED}?part={part}").text
    assert page.count('role="rowheader"') == run.sizes[0]


def test_what_is_worth_a_look_keeps_its_order(sign_in, kim, run, db):
    asked = [run.central[2], run.central[0]]
    db.session.get(ClusterRun, run.id).ask_about = asked
    db.session.commit()
    page = sign_in(kim).get(f"{TOPICS}/worth-a-look").text
    public = [db.session.get(Submission, number).public_id for number in asked]
    assert re.findall(r'role="rowheader"><a href="/submissions/([^"]+)"', page) == public


@pytest.mark.parametrize(
    ("stability", "words"),
    [(0.9, "stabil (0,90)"), (0.6, "teilweise stabil (0,60)"), (0.3, "wenig stabil (0,30)"),
     (0.1, "instabil (0,10)"), (None, "nicht gemessen")],
)  # fmt: skip
def test_how_steady_the_topics_are_is_said_in_words(sign_in, kim, run, db, stability, words):
    db.session.get(ClusterRun, run.id).stability = stability
    db.session.commit()
    assert words in sign_in(kim).get(TOPICS).text


def test_the_map_and_the_table_say_the_same(sign_in, kim, run):
    page = sign_in(kim).get(TOPICS).text
    table = re.findall(r'role="rowheader">(\d+) <a href="', page)
    drawn = re.findall(r'font-weight="600"[^>]*>(\d+)<', page)
    assert sorted(drawn) == sorted([*table, *table])


def test_few_contributions_are_called_provisional(sign_in, kim, run):
    assert "vorläufig" in sign_in(kim).get(TOPICS).text


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


def test_another_version_says_so_and_leads_to_the_one_that_holds(sign_in, kim, round, run):
    other = build_topics(Actor.system(), round, seed=1)
    client = sign_in(kim)
    assert "andere Einteilung" in client.get(f"/committee/rounds/ki/topics?run={other.id}").text
    assert "andere Einteilung" not in client.get("/committee/rounds/ki/topics").text
    assert "andere Einteilung" not in client.get(f"/committee/rounds/ki/topics?run={run.id}").text


def test_a_long_topic_pages_by_key_and_shows_everything_once(sign_in, kim, round, db):
    round.topics_wanted = 1
    db.session.commit()
    build_topics(Actor.system(), round)
    client = sign_in(kim)
    first = client.get(LISTED).text
    second = client.get(unescape(re.search(r'href="([^"]*after=[^"]*)"', first).group(1))).text
    found = [re.findall(r'role="rowheader"><a href="([^"]+)"', page) for page in (first, second)]
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
