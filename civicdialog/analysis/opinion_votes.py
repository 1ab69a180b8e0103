"""Files of votes: our own, and two that Polis exports. Every bad line is told.

- `participant,submission,opinion`: agree, disagree, pass, or 1, -1, 0.
- Polis `votes.csv`: `timestamp,…,comment-id,voter-id,vote`; a later vote replaces an earlier one.
- Polis `participants-votes.csv`: one line a participant, one column a statement.
"""

import csv
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from civicdialog.analysis.files import BadFile, BadInput, Row, iter_rows, read_rows

OURS = ("participant", "submission", "opinion")
POLIS_VOTES = ("timestamp", "comment-id", "voter-id", "vote")
POLIS_COMMENTS = ("comment-id", "moderated", "comment-body")
LONGEST_ID = 200
_LONGEST_HEADER = 4_000_000
_OPINIONS = {"agree": 1, "disagree": -1, "pass": 0, "1": 1, "-1": -1, "0": 0}
_UNKNOWN = "is unknown; use agree, disagree, pass or 1, -1, 0"

Watch = Callable[[float], None]


@dataclass(frozen=True)
class Vote:
    """One opinion in a file, and the line it stands in."""

    line: int
    participant: str
    submission: str
    opinion: int


@dataclass(frozen=True)
class Texts:
    """What is known of submissions: their words, and which ones moderation has left out."""

    path: Path
    texts: Mapping[str, str]
    left_out: frozenset[str]


def read_votes(path: Path, progress: Watch | None = None) -> list[Vote]:
    """All votes, an earlier one of the same pair before the later one.

    Raises BadFile with every bad line, or when there is no vote in the file.
    """
    header = _header(path)
    if "vote" in header and "voter-id" in header:
        found = _polis_votes(path, progress)
    elif "participant" in header and any(map(str.isdigit, header)):
        found = _polis_matrix(path, [name for name in header if name.isdigit()], progress)
    else:
        found = _our_votes(path, progress)
    votes: list[Vote] = []
    problems: list[BadInput] = []
    for each in found:
        if isinstance(each, Vote):
            votes.append(each)
        else:
            problems.append(each)
    if problems:
        raise BadFile(path, problems)
    if not votes:
        raise BadFile(path, [BadInput(2, "", "there is no vote")])
    return votes


def read_texts(path: Path) -> Texts:
    """The words of submissions: columns id,title,text, or Polis `comments.csv`; raises BadFile."""
    if "comment-id" in _header(path):
        rows = _good_rows(path, POLIS_COMMENTS, "comment-id")
        return Texts(
            path,
            {row["comment-id"]: row["comment-body"] for row in rows},
            frozenset(row["comment-id"] for row in rows if row["moderated"] == "-1"),
        )
    rows = _good_rows(path, ("id", "title", "text"), "id")
    return Texts(path, {row["id"]: row["title"] or row["text"] for row in rows}, frozenset())


def read_topics(path: Path) -> dict[str, str]:
    """The topic of submissions: columns id,cluster, as `civicdialog cluster` writes them."""
    return {row["id"]: row["cluster"] for row in _good_rows(path, ("id", "cluster"), "id")}


def refuse_unknown(path: Path, votes: Sequence[Vote], texts: Texts) -> None:
    """Raises BadFile with every line that votes on something nobody wrote."""
    problems = [
        BadInput(
            vote.line, "submission", f"{vote.submission[:60]!r} does not stand in {texts.path.name}"
        )
        for vote in votes
        if vote.submission not in texts.texts
    ]
    if problems:
        raise BadFile(path, problems)


def _good_rows(path: Path, columns: Sequence[str], unique: str) -> Sequence[Row]:
    table = read_rows(path, required=columns, filled={unique}, unique={unique}, escaped=True)
    return table.or_raise().rows


def _header(path: Path) -> list[str]:
    """The names of the columns, as far as they can be read; what is wrong is told later."""
    with path.open(encoding="utf-8-sig", errors="replace", newline="") as file:
        first = file.readline(_LONGEST_HEADER)
    separator = ";" if ";" in first and "," not in first else ","
    try:
        return [name.strip() for name in next(csv.reader([first], delimiter=separator), [])]
    except csv.Error:
        return []


def _our_votes(path: Path, progress: Watch | None) -> Iterator[Vote | BadInput]:
    rows = iter_rows(
        path, required=OURS, filled=OURS, longest=LONGEST_ID, escaped=True, progress=progress
    )
    for row in rows:
        if isinstance(row, BadInput):
            yield row
        else:
            yield _vote(row.line, row["participant"], row["submission"], row["opinion"], "opinion")


def _polis_votes(path: Path, progress: Watch | None) -> Iterator[Vote | BadInput]:
    """In the order of time, so that the last vote of a pair is the one that counts."""
    timed: list[tuple[int, Vote]] = []
    for row in iter_rows(
        path, required=POLIS_VOTES, filled=POLIS_VOTES, longest=LONGEST_ID, progress=progress
    ):
        if isinstance(row, BadInput):
            yield row
            continue
        vote = _vote(row.line, row["voter-id"], row["comment-id"], row["vote"], "vote")
        if isinstance(vote, BadInput):
            yield vote
        elif not (row["timestamp"].isascii() and row["timestamp"].isdigit()):
            yield BadInput(row.line, "timestamp", f"{row['timestamp'][:40]!r} is no whole number")
        else:
            timed.append((int(row["timestamp"]), vote))
    yield from (vote for _, vote in sorted(timed, key=lambda pair: (pair[0], pair[1].line)))


def _polis_matrix(
    path: Path, columns: Sequence[str], progress: Watch | None
) -> Iterator[Vote | BadInput]:
    for row in iter_rows(
        path,
        required=("participant", *columns),
        filled={"participant"},
        longest=LONGEST_ID,
        progress=progress,
    ):
        if isinstance(row, BadInput):
            yield row
            continue
        for name in columns:
            if row[name]:
                yield _vote(row.line, row["participant"], name, row[name], name)


def _vote(line: int, who: str, what: str, opinion: str, column: str) -> Vote | BadInput:
    number = _OPINIONS.get(opinion)
    if number is None:
        return BadInput(line, column, f"{opinion[:40]!r} {_UNKNOWN}")
    return Vote(line, who, what, number)
