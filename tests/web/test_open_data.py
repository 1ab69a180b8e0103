"""Open data of a round: complete, without people, the same bytes for the same content."""

import csv
import hashlib
import io
import json
import shutil
import zipfile
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select
from sqlalchemy.orm import selectinload

from civicdialog.core import clock
from civicdialog.discussion.models import Argument, Stance
from civicdialog.rounds.models import Round
from civicdialog.submissions.import_file import import_submissions_file
from civicdialog.submissions.models import Status, Submission
from civicdialog.web.open_data import RESOURCES, archive_of, write_archive, write_due_archives

MARKER = "quittengelee"


@pytest.fixture(autouse=True)
def nothing_made_yet(app):
    shutil.rmtree(Path(app.instance_path) / "open-data", ignore_errors=True)


@pytest.fixture
def round(make):
    return make.round("open", slug="ki")


def loaded(db, round):
    wanted = select(Round).where(Round.id == round.id).options(selectinload(Round.phases))
    return db.session.scalars(wanted, execution_options={"populate_existing": True}).one()


def archive(db, round):
    return zipfile.ZipFile(write_archive(loaded(db, round)).path)


def table(db, round, name):
    text = archive(db, round).read(f"{name}.csv").decode()
    return list(csv.DictReader(io.StringIO(text)))


def everything(db, round):
    found = archive(db, round)
    return "".join(found.read(name).decode() for name in found.namelist())


def test_what_is_public_stands_in_it(db, make, round, ada):
    one = make.submission(round, ada, title="Ein Bus", problem="Er kommt nicht.")
    make.keep(
        Argument(
            submission_id=one.id, author_id=ada.id, stance=Stance.FOR, text="Ja.", is_public=True
        )
    )
    assert [row["title"] for row in table(db, round, "contributions")] == ["Ein Bus"]
    assert [(row["contribution"], row["text"]) for row in table(db, round, "arguments")] == [
        (one.public_id, "Ja.")
    ]


@pytest.mark.parametrize("status", [status for status in Status if status is not Status.PUBLISHED])
def test_what_is_not_public_stands_nowhere_in_it(db, make, round, ada, status):
    hidden = make.submission(round, ada, status=status, title=MARKER, problem=MARKER)
    make.keep(Argument(submission_id=hidden.id, stance=Stance.FOR, text=MARKER, is_public=True))
    assert MARKER not in everything(db, round)


def test_nobody_is_named_in_it(db, make, round):
    person = make.person(MARKER, email=f"{MARKER}@example.org")
    one = make.submission(round, person, author_name=MARKER)
    make.keep(
        Argument(
            submission_id=one.id, author_id=person.id, author_name=MARKER, stance=Stance.FOR,
            text="Ja.", is_public=True,
        )
    )  # fmt: skip
    assert MARKER not in everything(db, round)


def test_while_people_can_vote_there_are_no_sums(db, make, round, ada):
    make.submission(round, ada, agree_count=9)
    assert table(db, round, "contributions")[0]["agree"] == ""


def test_after_the_vote_there_are_sums(db, make, ada):
    over = make.round("closed")
    make.submission(over, ada, agree_count=9)
    assert table(db, over, "contributions")[0]["agree"] == "9"


def test_a_spreadsheet_calculates_nothing(db, make, round, ada):
    make.submission(round, ada, title="=1+1")
    assert table(db, round, "contributions")[0]["title"] == "'=1+1"


def test_the_same_content_gives_the_same_bytes(db, make, round, ada):
    make.submission(round, ada)
    first = write_archive(loaded(db, round)).sha256
    with clock.standing_at(clock.now() + timedelta(hours=3)):
        assert write_archive(loaded(db, round)).sha256 == first


def test_the_fingerprint_is_that_of_the_file(db, round):
    made = write_archive(loaded(db, round))
    assert hashlib.sha256(made.path.read_bytes()).hexdigest() == made.sha256


def test_every_column_is_described(db, make, round, ada):
    make.submission(round, ada)
    package = json.loads(archive(db, round).read("datapackage.json"))
    for resource in package["resources"]:
        text = archive(db, round).read(resource["path"]).decode()
        header = next(csv.reader(io.StringIO(text)))
        assert header == [field["name"] for field in resource["schema"]["fields"]]
        assert all(field["description"] for field in resource["schema"]["fields"])
    assert len(package["resources"]) == len(RESOURCES)


def test_the_json_says_the_same_as_the_tables(db, make, round, ada):
    one = make.submission(round, ada, title="-1 Grad")
    document = json.loads(archive(db, round).read("round.json"))
    assert document["contributions"][0]["title"] == "-1 Grad"
    assert document["contributions"][0]["id"] == one.public_id


def test_brought_in_again_it_is_the_same(db, make, round, ada, tmp_path):
    texts = ("=1+1", "Zwei\n\nAbsätze; mit „Zeichen“, 'so' und \"so\"", "@alle")
    for text in texts:
        make.submission(round, ada, title=text.split("\n")[0], problem=text, solution="")
    path = tmp_path / "contributions.csv"
    path.write_bytes(archive(db, round).read("contributions.csv"))
    again = make.round("open")
    import_submissions_file(again, path, progress=lambda share, step: None)

    def said(of):
        wanted = select(Submission).where(Submission.round_id == of.id).order_by(Submission.number)
        return [(each.title, each.body) for each in db.session.scalars(wanted)]

    assert said(again) == said(round)


def test_it_is_made_once_a_morning(db, make, round):
    write_due_archives()
    first = archive_of(round.id)
    write_due_archives()
    assert archive_of(round.id) == first
    with clock.standing_at(clock.now() + timedelta(days=1)):
        write_due_archives()
        assert archive_of(round.id).made_at > first.made_at


def test_a_round_that_is_not_public_has_none(make):
    secret = make.round("open", is_public=False)
    write_due_archives()
    assert archive_of(secret.id) is None


def test_before_the_first_one_the_page_says_so(round, sign_in):
    browser = sign_in()
    assert "wird gerade erstellt" in browser.get("/rounds/ki/data").text
    assert browser.get("/rounds/ki/data.zip").status_code == 404


def test_the_page_shows_the_fingerprint_and_gives_the_archive(round, sign_in):
    write_due_archives()
    made = archive_of(round.id)
    browser = sign_in()
    assert made.sha256 in browser.get("/rounds/ki/data").text
    answer = browser.get("/rounds/ki/data.zip")
    assert hashlib.sha256(answer.data).hexdigest() == made.sha256
