"""From a CSV file of contributions to a CSV file of topics: the work of `civicdialog cluster`."""

import shlex
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from civicdialog.analysis.files import (
    BadFile,
    BadInput,
    Row,
    Table,
    atomic_text,
    read_rows,
    read_words,
    write_rows,
)
from civicdialog.analysis.report.origin import Origin
from civicdialog.analysis.report.page import html_report
from civicdialog.analysis.run_file import as_bytes, run_file
from civicdialog.analysis.runs import input_hash, library_versions, result_hash, topics_as_dict
from civicdialog.analysis.sentence_vectors import MODEL
from civicdialog.analysis.topics import Progress, Topics, cluster_texts, silent
from civicdialog.analysis.wishes import followed, with_stability, without_parts

COLUMNS = ("id", "title", "text")
RESULT = ("id", "cluster", "probability", "second", "subcluster")
JSON_NAME = "ergebnis.json"
READING, CHECKING, WRITING = "Reading the file", "Checking the stability", "Writing the results"
_READ, _CLUSTERED, _WRITTEN = 0.05, 0.95, 1.0
_BEFORE_CHECKING = 0.75


@dataclass(frozen=True)
class Choices:
    """What people can choose for a run; without it the texts decide."""

    k: int | None = None
    """Number of topics."""
    seed: int = 0
    levels: int = 2
    """1: topics only; 2: large topics are divided into sub-topics."""
    words_only: bool = False
    """Compare words, not sentences, even where the sentence encoder is installed."""
    check_stability: bool = False
    """Group samples, too, and say how far they agree. Takes several times as long."""
    decisions: Path | None = None
    """File id,theme: contributions moved by hand."""
    names: Path | None = None
    """File cluster,theme, where cluster is the number of a topic of the same run without names."""
    ignore: Path | None = None
    """File of words, one per line, that neither topics nor labels may use."""


BY_ITSELF = Choices()


@dataclass(frozen=True)
class Clustered:
    """The result and the ids of its contributions, in sorted order."""

    topics: Topics
    ids: tuple[str, ...]


def cluster_file(
    in_path: Path | str,
    out_path: Path | str,
    choices: Choices = BY_ITSELF,
    *,
    report: Path | str | None = None,
    json_path: Path | str | None = None,
    progress: Progress | None = None,
) -> Clustered:
    """Reads id,title,text; writes id,cluster,probability,second,subcluster in the same order.

    report: HTML page. json_path: the whole result as JSON. Before anything is written, raises
    BadFile with every bad line, ValueError for an impossible choice or two files in one place, and
    NotADirectoryError for a file in no folder.
    """
    say = progress or silent
    _check_places(Path(in_path), [Path(path) for path in (out_path, report, json_path) if path])
    table = _contributions(Path(in_path), say)
    rows = sorted(table.rows, key=lambda row: row["id"])
    ids = tuple(row["id"] for row in rows)
    wishes = _Wishes.read(choices, ids)
    topics = _grouped(rows, choices, wishes, say)
    say(_CLUSTERED, WRITING)
    _write_result(Path(out_path), topics, ids, [row["id"] for row in table.rows])
    run = _run(rows, topics, choices, wishes)
    if report:
        command = _command(Path(in_path), Path(out_path), choices)
        with atomic_text(Path(report)) as file:
            file.write(html_report(topics, ids, _origin(run, command)))
    if json_path:
        with atomic_text(Path(json_path)) as file:
            file.write(as_bytes(run).decode("utf-8"))
    say(_WRITTEN, WRITING)
    return Clustered(topics, ids)


def _check_places(source: Path, targets: Sequence[Path]) -> None:
    """Raises when a result would replace something else, or has no folder to go to."""
    for place, path in enumerate(targets):
        if not path.parent.is_dir():
            raise NotADirectoryError(f"{path}: there is no folder {path.parent}")
        if path.resolve() in {other.resolve() for other in (source, *targets[:place])}:
            raise ValueError(f"{path}: this file is used twice; choose another name")


def _contributions(path: Path, say: Progress) -> Table:
    """The contributions; raises BadFile when a line is bad or there is none."""
    table = read_rows(
        path,
        required=COLUMNS,
        filled={"id"},
        unique={"id"},
        progress=lambda share: say(share * _READ, READING),
    )
    wordless = [
        BadInput(row.line, "text", "title and text are both empty; a contribution needs words")
        for row in table.rows
        if not row["title"] and not row["text"]
    ]
    empty = [] if table.rows or table.problems else [BadInput(2, "", "there is no contribution")]
    return Table(path, table.rows, (*table.problems, *wordless, *empty)).or_raise()


@dataclass(frozen=True)
class _Themes:
    """What a file of decisions or names says: key to theme, and the line it stands in."""

    path: Path = Path()
    rows: Mapping[str, Row] = field(default_factory=dict)

    @classmethod
    def read(cls, path: Path | None, key: str) -> "_Themes":
        """Reads key,theme; raises BadFile."""
        if path is None:
            return cls()
        columns = (key, "theme")
        table = read_rows(path, required=columns, filled=columns, unique={key}, escaped=True)
        return cls(path, {row[key]: row for row in table.or_raise().rows})

    def refuse(self, keys: Iterable[str], column: str, what: str) -> None:
        """Raises BadFile when there are keys that mean nothing."""
        problems = [
            BadInput(self.rows[key].line, column, f"there is {what} {key!r}") for key in keys
        ]
        if problems:
            raise BadFile(self.path, problems)

    def as_dict(self) -> dict[str, str]:
        """Key to theme."""
        return {key: row["theme"] for key, row in self.rows.items()}


@dataclass(frozen=True)
class _Wishes:
    """What the files of the committee say."""

    decisions: _Themes
    names: _Themes
    ignored: tuple[str, ...]

    @classmethod
    def read(cls, choices: Choices, ids: Sequence[str]) -> "_Wishes":
        """Reads all files; raises BadFile, also for decisions on contributions nobody sent."""
        decisions, known = _Themes.read(choices.decisions, "id"), set(ids)
        decisions.refuse(
            [key for key in decisions.rows if key not in known], "id", "no contribution"
        )
        return cls(
            decisions,
            _Themes.read(choices.names, "cluster"),
            read_words(choices.ignore) if choices.ignore else (),
        )


def _grouped(rows: Sequence[Row], choices: Choices, wishes: _Wishes, say: Progress) -> Topics:
    """The topics as the texts suggest and people decided."""
    until = _BEFORE_CHECKING if choices.check_stability else _CLUSTERED
    topics = cluster_texts(
        [row["title"] for row in rows],
        [row["text"] for row in rows],
        k=choices.k,
        seed=choices.seed,
        ignore=wishes.ignored,
        words_only=choices.words_only,
        floods_once=True,
        progress=lambda share, step: say(_READ + share * (until - _READ), step),
    )
    if choices.check_stability:
        say(until, CHECKING)
        topics = with_stability(topics)
    numbers = {str(topic.theme) for topic in topics.topics}
    unknown = [key for key in wishes.names.rows if key not in numbers]
    wishes.names.refuse(unknown, "cluster", "no topic")
    topics = followed(
        topics,
        [row["id"] for row in rows],
        names=wishes.names.as_dict(),
        decisions=wishes.decisions.as_dict(),
    )
    return topics if choices.levels > 1 else without_parts(topics)


def _write_result(path: Path, topics: Topics, ids: Sequence[str], order: Sequence[str]) -> None:
    """The table of results, in the order of the input."""
    place = {identity: index for index, identity in enumerate(ids)}
    write_rows(
        path,
        RESULT,
        (
            (
                identity,
                topics.labels[row],
                f"{topics.probability[row]:.4f}",
                topics.second[row],
                topics.sublabels[row],
            )
            for identity in order
            for row in [place[identity]]
        ),
    )


def _run(rows: Sequence[Row], topics: Topics, choices: Choices, wishes: _Wishes) -> dict[str, Any]:
    """All that is needed to compute the run again, and what came out: see `run_file`."""
    result = topics_as_dict(topics, [row["id"] for row in rows])
    return run_file(
        contributions=[{name: row[name] for name in COLUMNS} for row in rows],
        vectors=None,  # Anybody who has the encoder gets the same ones.
        model=MODEL,
        method=topics.method,
        parameters={
            "k": choices.k,
            "seed": choices.seed,
            "levels": choices.levels,
            "words_only": choices.words_only,
            "floods_once": True,
            "ignore": list(wishes.ignored),
            "decisions": wishes.decisions.as_dict(),
            "names": wishes.names.as_dict(),
        },
        versions=library_versions(),
        input_sha256=input_hash((row["id"], row["title"], row["text"]) for row in rows),
        result_sha256=result_hash(result),
        result=result,
    )


def _command(in_path: Path, out_path: Path, choices: Choices) -> str:
    """The call of this run; files by their names alone, for folders differ."""
    parts = ["civicdialog", "cluster", in_path.name, "--out", out_path.name]
    parts += ["--seed", str(choices.seed), "--levels", str(choices.levels)]
    parts += ["--k", str(choices.k)] if choices.k else []
    for option, path in (
        ("--decisions", choices.decisions),
        ("--names", choices.names),
        ("--ignore", choices.ignore),
    ):
        parts += [option, path.name] if path else []
    parts += ["--words-only"] if choices.words_only else []
    parts += ["--stability"] if choices.check_stability else []
    return shlex.join([*parts, "--json", JSON_NAME])


def _origin(run: Mapping[str, Any], command: str) -> Origin:
    """What went in and how, in German, for the report."""
    chosen = run["parameters"]
    return Origin(
        command,
        f"civicdialog verify-run {JSON_NAME}",
        run["input_sha256"],
        run["result_sha256"],
        {
            "Zahl der Themen": f"{chosen['k']}, so gewünscht" if chosen["k"] else "selbst gewählt",
            "Startwert": str(chosen["seed"]),
            "Ebenen": str(chosen["levels"]),
            "Wörter, die nicht zählen": ", ".join(chosen["ignore"]) or "keine",
            "Von Menschen verschobene Beiträge": str(len(chosen["decisions"])),
            "Von Menschen benannte Themen": str(len(chosen["names"])),
            "Programme": ", ".join(f"{name} {each}" for name, each in run["versions"].items()),
        },
    )
