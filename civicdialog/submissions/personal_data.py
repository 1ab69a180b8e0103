"""Personal data somebody may have written by mistake: found by its shape, judged by people."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum

from civicdialog.core.i18n import mark


class PersonalKind(StrEnum):
    EMAIL = "email"
    PHONE = "phone"
    ADDRESS = "address"
    IBAN = "iban"


NAMES: dict[PersonalKind, str] = {
    PersonalKind.EMAIL: mark("E-mail address"),
    PersonalKind.PHONE: mark("Telephone number"),
    PersonalKind.ADDRESS: mark("Postal address"),
    PersonalKind.IBAN: mark("Bank account (IBAN)"),
}


@dataclass(frozen=True)
class Mark:
    """Where in a text something stands, and what it looks like."""

    kind: PersonalKind
    start: int
    end: int


# Also written so that programs should not find it: name (at) example (dot) org.
_AT = r"(?:@|\s?[\(\[{]\s?(?:a|at|ät)\s?[\)\]}]\s?)"
_DOT = r"(?:\.|\s?[\(\[{]\s?(?:dot|punkt)\s?[\)\]}]\s?)"
_EMAIL = re.compile(
    rf"[\w.+%-]{{1,64}}{_AT}(?:[\w-]{{1,63}}{_DOT}){{1,5}}[^\W\d_]{{2,20}}\b", re.IGNORECASE
)
_IBAN = re.compile(r"\b[A-Z]{2}\d{2}(?:[ -]?[A-Z0-9]){11,30}\b", re.IGNORECASE)
_GAP = r"[ \u00a0./()–-]"
_PHONE = re.compile(
    rf"(?<![\w,.:§€-])(?<!ISSN )(?<!ISBN )(?:(?:\+|00)[1-9]\d{{0,2}}|\(?0[1-9]\d{{0,4}}\)?){_GAP}{{0,3}}"
    rf"(?:\(0\){_GAP}?)?\d(?:{_GAP}{{0,3}}\d){{4,11}}(?!\w|[.,]\d)"
)
_PHONE_WORD = re.compile(
    rf"\b(?:tel(?:efon)?(?:nummer)?|handy(?:nummer)?|mobil|fax|phone|ruf(?:en sie)?(?: mich)? an|"
    rf"anrufen|erreichen|erreichbar|whatsapp)\b[^\d\n]{{0,25}}?(?!116 ?\d{{3}}\b)"
    rf"(\+?\(?\d(?:{_GAP}{{0,3}}\d){{4,13}})",
    re.IGNORECASE,
)
_DATE = re.compile(r"\d{1,2}\.\s?\d{1,2}\.\s?(?:\d{2}){1,2}\b|(?:19|20)\d\d-\d\d-\d\d")
# Bounded, so that no text takes long to be looked through.
_STREET = (
    r"(?:(?:\b[A-ZÄÖÜ]\w{0,40}(?:-[A-ZÄÖÜ]\w{0,40}){0,4}"
    r"(?:straße|strasse|str\.|weg|platz|allee|gasse|ring|damm|ufer|berg|steig|markt|chaussee|wall|"
    r"hof|graben|park|stieg|winkel|zeile|promenade|siedlung))"
    r"|(?:(?:\b[A-ZÄÖÜ]\w{1,40}[ -]){1,4}"
    r"(?:Straße|Strasse|Str\.|Weg|Platz|Allee|Gasse|Ring|Damm|Ufer|Berg|Markt|Chaussee|Wall|"
    r"Promenade))"
    r"|(?:(?:Am|An der|An den|Im|In der|In den|Auf dem|Auf der|Zum|Zur|Unter den|Vor dem|Hinter dem)"
    r" [A-ZÄÖÜ]\w{1,40}(?:[ -][A-ZÄÖÜ]\w{1,40})?))"
)
_NUMBER = r"(?:Nr\.?\s?|Hausnummer\s)?\d{1,3}\s?(?:[a-h]\b)?(?:\s?[-/]\s?\d{1,3}[a-h]?)?"
_POSTCODE = r"(?:D-)?\d{5}\s+[A-ZÄÖÜ][\wäöüß.()-]+"
_WITH_TOWN = re.compile(rf"{_STREET},?\s{{0,3}}{_NUMBER}\s*[-–/,;\n]?\s*(?:in\s+)?{_POSTCODE}")
# A street with a number alone names places more often than people: only beside words of living.
_LIVING = re.compile(
    rf"\b(?:wohne?n?|wohnt|wohnhaft|lebe|zu ?hause|Adresse|Anschrift|Nachbar(?:in|n|s)?|Familie|"
    rf"Frau|Herrn?|bei mir|live at|address)\b[^.!?\n]{{0,60}}?\b({_STREET}\s+{_NUMBER})"
    rf"(?!\d|\s*(?:Uhr|Meter|km|Minuten|Stunden|Tage|Wochen|Monate|Jahre|Prozent|Euro)\b)"
)


def find(text: str) -> list[Mark]:
    """What looks like personal data, in the order of the text; nothing is marked twice."""
    found: list[Mark] = []
    for mark_ in _all(text):
        if all(mark_.end <= other.start or mark_.start >= other.end for other in found):
            found.append(mark_)
    return sorted(found, key=lambda each: each.start)


def _all(text: str) -> Iterator[Mark]:
    """The surest ones first."""
    for match in _IBAN.finditer(text):
        length = _length_of_iban(match.group())
        if length:
            yield Mark(PersonalKind.IBAN, match.start(), match.start() + length)
    for match in _EMAIL.finditer(text):
        yield Mark(PersonalKind.EMAIL, *match.span())
    for match in _PHONE_WORD.finditer(text):
        if not _DATE.search(match.group(1)):
            yield Mark(PersonalKind.PHONE, *match.span(1))
    for match in _PHONE.finditer(text):
        digits = sum(map(str.isdigit, match.group()))
        if 7 <= digits <= 15 and not _DATE.search(match.group()):
            yield Mark(PersonalKind.PHONE, *match.span())
    for match in _WITH_TOWN.finditer(text):
        yield Mark(PersonalKind.ADDRESS, *match.span())
    for match in _LIVING.finditer(text):
        yield Mark(PersonalKind.ADDRESS, *match.span(1))


def _length_of_iban(text: str) -> int:
    """How many signs of a text are an IBAN with a right check number (ISO 7064, mod 97-10)."""
    for end in range(len(text), 14, -1):
        if not text[end - 1].isalnum():
            continue
        plain = re.sub(r"[ -]", "", text[:end]).upper()
        number = "".join(str(int(sign, 36)) for sign in plain[4:] + plain[:4])
        if 15 <= len(plain) <= 34 and int(number) % 97 == 1:
            return end
    return 0


@dataclass(frozen=True)
class Warned:
    """Something that looks like personal data, in the words of its text."""

    kind: PersonalKind
    name: str
    """A marked message."""
    words: str
    heading: str
    """Of the text it stands in."""


def marks_in(texts: Iterable[tuple[str, str]]) -> list[Warned]:
    """Everything found in texts with headings, for a list of warnings."""
    return [
        Warned(each.kind, NAMES[each.kind], text[each.start : each.end], heading)
        for heading, text in texts
        for each in find(text)
    ]
