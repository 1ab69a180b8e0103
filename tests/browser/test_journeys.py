"""The way of a contribution, walked in a real browser: proposed, published, voted on, grouped."""

import re

import pytest

from civicdialog.core.db import db
from civicdialog.core.jobs import doorbell
from civicdialog.demo.load import SLUG
from civicdialog.demo.people import CITIZEN, SAMPLE_PASSWORD, STAFF
from civicdialog.notifications.models import Letter

pytestmark = pytest.mark.browser

EMAILS = {account.key: account.email for account in (CITIZEN, *STAFF)}
PROPOSAL = {
    "title": "Eine Vorlesefunktion für alle Bescheide",
    "problem": "Meine Mutter sieht schlecht und kann die Briefe der Stadt nicht lesen.",
    "solution": "Ein Programm liest den Bescheid vor und erklärt schwere Wörter.",
}


def last_link(live, kind, email):
    """The address in the newest letter of a kind, as its reader would click it."""
    with live.app.app_context():
        doorbell().duties["deliver-mail"]()
        db.session.remove()
        letter = db.session.scalars(
            db.select(Letter)
            .where(Letter.kind == kind, Letter.to_email == email)
            .order_by(Letter.id.desc())
        ).first()
        assert letter, f"no letter {kind} for {email}"
        assert letter.sent_at, letter.last_error
    folder = live.app.instance_path + "/mail"
    from pathlib import Path

    newest = max(Path(folder).glob(f"*{kind}*.eml"), key=lambda p: p.stat().st_mtime_ns)
    import email as mail

    text = mail.message_from_bytes(newest.read_bytes()).get_payload(decode=True).decode("utf-8")
    return re.search(r"https?://[^/\s]+(/\S+)", text).group(1)


def test_from_registration_to_the_committees_summary(visitor, live):
    newcomer = visitor(viewport={"width": 320, "height": 800})
    newcomer.open("/register")
    newcomer.page.fill("input[name=email]", "nina@example.org")
    newcomer.page.fill("input[name=public_name]", "Nina")
    newcomer.page.click("main button[type=submit]")
    newcomer.open(last_link(live, "confirm", "nina@example.org"))
    for box in newcomer.page.locator("input[type=password]").all():
        box.fill("Saale-Ufer-und-Bäume-7")
    newcomer.page.click("main button[type=submit]")

    newcomer.open(f"/rounds/{SLUG}/propose")
    for name, text in PROPOSAL.items():
        newcomer.page.fill(f"[name={name}]", text)
    newcomer.page.check("input[name=kind][value=use_case]")
    newcomer.page.get_by_role("button", name="Vorschau").click()
    newcomer.page.get_by_role("button", name="Absenden").click()
    newcomer.page.wait_for_url("**/my/contributions")
    assert PROPOSAL["title"] in newcomer.page.inner_text("main")

    moderator = visitor().sign_in(EMAILS["moderator"], SAMPLE_PASSWORD)
    moderator.open("/moderation/queue")
    while not moderator.page.get_by_role("link", name=PROPOSAL["title"]).count():
        moderator.page.click("a[rel=next]")
    moderator.page.get_by_role("link", name=PROPOSAL["title"]).first.click()
    moderator.page.get_by_role("button", name="Veröffentlichen", exact=True).click()

    citizen = visitor().sign_in(EMAILS["citizen"], SAMPLE_PASSWORD)
    citizen.open(f"/rounds/{SLUG}/proposals?q=Vorlesefunktion")
    citizen.page.get_by_role("link", name=PROPOSAL["title"]).first.click()
    citizen.page.click("button[name=opinion][value=agree]")
    citizen.page.wait_for_selector("button[name=opinion][value=agree][aria-pressed=true]")
    citizen.page.click("button[name=opinion][value=disagree]")
    citizen.page.wait_for_selector("button[name=opinion][value=disagree][aria-pressed=true]")

    newcomer.open("/my/messages")
    assert PROPOSAL["title"] in newcomer.page.inner_text("main")

    committee = visitor().sign_in(EMAILS["committee"], SAMPLE_PASSWORD)
    committee.open(f"/committee/rounds/{SLUG}/topics")
    assert committee.page.locator("main h2, main h3").count() >= 4


def test_voting_works_without_javascript(visitor):
    window = visitor(java_script_enabled=False, viewport={"width": 320, "height": 800})
    window.sign_in(EMAILS["citizen"], SAMPLE_PASSWORD)
    window.open(f"/rounds/{SLUG}/proposals")
    window.page.locator("main article a").first.click()
    window.page.click("button[name=opinion][value=agree]")
    pressed = window.page.locator("button[name=opinion][value=agree]")
    assert pressed.get_attribute("aria-pressed") == "true"


def test_with_a_script_a_vote_does_not_leave_the_page(visitor):
    window = visitor().sign_in(EMAILS["citizen"], SAMPLE_PASSWORD)
    window.open(f"/rounds/{SLUG}/proposals?order=newest")
    window.page.locator("main article a").first.click()
    window.page.wait_for_load_state("networkidle")
    window.page.evaluate("window.marker = 'same page'")
    window.page.hover("button[name=opinion][value=pass]")
    window.page.wait_for_function("window.htmx")
    window.page.click("button[name=opinion][value=pass]")
    window.page.wait_for_selector("button[name=opinion][value=pass][aria-pressed=true]")
    assert window.page.evaluate("window.marker") == "same page"
    assert window.page.evaluate("document.activeElement.value") == "pass"


def test_a_rejection_reaches_its_author(visitor, live):
    author = visitor().sign_in(EMAILS["citizen"], SAMPLE_PASSWORD)
    author.open(f"/rounds/{SLUG}/propose")
    author.page.fill("[name=title]", "Mein Nachbar parkt falsch")
    author.page.fill("[name=problem]", "Er steht immer auf dem Gehweg.")
    author.page.fill("[name=solution]", "Bitte einen Strafzettel.")
    author.page.check("input[name=kind][value=concern]")
    author.page.get_by_role("button", name="Vorschau").click()
    author.page.get_by_role("button", name="Absenden").click()

    moderator = visitor().sign_in(EMAILS["moderator"], SAMPLE_PASSWORD)
    moderator.open("/moderation/queue")
    while not moderator.page.get_by_role("link", name="Mein Nachbar parkt falsch").count():
        moderator.page.click("a[rel=next]")
    moderator.page.get_by_role("link", name="Mein Nachbar parkt falsch").first.click()
    moderator.page.check("input[name=ground][value=off_topic]")
    moderator.page.fill("[name=explanation]", "Das gehört zum Ordnungsamt, nicht in diese Runde.")
    moderator.page.get_by_role("button", name="Nicht veröffentlichen").click()

    author.open("/my/contributions")
    assert "Das gehört zum Ordnungsamt" in author.page.inner_text("main")


def test_the_keyboard_alone_is_enough_to_sign_in(visitor):
    window = visitor()
    window.open("/sign-in")
    window.page.focus("input[name=email]")
    window.page.keyboard.type(EMAILS["citizen"])
    window.page.keyboard.press("Tab")
    window.page.keyboard.type(SAMPLE_PASSWORD)
    window.page.keyboard.press("Enter")
    window.page.wait_for_selector("text=Beispiel-Bürgerin")


def test_the_first_view_is_light(visitor):
    window = visitor()
    sizes = {}
    session = window.context.new_cdp_session(window.page)
    session.send("Network.enable")
    session.on("Network.requestWillBeSent", lambda e: sizes.setdefault(e["requestId"], 0))
    session.on(
        "Network.loadingFinished",
        lambda e: sizes.update({e["requestId"]: e["encodedDataLength"]}),
    )
    window.open(f"/rounds/{SLUG}/proposals")
    window.page.wait_for_load_state("networkidle")
    # Icons stand in the style sheet itself: no request, no bytes.
    sent = [size for size in sizes.values() if size]
    assert len(sent) <= 5
    assert sum(sent) <= 60_000
