"""A meeting as a file for calendars: iCalendar, RFC 5545."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime

from civicdialog.committee.meeting_models import Meeting
from civicdialog.core import clock

LONGEST_LINE = 75
"""Octets of a line, without its end (RFC 5545, 3.1)."""


def as_calendar(meeting: Meeting, *, url: str, host: str, description: str) -> str:
    """One event; moved or called off it keeps its UID and counts up its SEQUENCE."""
    status = "CANCELLED" if meeting.cancelled_at else "CONFIRMED"
    lines = [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        "PRODID:-//CivicDialog//Committee//EN",
        "METHOD:PUBLISH",
        "BEGIN:VEVENT",
        f"UID:{meeting.public_id}@{host}",
        f"DTSTAMP:{_utc(clock.now())}",
        f"DTSTART:{_utc(meeting.starts_at)}",
        f"DTEND:{_utc(meeting.ends_at)}",
        f"SEQUENCE:{meeting.sequence}",
        f"STATUS:{status}",
        f"SUMMARY:{_text(meeting.title)}",
        f"LOCATION:{_text(meeting.place)}",
        f"DESCRIPTION:{_text(description)}",
        f"URL:{url}",
        "END:VEVENT",
        "END:VCALENDAR",
    ]
    return "".join(f"{piece}\r\n" for line in lines for piece in _folded(line))


def _utc(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y%m%dT%H%M%SZ")


def _text(text: str) -> str:
    return re.sub(r"([\\;,])", r"\\\1", text).replace("\n", "\\n")


def _folded(line: str) -> Iterator[str]:
    """Pieces of at most 75 octets, never inside a letter; all but the first begin with a blank."""
    piece = ""
    for letter in line:
        if len((piece + letter).encode()) > LONGEST_LINE:
            yield piece
            piece = " "
        piece += letter
    yield piece
