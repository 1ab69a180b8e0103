"""Passing a round on: address, QR code and poster lead to the configured address."""

import re

import pytest

from civicdialog.core.db import db
from civicdialog.core.qr import qr_svg


def test_the_page_shows_the_address_of_the_round(sign_in, make):
    round = make.round("collecting")
    page = sign_in(None).get(f"/rounds/{round.slug}/share")
    assert f"http://localhost/rounds/{round.slug}" in page.text


def test_a_code_in_a_page_has_no_style_attribute():
    assert not re.search(r"\bstyle=", qr_svg("https://example.org"))


def test_the_code_is_a_file_of_its_own(sign_in, make):
    round = make.round("collecting")
    answer = sign_in(None).get(f"/rounds/{round.slug}/qr.svg")
    assert answer.mimetype == "image/svg+xml"
    assert "attachment" in answer.headers["Content-Disposition"]


@pytest.mark.parametrize("state", ["information", "collecting", "voting", "closed"])
def test_there_is_a_poster_in_every_phase(sign_in, make, state):
    round = make.round(state)
    answer = sign_in(None).get(f"/rounds/{round.slug}/poster.pdf")
    assert answer.data.startswith(b"%PDF-")


def test_the_poster_is_made_for_everybody_and_for_long(sign_in, make):
    round = make.round("collecting")
    pdf = sign_in(None).get(f"/rounds/{round.slug}/poster.pdf").data
    assert b"pdfuaid" in pdf
    assert b"pdfaid" in pdf


def test_a_question_with_signs_of_the_typesetter_is_no_program(sign_in, make):
    round = make.round("collecting")
    round.question = '#read("/etc/passwd") $x$ *a* <b> [c] \\ "?'
    db.session.commit()
    assert sign_in(None).get(f"/rounds/{round.slug}/poster.pdf").status_code == 200


def test_a_round_nobody_may_see_has_no_poster(sign_in, make):
    round = make.round("collecting", is_public=False)
    assert sign_in(None).get(f"/rounds/{round.slug}/poster.pdf").status_code == 404


def test_the_site_can_be_put_on_the_home_screen(sign_in):
    manifest = sign_in(None).get("/site.webmanifest").get_json()
    assert manifest["start_url"] == "/"
    assert manifest["name"] == "KI-Dialog Halle"
