"""The whole page, from the summary to the checksums."""

from collections.abc import Iterator, Sequence
from pathlib import Path

from civicdialog.analysis.report.findings import Findings
from civicdialog.analysis.report.map_picture import map_picture
from civicdialog.analysis.report.origin import Origin, algorithm_section, verification_section
from civicdialog.analysis.report.quality import quality_section
from civicdialog.analysis.report.reading_lists import misfit_section, question_section
from civicdialog.analysis.report.topic_sections import topic_section, topic_table
from civicdialog.analysis.report.wording import counted, percent
from civicdialog.analysis.topics import Topics

_CONTENTS = (
    ("karte", "Karte der Themen"),
    ("guete", "Wie verlässlich ist das?"),
    ("themen", "Die Themen"),
    ("ohne-platz", "Passt nirgends recht hin"),
    ("fragen", "Hier hilft Ihre Entscheidung am meisten"),
    ("verfahren", "Wie gerechnet wurde"),
    ("nachrechnen", "So rechnen Sie nach"),
)


def html_report(topics: Topics, ids: Sequence[str], origin: Origin) -> str:
    """The report as one HTML document without script and without parts from elsewhere.

    ids (n,) name the contributions in the order of the topics.
    """
    findings = Findings(topics, ids)
    title = f"Themen aus {counted(findings.count, 'Beitrag', 'Beiträgen')}"
    style = Path(__file__).with_name("report.css").read_text(encoding="utf-8")
    return "\n".join(
        [
            '<!doctype html>\n<html lang="de">\n<head>\n<meta charset="utf-8">',
            '<meta name="viewport" content="width=device-width, initial-scale=1">',
            f"<title>{title}</title>\n<style>\n{style}</style>\n</head>\n<body>",
            f"<header><h1>{title}</h1>",
            *_summary(findings),
            "</header>",
            *_contents(),
            "<main>",
            *_body(findings, origin),
            "</main>\n</body>\n</html>\n",
        ]
    )


def _body(findings: Findings, origin: Origin) -> Iterator[str]:
    """All sections in the order of the contents."""
    yield from _map_section(findings)
    yield from quality_section(findings)
    yield '<section id="themen"><h2>Die Themen</h2>'
    for topic in findings.topics.topics:
        yield from topic_section(findings, topic)
    yield "</section>"
    yield from misfit_section(findings)
    yield from question_section(findings)
    yield from algorithm_section(findings.topics, origin)
    yield from verification_section(origin)


def _summary(findings: Findings) -> Iterator[str]:
    """The result in one sentence, and what this page is."""
    topics = findings.topics
    parts = sum(len(topic.subtopics) for topic in topics.topics)
    found = counted(len(topics.topics), "Thema", "Themen")
    yield (
        f'<p class="lead">Ein Rechenverfahren hat {found}'
        + (f" mit {counted(parts, 'Unterthema', 'Unterthemen')}" if parts else "")
        + f" gefunden. Das größte umfasst {percent(topics.largest_share)} der Beiträge."
        + (" <strong>Das Ergebnis ist vorläufig.</strong>" if topics.is_provisional else "")
        + "</p>"
    )
    yield (
        "<p>Themen ordnen das Lesen, sie bewerten nichts: Ein großes Thema ist nicht wichtiger als"
        " ein kleines. Was nicht passt, können Menschen ändern.</p>"
    )


def _contents() -> Iterator[str]:
    """Links to the sections."""
    yield '<nav aria-label="Inhalt"><ul>'
    for anchor, title in _CONTENTS:
        yield f'<li><a href="#{anchor}">{title}</a></li>'
    yield "</ul></nav>"


def _map_section(findings: Findings) -> Iterator[str]:
    """The map, and the table that says the same."""
    yield '<section id="karte"><h2>Karte der Themen</h2>'
    if findings.topics.topics:
        yield "<figure>"
        yield from map_picture(findings)
        yield (
            "<figcaption>Große Kreise: viele Beiträge (sehr kleine sind etwas größer gezeichnet)."
            " Nahe Kreise: ähnliche Beiträge; Linien führen zum ähnlichsten Thema."
            "</figcaption></figure>"
        )
        yield from topic_table(findings)
    yield "</section>"
