"""The whole page, from common ground to the checksums."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from civicdialog.analysis import report
from civicdialog.analysis.opinion_report.certainty import certainty_section, limits_section
from civicdialog.analysis.opinion_report.groups import groups_line, groups_section, topics_section
from civicdialog.analysis.opinion_report.map_picture import map_section
from civicdialog.analysis.opinion_report.origin import Origin, method_section, origin_section
from civicdialog.analysis.opinion_report.shelves import (
    common_section,
    dividing_section,
    on_shelf,
    waiting_section,
)
from civicdialog.analysis.opinion_report.voice import Voice

_CONTENTS = (
    ("common", "Common ground"),
    ("divides", "What divides"),
    ("few", "Needs more votes"),
    ("groups", "Opinion groups"),
    ("topics", "Topics and groups"),
    ("map", "Opinion map"),
    ("certainty", "How sure is this?"),
    ("limits", "What this does not say"),
    ("method", "How it was calculated"),
    ("origin", "Calculate it again"),
)


def html_report(
    result: Mapping[str, Any],
    texts: Mapping[str, str],
    origin: Origin,
    left_out: int,
    language: str,
) -> str:
    """The report as one HTML document without script and without parts from elsewhere.

    result: of `opinion_run.sum_up`. texts: what contributions say, by id. left_out: votes on what
    moderation left out. language: de or en.
    """
    say = Voice(language)
    title = say("What people think: {count}", count=_contributions(result, say))
    return "\n".join(
        [
            f'<!doctype html>\n<html lang="{language}">\n<head>\n<meta charset="utf-8">',
            '<meta name="viewport" content="width=device-width, initial-scale=1">',
            f"<title>{title}</title>\n<style>\n{_style()}</style>\n</head>\n<body>",
            f"<header><h1>{title}</h1>",
            *_summary(result, left_out, say),
            "</header>",
            *_contents(result, say),
            "<main>",
            *common_section(result, texts, say),
            *dividing_section(result, texts, say),
            *waiting_section(result, texts, say),
            *groups_section(result, texts, say),
            *topics_section(result, say),
            *map_section(result, say),
            *certainty_section(result, say),
            *limits_section(say),
            *method_section(say),
            *origin_section(origin, say),
            "</main>\n</body>\n</html>\n",
        ]
    )


def _style() -> str:
    """The style of all reports, and of this one."""
    files = (
        Path(report.__file__).with_name("report.css"),
        Path(__file__).with_name("opinions.css"),
    )
    return "".join(file.read_text(encoding="utf-8") for file in files)


def _contributions(result: Mapping[str, Any], say: Voice) -> str:
    return say.counted(result["submissions"], "contribution", "contributions")


def _summary(result: Mapping[str, Any], left_out: int, say: Voice) -> Iterator[str]:
    """The result in four sentences, and what did not count."""
    common, divides = (len(on_shelf(result, shelf)) for shelf in ("common", "divides"))
    cast = say(
        "{people} cast {votes} on {contributions}.",
        people=say.counted(result["participants"], "person", "people"),
        votes=say.counted(result["votes"], "vote", "votes"),
        contributions=_contributions(result, say),
    )
    found = say(
        "Common ground: {common}. Dividing: {divides}.",
        common=say.counted(common, "contribution", "contributions"),
        divides=say.counted(divides, "contribution", "contributions"),
    )
    yield f'<p class="lead">{cast} {found}</p><p>{groups_line(result, say)}</p>'
    if result["repeated"]:
        yield f"<p>{say('{count} replaced by a later one of the same person on the same contribution.', count=say.counted(result['repeated'], 'vote was', 'votes were'))}</p>"
    if left_out:
        yield f"<p>{say('{count} on contributions that moderation had left out and did not count.', count=say.counted(left_out, 'vote was', 'votes were'))}</p>"


def _contents(result: Mapping[str, Any], say: Voice) -> Iterator[str]:
    """Links to the sections there are."""
    missing = {
        name
        for name, there in (("topics", result["topics"]), ("map", result["map"]["cells"]))
        if not there
    }
    yield f'<nav aria-label="{say("Contents")}"><ul>'
    for anchor, title in _CONTENTS:
        if anchor not in missing:
            yield f'<li><a href="#{anchor}">{say(title)}</a></li>'
    yield "</ul></nav>"
