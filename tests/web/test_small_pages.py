"""Legal pages, the law, choices of language and theme, health."""

import csv
import io

import pytest
from sqlalchemy.exc import OperationalError

from civicdialog.core.permissions import POLICY, Permission, Role
from civicdialog.web import health
from civicdialog.web.languages import read_catalogue
from civicdialog.web.law import RULES, law_as_csv, meanings, write_law

LEGAL = ["imprint", "privacy", "accessibility", "easy-language", "sign-language", "contact"]


@pytest.mark.parametrize("page", LEGAL)
def test_every_legal_page_can_be_read(sign_in, page):
    assert sign_in().get(f"/legal/{page}").status_code == 200


def test_an_unknown_legal_page_is_not_there(sign_in):
    assert sign_in().get("/legal/nothing").status_code == 404


def test_easy_language_says_so_to_screen_readers(sign_in):
    page = sign_in().get("/legal/easy-language", headers={"Accept-Language": "de"})
    assert 'lang="de-simple"' in page.text


def test_the_explanations_have_the_anchors_that_pages_link_to(sign_in):
    page = sign_in().get("/how-it-works").text
    for anchor in ("fair-order", "numbers", "machine-grouping", "results", "secrecy"):
        assert f'id="{anchor}"' in page


# ---- the law ------------------------------------------------------------------------------------


def test_every_permission_has_a_sentence():
    assert set(meanings()) == set(Permission)


def test_every_rule_of_the_law_has_words():
    assert {grant.rule.__name__ for grant in POLICY.values() if grant.rule} <= set(RULES)


def test_every_sentence_of_the_law_is_translated():
    german = read_catalogue("de")
    assert [m for m in meanings().values() if not (german.get(m) and german.get(m).string)] == []


def test_the_law_page_has_a_line_for_every_permission(sign_in):
    page = sign_in().get("/who-may-do-what").text
    for permission in Permission:
        assert f'id="{permission.value.replace(":", "-")}"' in page


def test_the_law_as_a_table_names_roles_and_routes(app, tmp_path):
    write_law(app, tmp_path / "docs" / "permissions.csv")
    text = (tmp_path / "docs" / "permissions.csv").read_text("utf-8")
    assert text == law_as_csv(app)
    rows = {row["permission"]: row for row in csv.DictReader(io.StringIO(text))}
    assert rows["public"]["routes"].startswith("GET /")
    assert rows["submission:moderate"][Role.MODERATOR] == "yes"
    assert rows["submission:moderate"][Role.PARTICIPANT] == ""


# ---- language and theme -------------------------------------------------------------------------


def test_a_visitor_can_choose_a_language(sign_in):
    client = sign_in()
    answer = client.post("/language", data={"language": "en", "next": "/rounds"})
    assert (answer.status_code, answer.location) == (303, "/rounds")
    assert 'lang="en"' in client.get("/rounds", headers={"Accept-Language": "de"}).text


def test_a_visitor_can_choose_a_theme(sign_in):
    client = sign_in()
    client.post("/theme", data={"theme": "dark", "next": "/"})
    assert 'data-kern-theme="dark"' in client.get("/").text


def test_a_choice_needs_no_token_and_no_session(sign_in):
    answer = sign_in().post("/theme", data={"theme": "dark"}, with_token=False)
    cookies = answer.headers.getlist("Set-Cookie")
    assert [c.split("=")[0] for c in cookies] == ["theme"]
    assert "SameSite=Lax" in cookies[0]


@pytest.mark.parametrize(("path", "data"), [("/language", {"language": "xx"}), ("/theme", {})])
def test_an_unknown_choice_is_not_kept(sign_in, path, data):
    answer = sign_in().post(path, data=data, with_token=False)
    assert (answer.status_code, answer.headers.getlist("Set-Cookie")) == (303, [])


@pytest.mark.parametrize("target", ["https://example.org/", "//example.org", "/\\example.org", ""])
def test_a_choice_never_leads_to_another_site(sign_in, target):
    answer = sign_in().post("/theme", data={"theme": "dark", "next": target}, with_token=False)
    assert answer.location == "/"


def test_readers_get_no_cookie(sign_in, make):
    client = sign_in()
    round = make.round()
    for path in ("/", "/rounds", f"/rounds/{round.slug}", f"/rounds/{round.slug}/proposals"):
        assert "Set-Cookie" not in client.get(path).headers, path


# ---- health -------------------------------------------------------------------------------------


def test_the_process_says_that_it_lives(sign_in):
    assert sign_in().get("/health/live").json == {"status": "ok"}


def test_a_migrated_database_is_ready(sign_in):
    answer = sign_in().get("/health/ready")
    assert (answer.status_code, answer.json["status"]) == (200, "ok")
    assert answer.json["checks"] == {"database": True, "migrations": True, "disk": True}


def test_a_full_disk_is_not_ready(sign_in, monkeypatch):
    monkeypatch.setattr(health, "LEAST_FREE_SHARE", 1.1)
    answer = sign_in().get("/health/ready")
    assert (answer.status_code, answer.json["checks"]["disk"]) == (503, False)


def test_an_older_database_is_not_ready(sign_in, monkeypatch):
    monkeypatch.setattr(health, "_heads", lambda directory: {"a newer one"})
    answer = sign_in().get("/health/ready")
    assert (answer.status_code, answer.json["checks"]["migrations"]) == (503, False)


def test_a_lost_database_is_not_ready_and_tells_no_secrets(sign_in, monkeypatch):
    def lost(*args, **kwargs):
        raise OperationalError("SELECT secret", {}, Exception("password"))

    monkeypatch.setattr(health.db.session, "execute", lost)
    answer = sign_in().get("/health/ready")
    assert (answer.status_code, answer.json["checks"]["database"]) == (503, False)
    assert "secret" not in answer.text
    assert "password" not in answer.text


def test_robots_are_kept_off_staff_pages(sign_in):
    answer = sign_in().get("/robots.txt")
    assert answer.mimetype == "text/plain"
    assert "Disallow: /moderation/" in answer.text
