"""A copy of everything stored about a person, and leaving for good: nothing forgotten, either way."""

import io
import json
import sqlite3
import zipfile
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import (
    JSON,
    Boolean,
    Date,
    Enum,
    Float,
    Integer,
    LargeBinary,
    String,
    func,
    select,
)

from civicdialog.accounts import queries
from civicdialog.accounts.hashing import hash_password
from civicdialog.accounts.models import ExternalIdentity, Passkey, Person, PersonSession
from civicdialog.committee.deliberation_models import Recommendation
from civicdialog.committee.meeting_models import Meeting
from civicdialog.committee.models import Application
from civicdialog.committee.rating_models import Rating, RatingCriterion, RatingItem, RatingSheet
from civicdialog.core import clock
from civicdialog.core.audit import AuditEntry, Event
from civicdialog.core.db import Base, transaction
from civicdialog.core.db import db as database
from civicdialog.core.letters import Letter, write_letter
from civicdialog.core.permissions import Role
from civicdialog.discussion.counters import wrong_counters as wrong_arguments
from civicdialog.discussion.models import Argument, HelpfulMark, Stance
from civicdialog.moderation.models import ModerationDecision, Outcome, SubjectKind
from civicdialog.notifications.models import ContactMessage, Notification
from civicdialog.submissions.models import (
    Attachment,
    Draft,
    RevisionState,
    Status,
    Submission,
    SubmissionRevision,
)
from civicdialog.trace.models import TraceLink
from civicdialog.voting.actions import cast_vote
from civicdialog.voting.counters import wrong_counters as wrong_votes
from civicdialog.voting.models import Opinion, Participation, Vote
from civicdialog.web.own_data import LINKED

PASSWORD = "morgens-zwei-Kannen-Tee"
HASH = hash_password(PASSWORD)
MARKER = "quittengelee"
EMAIL = f"{MARKER}@example.org"


@pytest.fixture
def quinn(make):
    """Somebody whose address and name are found again wherever they are left."""
    return make.person(f"Quinn {MARKER}", email=EMAIL, password_hash=HASH)


def archive_of(client):
    answer = client.post("/my/account/data")
    assert answer.status_code == 200
    assert answer.mimetype == "application/zip"
    return zipfile.ZipFile(io.BytesIO(answer.data))


def data_of(client):
    return json.loads(archive_of(client).read("data.json"))


# ---- the copy -----------------------------------------------------------------------------------


def links_to_people():
    """Every column that names a person."""
    return {
        (table.name, key.parent.name)
        for table in Base.metadata.tables.values()
        for key in table.foreign_keys
        if key.column.table.name == "person"
    }


def test_every_column_that_names_a_person_is_in_the_copy():
    exported = {(part.table.name, part.link.key) for part in LINKED}
    assert exported - {("person", "id")} == links_to_people()


NUMBERED = {"profile_version", "recommendation_version", "report", "topic_summary"}
"""Tables whose rows are numbered, each number once."""


def filled(table, column_of_person, person, parents):
    """A row with a marker in every text, whatever the table."""
    row = {}
    for column in table.columns:
        marker = f"{table.name}.{column.name}.{column_of_person}"
        target = next((key.column.table.name for key in column.foreign_keys), None)
        if column.name == column_of_person:
            row[column.name] = person.id
        elif target is not None:
            if not column.nullable:
                row[column.name] = parents[target].id
        elif column.computed is not None or column.name in {"id", "number"}:
            continue
        elif isinstance(column.type, Enum):
            row[column.name] = next(iter(column.type.enum_class))
        elif isinstance(column.type, LargeBinary):
            row[column.name] = marker.encode()
        else:
            row[column.name] = value_for(column.type, marker)
    return row


def decision_on(submission):
    return ModerationDecision(
        subject_kind=SubjectKind.SUBMISSION,
        subject_id=submission.id,
        submission_id=submission.id,
        outcome=Outcome.PUBLISHED,
    )


def value_for(kind, marker):
    if isinstance(kind, String):
        return marker[-kind.length :] if kind.length else marker
    plain = {Boolean: True, Integer: 1, Float: 0.5, JSON: {"m": marker}, Date: clock.now().date()}
    return next((plain[each] for each in plain if isinstance(kind, each)), clock.now())


def test_a_marker_in_every_text_of_every_table_is_found_again(sign_in, quinn, mo, make, db):
    round = make.round("open")
    parents = {"round": round, "submission": make.submission(round, mo), "person": mo}
    argument = Argument(submission_id=parents["submission"].id, stance=Stance.FOR, text="x")
    parents["argument"] = make.keep(argument)
    parents["application"] = make.keep(Application(submission_id=parents["submission"].id))
    advice = Recommendation(round_id=round.id, form_token="t", title="x")
    parents["recommendation"] = make.keep(advice)
    rated = make.submission(round, mo)
    parents["meeting"] = make.keep(
        Meeting(form_token="t", title="x", starts_at=clock.now(), ends_at=clock.now())
    )
    parents["rating_item"] = make.keep(RatingItem(round_id=round.id, submission_id=rated.id))
    wanted = {}
    for part in LINKED[1:]:
        parents["moderation_decision"] = make.keep(decision_on(parents["submission"]))
        row = filled(part.table, part.link.key, quinn, parents)
        if part.name == "topics_decided":  # a round has one current and one proposed run
            row["status"] = "superseded"
        if part.name == "participations":
            row["id"] = 77
        if part.table.name in NUMBERED:
            row["number"] = len(wanted)
        db.session.execute(part.table.insert().values(row))
        wanted[part.name] = {
            value
            for name, value in row.items()
            if isinstance(value, str)
            and name not in part.hidden
            and (not part.shown or name in part.shown)
        }
    db.session.commit()
    found = data_of(sign_in(quinn))
    for name, markers in wanted.items():
        assert found[name], f"nothing of {name}"
        text = json.dumps(found[name])
        assert [marker for marker in markers if marker not in text] == [], name


def everything(make, person, round, other):
    """A person who has done all there is to do, on the way a person does it."""
    mine = make.submission(round, person, title=f"Vorschlag {MARKER}", problem=f"Not {MARKER}")
    make.submission(round, person, author_name=f"Handschrift {MARKER}")
    theirs = make.submission(round, other)
    make.keep(
        SubmissionRevision(
            submission_id=mine.id, number=1, fields={"title": f"Früher {MARKER}"},
            state=RevisionState.PUBLISHED,
        )
    )  # fmt: skip
    begun = {"title": f"Halb {MARKER}"}
    draft = make.keep(Draft(round_id=round.id, person_id=person.id, fields=begun))
    for owner in ({"submission_id": mine.id}, {"draft_id": draft.id}):
        make.keep(
            Attachment(
                **owner, file_name="foto.png", media_type="image/png", size=3, digest="d",
                data=b"PNG" + MARKER.encode(),
            )
        )  # fmt: skip
    argument = make.keep(
        Argument(
            submission_id=theirs.id, author_id=person.id, stance=Stance.FOR, is_public=True,
            text=f"Weil {MARKER}",
        )
    )  # fmt: skip
    theirs.argument_count = 1
    helpful = make.keep(
        Argument(submission_id=theirs.id, stance=Stance.FOR, text="x", helpful_count=1)
    )
    make.keep(HelpfulMark(argument_id=helpful.id, person_id=person.id))
    make.keep(Notification(person_id=person.id, kind="submission-received", facts={"title": "x"}))
    make.keep(Passkey(person_id=person.id, credential_id="k", public_key=b"k", name=MARKER))
    make.keep(ExternalIdentity(person_id=person.id, issuer="i", subject=MARKER))
    make.keep(ContactMessage(text="Hilfe", email=person.email, due_at=clock.now()))
    with transaction():
        write_letter(person.email, "password-changed", language="de", url="/")
    with transaction():
        cast_vote(person.as_actor(), round, theirs, Opinion.AGREE)
    ballot = database.session.scalars(select(Participation)).one()
    ballot.guest_key = "the browser they began in as a guest"
    database.session.commit()
    return mine, theirs, argument, helpful


def test_the_copy_holds_what_a_person_has_written_files_included(sign_in, quinn, mo, make):
    everything(make, quinn, make.round("open"), mo)
    archive = archive_of(sign_in(quinn))
    files = [name for name in archive.namelist() if name.startswith("files/")]
    assert {archive.read(name) for name in files} == {b"PNG" + MARKER.encode()}
    assert len(files) == 2
    found = json.loads(archive.read("data.json"))
    for name in ("contributions", "contribution_versions", "drafts", "arguments"):
        assert MARKER in json.dumps(found[name]), name
    assert found["votes"][0]["opinion"] == "agree"
    assert found["letters"][0]["to_email"] == EMAIL
    assert found["contact_messages"][0]["text"] == "Hilfe"


def test_the_copy_holds_the_figures_of_ones_own_ratings_alone(sign_in, quinn, mo, make):
    round = make.round("open")
    item = make.keep(RatingItem(round_id=round.id, submission_id=make.submission(round, mo).id))
    criterion = make.keep(RatingCriterion(round_id=round.id, name="Nutzen", low="-", high="+"))
    for person, value in ((quinn, 4), (mo, 2)):
        sheet = make.keep(RatingSheet(item_id=item.id, member_id=person.id, note="Weil."))
        make.keep(Rating(sheet_id=sheet.id, criterion_id=criterion.id, value=value))
    found = data_of(sign_in(quinn))["rating_figures"]
    assert [each["value"] for each in found] == [4]


def test_the_copy_holds_no_secret(sign_in, quinn, mo, make):
    everything(make, quinn, make.round("open"), mo)
    client = sign_in(quinn)
    text = archive_of(client).read("data.json").decode()
    assert HASH not in text
    assert "key_hash" not in text
    assert "seed" not in text


def test_the_copy_holds_nothing_of_others(sign_in, quinn, mo, make):
    round = make.round("open")
    make.submission(round, mo, title="Moritz allein")
    make.keep(Notification(person_id=mo.id, kind="submission-received", facts={"title": "fremd"}))
    text = archive_of(sign_in(quinn)).read("data.json").decode()
    assert mo.email not in text
    assert "Moritz allein" not in text
    assert "fremd" not in text


def test_the_copy_explains_itself_in_both_languages(sign_in, quinn):
    readme = archive_of(sign_in(quinn)).read("README.txt").decode()
    assert "Everything that is stored about you" in readme
    assert "Alles, was über Sie gespeichert ist" in readme
    assert EMAIL in readme


def test_that_a_copy_was_taken_stands_in_the_minutes(sign_in, quinn, db):
    data_of(sign_in(quinn))
    entry = db.session.scalars(select(AuditEntry)).one()
    assert (entry.event, entry.actor_id) == (Event.PERSON_EXPORTED, quinn.id)


def test_deeds_of_an_earlier_account_with_the_same_number_are_somebody_elses(
    sign_in, quinn, make, db
):
    make.keep(
        AuditEntry(
            at=quinn.created_at - timedelta(days=1), actor_id=quinn.id, actor_roles="participant",
            event=Event.PASSWORD_CHANGED, subject="person:1",
        )
    )  # fmt: skip
    events = [row["event"] for row in data_of(sign_in(quinn))["minutes"]]
    assert events == [Event.PERSON_EXPORTED]


def test_a_visitor_gets_no_copy(sign_in):
    assert sign_in().post("/my/account/data").status_code == 401


# ---- leaving ------------------------------------------------------------------------------------


def leave(client, texts="keep", present=PASSWORD):
    return client.post("/my/account/delete", data={"texts": texts, "present": present})


@pytest.mark.parametrize("texts", ["keep", "remove"])
def test_everything_that_tells_who_it_was_is_gone(sign_in, quinn, mo, make, db, texts):
    everything(make, quinn, make.round("open"), mo)
    number = quinn.id
    client = sign_in(quinn)
    assert leave(client, texts).location == "/"
    assert db.session.scalars(select(Person.id)).all() == [mo.id]
    for table, column in links_to_people():
        left = select(func.count()).where(Base.metadata.tables[table].c[column] == number)
        assert db.session.scalar(left) == 0, (table, column)
    assert db.session.scalars(select(Letter)).all() == []
    assert db.session.scalars(select(ContactMessage.email)).all() == [""]
    assert set(db.session.scalars(select(Submission.author_name))) == {""}
    assert client.get("/my/messages").status_code == 302


def test_texts_that_stay_stand_without_a_name(sign_in, quinn, mo, make, db):
    mine, *_ = everything(make, quinn, make.round("open"), mo)
    leave(sign_in(quinn), "keep")
    page = sign_in().get(f"/submissions/{mine.public_id}").text
    assert f"Not {MARKER}" in page
    assert f"Quinn {MARKER}" not in page
    assert "ohne Namen" in page


def test_texts_that_go_leave_a_dead_end(sign_in, quinn, mo, make, db):
    round = make.round("open")
    mine, _, argument, _ = everything(make, quinn, round, mo)
    number, said = mine.id, argument.id
    leave(sign_in(quinn), "remove")
    assert sign_in().get(f"/submissions/{mine.public_id}").status_code == 410
    left = db.session.get_one(Submission, number)
    assert (left.status, left.problem, left.search_terms) == (Status.WITHDRAWN, "", "")
    revision = db.session.scalars(select(SubmissionRevision)).one()
    assert revision.fields == {"title": ""}
    assert db.session.scalars(select(Attachment)).all() == []
    emptied = db.session.get_one(Argument, said)
    assert (emptied.text, emptied.is_public, emptied.is_withdrawn) == ("", False, True)
    reasons = db.session.scalars(select(TraceLink.reason).where(TraceLink.from_id == number))
    assert "Vom Autor oder der Autorin entfernt" in reasons.all()


def test_a_rejected_text_goes_as_well(sign_in, quinn, make, db):
    number = make.submission(make.round(), quinn, status=Status.REJECTED).id
    leave(sign_in(quinn), "remove")
    left = db.session.get_one(Submission, number)
    assert (left.status, left.problem) == (Status.REJECTED, "")


@pytest.mark.parametrize("texts", ["keep", "remove"])
def test_all_counters_are_right_afterwards(sign_in, quinn, mo, make, db, texts):
    *_, helpful = everything(make, quinn, make.round("open"), mo)
    number = helpful.id
    leave(sign_in(quinn), texts)
    assert wrong_votes() == []
    assert wrong_arguments() == []
    assert db.session.get_one(Argument, number).helpful_count == 0


def test_votes_count_on_and_belong_to_nobody(sign_in, quinn, mo, make, db):
    _, theirs, *_ = everything(make, quinn, make.round("open"), mo)
    leave(sign_in(quinn))
    ballot = db.session.scalars(select(Participation)).one()
    assert (ballot.person_id, ballot.guest_key) == (None, None)
    assert db.session.scalars(select(Vote.opinion)).all() == [1]
    assert db.session.get_one(Submission, theirs.id).agree_count == 1


def test_the_page_says_so_before(sign_in, quinn):
    page = sign_in(quinn).get("/my/account/delete").text
    assert "Stimmen zählen weiter" in page
    assert "30 Tagen" in page


@pytest.mark.parametrize("texts", ["keep", "remove"])
def test_the_address_is_in_no_file_of_the_database_any_more(
    app, sign_in, quinn, mo, make, db, texts
):
    if db.engine.dialect.name != "sqlite":
        pytest.skip("PostgreSQL clears its files up by itself")
    everything(make, quinn, make.round("open"), mo)
    client = sign_in(quinn)
    client.get("/my/account")
    path = Path(db.engine.url.database)
    before = b"".join(p.read_bytes() for p in path.parent.glob(path.name + "*"))
    assert EMAIL.encode() in before
    db.session.remove()
    with closing(sqlite3.connect(path)) as somebody_else:  # as on a site in use
        somebody_else.execute("SELECT count(*) FROM person").fetchall()
        leave(client, texts)
        for file in path.parent.glob(path.name + "*"):
            assert EMAIL.encode() not in file.read_bytes(), file.name
            if texts == "remove":
                assert MARKER.encode() not in file.read_bytes(), file.name
    with closing(sqlite3.connect(path)) as connection:
        assert MARKER not in "".join(connection.iterdump()) or texts == "keep"


def test_the_minutes_keep_the_number_and_no_name(sign_in, quinn, db):
    number = quinn.id
    leave(sign_in(quinn))
    entry = db.session.scalars(select(AuditEntry)).one()
    assert (entry.event, entry.actor_id, entry.facts) == (
        Event.PERSON_ERASED, number, {"texts": "keep"},
    )  # fmt: skip


def test_the_password_is_asked_for_even_right_after_signing_in(sign_in, quinn):
    client = sign_in(quinn)
    assert leave(client, present="falsches Wort").status_code == 422
    assert leave(client, present="").status_code == 422
    assert client.get("/my/messages").status_code == 200


def test_a_choice_must_be_made(sign_in, quinn):
    client = sign_in(quinn)
    assert leave(client, texts="").status_code == 422
    assert leave(client, texts="burn").status_code == 422
    assert client.get("/my/messages").status_code == 200


def fresh(client, *, by_password):
    with client.session_transaction() as kept:
        kept["by_password"] = by_password
    return client


def test_whoever_came_by_passkey_just_now_needs_no_password(sign_in, quinn):
    client = fresh(sign_in(quinn), by_password=False)
    assert leave(client, present="").location == "/"


def test_without_a_password_one_signs_in_again_first(sign_in, make, db):
    person = make.person("Nina", password_hash=None)
    client = fresh(sign_in(person), by_password=False)
    place = db.session.scalars(select(PersonSession)).one()
    place.created_at = clock.now() - timedelta(hours=1)
    db.session.commit()
    assert "Bitte melden Sie sich" in client.get("/my/account/delete").text
    assert leave(client, present="").status_code == 422
    assert queries.by_email(person.email) is not None


def test_the_only_administrator_stays(sign_in, make):
    admin = make.person("Root", roles=[Role.ADMIN], password_hash=HASH)
    answer = leave(sign_in(admin))
    assert answer.status_code == 422
    assert queries.by_email(admin.email) is not None


def test_one_of_two_administrators_may_leave(sign_in, make):
    make.person("Rosa", roles=[Role.ADMIN])
    admin = make.person("Root", roles=[Role.ADMIN], password_hash=HASH)
    assert leave(sign_in(admin)).location == "/"


def test_a_visitor_deletes_nothing(sign_in):
    assert leave(sign_in()).status_code == 401


def test_looking_at_the_page_deletes_nothing(sign_in, quinn):
    sign_in(quinn).get("/my/account/delete")
    assert queries.by_email(EMAIL) is not None
