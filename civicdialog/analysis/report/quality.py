"""What a result is worth, in plain words."""

from collections.abc import Iterator

from civicdialog.analysis.grouping import LARGEST_SHARE
from civicdialog.analysis.report.findings import Findings
from civicdialog.analysis.report.wording import counted, decimal, percent
from civicdialog.analysis.run_file import WITH_SENTENCES
from civicdialog.analysis.topics import PROVISIONAL_BELOW, Topics

_STEADY, _FAIRLY_STEADY = 0.75, 0.5


def quality_section(findings: Findings) -> Iterator[str]:
    """Stability, density, the largest topic, what fits nowhere, and how it was compared."""
    topics = findings.topics
    yield '<section id="guete"><h2>Wie verlässlich ist das?</h2>'
    if topics.is_provisional:
        yield (
            '<p class="note"><strong>Vorläufig.</strong> Bei weniger als'
            f" {PROVISIONAL_BELOW} Beiträgen könnten andere Einteilungen ebenso gut sein.</p>"
        )
    yield "<dl>"
    for name, sentence in _sentences(findings):
        yield f"<dt>{name}</dt><dd>{sentence}</dd>"
    yield "</dl></section>"


def _sentences(findings: Findings) -> Iterator[tuple[str, str]]:
    """What was measured, and what it means."""
    topics, misfits = findings.topics, len(findings.misfits)
    yield "Beständigkeit", _stability(topics.quality.stability)
    yield "Trennung der Themen", _separation(topics.quality.modularity)
    yield "Größtes Thema", _largest(topics)
    share = percent(misfits / max(findings.count, 1))
    yield "Passt nirgends recht hin", f"{counted(misfits, 'Beitrag', 'Beiträge')} ({share})"
    yield (
        "Verglichen wurden",
        "Wörter und der Sinn ganzer Sätze"
        if topics.method == WITH_SENTENCES
        else "nur Wörter; Sätze gleichen Sinns mit anderen Wörtern können getrennt stehen",
    )


def _separation(modularity: float) -> str:
    """How much more alike contributions of one topic are than chance would have it."""
    return (
        f"{decimal(modularity)} (Modularität: um diesen Anteil liegen mehr Ähnlichkeiten innerhalb"
        " der Themen, als der Zufall dorthin legte; 0 heißt: nicht mehr)"
    )


def _stability(value: float | None) -> str:
    """What happens to the topics when other people had written."""
    if value is None:
        return "nicht geprüft"
    meaning = (
        "hoch; auch ohne einen Teil der Beiträge blieben die Themen weitgehend gleich"
        if value >= _STEADY
        else "mittel; der Kern der Themen bliebe gleich, die Ränder nicht"
        if value >= _FAIRLY_STEADY
        else "gering; ohne einen Teil der Beiträge sähe die Einteilung anders aus"
    )
    return (
        f"{decimal(value)} von 1, das ist {meaning} (mehrfach mit 80\u00a0% der Beiträge gerechnet)"
    )


def _largest(topics: Topics) -> str:
    """How much the largest topic and its largest part hold."""
    if not topics.topics:
        return "keines"
    largest = max(topics.topics, key=lambda topic: topic.size)
    share = percent(topics.largest_share)
    if largest.subtopics:
        part = max(part.size for part in largest.subtopics) / max(len(topics.labels), 1)
        return (
            f"{share} aller Beiträge; lesen Sie dort die Unterthemen, das größte umfasst"
            f" {percent(part)}"
        )
    if topics.largest_share > LARGEST_SHARE:
        return f"{share} aller Beiträge; es ist nicht weiter geteilt"
    return f"{share} aller Beiträge"
