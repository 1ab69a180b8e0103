"""A stored run becomes a file that anybody can calculate again."""

import json

import pytest
from click.testing import CliRunner

from civicdialog.analysis.run_file import as_bytes
from civicdialog.cli import main
from civicdialog.core.permissions import Actor
from civicdialog.insights import queries
from civicdialog.insights.actions import choose_settings, place_later
from civicdialog.insights.building import build_topics
from civicdialog.insights.export import run_export
from civicdialog.insights.keeping import Place
from civicdialog.submissions.models import Status, Submission

WORDS = (
    "Ampel Kreuzung Fußgänger grün",
    "Baum Wasser Sommer gießen",
    "Kita Platz Anmeldung Eltern",
)


@pytest.fixture
def round(make, ada):
    round = make.round("voting")
    for n in range(18):
        make.submission(round, ada, title=f"{WORDS[n % 3]} {n}", problem=f"{WORDS[n % 3]}. {n}")
    return round


@pytest.fixture
def check(tmp_path):
    """`check(run)` exports a run and has the command calculate it again."""

    def command(run, change=None):
        path = tmp_path / "run.json"
        values = run_export(queries.run_with_topics(run.round_id, run.id))
        if change:
            change(values)
        path.write_bytes(as_bytes(values))
        return CliRunner().invoke(main, ["verify-run", str(path)])

    return command


@pytest.fixture
def run(round):
    return build_topics(Actor.system(), round)


def test_a_stored_run_is_the_same_when_it_is_calculated_again(run, check):
    answer = check(run)
    assert answer.exit_code == 0, answer.output
    assert "The same: 18 contributions" in answer.output


def test_a_run_as_the_committee_wanted_it_is_the_same_again(db, kim, round, check):
    choose_settings(kim.as_actor(), round, topics_wanted=2, ignored_words=["Anmeldung"])
    db.session.commit()
    run = build_topics(Actor.system(), round, seed=7)
    assert run.settings["ignored_words"] == ["Anmeldung"]
    assert check(run).exit_code == 0


def test_a_run_by_words_alone_is_the_same_again(round, check, monkeypatch):
    monkeypatch.setattr("civicdialog.insights.vectors.available", lambda: False)
    run = build_topics(Actor.system(), round)
    assert run_export(queries.run_with_topics(round.id))["input"]["vectors"] is None
    assert check(run).exit_code == 0


def test_a_changed_file_ends_with_one(run, check):
    answer = check(run, lambda values: values.update(seed=99))
    assert answer.exit_code == 1
    assert "Different: " in answer.output


def test_a_broken_file_ends_with_two(run, check):
    answer = check(run, lambda values: values.pop("input"))
    assert answer.exit_code == 2
    assert "Error: " in answer.output


def test_what_is_no_longer_public_is_not_in_the_file(db, run, check):
    gone = db.session.get(Submission, run.clusters[0].central[0])
    gone.move_to(Status.HIDDEN)
    db.session.commit()
    values = run_export(queries.run_with_topics(run.round_id, run.id))
    assert gone.public_id not in as_bytes(values).decode()
    answer = check(run)
    assert answer.exit_code == 1
    assert "1 of 18 contributions that were grouped are not in the file" in answer.output


def test_what_was_placed_later_is_no_part_of_the_file(db, make, round, run, check):
    late = make.submission(round, title="Späte Ampel", problem=WORDS[0])
    place = Place(late.id, 0, None, 0.5, fits=True, reasons=())
    place_later(Actor.system(), queries.current_run(round.id), [place])
    db.session.commit()
    assert check(run).exit_code == 0


def test_the_file_names_nobody_and_no_internal_number(ada, run):
    values = run_export(queries.run_with_topics(run.round_id, run.id))
    assert ada.public_name not in as_bytes(values).decode()
    assert {len(each["id"]) for each in values["contributions"]} == {10}


def test_the_file_says_what_was_chosen(run):
    values = json.loads(as_bytes(run_export(queries.run_with_topics(run.round_id, run.id))))
    assert (values["format"], values["version"]) == ("civicdialog-topics-run", 2)
    assert values["result_sha256"] == run.result_hash
    assert values["parameters"]["ignore"] == []
