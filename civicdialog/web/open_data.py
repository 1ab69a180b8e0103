"""Open data of a round: everything that is public, free of personal data, as one archive a day.

A ZIP with CSV files, the same as JSON, a Frictionless data package that describes every column, a
README and the licence. Who wrote or voted what is nowhere in it; votes are sums, and only once
nobody can vote any more. The same content gives the same bytes.
"""

import csv
import hashlib
import io
import json
import os
import zipfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from flask import Flask, current_app
from sqlalchemy import select
from sqlalchemy.orm import aliased, selectinload

from civicdialog.analysis.files import safe_cell
from civicdialog.committee.deliberation_models import Recommendation, RecommendationVersion, Stage
from civicdialog.config import Settings
from civicdialog.core import clock
from civicdialog.core.city import city
from civicdialog.core.db import db
from civicdialog.core.i18n import mark
from civicdialog.core.speaking import speaking
from civicdialog.discussion.models import Argument
from civicdialog.insights.models import Cluster, ClusterMember, ClusterRun, RunStatus
from civicdialog.notifications.digest import last_morning
from civicdialog.notifications.models import Rhythm
from civicdialog.rounds.models import Deed, Round
from civicdialog.submissions.models import Status, Submission
from civicdialog.trace.models import Relation, TraceLink
from civicdialog.web.words import gettext

OPEN_DATA = "write-open-data"
LICENCE = (
    "CC-BY-4.0",
    "Creative Commons Attribution 4.0",
    "https://creativecommons.org/licenses/by/4.0/",
)
AT_A_TIME = 500
OF_OLD = (1980, 1, 1, 0, 0, 0)
"""The date of every file in the archive, so that the bytes say nothing but the content."""
PRIVATE = frozenset({Relation.REJECTED, Relation.CHANGE_ASKED, Relation.MOVED})

Row = tuple[Any, ...]


@dataclass(frozen=True)
class Field:
    """A column: its name, its type in a Table Schema, and what it means."""

    name: str
    type: str
    about: str


@dataclass(frozen=True)
class Resource:
    """One table of the archive."""

    name: str
    about: str
    fields: tuple[Field, ...]
    rows: Callable[[Round, str], Iterator[Row]]


def _fields(*triples: tuple[str, str, str]) -> tuple[Field, ...]:
    return tuple(Field(*each) for each in triples)


# ---- the tables ---------------------------------------------------------------------------------


def _contributions(round: Round, base_url: str) -> Iterator[Row]:
    topics = _topics_of_contributions(round.id)
    has_ended = _has_ended(round)
    wanted = _public(round.id).order_by(Submission.number)
    for each in db.session.scalars(wanted).yield_per(AT_A_TIME):
        votes = (
            (each.agree_count, each.disagree_count, each.pass_count) if has_ended else (None,) * 3
        )
        yield (
            each.public_id, each.title, each.body, _moment(each.created_at), each.channel.value,
            each.number, each.kind.value, each.department, _moment(each.published_at),
            _moment(each.edited_at), topics.get(each.id), *votes, each.argument_count,
            f"{base_url}/submissions/{each.public_id}",
        )  # fmt: skip


def _arguments(round: Round, base_url: str) -> Iterator[Row]:
    parent = aliased(Argument)
    wanted = (
        select(Argument, Submission.public_id, parent.public_id)
        .join(Submission, Submission.id == Argument.submission_id)
        .outerjoin(parent, parent.id == Argument.parent_id)
        .where(
            Submission.round_id == round.id,
            Submission.status == Status.PUBLISHED,
            Argument.is_public,
        )
        .order_by(Argument.id)
    )
    for each, contribution, answers in db.session.execute(wanted).yield_per(AT_A_TIME):
        yield (
            each.public_id, contribution, answers or "", each.stance.value,
            each.is_official, each.text, _moment(each.created_at), each.helpful_count,
        )  # fmt: skip


def _topics(round: Round, base_url: str) -> Iterator[Row]:
    for each in _current_topics(round.id):
        terms = " ".join(map(str, each.terms))
        yield each.key, each.label, terms, each.size + each.later_count, each.leftover


def _steps(round: Round, base_url: str) -> Iterator[Row]:
    wanted = (
        select(TraceLink, Submission.public_id)
        .join(Submission, Submission.id == TraceLink.from_id)
        .where(
            TraceLink.from_kind == Submission.__tablename__,
            TraceLink.relation.not_in(PRIVATE),
            TraceLink.superseded_by_id.is_(None),
            Submission.round_id == round.id,
            Submission.status == Status.PUBLISHED,
        )
        .order_by(TraceLink.id)
    )
    for link, contribution in db.session.execute(wanted).yield_per(AT_A_TIME):
        yield contribution, _moment(link.at), link.relation.value, link.reason


def _recommendations(round: Round, base_url: str) -> Iterator[Row]:
    wanted = (
        select(Recommendation, RecommendationVersion)
        .join(RecommendationVersion, RecommendationVersion.recommendation_id == Recommendation.id)
        .where(
            Recommendation.round_id == round.id,
            Recommendation.stage == Stage.PUBLISHED,
            RecommendationVersion.number == Recommendation.version_count,
        )
        .order_by(Recommendation.id)
    )
    for each, version in db.session.execute(wanted):
        cited = select(Submission.public_id).where(
            Submission.id.in_(version.cites), Submission.status == Status.PUBLISHED
        )
        yield (
            each.public_id, version.title, version.text, version.reasons,
            _moment(each.decided_at), each.answer_due_on, each.reply.value if each.reply else "",
            each.reply_reasons, " ".join(db.session.scalars(cited.order_by(Submission.number))),
            " ".join(str(key) for key, _ in version.topics),
            f"{base_url}/recommendations/{each.public_id}",
        )  # fmt: skip


RESOURCES = (
    Resource(
        "contributions",
        mark("Published proposals, principles and concerns"),
        _fields(
            ("id", "string", mark("The id in addresses of this site")),
            ("title", "string", mark("The title")),
            ("text", "string", mark("All that was written below the title")),
            ("created", "datetime", mark("When it was handed in")),
            ("channel", "string", mark("How it reached the city: online, paper, phone, event")),
            ("number", "integer", mark("The number in its round")),
            ("kind", "string", mark("use_case, principle or concern")),
            ("department", "string", mark("The area of the administration, if one was named")),
            ("published", "datetime", mark("When it was published")),
            ("changed", "datetime", mark("When its text was changed last")),
            ("topic", "integer", mark("The topic a program or a person has put it into")),
            ("agree", "integer", mark("How many agree; empty while people can vote")),
            ("disagree", "integer", mark("How many disagree; empty while people can vote")),
            ("pass", "integer", mark("How many are undecided; empty while people can vote")),
            ("arguments", "integer", mark("How many arguments, questions and answers there are")),
            ("url", "string", mark("Its page")),
        ),
        _contributions,
    ),
    Resource(
        "arguments",
        mark("Published arguments, questions and answers"),
        _fields(
            ("id", "string", mark("The id in addresses of this site")),
            ("contribution", "string", mark("The contribution it is about")),
            ("answers", "string", mark("The argument it answers")),
            ("stance", "string", mark("for, against, question or remark")),
            ("official", "boolean", mark("Whether the administration says it")),
            ("text", "string", mark("What it says")),
            ("created", "datetime", mark("When it was handed in")),
            ("helpful", "integer", mark("How many found it helpful")),
        ),
        _arguments,
    ),
    Resource(
        "topics",
        mark("The topics the contributions are grouped under"),
        _fields(
            ("topic", "integer", mark("The number a topic keeps")),
            ("label", "string", mark("Its name")),
            ("terms", "string", mark("Its telling words")),
            ("size", "integer", mark("How many contributions it holds")),
            ("leftover", "boolean", mark("Whether it only holds what could not be compared")),
        ),
        _topics,
    ),
    Resource(
        "steps",
        mark("What became of each contribution"),
        _fields(
            ("contribution", "string", mark("The contribution it is about")),
            ("at", "datetime", mark("When")),
            ("step", "string", mark("What happened")),
            ("reason", "string", mark("Why")),
        ),
        _steps,
    ),
    Resource(
        "recommendations",
        mark("Published recommendations of the advisory committee and the city’s answers"),
        _fields(
            ("id", "string", mark("The id in addresses of this site")),
            ("title", "string", mark("The title")),
            ("text", "string", mark("What it says")),
            ("reasons", "string", mark("Why")),
            ("decided", "datetime", mark("When the committee decided")),
            ("answer_due", "date", mark("Until when the administration shall answer")),
            ("answer", "string", mark("accept, partly or reject; empty before the answer")),
            ("answer_reasons", "string", mark("What the city says to it")),
            ("contributions", "string", mark("The contributions it rests on")),
            ("topics", "string", mark("The topics it rests on")),
            ("url", "string", mark("Its page")),
        ),
        _recommendations,
    ),
)


def _public(round_id: int) -> Any:
    return select(Submission).where(
        Submission.round_id == round_id, Submission.status == Status.PUBLISHED
    )


def _current_topics(round_id: int) -> Sequence[Cluster]:
    wanted = (
        select(Cluster)
        .join(ClusterRun, ClusterRun.id == Cluster.run_id)
        .where(ClusterRun.round_id == round_id, ClusterRun.status == RunStatus.CURRENT)
        .order_by(Cluster.position)
    )
    return db.session.scalars(wanted).all()


def _topics_of_contributions(round_id: int) -> dict[int, int]:
    keys = {each.id: each.key for each in _current_topics(round_id)}
    wanted = select(ClusterMember.submission_id, ClusterMember.cluster_id).where(
        ClusterMember.cluster_id.in_(keys)
    )
    return {submission: keys[topic] for submission, topic in db.session.execute(wanted)}


def _has_ended(round: Round) -> bool:
    """Whether nobody can vote any more: before that sums would tell how it stands."""
    last = round.last_chance_for(Deed.VOTE)
    return last is not None and last <= clock.now()


def _moment(value: datetime | None) -> str:
    return value.strftime("%Y-%m-%dT%H:%M:%SZ") if value else ""


# ---- the archive --------------------------------------------------------------------------------


@dataclass(frozen=True)
class Published:
    """An archive that lies ready."""

    path: Path
    sha256: str
    size: int
    made_at: datetime


def archive_of(round_id: int) -> Published | None:
    """The archive of a round, if one was made already."""
    path = _path(round_id)
    try:
        note = json.loads(path.with_suffix(".json").read_text("utf-8"))
        size = path.stat().st_size
    except (OSError, ValueError):
        return None
    return Published(path, note["sha256"], size, datetime.fromisoformat(note["made_at"]))


def write_archive(round: Round) -> Published:
    """Write the archive of a public round; readers see the old one until the new one is complete."""
    path = _path(round.id)
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        with speaking(city().languages[0]):
            _write(part, round)
        sha256 = hashlib.sha256(part.read_bytes()).hexdigest()
        made_at = clock.now()
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)
    note = {"sha256": sha256, "made_at": made_at.isoformat()}
    path.with_suffix(".json").write_text(json.dumps(note), "utf-8")
    return Published(path, sha256, path.stat().st_size, made_at)


def write_due_archives() -> None:
    """Write the archives of all public rounds once a morning."""
    due = last_morning(clock.now(), Rhythm.DAILY)
    rounds = select(Round).where(Round.is_public).options(selectinload(Round.phases))
    for round in db.session.scalars(rounds.order_by(Round.id)).all():
        ready = archive_of(round.id)
        if ready is None or ready.made_at < due:
            write_archive(round)
    db.session.rollback()


def _path(round_id: int) -> Path:
    settings: Settings = current_app.extensions["settings"]
    return settings.instance_path / "open-data" / f"{round_id}.zip"


def _write(path: Path, round: Round) -> None:
    base_url = current_app.extensions["settings"].base_url
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        document: dict[str, Any] = {"round": _about(round, base_url)}
        for resource in RESOURCES:
            rows = list(resource.rows(round, base_url))
            _put(archive, f"{resource.name}.csv", _as_csv(resource, rows))
            names = [field.name for field in resource.fields]
            document[resource.name] = [dict(zip(names, row, strict=True)) for row in rows]
        _put(archive, "round.json", _as_json(document))
        _put(archive, "datapackage.json", _as_json(_package(round, base_url)))
        _put(archive, "README.txt", _readme(round, base_url))


def _put(archive: zipfile.ZipFile, name: str, content: str) -> None:
    entry = zipfile.ZipInfo(name, OF_OLD)
    entry.compress_type = zipfile.ZIP_DEFLATED
    entry.external_attr = 0o644 << 16
    archive.writestr(entry, content.encode())


def _as_csv(resource: Resource, rows: Sequence[Row]) -> str:
    file = io.StringIO()
    writer = csv.writer(file, lineterminator="\r\n")
    writer.writerow([field.name for field in resource.fields])
    writer.writerows([[safe_cell(_cell(value)) for value in row] for row in rows])
    return file.getvalue()


def _cell(value: object) -> object:
    return str(value).lower() if isinstance(value, bool) else value


def _as_json(values: object) -> str:
    return json.dumps(values, ensure_ascii=False, indent=1, default=str) + "\n"


def _about(round: Round, base_url: str) -> dict[str, Any]:
    return {
        "title": round.title,
        "question": round.question,
        "url": f"{base_url}/rounds/{round.slug}",
        "city": city().name,
        "sample": round.is_sample,
        "phases": [
            {"kind": each.kind.value, "from": _moment(each.starts_at), "to": _moment(each.ends_at)}
            for each in round.phases
        ],
    }


def _package(round: Round, base_url: str) -> dict[str, Any]:
    """The description of all tables, as https://specs.frictionlessdata.io/data-package/ has it."""
    name, title, url = LICENCE
    return {
        "profile": "tabular-data-package",
        "name": round.slug,
        "title": round.title,
        "homepage": f"{base_url}/rounds/{round.slug}",
        "licenses": [{"name": name, "title": title, "path": url}],
        "resources": [
            {
                "profile": "tabular-data-resource",
                "name": resource.name,
                "description": gettext(resource.about),
                "path": f"{resource.name}.csv",
                "format": "csv",
                "mediatype": "text/csv",
                "encoding": "utf-8",
                "schema": {
                    "fields": [
                        {
                            "name": field.name,
                            "type": field.type,
                            "description": gettext(field.about),
                        }
                        for field in resource.fields
                    ],
                    "missingValues": [""],
                },
            }
            for resource in RESOURCES
        ],
    }


def _readme(round: Round, base_url: str) -> str:
    texts = []
    for language in city().languages:
        with speaking(language):
            template = current_app.jinja_env.get_template("web/open-data.txt")
            texts.append(
                template.render(
                    round=round,
                    url=f"{base_url}/rounds/{round.slug}",
                    operator=city().operator,
                    licence=LICENCE,
                    resources=[(each.name, gettext(each.about)) for each in RESOURCES],
                ).strip()
            )
    return ("\n\n" + "=" * 70 + "\n\n").join(texts) + "\n"


def register(app: Flask) -> None:
    """Give the doorbell this duty."""
    app.extensions["doorbell"].add(OPEN_DATA, write_due_archives)
