"""The result of a run as one HTML page in German that needs nothing but a browser."""

from collections.abc import Iterator, Mapping, Sequence
from html import escape

from civicdialog.analysis.topics import Topic, Topics

_STYLE = """
:root{color-scheme:light dark;--line:#8886;--soft:#8882}
body{font:1.0625rem/1.55 system-ui,sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem}
h1{font-size:1.9rem;line-height:1.2}h2{margin-top:3rem;font-size:1.35rem}h3{font-size:1.05rem}
table{border-collapse:collapse;width:100%}caption{text-align:left;padding:.5rem 0}
th,td{text-align:left;vertical-align:top;padding:.5rem .75rem .5rem 0;
border-bottom:1px solid var(--line)}
.number{text-align:right;font-variant-numeric:tabular-nums;white-space:nowrap}
blockquote{margin:.5rem 0;padding:.4rem .9rem;
border-left:4px solid var(--line);background:var(--soft)}
footer{font-size:.9rem;word-break:break-word}a{color:inherit}.wide{overflow-x:auto}
""".strip()


def html_report(topics: Topics, ids: Sequence[str], facts: Mapping[str, object]) -> str:
    """The whole page: table of topics, then each with its words, titles, summary and parts.

    facts: what was put in and which versions were used, shown at the end.
    """
    return "\n".join(
        [
            '<!doctype html>\n<html lang="de">\n<head>\n<meta charset="utf-8">',
            '<meta name="viewport" content="width=device-width, initial-scale=1">',
            f"<title>Themen aus {_number(len(ids))} Beiträgen</title>",
            f"<style>{_STYLE}</style>\n</head>\n<body>\n<main>",
            *_introduction(topics),
            *_overview(topics),
            *(line for topic in topics.topics for line in _section(topics, topic, ids)),
            "</main>",
            *_facts(facts),
            "</body>\n</html>\n",
        ]
    )


def _number(value: int) -> str:
    """A whole number the German way: 2.314."""
    return f"{value:,}".replace(",", ".")


def _percent(share: float) -> str:
    """A share the German way, with a space that does not break: 12,5 %."""
    return f"{100 * share:.1f}".replace(".", ",") + "\u00a0%"


def _introduction(topics: Topics) -> Iterator[str]:
    """What this is and what it is worth."""
    count = len(topics.labels)
    yield f"<h1>Themen aus {_number(count)} Beiträgen</h1>"
    yield (
        "<p>Ein Rechenverfahren hat Beiträge mit ähnlichen Wörtern zusammengestellt. Bezeichnungen"
        " sind die Wörter, die ein Thema am deutlichsten von den anderen unterscheiden."
        " Zusammenfassungen bestehen aus ganzen Sätzen der Beiträge; nichts ist erfunden.</p>"
    )
    if topics.is_provisional:
        yield (
            "<p><strong>Vorläufig:</strong> Bei weniger als 500 Beiträgen könnten andere"
            " Einteilungen ebenso gut sein.</p>"
        )


def _overview(topics: Topics) -> Iterator[str]:
    """The table of all topics."""
    yield '<div class="wide"><table><caption>Alle Themen, das größte zuerst</caption><thead><tr>'
    yield '<th scope="col">Thema</th><th scope="col" class="number">Beiträge</th>'
    yield '<th scope="col" class="number">Anteil</th><th scope="col">Kennzeichnende Wörter</th>'
    yield "</tr></thead><tbody>"
    for topic in topics.topics:
        yield (
            f'<tr><th scope="row"><a href="#thema-{topic.index}">{escape(topic.label)}</a></th>'
            f'<td class="number">{_number(topic.size)}</td>'
            f'<td class="number">{_percent(topic.size / len(topics.labels))}</td>'
            f"<td>{escape(', '.join(topic.terms)) or '–'}</td></tr>"
        )
    yield "</tbody></table></div>"


def _section(topics: Topics, topic: Topic, ids: Sequence[str]) -> Iterator[str]:
    """One topic in full."""
    corpus = topics.corpus
    yield f'<section id="thema-{topic.index}"><h2>{escape(topic.label)}</h2>'
    contributions = "Beitrag" if topic.size == 1 else "Beiträge"
    yield f"<p>{_number(topic.size)} {contributions}, in der Tabelle „{escape(str(topic.theme))}“."
    yield f"Kennzeichnende Wörter: {escape(', '.join(topic.terms)) or '–'}</p>"
    if topic.summary:
        yield "<h3>Was Menschen schreiben</h3>"
    for sentence in topic.summary:
        source = escape(ids[sentence.source_index])
        yield f"<blockquote>{escape(sentence.text)} <small>(Beitrag {source})</small></blockquote>"
    yield "<h3>Typische Beiträge</h3><ul>"
    for row in topic.central[:5]:
        title = " ".join(corpus.titles[row].split()) or "ohne Titel"
        yield f"<li>{escape(title)} <small>(Beitrag {escape(ids[row])})</small></li>"
    yield "</ul>"
    if topic.subtopics:
        yield "<h3>Unterthemen</h3><ul>"
        for part in topic.subtopics:
            yield (
                f"<li>{escape(part.label)} <small>({_number(part.size)} Beiträge,"
                f" „{escape(part.sublabel)}“)</small></li>"
            )
        yield "</ul>"
    yield "</section>"


def _facts(facts: Mapping[str, object]) -> Iterator[str]:
    """What is needed to compute the same again."""
    yield "<footer><h2>So lässt sich das nachrechnen</h2><dl>"
    for name, value in facts.items():
        yield f"<dt>{escape(name)}</dt><dd>{escape(str(value))}</dd>"
    yield "</dl></footer>"
