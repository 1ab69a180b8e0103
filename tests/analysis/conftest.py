import random
from dataclasses import dataclass

import pytest

WORDS = {
    "Ampel": "Ampel Ampelschaltung Kreuzung Grünphase Rotphase Verkehr warten Schaltung",
    "Bücherei": "Bücherei Bibliothek Ausleihe Lesen Buch Medien Regal Leihfrist",
    "Baum": "Bäume Grünfläche Park Gießen Trockenheit Pflanzen Schatten Hitze",
    "Amt": "Antrag Formular Bürgeramt Ausweis Termin Behörde Unterlagen Bescheid",
    "": "schnell einfacher täglich gemeinsam wirklich stadtweit künftig sicher digital",
}
THEMES = {theme: words.split() for theme, words in WORDS.items() if theme}
BETWEEN = WORDS[""].split()


@dataclass(frozen=True)
class Sample:
    titles: list[str]
    texts: list[str]
    truth: list[str]


def _contribution(draw: random.Random, theme: str) -> tuple[str, str]:
    words = THEMES[theme]
    title = f"{draw.choice(words)} {draw.choice(BETWEEN)} verbessern"
    sentences = [
        f"Die Stadt sollte {draw.choice(words)} und {draw.choice(words)} {draw.choice(BETWEEN)}"
        f" mit künstlicher Intelligenz {draw.choice(BETWEEN)} verbinden."
        for _ in range(3)
    ]
    return title, " ".join(sentences)


@pytest.fixture(scope="session")
def sample() -> Sample:
    """160 contributions on four themes that share many words."""
    draw = random.Random(7)
    truth = [theme for theme in THEMES for _ in range(40)]
    draw.shuffle(truth)
    pairs = [_contribution(draw, theme) for theme in truth]
    return Sample([title for title, _ in pairs], [text for _, text in pairs], truth)
