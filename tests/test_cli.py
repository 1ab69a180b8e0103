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
    ["serve", "worker", "migrate", "demo", "create-user", "revoke-role", "import-submissions", "import-votes",
     "cluster", "run-topics", "verify-run", "check", "opinions", "run-opinions",
     "export-opinions", "report"],
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


def test_a_role_is_taken_away_again(installation, tmp_path):
    words = ("create-user", "mo@example.org", "--role", "moderator", "--password-stdin")
    installation(*words, stdin="eine lange Zeile\n")
    answer = installation("revoke-role", "mo@example.org", "moderator")
    assert answer.exit_code == 0, answer.output
    assert rows(tmp_path, "SELECT count(*) FROM person_role") == [(0,)]
    assert installation("revoke-role", "mo@example.org", "moderator").exit_code == 1
    assert installation("revoke-role", "wer@example.org", "moderator").exit_code == 2


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


@pytest.fixture
def voted(many, tmp_path):
    """The round with the votes of forty people in two camps."""
    path = tmp_path / "votes.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["participant", "submission", "opinion"])
        writer.writerows(
            [who, what, "agree" if what > 15 or (who + what) % 2 else "disagree"]
            for who in range(40)
            for what in range(20)
        )
    assert many("import-votes", "ki", path).exit_code == 0
    return many


def test_opinions_of_an_imported_round_are_summed_up_and_kept(voted, tmp_path):
    answer = voted("run-opinions", "ki")
    assert answer.exit_code == 0, answer.output
    assert re.search(
        r"Run 1: 40 participants, 800 votes, 2 opinion groups, stability [\d.]+, "
        r"[\d.]+ s, input [0-9a-f]{12}, result [0-9a-f]{12}\n +20  group 1\n +20  group 2\n",
        answer.output,
    )
    assert rows(tmp_path, "SELECT count(*) FROM opinion_run") == [(1,)]


def test_the_same_votes_are_not_summed_up_twice(voted, tmp_path):
    first, second = (voted("run-opinions", "ki").output.splitlines()[-3:] for _ in range(2))
    assert first == second
    assert rows(tmp_path, "SELECT count(*) FROM opinion_run") == [(1,)]


def test_an_exported_opinion_run_is_the_same_again(voted, tmp_path):
    path = tmp_path / "run.json"
    voted("run-opinions", "ki")
    refused = voted("export-opinions", "ki", path)
    assert refused.exit_code == 1
    assert "This file holds every ballot." in refused.output
    assert not path.exists()
    with sqlite3.connect(tmp_path / "instance" / "civicdialog.db") as connection:
        connection.execute("UPDATE round SET ballots_detached_at = '2026-01-02 00:00:00+00:00'")
    assert "40 ballots" in voted("export-opinions", "ki", path).output
    answer = voted("verify-run", path)
    assert answer.exit_code == 0, answer.output
    assert "The same: 40 participants, 800 votes, 2 opinion groups" in answer.output


def test_a_round_that_was_never_summed_up_has_no_run_to_export(installation, tmp_path):
    answer = installation("export-opinions", "ki", tmp_path / "run.json")
    assert answer.exit_code == 1
    assert "have not been summed up yet" in answer.output


def test_votes_in_a_file_are_summed_up_without_a_database(run, tmp_path):
    path = tmp_path / "votes.csv"
    path.write_text("participant,submission,opinion\na,1,agree\na,1,pass\n", "utf-8")
    answer = run("opinions", path, "--out", tmp_path / "out", "--language", "en")
    assert answer.exit_code == 0, answer.output
    assert "1 participants, 1 votes, 1 contributions, 0 opinion groups" in answer.output
    assert "1 votes were replaced by later ones." in answer.output
    assert '<html lang="en">' in (tmp_path / "out" / "report.html").read_text("utf-8")
    assert not (tmp_path / "instance").exists()


def test_a_file_with_bad_votes_leaves_nothing(run, tmp_path):
    path = tmp_path / "votes.csv"
    path.write_text("participant,submission,opinion\na,1,often\n,2,1\n", "utf-8")
    answer = run("opinions", path, "--out", tmp_path / "out")
    assert answer.exit_code == 1
    assert "line 2, column opinion" in answer.output
    assert "line 3, column participant" in answer.output
    assert not (tmp_path / "out").exists()


def test_a_wrong_setting_ends_with_a_sentence(run, monkeypatch):
    monkeypatch.setenv("CIVICDIALOG_PORT", "eight")
    answer = run("check")
    assert answer.exit_code == 2
    assert "CIVICDIALOG_PORT must be a whole number" in answer.output


def test_the_sample_round_stays_out_of_production(run, monkeypatch):
    monkeypatch.setenv("CIVICDIALOG_ENVIRONMENT", "production")
    monkeypatch.setenv("CIVICDIALOG_SECRET_KEY", "k" * 40)
    assert run("demo").exit_code == 2
