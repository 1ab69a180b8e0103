"""Contributions by what they tell: common ground, what divides, what waits for votes."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from civicdialog.analysis.opinion_report.figures import bars, title
from civicdialog.analysis.opinion_report.voice import Voice
from civicdialog.analysis.report.wording import safe

SHOWN = 12
_WAITING_SHOWN = 20
Statement = Mapping[str, Any]


def on_shelf(result: Mapping[str, Any], shelf: str) -> list[Statement]:
    """The contributions on a shelf, the most telling first."""
    found = [each for each in result["statements"] if each["shelf"] == shelf]
    return sorted(found, key=lambda each: (-_weight(each, shelf), each["id"]))


def _weight(each: Statement, shelf: str) -> float:
    """How much a contribution tells of its shelf."""
    if shelf == "common":
        sides = [one for one in each["groups"] if one] or [each["everybody"]]
        return float(max(min(one["low"] for one in sides), 1 - max(one["high"] for one in sides)))
    value = each["gap"] if each["gap"] is not None else each["controversy"]
    return float(value) if shelf == "divides" and value is not None else 0.0


def common_section(
    result: Mapping[str, Any], texts: Mapping[str, str], say: Voice
) -> Iterator[str]:
    """What all agree on, or all reject."""
    found = on_shelf(result, "common")
    yield f'<section id="common"><h2>{say("Common ground")}</h2>'
    has_groups = bool(result["groups"])
    yield f"<p>{say('In every opinion group a clear majority answers the same way.' if has_groups else 'A clear majority answers the same way.')}</p>"
    for heading, agrees in (("Together for it", True), ("Together against it", False)):
        side = [each for each in found if (each["everybody"]["share"] > 0.5) is agrees]
        if side:
            yield f"<h3>{say(heading)} ({say.number(len(side))})</h3>"
            yield from _list(side, texts, say)
    if not found:
        yield f"<p>{say('There is no such contribution so far.')}</p>"
    yield "</section>"


def dividing_section(
    result: Mapping[str, Any], texts: Mapping[str, str], say: Voice
) -> Iterator[str]:
    """What groups answer differently, or everybody is of two minds about."""
    found = on_shelf(result, "divides")
    yield f'<section id="divides"><h2>{say("What divides")}</h2>'
    yield f"<p>{say('The groups surely differ here, by 30 percentage points or more.' if result['groups'] else 'Here people are of two minds.')}</p>"
    yield from _list(found, texts, say)
    if not found:
        yield f"<p>{say('There is no such contribution so far.')}</p>"
    yield "</section>"


def waiting_section(
    result: Mapping[str, Any], texts: Mapping[str, str], say: Voice
) -> Iterator[str]:
    """What has too few votes, by its words alone; and how many remain."""
    found = on_shelf(result, "few")
    yield f'<section id="few"><h2>{say("Needs more votes")}</h2>'
    yield f"<p>{say('Fewer than ten votes: {count}. That says nothing about their worth.', count=say.counted(len(found), 'contribution', 'contributions'))}</p>"
    if found:
        yield "<ul>"
        for each in found[:_WAITING_SHOWN]:
            yield f"<li>{title(each['id'], texts, say)}</li>"
        yield "</ul>"
    yield _more(len(found) - _WAITING_SHOWN, say)
    mixed = len(on_shelf(result, "mixed"))
    yield f"<p>{say('On {count} the picture is mixed: neither common ground nor clearly divided.', count=say.counted(mixed, 'further contribution', 'further contributions'))}</p></section>"


def _list(found: Sequence[Statement], texts: Mapping[str, str], say: Voice) -> Iterator[str]:
    for each in found[:SHOWN]:
        yield f'<article id="s-{safe(each["id"])}"><h4>{title(each["id"], texts, say)}</h4>'
        yield from bars(each, say)
        yield "</article>"
    yield _more(len(found) - SHOWN, say)


def _more(count: int, say: Voice) -> str:
    if count <= 0:
        return ""
    return (
        f"<p>{say('… and {count} more in the file statements.csv.', count=say.number(count))}</p>"
    )
