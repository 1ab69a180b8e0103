"""The topic map as SVG that can be read with eyes, ears and keyboard, and on paper."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Self

from civicdialog.analysis.report.findings import Findings
from civicdialog.analysis.report.wording import counted, first_word, percent, safe
from civicdialog.analysis.topic_map import radii
from civicdialog.analysis.topics import Topic

_SIDE = 100.0
_LETTER = 2.5
"""Size of the words on the map."""
_WIDTH = 0.58
"""Width of a letter in parts of its size."""


@dataclass(frozen=True)
class _Box:
    """A rectangle on the map."""

    left: float
    top: float
    right: float
    bottom: float

    @classmethod
    def around(cls, x: float, y: float, width: float, height: float) -> Self:
        """The rectangle with this middle."""
        return cls(x - width / 2, y - height / 2, x + width / 2, y + height / 2)

    def inside(self) -> bool:
        """Whether it lies in the frame."""
        return min(self.left, self.top) >= 0 and max(self.right, self.bottom) <= _SIDE

    def touches(self, other: "_Box") -> bool:
        """Whether the two have a part in common."""
        return (
            self.left < other.right
            and other.left < self.right
            and self.top < other.bottom
            and other.top < self.bottom
        )


@dataclass(frozen=True)
class _Bubble:
    """A topic on the map, with the word that stands inside or beside it."""

    topic: Topic
    x: float
    y: float
    radius: float

    @property
    def word(self) -> str:
        """What is written at the bubble."""
        return first_word(self.topic.label)

    @property
    def box(self) -> _Box:
        """What nothing else may be written over."""
        return _Box.around(self.x, self.y, 2 * self.radius, 2 * self.radius)

    @property
    def has_room(self) -> bool:
        """Whether the word fits inside, under the number."""
        return self.word_width <= 1.5 * self.radius

    @property
    def word_width(self) -> float:
        """About how wide the word is."""
        return len(self.word) * _LETTER * _WIDTH

    def word_places(self) -> Iterator[_Box]:
        """Where the word may stand, the best place first: inside, below, above, beside."""
        if self.has_room:
            yield _Box.around(self.x, self.y + self.radius * 0.45, self.word_width, _LETTER)
            return
        away, beside = self.radius + _LETTER * 0.75, self.radius + self.word_width / 2 + 0.6
        for right, down in ((0, away), (0, -away), (beside, 0), (-beside, 0)):
            yield _Box.around(self.x + right, self.y + down, self.word_width, _LETTER)


def map_picture(findings: Findings) -> Iterator[str]:
    """The picture. Every bubble is a link to its topic; lines join each topic to its nearest."""
    bubbles = _bubbles(findings)
    yield (
        '<svg class="map" viewBox="-2 -2 104 104" role="group"'
        ' aria-labelledby="karte-titel" aria-describedby="karte-text">'
    )
    yield f'<title id="karte-titel">Karte: {counted(len(bubbles), "Thema", "Themen")}</title>'
    yield (
        '<desc id="karte-text">Jeder Kreis ist ein Thema, seine Fläche die Zahl der Beiträge.'
        " Themen mit ähnlichen Beiträgen liegen beieinander. Die Tabelle darunter sagt dasselbe"
        " in Worten.</desc>"
    )
    yield from _ties(findings, bubbles)
    words = _words(bubbles)
    for bubble in bubbles:
        yield _drawn(bubble, words.get(bubble.topic.index), findings.count)
    yield "</svg>"


def _bubbles(findings: Findings) -> list[_Bubble]:
    """The topics at their places, in hundredths of the frame."""
    topics = findings.topics.topics
    sizes = radii([topic.size for topic in topics])
    return [
        _Bubble(topic, round(_SIDE * x, 2), round(_SIDE * y, 2), round(_SIDE * float(radius), 2))
        for topic, (x, y), radius in zip(topics, findings.points, sizes, strict=True)
    ]


def _ties(findings: Findings, bubbles: list[_Bubble]) -> Iterator[str]:
    """A line from every topic to the one it has most in common with."""
    pairs = {
        tuple(sorted((topic.index, other.index)))
        for topic in findings.topics.topics
        for other in findings.related(topic)[:1]
    }
    for first, second in sorted(pairs):
        here, there = bubbles[first], bubbles[second]
        yield f'<line x1="{here.x}" y1="{here.y}" x2="{there.x}" y2="{there.y}"/>'


def _words(bubbles: list[_Bubble]) -> dict[int, _Box]:
    """Places for words that cover nothing, the largest topic first; some find none."""
    found: dict[int, _Box] = {}
    for bubble in bubbles:
        others = [other.box for other in bubbles if other is not bubble]
        for place in bubble.word_places():
            if place.inside() and not any(map(place.touches, [*others, *found.values()])):
                found[bubble.topic.index] = place
                break
    return found


def _drawn(bubble: _Bubble, word: _Box | None, count: int) -> str:
    """One bubble with its number and, where there is room, its word."""
    topic, place = bubble.topic, bubble.topic.index + 1
    said = safe(
        f"{place}: {topic.label}, {counted(topic.size, 'Beitrag', 'Beiträge')},"
        f" {percent(topic.size / max(count, 1))}"
    )
    y = bubble.y - (bubble.radius * 0.2 if bubble.has_room else 0)
    size = min(5.5, bubble.radius * 1.05)
    return (
        f'<a href="#thema-{place}" aria-label="{said}"{_class(topic)}><title>{said}</title>'
        f'<circle cx="{bubble.x}" cy="{bubble.y}" r="{bubble.radius}"/>'
        f'<text x="{bubble.x}" y="{y:.2f}" font-size="{size:.2f}">{place}</text>'
        f"{_written(bubble, word)}</a>"
    )


def _written(bubble: _Bubble, place: _Box | None) -> str:
    """The word of a bubble, if it found a place."""
    if place is None:
        return ""
    x, y = (place.left + place.right) / 2, (place.top + place.bottom) / 2
    where = "word within" if bubble.has_room else "word"
    return f'<text class="{where}" x="{x:.2f}" y="{y:.2f}">{safe(bubble.word)}</text>'


def _class(topic: Topic) -> str:
    """Contributions that could not be compared are drawn with a broken line."""
    return ' class="leftover"' if topic.leftover else ""
