"""Error pages keep what was typed, offer a way out, and need no database."""

import pytest
from sqlalchemy.exc import OperationalError

from civicdialog.core.errors import RuleBroken
from civicdialog.core.i18n import mark
from civicdialog.core.kept import keep, typed_fields
from civicdialog.core.room import Page

ENGLISH = {"Accept-Language": "en"}
TYPED = {
    "title": "Water the trees",
    "problem": "They dry out.\nEvery summer.",
    "form_token": "t0k3n",
}


def draw(app, template, data=None, path="/rounds/r/propose", **values):
    with app.test_request_context(path, method="POST", data=data or TYPED, headers=ENGLISH):
        return (
            Page(template, values={"path": path, "expired": True, **values})
            .draw()
            .get_data(as_text=True)
        )


def test_a_stale_form_shows_what_was_typed_and_sends_it_again(app):
    html = draw(app, "errors/send-again.html", fields=tuple(TYPED.items()), expired=True)
    assert 'action="/rounds/r/propose"' in html
    assert '<input type="hidden" name="problem" value="They dry out.\nEvery summer.">' in html
    assert '<input type="hidden" name="form_token" value="t0k3n">' in html
    assert 'name="csrf_token"' in html
    assert "They dry out.<br>Every summer." in html
    assert html.count("t0k3n") == 1


def test_typed_text_cannot_break_the_page(app):
    fields = (("title", '"><script>alert(1)</script>'),)
    assert "<script>alert" not in draw(app, "errors/send-again.html", fields=fields)


def test_signing_in_first_carries_the_form_along(app):
    with app.test_request_context("/x", method="POST", data=TYPED, headers=ENGLISH):
        html = (
            Page("errors/sign-in-first.html", values={"kept": keep()}).draw().get_data(as_text=True)
        )
    assert 'name="kept"' in html
    assert 'type="password"' in html
    assert 'action="/sign-in"' in html


def test_an_error_page_shows_typed_text_for_copying(app):
    with app.test_request_context("/x", method="POST", data=TYPED, headers=ENGLISH):
        html = Page(
            "errors/error.html",
            values={"status": 409, "title": mark("That is not possible right now"), "advice": "",
                    "reason": RuleBroken("The voting is over."), "typed": typed_fields()},
        ).draw().get_data(as_text=True)  # fmt: skip
    assert "The voting is over." in html
    assert "They dry out.<br>Every summer." in html
    assert "t0k3n" not in html


def test_what_is_not_there_has_a_way_out(sign_in):
    page = sign_in().get("/nothing", headers=ENGLISH)
    assert page.status_code == 404
    assert 'href="/"' in page.text


@pytest.mark.parametrize("who", ["visitor", "ada"])
def test_without_a_database_people_still_get_a_page(sign_in, ada, monkeypatch, who):
    client = sign_in(ada if who == "ada" else None)

    def lost(*args, **kwargs):
        raise OperationalError("SELECT 1", {}, Exception("gone"))

    monkeypatch.setattr("sqlalchemy.engine.Engine.connect", lost)
    page = client.get("/rounds", headers=ENGLISH)
    assert page.status_code == 503
    assert "Saving is not possible" in page.text
