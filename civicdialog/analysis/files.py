"""Tables in CSV files: read strictly, with every bad line named; written safely for spreadsheets.

What is read: UTF-8 with or without byte order mark, separated by commas (or by semicolons, when
the first line has no comma), one header line. Unknown columns are ignored. Nothing is guessed or
mended: a line is right or reported, and reading goes on to the end, so all bad lines are known.

What is written: UTF-8 without byte order mark, commas, line feeds. A cell that a spreadsheet could
take for a formula gets an apostrophe in front; plain numbers such as -1 stay as they are.
"""

import csv
import os
import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import chain
from pathlib import Path
from typing import Protocol, TextIO

LONGEST = 5_000
LONGEST_WORD = 100
_FORMULA = re.compile(r"'*[=+\-@\t\r]")
_ESCAPED = re.compile(r"'+[=+\-@\t\r]")
_NUMBER = re.compile(r"[+-]?\d+(?:\.\d+)?")
_MARK = b"\xef\xbb\xbf"
_UTF16 = (b"\xff\xfe", b"\xfe\xff")
_REPORT_EVERY = 5_000

Watch = Callable[[float], None]


@dataclass(frozen=True, order=True)
class BadInput:
    """One thing wrong with a file: where, and what to do about it."""

    line: int
    column: str
    message: str

    def __str__(self) -> str:
        where = f"line {self.line}, column {self.column}" if self.column else f"line {self.line}"
        return f"{where}: {self.message}"


class BadFile(Exception):
    """A file that cannot be used, with everything that is wrong with it."""

    def __init__(self, path: Path, problems: Sequence[BadInput]) -> None:
        self.path = path
        self.problems = tuple(sorted(problems))
        more = f" (and {len(problems) - 1} more)" if len(problems) > 1 else ""
        super().__init__(f"{path}: {self.problems[0]}{more}")


@dataclass(frozen=True)
class Row:
    """One good line of a table; `line` counts the lines of the file from 1."""

    line: int
    cells: Mapping[str, str]

    def __getitem__(self, column: str) -> str:
        return self.cells[column]


@dataclass(frozen=True)
class Table:
    """The good rows of a file and everything that was wrong with the others."""

    path: Path
    rows: tuple[Row, ...]
    problems: tuple[BadInput, ...]

    def or_raise(self) -> "Table":
        """The table itself when nothing is wrong; raises BadFile otherwise."""
        if self.problems:
            raise BadFile(self.path, self.problems)
        return self


def read_rows(
    path: Path | str,
    *,
    required: Sequence[str],
    optional: Sequence[str] = (),
    filled: Collection[str] = (),
    unique: Collection[str] = (),
    longest: int = LONGEST,
    escaped: bool = False,
    progress: Watch | None = None,
) -> Table:
    """Reads a whole table into memory: `iter_rows` with rows and problems told apart."""
    rows: list[Row] = []
    problems: list[BadInput] = []
    for found in iter_rows(
        path,
        required=required,
        optional=optional,
        filled=filled,
        unique=unique,
        longest=longest,
        escaped=escaped,
        progress=progress,
    ):
        if isinstance(found, Row):
            rows.append(found)
        else:
            problems.append(found)
    return Table(Path(path), tuple(rows), tuple(problems))


def iter_rows(
    path: Path | str,
    *,
    required: Sequence[str],
    optional: Sequence[str] = (),
    filled: Collection[str] = (),
    unique: Collection[str] = (),
    longest: int = LONGEST,
    escaped: bool = False,
    progress: Watch | None = None,
) -> Iterator[Row | BadInput]:
    """Streams the rows of a CSV file, and a BadInput for everything that is wrong.

    required: columns that must be there; optional: columns that may be. Cells lose outer blanks.
    filled: columns that must not be empty; unique: columns in which no value may come twice.
    longest: characters allowed in a cell. escaped: undo the apostrophes of `write_rows`.
    """
    size = max(Path(path).stat().st_size, 1)
    with Path(path).open("rb") as file:
        lines = _Lines(file)
        checks = _Checks(tuple(required), tuple(optional), filled, unique, longest, escaped)
        for number, found in enumerate(_parsed(lines, checks)):
            if progress and number % _REPORT_EVERY == 0:
                progress(min(lines.read / size, 1.0))
            yield found
    if progress:
        progress(1.0)


def read_words(path: Path | str) -> tuple[str, ...]:
    """Words or names, one per line; blank lines and lines beginning with # do not count.

    Raises BadFile with every line that is not UTF-8, has no letter, or is longer than 100.
    """
    words: list[str] = []
    problems: list[BadInput] = []
    with Path(path).open("rb") as file:
        lines = _Lines(file)
        for number, line in enumerate(lines, start=1):
            word, undecoded = line.strip(), lines.take_bad()
            problems += undecoded
            if undecoded or not word or word.startswith("#"):
                continue
            if wrong := _not_a_word(word):
                problems.append(BadInput(number, "", wrong))
            words.append(word)
        problems += lines.take_bad()
    if problems:
        raise BadFile(Path(path), problems)
    return tuple(dict.fromkeys(words))


def _not_a_word(word: str) -> str:
    """What is wrong with a word, or nothing."""
    if "\0" in word:
        return "contains a NUL character; remove it"
    if len(word) > LONGEST_WORD:
        return f"has {len(word)} characters; at most {LONGEST_WORD} are allowed; one word per line"
    return "" if any(map(str.isalpha, word)) else f"{word!r} is no word"


@dataclass
class _Lines:
    """Decodes a file line by line and remembers the lines that are not UTF-8."""

    file: Iterable[bytes]
    read: int = 0
    bad: list[BadInput] = field(default_factory=list)

    def __iter__(self) -> Iterator[str]:
        for number, raw in enumerate(self.file, start=1):
            self.read += len(raw)
            if number == 1 and raw.startswith(_UTF16):
                self.bad.append(BadInput(1, "", "the file is UTF-16; save it as UTF-8"))
                return
            line = raw.removeprefix(_MARK) if number == 1 else raw
            yield self._decoded(number, line, self.read - len(line))

    def _decoded(self, number: int, raw: bytes, before: int) -> str:
        """The line as text; what is not UTF-8 is noted with its place and replaced."""
        try:
            return raw.decode("utf-8")
        except UnicodeDecodeError as error:
            byte = raw[error.start]
            self.bad.append(
                BadInput(
                    number,
                    "",
                    f"not UTF-8: byte 0x{byte:02x} at position {error.start + 1} of the line,"
                    f" byte {before + error.start + 1} of the file; save the file as UTF-8",
                )
            )
            return raw.decode("utf-8", errors="replace")

    def take_bad(self) -> list[BadInput]:
        """The lines found bad since the last time."""
        found, self.bad = self.bad, []
        return found


@dataclass
class _Checks:
    """What a row must fulfil, and the values that must not come again."""

    required: tuple[str, ...]
    optional: tuple[str, ...]
    filled: Collection[str]
    unique: Collection[str]
    longest: int
    escaped: bool
    header: list[str] = field(default_factory=list)
    seen: dict[tuple[str, str], int] = field(default_factory=dict)

    def begin(self, header: list[str]) -> list[BadInput]:
        """Takes the header line; columns that are missing or come twice are problems."""
        self.header = [name.strip() for name in header]
        missing = [name for name in self.required if name not in self.header]
        known = {*self.required, *self.optional}
        twice = sorted({name for name in self.header if self.header.count(name) > 1} & known)
        found = ", ".join(self.header) or "nothing"
        return [
            BadInput(1, name, f"this column is missing; the file has: {found}") for name in missing
        ] + [BadInput(1, name, "this column stands in the file more than once") for name in twice]

    def check(self, line: int, values: list[str]) -> Row | list[BadInput]:
        """The row, or everything that is wrong with it."""
        if len(values) != len(self.header):
            wrong = f"{len(values)} cells instead of {len(self.header)}"
            return [BadInput(line, "", f"{wrong}; is a quotation mark or a comma missing?")]
        known = {*self.required, *self.optional}
        cells = {
            name: self._plain(value)
            for name, value in zip(self.header, values, strict=True)
            if name in known
        }
        problems = [
            BadInput(line, name, wrong)
            for name, value in cells.items()
            for wrong in self._wrong(line, name, value)
        ]
        return problems or Row(line, cells)

    def _plain(self, value: str) -> str:
        """The cell without blanks around it and, if asked for, without our apostrophe."""
        value = value.strip()
        return value[1:] if self.escaped and _ESCAPED.match(value) else value

    def _wrong(self, line: int, name: str, value: str) -> Iterator[str]:
        """Sentences about one cell."""
        if "\0" in value:
            yield "contains a NUL character; remove it"
        if len(value) > self.longest:
            yield f"has {len(value)} characters; at most {self.longest} are allowed"
        if name in self.filled and not value.strip():
            yield "is empty; fill it in"
        elif name in self.unique:
            first = self.seen.setdefault((name, value), line)
            if first != line:
                yield f"{value[:60]!r} stands in line {first} already; every {name} may come once"


def _parsed(lines: _Lines, checks: _Checks) -> Iterator[Row | BadInput]:
    """Header, rows and problems in the order of the file."""
    source = iter(lines)
    first = next(source, "")
    separator = ";" if ";" in first and "," not in first else ","
    reader = csv.reader(_again(first, source), delimiter=separator, strict=True)
    header = _next(reader)
    yield from lines.take_bad()
    if not isinstance(header, list):
        yield header or BadInput(1, "", "the file is empty")
        return
    problems = checks.begin(header)
    yield from problems
    if problems:
        return
    while True:
        line = reader.line_num + 1
        values = _next(reader)
        undecoded = lines.take_bad()
        yield from undecoded
        if values is None:
            return
        if isinstance(values, BadInput):
            yield values
        elif values and not undecoded:
            found = checks.check(line, values)
            yield from [found] if isinstance(found, Row) else found


def _again(first: str, rest: Iterator[str]) -> Iterator[str]:
    """The first line, which was already read, and the others."""
    if first:
        yield first
    yield from rest


class _Reader(Protocol):
    """What is used of a csv reader; its own type has no public name."""

    @property
    def line_num(self) -> int: ...

    def __next__(self) -> list[str]: ...


def _next(reader: _Reader) -> list[str] | BadInput | None:
    """The next row, None at the end, or the reason why these lines cannot be read."""
    line = reader.line_num + 1
    try:
        return next(reader, None)
    except csv.Error as error:
        reason = str(error)
        if "unexpected end" in reason or "field limit" in reason:
            reason = "a cell begins here that has no end; is a quotation mark never closed?"
        elif "new-line character" in reason:
            reason = "a carriage return stands in a cell without quotation marks"
        skipped = f" (nothing up to line {reader.line_num} was read)"
        return BadInput(line, "", f"{reason}{skipped if reader.line_num > line else ''}")


def safe_cell(value: object) -> str:
    """The value as text that no spreadsheet takes for a formula; None is empty.

    A text beginning with = + - @ tab or carriage return gets an apostrophe in front (and one more
    if it had some), so that `read_rows(escaped=True)` gives back the same text. Numbers stay.
    """
    text = "" if value is None else str(value)
    return f"'{text}" if _FORMULA.match(text) and not _NUMBER.fullmatch(text) else text


def write_rows(path: Path | str, header: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """Writes a CSV file at once or not at all: a failure leaves the old file as it was."""
    with atomic_text(Path(path)) as file:
        for row in chain([header], rows):
            file.write(",".join(_quoted(safe_cell(value)) for value in row) + "\n")


def _quoted(cell: str) -> str:
    """The cell as it stands in the file. Python 3.11's writer leaves a lone carriage return bare."""
    if any(letter in cell for letter in ',;"\r\n'):
        doubled = cell.replace('"', '""')
        return f'"{doubled}"'
    return cell


@contextmanager
def atomic_text(path: Path) -> Iterator[TextIO]:
    """A UTF-8 file that appears under its name only when everything in it was written."""
    if path.exists() and not path.is_file():  # A pipe or a terminal cannot be replaced.
        with path.open("w", encoding="utf-8", newline="") as file:
            yield file
        return
    part = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        with part.open("w", encoding="utf-8", newline="") as file:
            yield file
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)
