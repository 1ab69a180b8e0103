"""The pictures of the README, taken from the sample round in a scratch installation."""

import logging
import shutil
import tempfile
import threading
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright
from sqlalchemy import select
from werkzeug.serving import make_server

from civicdialog import create_app
from civicdialog.config import load_settings
from civicdialog.core.db import db
from civicdialog.demo.load import SLUG, load_demo
from civicdialog.demo.people import CITIZEN, SAMPLE_PASSWORD, STAFF
from civicdialog.maintenance import migrate_database
from civicdialog.submissions.models import Submission

TARGET = Path(__file__).resolve().parent.parent / "docs" / "pictures"
FLAGS = ["--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking"]
EMAILS = {account.key: account.email for account in (CITIZEN, *STAFF)}


def pictures(proposal: str) -> list[tuple[str, str, str, str, int, str]]:
    """Name, role, path, theme, width, language-independent note of each picture."""
    return [
        ("home", "", "/", "light", 1200, "the start page"),
        ("home-dark", "", "/", "dark", 1200, "the start page, dark"),
        ("phone", "", f"/rounds/{SLUG}", "light", 360, "a round on a phone"),
        ("proposals", "", f"/rounds/{SLUG}/proposals", "light", 1200, "the list"),
        ("proposal", "citizen", proposal, "light", 1200, "one proposal"),
        ("propose", "citizen", f"/rounds/{SLUG}/propose", "light", 1200, "the form"),
        ("voting", "", f"/rounds/{SLUG}/vote", "light", 1200, "the voting room"),
        ("opinions", "committee", f"/committee/rounds/{SLUG}/opinions", "light", 1200, "opinions"),
        ("queue", "moderator", "/moderation/queue", "light", 1200, "the queue"),
        ("topics", "committee", f"/committee/rounds/{SLUG}/topics", "light", 1200, "the topics"),
        ("ratings", "committee", f"/committee/rounds/{SLUG}/ratings", "light", 1200, "the ratings"),
    ]


def sign_in(page: Page, role: str) -> None:
    page.goto("/sign-in")
    page.fill("input[name=email]", EMAILS[role])
    page.fill("input[name=password]", SAMPLE_PASSWORD)
    page.click("main button[type=submit]")


def take(browser: Browser, url: str, proposal: str) -> None:
    for name, role, path, theme, width, note in pictures(proposal):
        context = browser.new_context(
            base_url=url,
            locale="de-DE",
            viewport={"width": width, "height": 900},
            color_scheme="dark" if theme == "dark" else "light",
        )
        page = context.new_page()
        if role:
            sign_in(page, role)
        page.goto(path)
        page.screenshot(
            path=TARGET / f"{name}.png",
            full_page=width < 500,
            clip=None if width < 500 else {"x": 0, "y": 0, "width": width, "height": 900},
        )
        print(f"{name}.png: {note}")
        context.close()


def main() -> None:
    TARGET.mkdir(parents=True, exist_ok=True)
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    scratch = Path(tempfile.mkdtemp(prefix="civicdialog-pictures-"))
    app = create_app(
        load_settings({"CIVICDIALOG_INSTANCE_PATH": str(scratch)}),
        TESTING=True,
        RATELIMIT_ENABLED=False,
    )
    with app.app_context():
        migrate_database()
        load_demo(progress=lambda share, step: None)
        best = db.session.scalars(
            select(Submission.public_id).order_by(Submission.argument_count.desc(), Submission.id)
        ).first()
        db.session.remove()
    server = make_server("127.0.0.1", 0, app, threaded=True)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    executable = shutil.which("chromium") or shutil.which("chromium-browser")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=executable, args=FLAGS)
        take(browser, f"http://127.0.0.1:{server.server_port}", f"/submissions/{best}")
        browser.close()
    server.shutdown()
    shutil.rmtree(scratch, ignore_errors=True)


if __name__ == "__main__":
    main()
