"""From a CSV file of contributions to a CSV file of topics: the work of `civicdialog cluster`."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from civicdialog.analysis.files import (
    BadFile,
    BadInput,
    Row,
    Table,
    atomic_text,
    read_rows,
    write_rows,
)
from civicdialog.analysis.report import html_report
from civicdialog.analysis.runs import input_hash, library_versions, topics_as_dict
from civicdialog.analysis.topics import Progress, Theme, Topics, cluster_texts, silent, steer

COLUMNS = ("id", "title", "text")
RESULT = ("id", "cluster", "probability", "second", "subcluster")
_READ, _CLUSTERED = 0.1, 0.9


@dataclass(frozen=True)
class Clustered:
    """The result and the ids of its contributions, in sorted order."""

    topics: Topics
    ids: tuple[str, ...]


def cluster_file(
    in_path: Path | str,
    out_path: Path | str,
    *,
    k: int | None = None,
    seed: int = 0,
    decisions: Path | str | None = None,
    names: Path | str | None = None,
    report: Path | str | None = None,
    json_path: Path | str | None = None,
    progress: Progress | None = None,
) -> Clustered:
    """Reads id,title,text; writes id,cluster,probability,second,subcluster in the same order.

    decisions: file id,theme. names: file cluster,theme, where cluster is the number of a topic of
    the same run without names. report: HTML page. json_path: the whole result as JSON.
    Raises BadFile with every bad line before anything is written; ValueError for a k out of range.
    """
    say = progress or silent
    table = _contributions(Path(in_path), say)
    rows = sorted(table.rows, key=lambda row: row["id"])
    ids = tuple(row["id"] for row in rows)
    decided = _decisions(decisions, ids)
    renamed = _names(names)
    topics = cluster_texts(
        [row["title"] for row in rows],
        [row["text"] for row in rows],
        k=k,
        seed=seed,
        progress=lambda share, step: say(_READ + share * (_CLUSTERED - _READ), step),
    )
    if decided or renamed:
        topics = _steer(topics, ids, decided, renamed)
    say(_CLUSTERED, "Writing the results")
    _write_result(Path(out_path), topics, ids, [row["id"] for row in table.rows])
    facts = _facts(rows, k, seed, decided, renamed)
    if report:
        with atomic_text(Path(report)) as file:
            file.write(html_report(topics, ids, _in_german(facts)))
    if json_path:
        _write_json(Path(json_path), {**facts, **topics_as_dict(topics, ids)})
    say(1.0, "Writing the results")
    return Clustered(topics, ids)


def _contributions(path: Path, say: Progress) -> Table:
    """The contributions; raises BadFile when a line is bad or there is none."""
    table = read_rows(
        path,
        required=COLUMNS,
        filled={"id"},
        unique={"id"},
        progress=lambda share: say(share * _READ, "Reading the file"),
    )
    wordless = [
        BadInput(row.line, "text", "title and text are both empty; a contribution needs words")
        for row in table.rows
        if not row["title"] and not row["text"]
    ]
    empty = [] if table.rows or table.problems else [BadInput(2, "", "there is no contribution")]
    return Table(path, table.rows, (*table.problems, *wordless, *empty)).or_raise()


@dataclass(frozen=True)
class _Wishes:
    """What a file of decisions or names says: key to theme, and the line it stands in."""

    path: Path
    rows: Mapping[str, Row]

    def __bool__(self) -> bool:
        return bool(self.rows)


def _wishes(path: Path | str | None, key: str) -> _Wishes:
    """Reads key,theme; raises BadFile."""
    if path is None:
        return _Wishes(Path(), {})
    columns = (key, "theme")
    table = read_rows(path, required=columns, filled=columns, unique={key}, escaped=True)
    return _Wishes(Path(path), {row[key]: row for row in table.or_raise().rows})


def _decisions(path: Path | str | None, ids: Sequence[str]) -> _Wishes:
    """Decisions on contributions that exist; raises BadFile for others."""
    wishes = _wishes(path, "id")
    known = set(ids)
    _refuse(wishes, "id", [key for key in wishes.rows if key not in known], "no contribution")
    return wishes


def _names(path: Path | str | None) -> _Wishes:
    """Names of topics; whether the topics exist is known only after the run."""
    return _wishes(path, "cluster")


def _refuse(wishes: _Wishes, column: str, keys: Sequence[str], what: str) -> None:
    """Raises BadFile when there are keys that mean nothing."""
    if keys:
        raise BadFile(
            wishes.path,
            [BadInput(wishes.rows[key].line, column, f"there is {what} {key!r}") for key in keys],
        )


def _steer(topics: Topics, ids: Sequence[str], decided: _Wishes, renamed: _Wishes) -> Topics:
    """Names first; a decision for the number of a topic that kept its number means that topic."""
    numbers = {str(topic.theme): topic.theme for topic in topics.topics}
    _refuse(renamed, "cluster", [key for key in renamed.rows if key not in numbers], "no topic")
    names: dict[Theme, Theme] = {numbers[key]: row["theme"] for key, row in renamed.rows.items()}
    kept = {key: theme for key, theme in numbers.items() if theme not in names}
    place = {identity: index for index, identity in enumerate(ids)}
    moves = {place[key]: kept.get(row["theme"], row["theme"]) for key, row in decided.rows.items()}
    return steer(topics, decisions=moves, names=names)


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


def _facts(
    rows: Sequence[Row], k: int | None, seed: int, decided: _Wishes, renamed: _Wishes
) -> dict[str, object]:
    """What went in: the hash of the contributions, the parameters, the versions."""
    return {
        "input_sha256": input_hash((row["id"], row["title"], row["text"]) for row in rows),
        "parameters": {
            "k": k,
            "seed": seed,
            "decisions": {key: row["theme"] for key, row in decided.rows.items()},
            "names": {key: row["theme"] for key, row in renamed.rows.items()},
        },
        "versions": library_versions(),
    }


def _in_german(facts: Mapping[str, object]) -> dict[str, object]:
    """The facts for the foot of the report."""
    parameters, versions = facts["parameters"], facts["versions"]
    assert isinstance(parameters, dict)
    assert isinstance(versions, dict)
    return {
        "Prüfsumme der Beiträge (SHA-256)": facts["input_sha256"],
        "Zahl der Themen": parameters["k"] or "selbst gewählt",
        "Startwert": parameters["seed"],
        "Entscheidungen von Menschen": len(parameters["decisions"]) + len(parameters["names"]),
        "Programme": ", ".join(f"{name} {version}" for name, version in versions.items()),
    }


def _write_json(path: Path, result: Mapping[str, object]) -> None:
    """JSON for people and programs: sorted keys, one value per line."""
    with atomic_text(path) as file:
        json.dump(result, file, sort_keys=True, indent=1, ensure_ascii=False, allow_nan=False)
        file.write("\n")
