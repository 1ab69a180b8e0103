"""Proposing something, walked in a real browser: few taps, and nothing that was typed is lost."""

import re

import pytest

from civicdialog.demo.load import SLUG

pytestmark = pytest.mark.browser

PHONE = {"viewport": {"width": 320, "height": 640}}
FORM = f"/rounds/{SLUG}/propose"
TEXTS = {
    "title": "Ein Wegweiser durch die Ämter",
    "problem": "Ich wusste nicht, welches Amt für meinen Umzug zuständig ist.",
    "solution": "Ein Programm fragt mich und sagt, wohin ich muss.",
}


class Finger:
    """Counts every tap, those into a field too."""

    def __init__(self, page):
        self.page = page
        self.taps = 0

    def tap(self, target):
        self.taps += 1
        target.click()

    def type(self, name, text):
        self.tap(self.page.locator(f"[name={name}]"))
        self.page.keyboard.type(text)


def fill(page, texts):
    for name, text in texts.items():
        page.fill(f"[name={name}]", text)


def saved(page):
    page.locator("[data-part=saved]", has_text=re.compile("^Gespeichert um")).wait_for()


def saved_again(page):
    """After a change in a form that had been saved before."""
    with page.expect_response(lambda answer: answer.request.method == "POST"):
        page.locator("[name=problem]").press("End")
        page.keyboard.type(".")


def tab_to(page, selector):
    for _ in range(100):
        page.keyboard.press("Tab")
        if page.evaluate("selector => document.activeElement.matches(selector)", selector):
            return
    raise AssertionError(f"the Tab key does not lead to {selector}")


def fits(page):
    page.wait_for_load_state("networkidle")
    assert not page.evaluate("document.documentElement.scrollWidth > innerWidth"), page.url


@pytest.mark.parametrize("way", [PHONE, {"java_script_enabled": False, **PHONE}])
def test_a_first_visitor_on_a_phone_proposes_with_eight_taps(visitor, way):
    window = visitor(**way)
    finger = Finger(window.page)
    window.open("/")
    finger.tap(window.page.locator(f"main a[href='{FORM}']").first)
    finger.tap(window.page.locator("input[name=kind][value=use_case]"))
    for name, text in TEXTS.items():
        finger.type(name, text)
    finger.tap(window.page.get_by_role("button", name="Vorschau"))
    finger.tap(window.page.get_by_role("button", name="Absenden"))
    window.page.locator(".receipt__words").wait_for()
    assert finger.taps <= 8


def test_somebody_proposes_by_keyboard_alone(visitor):
    window = visitor(**PHONE)
    window.open(FORM)
    tab_to(window.page, "input[name=kind]")
    window.page.keyboard.press("Space")
    for name, text in TEXTS.items():
        tab_to(window.page, f"[name={name}]")
        window.page.keyboard.type(text)
    for value in ("button[value=preview]", "form[action$='/send'] button"):
        tab_to(window.page, value)
        with window.page.expect_navigation():
            window.page.keyboard.press("Enter")
    window.page.locator(".receipt__words").wait_for()


def test_no_page_of_proposing_is_wider_than_a_small_phone(visitor):
    window = visitor(**PHONE)
    window.open(FORM)
    window.page.check("input[name=kind][value=use_case]")
    fill(window.page, TEXTS | {"title": "Donaudampfschifffahrtsgesellschaftskapitänsmützenabgabe"})
    fits(window.page)
    window.page.get_by_role("button", name="Genauer beschreiben").click()
    fits(window.page)
    window.page.get_by_role("button", name="Zur Vorschau").click()
    fits(window.page)
    window.page.get_by_role("button", name="Absenden").click()
    window.page.locator(".receipt__words").wait_for()
    fits(window.page)


def test_a_second_window_is_told_and_both_texts_stay(visitor):
    window = visitor()
    window.open(FORM)
    window.page.locator("[name=problem]").press_sequentially("Im ersten Fenster")
    saved(window.page)
    second = window.context.new_page()
    second.goto(FORM)
    second.locator("[name=problem]").fill("Im zweiten Fenster")
    saved_again(second)
    window.page.locator("[name=problem]").press_sequentially(" geschrieben")
    window.page.get_by_text("in einem anderen Fenster geändert").wait_for()
    window.page.get_by_role("button", name="Vorschau").click()
    assert window.page.input_value("[name=problem]") == "Im ersten Fenster geschrieben"
    assert "Im zweiten Fenster" in window.page.inner_text("main")


def test_a_half_written_text_survives_a_reload(visitor):
    window = visitor()
    window.open(FORM)
    window.page.locator("[name=problem]").press_sequentially("Meine Mutter wartet")
    saved(window.page)
    window.page.reload()
    assert window.page.input_value("[name=problem]") == "Meine Mutter wartet"


def test_a_half_written_text_survives_a_lost_network(visitor):
    window = visitor()
    window.open(FORM)
    window.context.set_offline(True)
    window.page.locator("[name=problem]").press_sequentially("Im Zug geschrieben")
    window.page.get_by_text("Noch nicht gespeichert").wait_for()
    window.context.set_offline(False)
    saved(window.page)
    window.complaints.clear()
    window.page.reload()
    assert window.page.input_value("[name=problem]") == "Im Zug geschrieben"


def test_a_half_written_text_survives_going_back_and_forth(visitor):
    window = visitor()
    window.open(FORM)
    window.page.check("input[name=kind][value=concern]")
    fill(window.page, TEXTS)
    window.page.get_by_role("button", name="Vorschau").click()
    window.page.go_back()
    assert window.page.input_value("[name=title]") == TEXTS["title"]


def test_while_one_writes_similar_proposals_are_shown(visitor):
    window = visitor()
    window.open(FORM)
    window.page.locator("[name=title]").press_sequentially(
        "Hochwasser der Saale früher vorhersagen"
    )
    window.page.locator("[name=problem]").press_sequentially(
        "Hochwasser, Pegel, Regen an der Saale"
    )
    window.page.locator("[data-similar] a").first.wait_for()


@pytest.mark.parametrize("way", [PHONE, {"java_script_enabled": False, **PHONE}])
def test_one_question_after_another_and_then_the_receipt(visitor, way):
    window = visitor(**way)
    window.open(FORM)
    window.page.check("input[name=kind][value=use_case]")
    fill(window.page, TEXTS)
    window.page.get_by_role("button", name="Genauer beschreiben").click()
    while "/questions/" in window.page.url:
        for box in window.page.locator("main textarea").all():
            box.fill("Das betrifft alle, die umziehen.")
        window.page.get_by_role("button", name="Weiter").click()
    window.page.get_by_role("button", name="Absenden").click()
    words = window.page.locator(".receipt__words").first.inner_text().split()
    assert len(words) == 4

    other = visitor(**way)
    other.open("/receipt")
    other.page.fill("[name=words]", " ".join(words))
    other.page.locator("main form button[type=submit]").first.click()
    assert TEXTS["title"] in other.page.inner_text("main")
