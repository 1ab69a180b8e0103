"""From a file of votes to opinion groups and figures: the work of `civicdialog opinions`."""

import shlex
from collections.abc import Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from civicdialog.analysis.files import atomic_text, write_rows
from civicdialog.analysis.opinion_input import Ballot, OpinionInput, ballots_of
from civicdialog.analysis.opinion_report.origin import Origin
from civicdialog.analysis.opinion_report.page import html_report
from civicdialog.analysis.opinion_run import Progress, result_hash, summed_up
from civicdialog.analysis.opinion_votes import (
    Texts,
    Vote,
    read_texts,
    read_topics,
    read_votes,
    refuse_unknown,
)
from civicdialog.analysis.opinions import Opinions
from civicdialog.analysis.run_file import as_bytes, opinion_run_file
from civicdialog.analysis.runs import library_versions

READING, WRITING = "Reading the votes", "Writing the results"
_READ, _SUMMED = 0.2, 0.95
LANGUAGES = ("de", "en")
LETTERS = "ABCDE"
RUN_NAME = "run.json"
_PARTS = ("everybody", "active", "unflagged", "accounts")
_COUNTS = ("agree", "disagree", "pass", "share", "low", "high")
_SCORES = ("shelf", "smoothed", "controversy", "bridging", "gap", "differs", "x", "y")


@dataclass(frozen=True)
class Choices:
    """What people can choose for a run."""

    seed: int = 0
    comments: Path | None = None
    """File of what the submissions say; those that moderation left out are left out."""
    topics: Path | None = None
    """File id,cluster: opinions are summed up by topic, too."""
    language: str = "de"
    """Of the report."""


@dataclass(frozen=True)
class Summed:
    """The result, and how many votes in the file were left out."""

    result: Mapping[str, Any]
    left_out: int


def opinions_file(
    in_path: Path, out_dir: Path, choices: Choices, *, progress: Progress | None = None
) -> Summed:
    """Reads votes; writes groups.csv, statements.csv, map.json, summary.json, run.json, report.html.

    Before anything is written, raises BadFile with every bad line.
    """
    say = progress or (lambda share, step: None)
    votes = read_votes(in_path, lambda share: say(share * _READ, READING))
    texts = read_texts(choices.comments) if choices.comments else None
    if texts:
        refuse_unknown(in_path, votes, texts)
    counted = _Counted.of(votes, texts, read_topics(choices.topics) if choices.topics else {})
    result, opinions = summed_up(
        counted.given,
        seed=choices.seed,
        progress=lambda share, step: say(_READ + share * (_SUMMED - _READ), step),
    )
    say(_SUMMED, WRITING)
    run = _run(counted.given, result, choices)
    out_dir.mkdir(parents=True, exist_ok=True)
    write_rows(
        out_dir / "groups.csv", ("participant", "group", "probability"), counted.groups(opinions)
    )
    _write_statements(out_dir / "statements.csv", result, counted.texts)
    _write_json(out_dir / "map.json", _map(result))
    _write_json(out_dir / "summary.json", _summary(run, counted.left_out))
    _write_json(out_dir / RUN_NAME, run)
    with atomic_text(out_dir / "report.html") as file:
        origin = _origin(in_path, out_dir, run, choices)
        file.write(html_report(result, counted.texts, origin, counted.left_out, choices.language))
    say(1.0, WRITING)
    return Summed(result, counted.left_out)


@dataclass(frozen=True)
class _Counted:
    """The votes without names, and what leads back to them in this file alone."""

    given: OpinionInput
    ballots: Mapping[Hashable, Ballot]
    texts: Mapping[str, str]
    left_out: int

    @classmethod
    def of(
        cls, votes: Sequence[Vote], texts: Texts | None, topics: Mapping[str, str]
    ) -> "_Counted":
        """Votes on what moderation left out do not count."""
        gone = texts.left_out if texts else frozenset()
        kept = [(vote.participant, vote.submission, vote.opinion) for vote in votes]
        kept = [vote for vote in kept if vote[1] not in gone]
        ids = {name for name in (texts.texts if texts else {}) if name not in gone}
        ids.update(name for _, name, _ in kept)
        given = OpinionInput.of(ids, kept, topics=topics)
        ballots, _ = ballots_of(given.ids, kept)
        return cls(given, ballots, texts.texts if texts else {}, len(votes) - len(kept))

    def groups(self, opinions: Opinions) -> Iterator[tuple[object, ...]]:
        """Participant, group and its probability; who is in no group has neither."""
        row_of = {ballot: row for row, ballot in enumerate(self.given.ballots)}
        has_groups = opinions.k > 1 and not opinions.why_no_groups
        for who, ballot in self.ballots.items():
            row = row_of[ballot]
            group = int(opinions.labels[row]) if has_groups else -1
            if group < 0:
                yield who, "", ""
            else:
                yield who, LETTERS[group], f"{opinions.probabilities[row, group]:.4f}"


def _write_statements(path: Path, result: Mapping[str, Any], texts: Mapping[str, str]) -> None:
    """One row a submission with all figures; what counts too few people is empty."""
    letters = LETTERS[: len(result["groups"])]
    parts = [*_PARTS, *(f"group_{letter}" for letter in letters)]
    header = ["id", "text", *_SCORES, *(f"{part}_{name}" for part in parts for name in _COUNTS)]
    header += [f"group_{letter}_differs" for letter in letters]
    write_rows(path, header, (_statement(each, texts) for each in result["statements"]))


def _statement(each: Mapping[str, Any], texts: Mapping[str, str]) -> list[object]:
    figures = [*(each[part] for part in _PARTS), *each["groups"]]
    return [
        each["id"],
        texts.get(each["id"], ""),
        *(_cell(each[name]) for name in _SCORES),
        *(_cell(figure[name]) if figure else "" for figure in figures for name in _COUNTS),
        *map(_cell, each["groups_differ"]),
    ]


def _cell(value: object) -> object:
    """Yes and no as 1 and 0."""
    return int(value) if isinstance(value, bool) else value


def _write_json(path: Path, values: Mapping[str, Any]) -> None:
    with atomic_text(path) as file:
        file.write(as_bytes(values).decode("utf-8"))


def _map(result: Mapping[str, Any]) -> dict[str, Any]:
    """Cells, groups and directions of submissions on the opinion map."""
    return {
        **result["map"],
        "groups": [
            {"group": LETTERS[each["group"]], **{name: each[name] for name in ("x", "y", "size")}}
            for each in result["groups"]
        ],
        "statements": [
            {name: each[name] for name in ("id", "x", "y")}
            for each in result["statements"]
            if each["x"] is not None
        ],
    }


def _run(given: OpinionInput, result: Mapping[str, Any], choices: Choices) -> dict[str, Any]:
    return opinion_run_file(
        given=given.as_values(),
        previous=None,
        seed=choices.seed,
        versions=library_versions(),
        input_sha256=given.sha256,
        previous_sha256="",
        result_sha256=result_hash(result),
        result=result,
    )


def _summary(run: Mapping[str, Any], left_out: int) -> dict[str, Any]:
    """Everything but the map and the single submissions, with what makes the run repeatable."""
    told = {
        name: value
        for name, value in run["result"].items()
        if name not in ("statements", "map", "format", "last_key", "wanted_k", "agreeing")
    }
    shelves = [each["shelf"] for each in run["result"]["statements"]]
    return {
        **told,
        "left_out": left_out,
        "shelves": {name: shelves.count(name) for name in ("common", "divides", "mixed", "few")},
        **{name: run[name] for name in ("versions", "input_sha256", "result_sha256")},
    }


def _origin(in_path: Path, out_dir: Path, run: Mapping[str, Any], choices: Choices) -> Origin:
    """The call of this run; files by their names alone, for folders differ."""
    parts = ["civicdialog", "opinions", in_path.name, "--out", out_dir.name or "."]
    parts += ["--seed", str(choices.seed)]
    for option, path in (("--comments", choices.comments), ("--topics", choices.topics)):
        parts += [option, path.name] if path else []
    return Origin(
        command=shlex.join([*parts, "--language", choices.language]),
        check=f"civicdialog verify-run {RUN_NAME}",
        input_sha256=run["input_sha256"],
        result_sha256=run["result_sha256"],
        seed=choices.seed,
        versions=run["versions"],
    )
