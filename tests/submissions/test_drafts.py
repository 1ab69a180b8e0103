"""What is half written: kept for its author alone, through everything that may happen meanwhile."""

from datetime import timedelta

import pytest
from sqlalchemy import select, update

from civicdialog import create_app
from civicdialog.core import clock
from civicdialog.core.db import transaction
from civicdialog.core.jobs import doorbell
from civicdialog.rounds.models import Phase
from civicdialog.submissions.drafts import WINDOW
from civicdialog.submissions.models import Draft
from civicdialog.submissions.tasks import FORGET_DRAFTS
from civicdialog.submissions.texts import search_terms
from tests.submissions.test_pages import TEXTS, all_submissions, hidden, send, text_of, write

HERE = "/rounds/ki/propose"
OTHER = "Ein Vorleseprogramm für Bescheide der Stadt"
AS_SCRIPT = {"Accept": "application/json"}


@pytest.fixture
def round(make):
    return make.round("collecting", slug="ki", guests_may_submit=True)


@pytest.fixture
def browser(round, ada, sign_in):
    return sign_in(ada)


def drafts(db):
    return db.session.scalars(select(Draft).order_by(Draft.id)).all()


def opened(browser, url=HERE):
    """A window with the form; gives what it will send beside the texts."""
    form = browser.get(url)
    return {name: hidden(form, name) for name in ("draft", "window", "seen")}


def autosave(browser, window, **texts):
    answer = browser.post(HERE, data=window | {"go": "save"} | texts, headers=AS_SCRIPT)
    if answer.status_code == 200:
        window.update(draft=answer.json["draft"], seen=answer.json["seen"])
    return answer


def test_opening_the_form_stores_nothing(browser, db):
    opened(browser)
    assert drafts(db) == []


def test_the_first_sentence_is_kept_and_survives_a_reload(browser, db):
    window = opened(browser)
    answer = autosave(browser, window, problem="Meine Mutter sieht schlecht.")
    assert answer.json["said"].startswith("Gespeichert um")
    assert "Meine Mutter sieht schlecht." in text_of(browser.get(HERE))


def test_one_window_makes_one_draft(browser, db):
    window = opened(browser)
    for text in ("M", "Me", "Meine"):
        autosave(browser, window, title=text)
    assert [draft.fields["title"] for draft in drafts(db)] == ["Meine"]


def test_a_request_that_overtook_its_answer_is_no_conflict(browser, db):
    window = opened(browser)
    autosave(browser, dict(window), title="Meine")
    assert autosave(browser, window, title="Meine Idee").status_code == 200


def test_a_second_window_is_told_and_nothing_is_overwritten(browser, db):
    one = opened(browser)
    autosave(browser, one, title="Anfang")
    two = opened(browser)
    autosave(browser, one, title="Aus dem ersten Fenster")
    answer = autosave(browser, two, title="Aus dem zweiten Fenster")
    assert answer.status_code == 409
    assert [draft.fields["title"] for draft in drafts(db)] == ["Aus dem ersten Fenster"]


def test_both_texts_stand_on_the_page_of_a_conflict(browser, db):
    one = opened(browser)
    autosave(browser, one, **TEXTS)
    two = opened(browser)
    autosave(browser, one, **TEXTS | {"title": "Erstes Fenster"})
    answer = browser.post(HERE, data=two | TEXTS | {"title": "Zweites Fenster", "go": "preview"})
    assert answer.status_code == 409
    assert "Erstes Fenster" in text_of(answer)
    assert "Zweites Fenster" in text_of(answer)
    assert "data-autosave" not in text_of(answer)


@pytest.mark.parametrize(("button", "titles"), [("preview", ["Zwei"]), ("both", ["Eins", "Zwei"])])
def test_after_a_conflict_one_goes_on_with_one_text_or_keeps_both(browser, db, button, titles):
    one = opened(browser)
    autosave(browser, one, **TEXTS)
    two = opened(browser)
    autosave(browser, one, **TEXTS | {"title": "Eins"})
    page = browser.post(HERE, data=two | TEXTS | {"title": "Zwei", "go": "preview"})
    again = {name: hidden(page, name) for name in ("draft", "window", "seen")}
    browser.post(HERE, data=again | TEXTS | {"title": "Zwei", "go": button})
    assert sorted(draft.fields["title"] for draft in drafts(db)) == titles


def test_the_same_text_in_two_windows_is_no_conflict(browser):
    one = opened(browser)
    autosave(browser, one, title="Gleich")
    two = opened(browser)
    autosave(browser, one, title="Gleich und mehr")
    assert autosave(browser, two, title="Gleich und mehr").status_code == 200


def test_a_text_with_a_mistake_is_kept_too(browser, db):
    assert write(browser, title="").status_code == 422
    assert drafts(db)[0].fields["problem"] == TEXTS["problem"]


def test_a_text_that_is_too_long_is_kept_whole(browser, db):
    write(browser, problem="x" * 2_500)
    assert len(drafts(db)[0].fields["problem"]) == 2_500


def test_what_was_sent_leaves_no_draft(browser, db):
    send(browser, write(browser).location)
    assert drafts(db) == []


def test_a_window_left_open_does_not_bring_back_what_was_sent(browser, db):
    window = opened(browser)
    autosave(browser, window, **TEXTS)
    send(browser, f"/drafts/{window['draft']}/preview")
    assert autosave(browser, window, title="Später").status_code == 410
    assert drafts(db) == []


@pytest.mark.parametrize("page", ["preview", "questions/worries"])
def test_going_back_after_sending_leads_to_what_was_sent(browser, page):
    preview = write(browser).location
    send(browser, preview)
    answer = browser.get(preview.replace("preview", page))
    assert (answer.status_code, answer.location) == (303, "/my/contributions")


def test_nobody_else_reads_a_draft(browser, make, sign_in):
    preview = write(browser).location
    assert sign_in(make.person("Bob")).get(preview).status_code == 404
    assert "sign-in" in sign_in().get(preview).location


def test_a_strangers_draft_is_not_written_into(browser, make, sign_in, db):
    window = opened(browser)
    autosave(browser, window, title="Adas Titel")
    autosave(sign_in(make.person("Bob")), dict(window), title="Bobs Titel")
    assert [draft.fields["title"] for draft in drafts(db)] == ["Adas Titel", "Bobs Titel"]


def test_after_the_session_has_ended_the_text_travels_through_the_sign_in(browser, sign_in, db):
    window = opened(browser)
    autosave(browser, window, **TEXTS)
    answer = sign_in().post(HERE, data=window | TEXTS | {"title": "Weiter", "go": "preview"})
    assert answer.status_code == 401
    assert 'name="kept"' in text_of(answer)
    assert drafts(db)[0].fields["title"] == TEXTS["title"]


def test_a_guests_draft_goes_along_into_the_account(round, sign_in, ada, db):
    browser = sign_in()
    window = opened(browser)
    autosave(browser, window, title="Ohne Konto begonnen")
    assert drafts(db)[0].person_id is None
    from tests.conftest import new_session_key

    key = new_session_key(ada)
    with browser.session_transaction() as session:
        session["_user_id"], session["_fresh"] = key, True
    assert "Ohne Konto begonnen" in text_of(browser.get(HERE))
    autosave(browser, window, title="Mit Konto")
    assert (drafts(db)[0].person_id, drafts(db)[0].guest_key) == (ada.id, None)


def test_drafts_are_listed_and_deleted_on_a_page_of_their_own(browser, db):
    window = opened(browser)
    autosave(browser, window, title="Halb fertig")
    page = text_of(browser.get("/my/contributions"))
    assert "Halb fertig" in page
    url = f"/drafts/{window['draft']}/delete"
    assert "Halb fertig" in text_of(browser.get(url))
    assert browser.post(url).status_code == 303
    assert drafts(db) == []


def test_later_leads_to_where_the_draft_is_found(browser):
    answer = write(browser, go="later", title="")
    assert (answer.status_code, answer.location) == (303, "/my/contributions")
    assert TEXTS["problem"] in text_of(browser.get("/my/contributions"))


def test_the_questions_come_one_by_one_and_each_may_be_skipped(browser, db):
    begin = write(browser, kind="use_case", go="steps").location
    url = browser.get(begin).location
    seen = []
    while "/questions/" in url:
        page = browser.get(url)
        seen.append(url.rsplit("/", 1)[1])
        data = {name: hidden(page, name) for name in ("draft", "window", "seen")}
        url = browser.post(url, data=data | {"go": "next"}).location
    assert seen == [
        "beneficiaries", "benefit", "data-used", "decider", "without-ai", "worries", "department",
    ]  # fmt: skip
    assert url.endswith("/preview")


def test_a_principle_is_not_asked_about_data_and_machines(browser):
    begin = write(browser, kind="principle", go="steps").location
    draft = begin.split("/")[2]
    assert browser.get(f"/drafts/{draft}/questions/data-used").status_code == 303


@pytest.mark.parametrize("button", ["next", "back", "preview"])
def test_whichever_button_is_pressed_the_answer_is_kept(browser, db, button):
    draft = write(browser, kind="use_case", go="steps").location.split("/")[2]
    url = f"/drafts/{draft}/questions/worries"
    data = {name: hidden(browser.get(url), name) for name in ("draft", "window", "seen")}
    assert browser.post(url, data=data | {"worries": "Fehler", "go": button}).status_code == 303
    assert drafts(db)[0].fields["worries"] == "Fehler"


def test_the_profile_reaches_the_submission(browser, db):
    draft = write(browser, kind="use_case", go="steps").location.split("/")[2]
    for name, value in {
        "decider": "together",
        "data-used": "Fahrpläne",
        "department": "verkehr",
    }.items():
        url = f"/drafts/{draft}/questions/{name}"
        data = {each: hidden(browser.get(url), each) for each in ("draft", "window", "seen")}
        browser.post(url, data=data | {name.replace("-", "_"): value})
    preview = text_of(browser.get(f"/drafts/{draft}/preview"))
    assert "ein Mensch prüft und entscheidet" in preview
    send(browser, f"/drafts/{draft}/preview")
    submission = all_submissions(db)[0]
    assert (submission.decider, submission.data_used) == ("together", "Fahrpläne")
    assert submission.department == "verkehr"


@pytest.mark.parametrize(("name", "value"), [("decider", "god"), ("department", "moon")])
def test_a_made_up_answer_is_refused(browser, name, value):
    draft = write(browser, kind="use_case", go="steps").location.split("/")[2]
    url = f"/drafts/{draft}/questions/{name}"
    data = {each: hidden(browser.get(url), each) for each in ("draft", "window", "seen")}
    assert browser.post(url, data=data | {name: value}).status_code == 422


def test_a_round_that_closed_meanwhile_loses_nothing(browser, round, db):
    preview = write(browser).location
    with transaction():
        db.session.execute(update(Phase).values(permits=""))
    answer = send(browser, preview)
    assert answer.status_code == 422
    assert TEXTS["solution"] in text_of(answer)
    assert len(drafts(db)) == 1


def test_old_drafts_are_deleted(browser, db):
    autosave(browser, opened(browser), title="Alt")
    with transaction():
        drafts(db)[0].saved_at = clock.now() - timedelta(days=91)
    doorbell().duties[FORGET_DRAFTS]()
    assert drafts(db) == []


def test_the_preview_warns_of_personal_data(browser):
    url = write(browser, problem="Rufen Sie mich an: 0345 1234567.").location
    page = text_of(browser.get(url))
    assert "<mark>0345 1234567</mark>" in page
    assert send(browser, url).status_code == 303


def test_the_preview_shows_what_others_have_proposed(browser, make, round):
    for title in (OTHER, *(f"Ampeln an der Kreuzung {n}" for n in range(8))):
        make.submission(round, title=title, search_terms=search_terms(title, ""))
    url = write(
        browser, title="Bescheide vorlesen", problem="Das Vorleseprogramm fehlt der Stadt."
    ).location
    assert OTHER in text_of(browser.get(url))
    fragment = text_of(browser.get(url.replace("preview", "similar")))
    assert "Das ist auch mein Anliegen" in fragment
    assert "<html" not in fragment


def test_window_is_no_field_of_the_contribution():
    assert WINDOW not in TEXTS


def test_what_a_window_left_open_says_beyond_what_was_sent_is_kept(browser, db):
    window = opened(browser)
    autosave(browser, window, **TEXTS)
    send(browser, f"/drafts/{window['draft']}/preview")
    late = window | TEXTS | {"problem": "Noch ein Gedanke.", "go": "preview"}
    places = {browser.post(HERE, data=late).location for _ in range(2)}
    assert [draft.fields["problem"] for draft in drafts(db)] == ["Noch ein Gedanke."]
    page = text_of(browser.get(places.pop()))
    assert "Noch ein Gedanke." in page
    assert "haben Sie schon abgeschickt" in page
    assert len(all_submissions(db)) == 1


def test_an_answer_given_after_sending_is_kept_with_the_text(browser, db):
    window = opened(browser)
    autosave(browser, window, **TEXTS)
    send(browser, f"/drafts/{window['draft']}/preview")
    url = f"/drafts/{window['draft']}/questions/worries"
    answer = browser.post(url, data={"worries": "Wer haftet?", "go": "next"})
    assert "/propose?draft=" in answer.location
    kept = drafts(db)[0].fields
    assert (kept["worries"], kept["title"]) == ("Wer haftet?", TEXTS["title"])


def test_a_half_written_text_survives_a_restart_of_the_server(app, browser):
    autosave(browser, opened(browser), problem="Vor dem Neustart geschrieben")
    started = create_app(app.extensions["settings"], TESTING=True, RATELIMIT_ENABLED=False)
    again = started.test_client()
    cookie = browser.get_cookie(app.config["SESSION_COOKIE_NAME"])
    again.set_cookie(cookie.key, cookie.value)
    assert "Vor dem Neustart geschrieben" in text_of(again.get(HERE))
