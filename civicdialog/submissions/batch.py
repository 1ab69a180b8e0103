"""A table from a workshop: every line is right, or all that is wrong is said and nothing stored."""

import tempfile
from pathlib import Path
from typing import IO

from civicdialog.analysis.files import BadInput, Row, read_rows
from civicdialog.core.errors import RuleBroken
from civicdialog.core.i18n import mark
from civicdialog.submissions.handing_in import (
    LONGEST_TEXT,
    LONGEST_TITLE,
    SubmissionDraft,
    check,
)
from civicdialog.submissions.models import Kind

MOST_ROWS = 500
KINDS = {
    "": Kind.USE_CASE,
    "anwendung": Kind.USE_CASE,
    "leitlinie": Kind.PRINCIPLE,
    "sorge": Kind.CONCERN,
    **{kind.value: kind for kind in Kind},
}

# What the reader of tables says, for the people at the desk.
_SAID: tuple[tuple[str, str], ...] = (
    ("this column is missing", mark("This column is missing in the first line.")),
    ("more than once", mark("This column stands in the first line more than once.")),
    ("cells instead of", mark("This line has another number of cells than the first one. Is a quotation mark or a comma missing?")),
    ("is empty", mark("This cell is empty.")),
    ("characters; at most", mark("This text is too long.")),
    ("UTF-", mark("The file is not saved as UTF-8. Please choose “CSV UTF-8” when saving.")),
    ("file is empty", mark("The file is empty.")),
)  # fmt: skip
_OTHERWISE = mark("This line cannot be read. Is a quotation mark missing?")

Problem = tuple[int, str, RuleBroken]
"""Line, column, and what is wrong."""


def read_batch(file: IO[bytes]) -> tuple[list[tuple[int, SubmissionDraft]], list[Problem]]:
    """The contributions of a table with the columns title, text and perhaps kind, by line."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "batch.csv"
        path.write_bytes(file.read())
        table = read_rows(
            path,
            required=("title", "text"),
            optional=("kind",),
            filled=("title", "text"),
            escaped=True,
        )
    drafts, problems = [], [_in_words(problem) for problem in table.problems]
    for row in table.rows:
        try:
            drafts.append((row.line, _draft(row)))
        except RuleBroken as error:
            problems.append((row.line, error.field or "", error))
    if not problems and not drafts:
        problems.append((1, "", RuleBroken(mark("The file has no contributions."))))
    if len(drafts) > MOST_ROWS:
        message = mark("Please divide the file: at most %(most)s lines at a time.")
        problems.append((1, "", RuleBroken(message, most=MOST_ROWS)))
    return drafts, sorted(problems, key=lambda problem: problem[:2])


def _draft(row: Row) -> SubmissionDraft:
    kind = KINDS.get(row.cells.get("kind", "").strip().casefold())
    if kind is None:
        raise RuleBroken(
            mark("Unknown kind. Use Anwendung, Leitlinie or Sorge, or leave the cell empty."),
            field="kind",
        )
    for column, most in (("title", LONGEST_TITLE), ("text", LONGEST_TEXT)):
        if len(row[column]) > most:
            raise RuleBroken(
                mark("Please use at most %(most)s characters."), field=column, most=most
            )
    draft = SubmissionDraft(title=row["title"], problem=row["text"], solution="", kind=kind)
    check(draft.cleaned(), needed=("title", "problem"))
    return draft


def _in_words(problem: BadInput) -> Problem:
    message = next((said for part, said in _SAID if part in problem.message), _OTHERWISE)
    return problem.line, problem.column, RuleBroken(message)
