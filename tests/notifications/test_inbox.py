"""The inbox: the own messages, newest first, read only when somebody says so."""

import pytest

from civicdialog.core.db import transaction
from civicdialog.core.errors import NotAllowed
from civicdialog.core.permissions import VISITOR
from civicdialog.notifications import actions, queries, routes
from civicdialog.notifications.models import Notification
from civicdialog.notifications.outbox import tell
from civicdialog.notifications.words import WORDS


@pytest.fixture
def tell_ada(ada, db):
    """`tell_ada("Ampeln")`: Ada learns that her proposal “Ampeln” is published."""

    def tell_her(*titles, kind="submission-published", **facts):
        with transaction():
            for title in titles:
                tell(ada, kind, url="/submissions/abc", title=title, **facts)
                db.session.flush()

    return tell_her


def test_the_newest_message_comes_first(sign_in, ada, tell_ada):
    tell_ada("Erster", "Zweiter")
    page = sign_in(ada).get("/my/messages").text
    assert 0 < page.index("„Zweiter“") < page.index("„Erster“")


def test_every_kind_of_message_has_words_in_both_languages(sign_in, ada, tell_ada, monkeypatch):
    monkeypatch.setattr(routes, "PER_PAGE", len(WORDS))
    facts = {"phase": "voting", "relation": "changed", "count": 2, "round_title": "KI"}
    facts["at"] = "24.11.2026, 18:00"
    for kind in WORDS:
        tell_ada("Ampeln", kind=kind, **facts)
    german = sign_in(ada).get("/my/messages", headers={"Accept-Language": "de"}).text
    english = sign_in(ada).get("/my/messages", headers={"Accept-Language": "en"}).text
    assert german.count("„Ampeln“") == english.count("“Ampeln”") == len(WORDS)


def test_a_kind_nobody_has_words_for_is_still_shown(sign_in, ada, make):
    make.keep(Notification(person_id=ada.id, kind="from-the-future", facts={}, url="/x"))
    assert "Es gibt etwas Neues für Sie." in sign_in(ada).get("/my/messages").text


def test_looking_does_not_make_a_message_read(sign_in, ada, tell_ada):
    tell_ada("Ampeln")
    client = sign_in(ada)
    client.get("/my/messages")
    assert 'message--unread"' in client.get("/my/messages").text
    assert queries.unread_count(ada.as_actor()) == 1


def test_one_button_makes_all_messages_read(sign_in, ada, tell_ada):
    tell_ada("Ampeln", "Bäume")
    client = sign_in(ada)
    assert client.post("/my/messages/read").status_code == 303
    page = client.get("/my/messages").text
    assert 'message--unread"' not in page
    assert "/my/messages/read" not in page
    assert queries.unread_count(ada.as_actor()) == 0


def test_reading_leaves_other_peoples_messages_alone(ada, mo, tell_ada):
    tell_ada("Ampeln")
    with transaction():
        actions.mark_all_read(mo.as_actor())
    assert queries.unread_count(ada.as_actor()) == 1


def test_nobody_reads_other_peoples_messages(sign_in, make, tell_ada):
    tell_ada("Ampeln")
    other = make.person("Nils")
    assert "Ampeln" not in sign_in(other).get("/my/messages?after=0").text


def test_a_visitor_has_no_inbox(sign_in, db):
    assert sign_in().get("/my/messages").status_code == 302
    with pytest.raises(NotAllowed):
        actions.mark_all_read(VISITOR)


def test_an_empty_inbox_says_what_will_come(sign_in, ada):
    assert "Noch keine Nachrichten" in sign_in(ada).get("/my/messages").text


def titles(page):
    import re

    return [int(n) for n in re.findall(r"„Nr (\d+)“", page)]


def neighbours(page):
    import re

    return re.findall(r'href="(/my/messages\?[^"]+)"', page)


def test_leafing_shows_every_message_once_and_leads_back(sign_in, ada, tell_ada):
    tell_ada(*(f"Nr {n}" for n in range(1, 46)))
    client = sign_in(ada)
    first = client.get("/my/messages").text
    second = client.get(neighbours(first)[0]).text
    third = client.get(neighbours(second)[-1]).text
    assert titles(first) + titles(second) + titles(third) == list(range(45, 0, -1))
    assert len(neighbours(third)) == 1
    assert titles(client.get(neighbours(third)[0]).text) == titles(second)
    assert titles(client.get(neighbours(second)[0]).text) == titles(first)


@pytest.mark.parametrize(
    "nonsense", ["before=x", "after=-1", "before=9" + "9" * 40, "after=٣", "before="]
)
def test_nonsense_in_the_address_shows_the_newest(sign_in, ada, tell_ada, nonsense):
    tell_ada("Ampeln")
    answer = sign_in(ada).get(f"/my/messages?{nonsense}")
    assert answer.status_code == 200
    assert "Ampeln" in answer.text


def test_what_people_typed_is_shown_as_text(sign_in, ada, tell_ada):
    tell_ada("<b>fett</b> %(title)s %s {{ 7*7 }}")
    assert "&lt;b&gt;fett&lt;/b&gt; %(title)s %s {{ 7*7 }}" in sign_in(ada).get("/my/messages").text


def test_sample_people_get_messages_but_no_letters(make, db, letters):
    sample = make.person("Probe", is_sample=True)
    with transaction():
        tell(sample, "submission-published", url="/submissions/abc", title="Ampeln")
    assert queries.unread_count(sample.as_actor()) == 1
    assert letters() == []
