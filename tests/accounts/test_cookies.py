"""Whoever only reads gets no cookie; these pages carry a form, and a form needs one."""

import pytest

from civicdialog.core.permissions import Permission

# Pages with a form against forged requests. Nothing else may set a cookie for a visitor.
WITH_FORMS = {
    "accounts.ask_reset",
    "accounts.register",
    "accounts.sign_in",
    "contact.report",
    "receipts.find",
    "styleguide.show",  # during development only
}
SLUG = "cookies"


@pytest.fixture
def pages(app, make, ada):
    """Every address a visitor may read, by its endpoint, filled with things that exist."""
    round = make.round("open", slug=SLUG)
    submission = make.submission(round, ada)
    values = {
        "slug": SLUG, "public_id": submission.public_id, "page": "privacy", "token": "x",
        "language": "de", "name": "favicon.svg", "position": 1, "path": "x",
    }  # fmt: skip
    found = {}
    with app.test_request_context():
        for rule in app.url_map.iter_rules():
            view = app.view_functions[rule.endpoint]
            is_public = getattr(view, "needs", None) is Permission.PUBLIC
            if is_public and "GET" in rule.methods and rule.arguments <= set(values):
                filled = {name: values[name] for name in rule.arguments}
                found[rule.endpoint] = app.url_for(rule.endpoint, **filled)
    return found


def test_many_pages_are_looked_at(pages):
    assert len(pages) > 20
    assert {"web.home", "web.proposals", "web.proposal"} <= set(pages)


def test_readers_get_no_cookie_on_any_page_without_a_form(pages, sign_in):
    guilty = {
        endpoint for endpoint, path in pages.items() if "Set-Cookie" in sign_in().get(path).headers
    }
    assert guilty <= WITH_FORMS, sorted(guilty - WITH_FORMS)


def test_the_cookie_of_a_form_is_closed_to_scripts_and_other_sites(sign_in):
    cookie = sign_in().get("/sign-in").headers["Set-Cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie
    assert "Domain" not in cookie
