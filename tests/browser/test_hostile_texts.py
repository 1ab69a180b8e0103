"""Hostile texts before a real browser: nothing is called, no rule is broken, nothing was built.

Three signals: functions a script would call (`eval` is stopped by the policy), reports of the content security policy, and elements
or attributes that came out of a text.
"""

import pytest

from civicdialog.core.db import db, only_reading
from civicdialog.demo.people import SAMPLE_PASSWORD, STAFF
from civicdialog.discussion.models import Argument, Stance
from civicdialog.submissions.models import Status
from tests.browser.conftest import Live
from tests.conftest import build_app
from tests.web.test_hostile_texts import FILE, OWN, payloads

pytestmark = pytest.mark.browser

SLUG = "feindlich"
EMAILS = {account.key: account.email for account in STAFF}
RECORDER = """
window.signals = [];
const note = (what) => window.signals.push(what);
for (const name of ["alert", "confirm", "prompt", "print", "open", "fetch"]) {
  window[name] = (...given) => { note(`${name}(${String(given[0]).slice(0, 40)})`); };
}
XMLHttpRequest.prototype.open = () => note("XMLHttpRequest");
navigator.sendBeacon = () => note("sendBeacon");
addEventListener("securitypolicyviolation", (e) => note(`policy: ${e.violatedDirective} ${e.sample}`));
"""
TRACES = """() => [...document.querySelectorAll("*")].flatMap((element) => {
  const found = [];
  const name = element.localName;
  if (["iframe", "object", "embed", "base", "applet", "marquee", "frameset"].includes(name)) found.push(name);
  if (name === "script" && !/^\\/(assets|static)/.test(element.getAttribute("src") || "")) found.push("script");
  for (const { name: key, value } of element.attributes) {
    if (key.startsWith("on") || key === "srcdoc" || key === "style") found.push(`${name} ${key}`);
    if (/^\\s*(javascript|vbscript|data:text)/i.test(value) && ["href", "src", "action", "formaction"].includes(key))
      found.push(`${name} ${key}=${value.slice(0, 40)}`);
  }
  return found;
})"""
FOCUS = "document.querySelectorAll('main a, main [tabindex]').forEach(e => e.focus())"
BUILT = "alert(1); document.body.insertAdjacentHTML('beforeend', '<img onerror=x>')"
IN_A_PACK = 150


def texts():
    """Our own, and all of the corpus where it is there."""
    return [*OWN, *(payloads() if FILE.is_dir() else ())]


@pytest.fixture(scope="module")
def live(tmp_path_factory):
    """A server for these tests alone: nobody else shall meet what is planted here."""
    instance = tmp_path_factory.mktemp("hostile")
    server = Live(build_app(f"sqlite:///{instance / 'live.db'}", instance))
    yield server
    server.stop()


@pytest.fixture(scope="module")
def planted(live):
    """Ids and states of contributions full of hostile texts, most of them public."""
    every = [text.replace("\x00", "") for text in texts()]
    packs = [every[at : at + IN_A_PACK] for at in range(0, len(every), IN_A_PACK)]
    with live.app.app_context():
        only_reading(False)
        make = live.make()
        round = make.round("open", slug=SLUG)
        found = [plant(make, round, pack, waits=n % 8 == 7) for n, pack in enumerate(packs)]
        db.session.remove()
    return found


def plant(make, round, pack, *, waits):
    one = make.submission(
        round, title=pack[0][:150], problem="\n".join(pack), solution="\n\n".join(pack),
        worries=" ".join(pack), author_name=pack[-1][:100],
        status=Status.PENDING if waits else Status.PUBLISHED,
    )  # fmt: skip
    make.keep(
        Argument(
            submission_id=one.id, text="\n".join(pack)[:3000], author_name=pack[0][:100],
            stance=Stance.FOR, is_public=True,
        )
    )  # fmt: skip
    return one.public_id, one.status


def signals(window, path):
    window.page.goto(path, wait_until="load")
    # What waits for a hand: everything that can take the focus gets it, and a click lands on texts.
    window.page.evaluate(FOCUS)
    seen = window.page.evaluate("window.signals") + window.page.evaluate(TRACES)
    return [(path, each) for each in seen]


def test_nothing_runs_on_any_page_that_shows_them(visitor, planted):
    reader, moderator = visitor(), visitor()
    moderator.sign_in(EMAILS["moderator"], SAMPLE_PASSWORD)
    for window in (reader, moderator):
        window.context.add_init_script(RECORDER)
    found = signals(reader, f"/rounds/{SLUG}/proposals?order=newest")
    for public_id, status in planted:
        if status is Status.PUBLISHED:
            found += signals(reader, f"/submissions/{public_id}")
        else:
            found += signals(moderator, f"/moderation/submissions/{public_id}")
    found += signals(moderator, "/moderation/queue")
    found += signals(moderator, "/moderation/history")
    assert found == []


def test_the_signals_are_seen_where_something_runs(visitor):
    """Otherwise the test above would be green whatever happens."""
    window = visitor()
    window.context.add_init_script(RECORDER)
    window.page.goto("/")
    window.page.evaluate(BUILT)
    assert "alert(1)" in window.page.evaluate("window.signals")
    assert "img onerror" in window.page.evaluate(TRACES)
    window.complaints.clear()
