"""How heavy and how calm the first view of every page is, in a real browser over a slow line.

usage: python benchmarks/page_weight.py [--phone-only] [PATH ...]

The sample round is served as `civicdialog serve` does. Every page of the accessibility tests is
opened with an empty cache, as a phone would over 150 ms and 1.6 Mbit/s with a quarter of the
processor. Beside each page stands what it takes as a part of the budget. Exit status 1: a page is
over it, or says less without JavaScript.
"""

import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
# Not this file's folder: a file there is called like a module of the standard library.
sys.path[0] = str(ROOT)

import argparse  # noqa: E402
import os  # noqa: E402
import shutil  # noqa: E402
import socket  # noqa: E402
import subprocess  # noqa: E402
import tempfile  # noqa: E402
import time  # noqa: E402
import urllib.request  # noqa: E402
from collections.abc import Iterator  # noqa: E402
from contextlib import contextmanager  # noqa: E402
from dataclasses import dataclass  # noqa: E402

from playwright.sync_api import Browser, Page, StorageState, sync_playwright  # noqa: E402

from civicdialog import create_app  # noqa: E402
from civicdialog.config import load_settings  # noqa: E402
from civicdialog.core.db import db  # noqa: E402
from civicdialog.demo.load import load_demo  # noqa: E402
from civicdialog.demo.people import SAMPLE_PASSWORD  # noqa: E402
from civicdialog.maintenance import migrate_database  # noqa: E402
from tests.browser.conftest import FLAGS  # noqa: E402
from tests.browser.test_accessibility import (  # noqa: E402
    EMAILS,
    PAGES,
    addresses_in_the_sample_round,
)

MOST_BYTES = 60_000
MOST_REQUESTS = 5
MOST_SHIFT = 0.0
VIEWS = {"phone": {"width": 360, "height": 740}, "desk": {"width": 1280, "height": 800}}
ONLY_FOR_DEVELOPERS = "/styleguide"
SLOW_LINE = {
    "offline": False,
    "latency": 150,
    "downloadThroughput": 1_600_000 // 8,
    "uploadThroughput": 750_000 // 8,
}
SLOWER_PROCESSOR = 4
WATCH = """
window.shift = 0; window.painted = 0;
new PerformanceObserver(list => {
  for (const entry of list.getEntries()) if (!entry.hadRecentInput) window.shift += entry.value;
}).observe({type: "layout-shift", buffered: true});
new PerformanceObserver(list => {
  for (const entry of list.getEntries()) window.painted = entry.startTime;
}).observe({type: "largest-contentful-paint", buffered: true});
"""


@dataclass(frozen=True)
class View:
    """The first view of one page."""

    path: str
    size: int
    """Bytes over the wire, headers included."""
    requests: int
    shift: float
    """Cumulative layout shift."""
    painted_ms: float
    """Largest contentful paint."""
    is_useful_without_scripts: bool

    @property
    def complaints(self) -> list[str]:
        told = []
        if self.size > MOST_BYTES:
            told.append("too heavy")
        if self.requests > MOST_REQUESTS:
            told.append("too many requests")
        if self.shift > MOST_SHIFT:
            told.append(f"moves by {self.shift:.3f}")
        if not self.is_useful_without_scripts:
            told.append("says less without JavaScript")
        return told


@contextmanager
def sample_site() -> Iterator[tuple[str, dict[str, str]]]:
    """Address of a server with the sample round, and addresses of what its pages are about."""
    scratch = Path(tempfile.mkdtemp(prefix="civicdialog-weight-"))
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    environment = {
        **os.environ,
        "CIVICDIALOG_INSTANCE_PATH": str(scratch),
        "CIVICDIALOG_PORT": str(port),
        "CIVICDIALOG_RATE_LIMITS": "false",
    }
    app = create_app(load_settings(environment), TESTING=True)
    with app.app_context():
        migrate_database()
        load_demo(progress=lambda share, step: None)
        found = addresses_in_the_sample_round()
        db.session.remove()
    server = subprocess.Popen(
        [sys.executable, "-m", "civicdialog", "serve"],
        cwd=ROOT,
        env=environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    url = f"http://127.0.0.1:{port}"
    try:
        _wait_for(f"{url}/health/live")
        yield url, found
    finally:
        server.terminate()
        server.wait(20)
        shutil.rmtree(scratch, ignore_errors=True)


def _wait_for(url: str) -> None:
    for _ in range(240):
        try:
            urllib.request.urlopen(url, timeout=2)
        except OSError:
            time.sleep(0.25)
        else:
            return
    raise SystemExit("the server did not start")


def signed_in(browser: Browser, url: str, who: str) -> StorageState | None:
    """The cookies of somebody; None for visitors."""
    if who == "visitor":
        return None
    context = browser.new_context(base_url=url)
    page = context.new_page()
    page.goto("/sign-in")
    page.fill("input[name=email]", EMAILS[who])
    page.fill("input[name=password]", SAMPLE_PASSWORD)
    page.click("main button[type=submit]")
    page.wait_for_load_state()
    state = context.storage_state()
    context.close()
    return state


def first_view(
    browser: Browser, url: str, path: str, state: StorageState | None, size: dict[str, int]
) -> View:
    """One page, opened with an empty cache."""
    context = browser.new_context(
        base_url=url, locale="de-DE", viewport=size, storage_state=state, reduced_motion="reduce"
    )
    page = context.new_page()
    line = context.new_cdp_session(page)
    line.send("Network.enable")
    line.send("Network.emulateNetworkConditions", SLOW_LINE)
    line.send("Emulation.setCPUThrottlingRate", {"rate": SLOWER_PROCESSOR})
    sizes: list[int] = []
    line.on("Network.loadingFinished", lambda event: sizes.append(event["encodedDataLength"]))
    page.add_init_script(WATCH)
    page.goto(path, wait_until="networkidle")
    shift, painted = page.evaluate("[window.shift, window.painted]")
    told = _told(page)
    context.close()
    plain = browser.new_context(
        base_url=url, locale="de-DE", viewport=size, storage_state=state, java_script_enabled=False
    )
    page = plain.new_page()
    page.goto(path)
    is_useful = _told(page) >= 0.9 * told
    plain.close()
    # Icons stand in the style sheet itself: no request, no bytes.
    sent = [size for size in sizes if size]
    return View(path, int(sum(sent)), len(sent), shift, painted, is_useful)


def _told(page: Page) -> int:
    """How many headings and controls of the page are seen. Which cards of a list they belong to is
    drawn for each visitor."""
    seen = page.locator("h1, h2, main a, main button, main input, main textarea, main select")
    count: int = seen.filter(visible=True).count()
    return count


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--phone-only", action="store_true")
    parser.add_argument("paths", nargs="*", metavar="PATH", help="only pages that contain this")
    wanted = parser.parse_args()
    executable = shutil.which("chromium") or shutil.which("chromium-browser")
    bad, heaviest = 0, 0
    print(f"budget: {MOST_BYTES:,} bytes, {MOST_REQUESTS} requests, no shift\n")
    print(f"{'who':10} {'view':6} {'bytes':>7} {'of it':>6} {'req':>4} {'LCP ms':>7}  page")
    with sample_site() as (url, found), sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=executable, args=FLAGS)
        for who, paths in PAGES.items():
            state = signed_in(browser, url, who)
            for template in paths:
                path = template.format(**found)
                if path == ONLY_FOR_DEVELOPERS:
                    continue
                if wanted.paths and not any(part in path for part in wanted.paths):
                    continue
                for name, size in VIEWS.items():
                    if wanted.phone_only and name != "phone":
                        continue
                    view = first_view(browser, url, path, state, size)
                    bad += bool(view.complaints)
                    heaviest = max(heaviest, view.size)
                    print(
                        f"{who:10} {name:6} {view.size:7,} {view.size / MOST_BYTES:6.2f} "
                        f"{view.requests:4} {view.painted_ms:7.0f}  {path}"
                        + (f"  ← {', '.join(view.complaints)}" if view.complaints else ""),
                        flush=True,
                    )
        browser.close()
    print(f"\nheaviest {heaviest:,} bytes ({heaviest / MOST_BYTES:.2f} of the budget), {bad} over")
    return 1 if bad else 0


if __name__ == "__main__":
    raise SystemExit(main())
