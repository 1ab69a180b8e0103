"""`civicdialog opinions`: files of votes, our own and those of Polis, and what becomes of them."""

import csv
import json
import os
import random
import re
import subprocess
import sys
from pathlib import Path

import html5lib
import pytest

from civicdialog.analysis.files import BadFile
from civicdialog.analysis.opinion_file import Choices, opinions_file
from civicdialog.analysis.opinion_input import OpinionInput
from civicdialog.analysis.opinion_report.german import GERMAN
from civicdialog.analysis.opinion_report.origin import Origin
from civicdialog.analysis.opinion_report.page import html_report
from civicdialog.analysis.opinion_run import sum_up
from civicdialog.analysis.opinion_votes import read_votes
from civicdialog.analysis.verify import verify

ROOT = Path(__file__).parents[2]
FILES = ["groups.csv", "map.json", "report.html", "run.json", "statements.csv", "summary.json"]
WORDS = {1: "agree", -1: "disagree", 0: "pass"}
HTML = "{http://www.w3.org/1999/xhtml}"


def votes():
    """50 people in two camps on twenty statements, of which four are shared."""
    draw = random.Random(4)
    return [
        (f"v{who}", f"s{what:02}", 1 if what > 15 or (who + what) % 2 else -1)
        for who in range(50)
        for what in range(20)
        if draw.random() < 0.9
    ]


@pytest.fixture
def write(tmp_path):
    """`write(text)` or `write(header, rows)` gives the path of a file."""

    def stored(head, rows=(), name="votes.csv"):
        path = tmp_path / name
        with path.open("w", encoding="utf-8", newline="") as file:
            file.write(head + ("\n" if rows else ""))
            csv.writer(file).writerows(rows)
        return path

    return stored


@pytest.fixture
def summed(tmp_path):
    """`summed(path, seed=1)` sums up and gives the folder of the results."""

    def folder(path, **chosen):
        out = tmp_path / "out"
        opinions_file(path, out, Choices(**chosen))
        return out

    return folder


@pytest.fixture
def ours(write):
    return write("participant,submission,opinion", [(w, s, WORDS[o]) for w, s, o in votes()])


def table(path):
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def summary(folder):
    return json.loads((folder / "summary.json").read_bytes())


# ---- what is written ----------------------------------------------------------------------------


def test_all_results_are_written(ours, summed):
    assert sorted(path.name for path in summed(ours).iterdir()) == FILES


def test_every_participant_has_a_group_in_the_order_of_the_file(ours, summed):
    rows = table(summed(ours) / "groups.csv")
    assert [row["participant"] for row in rows] == [f"v{who}" for who in range(50)]
    assert {row["group"] for row in rows[::2]} | {row["group"] for row in rows[1::2]} == {"A", "B"}
    assert len({row["group"] for row in rows[::2]}) == 1
    assert all(0.5 <= float(row["probability"]) <= 1 for row in rows)


def test_who_is_in_no_group_has_none(write, summed):
    path = write("participant,submission,opinion", [*votes(), ("late", "s00", 1)])
    assert table(summed(path) / "groups.csv")[-1] == {
        "participant": "late", "group": "", "probability": "",
    }  # fmt: skip


def test_every_statement_has_a_row_with_its_figures(ours, summed):
    rows = table(summed(ours) / "statements.csv")
    first = rows[0]
    told = [int(first[f"everybody_{side}"]) for side in ("agree", "disagree", "pass")]
    own = [opinion for _, what, opinion in votes() if what == "s00"]
    assert [row["id"] for row in rows] == [f"s{what:02}" for what in range(20)]
    assert told == [own.count(1), own.count(-1), own.count(0)]
    shelves = [row["shelf"] for row in rows]
    assert (shelves[0], shelves[16:]) == ("divides", ["common"] * 4)
    assert "common" not in shelves[:16]


def test_numbers_mean_the_same_as_words(write, ours, summed):
    before = summary(summed(ours))
    numbers = write("participant,submission,opinion", votes(), name="numbers.csv")
    assert summary(summed(numbers)) == before


def test_repeated_votes_are_counted_and_the_last_one_wins(write, summed):
    path = write("participant,submission,opinion", [("v0", "s00", 0), *votes()])
    told = summary(summed(path))
    assert (told["repeated"], told["votes"]) == (1, len(votes()))


def test_topics_are_summed_up(write, ours, summed):
    topics = write(
        "id,cluster", [(f"s{what:02}", what % 2) for what in range(20)], name="topics.csv"
    )
    told = summary(summed(ours, topics=topics))["topics"]
    assert [(topic["key"], topic["statements"]) for topic in told] == [("0", 10), ("1", 10)]


def test_texts_stand_beside_their_figures(write, ours, summed):
    rows = [(f"s{what:02}", f"Titel {what}", "Text") for what in range(20)]
    folder = summed(ours, comments=write("id,title,text", rows, name="c.csv"))
    assert table(folder / "statements.csv")[19]["text"] == "Titel 19"
    assert "Titel 19" in (folder / "report.html").read_text("utf-8")


# ---- again and elsewhere ------------------------------------------------------------------------


def test_a_run_is_the_same_when_it_is_calculated_again(ours, summed):
    verdict = verify(summed(ours, seed=2) / "run.json")
    assert verdict.is_same, verdict.sentence
    assert "50 participants" in verdict.sentence


@pytest.mark.parametrize(
    "surroundings", [{}, {"OMP_NUM_THREADS": "2", "OPENBLAS_NUM_THREADS": "2"}]
)
def test_the_same_votes_give_the_same_bytes_in_any_order_with_any_threads(
    write, ours, summed, tmp_path, surroundings
):
    expected = (summed(ours) / "run.json").read_bytes()
    rows = votes()
    random.Random(9).shuffle(rows)
    shuffled = write("participant,submission,opinion", rows, name="shuffled.csv")
    done = subprocess.run(
        [sys.executable, "-m", "civicdialog", "opinions", shuffled, "--out", tmp_path / "again"],
        env={"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT), **surroundings},
        cwd=ROOT,
        capture_output=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "again" / "run.json").read_bytes() == expected


# ---- Polis --------------------------------------------------------------------------------------

POLIS_HEAD = "timestamp,datetime,comment-id,voter-id,vote"


def test_in_polis_votes_the_latest_one_counts_wherever_it_stands(write):
    path = write(POLIS_HEAD, [(30, "x", 7, 1, -1), (10, "x", 7, 1, 1), (20, "x", 8, 1, 0)])
    found = [(vote.submission, vote.opinion) for vote in read_votes(path)]
    assert found == [("7", 1), ("8", 0), ("7", -1)]


def test_a_polis_matrix_says_the_same_as_the_list_of_votes(write, summed):
    listed = [(n, "x", int(s[1:]), w[1:], o) for n, (w, s, o) in enumerate(votes())]
    from_list = summary(summed(write(POLIS_HEAD, listed)))
    cells = {(w, s): o for w, s, o in votes()}
    rows = [
        [who, "", 0, 0, 0, 0, *(cells.get((f"v{who}", f"s{s:02}"), "") for s in range(20))]
        for who in range(50)
    ]
    head = "participant,group-id,n-comments,n-votes,n-agree,n-disagree," + ",".join(
        map(str, range(20))
    )
    assert summary(summed(write(head, rows, name="matrix.csv"))) == from_list


def test_what_polis_moderated_out_is_left_out_and_said(write, summed):
    listed = [(n, "x", int(s[1:]), w[1:], o) for n, (w, s, o) in enumerate(votes())]
    comments = [(1, "x", s, 0, 0, 0, -1 if s == 3 else 1, f"Satz {s}") for s in range(20)]
    head = "timestamp,datetime,comment-id,author-id,agrees,disagrees,moderated,comment-body"
    folder = summed(write(POLIS_HEAD, listed), comments=write(head, comments, name="comments.csv"))
    told = summary(folder)
    assert told["submissions"] == 19
    assert told["left_out"] == sum(what == "s03" for _, what, _ in votes())
    assert "Satz 3<" not in (folder / "report.html").read_text("utf-8")


@pytest.mark.real_data
@pytest.mark.parametrize(
    ("name", "people", "count"),
    [("brexit-consensus", 204, 5303), ("scoop-hivemind.biodiversity", 536, 29719),
     ("vtaiwan.uberx", 1921, 49443)],
)  # fmt: skip
def test_real_polis_exports_agree_with_each_other(real_data, name, people, count):
    folder = real_data / "votes" / name
    listed = {(v.participant, v.submission): v.opinion for v in read_votes(folder / "votes.csv")}
    matrix = read_votes(folder / "participants-votes.csv")
    assert listed == {(v.participant, v.submission): v.opinion for v in matrix}
    assert (len(listed), len({who for who, _ in listed})) == (count, people)


@pytest.mark.real_data
def test_a_real_conversation_has_groups_and_common_ground(real_data, summed):
    folder = real_data / "votes" / "brexit-consensus"
    told = summary(summed(folder / "votes.csv", comments=folder / "comments.csv"))
    assert len(told["groups"]) == 2
    assert told["shelves"]["common"] >= 10
    assert told["shelves"]["divides"] >= 5


# ---- bad input ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", ["line 1: the file is empty"]),
        ("participant,submission\na,b", ["line 1, column opinion: this column is missing"]),
        ("participant,submission,opinion\n", ["line 2: there is no vote"]),
        (
            "participant,submission,opinion\na,b,yes\na,c,1\n,d,0\na,d,2\n",
            [
                "line 2, column opinion: 'yes' is unknown; use agree, disagree, pass or 1, -1, 0",
                "line 4, column participant: is empty",
                "line 5, column opinion: '2' is unknown",
            ],
        ),
        (
            f"{POLIS_HEAD}\nsoon,x,1,1,1\n5,x,1,1,NaN\n",
            ["line 2, column timestamp: 'soon' is no whole number", "line 3, column vote: 'NaN'"],
        ),
        ("participant,group-id,0,1\n5,,1,x\n", ["line 2, column 1: 'x' is unknown"]),
    ],
)
def test_every_bad_line_is_told(write, text, told):
    with pytest.raises(BadFile) as error:
        read_votes(write(text))
    assert len(error.value.problems) == len(told)
    for problem, beginning in zip(error.value.problems, told, strict=True):
        assert str(problem).startswith(beginning)


def test_votes_on_something_nobody_wrote_are_told(write, ours, summed):
    rows = [(f"s{what:02}", "Titel", "Text") for what in range(19)]
    with pytest.raises(BadFile, match=r"'s19' does not stand in c\.csv"):
        summed(ours, comments=write("id,title,text", rows, name="c.csv"))


def test_bad_input_leaves_nothing_behind(write, tmp_path):
    path = write("participant,submission,opinion\na,b,maybe\n")
    with pytest.raises(BadFile):
        opinions_file(path, tmp_path / "out", Choices())
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    "rows",
    [
        [("a", "s", 1)],
        [("a", f"s{n}", 1) for n in range(20)],
        [(f"v{n}", "s", 1) for n in range(20)],
        [(f"v{n}", f"s{m}", 0) for n in range(20) for m in range(5)],
        [(f"v{n}", f"s{m}", 1) for n in range(20) for m in range(5)],
    ],
    ids=["one vote", "one participant", "one statement", "all pass", "all agree"],
)
def test_odd_votes_have_an_answer(write, summed, rows):
    folder = summed(write("participant,submission,opinion", rows))
    assert summary(folder)["why_no_groups"]
    assert "NaN" not in "".join(path.read_text("utf-8") for path in folder.iterdir())


def test_a_hundred_thousand_statements_have_an_answer():
    rows = [(f"v{n % 100}", f"s{n}", n % 3 - 1) for n in range(100_000)]
    told = sum_up(OpinionInput.of({what for _, what, _ in rows}, rows))
    assert {each["shelf"] for each in told["statements"]} == {"few"}
    assert len(told["statements"]) == 100_000


# ---- the report ---------------------------------------------------------------------------------


@pytest.fixture(params=["de", "en"])
def page(request, ours, write, summed):
    rows = [(f"s{what:02}", f"<b>Satz</b> {{{what}}}", "") for what in range(20)]
    topics = write("id,cluster", [(f"s{w:02}", "Verkehr") for w in range(20)], name="topics.csv")
    folder = summed(
        ours,
        comments=write("id,title,text", rows, name="c.csv"),
        topics=topics,
        language=request.param,
    )
    return (folder / "report.html").read_text("utf-8")


def test_the_report_is_valid(page):
    tree = html5lib.HTMLParser(strict=True).parse(page)
    ids = [each.get("id") for each in tree.iter() if each.get("id")]
    assert len(ids) == len(set(ids))
    assert len(list(tree.iter(HTML + "h1"))) == 1
    assert {t[1:] for t in re.findall(r'href="([^"]*)"', page)} <= set(ids)


def test_the_report_loads_nothing_and_runs_nothing(page):
    assert re.findall(r"<script|@import|url\(|\b(?:src|srcset|data|action)=", page) == []


def test_words_of_people_are_no_markup(page):
    assert "<b>Satz" not in page
    assert "&lt;b&gt;Satz&lt;/b&gt; {19}" in page


def test_common_ground_comes_first(page):
    places = [page.index(f'id="{name}"') for name in ("common", "divides", "few", "groups", "map")]
    assert places == sorted(places)


def test_the_map_has_a_table_of_the_same_content(page):
    tree = html5lib.HTMLParser(strict=True).parse(page)
    cells = list(tree.iter("{http://www.w3.org/2000/svg}polygon"))
    (details,) = tree.iter(HTML + "details")
    assert len(list(details.iter(HTML + "tr"))) == len(cells) + 1 > 2


def test_the_report_says_where_it_comes_from(page, tmp_path):
    told = summary(tmp_path / "out")
    for word in (told["input_sha256"], told["result_sha256"], "numpy", "verify-run run.json"):
        assert word in page


@pytest.mark.parametrize("language", ["de", "en"])
@pytest.mark.parametrize("why", ["too_few_people", "too_few_votes", "no_stable_groups"])
def test_a_report_without_groups_says_why(write, summed, language, why):
    folder = summed(write("participant,submission,opinion", [("a", "s", 1)]))
    result = json.loads((folder / "run.json").read_bytes())["result"] | {"why_no_groups": why}
    origin = Origin("a", "b", "0", "1", 0, {})
    page = html_report(result, {}, origin, 3, language)
    html5lib.HTMLParser(strict=True).parse(page)
    assert 'id="map"' not in page


def test_every_sentence_has_its_german_and_no_other_is_there():
    source = "".join(
        re.sub(r'"\s+"', "", path.read_text("utf-8"))
        for path in (ROOT / "civicdialog" / "analysis" / "opinion_report").glob("*.py")
        if path.name != "german.py"
    )
    assert [english for english in GERMAN if english not in source] == []
