"""The cast, the databases, and a client that reads every page like an editor."""

from __future__ import annotations

import itertools
import os
import shutil
from datetime import timedelta
from pathlib import Path

import pytest
from flask_migrate import upgrade
from sqlalchemy import text

from civicdialog import create_app
from civicdialog.accounts.models import Person, PersonRole
from civicdialog.accounts.sessions import begin_session
from civicdialog.config import load_settings
from civicdialog.core import clock
from civicdialog.core.db import db as database
from civicdialog.core.db import only_reading
from civicdialog.core.permissions import Role
from civicdialog.rounds.counting import add_submissions, next_number
from civicdialog.rounds.models import USUALLY_PERMITTED, Deed, Phase, PhaseKind, Round
from civicdialog.submissions.models import Kind, Status, Submission
from tests.editor import EditorClient
from tests.postgres import Postgres, postgres_wanted

DAY = timedelta(days=1)
REAL_DATA = Path(__file__).parent.parent.parent / "shared" / "data"


def build_app(url: str, instance: Path, **config):
    """An application of its own, with its tables, ready for tests."""
    settings = load_settings(
        {
            "CIVICDIALOG_DATABASE_URL": url,
            "CIVICDIALOG_INSTANCE_PATH": str(instance),
            "CIVICDIALOG_SECRET_KEY": "a secret for tests only, long enough",
            "CIVICDIALOG_SQLITE_SYNCHRONOUS": "NORMAL",
            "CIVICDIALOG_BASE_URL": "http://localhost",
        }
    )
    app = create_app(settings, **{"TESTING": True, "RATELIMIT_ENABLED": False, **config})
    app.test_client_class = EditorClient
    with app.app_context():
        upgrade()
    return app


@pytest.fixture(scope="session")
def postgres(tmp_path_factory):
    """A PostgreSQL server for this run: given, Debian's, or the wheel's. Never skipped in CI."""
    with Postgres(tmp_path_factory.getbasetemp()) as server:
        yield server


@pytest.fixture(scope="session", params=["sqlite", "postgresql"])
def database_app(request, tmp_path_factory):
    """One application per kind of database and worker; `app` gives it out clean."""
    instance = tmp_path_factory.mktemp(request.param)
    if request.param == "sqlite":
        url = f"sqlite:///{instance / 'test.db'}"
    else:
        if not postgres_wanted():
            pytest.skip("PostgreSQL left out by CIVICDIALOG_TEST_SQLITE_ONLY")
        url = request.getfixturevalue("postgres").new_database()
    app = build_app(url, instance)
    yield app
    with app.app_context():
        database.engine.dispose()
    shutil.rmtree(instance, ignore_errors=True)


@pytest.fixture
def app(database_app):
    """The application with empty tables, and an application context of the test's own."""
    with database_app.app_context():
        only_reading(False)
        _empty_all_tables()
        mail = Path(database_app.instance_path) / "mail"
        shutil.rmtree(mail, ignore_errors=True)
        yield database_app
        database.session.remove()
    only_reading(False)


def _empty_all_tables():
    """Delete the rows of tables that have any; TRUNCATE of all would cost PostgreSQL far more."""
    names = [table.name for table in reversed(database.metadata.sorted_tables)]
    filled = " UNION ALL ".join(
        f"SELECT '{name}' WHERE EXISTS (SELECT 1 FROM \"{name}\")" for name in names
    )
    with database.engine.begin() as connection:
        is_postgresql = connection.dialect.name == "postgresql"
        found = set(connection.scalars(text(filled)))
        for name in (name for name in names if name in found):
            connection.execute(text(f'DELETE FROM "{name}"'))
            if is_postgresql and "id" in database.metadata.tables[name].columns:
                connection.execute(
                    text("SELECT setval(pg_get_serial_sequence(:name, 'id'), 1, false)"),
                    {"name": name},
                )


@pytest.fixture
def db(app):
    return database


class Make:
    """Makes things that are valid unless told otherwise, and commits them."""

    def __init__(self):
        self._count = itertools.count(1)

    def keep(self, thing):
        database.session.add(thing)
        database.session.commit()
        return thing

    def person(self, name="Ada", *, roles=(), email=None, password_hash="unusable", **values):
        n = next(self._count)
        person = Person(
            email=email or f"{name.lower()}{n}@example.org",
            public_name=name,
            password_hash=password_hash,
            confirmed_at=values.pop("confirmed_at", clock.now()),
            roles=[PersonRole(role=role) for role in roles],
            **values,
        )
        return self.keep(person)

    def round(self, stage="collecting", *, slug=None, title="AI in our city", **values):
        """A public round that is in `stage` right now: a phase kind, "open", "coming", "closed".

        "open" collects and votes at the same time.
        """
        n = next(self._count)
        kinds = list(PhaseKind)
        shown = PhaseKind.COLLECTING if stage == "open" else stage
        at = {"coming": -1, "closed": len(kinds)}.get(stage)
        at = kinds.index(PhaseKind(shown)) if at is None else at
        begin = clock.now() - DAY - at * 10 * DAY
        phases = []
        for i, kind in enumerate(kinds):
            permits = set(USUALLY_PERMITTED[kind])
            if stage == "open" and kind is PhaseKind.COLLECTING:
                permits.add(Deed.VOTE)
            phases.append(
                Phase(
                    kind=kind,
                    starts_at=begin + i * 10 * DAY,
                    ends_at=begin + (i + 1) * 10 * DAY,
                    permits=" ".join(sorted(permits)),
                )
            )
        values.setdefault("is_public", True)
        return self.keep(
            Round(
                slug=slug or f"round-{n}",
                title=title,
                question="Which applications do you wish for?",
                introduction="Tell us what AI should do, and what it should leave alone.",
                phases=phases,
                **values,
            )
        )

    def submission(self, round, author=None, *, status=Status.PUBLISHED, title=None, **values):
        n = next(self._count)
        if status in {Status.PUBLISHED, Status.HIDDEN}:
            values.setdefault("published_at", clock.now())
            values.setdefault("number", next_number(round.id))
            if status is Status.PUBLISHED:
                add_submissions(round.id, 1)
            database.session.commit()
            database.session.refresh(round, ["last_number", "submission_count"])
        values.setdefault("problem", "The waiting times are long.")
        values.setdefault("solution", "A program sorts the applications by urgency.")
        return self.keep(
            Submission(
                round_id=round.id,
                author_id=author.id if author else None,
                title=title or f"Proposal {n}",
                kind=values.pop("kind", Kind.USE_CASE),
                status=status,
                **values,
            )
        )


@pytest.fixture
def make(app):
    return Make()


@pytest.fixture
def ada(make):
    """Ada takes part."""
    return make.person("Ada")


@pytest.fixture
def mo(make):
    """Mo moderates."""
    return make.person("Mo", roles=[Role.MODERATOR])


@pytest.fixture
def kim(make):
    """Kim sits on the committee."""
    return make.person("Kim", roles=[Role.COMMITTEE])


@pytest.fixture
def ed(make):
    """Ed edits rounds."""
    return make.person("Ed", roles=[Role.EDITOR])


def new_session_key(person, device="Firefox/Linux"):
    """Sign the person in somewhere and give what the cookie of that browser holds."""
    _, key = begin_session(person, device)
    database.session.commit()
    return key


@pytest.fixture
def sign_in(app):
    """`sign_in(ada)` gives a client that is Ada's browser; `sign_in()` a visitor's."""

    def browser_of(person=None) -> EditorClient:
        client = app.test_client()
        if person is not None:
            key = new_session_key(person)
            with client.session_transaction() as session:
                session["_user_id"] = key
                session["_fresh"] = True
        return client

    return browser_of


@pytest.fixture
def letters(app):
    """Delivers what lies in the outbox and gives the letters as text, oldest first."""
    from civicdialog.core.jobs import doorbell

    def deliver() -> list[str]:
        doorbell().duties["deliver-mail"]()
        folder = Path(app.instance_path) / "mail"
        return [path.read_text("utf-8") for path in sorted(folder.glob("*.eml"))]

    return deliver


@pytest.fixture(scope="session")
def real_data():
    """The folder with real input; it is not part of the project."""
    if not REAL_DATA.is_dir():
        pytest.skip(f"NO REAL DATA at {REAL_DATA}: this check did not run")
    return REAL_DATA


def pytest_report_header(config):
    return f"civicdialog: PostgreSQL {'on' if postgres_wanted() else 'OFF'}, CI={os.environ.get('CI', '')}"
