"""How often mail comes: chosen per kind, one letter for many messages, stopped with one press."""

from datetime import UTC, datetime, timedelta
from types import SimpleNamespace

import pytest
import time_machine
from sqlalchemy import select

from civicdialog.core.db import transaction
from civicdialog.core.letters import Letter
from civicdialog.notifications.choices import FOLLOWED, choose, chosen, stop_token
from civicdialog.notifications.digest import last_morning, send_due_digests
from civicdialog.notifications.models import Notification, Rhythm
from civicdialog.notifications.outbox import tell
from civicdialog.notifications.writing import as_message, write

WEDNESDAY = datetime(2027, 3, 3, 12, tzinfo=UTC)
DAY = timedelta(days=1)


def letters_in(db):
    db.session.expire_all()
    return db.session.scalars(select(Letter).order_by(Letter.id)).all()


def told(person, kind="answer-added", **facts):
    with transaction():
        tell(person, kind, url="/arguments/abc", **{"title": "Ampeln", **facts})


def chooses(person, **rhythms):
    with transaction():
        choose(person.as_actor(), rhythms)


def test_at_once_a_message_is_a_letter_as_well(db, ada):
    told(ada, "submission-published")
    assert [each.kind for each in letters_in(db)] == ["submission-published"]


@pytest.mark.parametrize("rhythm", [Rhythm.DAILY, Rhythm.WEEKLY, Rhythm.NEVER])
def test_otherwise_it_stands_in_the_inbox_only(db, ada, rhythm):
    chooses(ada, answers=rhythm)
    told(ada)
    assert letters_in(db) == []
    assert db.session.scalars(select(Notification.rhythm)).all() == [rhythm]


@pytest.mark.parametrize(
    ("rhythm", "now", "morning"),
    [
        (Rhythm.DAILY, "2027-03-03T05:59", "2027-03-02T06:00"),
        (Rhythm.DAILY, "2027-03-03T06:00", "2027-03-03T06:00"),
        (Rhythm.DAILY, "2027-07-03T05:00", "2027-07-03T05:00"),  # summer time
        (Rhythm.WEEKLY, "2027-03-03T12:00", "2027-03-01T06:00"),
        (Rhythm.WEEKLY, "2027-03-01T05:59", "2027-02-22T06:00"),
    ],
)
def test_mornings_are_those_of_the_city(app, rhythm, now, morning):
    def moment(text):
        return datetime.fromisoformat(text).replace(tzinfo=UTC)

    assert last_morning(moment(now), rhythm) == moment(morning)


def test_one_letter_comes_in_the_morning_with_everything(db, ada):
    with time_machine.travel(WEDNESDAY, tick=False):
        told(ada, title="Ampeln")
        told(ada, title="Bäume")
        send_due_digests()
        assert letters_in(db) == []
    with time_machine.travel(WEDNESDAY + DAY, tick=False):
        send_due_digests()
        (letter,) = letters_in(db)
        text = write(letter).text
    assert "„Ampeln“" in text
    assert "„Bäume“" in text


def test_nothing_comes_twice(db, ada):
    with time_machine.travel(WEDNESDAY, tick=False):
        told(ada)
    with time_machine.travel(WEDNESDAY + DAY, tick=False):
        send_due_digests()
        send_due_digests()
    assert len(letters_in(db)) == 1


def test_a_letter_that_could_not_be_written_is_tried_again(db, ada, monkeypatch):
    with time_machine.travel(WEDNESDAY, tick=False):
        told(ada)
    with time_machine.travel(WEDNESDAY + DAY, tick=False):
        with monkeypatch.context() as broken:
            broken.setattr("civicdialog.notifications.digest.write_letter", None)
            with pytest.raises(TypeError):
                send_due_digests()
        db.session.rollback()
        send_due_digests()
    assert len(letters_in(db)) == 1


def test_weekly_mail_waits_for_monday(db, ada):
    with time_machine.travel(WEDNESDAY, tick=False):
        chooses(ada, answers=Rhythm.WEEKLY)
        told(ada)
    with time_machine.travel(WEDNESDAY + 4 * DAY, tick=False):
        send_due_digests()
        assert letters_in(db) == []
    with time_machine.travel(WEDNESDAY + 5 * DAY, tick=False):
        send_due_digests()
    assert len(letters_in(db)) == 1


def test_everybody_gets_their_own(db, ada, mo):
    with time_machine.travel(WEDNESDAY, tick=False):
        told(ada, title="Adas")
        told(mo, title="Mos")
    with time_machine.travel(WEDNESDAY + DAY, tick=False):
        send_due_digests()
    texts = {each.to_email: write(each).text for each in letters_in(db)}
    assert "Mos" not in texts[ada.email]
    assert "Adas" not in texts[mo.email]


# ---- stopping -----------------------------------------------------------------------------------


def test_every_letter_says_how_to_stop_it_with_one_press(db, ada):
    told(ada, "submission-published")
    message = as_message(letters_in(db)[0])
    assert message["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert "/stop/" in message["List-Unsubscribe"]
    assert "/stop/" in message.get_content()


def address(ada):
    return f"/stop/{stop_token(SimpleNamespace(public_id=ada.public_id), FOLLOWED)}"


def test_looking_at_the_link_stops_nothing(ada, sign_in):
    assert sign_in().get(address(ada)).status_code == 200
    assert chosen(ada.id)["followed"] is Rhythm.WEEKLY


def test_pressing_it_stops_this_kind_without_signing_in(ada, sign_in):
    answer = sign_in().post(address(ada), data={"List-Unsubscribe": "One-Click"}, with_token=False)
    assert answer.status_code == 200
    assert chosen(ada.id) == {
        "own": Rhythm.AT_ONCE, "answers": Rhythm.DAILY, "followed": Rhythm.NEVER,
    }  # fmt: skip


@pytest.mark.parametrize("token", ["x", "WyJ4Iiwib3duIl0.abc", "ä"])
def test_a_made_up_link_is_not_there(sign_in, token):
    assert sign_in().get(f"/stop/{token}").status_code == 404


def test_the_rhythm_is_chosen_on_a_page(ada, sign_in):
    client = sign_in(ada)
    client.post("/my/messages/choices", data={"own": "weekly", "answers": "nonsense"})
    assert chosen(ada.id)["own"] is Rhythm.WEEKLY
    assert chosen(ada.id)["answers"] is Rhythm.DAILY
    assert 'value="weekly" checked' in client.get("/my/messages/choices").text
