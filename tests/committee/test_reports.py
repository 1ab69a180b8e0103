"""Reports of a round: what they say, who may have them, and that every version stays."""

import json
import re

import pytest
from click.testing import CliRunner

from civicdialog import cli
from civicdialog.committee import report_actions, report_making, report_tasks
from civicdialog.committee.report_actions import WRITE_REPORT, Wanted, request_report
from civicdialog.committee.report_making import make_report, path_of
from civicdialog.committee.report_models import Report
from civicdialog.committee.reporting.blocks import Hidden, Table
from civicdialog.committee.reporting.composing import compose
from civicdialog.committee.reporting.figures import floored
from civicdialog.committee.reporting.gathered import gather
from civicdialog.committee.summary_actions import Typed, sign_summary, tick_gaps, write_summary
from civicdialog.committee.summary_queries import newest, proof_of
from civicdialog.core.audit import AuditEntry, Event
from civicdialog.core.db import transaction
from civicdialog.core.errors import NotAllowed, RuleBroken
from civicdialog.core.jobs import Job, JobState, claim_job, doorbell
from civicdialog.core.permissions import Actor, Role
from civicdialog.core.speaking import speaking
from civicdialog.discussion.models import Argument, Stance
from civicdialog.insights.models import Cluster, ClusterMember
from civicdialog.insights.queries import run_with_topics
from civicdialog.rounds.queries import by_slug
from civicdialog.submissions.models import Status, Submission
from tests import opinion_runs
from tests.web.statements import counted_statements

PAGE = "/committee/rounds/ki/reports"
HTML = Wanted(("html",), "de")


@pytest.fixture
def voted(db, round, current):
    """The round with thirty contributions, three topics and three opinion groups."""
    ids = db.session.scalars(db.select(Submission.public_id).order_by(Submission.id)).all()
    keys = db.session.scalars(db.select(Cluster.key).order_by(Cluster.key)).all()
    result = opinion_runs.result(list(ids), topics=list(keys))
    # The second group is too small to be shown for the last topic.
    result["topics"][-1]["groups"][1] = None
    opinion_runs.keep(round, result, cluster_run_id=current)
    return round


@pytest.fixture
def said(voted):
    """`said(topic=None, language="de")` is everything a report says."""

    def words(topic=None, language="de", with_list=True):
        with speaking(language):
            found = by_slug(Actor.system(), "ki")
            return compose(gather(found, topic), language, with_list=with_list)

    return words


def text_of(document):
    return json.dumps([repr(document)], ensure_ascii=False)


def headings(document):
    return [each.text for each in document.blocks if type(each).__name__ == "Heading"]


# ---- what it says -------------------------------------------------------------------------------


def test_a_reader_with_ten_minutes_finds_the_most_important_first(said):
    assert headings(said())[:5] == [
        "Das Wichtigste auf einer Seite",
        "Was die Menschen wollen",
        "Was verbindet",
        "Was trennt",
        "Was offen ist",
    ]


def test_every_sentence_of_a_summary_leads_to_its_contribution(db, said):
    known = set(db.session.scalars(db.select(Submission.public_id)))
    quotes = [each for b in said().blocks if type(b).__name__ == "Quotes" for each in b.items]
    assert quotes
    assert all(each.source.url.rsplit("/", 1)[1] in known for each in quotes)
    assert all(each.source.url.startswith("http://localhost/submissions/") for each in quotes)


def test_a_sentence_that_no_longer_stands_in_its_contribution_is_no_proof(db, said, voted):
    emptied = {"problem": "Ganz anders.", "solution": "", "title": "Anders"}
    db.session.execute(db.update(Submission).values(emptied))
    db.session.commit()
    assert not [each for each in said().blocks if type(each).__name__ == "Quotes"]


@pytest.fixture
def sign(round, voted, kim):
    """`sign(sentence, contribution)`: the committee's own text on topic 1, signed off."""

    def signed(text, source):
        actor = Actor(kim.id, frozenset({Role.PARTICIPANT, Role.COMMITTEE}))
        write_summary(actor, round, 1, [Typed(0, text, [source.number])], based_on=0)
        topic = run_with_topics(round.id).clusters[0]
        open_gaps = proof_of(round.id, topic, newest(round.id, 1)).open
        for gap in {gap for _, gap in open_gaps}:
            tick_gaps(actor, round, 1, gap=gap, reason="Steht im Bericht.")
        sign_summary(actor, round, 1, based_on=1)

    return signed


@pytest.fixture
def source(db, voted):
    """A contribution of topic 1."""
    wanted = db.select(Submission).join(ClusterMember).join(Cluster).where(Cluster.key == 1)
    return db.session.scalars(wanted.order_by(Submission.id)).first()


def sentences(document):
    """The summary of topic 1, and the note above it."""
    at = next(
        n for n, b in enumerate(document.blocks) if getattr(b, "text", "") == "Zusammenfassung"
    )
    return document.blocks[at + 1], document.blocks[at + 2]


def test_what_the_committee_signed_takes_the_place_of_the_programs_sentences(said, sign, source):
    text = f"Viele sprechen davon: {source.problem.split('. ')[0]}."
    sign(text, source)
    note, summary = sentences(said())
    assert "abgezeichnet" in note.words[0]
    ((words, link, end),) = summary.items
    assert (words, link.url.rsplit("/", 1)[1], end) == (f"{text} (", source.public_id, ")")


def test_a_draft_of_the_committee_is_in_no_report(said, round, kim, source):
    actor = Actor(kim.id, frozenset({Role.PARTICIPANT, Role.COMMITTEE}))
    text = f"Ein Entwurf: {source.problem.split('. ')[0]}."
    write_summary(actor, round, 1, [Typed(0, text, [source.number])], based_on=0)
    assert "Ein Entwurf" not in text_of(said())


def test_a_signed_text_tells_that_the_topic_has_changed_since(db, said, sign, source):
    sign(source.problem.split(". ")[0] + ".", source)
    gone = db.select(ClusterMember).join(Cluster).where(
        Cluster.key == 1, ClusterMember.submission_id != source.id
    )  # fmt: skip
    db.session.delete(db.session.scalars(gone).first())
    db.session.commit()
    note, _ = sentences(said())
    assert "Seitdem" in note.words[0]


def test_a_signed_sentence_whose_proof_is_gone_is_left_out(db, said, sign, source):
    sign(source.problem.split(". ")[0] + ".", source)
    source.problem, source.solution, source.title = "Ganz anders.", "", "Anders"
    db.session.commit()
    with pytest.raises(StopIteration):
        sentences(said())


def test_what_is_hidden_is_in_no_chapter(db, said):
    gone = db.session.scalars(db.select(Submission).order_by(Submission.id)).first()
    gone.status, gone.title = Status.HIDDEN, "Verborgenes Ding"
    db.session.commit()
    words = text_of(said())
    assert "Verborgenes Ding" not in words
    assert gone.public_id not in words


def test_nobody_is_named(db, said, ada):
    ada.public_name = "Quittengelee"
    db.session.commit()
    assert "Quittengelee" not in text_of(said())


def test_groups_that_are_too_small_are_not_shown(said):
    table = next(
        b for b in said().blocks if isinstance(b, Table) and b.name == "Meinungen nach Thema"
    )
    assert [type(cell) is Hidden for cell in table.rows[-1]] == [False, False, False, True, False]


@pytest.mark.parametrize(
    ("counts", "shown"),
    [
        ([120, 30, 0], [120, 30, 0]),
        # One figure alone could be worked out from the sum, so the next one goes too.
        ([120, 30, 3], [120, None, None]),
        ([120, 4, 3], [120, None, None]),
        ([4], [None]),
        ([], []),
    ],
)  # fmt: skip
def test_no_figure_below_five_is_shown_nor_can_be_worked_out(app, counts, shown):
    assert [None if isinstance(each, Hidden) else each for each in floored(counts)] == shown


def test_arguments_and_open_questions_stand_with_their_topic(db, make, said, voted):
    first = db.session.scalars(db.select(Submission).order_by(Submission.id)).first()
    for stance, words, values in (
        (Stance.FOR, "Das hilft allen.", {"is_public": True}),
        (Stance.AGAINST, "Das ist zu teuer.", {"is_public": True}),
        (Stance.QUESTION, "Wer bezahlt das?", {"is_public": True}),
        (Stance.FOR, "Noch nicht gelesen.", {}),
        (Stance.FOR, "Zurückgenommen.", {"is_public": True, "is_withdrawn": True}),
    ):
        make.keep(Argument(submission_id=first.id, stance=stance, text=words, **values))
    words = text_of(said())
    assert all(
        each in words for each in ("Das hilft allen.", "Das ist zu teuer.", "Wer bezahlt das?")
    )
    assert "1 Frage an die Verwaltung ist noch nicht beantwortet." in words
    assert "Noch nicht gelesen." not in words
    assert "Zurückgenommen." not in words


def test_a_report_on_a_topic_speaks_of_that_topic_alone(db, said, voted):
    key = db.session.scalars(db.select(Cluster.key).order_by(Cluster.key)).first()
    document = said(topic=key)
    listed = next(b for b in document.blocks if isinstance(b, Table) and b.name == "Beiträge")
    assert len(listed.rows) == 10
    assert "Die Themen auf einen Blick" not in headings(document)


def test_the_cards_of_both_runs_stand_at_the_end(said):
    assert headings(said(with_list=False))[-2:] == [
        "Steckbrief der Themen",
        "Steckbrief der Meinungsgruppen",
    ]


def test_a_running_vote_is_told_on_the_title_page(said):
    assert "Die Abstimmung läuft noch. Alle Zahlen sind vorläufig." in said().notices


def test_an_english_report_speaks_english(said):
    assert headings(said(language="en"))[0] == "The most important on one page"


def test_the_same_content_has_the_same_hash(said):
    assert said().sha256 == said().sha256
    assert said().sha256 != said(with_list=False).sha256


@pytest.mark.parametrize("key", ["pdf", "docx", "xlsx", "html"])
def test_a_round_without_topics_and_votes_has_a_report_too(db, make, ada, key):
    round = make.round("collecting")
    make.submission(round, ada)
    report = make_report(Actor.system(), round, Wanted((key,), "de", None, True))
    assert path_of(report.files[0]).stat().st_size > 1000


# ---- versions -----------------------------------------------------------------------------------


def test_each_report_is_a_version_of_its_own_and_the_old_one_stays(db, voted):
    first = make_report(Actor.system(), voted, HTML)
    before = path_of(first.files[0]).read_bytes()
    second = make_report(Actor.system(), voted, HTML)
    assert (first.number, second.number) == (1, 2)
    assert first.content_sha256 == second.content_sha256
    assert path_of(first.files[0]).read_bytes() == before


def test_a_report_of_nothing_cannot_be_made(db, make, kim):
    round = make.round("collecting")
    db.session.refresh(kim, ["roles"])
    with pytest.raises(RuleBroken):
        request_report(kim.as_actor(), round, HTML)


@pytest.mark.parametrize(
    "wanted",
    [Wanted((), "de"), Wanted(("exe",), "de"), Wanted(("pdf",), "fr"), Wanted(("pdf",), "de", 99)],
)
def test_only_what_there_is_can_be_wanted(db, voted, kim, wanted):
    db.session.refresh(kim, ["roles"])
    with pytest.raises(RuleBroken):
        request_report(kim.as_actor(), voted, wanted)


def test_participants_cannot_have_reports_made(db, voted, ada):
    db.session.refresh(ada, ["roles"])
    with pytest.raises(NotAllowed):
        request_report(ada.as_actor(), voted, HTML)


def test_a_file_is_not_left_behind_when_its_version_cannot_be_kept(voted, monkeypatch):
    written = []

    def refuse(actor, round, wanted, number, made):
        written.extend(made.files)
        raise RuleBroken("no")

    monkeypatch.setattr(report_making, "keep_report", refuse)
    with pytest.raises(RuleBroken):
        make_report(Actor.system(), voted, HTML)
    assert [path_of(each).exists() for each in written] == [False]


def test_two_reports_do_not_take_the_same_number(voted):
    report = make_report(Actor.system(), voted, HTML)
    made = report_actions.Made("", report.content_sha256, tuple(report.files))
    with pytest.raises(RuleBroken), transaction():
        report_actions.keep_report(Actor.system(), voted, HTML, 1, made)


def test_the_minutes_note_that_a_report_was_made(db, voted):
    make_report(Actor.system(), voted, HTML)
    events = db.session.scalars(db.select(AuditEntry.event)).all()
    assert Event.REPORT_WRITTEN in events


# ---- in the background --------------------------------------------------------------------------


@pytest.fixture
def job(db, voted, kim):
    db.session.refresh(kim, ["roles"])
    actor = kim.as_actor()
    with transaction():
        return request_report(actor, voted, HTML)


def test_the_worker_makes_it_in_a_process_of_its_own(db, kim, voted, job):
    job_id, kim_id = job.id, kim.id
    doorbell().duties[WRITE_REPORT]()
    db.session.rollback()
    assert db.session.get_one(Job, job_id).state is JobState.DONE
    report = db.session.scalars(db.select(Report)).one()
    assert (report.number, report.created_by_id) == (1, kim_id)


def test_a_full_disk_is_told_with_what_to_do(db, job, monkeypatch):
    def full(*words):
        raise OSError("no space left")

    monkeypatch.setattr(report_making, "_keep_file", full)
    with transaction():
        claim_job(job.id)
    report_tasks.perform_report(job.id)
    stored = db.session.get_one(Job, job.id)
    assert (stored.state, stored.error) == (JobState.FAILED, report_tasks.NO_ROOM)
    assert db.session.scalars(db.select(Report)).all() == []


def test_a_cancelled_job_leaves_no_report(db, job):
    report_tasks.perform_report(job.id)
    assert db.session.scalars(db.select(Report)).all() == []


# ---- pages --------------------------------------------------------------------------------------


def test_without_reports_the_page_says_how_to_get_one(sign_in, kim, voted):
    page = sign_in(kim).get(PAGE).text
    assert "Es gibt noch keinen Bericht" in page
    assert "Bericht erstellen" in page


def test_asking_for_a_report_shows_its_progress(sign_in, kim, voted):
    client = sign_in(kim)
    answer = client.post(PAGE, data={"topic": "0", "formats": ["pdf", "xlsx"], "language": "de"})
    assert (answer.status_code, answer.location) == (303, PAGE)
    assert "Der Bericht wird erstellt" in client.get(PAGE).text


def test_asking_without_a_format_keeps_what_was_chosen(sign_in, kim, voted):
    answer = sign_in(kim).post(PAGE, data={"topic": "0", "language": "en", "has_list": "y"})
    assert answer.status_code == 422
    assert re.search(r'<option[^>]*selected[^>]*value="en"|value="en"[^>]*selected', answer.text)


def test_a_second_press_makes_no_second_job(db, sign_in, kim, voted):
    client = sign_in(kim)
    for _ in range(2):
        client.post(PAGE, data={"topic": "0", "formats": ["pdf"], "language": "de"})
    assert len(db.session.scalars(db.select(Job).where(Job.kind == WRITE_REPORT)).all()) == 1


def test_a_failed_report_says_why_and_what_to_do(db, sign_in, kim, job):
    job.state, job.error = JobState.FAILED, report_tasks.NO_ROOM
    db.session.commit()
    page = sign_in(kim).get(PAGE).text
    assert "Der Bericht konnte nicht erstellt werden" in page
    assert "Frühere Berichte sind sicher" in page


@pytest.mark.parametrize(
    ("key", "begin"),
    [("pdf", b"%PDF"), ("docx", b"PK"), ("xlsx", b"PK"), ("html", b"<!doctype html>")],
)
def test_every_file_can_be_downloaded(sign_in, kim, voted, key, begin):
    make_report(Actor.system(), voted, Wanted((key,), "de"))
    answer = sign_in(kim).get(f"{PAGE}/1/{key}")
    assert answer.status_code == 200
    assert answer.data.startswith(begin)
    assert answer.headers["Content-Disposition"] == f'attachment; filename="ki-report-1.{key}"'


def test_a_file_somebody_has_changed_is_not_handed_out(sign_in, kim, voted):
    report = make_report(Actor.system(), voted, HTML)
    path_of(report.files[0]).write_bytes(b"something else")
    assert sign_in(kim).get(f"{PAGE}/1/html").status_code == 409


@pytest.mark.parametrize("path", ["1/pdf", "2/html", "1/exe"])
def test_what_was_not_made_is_not_found(sign_in, kim, voted, path):
    make_report(Actor.system(), voted, HTML)
    assert sign_in(kim).get(f"{PAGE}/{path}").status_code == 404


@pytest.mark.parametrize("path", ["", "/1/html"])
def test_citizens_have_no_business_here(sign_in, ada, voted, path):
    make_report(Actor.system(), voted, HTML)
    assert sign_in(ada).get(PAGE + path).status_code == 403


def test_moderators_read_but_do_not_make(sign_in, mo, voted):
    page = sign_in(mo).get(PAGE)
    assert page.status_code == 200
    assert "Bericht erstellen" not in page.text


def test_many_versions_are_shown_page_by_page_and_the_page_asks_no_more(db, sign_in, kim, voted):
    report = make_report(Actor.system(), voted, HTML)
    client = sign_in(kim)
    client.get(PAGE)
    with counted_statements() as few:
        client.get(PAGE)
    for n in range(2, 40):
        values = {
            c.name: getattr(report, c.name) for c in Report.__table__.columns if c.name != "id"
        }
        db.session.add(Report(**{**values, "number": n}))
    db.session.commit()
    with counted_statements() as many:
        page = client.get(PAGE).text
    assert len(many) == len(few) <= 9
    assert "Fassung 39" in page
    assert "Fassung 14" not in page
    assert "Fassung 14" in client.get(f"{PAGE}?before=15").text


# ---- the command --------------------------------------------------------------------------------


def test_the_command_writes_a_file_and_keeps_the_version(app, db, voted, tmp_path, monkeypatch):
    monkeypatch.setattr(cli, "open_app", lambda: app)
    out = tmp_path / "bericht.html"
    answer = CliRunner().invoke(cli.main, ["report", "ki", "--format", "html", "--out", str(out)])
    assert answer.exit_code == 0
    report = db.session.scalars(db.select(Report)).one()
    assert out.read_bytes() == path_of(report.files[0]).read_bytes()


@pytest.mark.parametrize(
    ("words", "status"),
    [
        (["--format", "html", "--topic", "99"], 1),
        (["--format", "exe"], 2),
        (["--format", "pdf", "--format", "html", "--out", "x"], 2),
    ],
)
def test_the_command_says_what_is_wrong(app, voted, monkeypatch, words, status):
    monkeypatch.setattr(cli, "open_app", lambda: app)
    assert CliRunner().invoke(cli.main, ["report", "ki", *words]).exit_code == status
