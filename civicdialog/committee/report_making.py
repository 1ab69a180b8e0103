"""Making a report: read, compose and write without any transaction, then keep."""

import hashlib
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

from flask import current_app
from sqlalchemy import select
from sqlalchemy.orm import selectinload

from civicdialog.committee import report_queries as queries
from civicdialog.committee.report_actions import Made, Wanted, check, keep_report
from civicdialog.committee.report_models import Report
from civicdialog.committee.reporting.blocks import Document, Imprint
from civicdialog.committee.reporting.composing import compose
from civicdialog.committee.reporting.formats import writer_of
from civicdialog.committee.reporting.gathered import gather
from civicdialog.committee.reporting.wording import moment
from civicdialog.config import Settings
from civicdialog.core import clock
from civicdialog.core.db import db, transaction
from civicdialog.core.i18n import mark
from civicdialog.core.ids import new_public_id
from civicdialog.core.permissions import Actor
from civicdialog.core.speaking import speaking
from civicdialog.rounds.models import Round

Progress = Callable[[float, str], None]

READING = mark("Reading the contributions")
STEPS = {
    "pdf": mark("Setting the PDF"),
    "docx": mark("Writing the file for Word"),
    "xlsx": mark("Writing the file for Excel"),
    "html": mark("Writing the HTML file"),
}
KEEPING = mark("Keeping the result")
_READ, _COMPOSED, _WRITTEN = 0.05, 0.3, 0.95


def make_report(
    actor: Actor, round: Round, wanted: Wanted, *, progress: Progress | None = None
) -> Report:
    """Make all wanted files and keep them as a new version.

    :raise RuleBroken: if such a report cannot be made
    """
    tell = progress or (lambda share, step: None)
    round_id = round.id
    tell(_READ, READING)
    with speaking(wanted.language):
        round = db.session.scalars(
            select(Round).options(selectinload(Round.phases)).where(Round.id == round_id),
            execution_options={"populate_existing": True},
        ).one()
        check(round, wanted)
        gathered = gather(round, wanted.topic_key)
        document = compose(gathered, wanted.language, with_list=wanted.has_list)
        topic_label = gathered.only.name if gathered.only else ""
        now, number = clock.now().replace(microsecond=0), queries.last_number(round_id) + 1
        imprint = Imprint(number, moment(now), now.isoformat(), document.sha256)
        db.session.rollback()
        files = _write(round_id, document, imprint, wanted.formats, tell)
    tell(_WRITTEN, KEEPING)
    made = Made(topic_label, document.sha256, tuple(files))
    try:
        with transaction():
            return keep_report(actor, db.session.get_one(Round, round_id), wanted, number, made)
    except BaseException:
        for file in files:
            path_of(file).unlink(missing_ok=True)
        raise


def _write(
    round_id: int, document: Document, imprint: Imprint, formats: tuple[str, ...], tell: Progress
) -> list[dict[str, Any]]:
    """One file a format, each complete or not there at all."""
    name = f"reports/{round_id}/{imprint.number:04d}-{new_public_id()}"
    files = []
    for n, key in enumerate(formats):
        tell(_COMPOSED + n / len(formats) * (_WRITTEN - _COMPOSED), STEPS[key])
        content = writer_of(key)(document, imprint)
        path = f"{name}.{key}"
        _keep_file(_folder() / path, content)
        digest = hashlib.sha256(content).hexdigest()
        files.append({"format": key, "path": path, "sha256": digest, "size": len(content)})
    return files


def _keep_file(path: Path, content: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    unfinished = path.with_name(f"{path.name}.part")
    with unfinished.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    unfinished.replace(path)


def _folder() -> Path:
    settings: Settings = current_app.extensions["settings"]
    return Path(settings.instance_path)


def path_of(file: dict[str, Any]) -> Path:
    """Where a file of a report lies."""
    return _folder() / str(file["path"])


def content_of(file: dict[str, Any]) -> bytes | None:
    """A file as it was made; None if it is gone or somebody has changed it."""
    try:
        content = path_of(file).read_bytes()
    except OSError:
        return None
    return content if hashlib.sha256(content).hexdigest() == file["sha256"] else None
