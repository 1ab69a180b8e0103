"""Contributions that people should look at: those that fit nowhere, and those that help most."""

from collections.abc import Iterator

from civicdialog.analysis.report.findings import Findings
from civicdialog.analysis.report.wording import counted, safe
from civicdialog.analysis.topics import ask_about

_MOST_MISFITS = 100


def misfit_section(findings: Findings) -> Iterator[str]:
    """The contributions that do not really fit anywhere; they are in the topic nearest to them."""
    misfits = findings.misfits
    yield '<section id="ohne-platz"><h2>Passt nirgends recht hin</h2>'
    if not misfits:
        yield "<p>Kein Beitrag fällt aus den Themen heraus.</p></section>"
        return
    yield (
        f"<p>{counted(len(misfits), 'Beitrag ähnelt', 'Beiträge ähneln')} keinem Thema deutlich."
        " Damit nichts verloren geht, stehen sie beim nächstgelegenen.</p><ul>"
    )
    for row in misfits[:_MOST_MISFITS]:
        yield f"<li>{findings.contribution(row)}<br>{_nearest(findings, row)}</li>"
    yield "</ul>"
    if len(misfits) > _MOST_MISFITS:
        more = len(misfits) - _MOST_MISFITS
        yield f"<p>… und {counted(more, 'weiterer Beitrag', 'weitere Beiträge')}.</p>"
    yield "</section>"


def question_section(findings: Findings) -> Iterator[str]:
    """The contributions whose placement by people would improve the topics most."""
    asked = ask_about(findings.topics)
    yield '<section id="fragen"><h2>Hier hilft Ihre Entscheidung am meisten</h2>'
    if not asked:
        yield "<p>Es gibt keine offenen Fragen.</p></section>"
        return
    yield (
        "<p>Bei diesen Beiträgen ist das Verfahren unsicher, und viele ähnliche richten sich nach"
        " ihnen. Schreiben Sie in eine Datei mit den Spalten <code>id</code> und"
        " <code>theme</code>, wohin sie gehören, und rechnen Sie mit"
        " <code>--decisions</code> noch einmal. Jede Entscheidung gilt genau so.</p><ol>"
    )
    for row in asked:
        yield f"<li>{findings.contribution(row)}<br>{_nearest(findings, row)}</li>"
    yield "</ol></section>"


def _nearest(findings: Findings, row: int) -> str:
    """The topic of a contribution, the words that speak for it, and the second choice."""
    topics = findings.topics
    words = safe(", ".join(topics.reasons[row]))
    second = topics.second[row]
    return (
        f'<span class="related">steht bei {findings.link(topics.labels[row])}'
        + (f" wegen: {words}" if words else "")
        + (f"; auch nah: {findings.link(second)}" if second is not None else "")
        + "</span>"
    )
