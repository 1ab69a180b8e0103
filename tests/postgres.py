"""A PostgreSQL server for tests: the one given, Debian's own, or the one from the wheel."""

from __future__ import annotations

import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
import uuid
from pathlib import Path

from sqlalchemy import create_engine, text
from sqlalchemy.engine import make_url


def postgres_wanted() -> bool:
    """Always, unless somebody in a hurry left it out; CI never leaves it out."""
    return bool(os.environ.get("CI")) or not os.environ.get("CIVICDIALOG_TEST_SQLITE_ONLY")


def _debian_binaries() -> Path | None:
    roots = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    return roots[-1].parent if roots else None


class Postgres:
    """`with Postgres(folder) as server: url = server.new_database()`."""

    def __init__(self, scratch: Path) -> None:
        self.scratch = scratch
        self.process: subprocess.Popen[bytes] | None = None
        self.wheel = None
        self.folder: Path | None = None

    def __enter__(self) -> Postgres:
        given = os.environ.get("CIVICDIALOG_TEST_PG")
        if given:
            self.url = make_url(given).set(drivername="postgresql+psycopg")
        elif _debian_binaries():
            self._start_debian()
        else:
            self._start_wheel()
        self.admin = create_engine(self.url, isolation_level="AUTOCOMMIT")
        return self

    def _start_debian(self) -> None:
        binaries = _debian_binaries()
        assert binaries is not None
        # A short path: the socket's name may have 107 characters only.
        self.folder = Path(tempfile.mkdtemp(prefix="civicdialog-pg-"))
        options = {}
        if os.geteuid() == 0:
            # PostgreSQL refuses to run as root.
            user = next(pwd.getpwnam(n) for n in ("postgres", "nobody") if _exists(n))
            os.chown(self.folder, user.pw_uid, user.pw_gid)
            options = {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []}
        environment = {"PATH": os.environ["PATH"], "LC_ALL": "C.UTF-8"}
        subprocess.run(
            [
                binaries / "initdb",
                "-D",
                self.folder / "data",
                "-U",
                "postgres",
                "-A",
                "trust",
                "-E",
                "UTF8",
                "--locale=C.UTF-8",
                "--no-sync",
                "--no-instructions",
            ],
            check=True,
            stdout=subprocess.DEVNULL,
            env=environment,
            cwd=self.folder,
            **options,
        )
        self.process = subprocess.Popen(
            [
                binaries / "postgres",
                "-D",
                self.folder / "data",
                "-k",
                self.folder,
                "-F",
                "-c",
                "listen_addresses=",
                "-c",
                "synchronous_commit=off",
                "-c",
                "full_page_writes=off",
                "-c",
                "max_connections=200",
            ],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            env=environment,
            cwd=self.folder,
            **options,
        )
        self.url = make_url(f"postgresql+psycopg://postgres@/postgres?host={self.folder}")
        engine = create_engine(self.url)
        for _ in range(500):
            try:
                with engine.connect():
                    break
            except Exception:
                time.sleep(0.02)
        else:
            raise RuntimeError("PostgreSQL did not start")
        engine.dispose()

    def _start_wheel(self) -> None:
        # Before the import, which warns about a machine without one.
        os.environ.setdefault("XDG_RUNTIME_DIR", str(self.scratch))
        import pgserver

        self.folder = Path(tempfile.mkdtemp(prefix="civicdialog-pg-"))
        self.wheel = pgserver.get_server(str(self.folder / "data"))
        self.url = make_url(self.wheel.get_uri()).set(drivername="postgresql+psycopg")

    def new_database(self) -> str:
        """The address of a fresh, empty database."""
        name = f"civicdialog_{uuid.uuid4().hex[:12]}"
        with self.admin.connect() as connection:
            connection.execute(text(f"CREATE DATABASE {name}"))
        return self.url.set(database=name).render_as_string(hide_password=False)

    def __exit__(self, *exc: object) -> None:
        self.admin.dispose()
        if self.process:
            self.process.send_signal(signal.SIGINT)
            self.process.wait(30)
        if self.wheel:
            self.wheel.cleanup()
        if self.folder:
            shutil.rmtree(self.folder, ignore_errors=True)


def _exists(name: str) -> bool:
    try:
        pwd.getpwnam(name)
    except KeyError:
        return False
    return True
