import csv
import hashlib
import html
import json
import random
import re
import shlex
from itertools import pairwise
from pathlib import Path

import pytest
from click.testing import CliRunner

from civicdialog.analysis.cluster_file import RESULT, Choices, cluster_file
from civicdialog.analysis.files import BadFile
from civicdialog.analysis.hashes import canonical_json
from civicdialog.analysis.runs import input_hash, topics_as_dict
from civicdialog.analysis.topics import cluster_texts
from civicdialog.analysis.verify import verify
from civicdialog.cli import main


@pytest.fixture
def files(tmp_path, sample):
    """IN.csv with the sample, ids in no order, and a function that writes further tables."""

    def table(name: str, rows) -> str:
        path = tmp_path / name
        with path.open("w", encoding="utf-8", newline="") as file:
            csv.writer(file).writerows(rows)
        return str(path)

    rows = [
        [f"B{1000 - row}", title, text]
        for row, (title, text) in enumerate(zip(sample.titles, sample.texts, strict=True))
    ]
    table("in.csv", [["id", "title", "text"], *rows])
    table.rows = rows
    table.folder = tmp_path
    return table


def run(files, *, report=None, json_path=None, progress=None, **chosen):
    """Words are enough here: sentences have tests of their own."""
    return cluster_file(
        files.folder / "in.csv",
        files.folder / "out.csv",
        Choices(words_only=True, **chosen),
        report=report,
        json_path=json_path,
        progress=progress,
    )


def result(files) -> dict[str, dict[str, str]]:
    with (files.folder / "out.csv").open(encoding="utf-8", newline="") as file:
        return {row["id"]: row for row in csv.DictReader(file)}


def test_the_result_has_one_line_per_contribution_in_the_same_order(files):
    run(files, k=4)
    with (files.folder / "out.csv").open(encoding="utf-8", newline="") as file:
        header, *rows = csv.reader(file)
    assert tuple(header) == RESULT
    assert [row[0] for row in rows] == [row[0] for row in files.rows]
    assert {row[1] for row in rows} == {"0", "1", "2", "3"}
    assert all(0 <= float(row[2]) <= 1 for row in rows)


def test_decisions_and_names_stand_in_the_result(files):
    decisions = files("d.csv", [["id", "theme"], ["B1000", "Ampeln"], ["B990", "2"]])
    names = files("n.csv", [["cluster", "theme"], ["0", "Ampeln"], ["1", "=Grün"]])
    run(files, k=4, decisions=Path(decisions), names=Path(names))
    found = result(files)
    assert (found["B1000"]["cluster"], found["B990"]["cluster"]) == ("Ampeln", "2")
    assert {row["cluster"] for row in found.values()} == {"Ampeln", "'=Grün", "2", "3"}


@pytest.mark.parametrize(
    ("option", "rows", "expected"),
    [
        (
            "decisions",
            [["id", "theme"], ["B1000", "x"], ["C1", "x"]],
            "line 3, column id: there is",
        ),
        ("decisions", [["id", "theme"], ["B1000", ""]], "line 2, column theme: is empty"),
        ("decisions", [["id"], ["B1000"]], "line 1, column theme: this column is missing"),
        ("names", [["cluster", "theme"], ["9", "x"]], "line 2, column cluster: there is no topic"),
        ("names", [["cluster", "theme"], ["1", "x"], ["1", "y"]], "line 3, column cluster: '1'"),
    ],
)
def test_wishes_that_mean_nothing_are_refused_and_nothing_is_written(files, option, rows, expected):
    with pytest.raises(BadFile, match=re.escape(expected)):
        run(files, k=4, **{option: Path(files("wish.csv", rows))})
    assert not (files.folder / "out.csv").exists()


def test_contributions_without_any_text_are_refused(files):
    files("in.csv", [["id", "title", "text"], ["1", "", " "], ["2", "Licht", ""]])
    with pytest.raises(BadFile, match="line 2, column text: title and text are both empty"):
        run(files)


def test_a_file_without_contributions_is_refused(files):
    files("in.csv", [["id", "title", "text"]])
    with pytest.raises(BadFile, match="there is no contribution"):
        run(files)


def test_the_json_is_the_same_to_the_byte_for_rows_in_another_order(files):
    run(files, json_path=files.folder / "first.json")
    random.Random(1).shuffle(files.rows)
    files("in.csv", [["id", "title", "text"], *files.rows])
    run(files, json_path=files.folder / "second.json")
    first = (files.folder / "first.json").read_bytes()
    assert (files.folder / "second.json").read_bytes() == first
    content = json.loads(first)
    assert set(content["versions"]) >= {"python", "numpy", "scipy", "scikit-learn"}
    assert content["count"] == len(content["contributions"]) == 160


def test_the_input_hash_is_that_of_the_sorted_triples_in_canonical_json():
    rows = [("2", "ü", "b"), ("1", "a", "")]
    expected = hashlib.sha256(b'[["1","a",""],["2","\\u00fc","b"]]').hexdigest()
    assert input_hash(rows) == input_hash(rows[::-1]) == expected


def test_the_json_needs_an_id_for_every_contribution():
    with pytest.raises(ValueError, match="1 ids for 2 contributions"):
        topics_as_dict(cluster_texts(["a", "b"], ["a", "b"]), ["1"])


def test_the_report_shows_the_sources_by_their_ids(files):
    run(files, k=2, report=files.folder / "report.html")
    page = (files.folder / "report.html").read_text(encoding="utf-8")
    assert "(Beitrag B1000)" in page or "(Beitrag B9" in page
    assert "Unterthemen" in page


def test_the_command_of_the_report_gives_the_same_result(files):
    names = files("n.csv", [["cluster", "theme"], ["0", "Ampeln"]])
    first = run(files, k=3, seed=4, levels=1, names=Path(names), report=files.folder / "r.html")
    page = html.unescape((files.folder / "r.html").read_text(encoding="utf-8"))
    command = re.search(r"<code>(civicdialog cluster .*?)</code>", page).group(1)
    asked = shlex.split(command)
    assert asked[:3] == ["civicdialog", "cluster", "in.csv"]
    assert set(pairwise(asked)) >= {
        ("--out", "out.csv"),
        ("--seed", "4"),
        ("--k", "3"),
        ("--levels", "1"),
        ("--names", "n.csv"),
    }
    assert "--words-only" in asked
    assert first.topics.seed == 4


def test_the_json_carries_the_hash_of_the_result(files):
    found = run(files, json_path=files.folder / "r.json")
    content = json.loads((files.folder / "r.json").read_bytes())
    expected = canonical_json(topics_as_dict(found.topics, found.ids))
    assert content["result_sha256"] == hashlib.sha256(expected).hexdigest()


def test_the_json_can_be_verified(files):
    names = Path(files("n.csv", [["cluster", "theme"], ["0", "Ampeln"]]))
    decisions = Path(files("d.csv", [["id", "theme"], ["B1000", "Neues"]]))
    words = files.folder / "words.txt"
    words.write_text("schnell\n", encoding="utf-8")
    target = files.folder / "r.json"
    chosen = {"names": names, "decisions": decisions, "ignore": words, "check_stability": True}
    run(files, k=4, levels=1, json_path=target, **chosen)
    verdict = verify(target)
    assert verdict.is_same, verdict.sentence


def test_one_level_has_no_parts(files):
    found = run(files, k=2, levels=1)
    assert all(row["subcluster"] == row["cluster"] for row in result(files).values())
    assert not any(topic.subtopics for topic in found.topics.topics)


def test_two_levels_have_parts_of_large_topics(files):
    run(files, k=2)
    assert all(row["subcluster"][0] == row["cluster"] for row in result(files).values())
    assert {row["subcluster"] for row in result(files).values()} != {"0", "1"}


def test_ignored_words_stand_in_no_label(files):
    words = files.folder / "words.txt"
    words.write_text("# Straßen\n\nAmpel\nAmpelschaltung\n", encoding="utf-8")
    assert any("Ampel" in topic.terms for topic in run(files, k=4).topics.topics)
    found = run(files, k=4, ignore=words)
    assert not {"Ampel", "Ampelschaltung"} & {
        term for topic in found.topics.topics for term in topic.terms
    }


def test_stability_is_checked_when_asked_for(files):
    assert run(files, k=4).topics.quality.stability is None
    checked = run(files, k=4, check_stability=True).topics.quality.stability
    assert 0 < checked <= 1


# Nothing is read or computed when the result has no place to go to.
@pytest.mark.parametrize(
    ("options", "error", "expected"),
    [
        ({"report": "nowhere/r.html"}, NotADirectoryError, "there is no folder"),
        ({"report": "in.csv"}, ValueError, "this file is used twice"),
        ({"json_path": "out.csv"}, ValueError, "this file is used twice"),
    ],
)
def test_results_without_a_place_of_their_own_are_refused(files, options, error, expected):
    before = (files.folder / "in.csv").read_bytes()
    with pytest.raises(error, match=expected):
        run(files, **{name: files.folder / path for name, path in options.items()})
    assert (files.folder / "in.csv").read_bytes() == before
    assert not (files.folder / "out.csv").exists()


def test_progress_is_told_from_reading_to_writing(files):
    told: list[tuple[float, str]] = []
    run(files, progress=lambda share, step: told.append((share, step)))
    shares = [share for share, _ in told]
    assert shares == sorted(shares)
    assert shares[-1] == 1.0
    assert {"Reading the file", "Finding groups", "Writing the results"} <= {s for _, s in told}


def command(files, *options: str):
    """`civicdialog cluster in.csv --out out.csv` with further options, as from a terminal."""
    source, out = (str(files.folder / name) for name in ("in.csv", "out.csv"))
    arguments = ["cluster", source, "--out", out, "--words-only", *options]
    return CliRunner().invoke(main, arguments)


def test_the_command_tells_every_step_and_what_it_found(files):
    done = command(files, "--k", "4", "--levels", "1", "--json", str(files.folder / "r.json"))
    assert (done.exit_code, done.exception) == (0, None)
    assert done.stdout.startswith("160 texts, 4 topics")
    told = [line.removeprefix("Grouping: ") for line in done.stderr.splitlines()]
    assert told[0] == "Grouping"
    steps = ("Reading the file", "Reading the words", "Finding groups", "Writing the results")
    places = [told.index(step) for step in steps]
    assert places == sorted(places)


# Whatever is wrong with a file, one line says where; nothing is written, nobody sees a traceback.
@pytest.mark.parametrize(
    ("name", "content", "expected"),
    [
        ("in.csv", b"", "in.csv: line 1: the file is empty"),
        ("in.csv", b"id,text\n1,a\n", "in.csv: line 1, column title: this column is missing"),
        ("in.csv", b"id,title,text\n1,a\n", "in.csv: line 2: 2 cells instead of 3"),
        ("in.csv", b"id,title,text\n1,a,b\n1,c,d\n", "in.csv: line 3, column id: '1' stands in"),
        ("in.csv", b"id,title,text\n1,gr\xfcn,b\n", "in.csv: line 2: not UTF-8: byte 0xfc"),
        ("in.csv", b"id,title,text\n1,a\0,b\n", "in.csv: line 2, column title: contains a NUL"),
        ("in.csv", b"id,title,text\n1,a," + b"x" * 5001, "in.csv: line 2, column text: has 5001"),
        ("in.csv", b'id,title,text\n1,a,"b', "in.csv: line 2: a cell begins here that has no end"),
        ("d.csv", b"id,theme\nX,a\n", "d.csv: line 2, column id: there is no contribution 'X'"),
        ("n.csv", b"cluster,theme\n99,a\n", "n.csv: line 2, column cluster: there is no topic"),
        ("words.txt", b"Markt\n123\n", "words.txt: line 2: '123' is no word"),
    ],
)
def test_a_bad_file_is_told_in_one_line(files, name, content, expected):
    (files.folder / name).write_bytes(content)
    option = {"d.csv": "--decisions", "n.csv": "--names", "words.txt": "--ignore"}.get(name)
    done = command(files, *([option, str(files.folder / name)] if option else []))
    assert done.exit_code == 1
    assert isinstance(done.exception, SystemExit)
    assert any(expected in line for line in done.stderr.splitlines())
    assert not (files.folder / "out.csv").exists()


@pytest.mark.parametrize(
    ("options", "code", "expected"),
    [
        (["--k", "0"], 2, "Invalid value for '--k'"),
        (["--levels", "3"], 2, "Invalid value for '--levels'"),
        (["--names", "nowhere.csv"], 2, "File 'nowhere.csv' does not exist"),
        (["--report", "nowhere/r.html"], 1, "there is no folder"),
    ],
)
def test_an_impossible_call_is_told_in_one_line(files, options, code, expected):
    done = command(files, *options)
    assert done.exit_code == code
    assert isinstance(done.exception, SystemExit)
    assert expected in done.stderr
