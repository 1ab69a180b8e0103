"""Every setting, once, typed and checked. A wrong value stops the start with a sentence.

Values come from an optional TOML file (`CIVICDIALOG_CONFIG`), then from `CIVICDIALOG_<NAME>`
in the environment; `CIVICDIALOG_<NAME>_FILE` names a file that holds the value.
"""

import os
import secrets
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any, Literal, get_args

from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError

ROOT = Path(__file__).resolve().parent.parent
PREFIX = "CIVICDIALOG_"
Environment = Literal["development", "production"]


class SettingsError(ValueError):
    """A setting is wrong; the message says which, and what would be right."""


@dataclass(frozen=True)
class Settings:
    environment: Environment = "development"
    instance_path: Path = ROOT / "instance"
    """Folder for the embedded database, the job queue, the secret key and undelivered letters."""
    database_url: str = ""
    """`sqlite:///…` or `postgresql://…`; empty: SQLite in the instance folder."""
    sqlite_synchronous: Literal["FULL", "NORMAL"] = "FULL"
    secret_key: str = ""
    """Empty in development: made once and kept in the instance folder."""
    base_url: str = "http://127.0.0.1:8000"
    """The address in mails; requests for other hosts are refused in production."""
    city_profile: str = "halle"
    """Name of a profile that comes with the program, or the path of a TOML file."""
    redis_url: str = ""
    """Empty: rate limits in memory and jobs in a SQLite file, for one process."""
    mail_host: str = ""
    """Empty: letters are written as files into the instance folder."""
    mail_port: int = 587
    mail_user: str = ""
    mail_password: str = ""
    mail_starttls: bool = True
    mail_from: str = "ki-dialog@example.org"
    host: str = "127.0.0.1"
    port: int = 8000
    threads: int = 8
    trusted_proxies: int = 0
    log_format: Literal["text", "json"] = "text"
    oidc_issuer: str = ""
    """The city's sign-in service (OpenID Connect); empty: not offered."""
    oidc_client_id: str = ""
    oidc_client_secret: str = ""
    oidc_label: str = ""
    """What people call that service; empty: the city account."""
    attachments_most: int = 5
    """So many pictures and documents a contribution may have; 0: none."""
    attachments_file_mb: int = 8
    attachments_total_mb: int = 20
    """All files of a contribution together."""
    keep_sessions_days: int = 30
    """So long somebody stays signed in without doing anything."""
    keep_unconfirmed_days: int = 7
    keep_tokens_days: int = 30
    """Used and expired links: so long their page can say what became of them."""
    keep_letters_days: int = 30
    keep_contact_days: int = 365
    """Messages to the contact form, after they were answered."""
    keep_drafts_days: int = 90
    """What somebody has begun to write and not gone on with."""
    keep_refused_files_days: int = 180
    """Files of contributions that were not published; so long somebody may object."""
    keep_backups_days: int = 30
    """When the operator deletes backups; the page to delete an account says so."""

    @property
    def offers_city_sign_in(self) -> bool:
        return bool(self.oidc_issuer)

    @property
    def is_development(self) -> bool:
        return self.environment == "development"

    @property
    def is_embedded(self) -> bool:
        return not self.redis_url

    def as_environment(self) -> dict[str, str]:
        """The same settings for a process of our own."""
        return {PREFIX + f.name.upper(): str(getattr(self, f.name)) for f in fields(self)}


def load_settings(environ: Mapping[str, str] | None = None) -> Settings:
    """Read the settings of this process.

    :raise SettingsError: naming the setting and what it should look like
    """
    environ = os.environ if environ is None else environ
    values = _from_file(environ) | _from_environment(environ)
    known = {f.name for f in fields(Settings)}
    for name in values:
        if name not in known:
            raise SettingsError(f"There is no setting '{name}'. Known: {', '.join(sorted(known))}.")
    settings = Settings(
        **{
            f.name: _convert(f.name, f.type, values[f.name])
            for f in fields(Settings)
            if f.name in values
        }
    )
    return _checked(settings)


def _from_file(environ: Mapping[str, str]) -> dict[str, Any]:
    path = environ.get(PREFIX + "CONFIG")
    if not path:
        return {}
    try:
        return tomllib.loads(Path(path).read_text(encoding="utf-8"))
    except OSError as error:
        raise SettingsError(f"CIVICDIALOG_CONFIG: cannot read {path}: {error.strerror}.") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise SettingsError(f"CIVICDIALOG_CONFIG: {path} is not valid TOML: {error}.") from error


def _from_environment(environ: Mapping[str, str]) -> dict[str, Any]:
    values = {}
    for field in fields(Settings):
        name = PREFIX + field.name.upper()
        if name + "_FILE" in environ:
            try:
                values[field.name] = Path(environ[name + "_FILE"]).read_text("utf-8").strip()
            except OSError as error:
                raise SettingsError(f"{name}_FILE: cannot read it: {error.strerror}.") from error
        elif name in environ:
            values[field.name] = environ[name]
    return values


def _convert(name: str, kind: Any, value: Any) -> Any:
    label = PREFIX + name.upper()
    if kind is int:
        try:
            return int(value)
        except (TypeError, ValueError):
            raise SettingsError(f"{label} must be a whole number, not '{value}'.") from None
    if kind is bool:
        words = {"1": True, "true": True, "yes": True, "0": False, "false": False, "no": False}
        if str(value).lower() not in words:
            raise SettingsError(f"{label} must be true or false, not '{value}'.")
        return words[str(value).lower()]
    if kind is Path:
        return Path(value).expanduser().resolve()
    choices = get_args(kind)
    if choices and value not in choices:
        raise SettingsError(f"{label} must be one of {', '.join(choices)}, not '{value}'.")
    return value


def _checked(settings: Settings) -> Settings:
    values = {f.name: getattr(settings, f.name) for f in fields(Settings)}
    settings.instance_path.mkdir(parents=True, exist_ok=True)
    if not settings.database_url:
        values["database_url"] = f"sqlite:///{settings.instance_path / 'civicdialog.db'}"
    try:
        driver = make_url(values["database_url"]).get_backend_name()
    except ArgumentError:
        raise SettingsError(
            "CIVICDIALOG_DATABASE_URL must look like sqlite:////path/to/file.db or "
            "postgresql://user:password@host/database."
        ) from None
    if driver not in {"sqlite", "postgresql"}:
        raise SettingsError(
            f"CIVICDIALOG_DATABASE_URL: {driver} is not supported; use sqlite or postgresql."
        )
    if not settings.base_url.startswith(("http://", "https://")):
        raise SettingsError("CIVICDIALOG_BASE_URL must begin with http:// or https://.")
    if not 1 <= settings.port <= 65535:
        raise SettingsError("CIVICDIALOG_PORT must lie between 1 and 65535.")
    if not 1 <= settings.threads <= 64:
        raise SettingsError("CIVICDIALOG_THREADS must lie between 1 and 64.")
    _check_periods(settings)
    _check_city_sign_in(settings)
    values["base_url"] = settings.base_url.rstrip("/")
    values["secret_key"] = settings.secret_key or _own_secret(settings)
    if len(values["secret_key"]) < 32:
        raise SettingsError("CIVICDIALOG_SECRET_KEY must have at least 32 characters.")
    return Settings(**values)


def _check_periods(settings: Settings) -> None:
    for field in fields(Settings):
        if field.name.startswith("keep_") and getattr(settings, field.name) < 1:
            raise SettingsError(f"{PREFIX}{field.name.upper()} must be at least 1 (day).")


def _check_city_sign_in(settings: Settings) -> None:
    needed = (settings.oidc_issuer, settings.oidc_client_id, settings.oidc_client_secret)
    if any(needed) and not all(needed):
        raise SettingsError(
            "The city's sign-in needs CIVICDIALOG_OIDC_ISSUER, CIVICDIALOG_OIDC_CLIENT_ID and "
            "CIVICDIALOG_OIDC_CLIENT_SECRET, or none of them."
        )
    secure = ("https://",) if not settings.is_development else ("https://", "http://")
    if settings.oidc_issuer and not settings.oidc_issuer.startswith(secure):
        raise SettingsError("CIVICDIALOG_OIDC_ISSUER must begin with https://.")


def _own_secret(settings: Settings) -> str:
    if not settings.is_development:
        raise SettingsError(
            "CIVICDIALOG_SECRET_KEY is missing. In production it must be set; "
            "make one with: python3 -c 'import secrets; print(secrets.token_hex())'"
        )
    path = settings.instance_path / "secret_key"
    if not path.exists():
        path.write_text(secrets.token_hex(), encoding="utf-8")
        path.chmod(0o600)
    return path.read_text(encoding="utf-8").strip()
