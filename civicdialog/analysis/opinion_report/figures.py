"""Sums of votes as a bar that can be read without colour, and as a line of text beside it."""

from collections.abc import Iterator, Mapping
from typing import Any

from civicdialog.analysis.opinion_report.voice import Voice
from civicdialog.analysis.report.wording import safe

Figure = Mapping[str, Any] | None
_WIDTH, _HEIGHT = 200, 16


def letter(group: int) -> str:
    """The name of a group by its place."""
    return chr(ord("A") + group)


def bars(statement: Mapping[str, Any], say: Voice) -> Iterator[str]:
    """A table: everybody, then each group, with bar, share, interval and number of votes."""
    yield f'<table class="bars"><caption class="away">{say("Votes on this contribution")}</caption>'
    yield f'<thead class="away"><tr><th scope="col">{say("Who")}</th>'
    yield f'<th scope="col">{say("Agreement")}</th><th scope="col">{say("In words")}</th></tr></thead><tbody>'
    yield _row(say("Everybody"), statement["everybody"], say)
    for group, figure in enumerate(statement["groups"]):
        yield _row(say("Group {letter}", letter=letter(group)), figure, say)
    yield "</tbody></table>"


def _row(name: str, figure: Figure, say: Voice) -> str:
    return (
        f'<tr><th scope="row">{name}</th><td class="picture">{bar(figure)}</td>'
        f"<td>{in_words(figure, say)}</td></tr>"
    )


def in_words(figure: Figure, say: Voice) -> str:
    """Share, interval and number of votes."""
    if figure is None:
        return say("fewer than five votes, or hidden to protect them")
    passed = say("{count} undecided", count=say.number(figure["pass"]))
    if figure["share"] is None:
        return passed
    return say(
        "<strong>{share} agree</strong> ({span}), {agree} to {disagree}, {passed}",
        share=say.percent(figure["share"]),
        span=say.span(figure["low"], figure["high"]),
        agree=say.number(figure["agree"]),
        disagree=say.number(figure["disagree"]),
        passed=passed,
    )


def bar(figure: Figure) -> str:
    """The share as a filled bar, its interval as a line, one half as a mark."""
    if figure is None or figure["share"] is None:
        return ""
    share, low, high = (round(_WIDTH * figure[name], 1) for name in ("share", "low", "high"))
    middle, half = _HEIGHT / 2, _WIDTH / 2
    return (
        f'<svg class="bar" viewBox="0 0 {_WIDTH} {_HEIGHT}" aria-hidden="true">'
        f'<rect class="ground" width="{_WIDTH}" height="{_HEIGHT}"/>'
        f'<rect class="share" width="{share}" height="{_HEIGHT}"/>'
        f'<line class="half" x1="{half}" y1="0" x2="{half}" y2="{_HEIGHT}"/>'
        f'<line class="span" x1="{low}" y1="{middle}" x2="{high}" y2="{middle}"/>'
        f'<line class="span" x1="{low}" y1="3" x2="{low}" y2="{_HEIGHT - 3}"/>'
        f'<line class="span" x1="{high}" y1="3" x2="{high}" y2="{_HEIGHT - 3}"/></svg>'
    )


def title(statement_id: str, texts: Mapping[str, str], say: Voice) -> str:
    """A contribution by its words, or by its id where nobody told them."""
    text = " ".join(texts.get(statement_id, "").split())
    if text:
        return f'<bdi dir="auto">{safe(text)}</bdi>'
    return say("Contribution {id}", id=safe(statement_id))
