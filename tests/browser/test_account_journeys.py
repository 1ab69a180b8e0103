"""The own account in a real browser: passkeys, other devices, the copy of one's data, leaving."""

import zipfile
from dataclasses import replace

import pytest

from civicdialog.accounts.actions import create_person
from civicdialog.core.db import db, only_reading, transaction
from civicdialog.core.permissions import Actor
from civicdialog.demo.load import SLUG
from tests.browser.conftest import Visitor

pytestmark = pytest.mark.browser

PASSWORD = "Saale-Ufer-und-Bäume-7"
PHONE = {"viewport": {"width": 320, "height": 800}}
AUTHENTICATOR = {
    "protocol": "ctap2",
    "transport": "internal",
    "hasResidentKey": True,
    "hasUserVerification": True,
    "isUserVerified": True,
    "automaticPresenceSimulation": True,
}
STORED = """async () => ({
    local: Object.keys(localStorage), session: Object.keys(sessionStorage),
    databases: (await indexedDB.databases()).length, caches: (await caches.keys()).length,
})"""
NOTHING = {"local": [], "session": [], "databases": 0, "caches": 0}


@pytest.fixture
def somebody(live):
    """`somebody("Nina")`: an account of their own for this test; gives the address."""

    def create(name):
        with live.app.app_context():
            only_reading(False)
            email = f"{name.lower()}@example.org"
            with transaction():
                create_person(Actor.system(), email=email, public_name=name, password=PASSWORD)
            db.session.remove()
        return email

    return create


@pytest.fixture
def at_localhost(chromium, live, monkeypatch):
    """A window whose address browsers trust with passkeys, and a device that has them."""
    url = live.url.replace("127.0.0.1", "localhost")
    settings = replace(live.app.extensions["settings"], base_url=url)
    monkeypatch.setitem(live.app.extensions, "settings", settings)
    window = Visitor(chromium, url, **PHONE)
    device = window.context.new_cdp_session(window.page)
    device.send("WebAuthn.enable")
    device.send("WebAuthn.addVirtualAuthenticator", {"options": AUTHENTICATOR})
    yield window
    window.context.close()
    assert window.complaints == []


def test_a_passkey_is_made_and_signs_in(at_localhost, somebody):
    window = at_localhost.sign_in(somebody("Pia"), PASSWORD)
    window.open("/my/account")
    window.page.get_by_role("link", name="Passkey hinzufügen").click()
    window.page.fill("input[name=name]", "Mein Handy")
    window.page.get_by_role("button", name="Passkey hinzufügen").click()
    window.page.wait_for_url("**/my/account")
    assert "Mein Handy" in window.page.inner_text("main")

    window.context.clear_cookies()
    window.open("/sign-in?next=/my/account")
    window.page.get_by_role("button", name="Mit Passkey anmelden").click()
    window.page.wait_for_selector("h1:text('Mein Konto')")
    assert "Mein Handy" in window.page.inner_text("main")


def test_a_device_without_the_passkey_is_told_in_words(at_localhost):
    at_localhost.open("/sign-in")
    refuse = "() => { navigator.credentials.get = () => Promise.reject(new Error()); }"
    at_localhost.page.evaluate(refuse)
    at_localhost.page.get_by_role("button", name="Mit Passkey anmelden").click()
    at_localhost.page.wait_for_selector("text=Das Gerät hat Sie nicht angemeldet")


def test_without_a_script_the_page_says_that_the_password_works(visitor, somebody):
    window = visitor(java_script_enabled=False, **PHONE)
    window.open("/sign-in")
    assert "Mit Ihrem Passwort geht es auch ohne" in window.page.inner_text("main")
    assert not window.page.is_visible("text=Mit Passkey anmelden")
    window.sign_in(somebody("Ohla"), PASSWORD)
    assert window.page.get_by_role("heading", level=1).count() == 1
    window.open("/my/account")
    assert "Mein Konto" in window.page.inner_text("h1")


def test_another_device_is_signed_out_from_here(visitor, somebody):
    email = somebody("Rosa")
    phone = visitor(**PHONE, user_agent="Mozilla/5.0 (Android 14; rv:133.0) Firefox/133.0")
    phone.sign_in(email, PASSWORD)
    desk = visitor().sign_in(email, PASSWORD)
    desk.open("/my/account")
    assert "Firefox auf Android" in desk.page.inner_text("main")
    desk.page.get_by_role("button", name="Dort abmelden").click()
    assert "Firefox auf Android" not in desk.page.inner_text("main")
    phone.open("/my/account")
    phone.page.wait_for_url("**/sign-in?**")


def test_the_copy_of_all_data_is_one_click_away(visitor, somebody, tmp_path):
    window = visitor(**PHONE).sign_in(somebody("Uta"), PASSWORD)
    window.open("/my/account")
    with window.page.expect_download() as download:
        window.page.get_by_role("button", name="Meine Daten herunterladen").click()
    download.value.save_as(tmp_path / "data.zip")
    with zipfile.ZipFile(tmp_path / "data.zip") as archive:
        assert archive.namelist() == ["data.json", "README.txt"]


def test_an_account_is_deleted_by_keyboard_alone(visitor, somebody):
    email = somebody("Zoe")
    window = visitor(**PHONE).sign_in(email, PASSWORD)
    window.open("/my/account/delete")
    keyboard = window.page.keyboard
    window.page.focus("input[name=texts] >> nth=0")
    keyboard.press("Space")
    keyboard.press("Tab")
    keyboard.type(PASSWORD)
    keyboard.press("Tab")
    keyboard.press("Enter")
    window.page.wait_for_selector("text=Ihr Konto ist gelöscht")
    window.sign_in(email, PASSWORD)
    window.page.wait_for_selector("text=Die Adresse oder das Passwort stimmt nicht")


def test_while_a_password_is_typed_its_length_is_told_without_blame(visitor, somebody):
    window = visitor().sign_in(somebody("Ida"), PASSWORD)
    window.open("/my/password")
    field, hint = window.page.locator("input[name=password]"), "[data-password-for]"
    told = []
    for text in ("kurz", "acht Zei", "drei lange Wörter"):
        field.fill(text)
        told.append(window.page.inner_text(hint))
    assert told[0] == "Bitte noch 4 Zeichen"
    assert told[1].startswith("Lang genug")
    assert told[2].startswith("Lang:")


def test_whoever_only_reads_carries_nothing_away(visitor):
    window = visitor()
    for path in ("/", "/rounds", f"/rounds/{SLUG}", "/how-it-works", "/legal/privacy"):
        window.open(path)
        assert window.page.evaluate(STORED) == NOTHING, path
    assert window.context.cookies() == []


def test_whoever_is_signed_in_carries_the_session_and_nothing_else(visitor, somebody):
    window = visitor().sign_in(somebody("Ole"), PASSWORD)
    for path in ("/", "/my/account", f"/rounds/{SLUG}/proposals", "/my/messages"):
        window.open(path)
        assert window.page.evaluate(STORED) == NOTHING, path
    (cookie,) = window.context.cookies()
    assert cookie["httpOnly"]
    assert cookie["expires"] == -1
