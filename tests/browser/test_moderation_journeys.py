"""A moderator at the desk, by keyboard alone."""

from time import monotonic

import pytest
from sqlalchemy import func, select

from civicdialog.accounts.models import Person
from civicdialog.core.db import db, only_reading
from civicdialog.core.ids import new_public_id
from civicdialog.demo.people import SAMPLE_PASSWORD, STAFF
from civicdialog.moderation.models import ModerationDecision, Outcome
from civicdialog.rounds.models import Round
from civicdialog.submissions.models import Submission

pytestmark = pytest.mark.browser

ITEMS = 60
REFUSED = 12
EMAIL = next(account.email for account in STAFF if account.key == "moderator")


@pytest.fixture
def full_queue(live):
    """A round of its own with sixty clear cases; says how many decisions there were before."""
    with live.app.app_context():
        only_reading(False)
        author = db.session.scalar(select(Person.id).where(Person.email.like("buergerin%")))
        round = Round(slug=f"desk-{new_public_id()}", title="Am Tisch", question="Was?",
                      introduction="Kurz.", is_public=True)  # fmt: skip
        db.session.add(round)
        db.session.flush()
        for n in range(ITEMS):
            db.session.add(
                Submission(
                    round_id=round.id, author_id=author, title=f"Fall {n}", problem="Kurz und klar."
                )
            )
        slug, before = round.slug, db.session.scalar(select(func.max(ModerationDecision.id)))
        db.session.commit()
        db.session.remove()
    return slug, before


def begin(window, slug):
    """Sign in and open the first case, its script included."""
    sign_in(window)
    window.open(f"/moderation/queue?round={slug}")
    first = window.page.locator("main a[href*='/moderation/submissions/'][href*='round=']").first
    with window.page.expect_navigation():
        first.click()


def sign_in(window):
    window.open("/sign-in")
    window.page.fill("input[name=email]", EMAIL)
    window.page.fill("input[name=password]", SAMPLE_PASSWORD)
    window.page.click("main button[type=submit]")


def test_sixty_clear_cases_take_at_most_two_keys_each(visitor, live, full_queue):
    window, (slug, before) = visitor(), full_queue
    begin(window, slug)
    keys, started = 0, monotonic()
    for n in range(ITEMS):
        window.page.wait_for_load_state()
        pressed = ("x", "1") if n % (ITEMS // REFUSED) == 0 else ("f",)
        for key in pressed[:-1]:
            window.page.keyboard.press(key)
        with window.page.expect_navigation():
            window.page.keyboard.press(pressed[-1])
        assert len(pressed) <= 2
        keys += len(pressed)
    print(f"{ITEMS} cases, {keys} keys, {monotonic() - started:.0f} s")  # noqa: T201 (the pace of the desk)
    with live.app.app_context():
        made = db.session.scalars(
            select(ModerationDecision).where(ModerationDecision.id > before)
        ).all()
        outcomes = [each.outcome for each in made]
        db.session.remove()
    assert outcomes.count(Outcome.REJECTED) == REFUSED
    assert outcomes.count(Outcome.PUBLISHED) == ITEMS - REFUSED
    assert keys == ITEMS + REFUSED


def test_keys_write_into_a_field_and_decide_nothing(visitor, full_queue):
    window = visitor()
    begin(window, full_queue[0])
    address = window.page.url
    window.page.focus("textarea[name=explanation]")
    window.page.keyboard.type("fxs1")
    assert window.page.input_value("textarea[name=explanation]") == "fxs1"
    assert window.page.url == address


def test_ready_words_appear_and_give_way_only_to_others(visitor, full_queue):
    window = visitor()
    begin(window, full_queue[0])
    field = window.page.locator("textarea[name=explanation]")
    window.page.check("[data-grounds] input[value=insult]")
    first = field.input_value()
    window.page.check("[data-grounds] input[value=advertising]")
    assert "macht Menschen herunter" in first
    assert field.input_value() != first
    field.fill("Eigene Worte.")
    window.page.check("[data-grounds] input[value=insult]")
    assert field.input_value() == "Eigene Worte."


def test_without_a_script_ready_words_and_the_next_case_come_by_buttons(visitor, full_queue):
    window = visitor(java_script_enabled=False, viewport={"width": 320, "height": 800})
    begin(window, full_queue[0])
    address = window.page.url
    window.page.check("[data-grounds] input[value=insult]")
    window.page.click("[data-desk] button[name=suggest] >> nth=0")
    assert "macht Menschen herunter" in window.page.input_value("textarea[name=explanation]")
    window.page.click("button[name=deed][value=reject]")
    assert "/moderation/submissions/" in window.page.url
    assert window.page.url != address


def test_several_are_ticked_and_decided_together(visitor, full_queue):
    window = visitor(viewport={"width": 320, "height": 800})
    sign_in(window)
    window.open(f"/moderation/queue?round={full_queue[0]}")
    for box in window.page.locator("input[name=chosen]").all()[:3]:
        box.check()
    window.page.click("summary:has-text('zusammen')")
    window.page.click("button[name=deed][value=publish]")
    assert "3 Fälle entschieden." in window.page.inner_text("main")


def test_a_question_mark_leads_to_what_the_keys_do(visitor, full_queue):
    window = visitor()
    begin(window, full_queue[0])
    window.page.wait_for_load_state("networkidle")
    window.page.keyboard.press("?")
    assert window.page.evaluate("document.activeElement.id") == "keys"
