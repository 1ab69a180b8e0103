"""Letters: nothing is lost, nothing leaves twice, and every one says why it came."""

import re
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from email import message_from_bytes
from email.policy import default
from socket import socket
from threading import Thread

import pytest
import time_machine
from aiosmtpd.controller import Controller
from sqlalchemy import select

from civicdialog.core import clock
from civicdialog.core.db import transaction
from civicdialog.core.jobs import doorbell
from civicdialog.core.letters import DELIVER, Letter, secret_of, write_letter
from civicdialog.notifications import delivery
from civicdialog.notifications.delivery import delay_after, deliver_due_letters
from civicdialog.notifications.writing import as_message, write

FACTS = {
    "contact-answered": {"url": "/legal/accessibility", "explanation": "Jetzt geht es."},
    "confirm": {"url": "/confirm/{secret}", "seed": "s", "hours": 48},
    "already-registered": {"url": "/sign-in"},
    "reset": {"url": "/reset-password/{secret}", "seed": "s", "hours": 1},
    "password-changed": {"url": "/reset-password"},
    "way-in-added": {"url": "/my/account", "way": "passkey"},
    "submission-received": {"url": "/my/contributions", "title": "Ampeln"},
    "submission-published": {"url": "/submissions/abc", "title": "Ampeln"},
    "submission-moved": {"url": "/submissions/abc", "title": "Ampeln", "round_title": "Verkehr"},
    "decision-undone": {"url": "/submissions/abc", "title": "Ampeln", "note": "Wir lagen falsch."},
    "notice-received": {"url": "/notices/{secret}", "seed": "s"},
    "notice-decided": {"url": "/rules", "acted": False, "answer": "Das ist erlaubt."},
    "contribution-reshaped": {
        "url": "/submissions/abc/thread",
        "title": "Ampeln",
        "what": "split",
        "reason": "Er enthält zwei Wünsche.",
    },
    "appeal-made": {"url": "/moderation/appeals/abc", "title": "Ampeln"},
    **{
        f"meeting-{what}": {
            "url": "/committee/meetings/abc",
            "title": "Sitzung",
            "at": "01.12.2026, 17:00",
            "place": "Rathaus",
            "reason": "Sturm.",
        }
        for what in ("planned", "moved", "cancelled")
    },
    "burst-of-votes": {"url": "/moderation/abuse", "title": "Ampeln", "count": 900, "usual": 12},
    "burst-of-guests": {"url": "/moderation/abuse", "title": "Ampeln", "count": 90, "usual": 1},
    "appeal-decided": {
        "url": "/decisions/abc",
        "title": "Ampeln",
        "granted": False,
        "reasons": "Es bleibt dabei.",
    },
    "decision-restricts": {
        "url": "/decisions/abc",
        "title": "Ampeln",
        "what": "submission",
        "outcome": "rejected",
        "automated": False,
        "ground": "duplicate",
        "explanation": "Es gibt ihn schon.\n\nSehen Sie dort nach.",
    },
    "own-step": {
        "url": "/submissions/abc/thread",
        "title": "Ampeln",
        "relation": "described_in",
        "reason": "",
    },
    "followed-step": {
        "url": "/submissions/abc/thread",
        "title": "Ampeln",
        "relation": "changed",
        "reason": "Kürzer.",
    },
    "new-in-round": {"url": "/rounds/ki/proposals", "title": "KI", "count": 3},
    "new-in-topic": {"url": "/rounds/ki/proposals?topic=1", "title": "Ampeln", "count": 3},
    "phase-began": {"url": "/rounds/ki", "title": "KI", "phase": "voting"},
    "digest": {
        "url": "/my/messages",
        "count": 1,
        "messages": [
            {"kind": "answer-added", "facts": {"title": "Ampeln"}, "url": "/arguments/abc"}
        ],
    },
    "argument-added": {"url": "/arguments/abc", "title": "Ampeln"},
    "answer-added": {"url": "/arguments/abc", "title": "Ampeln"},
    "official-answer": {"url": "/arguments/abc", "title": "Ampeln"},
    "revision-published": {"url": "/submissions/abc", "title": "Ampeln"},
}


def post(kind="submission-published", to_email="ada@example.org", language="de", **facts):
    with transaction():
        return write_letter(to_email, kind, language=language, **(FACTS[kind] | facts))


def only_letter(db):
    db.session.expire_all()
    return db.session.scalars(select(Letter)).one()


class Postman:
    """Takes mail like a real server; refuses recipients whose address begins with `no`."""

    def __init__(self):
        self.received = []

    async def handle_RCPT(self, server, session, envelope, address, options):
        if address.startswith("no"):
            return "550 no such person"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, session, envelope):
        self.received.append(message_from_bytes(envelope.content, policy=default))
        return "250 OK"


def free_port():
    with socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@contextmanager
def mail_settings(app, port):
    before = app.extensions["settings"]
    app.extensions["settings"] = replace(
        before, mail_host="127.0.0.1", mail_port=port, mail_starttls=False
    )
    try:
        yield
    finally:
        app.extensions["settings"] = before


@pytest.fixture
def postman(app):
    """A mail server for this test, and settings that point to it."""
    handler = Postman()
    port = free_port()
    server = Controller(handler, hostname="127.0.0.1", port=port)
    server.start()
    with mail_settings(app, port):
        yield handler
    server.stop()


@pytest.fixture
def mail_server_is_down(app):
    with mail_settings(app, free_port()):
        yield


def test_a_letter_travels_through_a_real_mail_server(db, postman):
    post(title="Ampeln für Fußgänger")
    assert deliver_due_letters() == 1
    (mail,) = postman.received
    assert mail["To"] == "ada@example.org"
    assert mail["Subject"] == "Ihr Beitrag ist veröffentlicht"
    assert mail["Auto-Submitted"] == "auto-generated"
    assert mail["Content-Language"] == "de"
    assert "„Ampeln für Fußgänger“" in mail.get_content()
    assert only_letter(db).sent_at is not None


def test_a_letter_leaves_once(db, postman):
    post()
    deliver_due_letters()
    deliver_due_letters()
    with time_machine.travel(clock.now() + timedelta(days=2), tick=False):
        deliver_due_letters()
    assert len(postman.received) == 1


def test_a_letter_whose_deed_was_undone_never_leaves(db, postman):
    with pytest.raises(RuntimeError), transaction():
        write_letter("ada@example.org", "submission-published", language="de", **FACTS["confirm"])
        raise RuntimeError
    assert deliver_due_letters() == 0


def test_the_doorbell_rings_when_the_deed_is_committed(app, db):
    huey = doorbell().huey
    huey.flush()
    post()
    assert huey.pending_count() == 1
    huey.flush()


def test_the_duty_is_known_to_the_doorbell(app):
    assert DELIVER in doorbell().duties


def test_a_mail_server_that_is_down_loses_nothing(db, mail_server_is_down):
    post()
    assert deliver_due_letters() == 0
    letter = only_letter(db)
    assert letter.sent_at is None
    assert letter.attempts == 1
    assert letter.last_error.startswith("ConnectionRefusedError")
    assert letter.try_after > clock.now()


def test_kept_letters_leave_when_the_mail_server_is_back(app, db):
    post()
    with mail_settings(app, free_port()):
        deliver_due_letters()
    first_id = only_letter(db).message_id
    handler = Postman()
    port = free_port()
    server = Controller(handler, hostname="127.0.0.1", port=port)
    server.start()
    try:
        with mail_settings(app, port):
            assert deliver_due_letters() == 0, "it waits for its time"
            with time_machine.travel(clock.now() + timedelta(minutes=2), tick=False):
                assert deliver_due_letters() == 1
    finally:
        server.stop()
    assert [mail["Message-ID"] for mail in handler.received] == [first_id]
    assert only_letter(db).last_error == ""


def test_a_server_that_is_away_is_asked_once_a_round(db, mail_server_is_down):
    for n in range(3):
        post(to_email=f"ada{n}@example.org")
    deliver_due_letters()
    attempts = db.session.scalars(select(Letter.attempts).order_by(Letter.id)).all()
    assert attempts == [1, 0, 0]


def test_one_refused_recipient_does_not_hold_up_the_others(db, postman):
    post(to_email="nobody@example.org")
    post(to_email="ada@example.org")
    assert deliver_due_letters() == 1
    assert [mail["To"] for mail in postman.received] == ["ada@example.org"]


def test_one_letter_that_cannot_be_written_does_not_hold_up_the_others(db, postman):
    with transaction():
        write_letter("ada@example.org", "no-such-kind", language="de", url="/")
    post()
    assert deliver_due_letters() == 1
    broken = db.session.scalars(select(Letter).where(Letter.kind == "no-such-kind")).one()
    assert "TemplateNotFound" in broken.last_error


def test_the_wait_grows_and_has_an_end():
    waits = [delay_after(n) for n in range(1, 21)]
    assert waits[:4] == [timedelta(minutes=n) for n in (1, 2, 4, 8)]
    assert waits == sorted(waits)
    assert waits[-1] == timedelta(hours=6)


def test_a_letter_is_given_up_after_days_not_for_ever(db, mail_server_is_down):
    post()
    moment = clock.now()
    for _ in range(60):
        moment += timedelta(hours=7)
        with time_machine.travel(moment, tick=False):
            deliver_due_letters()
    assert only_letter(db).attempts == 20


def test_two_workers_do_not_take_the_same_letter(db):
    letter = post()
    assert delivery._claim(letter.id) is not None
    assert delivery._claim(letter.id) is None


def test_a_worker_who_comes_late_does_not_take_a_sent_letter(db, postman):
    letter = post()
    deliver_due_letters()
    with time_machine.travel(clock.now() + timedelta(days=1), tick=False):
        assert delivery._claim(letter.id) is None


def test_many_workers_at_once_send_every_letter_once(app, db, postman):
    for n in range(6):
        post(to_email=f"ada{n}@example.org")

    def work():
        with app.app_context():
            deliver_due_letters()

    workers = [Thread(target=work) for _ in range(4)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert sorted(mail["To"] for mail in postman.received) == [
        f"ada{n}@example.org" for n in range(6)
    ]


def test_no_transaction_is_open_while_the_mail_server_is_asked(db, monkeypatch):
    seen = []
    monkeypatch.setattr(delivery, "_send", lambda *sent: seen.append(db.session().in_transaction()))
    post()
    deliver_due_letters()
    assert seen == [False]


def test_without_a_mail_server_letters_become_files(db, letters):
    post()
    (text,) = letters()
    assert "Subject: Ihr Beitrag ist veröffentlicht" in text
    assert "http://localhost/submissions/abc" in text


@pytest.mark.parametrize("language", ["de", "en"])
@pytest.mark.parametrize("kind", FACTS)
def test_every_letter_is_complete(db, kind, language):
    letter = post(kind, language=language)
    written = write(letter)
    path = FACTS[kind]["url"].replace("{secret}", secret_of("s"))
    assert written.subject
    assert "\n" not in written.subject
    assert f"http://localhost{path}\n" in written.text
    assert ("Sie bekommen diese E-Mail, weil" in written.text) == (language == "de")
    assert ("You receive this letter because" in written.text) == (language == "en")
    assert "%(" not in written.text
    assert "&#" not in written.text
    assert "\n\n\n\n" not in written.text
    assert len(written.text) < 1500


def test_every_kind_of_letter_is_tested_here(app):
    templates = {name for name in app.jinja_env.list_templates() if name.startswith("mail/")}
    assert templates == {f"mail/{kind}.txt" for kind in FACTS}


def test_a_restriction_gives_rule_explanation_and_the_way_to_object(db):
    text = write(post("decision-restricts")).text
    assert "Grund: " in text
    assert "duplicate" not in text
    assert "Es gibt ihn schon.\n\nSehen Sie dort nach." in text
    assert "innerhalb von sechs Monaten widersprechen" in text
    assert "kein Programm" in text


def test_what_people_typed_stays_inside_its_line(db):
    letter = post(title="Ampeln\r\nSubject: Gewinn\n\n<b>&amp;</b>")
    message = as_message(letter)
    assert message["Subject"] == "Ihr Beitrag ist veröffentlicht"
    assert "„Ampeln Subject: Gewinn <b>&amp;</b>“" in write(letter).text


def test_the_same_letter_has_the_same_number_each_time(db):
    letter = post()
    assert as_message(letter)["Message-ID"] == as_message(letter)["Message-ID"]
    assert re.fullmatch(r"<[\w-]+@localhost>", as_message(letter)["Message-ID"])


def test_the_mailbox_of_development_shows_letters_with_working_links(db, sign_in):
    post("reset", title="")
    page = sign_in().get("/dev/mailbox").text
    assert f'href="/reset-password/{secret_of("s")}"' in page
    assert "Neues Passwort wählen" in page


def test_a_broken_letter_does_not_hide_the_others_in_the_mailbox(db, sign_in):
    with transaction():
        write_letter("ada@example.org", "no-such-kind", language="de", url="/")
    post()
    answer = sign_in().get("/dev/mailbox")
    assert answer.status_code == 200
    assert "Ihr Beitrag ist veröffentlicht" in answer.text


def test_there_is_no_mailbox_in_production(tmp_path):
    from civicdialog import create_app
    from civicdialog.config import load_settings

    settings = load_settings(
        {
            "CIVICDIALOG_ENVIRONMENT": "production",
            "CIVICDIALOG_INSTANCE_PATH": str(tmp_path),
            "CIVICDIALOG_SECRET_KEY": "a secret for tests only, long enough",
            "CIVICDIALOG_BASE_URL": "https://dialog.example",
            "CIVICDIALOG_MAIL_HOST": "127.0.0.1",
        }
    )
    app = create_app(settings, TESTING=True)
    assert "/dev/mailbox" not in {rule.rule for rule in app.url_map.iter_rules()}
