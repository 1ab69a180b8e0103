import csv
import io

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from civicdialog.analysis.files import BadFile, read_rows, read_words, safe_cell, write_rows

COLUMNS = ("id", "title", "text")


@pytest.fixture
def read(tmp_path):
    def reading(content: bytes | str, **options):
        path = tmp_path / "in.csv"
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        options = {"required": COLUMNS, "filled": {"id", "text"}, "unique": {"id"}, **options}
        return read_rows(path, **options)

    return reading


def told(table) -> list[str]:
    return [str(problem) for problem in table.problems]


def test_a_right_file_is_read_whole(read):
    table = read('id,title,text,more\n1,Licht,"Zu dunkel,\nimmer",x\n\n2,,Baum,y\n')
    assert table.problems == ()
    assert [(row.line, dict(row.cells)) for row in table.rows] == [
        (2, {"id": "1", "title": "Licht", "text": "Zu dunkel,\nimmer"}),
        (5, {"id": "2", "title": "", "text": "Baum"}),
    ]


@pytest.mark.parametrize(
    "content",
    [
        b"\xef\xbb\xbfid,title,text\n1,a,b\n",
        b"id,title,text\r\n1,a,b\r\n",
        b"id;title;text\n1;a;b\n",
        b" id , title,text\n1 , a, b\n",
        b'text,"title",id\nb,a,1',
    ],
    ids=["byte order mark", "windows lines", "semicolons", "blanks", "another order"],
)
def test_common_shapes_of_csv_are_read(read, content):
    table = read(content)
    assert table.problems == ()
    assert [dict(row.cells) for row in table.rows] == [{"id": "1", "title": "a", "text": "b"}]


# Every bad line is named, with its column where there is one.
@pytest.mark.parametrize(
    ("line", "expected"),
    [
        (b"1,a,b", "line 3, column id: '1' stands in line 2 already; every id may come once"),
        (b",a,b", "line 3, column id: is empty; fill it in"),
        (b"2,a, ", "line 3, column text: is empty; fill it in"),
        (b"2,a", "line 3: 2 cells instead of 3; is a quotation mark or a comma missing?"),
        (b"2,a,b,c", "line 3: 4 cells instead of 3; is a quotation mark or a comma missing?"),
        (b"2,a\0,b", "line 3, column title: contains a NUL character; remove it"),
        (b"2,a," + b"x" * 5001, "line 3, column text: has 5001 characters; at most 5000"),
        (b"2,gr\xfcn,b", "line 3: not UTF-8: byte 0xfc at position 5 of the line, byte 25"),
        (b'2,"a"b,c', "line 3: ',' expected after '\"'"),
        (b'2,"a,b', "line 3: a cell begins here that has no end"),
        (b"2,a\rb,c", "line 3: a carriage return stands in a cell without quotation marks"),
    ],
)
def test_a_bad_line_is_named(read, line, expected):
    table = read(b"id,title,text\n1,a,b\n" + line)
    assert [told(table)[0][: len(expected)], len(told(table))] == [expected, 1]
    assert [row["id"] for row in table.rows] == ["1"]


def test_all_bad_lines_are_named_at_once(read):
    table = read(b'id,title,text\n,a,b\n1,a,b\n1,a,\n2,"x\ny",z,\n3,\xff,b\n4,a,b\n')
    assert [(problem.line, problem.column) for problem in table.problems] == [
        (2, "id"),
        (4, "id"),
        (4, "text"),
        (5, ""),
        (7, ""),
    ]
    assert [row["id"] for row in table.rows] == ["1", "4"]


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (b"", "line 1: the file is empty"),
        (b"id,text\n1,a\n", "line 1, column title: this column is missing; the file has: id, text"),
        (b"id,title,text,id\n", "line 1, column id: this column stands in the file more than once"),
        ("id,title,text\n".encode("utf-16"), "line 1: the file is UTF-16; save it as UTF-8"),
    ],
)
def test_a_file_without_the_right_header_is_refused(read, content, expected):
    assert told(read(content))[0] == expected


def test_bad_files_say_how_much_is_wrong(read):
    with pytest.raises(BadFile, match=r"line 2, column id: is empty; fill it in \(and 1 more\)"):
        read("id,title,text\n,a,b\n,a,b\n").or_raise()


def test_an_unclosed_quotation_mark_does_not_swallow_the_rest(read):
    rest = "".join(f"{row},titel,{'x' * 90}\n" for row in range(3000))
    table = read('id,title,text\na,"offen,b\n' + rest + "0815,,\n")
    assert told(table)[0].startswith("line 2: a cell begins here that has no end")
    assert "nothing up to line" in told(table)[0]
    assert table.problems[-1].line == 3003
    assert len(table.rows) > 1000


def test_progress_reaches_the_end(read):
    shares: list[float] = []
    read("id,title,text\n" + "".join(f"{n},a,b\n" for n in range(12_000)), progress=shares.append)
    assert shares == sorted(shares)
    assert shares[-1] == 1.0
    assert len(shares) > 2


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r"])
def test_no_cell_is_taken_for_a_formula(start):
    assert safe_cell(f"{start}cmd|' /C calc'!A0")[0] == "'"


@pytest.mark.parametrize("number", [-1, 0.5, "+3", "-0.25"])
def test_numbers_stay_numbers(number):
    assert safe_cell(number) == str(number)


@given(st.text(max_size=30))
@example("a\rb")
@example("'=1")
@example("-")
def test_what_is_written_is_read_again(tmp_path_factory, text):
    cell = text.strip().replace("\0", "").encode("utf-8", "ignore").decode()
    path = tmp_path_factory.mktemp("csv") / "out.csv"
    write_rows(path, ["id", "theme"], [[cell, "x"]])
    table = read_rows(path, required=["id", "theme"], escaped=True)
    assert table.problems == ()
    assert [row["id"] for row in table.rows] == [cell]


def test_a_failed_write_leaves_the_old_file(tmp_path):
    path = tmp_path / "out.csv"
    write_rows(path, ["id"], [["alt"]])

    def broken():
        yield ["neu"]
        raise OSError("no space")

    with pytest.raises(OSError, match="no space"):
        write_rows(path, ["id"], broken())
    assert path.read_text() == "id\nalt\n"
    assert list(tmp_path.iterdir()) == [path]


def test_nothing_but_text_is_written(tmp_path):
    path = tmp_path / "out.csv"
    write_rows(path, ["id", "second"], [["a,b", None], ['"', 3]])
    assert list(csv.reader(io.StringIO(path.read_text()))) == [
        ["id", "second"],
        ["a,b", ""],
        ['"', "3"],
    ]


def test_words_are_read_one_per_line_without_remarks(tmp_path):
    path = tmp_path / "words.txt"
    path.write_bytes("\ufeffMarktplatz\r\n\n# Straßen\nGroße Ulrichstraße\nMarktplatz".encode())
    assert read_words(path) == ("Marktplatz", "Große Ulrichstraße")


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        (b"123", "line 2: '123' is no word"),
        (b"Stra\xdfe", "line 2: not UTF-8: byte 0xdf"),
        (b"a\0b", "line 2: contains a NUL character"),
        (b"a" * 101, "line 2: has 101 characters; at most 100 are allowed"),
    ],
)
def test_lines_that_are_no_words_are_named(tmp_path, line, expected):
    path = tmp_path / "words.txt"
    path.write_bytes(b"Markt\n" + line)
    with pytest.raises(BadFile) as refused:
        read_words(path)
    assert [str(problem)[: len(expected)] for problem in refused.value.problems] == [expected]
