"""A letter in words: subject and text in the reader's language, links from the configured address."""

from dataclasses import dataclass
from email.message import EmailMessage
from email.utils import format_datetime, formataddr
from typing import Any

from flask import current_app

from civicdialog.config import Settings
from civicdialog.core.city import city
from civicdialog.core.letters import secret_of
from civicdialog.core.speaking import speaking, spoken
from civicdialog.notifications.models import Letter


@dataclass(frozen=True)
class Written:
    """A letter with its facts put into words."""

    subject: str
    text: str


@dataclass(frozen=True)
class _CityOfLetter:
    """What letters may say about the city."""

    site_name: str
    operator: str
    contact_email: str


def write(letter: Letter) -> Written:
    """Render templates/mail/<kind>.txt; its first line is the subject."""
    base_url = _settings().base_url
    facts = dict(letter.facts)
    path = str(facts.pop("url", "/"))
    stop = str(facts.pop("stop", ""))
    if "seed" in facts:
        path = path.replace("{secret}", secret_of(facts.pop("seed")))
    with speaking(letter.language):
        # Not render_template: that asks who is signed in, and nobody is.
        template = current_app.jinja_env.get_template(f"mail/{letter.kind}.txt")
        text = template.render(
            {key: _without_breaks(value) for key, value in facts.items() if key != "explanation"},
            kind=letter.kind,
            explanation=str(facts.get("explanation", "")),
            url=base_url + path,
            stop_url=base_url + stop if stop else "",
            base_url=base_url,
            city=_city(spoken(letter.language)),
        )
    subject, _, body = text.strip().partition("\n")
    return Written(subject.strip(), body.strip() + "\n")


def as_message(letter: Letter, *, readable: bool = False) -> EmailMessage:
    """The letter as a mail; the same one has the same Message-ID however often it is tried."""
    written, settings = write(letter), _settings()
    message = EmailMessage()
    message["Subject"] = written.subject
    message["From"] = formataddr((_city(spoken(letter.language)).site_name, settings.mail_from))
    message["To"] = letter.to_email
    message["Date"] = format_datetime(letter.created_at)
    message["Message-ID"] = letter.message_id
    message["Auto-Submitted"] = "auto-generated"
    stop = letter.facts.get("stop")
    if stop:
        # One press in the mail program is enough (RFC 8058).
        message["List-Unsubscribe"] = f"<{settings.base_url}{stop}>"
        message["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    message.set_content(written.text, cte="8bit" if readable else "quoted-printable")
    message["Content-Language"] = letter.language
    return message


def _without_breaks(value: Any) -> Any:
    """Facts stand inside lines: a title with a line break must not begin a paragraph."""
    return " ".join(value.split()) if isinstance(value, str) else value


def _city(language: str) -> _CityOfLetter:
    profile = city()
    return _CityOfLetter(profile.site_name[language], profile.operator, profile.contact_email)


def _settings() -> Settings:
    settings: Settings = current_app.extensions["settings"]
    return settings
