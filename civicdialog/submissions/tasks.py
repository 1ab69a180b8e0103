"""Duties of the room `submissions`."""

from flask import Flask, current_app

from civicdialog.config import Settings
from civicdialog.core.db import transaction
from civicdialog.core.jobs import Doorbell
from civicdialog.submissions import attachments, drafts

FORGET_DRAFTS = "forget-old-drafts"
FORGET_FILES = "forget-refused-files"


def forget_old_drafts() -> None:
    """Delete drafts nobody has gone on with."""
    settings: Settings = current_app.extensions["settings"]
    if drafts.are_old(settings.keep_drafts_days):
        with transaction():
            drafts.forget_old(settings.keep_drafts_days)


def forget_refused_files() -> None:
    """Delete files of contributions that were not published, once nobody can object any more."""
    settings: Settings = current_app.extensions["settings"]
    if attachments.are_refused(settings.keep_refused_files_days):
        with transaction():
            attachments.forget_refused(settings.keep_refused_files_days)


def register(app: Flask) -> None:
    """Give the doorbell this room's duties."""
    bell: Doorbell = app.extensions["doorbell"]
    bell.add(FORGET_DRAFTS, forget_old_drafts)
    bell.add(FORGET_FILES, forget_refused_files)
