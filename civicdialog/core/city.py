"""The city profile: every name, colour, text and list that differs from city to city."""

import tomllib
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from flask import current_app

MOST_DAYS = 60
PROFILES = Path(__file__).resolve().parent.parent / "cities"


class ProfileError(ValueError):
    """The city profile cannot be used; the message says what to mend."""


Texts = dict[str, str]
"""One text by language: `{"de": "…", "en": "…"}`."""


@dataclass(frozen=True)
class CityProfile:
    name: str
    """As on the letterhead: Halle (Saale)."""
    operator: str
    """Who runs the site: Stadt Halle (Saale)."""
    site_name: Texts
    claim: Texts
    """Two sentences: what this site is and what one can do here."""
    time_zone: str
    accent_light: str
    accent_dark: str
    contact_email: str
    departments: dict[str, Texts]
    """Areas of the administration, by key."""
    districts: dict[str, str]
    legal: dict[str, Texts]
    """Markdown by page: imprint, privacy, accessibility, easy_language, sign_language, contact."""
    logo: str = ""
    """Path below `static/`, empty for none."""
    languages: tuple[str, ...] = ("de", "en")
    simple_languages: tuple[str, ...] = ("de-simple",)
    """Easy language as a layer over a language; may be empty."""
    decision_days: int = 3
    """So many working days the moderation means to need."""
    extra: dict[str, Any] = field(default_factory=dict)

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.time_zone)


def load_profile(name: str) -> CityProfile:
    """Read a profile that comes with the program, or the file at a path.

    :raise ProfileError: if it is missing or incomplete
    """
    path = Path(name) if name.endswith(".toml") else PROFILES / f"{name}.toml"
    try:
        data = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise ProfileError(f"City profile {path}: cannot read it: {error.strerror}.") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ProfileError(f"City profile {path}: not valid TOML: {error}.") from error
    data["languages"] = tuple(data.get("languages", ("de", "en")))
    offered = [f"{language}-simple" for language in data["languages"] if language == "de"]
    data["simple_languages"] = tuple(data.get("simple_languages", offered))
    try:
        profile = CityProfile(**data)
    except TypeError as error:
        raise ProfileError(
            f"City profile {path}: {error}.".replace("CityProfile.__init__()", "it")
        ) from error
    _check(profile, path)
    return profile


def _check(profile: CityProfile, path: Path) -> None:
    try:
        ZoneInfo(profile.time_zone)
    except (ZoneInfoNotFoundError, ValueError):
        raise ProfileError(
            f"City profile {path}: time_zone '{profile.time_zone}' is unknown."
        ) from None
    if not isinstance(profile.decision_days, int) or not 1 <= profile.decision_days <= MOST_DAYS:
        raise ProfileError(
            f"City profile {path}: decision_days must be a whole number from 1 to {MOST_DAYS}."
        )
    texts = {"site_name": profile.site_name, "claim": profile.claim}
    texts |= {f"legal.{k}": v for k, v in profile.legal.items()}
    texts |= {f"departments.{k}": v for k, v in profile.departments.items()}
    for key, text in texts.items():
        for language in profile.languages:
            if not text.get(language):
                raise ProfileError(f"City profile {path}: {key} has no text in '{language}'.")
    for page in (
        "imprint",
        "privacy",
        "accessibility",
        "easy_language",
        "sign_language",
        "contact",
    ):
        if page not in profile.legal:
            raise ProfileError(f"City profile {path}: the page legal.{page} is missing.")


def city() -> CityProfile:
    """The profile of the application at hand."""
    profile: CityProfile = current_app.extensions["city"]
    return profile
