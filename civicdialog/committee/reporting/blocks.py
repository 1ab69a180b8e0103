"""What a report is made of, whatever the format: headings, texts, lists, tables, charts.

Every string here is plain text, citizens' words included; each format escapes it for itself.
"""

import hashlib
import json
from dataclasses import asdict, dataclass
from typing import Literal


@dataclass(frozen=True)
class Link:
    """Words that lead to a page."""

    text: str
    url: str


Words = str | Link


@dataclass(frozen=True)
class Share:
    """How many of those who took a side agree, in which bounds it lies, how many people answered."""

    value: float
    low: float
    high: float
    people: int


@dataclass(frozen=True)
class Hidden:
    """A figure that is not shown because it counts too few people."""


Cell = str | int | float | Link | Share | Hidden | None


@dataclass(frozen=True)
class Heading:
    """Level 1 opens a chapter, 2 and 3 stand inside it."""

    level: int
    text: str
    breaks: bool = False
    """Whether a new page begins here."""


@dataclass(frozen=True)
class Text:
    """A paragraph."""

    words: tuple[Words, ...]
    tone: Literal["plain", "lead", "note"] = "plain"


@dataclass(frozen=True)
class Items:
    """A list."""

    items: tuple[tuple[Words, ...], ...]


@dataclass(frozen=True)
class Said:
    """What somebody wrote, word by word, and where it stands."""

    text: str
    source: Link


@dataclass(frozen=True)
class Quotes:
    """Sentences of citizens."""

    items: tuple[Said, ...]


@dataclass(frozen=True)
class Facts:
    """Names and values."""

    items: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Column:
    """A column of a table; `weight` says how wide it is beside the others."""

    label: str
    weight: float = 1.0
    numeric: bool = False
    is_share: bool = False


@dataclass(frozen=True)
class Table:
    """A table; `name` is what its sheet in a spreadsheet is called. The first cell names its row."""

    name: str
    caption: str
    columns: tuple[Column, ...]
    rows: tuple[tuple[Cell, ...], ...]


@dataclass(frozen=True)
class Bar:
    """A line of a chart."""

    label: str
    value: float
    """Length, from 0 to 1."""
    words: str
    low: float | None = None
    high: float | None = None


@dataclass(frozen=True)
class Chart:
    """Bars side by side; `alternative` says in words what they show."""

    title: str
    alternative: str
    bars: tuple[Bar, ...]


Block = Heading | Text | Items | Quotes | Facts | Table | Chart


@dataclass(frozen=True)
class Document:
    """All that a report says. It does not know its own version, nor when it was asked for."""

    language: str
    site: str
    operator: str
    title: str
    subtitle: str
    question: str
    facts: tuple[tuple[str, str], ...]
    """Of the title page."""
    notices: tuple[str, ...]
    """What a reader must know first: sample data, votes that are still coming in."""
    words: tuple[tuple[str, str], ...]
    """Words the formats need around the blocks, by key."""
    blocks: tuple[Block, ...]
    sheets: tuple[Table, ...] = ()
    """What only a spreadsheet shows."""

    def word(self, key: str) -> str:
        return dict(self.words)[key]

    @property
    def sha256(self) -> str:
        """Of the canonical JSON of all that is said."""
        text = json.dumps(
            [type(self).__name__, asdict(self), [type(block).__name__ for block in self.blocks]],
            ensure_ascii=False,
            sort_keys=True,
            separators=(",", ":"),
        )
        return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


@dataclass(frozen=True)
class Imprint:
    """Which version of a report this is."""

    number: int
    moment: str
    """In words, in the language of the report."""
    iso: str
    sha256: str
