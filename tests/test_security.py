"""Headers, cookies, forged requests, odd input: the promises every page keeps."""

import json

import pytest

from civicdialog.core.permissions import Role
from civicdialog.core.redirects import safe_target

READERS_PAGES = ["/", "/rounds", "/legal/privacy", "/how-it-works", "/nothing-here"]
HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
}


@pytest.mark.parametrize("path", [*READERS_PAGES, "/health/live", "/robots.txt"])
def test_every_answer_carries_the_security_headers(sign_in, path):
    answer = sign_in().get(path)
    assert {name: answer.headers.get(name) for name in HEADERS} == HEADERS
    policy = answer.headers["Content-Security-Policy"]
    assert "unsafe" not in policy
    assert "default-src 'none'" in policy


@pytest.mark.parametrize("path", READERS_PAGES)
def test_readers_get_no_cookie(sign_in, path):
    assert "Set-Cookie" not in sign_in().get(path).headers


def test_personal_pages_are_not_stored(sign_in, ada):
    assert sign_in(ada).get("/my/contributions").headers["Cache-Control"] == "no-store"


def test_a_forged_request_is_refused(sign_in, ada, make):
    round = make.round("open")
    submission = make.submission(round)
    answer = sign_in(ada).post(
        f"/submissions/{submission.public_id}/vote",
        data={"opinion": "agree", "note": "planted"},
        with_token=False,
        headers={"Sec-Fetch-Site": "cross-site"},
    )
    assert answer.status_code == 400
    assert "planted" not in answer.text


def test_a_stale_form_of_our_own_can_be_sent_again(sign_in, ada, make):
    round = make.round("open")
    answer = sign_in(ada).post(
        f"/rounds/{round.slug}/propose",
        data={"title": "Ampeln für Alle"},
        with_token=False,
        headers={"Sec-Fetch-Site": "same-origin"},
    )
    assert answer.status_code == 400
    assert "Ampeln für Alle" in answer.text
    assert f'action="/rounds/{round.slug}/propose"' in answer.text


def test_what_a_signed_out_person_typed_is_kept(sign_in, make):
    round = make.round("open")
    answer = sign_in().post(f"/rounds/{round.slug}/propose", data={"title": "Ampeln für Alle"})
    assert answer.status_code == 401
    assert 'name="kept"' in answer.text


def test_a_page_that_needs_an_account_leads_back_after_sign_in(sign_in):
    answer = sign_in().get("/my/contributions")
    assert answer.status_code == 302
    assert answer.headers["Location"] == "/sign-in?next=/my/contributions"


def test_a_signed_in_person_without_the_right_gets_a_way_out(sign_in, ada):
    answer = sign_in(ada).get("/moderation/queue")
    assert answer.status_code == 403
    assert 'href="/"' in answer.text


@pytest.mark.parametrize(
    "target",
    ["https://evil.example", "//evil.example", "/\\evil.example", "javascript:alert(1)", "\t/x",
     "/a\nb", "", None, "evil", "http:evil", "/%0a\r"],
)  # fmt: skip
def test_foreign_targets_lead_nowhere(target):
    assert safe_target(target, "/home") == "/home"


def test_own_targets_are_kept():
    assert safe_target("/rounds/ki?page=2", "/home") == "/rounds/ki?page=2"


@pytest.mark.real_data
def test_no_known_redirect_trick_leaves_the_site(real_data):
    rows = [
        json.loads(line)
        for line in (real_data / "badinput" / "badinput-dev.jsonl").read_text("utf-8").splitlines()
    ]
    tricks = [r["payload"] for r in rows if r["category"] == "redirect"]
    targets = {safe_target(trick, "/home") for trick in tricks}
    assert len(tricks) > 100
    assert all(t.startswith("/") and not t.startswith(("//", "/\\")) for t in targets)


@pytest.mark.parametrize("value", ["-1", "0", "9" * 30, "NaN", "[]", "%00", "%ff", "x" * 8000])
@pytest.mark.parametrize("name", ["after", "order", "kind", "topic", "department", "q", "seed"])
def test_odd_parameters_are_no_error(sign_in, make, name, value):
    round = make.round("open", slug="odd")
    make.submission(round)
    answer = sign_in().get(f"/rounds/odd/proposals?{name}={value}")
    assert answer.status_code in {200, 400, 404}


@pytest.mark.parametrize("path", ["/submissions/0", "/submissions/%00", "/rounds/x/proposals",
                                  "/submissions/" + "x" * 5000, "/rounds/..%2f..", "/confirm/x",
                                  "/legal/x", "/.git/HEAD", "/console"])  # fmt: skip
def test_what_does_not_exist_is_404(sign_in, path):
    assert sign_in().get(path).status_code in {404, 410}


def test_a_wrong_method_is_told(sign_in):
    answer = sign_in().get("/sign-out")
    assert answer.status_code == 405
    assert "POST" in answer.headers["Allow"]


def test_extra_fields_have_no_effect(sign_in, ada, make, db):
    from civicdialog.submissions.models import Status, Submission

    round, client = make.round("open"), sign_in(ada)
    preview = client.post(
        f"/rounds/{round.slug}/propose",
        data={"go": "preview", "title": "Vorlesen", "problem": "Schrift ist klein.", "solution": "Vorlesen lassen.",
              "kind": "use_case", "status": "published", "author_id": "1", "agree_count": "999",
              "number": "1", "is_admin": "1", "role": Role.ADMIN},
    ).location  # fmt: skip
    client.post(preview.replace("preview", "send"), data={"status": "published", "number": "1"})
    made = db.session.scalars(db.select(Submission)).one()
    assert (made.status, made.agree_count, made.number) == (Status.PENDING, 0, None)


def test_too_large_a_body_is_refused_with_a_sentence(sign_in, ada, make):
    round = make.round("open")
    answer = sign_in(ada).post(f"/rounds/{round.slug}/propose", data={"title": "x" * 1_200_000})
    assert answer.status_code == 413
