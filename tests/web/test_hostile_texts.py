"""Hostile and odd texts through every place that takes or shows text: no error, nothing runs.

A sample of the corpus runs here; the whole of it through every form, address, header and page is
`python -m benchmarks.hostile`.
"""

import csv
import io
import json
import time
from datetime import timedelta
from pathlib import Path
from urllib.parse import quote

import html5lib
import pytest

from civicdialog.committee.meeting_models import AgendaItem, Meeting
from civicdialog.committee.rating_models import RatingCriterion, RatingItem
from civicdialog.core import clock
from civicdialog.core.permissions import Role
from civicdialog.discussion.models import Argument, Stance
from civicdialog.submissions.models import Status, Submission
from tests.editor import Editor

OWN = (
    "<script>alert(1)</script>",
    "</textarea><img src=x onerror=alert(1)>",
    "</title><svg onload=alert(1)>",
    "\"><a href='javascript:alert(1)' autofocus onfocus=alert(1)>x</a>",
    "javascript:alert(1)",
    "[x](javascript:alert(1))",
    "{{ 7*7 }} {% raise %} ${7*7}",
    "%(name)s %s %d {0} {name}",
    '=HYPERLINK("http://evil.example")',
    "'; DROP TABLE submission; --",
    "<!--<script>", "]]><![CDATA[<script>alert(1)</script>",
    "../../etc/passwd\x00.png", "a\r\nSet-Cookie: x=1", "\U0001f468\u200d\U0001f469 \u202egnp.exe",
    "Z" + "\u0300" * 300, "\ufeff\u200b\u2028\u2029", "\x07\x1b[31m", "\ufffe\uffff",
)  # fmt: skip
HARMLESS = ("5 < 6 und 7 > 3", "KI & Datenschutz", "AT&amp;T", "<3 Halle", "O'Brien \"Müller\"",
            "100 % {kostenlos}", "\\backslash\\")  # fmt: skip
PATHOLOGICAL = ("[" * 50_000, "*a **a " * 7_000, "<" * 60_000, "a@" * 30_000, "//" * 30_000,
                "http://aaaaaaaaaa" * 3_000, "0170 " * 12_000, "0" * 60_000)  # fmt: skip
FILE = Path(__file__).parents[3] / "shared" / "data" / "badinput"
LONGEST = 10.0
"""Seconds of processor time nothing sound comes near: an answer that long hangs."""


def payloads():
    """All texts of the corpus that can be sent at all, without doubles."""
    lines = (FILE / "badinput-dev.jsonl").read_text("utf-8").splitlines()
    rows = [json.loads(line) for line in lines]
    texts = [row["payload"] for row in rows if not row.get("base64")]
    return [text for text in dict.fromkeys(texts) if is_sendable(text)]


def as_header(text):
    """What of the text a browser can send in a header."""
    sent = "".join(sign for sign in text[:4000] if sign.isprintable())
    return sent.encode("latin-1", "replace").decode("latin-1")


def recipes(real_data):
    """Texts made to keep a careless reader busy."""
    rows = json.loads((real_data / "badinput" / "pathological.json").read_text("utf-8"))
    return [row["prefix"] * row["n"] + row["mid"] + row["suffix"] * row["m"] for row in rows]


def is_sendable(text):
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def traces(page):
    """What in a page would run or reach elsewhere: a script of its own, handlers, bad schemes."""
    tree = html5lib.parse(page, namespaceHTMLElements=False)
    found = []
    for element in tree.iter():
        if not isinstance(element.tag, str):
            continue
        if element.tag == "script" and not (element.get("src") or "").startswith(
            ("/assets", "/static")
        ):
            found.append(f"script {element.attrib} {(element.text or '')[:60]}")
        if element.tag in {"iframe", "object", "embed", "base", "applet", "frameset", "marquee"}:
            found.append(element.tag)
        for name, value in element.attrib.items():
            where = "".join(str(value).split()).lower()
            if str(name).lower().startswith("on") or name in {"style", "srcdoc"}:
                found.append(f"{element.tag} {name}={value[:60]}")
            if name in {"href", "src", "action", "formaction"} and where.startswith(
                ("javascript:", "vbscript:", "data:text")
            ):
                found.append(f"{element.tag} {name}={value[:60]}")
    return found


@pytest.fixture(autouse=True)
def no_editor(monkeypatch):
    """Control signs that come back in a form are no valid HTML; here it counts what would run."""
    monkeypatch.setattr(Editor, "read", lambda self: None)


# ---- what people send ---------------------------------------------------------------------------


@pytest.fixture
def place(app, make, ada, kim, ed, mo, sign_in, monkeypatch):
    """Everything that takes a text: `place.sinks` gives whose browser, the address, the fields."""

    class Place:
        ki = make.round("open", slug="ki", guests_may_submit=True)
        proposal = make.submission(ki, ada, title="Ein Bus")
        argument = make.keep(
            Argument(submission_id=proposal.id, author_id=ada.id, stance=Stance.FOR,
                     text="Ja, bitte.", is_public=True)
        )  # fmt: skip
        begin = clock.now() + timedelta(days=1)
        meeting = make.keep(
            Meeting(form_token="m", title="Sitzung", starts_at=begin,
                    ends_at=begin + timedelta(hours=1))
        )  # fmt: skip
        point = make.keep(AgendaItem(meeting_id=meeting.id, position=1, title="Busse"))
        criterion = make.keep(
            RatingCriterion(round_id=proposal.round_id, name="Nutzen", low="wenig", high="viel")
        )
        rated = make.keep(RatingItem(round_id=proposal.round_id, submission_id=proposal.id))
        people = {"ada": sign_in(ada), "kim": sign_in(kim), "ed": sign_in(ed), "mo": sign_in(mo),
                  "admin": sign_in(make.person("Adi", roles=[Role.ADMIN])), "": sign_in()}  # fmt: skip

        @property
        def sinks(self):
            propose = ("title", "problem", "solution", "kind", "go", "draft", "form_token")
            one, said = self.proposal.public_id, self.argument.public_id
            return [
                ("ada", "POST", "/rounds/ki/propose", propose),
                ("", "POST", "/rounds/ki/propose", propose),
                ("ada", "POST", f"/submissions/{one}/edit", ("title", "problem", "reason", "version")),
                ("ada", "POST", f"/submissions/{one}/argue", ("text", "stance", "token", "looked")),
                ("ada", "POST", f"/submissions/{one}/vote", ("opinion", "next", "note")),
                ("ada", "POST", f"/submissions/{one}/follow", ("follow", "next")),
                ("ada", "POST", f"/submissions/{one}/withdraw", ("reason",)),
                ("ada", "POST", f"/arguments/{said}/answer", ("text", "token", "looked")),
                ("ada", "POST", f"/arguments/{said}/edit", ("text", "seen", "version")),
                ("ada", "POST", "/rounds/ki/vote", ("opinion", "proposal", "submission")),
                ("ada", "POST", "/my/account/profile", ("public_name", "language", "present")),
                ("", "POST", "/register", ("public_name", "email", "password", "next")),
                ("", "POST", "/sign-in", ("email", "password", "next", "kept")),
                ("", "POST", "/reset-password", ("email",)),
                ("", "POST", "/receipt", ("words",)),
                ("", "POST", "/accessibility/report", ("text", "page", "email", "form_token")),
                ("", "POST", "/language", ("language", "next")),
                ("", "POST", "/theme", ("theme", "next")),
                ("ed", "POST", "/manage/rounds/ki/edit",
                 ("title", "slug", "question", "introduction", "version", "support_effect",
                  "answers_before_results", "collecting_starts")),
                ("ed", "POST", "/manage/rounds/new", ("title", "slug", "question", "introduction")),
                ("ed", "POST", "/manage/rounds/ki/texts/de-simple", ("introduction", "checked_by")),
                ("ed", "POST", "/rounds/ki/enter",
                 ("title", "problem", "solution", "channel", "author_name", "form_token")),
                ("kim", "POST", "/committee/rounds/ki/recommendations/new",
                 ("title", "text", "reasons", "numbers", "topics", "form_token")),
                ("kim", "POST", "/committee/rounds/ki/topics/settings",
                 ("topics_wanted", "ignored_words")),
                ("mo", "POST", f"/moderation/submissions/{one}/reject", ("ground", "explanation")),
                ("mo", "POST", f"/moderation/submissions/{one}/hide", ("ground=insult", "explanation", "means", "seen")),
                ("mo", "POST", f"/moderation/submissions/{one}/redact", ("passages", "explanation", "preview=1", "passage")),
                ("mo", "POST", f"/moderation/submissions/{one}/split", ("parts-0-title", "parts-0-problem", "parts-1-title", "parts-1-problem", "parts-0-kind=use_case", "parts-1-kind=use_case", "reason")),
                ("mo", "POST", f"/moderation/submissions/{one}/merge", ("numbers", "part-title", "part-problem", "part-kind=use_case", "reason")),
                ("mo", "POST", "/moderation/queue/decide", ("chosen", "deed=reject", "ground=insult", "explanation")),
                ("mo", "POST", f"/moderation/people/{ada.public_id}/block", ("ground=insult", "explanation", "days=7")),
                ("mo", "POST", f"/moderation/assignments/submission/{self.proposal.id}", ("person", "next")),
                ("mo", "POST", f"/moderation/arguments/{said}/remove", ("ground=insult", "explanation", "seen")),
                ("", "POST", f"/report/submission/{one}", ("ground=insult", "text", "email", "seed")),
                ("kim", "POST", "/committee/rounds/ki/ratings/criteria", ("name", "meaning", "low", "high", "axis=none")),
                ("kim", "POST", "/committee/rounds/ki/ratings", ("numbers",)),
                ("kim", "POST", f"/committee/ratings/{one}", (f"c{self.criterion.id}=3", "note")),
                ("kim", "POST", f"/committee/ratings/{one}/sit-out", ("reason",)),
                ("kim", "POST", "/committee/meetings/new",
                 ("title", "starts_at=2027-01-12T17:00", "ends_at=2027-01-12T19:00", "place", "note", "form_token")),
                ("kim", "POST", f"/committee/meetings/{self.meeting.public_id}/agenda", ("point", "minutes=10")),
                ("kim", "POST", f"/committee/meetings/{self.meeting.public_id}/attendance", ("guests",)),
                ("kim", "POST", f"/committee/meetings/{self.meeting.public_id}/agenda/{self.point.id}/minutes",
                 ("record", "result=discussed", "based_on=1")),
                ("kim", "POST", f"/committee/meetings/{self.meeting.public_id}/agenda", ("matter",)),
                ("ed", "POST", f"/submissions/{one}/profile/edit", ("title", "problem", "purpose", "data", "contact", "reason", "based_on=0")),
                ("ed", "POST", "/manage/duty-dates/annex-iii", ("applies_on=2027-08-02", "as_of=2026-11-01", "source")),
                ("kim", "GET", "/committee/meetings", ("before",)),
                ("kim", "GET", "/committee/rounds/ki/ratings", ("state", "after")),
                ("", "GET", "/transparency/moderation/decisions", ("after", "ground", "year")),
                ("ada", "FILE", f"/submissions/{one}/attachments", ("alternative_text",)),
                ("ed", "TABLE", "/rounds/ki/enter/batch", ("channel=event",)),
                ("", "HEADERS", "/rounds/ki", ("Accept-Language", "User-Agent", "Referer", "Cookie")),
                ("", "PATH", "/submissions/{}", ()),
                ("", "PATH", "/rounds/{}/proposals", ()),
                ("mo", "PATH", "/moderation/submissions/{}", ()),
                ("", "GET", "/rounds/ki/proposals", ("q", "order", "kind", "topic", "after", "seed")),
                ("", "GET", f"/submissions/{one}", ("order", "after", "stance")),
                ("", "GET", "/rounds/ki/opinions", ("group", "topic", "view")),
                ("", "GET", "/sign-in", ("next",)),
                ("mo", "GET", "/moderation/queue", ("status", "q", "after", "round")),
                ("mo", "GET", "/moderation/history", ("after", "event", "q")),
            ]  # fmt: skip

        def send(self, sink, text):
            """Send the text in every field of that place; an answer and the seconds it took."""
            who, method, url, fields = sink
            pairs = (each.partition("=") for each in fields)
            data = {name: value if is_fixed else text for name, is_fixed, value in pairs}
            browser = self.people[who]
            if method == "GET":
                answer = browser.get(url, query_string=data)
            elif method == "PATH":
                answer = browser.get(url.format(quote(text[:4000], safe="")))
            elif method == "HEADERS":
                sent = {name: as_header(value) for name, value in data.items()}
                answer = browser.get(url, headers=sent)
            elif method == "FILE":
                file = io.BytesIO(text.encode())
                answer = browser.post(url, data={**data, "file": (file, text[:200] or "a.png")})
            elif method == "TABLE":
                table = io.StringIO()
                csv.writer(table).writerows([("title", "text", "kind"), (text, text, text)])
                file = io.BytesIO(table.getvalue().encode())
                answer = browser.post(url, data={**data, "file": (file, "a.csv")})
            else:
                answer = browser.post(url, data=data)
            return answer, spent[-1]

    spent, inner = [], app.wsgi_app

    def timed(environ, start_response):
        begun = time.thread_time()
        try:
            return inner(environ, start_response)
        finally:
            spent.append(time.thread_time() - begun)

    monkeypatch.setattr(app, "wsgi_app", timed)
    return Place()


def problems_with(place, sink, text):
    try:
        answer, seconds = place.send(sink, text)
    except Exception as error:
        return [(sink[1], sink[2], text[:60], repr(error))]
    found = []
    if answer.status_code >= 500:
        found.append(f"{answer.status_code}")
    if seconds > LONGEST:
        found.append(f"{seconds:.1f} s")
    if "Set-Cookie: x=1" in str(answer.headers).splitlines():
        found.append("a header of its own")
    if answer.mimetype == "text/html" and len(text) < 20_000:
        shown = answer.get_data(as_text=True)
        if text in shown:
            found += traces(shown)
    return [(sink[1], sink[2], text[:60], each) for each in found]


def test_own_hostile_texts_do_no_harm_where_people_write(place):
    found = []
    for turn, sink in enumerate(place.sinks):
        for text in OWN[turn % 4 :: 4]:
            found += problems_with(place, sink, text)
    assert found == []


def test_no_text_keeps_the_server_busy(place):
    found, posts = [], [sink for sink in place.sinks if sink[1] == "POST"]
    for turn, sink in enumerate(posts):
        for text in PATHOLOGICAL[turn % 8 :: 8]:
            found += problems_with(place, sink, text)
    assert found == []


@pytest.mark.real_data
def test_no_recipe_keeps_the_server_busy(place, real_data):
    """Too long, and cut to what the fields take; each place gets some."""
    found, posts = [], [sink for sink in place.sinks if sink[1] == "POST"]
    texts = [text[:length] for text in recipes(real_data) for length in (None, 2000, 160)]
    for turn, sink in enumerate(posts):
        for text in texts[turn % 35 :: 35]:
            found += problems_with(place, sink, text)
    assert found == []


@pytest.mark.real_data
def test_a_sample_of_the_corpus_does_no_harm_where_people_write(place, real_data):
    texts, sinks = payloads(), place.sinks
    found = []
    for n, text in enumerate(texts[:: len(texts) // 300]):
        found += problems_with(place, sinks[n % len(sinks)], text)
    assert found == []


# ---- what pages show ----------------------------------------------------------------------------


def show(db, round, author, texts):
    """Proposals with that text in all they say, as if they had passed the moderation."""
    for text in texts:
        kept = text.replace("\x00", "")
        found = Submission(
            round_id=round.id, author_id=author.id, title=kept[:160], problem=kept, solution=kept,
            worries=kept, status=Status.PUBLISHED, number=round.last_number + 1,
            author_name=kept[:120], published_at=round.created_at,
        )  # fmt: skip
        round.last_number += 1
        db.session.add(found)
    db.session.commit()


def pages_of(client, db):
    yield "/rounds/ki"
    after = "/rounds/ki/feed.atom"
    yield after
    for each in db.session.scalars(db.select(Submission.public_id)).all():
        yield f"/submissions/{each}"


def test_own_hostile_texts_do_no_harm_where_they_are_shown(db, make, ada, sign_in):
    round = make.round("open", slug="ki")
    show(db, round, ada, OWN)
    client = sign_in()
    for url in pages_of(client, db):
        answer = client.get(url)
        assert (url, answer.status_code) == (url, 200)
        if answer.mimetype == "text/html":
            assert (url, traces(answer.get_data(as_text=True))) == (url, [])


@pytest.mark.real_data
def test_no_recipe_that_fits_keeps_a_page_busy(place, db, make, ada, real_data):
    """The pages that show a text as long as the fields take, and what is read in the background."""
    found = []
    for text in recipes(real_data)[::6]:
        kept = text[:2000].replace("\x00", "") or "x"
        sent = make.submission(place.ki, ada, title=kept[:160], problem=kept)
        waits = make.submission(place.ki, ada, title=kept[:160], problem=kept,
                                status=Status.PENDING)  # fmt: skip
        one, two = sent.public_id, waits.public_id
        for who, url in (
            ("", f"/submissions/{one}"), ("ada", f"/submissions/{one}/edit"),
            ("", "/rounds/ki/proposals"), ("", "/rounds/ki/feed.atom"),
            ("mo", f"/moderation/submissions/{two}"), ("mo", "/moderation/queue"),
            ("mo", f"/moderation/submissions/{one}/redact"), ("ada", "/my/submissions"),
        ):  # fmt: skip
            found += problems_with(place, (who, "GET", url, ()), "")
    assert found == []


def test_harmless_texts_are_shown_unchanged(db, make, ada, sign_in):
    shown_unchanged(db, make, ada, sign_in(), HARMLESS)


@pytest.mark.real_data
def test_the_harmless_texts_of_the_corpus_are_shown_unchanged(db, make, ada, sign_in, real_data):
    texts = json.loads((real_data / "badinput" / "benign-roundtrip.json").read_text("utf-8"))
    assert len(texts) == 51
    shown_unchanged(db, make, ada, sign_in(), texts)


def shown_unchanged(db, make, ada, client, texts):
    round = make.round("open", slug="ki")
    wrong = []
    for text in texts:
        sent = make.submission(round, ada, title="Ein Bus", problem=text)
        page = client.get(f"/submissions/{sent.public_id}").text
        tree = html5lib.parse(page, namespaceHTMLElements=False)
        if text not in "".join(tree.find("body").itertext()):
            wrong.append(text)
    assert wrong == []


@pytest.mark.real_data
def test_the_whole_corpus_does_no_harm_on_one_page(db, make, ada, mo, sign_in, real_data):
    """Packed many to a proposal: a page escapes each text by itself, or none."""
    round = make.round("open", slug="ki")
    texts = [text.replace("\x00", "") for text in payloads()]
    packs = ["\n".join(texts[at : at + 400]) for at in range(0, len(texts), 400)]
    client, found = sign_in(), []
    for pack in packs:
        sent = make.submission(round, ada, title="Ein Bus", problem=pack, solution=pack)
        answer = client.get(f"/submissions/{sent.public_id}")
        assert answer.status_code == 200
        found += traces(answer.get_data(as_text=True))
    assert found == []
    assert len(texts) > 9_000
