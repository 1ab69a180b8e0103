"""The opinion groups: how many people, what tells them apart, and where they lie on the map."""

from collections.abc import Iterator, Mapping
from typing import Any

from civicdialog.analysis.opinion_report.figures import in_words, letter, title
from civicdialog.analysis.opinion_report.voice import Voice
from civicdialog.analysis.report.wording import safe

_WHY_NOT = {
    "too_few_people": "Too few people have voted often enough to look for opinion groups.",
    "too_few_votes": "There are too few votes to look for opinion groups.",
    "no_stable_groups": (
        "No opinion groups stay the same when some votes are left out. Either opinions go across "
        "all people, or more votes are needed."
    ),
}


def groups_line(result: Mapping[str, Any], say: Voice) -> str:
    """The groups in one sentence."""
    sizes = [each["size"] for each in result["groups"]]
    if not sizes:
        return say(_WHY_NOT.get(result["why_no_groups"], _WHY_NOT["no_stable_groups"]))
    listed = ", ".join(f"{letter(n)}: {say.number(size)}" for n, size in enumerate(sizes))
    found = say(
        "People fall into {count} opinion groups ({sizes}).",
        count=say.number(len(sizes)),
        sizes=listed,
    )
    return f"{found} {say('They are tentative.')}" if result["tentative"] else found


def groups_section(
    result: Mapping[str, Any], texts: Mapping[str, str], say: Voice
) -> Iterator[str]:
    """Each group with what tells it from the others."""
    yield f'<section id="groups"><h2>{say("Opinion groups")}</h2><p>{groups_line(result, say)}</p>'
    if result["groups"]:
        yield f"<p>{say('A group is nothing but people who answered alike. It has no name, no members list and no leader.')}</p>"
    statements = {each["id"]: each for each in result["statements"]}
    for each in result["groups"]:
        name, group = letter(each["group"]), each["group"]
        yield f'<section class="topic" id="group-{name}"><h3>{say("Group {letter}", letter=name)}</h3>'
        yield f"<p>{say('{people}, {share} of those in groups.', people=say.counted(each['size'], 'person', 'people'), share=say.percent(each['share']))}</p>"
        if not each["telling"]:
            yield f"<p>{say('No single contribution tells this group from the others for sure.')}</p>"
        else:
            yield f"<h4>{say('Telling answers')}</h4><ul>"
        for one in each["telling"]:
            direction = say("agrees" if one["direction"] == "agree" else "disagrees")
            figure = statements[one["id"]]["groups"][group]
            yield (
                f"<li><strong>{direction}:</strong> {title(one['id'], texts, say)}"
                f" <small>{in_words(figure, say)}</small></li>"
            )
        yield ("</ul>" if each["telling"] else "") + "</section>"
    yield "</section>"


def topics_section(result: Mapping[str, Any], say: Voice) -> Iterator[str]:
    """Topics × groups, where topics are known."""
    if not result["topics"]:
        return
    letters = [letter(each["group"]) for each in result["groups"]]
    yield f'<section id="topics"><h2>{say("Topics and groups")}</h2><div class="wide" tabindex="0" role="region" aria-label="{say("Topics and groups")}"><table>'
    yield f"<caption>{say('Share of agreement with the contributions of a topic, with its 95 % interval over persons')}</caption>"
    yield f'<thead><tr><th scope="col">{say("Topic")}</th><th scope="col" class="number">{say("Everybody")}</th>'
    for name in letters:
        yield f'<th scope="col" class="number">{say("Group {letter}", letter=name)}</th>'
    yield "</tr></thead><tbody>"
    for topic in result["topics"]:
        cells = [topic["everybody"], *topic["groups"]]
        yield f'<tr><th scope="row">{safe(topic["key"])}</th>'
        yield "".join(f'<td class="number">{_cell(cell, say)}</td>' for cell in cells) + "</tr>"
    yield "</tbody></table></div></section>"


def _cell(cell: Mapping[str, Any] | None, say: Voice) -> str:
    if cell is None:
        return f"<small>{say('hidden')}</small>"
    return (
        f"{say.percent(cell['share'])}<br><small>{say.span(cell['low'], cell['high'])}, "
        f"{say.counted(cell['people'], 'person', 'people')}</small>"
    )
