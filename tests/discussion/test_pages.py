"""Discussing: write, answer, change, take back, find helpful; hidden texts leave a note."""

import re

import pytest
from sqlalchemy import select

from civicdialog.core.db import transaction
from civicdialog.core.kept import restore
from civicdialog.discussion.counters import wrong_counters
from civicdialog.discussion.models import Argument, HelpfulMark, Stance
from civicdialog.notifications.models import Notification
from civicdialog.submissions.models import Status, Submission
from civicdialog.trace.models import Relation, TraceLink
from tests.web.statements import counted_statements


@pytest.fixture
def round(make):
    return make.round("voting", arguments_wait=False)


@pytest.fixture
def submission(make, round):
    return make.submission(round, make.person("Bob"))


@pytest.fixture
def argument(make, submission, ada):
    return said(make, submission, ada)


def said(make, submission, author, text="Es spart Zeit.", **values):
    values = {"stance": Stance.FOR, "is_public": True, **values}
    return make.keep(
        Argument(submission_id=submission.id, author_id=author and author.id, text=text, **values)
    )


def hidden(answer, name):
    return re.search(rf'name="{name}"[^>]*value="([^"]*)"', answer.text)[1]


def write(client, submission, text="Es spart Zeit.", stance="for", **more):
    url = f"/submissions/{submission.public_id}/argue"
    token = hidden(client.get(url), "token")
    return client.post(url, data={"token": token, "text": text, "stance": stance, **more})


def all_arguments(db):
    db.session.expire_all()
    return db.session.scalars(select(Argument).order_by(Argument.id)).all()


def kinds(db, person):
    wanted = select(Notification.kind).where(Notification.person_id == person.id)
    return db.session.scalars(wanted).all()


def test_what_somebody_says_stands_on_the_page(sign_in, ada, submission, db):
    client = sign_in(ada)
    answer = write(client, submission)
    assert answer.location == f"/arguments/{all_arguments(db)[0].public_id}"
    assert "Es spart Zeit." in sign_in().get(f"/submissions/{submission.public_id}").text
    assert wrong_counters() == []


def test_where_the_round_says_so_it_waits_for_a_moderator(sign_in, ada, mo, make, db):
    submission = make.submission(make.round("voting"))
    write(sign_in(ada), submission)
    page = f"/submissions/{submission.public_id}"
    assert "Es spart Zeit." not in sign_in().get(page).text
    assert "nur Sie" in sign_in(ada).get(page).text
    url = f"/moderation/arguments/{all_arguments(db)[0].public_id}/publish"
    assert sign_in(mo).post(url).status_code == 303
    assert "Es spart Zeit." in sign_in().get(page).text
    assert wrong_counters() == []


def test_sending_twice_says_it_once(sign_in, ada, submission, db):
    client = sign_in(ada)
    url = f"/submissions/{submission.public_id}/argue"
    token = hidden(client.get(url), "token")
    for _ in range(2):
        client.post(url, data={"token": token, "text": "Einmal.", "stance": "for"})
    assert len(all_arguments(db)) == 1


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"text": ""}, "Bitte schreiben Sie etwas."),
        ({"stance": ""}, "Bitte wählen Sie eines von den vieren."),
        ({"text": "x" * 1_501}, "höchstens 1.500 Zeichen"),
    ],
)
def test_a_mistake_is_said_and_nothing_is_lost(sign_in, ada, submission, db, change, words):
    typed = {"text": "Mein Gedanke.", "stance": "against", **change}
    answer = write(sign_in(ada), submission, **typed)
    assert answer.status_code == 422
    assert words in answer.text
    assert typed["text"] in answer.text
    assert all_arguments(db) == []


def test_personal_data_are_shown_before_sending_and_sent_if_somebody_insists(
    sign_in, ada, submission, db
):
    client, text = sign_in(ada), "Rufen Sie mich an: 0345 1234567"
    answer = write(client, submission, text)
    assert answer.status_code == 422
    assert "<mark>0345 1234567</mark>" in answer.text
    assert all_arguments(db) == []
    again = {name: hidden(answer, name) for name in ("token", "looked")}
    url = f"/submissions/{submission.public_id}/argue"
    assert client.post(url, data=again | {"text": text, "stance": "for"}).status_code == 303


@pytest.mark.parametrize("stage", ["coming", "evaluating", "closed"])
def test_outside_the_discussion_nobody_writes(sign_in, ada, make, db, stage):
    submission = make.submission(make.round(stage))
    url = f"/submissions/{submission.public_id}/argue"
    assert "<textarea" not in sign_in(ada).get(url).text
    answer = sign_in(ada).post(url, data={"token": "t", "text": "Doch.", "stance": "for"})
    assert answer.status_code == 422
    assert all_arguments(db) == []


def test_a_visitor_signs_in_first(sign_in, submission):
    answer = sign_in().get(f"/submissions/{submission.public_id}/argue")
    assert "/sign-in" in answer.location


def test_nothing_can_be_said_about_what_waits(sign_in, ada, make, round):
    waiting = make.submission(round, status=Status.PENDING)
    assert sign_in(ada).get(f"/submissions/{waiting.public_id}/argue").status_code == 404


# ---- answers ------------------------------------------------------------------------------------


def reply(client, argument, text="Woher wissen Sie das?"):
    url = f"/arguments/{argument.public_id}/answer"
    return client.post(url, data={"token": hidden(client.get(url), "token"), "text": text})


def test_an_answer_stands_below_and_is_told(sign_in, make, ada, argument, submission, db):
    assert reply(sign_in(make.person("Eve")), argument).status_code == 303
    page = sign_in().get(f"/submissions/{submission.public_id}").text
    assert page.index("Es spart Zeit.") < page.index("Woher wissen Sie das?")
    assert kinds(db, ada) == ["answer-added"]


def test_an_answer_is_not_answered(sign_in, ada, argument, make, db):
    reply(sign_in(make.person("Eve")), argument)
    answer = all_arguments(db)[1]
    url = f"/arguments/{answer.public_id}/answer"
    assert sign_in(ada).post(url, data={"token": "t", "text": "Daher."}).status_code == 422
    assert len(all_arguments(db)) == 2


def test_the_office_answers_at_once_marked_and_in_the_thread(sign_in, ada, ed, argument, db):
    assert (
        "Für die Verwaltung antworten"
        in sign_in(ed).get(f"/arguments/{argument.public_id}/answer").text
    )
    reply(sign_in(ed), argument, "Ab Mai.")
    page = sign_in().get(f"/arguments/{argument.public_id}").text
    assert "Antwort der Verwaltung" in page
    assert kinds(db, ada) == ["official-answer"]
    links = db.session.scalars(select(TraceLink.relation)).all()
    assert links == [Relation.ANSWERED]


def test_nobody_else_answers_for_the_office(sign_in, make, argument, db):
    reply(sign_in(make.person("Eve")), argument)
    assert [each.is_official for each in all_arguments(db)] == [False, False]


def test_nobody_is_told_of_their_own_words(sign_in, ada, make, round, db):
    submission = make.submission(round, ada)
    write(sign_in(ada), submission)
    assert kinds(db, ada) == []


# ---- change, take back --------------------------------------------------------------------------


def test_what_was_changed_stays_readable(sign_in, ada, argument):
    url = f"/arguments/{argument.public_id}/edit"
    assert sign_in(ada).post(url, data={"text": "Es spart Geld."}).status_code == 303
    versions = sign_in().get(f"/arguments/{argument.public_id}/versions").text
    assert "<del>" in versions
    assert "Geld" in versions


def test_a_changed_text_waits_again_where_a_moderator_reads_first(sign_in, ada, make, db):
    submission = make.submission(make.round("voting"), argument_count=1)
    argument = said(make, submission, ada)
    url = f"/arguments/{argument.public_id}/edit"
    sign_in(ada).post(url, data={"text": "Ganz etwas anderes."})
    assert "Ganz etwas" not in sign_in().get(f"/submissions/{submission.public_id}").text
    assert wrong_counters() == []


@pytest.mark.parametrize("deed", ["edit", "withdraw"])
def test_nobody_changes_what_others_said(sign_in, make, argument, db, deed):
    url = f"/arguments/{argument.public_id}/{deed}"
    answer = sign_in(make.person("Eve")).post(url, data={"text": "Verfälscht."})
    assert answer.status_code == 403
    assert all_arguments(db)[0].text == "Es spart Zeit."


def test_taken_back_it_leaves_a_note_if_it_was_answered(sign_in, ada, make, argument, submission):
    reply(sign_in(make.person("Eve")), argument)
    sign_in(ada).post(f"/arguments/{argument.public_id}/withdraw")
    page = sign_in().get(f"/submissions/{submission.public_id}").text
    assert "Es spart Zeit." not in page
    assert "hat es zurückgenommen" in page
    assert "Woher wissen Sie das?" in page


def test_taken_back_without_answers_it_is_gone(sign_in, ada, argument, submission):
    sign_in(ada).post(f"/arguments/{argument.public_id}/withdraw")
    page = sign_in().get(f"/submissions/{submission.public_id}").text
    assert "zurückgenommen" not in page


# ---- helpful ------------------------------------------------------------------------------------


def test_helpful_is_one_mark_a_person(sign_in, make, argument, db):
    client, url = sign_in(make.person("Eve")), f"/arguments/{argument.public_id}/helpful"
    for _ in range(2):
        client.post(url, data={"helpful": "yes"})
    assert all_arguments(db)[0].helpful_count == 1
    for _ in range(2):
        client.post(url, data={"helpful": "no"})
    assert all_arguments(db)[0].helpful_count == 0
    assert db.session.scalars(select(HelpfulMark)).all() == []


def test_nobody_marks_their_own(sign_in, ada, argument, db):
    url = f"/arguments/{argument.public_id}/helpful"
    assert sign_in(ada).post(url, data={"helpful": "yes"}).status_code == 403


def test_a_foreign_address_is_not_followed(sign_in, make, argument):
    url = f"/arguments/{argument.public_id}/helpful"
    data = {"helpful": "yes", "next": "//evil.example"}
    assert sign_in(make.person("Eve")).post(url, data=data).location.startswith("/arguments/")


# ---- moderation ---------------------------------------------------------------------------------

REASONS = {"ground": "insult", "explanation": "Das beleidigt die Leute im Amt."}


def test_hidden_it_leaves_a_note_and_its_author_hears_why(
    sign_in, ada, mo, argument, submission, db
):
    with transaction():
        db.session.get_one(Submission, submission.id).argument_count = 1
    url = f"/moderation/arguments/{argument.public_id}/remove"
    assert sign_in(mo).post(url, data=REASONS).status_code == 303
    page = sign_in().get(f"/submissions/{submission.public_id}").text
    assert "Es spart Zeit." not in page
    assert "ausgeblendet" in page
    assert kinds(db, ada) == ["decision-restricts"]
    assert wrong_counters() == []


@pytest.mark.parametrize("path", ["", "/versions"])
def test_the_text_of_what_is_hidden_is_shown_to_nobody(sign_in, mo, argument, path):
    sign_in(mo).post(f"/moderation/arguments/{argument.public_id}/remove", data=REASONS)
    assert "Es spart Zeit." not in sign_in().get(f"/arguments/{argument.public_id}{path}").text


def test_without_reasons_nothing_is_hidden(sign_in, mo, argument, db):
    url = f"/moderation/arguments/{argument.public_id}/remove"
    assert sign_in(mo).post(url, data={"ground": "insult"}).status_code == 422
    assert all_arguments(db)[0].is_public


def test_nobody_decides_on_their_own_words(sign_in, mo, make, submission):
    own = said(make, submission, mo, is_public=False)
    url = f"/moderation/arguments/{own.public_id}/publish"
    assert sign_in(mo).post(url).status_code == 403


def test_a_text_that_changed_meanwhile_is_not_published_unread(sign_in, mo, ada, make, submission):
    waits = said(make, submission, ada, is_public=False)
    url = f"/moderation/arguments/{waits.public_id}/publish"
    assert sign_in(mo).post(url, data={"seen": "0"}).status_code == 409


# ---- lists --------------------------------------------------------------------------------------


@pytest.mark.parametrize("sort", ["fair", "newest", "oldest", "helpful", "nonsense"])
def test_turning_pages_shows_everything_once(sign_in, ada, make, submission, sort):
    for n in range(45):
        said(make, submission, ada, f"Grund-{n}-", helpful_count=n % 4)
    client, seen = sign_in(), []
    url = f"/submissions/{submission.public_id}/arguments?sort={sort}&seed=7"
    while url:
        page = client.get(url).text
        seen += re.findall(r"Grund-(\d+)-", page)
        following = re.search(r'href="([^"]+start=(\d+)[^"]*)"', page)
        is_further = following and int(following[2]) > len(seen) - 1
        url = following[1].replace("&amp;", "&") if is_further else None
    assert sorted(map(int, seen)) == list(range(45))


def test_an_empty_kind_says_so(sign_in, submission):
    url = f"/submissions/{submission.public_id}/arguments?stance=question"
    assert "Noch hat niemand eines geschrieben." in sign_in().get(url).text


def test_ones_own_words_are_listed_with_their_state(sign_in, ada, argument):
    page = sign_in(ada).get("/my/arguments").text
    assert "Es spart Zeit." in page
    assert "Veröffentlicht" in page


def test_an_unknown_argument_is_not_there(sign_in, ada):
    for path in ("/arguments/nichtda", "/arguments/nichtda/answer", "/arguments/%00"):
        assert sign_in(ada).get(path).status_code == 404


# ---- what is gone, and what changes meanwhile -----------------------------------------------------


def remove(client, argument):
    return client.post(f"/moderation/arguments/{argument.public_id}/remove", data=REASONS)


@pytest.mark.parametrize("who", ["mo", "ada"])
def test_who_answers_what_is_gone_does_not_read_it_and_keeps_the_answer(
    sign_in, ada, mo, make, argument, who
):
    if who == "mo":
        remove(sign_in(mo), argument)
    else:
        sign_in(ada).post(f"/arguments/{argument.public_id}/withdraw")
    client, url = sign_in(make.person("Eve")), f"/arguments/{argument.public_id}/answer"
    page, answer = client.get(url), client.post(url, data={"token": "t", "text": "Getippt."})
    assert "Es spart Zeit." not in page.text + answer.text
    assert "Darauf kann man nicht antworten." in page.text
    assert answer.status_code == 422
    assert "Getippt." in answer.text


def test_what_was_typed_when_the_discussion_ended_is_not_lost(sign_in, ada, make):
    submission = make.submission(make.round("closed"))
    url = f"/submissions/{submission.public_id}/argue"
    data = {"token": "t", "text": "Lang getippt.", "stance": "against"}
    assert "Lang getippt." in sign_in(ada).post(url, data=data).text


def test_what_was_typed_is_kept_if_the_session_has_expired(app, sign_in, submission):
    url, typed = f"/submissions/{submission.public_id}/argue", {"text": "Lang.", "stance": "for"}
    answer = sign_in().post(url, data=typed)
    assert answer.status_code == 401
    with app.test_request_context():
        kept = restore(hidden(answer, "kept"))
    assert kept.path == url
    assert dict(kept.fields).items() >= typed.items()


def test_two_windows_do_not_overwrite_each_other_unseen(sign_in, ada, argument, db):
    client, url = sign_in(ada), f"/arguments/{argument.public_id}/edit"
    seen = hidden(client.get(url), "seen")
    client.post(url, data={"seen": seen, "text": "Aus dem ersten Fenster."})
    answer = client.post(url, data={"seen": seen, "text": "Aus dem zweiten."})
    assert answer.status_code == 409
    assert "Aus dem ersten Fenster." in answer.text
    assert "Aus dem zweiten." in answer.text
    again = {"seen": hidden(answer, "seen"), "text": "Aus beiden."}
    assert client.post(url, data=again).status_code == 303
    assert all_arguments(db)[0].text == "Aus beiden."


def test_a_mark_meanwhile_does_not_stand_in_the_way_of_a_change(sign_in, ada, make, argument):
    client, url = sign_in(ada), f"/arguments/{argument.public_id}/edit"
    seen = hidden(client.get(url), "seen")
    eve = sign_in(make.person("Eve"))
    eve.post(f"/arguments/{argument.public_id}/helpful", data={"helpful": "yes"})
    assert client.post(url, data={"seen": seen, "text": "Neu."}).status_code == 303


@pytest.fixture
def changed(make, sign_in, ada):
    """On the page once, answered, then changed where a moderator reads first."""
    submission = make.submission(make.round("voting"), make.person("Bob"), argument_count=2)
    argument = said(make, submission, ada)
    said(make, submission, make.person("Eve"), "Eine Antwort.", parent_id=argument.id)
    sign_in(ada).post(f"/arguments/{argument.public_id}/edit", data={"text": "Umgeschrieben."})
    return argument


def page_about(client, db, argument):
    submission = db.session.get_one(Submission, argument.submission_id)
    return client.get(f"/submissions/{submission.public_id}").text


def test_answers_stay_while_what_they_answer_is_checked(sign_in, changed, db):
    page = page_about(sign_in(), db, changed)
    assert "Eine Antwort." in page
    assert "Die neue Fassung wird geprüft." in page
    assert f"/arguments/{changed.public_id}/versions" in page
    assert "Umgeschrieben." not in page
    assert "nur Sie" not in page


def test_answers_stay_if_the_change_is_refused(sign_in, mo, changed, db):
    remove(sign_in(mo), changed)
    page = page_about(sign_in(), db, changed)
    assert "Eine Antwort." in page
    assert "Umgeschrieben." not in page
    assert wrong_counters() == []


def test_while_a_change_is_checked_the_earlier_text_stays_readable(sign_in, changed):
    versions = sign_in().get(f"/arguments/{changed.public_id}/versions")
    assert "Es spart Zeit." in versions.text
    assert "Umgeschrieben." not in versions.text


def test_no_version_of_what_was_refused_is_shown(sign_in, mo, changed):
    remove(sign_in(mo), changed)
    versions = sign_in().get(f"/arguments/{changed.public_id}/versions")
    assert "Es spart Zeit." not in versions.text


def test_a_change_that_is_published_is_not_told_again(sign_in, mo, changed, db):
    sign_in(mo).post(f"/moderation/arguments/{changed.public_id}/publish")
    assert all_arguments(db)[0].is_public
    assert db.session.scalars(select(Notification)).all() == []


def test_whose_text_is_refused_reads_it_and_why(sign_in, ada, mo, make, submission):
    argument = said(make, submission, ada, is_public=False)
    remove(sign_in(mo), argument)
    page = sign_in(ada).get(f"/arguments/{argument.public_id}").text
    assert "Es spart Zeit." in page
    assert REASONS["explanation"] in page
    assert "Wird geprüft" not in page
    assert sign_in().get(f"/arguments/{argument.public_id}").status_code == 404


def test_why_something_is_hidden_is_told_to_its_author_alone(sign_in, ada, mo, make, argument):
    remove(sign_in(mo), argument)
    url = f"/arguments/{argument.public_id}"
    assert REASONS["explanation"] in sign_in(ada).get(url).text
    assert REASONS["explanation"] not in sign_in(make.person("Eve")).get(url).text


def test_who_takes_back_what_is_hidden_does_not_hide_that(sign_in, ada, mo, argument):
    remove(sign_in(mo), argument)
    sign_in(ada).post(f"/arguments/{argument.public_id}/withdraw")
    assert "ausgeblendet" in sign_in().get(f"/arguments/{argument.public_id}").text


@pytest.mark.parametrize("is_signed_in", [False, True])
def test_a_list_takes_as_many_statements_for_eighteen_as_for_two(
    sign_in, ada, make, submission, is_signed_in
):
    client = sign_in(make.person("Eve")) if is_signed_in else sign_in()
    url, taken = f"/submissions/{submission.public_id}/arguments", []
    for count in (2, 16):
        for n in range(count):
            top = said(make, submission, ada, f"Grund {count} {n}.")
            said(make, submission, ada, f"Antwort {count} {n}.", parent_id=top.id)
        client.get(url)
        with counted_statements() as statements:
            client.get(url)
        taken.append(len(statements))
    assert taken[0] == taken[1] <= 9
