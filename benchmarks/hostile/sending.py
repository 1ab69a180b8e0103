"""Sending every text into every form and address, and reading pages that are full of them."""

from __future__ import annotations

import copy
import json
import re
import sqlite3
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import quote

import structlog
from flask import Flask, got_request_exception
from flask.testing import FlaskClient
from werkzeug.datastructures import ImmutableMultiDict
from werkzeug.test import TestResponse

from benchmarks.hostile.reading import faults, traces, vocabulary, wrong_in_file
from benchmarks.hostile.sinks import CAST, OF_THE_PROGRAM, Sink, addresses, ids_of, sinks_of
from benchmarks.hostile.texts import Corpus
from benchmarks.hostile.world import SLUG, build_world
from civicdialog.committee import report_actions, report_making
from civicdialog.committee.reporting.formats import FORMATS
from civicdialog.core.db import db, only_reading
from civicdialog.core.permissions import Actor
from civicdialog.rounds.queries import by_slug
from tests.conftest import build_app

MARK = "Anfangquitte"
READERS = ("visitor", "citizen", "moderator", "committee", "editor")
HEADERS = (
    "ACCEPT_LANGUAGE", "REFERER", "USER_AGENT", "ORIGIN", "SEC_FETCH_SITE", "ACCEPT", "HX_REQUEST",
    "HX_TARGET", "HX_CURRENT_URL", "IF_NONE_MATCH", "IF_MODIFIED_SINCE", "RANGE",
    "ACCEPT_ENCODING", "X_FORWARDED_FOR", "X_FORWARDED_PROTO", "X_REQUESTED_WITH", "COOKIE",
    "AUTHORIZATION", "X_CSRFTOKEN",
)  # fmt: skip
UNTOUCHED = re.compile(r"_(config|data|docsize|idx|content)$|alembic|search|person_session")
SHARES = 10
"""Fields that are no texts, addresses and headers get each text in one of so many places."""
PAGES_OF_A_KIND = 3
OF_A_REPORT = ("element style", "element meta")
"""A report as one file carries its own style, and says what may be loaded: nothing."""


@dataclass
class Outcome:
    """What came of sending or reading."""

    name: str
    requests: int = 0
    statuses: Counter[int] = field(default_factory=Counter)
    faults: list[str] = field(default_factory=list)
    slowest: tuple[float, str] = (0.0, "")
    """Seconds of processor time, and the text."""

    def add(self, other: Outcome) -> None:
        self.requests += other.requests
        self.statuses += other.statuses
        self.faults += other.faults
        self.slowest = max(self.slowest, other.slowest)


class Recorder(ImmutableMultiDict[str, str]):
    """Query strings that remember which names were asked for."""

    asked: set[str] = set()

    def get(self, key: str, *args: Any, **kwargs: Any) -> Any:
        self.asked.add(key)
        return super().get(key, *args, **kwargs)

    def getlist(self, key: str, *args: Any, **kwargs: Any) -> Any:
        self.asked.add(key)
        return super().getlist(key, *args, **kwargs)

    def __getitem__(self, key: str) -> Any:
        self.asked.add(key)
        return super().__getitem__(key)

    def __contains__(self, key: object) -> bool:
        self.asked.add(str(key))
        return super().__contains__(key)


class Bench:
    """One application with its world, and everything that can be sent to it."""

    def __init__(self, corpus: Corpus) -> None:
        self.corpus = corpus
        self.folder = tempfile.TemporaryDirectory(prefix="civicdialog-hostile-")
        self.path = Path(self.folder.name) / "site.db"
        self.app = build_app(
            f"sqlite:///{self.path}", Path(self.folder.name), PROPAGATE_EXCEPTIONS=False
        )
        self.app.test_client_class = FlaskClient
        structlog.configure(
            wrapper_class=structlog.make_filtering_bound_logger(50), cache_logger_on_first_use=False
        )
        self.errors: list[str] = []
        got_request_exception.connect(self._note_error, self.app)
        with self.app.app_context():
            only_reading(False)
            self.world = build_world(self.app)
        self.browsers = {who: self.world.browser(who) for who in CAST}
        self.ids = ids_of(self.app, self.world)
        self.pages = addresses(self.app, self.ids)
        self.sinks = sinks_of(self.browsers, self.app, self.ids)
        self.cookies = {
            who: copy.copy(each._cookies)  # noqa: SLF001 (there is no other way)
            for who, each in self.browsers.items()
        }
        self.as_built = sqlite3.connect(":memory:")
        with sqlite3.connect(self.path) as source:
            source.backup(self.as_built)

    def _note_error(self, sender: Flask, exception: BaseException) -> None:
        where, last = exception.__traceback__, ""
        while where is not None:
            name = where.tb_frame.f_code.co_filename
            if "/civicdialog/" in name:
                last = f"{name.rpartition('/civicdialog/')[2]}:{where.tb_lineno}"
            where = where.tb_next
        self.errors.append(f"{type(exception).__name__} {str(exception)[:80]!r} at {last}")

    # ---- state ----------------------------------------------------------------------------------

    def restore(self) -> None:
        """Everything as it was built; the browsers too."""
        with self.app.app_context():
            db.session.remove()
            db.engine.dispose()
        with sqlite3.connect(self.path) as target:
            self.as_built.backup(target)
        self._revisit()

    def _revisit(self) -> None:
        for who, jar in self.cookies.items():
            self.browsers[who]._cookies = copy.copy(jar)  # noqa: SLF001

    @contextmanager
    def rehearsing(self) -> Iterator[None]:
        """Everything happens, and nothing is kept: what is committed is rolled back after it."""
        with self.app.app_context():
            dialect = db.engine.dialect
        dialect.do_commit = lambda connection: None  # type: ignore[method-assign]
        try:
            yield
        finally:
            del dialect.do_commit

    # ---- sending --------------------------------------------------------------------------------

    def _judge(
        self, outcome: Outcome, told: str, send: Callable[[], TestResponse], *, thorough: bool
    ) -> None:
        """Send, and note what is wrong with the answer and how long it took."""
        self._revisit()
        self.errors.clear()
        begun = time.process_time()
        answer = send()
        outcome.slowest = max(outcome.slowest, (time.process_time() - begun, told[:60]))
        outcome.requests += 1
        outcome.statuses[answer.status_code] += 1
        for each in faults(answer, thorough=thorough):
            why = f" {self.errors[-1]}" if self.errors and answer.status_code >= 500 else ""
            outcome.faults.append(f"{outcome.name}: {each}{why} | {told[:80]!r}")
        answer.close()

    def _send(self, outcome: Outcome, sink: Sink, data: dict[str, str], told: str) -> None:
        browser = self.browsers[sink.who]
        is_get = sink.method == "GET"
        send = browser.get if is_get else browser.post
        named = {"query_string" if is_get else "data": data}
        thorough = outcome.requests % 200 == 0
        self._judge(outcome, told, lambda: send(sink.url, **named), thorough=thorough)

    def fill_in(self, sink: Sink) -> Outcome:
        """Every text in one of the text fields of a form, the rest as somebody careful fills it."""
        outcome = Outcome(sink.name)
        with self.rehearsing():
            for some in _shared_out(self.corpus.texts, len(sink.texts)):
                data = sink.valid() | dict(zip((f.name for f in sink.texts), some, strict=False))
                self._send(outcome, sink, data, some[0])
            others = [f.name for f in sink.fields if not (f.is_text or f.is_file)]
            others += [sink.button[0]] * bool(sink.button[0])
            # Not the token: a wrong one hides all that comes behind it.
            others = [name for name in others if name != "csrf_token"]
            for some in _shared_out(self.corpus.rows, len(others) * SHARES):
                data = sink.valid() | dict(zip(others, some, strict=False))
                self._send(outcome, sink, data, some[0])
            for name, long in self.corpus.pathological.items():
                whole = {f.name: long for f in sink.texts}
                cut = {f.name: long[: f.limit] for f in sink.texts}
                for texts in (whole, cut) if sink.texts else ():
                    self._send(outcome, sink, sink.valid() | texts, name)
        return outcome

    def ask(self, endpoint: str) -> Outcome:
        """Texts in every hole and every known name of the query of one address."""
        outcome = Outcome(f"address {endpoint}")
        with self.rehearsing():
            who, path = self._opened(endpoint)
            browser = self.browsers[who]
            asked = sorted(self._asked(browser, path))
            rows = self.corpus.rows if who == "visitor" else self.corpus.rows[::SHARES]
            for some in _shared_out(rows, len(asked)):
                self._get(outcome, browser, path, dict(zip(asked, some, strict=False)), some[0])
            for name, long in self.corpus.pathological.items() if asked else ():
                self._get(outcome, browser, path, dict.fromkeys(asked, long[:8_000]), name)
            for before, after in self._holes(endpoint):
                for text in rows[::SHARES]:
                    address = before + quote(text, safe="") + after
                    self._get(outcome, browser, address, {}, text)
        return outcome

    def _get(
        self, outcome: Outcome, browser: FlaskClient, path: str, query: dict[str, str], told: str
    ) -> None:
        thorough = outcome.requests % 200 == 0
        self._judge(outcome, told, lambda: browser.get(path, query_string=query), thorough=thorough)

    def _holes(self, endpoint: str) -> Iterator[tuple[str, str]]:
        """What stands before and behind each hole of an address, the other holes filled."""
        for rule in self.app.url_map.iter_rules(endpoint):
            for hole in sorted(rule.arguments):
                filled = rule.rule
                for name, value in next(self.ids.filled(rule), {}).items():
                    if name != hole:
                        filled = re.sub(rf"<(?:[^<>]*:)?{name}>", quote(value), filled)
                before, after = re.split(rf"<(?:[^<>]*:)?{hole}>", filled)
                yield before, after

    def _opened(self, endpoint: str) -> tuple[str, str]:
        """Somebody for whom the page opens, and its address."""
        found = [path for name, path in self.pages if name == endpoint]
        for who in CAST:
            for path in found[:6]:
                if self.browsers[who].get(path).status_code == 200:
                    return who, path
        return "visitor", found[0] if found else "/"

    def _asked(self, browser: FlaskClient, path: str) -> set[str]:
        """The names of the query a page reads."""
        Recorder.asked.clear()
        kind = self.app.request_class
        before = kind.parameter_storage_class
        kind.parameter_storage_class = Recorder  # type: ignore[misc]
        try:
            browser.get(path)
        finally:
            kind.parameter_storage_class = before  # type: ignore[misc]
        return {name for name in Recorder.asked if not name.startswith("csrf")}

    def head(self, name: str) -> Outcome:
        """Texts in a header a page may read."""
        outcome = Outcome(f"header {name}")
        pages = ("/", f"/rounds/{SLUG}/proposals", "/sign-in", f"/rounds/{SLUG}/feed.atom")
        browser = self.browsers["visitor"]
        with self.rehearsing():
            for turn, text in enumerate(self.corpus.rows):
                value = re.sub(r"[\r\n\x00]", " ", text).encode().decode("latin-1")
                path, environ = pages[turn % len(pages)], {f"HTTP_{name}": value}
                self._judge(
                    outcome, text,
                    lambda: browser.get(path, environ_overrides=environ),  # noqa: B023
                    thorough=False,
                )  # fmt: skip
        return outcome

    # ---- what is shown --------------------------------------------------------------------------

    def columns(self, sink: Sink) -> set[tuple[str, str, str]]:
        """Table, column and key below it in which the texts of a form are kept."""
        if not sink.texts or sink.method == "GET":
            return set()
        self.restore()
        marked = {each.name: MARK for each in sink.texts}
        answer = self.browsers[sink.who].post(sink.url, data=sink.valid() | marked)
        return self._kept_in() if answer.status_code in {302, 303} else set()

    def _kept_in(self) -> set[tuple[str, str, str]]:
        found = set()
        with sqlite3.connect(self.path) as connection:
            tables = connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")
            for (table,) in tables.fetchall():
                if UNTOUCHED.search(table) or table.startswith("sqlite_"):
                    continue
                names = [row[1] for row in connection.execute(f'PRAGMA table_info("{table}")')]
                for name in names:
                    rows = connection.execute(
                        f'SELECT "{name}" FROM "{table}" WHERE instr("{name}", ?) LIMIT 3', (MARK,)
                    ).fetchall()
                    found |= {(table, name, key) for (value,) in rows for key in _keys(value)}
        return {each for each in found if each[1] != "search_terms"}

    def show(self, columns: set[tuple[str, str, str]], turn: int) -> Outcome:
        """Put texts into everything people can write, and read every page there is."""
        outcome = Outcome(f"pages full of texts, turn {turn + 1}")
        self.restore()
        own = self._vocabulary()
        self._fill(columns, turn)
        for who, path in self._read():
            self.errors.clear()
            browser, before = self.browsers[who], len(outcome.faults)
            begun = time.process_time()
            page = browser.get(path)
            outcome.slowest = max(outcome.slowest, (time.process_time() - begun, path))
            outcome.requests += 1
            outcome.statuses[page.status_code] += 1
            is_page = page.mimetype == "text/html" and page.get_data()
            found = list(faults(page, thorough=True))
            if is_page and path.endswith("/html"):
                found = [each for each in found if each not in OF_A_REPORT]
            elif is_page:
                strange = vocabulary(page.get_data(as_text=True)) - own
                found += [f"elements {sorted(strange)[:4]}"] if strange else []
            why = f" {self.errors[-1]}" if self.errors else ""
            outcome.faults[before:] = [f"{each}{why} for {who} at {path}" for each in found]
            page.close()
        outcome.faults += self._report()
        return outcome

    def _read(self) -> Iterator[tuple[str, str]]:
        """Who opens which page; of pages of one kind a few."""
        seen: Counter[tuple[str, str]] = Counter()
        for who in READERS:
            for endpoint, path in self.pages:
                seen[who, endpoint] += 1
                if seen[who, endpoint] <= PAGES_OF_A_KIND and endpoint not in OF_THE_PROGRAM:
                    yield who, path

    def _vocabulary(self) -> set[str]:
        """The elements and attributes the application itself writes."""
        words: set[str] = set()
        for who, path in self._read():
            page = self.browsers[who].get(path)
            if page.mimetype == "text/html" and page.get_data():
                words |= vocabulary(page.get_data(as_text=True))
            page.close()
        formatted = ("p", "br", "strong", "em", "ul", "ol", "li", "blockquote", "code", "pre", "a",
                     "mark", "ins", "del")  # fmt: skip
        return words | set(formatted) | {"a[href]", "a[rel]", "a[title]", "ol[start]", "mark[id]"}

    def _fill(self, columns: set[tuple[str, str, str]], turn: int) -> None:
        """Other texts in every row, as if all had been accepted."""
        rows, at = self.corpus.rows, turn * 1_009
        with sqlite3.connect(self.path) as connection:
            # What is never changed is changed here.
            named = "SELECT name FROM sqlite_master WHERE type = 'trigger' AND sql LIKE '%RAISE%'"
            for (name,) in connection.execute(named).fetchall():
                connection.execute(f'DROP TRIGGER "{name}"')
            for table, column, key in sorted(columns):
                kept = connection.execute(
                    f'SELECT rowid, "{column}" FROM "{table}" WHERE "{column}" IS NOT NULL'
                ).fetchall()
                for rowid, value in kept:
                    at += 1
                    text = rows[at % len(rows)].replace("\x00", "")
                    if key:
                        text = json.dumps(_replaced(json.loads(value), key, text))
                    connection.execute(
                        f'UPDATE OR IGNORE "{table}" SET "{column}" = ? WHERE rowid = ?',
                        (text, rowid),
                    )

    def _report(self) -> list[str]:
        """The report of the round in all its formats."""
        wanted = report_actions.Wanted(tuple(FORMATS), "de", None, True)
        with self.app.app_context():
            only_reading(False)
            try:
                made = report_making.make_report(
                    Actor.system(), by_slug(Actor.system(), SLUG), wanted
                )
            except Exception as error:  # noqa: BLE001 (whatever it is, it is told)
                return [f"{type(error).__name__} {str(error)[:90]!r} while making a report"]
            files = {each["format"]: report_making.content_of(each) or b"" for each in made.files}
            db.session.remove()
        found = [
            f"{each} in the report as {kind}"
            for kind, content in files.items()
            if kind != "html"
            for each in wrong_in_file(FORMATS[kind].media_type, content)
        ]
        running = [each for each in traces(files["html"].decode()) if each not in OF_A_REPORT]
        return found + [f"{each} in the report as html" for each in running]


def _shared_out(rows: tuple[str, ...], count: int) -> Iterator[tuple[str, ...]]:
    """All rows, so many at a time; none where there is no place."""
    if count:
        yield from (rows[at : at + count] for at in range(0, len(rows), count))


def _keys(value: Any) -> set[str]:
    """Under which key of a JSON value the mark stands; empty for a plain text."""
    try:
        tree = json.loads(value)
    except (TypeError, ValueError):
        return {""}
    return set(_paths(tree)) if isinstance(tree, dict | list) else {""}


def _paths(tree: Any, key: str = "*") -> Iterator[str]:
    if isinstance(tree, dict):
        for name, value in tree.items():
            yield from _paths(value, name)
    elif isinstance(tree, list):
        for value in tree:
            yield from _paths(value, key)
    elif isinstance(tree, str) and MARK in tree:
        yield key


def _replaced(tree: Any, wanted: str, text: str, key: str = "*") -> Any:
    if isinstance(tree, dict):
        return {name: _replaced(value, wanted, text, name) for name, value in tree.items()}
    if isinstance(tree, list):
        return [_replaced(value, wanted, text, key) for value in tree]
    return text if isinstance(tree, str) and key == wanted else tree


def endpoints_of(app: Flask) -> list[str]:
    """Every page that can be opened, by its endpoint."""
    return sorted(
        {
            rule.endpoint
            for rule in app.url_map.iter_rules()
            if "GET" in (rule.methods or ()) and rule.endpoint not in OF_THE_PROGRAM
        }
    )
