"""From sign-in to a finished report in six clicks at most."""

import pytest

from civicdialog.committee.report_actions import WRITE_REPORT
from civicdialog.core.jobs import doorbell
from civicdialog.demo.load import SLUG
from civicdialog.demo.people import SAMPLE_PASSWORD, STAFF

pytestmark = pytest.mark.browser

EMAIL = next(account.email for account in STAFF if account.key == "committee")


def test_from_sign_in_to_a_finished_pdf_in_six_clicks(visitor, live):
    window = visitor().sign_in(EMAIL, SAMPLE_PASSWORD)
    page, clicks = window.page, 1

    def click(locator):
        nonlocal clicks
        clicks += 1
        locator.first.click()

    click(page.locator("nav a[href='/committee']"))
    click(page.locator(f"main a[href='/committee/rounds/{SLUG}/reports']"))
    click(page.get_by_role("button", name="Bericht erstellen"))
    page.get_by_text("Der Bericht wird erstellt").wait_for()
    with live.app.app_context():
        doorbell().duties[WRITE_REPORT]()
    # The page looks by itself every two seconds.
    link = page.get_by_role("link", name="PDF")
    link.first.wait_for(timeout=10_000)
    with page.expect_download() as download:
        click(link)
    assert download.value.path().read_bytes().startswith(b"%PDF")
    assert clicks <= 6


def test_a_report_is_asked_for_without_a_script_too(visitor):
    window = visitor(java_script_enabled=False, viewport={"width": 320, "height": 640})
    window.sign_in(EMAIL, SAMPLE_PASSWORD).open(f"/committee/rounds/{SLUG}/reports")
    page = window.page
    page.get_by_role("button", name="Bericht erstellen").click()
    assert page.get_by_text("Der Bericht wird erstellt").is_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= 320
