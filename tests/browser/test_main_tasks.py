"""The things people come for, each in five ways: by keyboard alone, without JavaScript, in
forced colours, on the narrowest phone, and at 400 % zoom."""

import pytest

from civicdialog.demo.load import SLUG
from civicdialog.demo.people import CITIZEN, SAMPLE_PASSWORD, STAFF

pytestmark = pytest.mark.browser

EMAILS = {account.key: account.email for account in (CITIZEN, *STAFF)}
WAYS = {
    "keyboard": {"reduced_motion": "reduce"},
    "no-script": {"java_script_enabled": False},
    "forced-colours": {"forced_colors": "active"},
    "phone": {"viewport": {"width": 320, "height": 640}},
    # 1280 × 1024 at 400 %.
    "zoom": {"viewport": {"width": 320, "height": 256}},
}

SEEN = """async element => {
  // The window follows the focus with the next picture.
  for (let i = 0; i < 3; i++) await new Promise(requestAnimationFrame);
  const box = element.getBoundingClientRect();
  const x = Math.min(Math.max(box.x + box.width / 2, 0), innerWidth - 1);
  const y = Math.min(Math.max(box.y + Math.min(box.height / 2, 20), 0), innerHeight - 1);
  const top = document.elementFromPoint(x, y);
  return box.width > 0 && (element.contains(top) || (top && top.contains(element)));
}"""
RINGED = """element => {
  const ring = e => {
    const style = getComputedStyle(e);
    return style.outlineStyle !== "none" || style.boxShadow !== "none";
  };
  const card = element.closest("article");
  return ring(element) || (card && ring(card));
}"""


class Hand:
    """Whoever uses a page: by the mouse, or by keys alone."""

    def __init__(self, window, *, by_keys):
        self.window = window
        self.page = window.page
        self.page.set_default_timeout(5_000)
        self.by_keys = by_keys

    def open(self, path):
        self.window.open(path)

    def go(self, name, *, exact=False):
        """Follow a link."""
        self._use(self.page.get_by_role("link", name=name, exact=exact).locator("visible=true"))

    def press(self, name, *, exact=True):
        """Push a button."""
        self._use(self.page.get_by_role("button", name=name, exact=exact).locator("visible=true"))

    def choose(self, name):
        """Choose one of several answers."""
        box = self.page.get_by_role("radio", name=name).first
        if self.by_keys:
            self._tab_to(
                self.page.locator(f"input[name={box.get_attribute('name')}]"), any_of_them=True
            )
            for _ in range(20):
                if box.is_checked():
                    return
                self.page.keyboard.press("ArrowDown")
            raise AssertionError(f"no key chooses {name}")
        box.check()

    def write(self, name, text):
        """Fill in a field."""
        field = self.page.get_by_role("textbox", name=name)
        if self.by_keys:
            self._tab_to(field)
            self.page.keyboard.press("Control+a")
            self.page.keyboard.type(text)
        else:
            field.first.fill(text)

    def sees(self, text):
        self.page.get_by_text(text).locator("visible=true").first.wait_for(timeout=5_000)

    def _use(self, target):
        if not self.by_keys:
            target.first.click()
            return
        self._tab_to(target)
        with self.page.expect_event("load"):
            self.page.keyboard.press("Enter")

    def _tab_to(self, target, *, any_of_them=False):
        """Press Tab until the focus is there; it must be seen, and not be hidden by anything."""
        wanted = target.element_handles() if any_of_them else [target.first.element_handle()]
        for _ in range(250):
            self.page.keyboard.press("Tab")
            for each in wanted:
                if each.evaluate("element => element === document.activeElement"):
                    assert each.evaluate(RINGED), "the focus cannot be seen"
                    assert each.evaluate(SEEN), "what has the focus is hidden"
                    return
        raise AssertionError("the Tab key does not lead there")


@pytest.fixture(params=WAYS)
def hand(request, visitor):
    """`hand(role)` opens a window in one of the ways.

    At the end nothing is wider than it, and the browser keeps the session and nothing else, so that
    nobody has to be asked for consent.
    """
    opened = []

    def begin(role=None):
        window = visitor(**WAYS[request.param])
        if role is not None:
            window.sign_in(EMAILS[role], SAMPLE_PASSWORD)
        opened.append(window)
        return Hand(window, by_keys=request.param == "keyboard")

    yield begin
    for window in opened:
        assert {cookie["name"] for cookie in window.context.cookies()} <= {"session"}
    if request.param != "no-script":
        for window in opened:
            assert not window.page.evaluate("document.documentElement.scrollWidth > innerWidth")
            assert window.page.evaluate("localStorage.length + sessionStorage.length") == 0


def test_somebody_signs_in(hand):
    person = hand()
    person.open("/sign-in")
    person.write("E-Mail", EMAILS["citizen"])
    person.write("Passwort", SAMPLE_PASSWORD)
    person.press("Anmelden")
    person.open("/my/account")
    person.sees("Öffentlicher Name")


def test_somebody_finds_a_proposal_by_a_word(hand):
    person = hand()
    person.open(f"/rounds/{SLUG}/proposals")
    person.page.get_by_role("searchbox").first.focus()
    person.page.keyboard.type("Hochwasser")
    person.page.keyboard.press("Enter")
    person.page.wait_for_url("**q=Hochwasser**")
    person.go("Hochwasser")
    person.sees("Was daraus wurde")


def test_somebody_votes(hand):
    person = hand()
    person.open(f"/rounds/{SLUG}/vote")
    person.press("Dafür", exact=False)
    person.sees("1 beantwortet")


def test_somebody_proposes(hand):
    person = hand()
    person.open(f"/rounds/{SLUG}/propose")
    person.choose("Eine Anwendung")
    person.write("Titel", "Ein Wegweiser durch die Ämter")
    person.write("Worum geht es?", "Ich weiß nie, welches Amt zuständig ist.")
    person.write("Was soll geschehen?", "Ein Programm fragt mich und zeigt mir den Weg.")
    person.press("Vorschau")
    person.press("Absenden")
    person.sees("Ihr Text ist angekommen")


def test_somebody_argues(hand):
    person = hand("citizen")
    person.open(f"/rounds/{SLUG}/proposals?order=newest")
    person.go(person.page.locator("main article a").first.inner_text())
    person.go("Etwas dazu schreiben", exact=True)
    person.choose("Eine Frage")
    person.write("Ihr Text", "Wer bezahlt das?")
    person.press("Absenden")
    person.sees("Danke.")


def test_a_moderator_publishes(hand):
    moderator = hand("moderator")
    moderator.open("/moderation/queue")
    moderator.go(moderator.page.locator("main table a, main h3 a").first.inner_text())
    moderator.press("Veröffentlichen")
    moderator.sees("Veröffentlicht: ")


def test_a_member_of_the_committee_reads_a_topic(hand):
    member = hand("committee")
    member.open("/committee")
    member.go("KI in der Stadtverwaltung Halle", exact=True)
    member.go(member.page.locator("main tbody th a").first.inner_text())
    member.sees("Typische Beiträge")
    member.go("Was sie auslässt und wer für sie einsteht")
    member.sees("Für wen sie spricht")


def test_somebody_sees_what_became_of_a_proposal(hand):
    person = hand()
    person.open(f"/rounds/{SLUG}/proposals?order=newest")
    title = person.page.locator("main article a").first.inner_text()
    person.go(title)
    person.go("Der ganze Weg")
    assert person.page.url.endswith("/thread")
