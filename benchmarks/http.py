"""How fast the pages are, beside the least that does the same on the same rows.

usage: python benchmarks/http.py [--postgres] [--rows 2000] [--seconds 3] [--repeat 3] [--connections 8]

A scratch database is filled; CivicDialog and a minimal Flask + SQLAlchemy Core + Jinja application
(`minimal_app.py`) serve it with the same server and settings, each on a port of its own. The rounds
of both alternate, so that a busy machine slows both; what counts is the ratio. See README.md.
"""

import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
# Not this file's folder: this file is called like a module of the standard library.
sys.path[0] = str(ROOT)

import argparse  # noqa: E402
import contextlib  # noqa: E402
import http.client  # noqa: E402
import logging  # noqa: E402
import os  # noqa: E402
import random  # noqa: E402
import re  # noqa: E402
import shutil  # noqa: E402
import signal  # noqa: E402
import socket  # noqa: E402
import statistics  # noqa: E402
import subprocess  # noqa: E402
import tempfile  # noqa: E402
import threading  # noqa: E402
import time  # noqa: E402
from collections.abc import Callable, Iterator  # noqa: E402
from dataclasses import dataclass, field  # noqa: E402
from datetime import timedelta  # noqa: E402
from urllib.parse import urlencode  # noqa: E402

HOST = "127.0.0.1"
SLUG = "benchmark"
ARGUMENTS = 20
TOPICS = 10
VOTES_PER_ROW = 10
PEOPLE = 100
APPS = ("ours", "minimal")
SCENARIOS = ("list", "list, signed in", "detail", "vote", "create")
GOALS = {"list": 0.5, "vote": 0.5}
OPINIONS = ("agree", "pass", "disagree")
SECRET = "a secret for measurements only, long enough"
WORDS = [
    "Chatbot",
    "Verwaltung",
    "Antrag",
    "Stadt",
    "Daten",
    "Schutz",
    "Verkehr",
    "Schule",
    "Pflege",
    "Wohnung",
    "Termin",
    "Auskunft",
    "Übersetzung",
    "Transparenz",
    "Energie",
    "Planung",
    "Baum",
    "Sensor",
    "Ampel",
    "Radweg",
    "Bibliothek",
    "Archiv",
    "Formular",
    "Beratung",
    "Sprache",
    "Hilfe",
    "für",
    "die",
    "und",
    "mit",
    "auf",
    "eine",
    "nicht",
    "schneller",
    "bitte",
    "über",
]


# ---- a scratch database -------------------------------------------------------------------------


def settings_for(url: str, folder: Path, port: int):
    from civicdialog.config import load_settings

    return load_settings(
        {
            "CIVICDIALOG_DATABASE_URL": url,
            "CIVICDIALOG_INSTANCE_PATH": str(folder),
            "CIVICDIALOG_SECRET_KEY": SECRET,
            "CIVICDIALOG_ENVIRONMENT": "production",
            "CIVICDIALOG_BASE_URL": f"http://{HOST}:{port}",
            "CIVICDIALOG_PORT": str(port),
        }
    )


@dataclass
class Sample:
    """What the client must know of the rows: cookies of people, and addresses."""

    cookies: dict[str, list[str]] = field(default_factory=dict)
    public_ids: list[str] = field(default_factory=list)
    discussed: str = ""
    said: list[dict[str, str]] = field(default_factory=list)
    """What each person has voted on, and how."""


def _text(draw: random.Random, count: int) -> str:
    return " ".join(draw.choices(WORDS, k=count)).capitalize() + "."


def fill(app, rows: int) -> Sample:
    """People, a round that collects and votes, topics, arguments, votes with their counters."""
    from flask_migrate import upgrade
    from sqlalchemy import insert, text

    from civicdialog.accounts.models import Person
    from civicdialog.accounts.sessions import begin_session
    from civicdialog.core import clock
    from civicdialog.core.db import db
    from civicdialog.core.ids import new_hidden_id, new_public_id
    from civicdialog.discussion.models import Argument, Stance
    from civicdialog.insights.models import Cluster, ClusterMember, ClusterRun
    from civicdialog.rounds.models import Phase, PhaseKind, Round
    from civicdialog.submissions.models import Status, Submission
    from civicdialog.voting.models import Participation, Vote

    draw, now = random.Random(1), clock.now()
    sample = Sample()
    logging.disable(logging.INFO)
    with app.app_context():
        upgrade()
        round = Round(
            slug=SLUG,
            title="Künstliche Intelligenz in unserer Stadt",
            question="Wo soll sie helfen, und wo nicht?",
            introduction=_text(draw, 60),
            is_public=True,
            last_number=rows,
            submission_count=rows,
            vote_count=rows * VOTES_PER_ROW,
            phases=[
                Phase(
                    kind=kind,
                    starts_at=now + timedelta(days=10 * i - 15),
                    ends_at=now + timedelta(days=10 * i - 5),
                    permits="submit vote argue" if kind is PhaseKind.COLLECTING else "",
                )
                for i, kind in enumerate(PhaseKind)
            ],
        )
        people = [
            Person(
                email=f"bench{i}@example.org",
                public_name=f"Person {i}",
                password_hash="unusable",
                confirmed_at=now,
                # No letters: what is measured is the request, not the mail.
                is_sample=True,
            )
            for i in range(PEOPLE)
        ]
        db.session.add_all([round, *people])
        db.session.commit()
        ballots = {person.id: new_hidden_id() for person in people}
        db.session.execute(
            insert(Participation),
            [
                {"id": ballot, "round_id": round.id, "person_id": person}
                for person, ballot in ballots.items()
            ],
        )
        votes, values = [], []
        for i in range(1, rows + 1):
            counts = {1: 0, 0: 0, -1: 0}
            for ballot in draw.sample(list(ballots.values()), VOTES_PER_ROW):
                opinion = draw.choice((1, 1, 1, 0, -1))
                counts[opinion] += 1
                votes.append({"participation_id": ballot, "submission_id": i, "opinion": opinion})
            texts = [_text(draw, count) for count in (6, 40, 60, 12, 15)]
            values.append(
                {
                    "id": i,
                    "public_id": new_public_id(),
                    "round_id": round.id,
                    "author_id": draw.choice(people).id,
                    "number": i,
                    "title": texts[0],
                    "problem": texts[1],
                    "solution": texts[2],
                    "beneficiaries": texts[3],
                    "worries": texts[4],
                    "search_terms": " ".join(texts).lower(),
                    "status": Status.PUBLISHED,
                    "agree_count": counts[1],
                    "pass_count": counts[0],
                    "disagree_count": counts[-1],
                    "argument_count": ARGUMENTS if i == 1 else 0,
                    "published_at": now - timedelta(minutes=rows - i),
                }
            )
        db.session.execute(insert(Submission), values)
        db.session.execute(insert(Vote), votes)
        db.session.execute(
            insert(Argument),
            [
                {
                    "submission_id": 1,
                    "author_id": draw.choice(people).id,
                    "stance": draw.choice((Stance.FOR, Stance.AGAINST, Stance.QUESTION)),
                    "text": _text(draw, 30),
                    "is_public": True,
                }
                for _ in range(ARGUMENTS)
            ],
        )
        run = ClusterRun(
            round_id=round.id,
            seed=0,
            settings={},
            versions={},
            input_hash="",
            submission_count=rows,
            seconds=1.0,
            clusters=[
                Cluster(
                    position=i,
                    key=i + 1,
                    label=_text(draw, 3),
                    terms=[],
                    size=rows // TOPICS,
                    central=[],
                    summary=[],
                )
                for i in range(TOPICS)
            ],
        )
        db.session.add(run)
        db.session.flush()
        topics = [each.id for each in run.clusters]
        db.session.execute(
            insert(ClusterMember),
            [
                {"cluster_id": topics[i % TOPICS], "submission_id": i, "probability": 0.9}
                for i in range(1, rows + 1)
            ],
        )
        if db.engine.dialect.name == "postgresql":
            # The rows above brought their ids with them.
            db.session.execute(
                text("SELECT setval(pg_get_serial_sequence('submission', 'id'), :n)"), {"n": rows}
            )
        db.session.commit()
        db.session.execute(text("ANALYZE"))
        db.session.commit()
        sample.public_ids = [row["public_id"] for row in values]
        sample.discussed = sample.public_ids[0]
        words = {1: "agree", 0: "pass", -1: "disagree"}
        said = {ballot: {} for ballot in ballots.values()}
        for each in votes:
            public_id = sample.public_ids[each["submission_id"] - 1]
            said[each["participation_id"]][public_id] = words[each["opinion"]]
        sample.said = list(said.values())
        keys = [begin_session(p, "")[1] for p in people]
        db.session.commit()
        signed = app.session_interface.get_signing_serializer(app).dumps
        sample.cookies = {
            "ours": ["session=" + signed({"_user_id": key, "_fresh": True}) for key in keys],
            "minimal": [
                "session=" + signed({"person": p.id, "participation": ballots[p.id]})
                for p in people
            ],
        }
        db.session.remove()
        db.engine.dispose()
    return sample


def wrong_counters(app) -> int:
    """How many counters differ from a recount after all the voting."""
    from civicdialog.core.db import db, only_reading
    from civicdialog.voting.counters import wrong_counters as found

    with app.app_context():
        only_reading(True)
        count = len(found())
        db.session.remove()
        db.engine.dispose()
    return count


# ---- the servers --------------------------------------------------------------------------------


def serve(name: str, url: str, folder: Path, port: int, *, counting: bool) -> None:
    """Serve one application in this process, as `civicdialog serve` does: the same code."""
    import structlog

    import civicdialog
    from benchmarks.minimal_app import create_minimal_app
    from civicdialog import server

    settings = settings_for(url, folder, port)
    if name == "ours":
        # People are limited by their address; here all of them have the same one.
        app = civicdialog.create_app(settings, RATELIMIT_ENABLED=False)
        structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))
    else:
        app = create_minimal_app(settings.database_url, SECRET)
        app.extensions["settings"] = settings
    if counting:
        _tell_statements(app)
    server.start_consumer = lambda app: None
    server.sample_sign_ins = lambda app: []
    server.serve_pages(app, workers=1)


def _tell_statements(app) -> None:
    """Say in a header how many statements a request sent."""
    from sqlalchemy import Engine, event

    sent = threading.local()

    @event.listens_for(Engine, "before_cursor_execute")
    def note(connection, cursor, statement, *rest):
        if not statement.upper().startswith(("BEGIN", "SAVEPOINT", "RELEASE", "PRAGMA")):
            sent.count = getattr(sent, "count", 0) + 1

    def begin():
        sent.count = 0

    def end(response):
        response.headers["X-Statements"] = str(sent.count)
        return response

    app.before_request_funcs.setdefault(None, []).insert(0, begin)
    app.after_request(end)


@dataclass
class Running:
    name: str
    process: subprocess.Popen
    port: int

    def processes(self) -> list[int]:
        """The server and its children."""
        found = [self.process.pid]
        for pid in found:
            path = Path(f"/proc/{pid}/task/{pid}/children")
            found.extend(map(int, path.read_text().split()))
        return found

    def memory(self) -> tuple[float, float]:
        """MiB of the process that serves: resident, and its proportional share."""
        worker = self.processes()[-1]
        rollup = Path(f"/proc/{worker}/smaps_rollup").read_text()
        kib = {key: int(n) for key, n in re.findall(r"^(Rss|Pss): +(\d+) kB", rollup, re.MULTILINE)}
        return kib["Rss"] / 1024, kib["Pss"] / 1024

    def has_loaded(self, library: str) -> bool:
        return library in Path(f"/proc/{self.processes()[-1]}/maps").read_text()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        return int(probe.getsockname()[1])


@contextlib.contextmanager
def running(name: str, url: str, folder: Path, *, counting: bool = False) -> Iterator[Running]:
    port = _free_port()
    command = [sys.executable, __file__, "--serve", name, url, str(folder), str(port)]
    with (folder / f"{name}.log").open("ab") as log:
        process = subprocess.Popen(
            command + ["--counting"] * counting,
            stdout=log,
            stderr=log,
            env={key: value for key, value in os.environ.items() if "CIVICDIALOG" not in key},
            start_new_session=True,
        )
    try:
        _wait_for(port, process, folder / f"{name}.log")
        yield Running(name, process, port)
    finally:
        process.terminate()
        try:
            process.wait(15)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait(5)


def _wait_for(port: int, process: subprocess.Popen, log: Path) -> None:
    for _ in range(300):
        if process.poll() is not None:
            break
        with contextlib.suppress(OSError), socket.create_connection((HOST, port), 0.5):
            return
        time.sleep(0.1)
    raise SystemExit(f"A server did not start:\n{log.read_text()[-3000:]}")


# ---- the client ---------------------------------------------------------------------------------


@dataclass(frozen=True)
class Answer:
    status: int
    body: bytes
    statements: int


class Visitor:
    """One connection that stays open; signed in as one person where a scenario asks for it."""

    def __init__(self, server: Running, sample: Sample, number: int) -> None:
        self.name, self.sample = server.name, sample
        self.connection = http.client.HTTPConnection(HOST, server.port, timeout=20)
        self.draw = random.Random(number)
        # Different people, so that no application undoes what another's visitors have said.
        number = 2 * number + APPS.index(server.name)
        self.cookie = sample.cookies[server.name][number]
        self.token = ""
        self.said = dict(sample.said[number])
        self.voted = sorted(self.said)
        self.deeds: dict[str, Callable[[], tuple[bool, Answer]]] = {
            "list": self.read_list,
            "list, signed in": self.read_list_signed_in,
            "detail": self.read_detail,
            "vote": self.vote,
            "create": self.create,
        }

    def ask(self, method: str, path: str, fields=None, *, signed_in: bool = False) -> Answer:
        headers = {"Accept-Language": "de"}
        if signed_in:
            headers["Cookie"] = self.cookie
        body = None
        if fields is not None:
            body = urlencode(fields).encode()
            headers["Content-Type"] = "application/x-www-form-urlencoded"
            # What a browser says when a form of our own page is sent.
            headers["Origin"] = f"http://{HOST}:{self.connection.port}"
        self.connection.request(method, path, body, headers)
        response = self.connection.getresponse()
        content = response.read()
        for value in response.headers.get_all("Set-Cookie", []):
            # Only until the session holds a token: news for the next page would pile up in it,
            # because here nobody looks at a next page.
            if signed_in and not self.token and value.startswith("session="):
                self.cookie = value.partition(";")[0]
        return Answer(response.status, content, int(response.headers.get("X-Statements", -1)))

    def prepare(self) -> None:
        """Fetch the token for forms once, as a person does with the first page they see."""
        path = f"/submissions/{self.sample.discussed}"
        found = re.search(
            rb'name="csrf_token"[^>]* value="([^"]+)"', self.ask("GET", path, signed_in=True).body
        )
        if self.name == "ours":
            if found is None:
                raise SystemExit("The page of a proposal holds no token.")
            self.token = found[1].decode()

    def read_list(self) -> tuple[bool, Answer]:
        answer = self.ask("GET", f"/rounds/{SLUG}/proposals")
        return answer.status == 200 and answer.body.count(b'class="proposal"') >= 24, answer

    def read_list_signed_in(self) -> tuple[bool, Answer]:
        answer = self.ask("GET", f"/rounds/{SLUG}/proposals", signed_in=True)
        return answer.status == 200 and answer.body.count(b'class="proposal"') >= 24, answer

    def read_detail(self) -> tuple[bool, Answer]:
        answer = self.ask("GET", f"/submissions/{self.sample.discussed}")
        return answer.status == 200 and answer.body.count(b"<li") >= ARGUMENTS, answer

    def vote(self) -> tuple[bool, Answer]:
        public_id = self.draw.choice(self.voted)
        others = [each for each in OPINIONS if each != self.said[public_id]]
        opinion = self.said[public_id] = self.draw.choice(others)
        fields = {"csrf_token": self.token, "opinion": opinion}
        path = f"/submissions/{public_id}/vote"
        answer = self.ask("POST", path, fields, signed_in=True)
        return answer.status == 303, answer

    def create(self) -> tuple[bool, Answer]:
        fields = {
            "csrf_token": self.token,
            "form_token": f"{self.draw.getrandbits(128):x}",
            "kind": "use_case",
            "title": _text(self.draw, 6),
            "problem": _text(self.draw, 40),
            "solution": _text(self.draw, 60),
            "beneficiaries": _text(self.draw, 12),
            "worries": _text(self.draw, 15),
            "department": "",
        }
        answer = self.ask("POST", f"/rounds/{SLUG}/propose", fields, signed_in=True)
        return answer.status == 303, answer


@dataclass
class Measured:
    """One application in one scenario over all rounds."""

    per_second: list[float] = field(default_factory=list)
    p50: list[float] = field(default_factory=list)
    p95: list[float] = field(default_factory=list)
    errors: int = 0
    statements: int = -1
    size: int = 0

    @property
    def rate(self) -> float:
        return statistics.median(self.per_second)


def drive(visitors: list[Visitor], scenario: str, seconds: float) -> tuple[list[float], int, float]:
    """All visitors as fast as they are answered: times in ms, errors, seconds it took."""
    for visitor in visitors:
        # While others were measured, the server has hung up.
        visitor.connection.close()
    times: list[float] = []
    errors: list[int] = []
    stop = time.perf_counter() + seconds

    def visit(visitor: Visitor) -> None:
        own, wrong = [], 0
        deed = visitor.deeds[scenario]
        while time.perf_counter() < stop:
            begin = time.perf_counter()
            try:
                well, _ = deed()
            except (OSError, http.client.HTTPException):
                visitor.connection.close()
                well = False
            own.append((time.perf_counter() - begin) * 1000)
            wrong += not well
        times.extend(own)
        errors.append(wrong)

    threads = [threading.Thread(target=visit, args=(each,), daemon=True) for each in visitors]
    begin = time.perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(seconds + 60)
    return times, sum(errors), time.perf_counter() - begin


def look_once(server: Running, sample: Sample, results: dict[tuple[str, str], Measured]) -> None:
    """Statements and size of each scenario, and whether the right thing is answered at all."""
    visitor = Visitor(server, sample, PEOPLE // 2 - 1)
    visitor.prepare()
    for scenario in SCENARIOS:
        found = results[server.name, scenario]
        for _ in range(4):
            well, answer = visitor.deeds[scenario]()
            if not well:
                raise SystemExit(
                    f"{server.name}, {scenario}: {answer.status} {answer.body!r:.2000}"
                )
            found.statements = max(found.statements, answer.statements)
            found.size = len(answer.body)
    visitor.connection.close()


# ---- the report ---------------------------------------------------------------------------------


def ratio_of(results: dict[tuple[str, str], Measured], scenario: str) -> float:
    """Ours to minimal: the median over the rounds, each measured side by side."""
    ours, minimal = (results[name, scenario].per_second for name in APPS)
    return statistics.median(a / b for a, b in zip(ours, minimal, strict=True))


def report(results: dict[tuple[str, str], Measured], memory: dict[str, str], wrong: int) -> None:
    print()
    print(
        f"{'scenario':16} {'app':8} {'req/s':>7} {'p50 ms':>7} {'p95 ms':>7} {'ours : minimal':>15} "
        f"{'SQL':>4} {'kB':>6} {'errors':>6}"
    )
    for scenario in SCENARIOS:
        ratio = ratio_of(results, scenario)
        for name in APPS:
            found = results[name, scenario]
            shown = f"{ratio:.2f}" if name == "ours" else ""
            print(
                f"{scenario:16} {name:8} {found.rate:7.0f} {statistics.median(found.p50):7.1f} "
                f"{statistics.median(found.p95):7.1f} {shown:>15} {found.statements:4} "
                f"{found.size / 1000:6.1f} {found.errors:6}"
            )
    print()
    for name in APPS:
        print(f"memory of {name}: {memory[name]}")
    print(f"counters that differ from a recount of the votes: {wrong}")
    for scenario, goal in GOALS.items():
        ratio = ratio_of(results, scenario)
        verdict = "reached" if ratio >= goal else "not reached"
        print(f"goal {scenario} ≥ {goal}×: {verdict} ({ratio:.2f}×)")


def measure(url: str, folder: Path, options: argparse.Namespace) -> int:
    from civicdialog import create_app

    results = {(name, scenario): Measured() for name in APPS for scenario in SCENARIOS}
    app = create_app(settings_for(url, folder, 8000))
    sample = fill(app, options.rows)
    print(f"{options.rows} submissions, {options.rows * VOTES_PER_ROW} votes, {PEOPLE} people")
    for name in APPS:
        with running(name, url, folder, counting=True) as server:
            look_once(server, sample, results)
    memory = {}
    with running("ours", url, folder) as ours, running("minimal", url, folder) as minimal:
        servers = (ours, minimal)
        visitors = {
            server.name: [Visitor(server, sample, i) for i in range(options.connections)]
            for server in servers
        }
        for visitor in (*visitors["ours"], *visitors["minimal"]):
            visitor.prepare()
        for number in range(-1, options.repeat):
            for scenario in SCENARIOS:
                # The first round warms up and is forgotten; who begins alternates.
                for server in servers if number % 2 else reversed(servers):
                    seconds = options.seconds if number >= 0 else min(0.5, options.seconds)
                    times, errors, took = drive(visitors[server.name], scenario, seconds)
                    found = results[server.name, scenario]
                    found.errors += errors
                    if number < 0:
                        continue
                    cuts = statistics.quantiles(times, n=20)
                    found.per_second.append(len(times) / took)
                    found.p50.append(statistics.median(times))
                    found.p95.append(cuts[18])
        for server in servers:
            resident, share = server.memory()
            heavy = [each for each in ("sklearn", "scipy", "numpy") if server.has_loaded(each)]
            memory[server.name] = (
                f"{resident:.0f} MiB resident, {share:.0f} MiB proportional; "
                f"loaded of scikit-learn, scipy, numpy: {', '.join(heavy) or 'nothing'}"
            )
    wrong = wrong_counters(app)
    report(results, memory, wrong)
    errors = sum(each.errors for each in results.values())
    return 1 if errors or wrong else 0


def _too_late(*_: object) -> None:
    raise SystemExit("The measurement took far too long and was ended.")


def main() -> int:
    if sys.argv[1:2] == ["--serve"]:
        name, url, folder, port = sys.argv[2:6]
        serve(name, url, Path(folder), int(port), counting="--counting" in sys.argv)
        return 0
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--postgres", action="store_true", help="a scratch PostgreSQL server")
    parser.add_argument("--rows", type=int, default=2000)
    parser.add_argument("--seconds", type=float, default=3.0)
    parser.add_argument("--repeat", type=int, default=3)
    parser.add_argument("--connections", type=int, default=8)
    options = parser.parse_args()
    if not 1 <= options.connections < PEOPLE // 2 or options.rows < 50 or options.repeat < 1:
        parser.error(f"1 to {PEOPLE // 2 - 1} connections, at least 50 rows and one repeat")
    rounds = len(SCENARIOS) * len(APPS) * (options.repeat * options.seconds + 0.5)
    signal.signal(signal.SIGALRM, _too_late)
    signal.alarm(int(3 * rounds + 180 + options.rows / 100))
    folder = Path(tempfile.mkdtemp(prefix="civicdialog-bench-"))
    try:
        if not options.postgres:
            print("SQLite, WAL, synchronous=FULL")
            return measure(f"sqlite:///{folder / 'bench.db'}", folder, options)
        from tests.postgres import Postgres

        print("PostgreSQL of the tests (fsync off, for both applications)")
        with Postgres(folder) as server:
            return measure(server.new_database(), folder, options)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    sys.exit(main())
