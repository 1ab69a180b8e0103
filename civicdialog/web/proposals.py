"""Composes what the list of proposals and the page of one proposal show, from several rooms."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from flask import url_for
from flask_babel import gettext, ngettext

from civicdialog.core.city import city
from civicdialog.core.db import db
from civicdialog.core.permissions import Actor
from civicdialog.discussion import queries as discussion
from civicdialog.discussion.models import Stance
from civicdialog.insights import queries as insights
from civicdialog.rounds.models import Deed, Round
from civicdialog.submissions import listing
from civicdialog.submissions import queries as submissions
from civicdialog.submissions.models import Kind, Status, Submission
from civicdialog.trace import queries as trace
from civicdialog.voting import queries as voting
from civicdialog.web import presenting
from civicdialog.web.fairness import seed_for
from civicdialog.web.presenting import OPINION_WORDS, Part, Topic
from civicdialog.web.templating import label
from civicdialog.web.view_models import (
    Fact,
    FilterChoice,
    Filters,
    FilterSelect,
    Opinion,
    OpinionBar,
    ProposalCard,
    ThreadStep,
)
