"""The operator's commands: what they do, how they end, and what they say about bad input."""

import csv
import re
import sqlite3

import pytest
from click.testing import CliRunner

from civicdialog.cli import main

SUBMISSIONS = (
    "id,title,text,created,author,channel\n"
    "A1,Ampeln,Die Ampel am Markt schaltet zu schnell.,2026-01-02T10:00:00+01:00,Anja,paper\n"
    "A2,Bäume,Die jungen Bäume brauchen im Sommer Wasser.,,,\n"
)
VOTES = "participant,submission,opinion\np1,A1,agree\np1,A2,disagree\np2,A1,pass\n"


@pytest.fixture
def run(tmp_path, monkeypatch):
    """`run("migrate")` runs a command on an installation of its own."""
    monkeypatch.setenv("CIVICDIALOG_INSTANCE_PATH", str(tmp_path / "instance"))

    def command(*words, stdin=""):
        return CliRunner().invoke(main, list(map(str, words)), input=stdin)

    return command


@pytest.fixture
def installation(run, tmp_path):
    """A migrated installation with one empty round called `ki`."""
    assert run("migrate").exit_code == 0
    with sqlite3.connect(tmp_path / "instance" / "civicdialog.db") as connection:
        connection.execute(
            "INSERT INTO round (slug, title, question, introduction, is_public, is_sample, "
            "last_number, submission_count, vote_count, created_at, version) "
            "VALUES ('ki', 'KI', 'Was?', 'Text', 1, 0, 0, 0, 0, '2026-01-01 00:00:00+00:00', 1)"
        )
    return run


def rows(tmp_path, query):
    with sqlite3.connect(tmp_path / "instance" / "civicdialog.db") as connection:
        return connection.execute(query).fetchall()


@pytest.mark.parametrize(
    "command",
    ["serve", "worker", "migrate", "demo", "create-user", "import-submissions", "import-votes",
     "cluster", "run-topics", "verify-run", "check"],
)  # fmt: skip
def test_every_command_explains_itself(run, command):
    answer = run(command, "--help")
    assert answer.exit_code == 0
    assert "Usage:" in answer.output


def test_migrating_twice_changes_nothing_the_second_time(run):
    assert "now at" in run("migrate").output
    assert "up to date" in run("migrate").output


def test_check_is_content_with_a_fresh_installation(installation):
    answer = installation("check")
    assert answer.exit_code == 0
    assert "wrong" not in answer.output


def test_check_finds_a_wrong_counter(installation, tmp_path):
    path = tmp_path / "submissions.csv"
    path.write_text(SUBMISSIONS, "utf-8")
    installation("import-submissions", "ki", path)
    with sqlite3.connect(tmp_path / "instance" / "civicdialog.db") as connection:
        connection.execute("UPDATE submission SET agree_count = 7 WHERE source_id = 'A1'")
    answer = installation("check")
    assert answer.exit_code == 1
    assert re.search(r"wrong\s+counters", answer.output)


def test_a_user_is_created_with_roles(installation, tmp_path):
    answer = installation(
        "create-user",
        "Mo@Example.org",
        "--role",
        "moderator",
        "--password-stdin",
        stdin="Saale-Ufer-und-Bäume-7\n",
    )
    assert answer.exit_code == 0, answer.output
    found = rows(
        tmp_path, "SELECT email, role FROM person JOIN person_role ON person.id = person_id"
    )
    assert found == [("mo@example.org", "moderator")]


def test_a_weak_password_is_refused_with_a_sentence(installation):
    answer = installation("create-user", "mo@example.org", "--password-stdin", stdin="123\n")
    assert answer.exit_code == 1
    assert "Error:" in answer.output


def test_an_unknown_round_lists_the_ones_there_are(installation, tmp_path):
    path = tmp_path / "submissions.csv"
    path.write_text(SUBMISSIONS, "utf-8")
    answer = installation("import-submissions", "strategie", path)
    assert answer.exit_code == 2
    assert "Rounds: ki" in answer.output


def test_contributions_are_imported_and_a_second_time_changes_nothing(installation, tmp_path):
    path = tmp_path / "submissions.csv"
    path.write_text(SUBMISSIONS, "utf-8")
    assert "2 added" in installation("import-submissions", "ki", path).output
    again = installation("import-submissions", "ki", path)
    assert "0 added, 0 changed, 2 unchanged" in again.output
    assert rows(tmp_path, "SELECT number, channel FROM submission ORDER BY number") == [
        (1, "paper"), (2, "online"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("id,title\n1,a\n", "text"),
        ("id,title,text\n1,a,b\n1,c,d\n", "line 3"),
        ("id,title,text\n1,a,b\n,c,d\n", "line 3, column id"),
        ("id,title,text\n1,a,b\n2,c\n", "line 3"),
        ("id,title,text,created\n1,a,b,yesterday\n", "line 2, column created"),
        ("id,title,text,channel\n1,a,b,pigeon\n", "line 2, column channel"),
        ("id,title,text\n1,a," + "x" * 6000 + "\n", "line 2, column text"),
        ("", "empty"),
    ],
)
def test_a_bad_line_is_named_and_nothing_is_imported(installation, tmp_path, text, told):
    path = tmp_path / "bad.csv"
    path.write_text(text, "utf-8")
    answer = installation("import-submissions", "ki", path)
    assert answer.exit_code == 1
    assert told in answer.output
    assert rows(tmp_path, "SELECT count(*) FROM submission") == [(0,)]


def test_a_file_in_another_encoding_is_refused_with_the_line(installation, tmp_path):
    path = tmp_path / "latin.csv"
    path.write_bytes("id,title,text\n1,Bäume,gießen\n".encode("latin-1"))
    answer = installation("import-submissions", "ki", path)
    assert answer.exit_code == 1
    assert "line 2" in answer.output
    assert "UTF-8" in answer.output


def test_votes_are_imported_without_times_and_counted(installation, tmp_path):
    for name, text in (("s.csv", SUBMISSIONS), ("v.csv", VOTES)):
        (tmp_path / name).write_text(text, "utf-8")
    installation("import-submissions", "ki", tmp_path / "s.csv")
    for _ in range(2):
        answer = installation("import-votes", "ki", tmp_path / "v.csv")
        assert answer.exit_code == 0, answer.output
    counted = "SELECT agree_count, disagree_count, pass_count FROM submission ORDER BY source_id"
    assert rows(tmp_path, counted) == [(1, 0, 1), (0, 1, 0)]
    assert rows(tmp_path, "SELECT vote_count FROM round") == [(3,)]
    assert installation("check").exit_code == 0


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("participant,submission\np1,A1\n", "opinion"),
        ("participant,submission,opinion\np1,A1,maybe\n", "line 2, column opinion"),
        ("participant,submission,opinion\np1,A9,agree\n", "line 2, column submission"),
        ("participant,submission,opinion\n,A1,agree\n", "line 2, column participant"),
    ],
)
def test_a_bad_vote_is_named_and_none_is_imported(installation, tmp_path, text, told):
    (tmp_path / "s.csv").write_text(SUBMISSIONS, "utf-8")
    (tmp_path / "v.csv").write_text(text, "utf-8")
    installation("import-submissions", "ki", tmp_path / "s.csv")
    answer = installation("import-votes", "ki", tmp_path / "v.csv")
    assert answer.exit_code == 1
    assert told in answer.output
    assert rows(tmp_path, "SELECT count(*) FROM vote") == [(0,)]


@pytest.fixture
def many(installation, tmp_path):
    """An installation whose round has sixty contributions on three things."""
    path = tmp_path / "many.csv"
    words = ("Ampel Kreuzung Fußgänger", "Baum Wasser Sommer", "Kita Platz Anmeldung")
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["id", "title", "text"])
        writer.writerows([n, words[n % 3], f"{words[n % 3]} Nummer {n}"] for n in range(60))
    installation("import-submissions", "ki", path)
    return installation


def test_later_topics_are_proposed_unless_the_operator_adopts_them(many, tmp_path):
    for words in ([], [], ["--adopt", "The committee asked for it."]):
        assert many("run-topics", "ki", *words).exit_code == 0
    assert rows(tmp_path, "SELECT status, decision_reason FROM cluster_run ORDER BY id") == [
        ("superseded", ""), ("superseded", ""), ("current", "The committee asked for it."),
    ]  # fmt: skip


def test_topics_of_an_imported_round_are_run_and_kept(many, tmp_path):
    answer = many("run-topics", "ki")
    assert answer.exit_code == 0, answer.output
    assert "60 contributions" in answer.output
    assert rows(tmp_path, "SELECT count(*) FROM cluster_member") == [(60,)]


def test_a_wrong_setting_ends_with_a_sentence(run, monkeypatch):
    monkeypatch.setenv("CIVICDIALOG_PORT", "eight")
    answer = run("check")
    assert answer.exit_code == 2
    assert "CIVICDIALOG_PORT must be a whole number" in answer.output


def test_the_sample_round_stays_out_of_production(run, monkeypatch):
    monkeypatch.setenv("CIVICDIALOG_ENVIRONMENT", "production")
    monkeypatch.setenv("CIVICDIALOG_SECRET_KEY", "k" * 40)
    assert run("demo").exit_code == 2
