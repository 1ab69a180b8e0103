"""How a result was computed, and how anybody can compute it again."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from civicdialog.analysis.report.wording import safe
from civicdialog.analysis.run_file import WITH_SENTENCES
from civicdialog.analysis.topics import Topics


@dataclass(frozen=True)
class Origin:
    """What went in and what came out."""

    command: str
    """The call that gives the same result, with the names of the files."""
    check: str
    """The call that checks the file which the first call writes."""
    input_sha256: str
    result_sha256: str
    facts: Mapping[str, str]
    """Settings and versions, named in German."""


def algorithm_section(topics: Topics, origin: Origin) -> Iterator[str]:
    """The steps of the method as they were taken in this run, and its settings."""
    yield '<section id="verfahren"><h2>Wie gerechnet wurde</h2><ol>'
    for step in _steps(topics):
        yield f"<li>{step}</li>"
    yield "</ol><dl>"
    for name, value in origin.facts.items():
        yield f"<dt>{safe(name)}</dt><dd>{safe(value)}</dd>"
    yield "</dl></section>"


def _steps(topics: Topics) -> Iterator[str]:
    """What was done, one sentence or two per step."""
    yield "Gleiche Beiträge zählen beim Vergleichen einmal; jeder behält seinen Platz im Ergebnis."
    yield (
        "Wörter werden auf ihren Stamm gebracht und auch in Stücken verglichen. So finden sich"
        " „Radweg“ und „Fahrradweg“."
    )
    if topics.method == WITH_SENTENCES:
        yield (
            "Auch der Sinn ganzer Sätze wird verglichen, mit einem Sprachmodell auf diesem Rechner"
            " und ohne Netz."
        )
    yield (
        "Jeder Beitrag wird mit den ähnlichsten verbunden. Dieses Netz wird dort zerschnitten, wo"
        " am wenigsten Verbindungen verlaufen."
    )
    if any(topic.subtopics for topic in topics.topics):
        yield "Große Themen werden in Unterthemen geteilt."
    yield (
        "Bezeichnungen sind die Wörter, die ein Thema am deutlichsten von den anderen"
        " unterscheiden. Zusammenfassungen sind ganze Sätze aus Beiträgen, nichts ist erfunden."
    )
    yield "Entscheidungen von Menschen gelten genau; ähnliche Beiträge können ihnen folgen."


def verification_section(origin: Origin) -> Iterator[str]:
    """The command, and the checksums to compare."""
    yield '<section id="nachrechnen"><h2>So rechnen Sie nach</h2>'
    yield (
        "<p>Dieselben Beiträge, dieselben Einstellungen und dieselben Versionen geben dasselbe"
        " Ergebnis, gleich in welcher Reihenfolge die Beiträge stehen und auf welchem Rechner. Mit"
        " der Ausgangsdatei genügt dieser Aufruf:</p>"
    )
    yield f"<pre><code>{safe(origin.command)}</code></pre>"
    yield (
        "<p>Er schreibt auch eine Datei, in der alles steht. Wer sie bekommt, kann sie ohne die"
        " Ausgangsdatei prüfen:</p>"
    )
    yield f"<pre><code>{safe(origin.check)}</code></pre>"
    yield "<p>Stimmen diese Prüfsummen (SHA-256) überein, stimmt alles überein:</p><dl>"
    yield f"<dt>Beiträge</dt><dd><code>{safe(origin.input_sha256)}</code></dd>"
    yield f"<dt>Ergebnis</dt><dd><code>{safe(origin.result_sha256)}</code></dd></dl></section>"
