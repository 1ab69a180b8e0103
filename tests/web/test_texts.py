"""Texts in other languages and in easy language: the editor's pages, and what readers see."""

import pytest

from civicdialog.core.db import transaction
from civicdialog.core.permissions import Actor
from civicdialog.easytext.actions import write_variant


def say(round, language, field, text, **more):
    with transaction():
        write_variant(
            Actor.system(), "round", round.id, field=field, language=language, text=text, **more
        )


def reader(sign_in, language):
    client = sign_in(None)
    client.post("/language", data={"language": language, "next": "/"})
    return client


def test_easy_language_is_remembered(sign_in, make):
    round = make.round("collecting")
    say(round, "de-simple", "question", "Wo soll KI helfen?")
    page = reader(sign_in, "de-simple").get("/")
    assert "Wo soll KI helfen?" in page.text


def test_the_words_of_the_pages_become_easy_too(sign_in, make):
    make.round("collecting")
    assert "Das können Sie jetzt tun" in reader(sign_in, "de-simple").get("/").text


def test_what_nobody_has_made_easy_stays_german(sign_in, make):
    make.round("collecting")
    assert "Leichte Sprache" in reader(sign_in, "de-simple").get("/who-may-do-what").text


def test_a_round_says_that_there_is_no_easy_text_yet(sign_in, make):
    round = make.round("collecting")
    page = reader(sign_in, "de-simple").get(f"/rounds/{round.slug}")
    assert "noch keine Leichte Sprache" in page.text


def test_a_round_says_who_has_checked_its_easy_text(sign_in, make):
    round = make.round("collecting")
    say(round, "de-simple", "introduction", "Wir fragen Sie.", checked_by="Lese-Gruppe")
    page = reader(sign_in, "de-simple").get(f"/rounds/{round.slug}")
    assert "Geprüft von: Lese-Gruppe" in page.text


def test_english_readers_get_the_english_text(sign_in, make):
    round = make.round("collecting")
    say(round, "en", "title", "AI in the town hall")
    assert "AI in the town hall" in reader(sign_in, "en").get(f"/rounds/{round.slug}").text


def test_german_readers_get_the_text_as_it_was_written(sign_in, make):
    round = make.round("collecting")
    say(round, "en", "title", "AI in the town hall")
    assert "AI in the town hall" not in reader(sign_in, "de").get(f"/rounds/{round.slug}").text


def test_the_overview_says_what_is_missing(sign_in, make, ed):
    round = make.round("collecting")
    say(round, "de-simple", "title", "KI in Halle")
    page = sign_in(ed).get(f"/manage/rounds/{round.slug}/texts")
    assert "1 von 3" in page.text


def test_an_editor_writes_an_easy_text(sign_in, make, ed):
    round = make.round("collecting")
    client = sign_in(ed)
    address = f"/manage/rounds/{round.slug}/texts/de-simple"
    client.post(address, data={f"round-{round.id}-introduction": "Wir fragen Sie."})
    assert "Wir fragen Sie." in client.get(address).text


def test_the_checker_shows_its_hints_without_saving(sign_in, make, ed):
    round = make.round("collecting")
    client = sign_in(ed)
    address = f"/manage/rounds/{round.slug}/texts/de-simple"
    typed = {f"round-{round.id}-introduction": "Das wird gemacht.", "look": "1"}
    assert "Passiv" in client.post(address, data=typed).text
    assert "Das wird gemacht." not in client.get(address).text


def test_a_text_that_is_too_long_is_not_lost(sign_in, make, ed):
    round = make.round("collecting")
    address = f"/manage/rounds/{round.slug}/texts/en"
    answer = sign_in(ed).post(address, data={f"round-{round.id}-title": "x" * 161})
    assert answer.status_code == 422
    assert "x" * 161 in answer.text


@pytest.mark.parametrize("language", ["de", "fr", "en-simple"])
def test_there_is_no_page_for_other_languages(sign_in, make, ed, language):
    round = make.round("collecting")
    address = f"/manage/rounds/{round.slug}/texts/{language}"
    assert sign_in(ed).get(address).status_code == 404
