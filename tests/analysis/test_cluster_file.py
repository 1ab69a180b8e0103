import csv
import hashlib
import json
import random
import re
from html.parser import HTMLParser

import pytest

from civicdialog.analysis.cluster_file import RESULT, cluster_file
from civicdialog.analysis.files import BadFile
from civicdialog.analysis.runs import input_hash, topics_as_dict
from civicdialog.analysis.topics import cluster_texts

VOID = {"meta", "br", "hr", "img"}


class Strict(HTMLParser):
    """Fails on tags that are not closed and remembers what a page loads."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.loaded: list[str] = []

    def handle_starttag(self, tag, attributes):
        if tag not in VOID:
            self.open.append(tag)
        self.loaded += [v for n, v in attributes if n in {"src", "href"} and v[0] != "#"]

    def handle_endtag(self, tag):
        assert self.open.pop() == tag


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


def run(files, **options):
    return cluster_file(files.folder / "in.csv", files.folder / "out.csv", **options)


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
    run(files, k=4, decisions=decisions, names=names)
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
        run(files, k=4, **{option: files("wish.csv", rows)})
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


def test_the_report_is_one_page_without_foreign_parts(files):
    files.rows[0][1] = '<script src="https://example.org">alert(1)</script>'
    files("in.csv", [["id", "title", "text"], *files.rows])
    run(files, k=2, report=files.folder / "report.html")
    page = (files.folder / "report.html").read_text(encoding="utf-8")
    reader = Strict()
    reader.feed(page)
    assert reader.open == []
    assert reader.loaded == []
    assert "<script" not in page
    assert "Unterthemen" in page
    assert "Vorläufig" in page


def test_the_report_escapes_what_people_wrote(files):
    hostile = '<img src=x onerror=alert(1)> & "'
    files("in.csv", [["id", "title", "text"], *[[f"<{n}>", hostile, hostile] for n in range(12)]])
    run(files, report=files.folder / "report.html")
    page = (files.folder / "report.html").read_text(encoding="utf-8")
    assert "<img" not in page
    assert "&lt;img src=x" in page


def test_progress_is_told_from_reading_to_writing(files):
    told: list[tuple[float, str]] = []
    run(files, progress=lambda share, step: told.append((share, step)))
    shares = [share for share, _ in told]
    assert shares == sorted(shares)
    assert shares[-1] == 1.0
    assert {"Reading the file", "Finding groups", "Writing the results"} <= {s for _, s in told}
