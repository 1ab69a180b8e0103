"""How sure the result is, and what it does not say."""

from collections.abc import Iterator, Mapping
from typing import Any

from civicdialog.analysis.opinion_report.voice import Voice

_MOVED = 0.05
"""A share that moves by so much is worth a word."""


def certainty_section(result: Mapping[str, Any], say: Voice) -> Iterator[str]:
    """Stability of the groups, and what would be otherwise with fewer ballots."""
    yield f'<section id="certainty"><h2>{say("How sure is this?")}</h2><dl>'
    if result["groups"] and result["stability"] is not None:
        yield f"<dt>{say('Stability of the groups')}</dt><dd>{say('{value} of 1: so far groupings agree when one vote in five is left out by chance.', value=say.decimal(result['stability']))}"
        yield f" {say('They are tentative.')}</dd>" if result["tentative"] else "</dd>"
    if result["groups"] and result["unclear"]:
        yield f"<dt>{say('People between groups')}</dt><dd>{say('{people} answered so that their group is uncertain (below 80 %).', people=say.counted(result['unclear'], 'person', 'people'))}</dd>"
    for part, name in (
        ("active", "Only people with seven votes or more"),
        ("unflagged", "Without copied and thoughtless ballots"),
        ("accounts", "Without guests"),
    ):
        if part == "accounts" and result["guests"] == 0:
            continue
        yield f"<dt>{say(name)}</dt><dd>{_moved(result, part, say)}</dd>"
    yield "</dl></section>"


def _moved(result: Mapping[str, Any], part: str, say: Voice) -> str:
    """How many contributions have another share among some of the people."""
    pairs = [
        (each["everybody"]["share"], each[part]["share"])
        for each in result["statements"]
        if each["everybody"] and each[part]
    ]
    known = [(one, other) for one, other in pairs if one is not None and other is not None]
    if not known:
        return say("There are too few votes to say.")
    far = sum(abs(one - other) >= _MOVED for one, other in known)
    widest = max(abs(one - other) for one, other in known)
    return say(
        "On {far} of {all} contributions the share moves by five percentage points or more; at most "
        "it moves by {widest}.",
        far=say.number(far),
        all=say.number(len(known)),
        widest=say.percent(widest),
    )


def limits_section(say: Voice) -> Iterator[str]:
    """What figures like these cannot say."""
    yield f'<section id="limits"><h2>{say("What this does not say")}</h2><ul>'
    for limit in (
        "People who vote here have come by themselves. They do not stand for everybody in the city.",
        "A majority is no decision, and a small group is no mistake. Please read what people wrote.",
        "Groups describe answers, not people. Whoever answers otherwise tomorrow may be in another.",
        (
            "Several people who copy each other's ballots can move a share. Compare the line without "
            "copied ballots."
        ),
    ):
        yield f"<li>{say(limit)}</li>"
    yield "</ul></section>"
