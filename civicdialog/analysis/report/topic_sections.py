"""One section per topic: words, relatives, parts, sentences with their sources, typical titles."""

from collections.abc import Iterator

from civicdialog.analysis.report.findings import Findings
from civicdialog.analysis.report.wording import counted, first_word, number, percent, safe
from civicdialog.analysis.topics import Subtopic, Topic

_TYPICAL = 5


def topic_table(findings: Findings) -> Iterator[str]:
    """All topics with what the map shows: number, size, and which are near."""
    yield "<table><caption>Alle Themen, das größte zuerst</caption><thead><tr>"
    yield '<th scope="col" class="number">Nr.</th><th scope="col">Thema</th>'
    yield '<th scope="col" class="number">Beiträge</th></tr></thead><tbody>'
    for topic in findings.topics.topics:
        yield (
            f'<tr><td class="number">{topic.index + 1}</td>'
            f'<th scope="row">{findings.link(topic.theme)}{_related(findings, topic)}</th>'
            f'<td class="number">{number(topic.size)}<br>'
            f"<small>{percent(topic.size / findings.count)}</small></td></tr>"
        )
    yield "</tbody></table>"


def _related(findings: Findings, topic: Topic) -> str:
    """The topics nearby, in a line of their own."""
    links = ", ".join(
        f'<a href="#thema-{other.index + 1}">{other.index + 1}\u00a0{safe(first_word(other.label))}</a>'
        for other in findings.related(topic)
    )
    return f'<div class="related">verwandt: {links}</div>' if links else ""


def topic_section(findings: Findings, topic: Topic) -> Iterator[str]:
    """One topic in full."""
    place = topic.index + 1
    yield f'<section class="topic" id="thema-{place}">'
    yield f"<h3>{place}. {safe(topic.label)}</h3>"
    yield (
        f"<p>{counted(topic.size, 'Beitrag', 'Beiträge')},"
        f" {percent(topic.size / findings.count)}. In der Ergebnisdatei steht"
        f" <code>{safe(topic.theme)}</code>.</p>"
    )
    if topic.leftover:
        yield (
            "<p>In diesen Beiträgen steht nichts, das sich vergleichen lässt, etwa nur Zeichen."
            " Bitte lesen Sie sie einzeln.</p>"
        )
    if topic.terms:
        yield f"<p><strong>Kennzeichnende Wörter:</strong> {safe(', '.join(topic.terms))}</p>"
    yield from _parts(topic)
    yield from _summary(findings, topic)
    yield from _typical(findings, topic)
    yield "</section>"


def _parts(topic: Topic) -> Iterator[str]:
    """The sub-topics with their words."""
    if topic.subtopics:
        yield "<h4>Unterthemen</h4><ul>"
        yield from map(_part, topic.subtopics)
        yield "</ul>"


def _part(part: Subtopic) -> str:
    """One sub-topic."""
    named = part.label.split(" · ")
    more = ", ".join(term for term in part.terms if term not in named)
    return (
        f"<li><strong>{safe(part.label)}</strong>{f', {safe(more)}' if more else ''}"
        f" <small>({counted(part.size, 'Beitrag', 'Beiträge')},"
        f" <code>{safe(part.sublabel)}</code>)</small></li>"
    )


def _summary(findings: Findings, topic: Topic) -> Iterator[str]:
    """Whole sentences of people, each with its source."""
    if topic.summary:
        yield "<h4>Was Menschen schreiben</h4>"
    for sentence in topic.summary:
        source = safe(findings.ids[sentence.source_index])
        yield (
            f'<blockquote dir="auto">{safe(sentence.text)}'
            f" <small>(Beitrag {source})</small></blockquote>"
        )


def _typical(findings: Findings, topic: Topic) -> Iterator[str]:
    """The contributions in the middle of the topic."""
    yield "<h4>Typische Beiträge</h4><ul>"
    for row in topic.central[:_TYPICAL]:
        yield f"<li>{findings.contribution(row)}</li>"
    yield "</ul>"
