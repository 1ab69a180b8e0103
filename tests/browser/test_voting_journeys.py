"""The voting room, walked in a real browser: few taps, keyboard alone, without scripts."""

import pytest

from civicdialog.demo.load import SLUG

pytestmark = pytest.mark.browser

PHONE = {"viewport": {"width": 320, "height": 640}}
ROOM = f"/rounds/{SLUG}/vote"


def answered(window):
    """How many answers the page says there are."""
    return window.page.locator(".ballot__progress p").first.inner_text()


def test_a_first_visitor_on_a_phone_votes_with_two_taps(visitor):
    window = visitor(**PHONE)
    window.open("/")
    window.page.locator(f"main a[href='{ROOM}']").first.click()
    window.page.locator("button[name=opinion][value=agree]").click()
    assert answered(window).startswith("1 beantwortet")


def test_the_three_answers_are_in_sight_on_a_phone(visitor):
    window = visitor(**PHONE)
    window.open(ROOM)
    for button in window.page.locator("button[name=opinion]").all():
        box = button.bounding_box()
        assert box["y"] + box["height"] <= 640
        assert box["height"] >= 44


def test_keys_answer_as_the_buttons_say(visitor):
    window = visitor()
    window.open(ROOM)
    for key in "132":
        title = window.page.locator("h1").inner_text()
        window.page.keyboard.press(key)
        window.page.wait_for_function(
            "t => document.querySelector('h1').innerText !== t", arg=title
        )
    assert answered(window).startswith("3 beantwortet")


def test_without_scripts_one_answers_and_takes_it_back(visitor):
    window = visitor(java_script_enabled=False, **PHONE)
    window.open(ROOM)
    title = window.page.locator("h1").inner_text()
    window.page.locator("button[value=disagree]").click()
    assert window.page.locator("h1").inner_text() != title
    window.page.locator(".ballot__last button").click()
    assert window.page.locator("h1").inner_text() == title


def test_whoever_comes_back_goes_on_where_they_stopped(visitor):
    window = visitor()
    window.open(ROOM)
    window.page.locator("button[value=pass]").click()
    card = window.page.locator("h1").inner_text()
    window.open("/")
    window.open(ROOM)
    assert window.page.locator("h1").inner_text() == card
    assert answered(window).startswith("1 beantwortet")
