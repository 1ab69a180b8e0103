"""A real browser before a real server, on SQLite and PostgreSQL."""

from __future__ import annotations

import logging
import shutil
import threading

import pytest
from playwright.sync_api import sync_playwright
from werkzeug.serving import make_server

from civicdialog.core.db import db, only_reading
from tests.conftest import Make, build_app

FLAGS = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
]  # fmt: skip


@pytest.fixture(scope="session")
def chromium():
    """The machine's Chromium. Missing means failed, not skipped: `make test` installs it."""
    path = shutil.which("chromium") or shutil.which("chromium-browser")
    assert path, "Chromium is missing: run the tests with `make test`"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def live(request, tmp_path_factory):
    """A server of its own with the sample round; `live.url`, `live.app`."""
    instance = tmp_path_factory.mktemp("live")
    server = Live(build_app(f"sqlite:///{instance / 'live.db'}", instance))
    yield server
    server.stop()


class Live:
    """The application behind a real socket."""

    def __init__(self, app):
        self.app = app
        logging.getLogger("werkzeug").setLevel(logging.ERROR)
        self.server = make_server("127.0.0.1", 0, app, threaded=True)
        self.url = f"http://127.0.0.1:{self.server.server_port}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        with app.app_context():
            from civicdialog.demo.load import load_demo

            only_reading(False)
            load_demo(progress=lambda share, step: None)
            db.session.remove()

    def make(self):
        return Make()

    def stop(self):
        self.server.shutdown()
        with self.app.app_context():
            db.engine.dispose()


class Visitor:
    """One browser window of one person; every console message counts as an error."""

    def __init__(self, browser, url, **options):
        self.context = browser.new_context(base_url=url, locale="de-DE", **options)
        self.page = self.context.new_page()
        self.complaints = []
        self.page.on("console", self._listen)
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))
        self.page.on("request", self._watch_origin)
        self.origin = url

    def _listen(self, message):
        if message.type in {"error", "warning"} and "status of 4" not in message.text:
            self.complaints.append(message.text)

    def _watch_origin(self, request):
        if not request.url.startswith((self.origin, "data:")):
            self.complaints.append(f"foreign origin: {request.url}")

    def open(self, path):
        return self.page.goto(path)

    def sign_in(self, email, password):
        self.open("/sign-in")
        self.page.fill("input[name=email]", email)
        self.page.fill("input[name=password]", password)
        self.page.click("main button[type=submit]")
        return self


@pytest.fixture
def visitor(chromium, live):
    """`visitor()` opens a window; all are closed at the end and must have been quiet."""
    windows = []

    def open_window(**options):
        window = Visitor(chromium, live.url, **options)
        windows.append(window)
        return window

    yield open_window
    complaints = [c for window in windows for c in window.complaints]
    for window in windows:
        window.context.close()
    assert complaints == []
