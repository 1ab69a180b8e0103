"""What opinion groups think, in sentences."""

from collections.abc import Mapping, Sequence

from civicdialog.core.i18n import mark
from civicdialog.insights.opinion_result import Side, Statement, Told
from civicdialog.web.words import gettext, ngettext

ALL_GROUPS: Mapping[Side, str] = {
    Side.AGREE: mark("All groups agree."),
    Side.RATHER_AGREE: mark("All groups rather agree."),
    Side.SPLIT: mark("Every group is divided in itself."),
    Side.RATHER_DISAGREE: mark("All groups rather disagree."),
    Side.DISAGREE: mark("All groups disagree."),
}
UNEQUALLY: Mapping[Side, str] = {
    Side.AGREE: mark("All groups agree, but some much more than others."),
    Side.RATHER_AGREE: mark("All groups rather agree, but some much more than others."),
    Side.RATHER_DISAGREE: mark("All groups rather disagree, but some much more than others."),
    Side.DISAGREE: mark("All groups disagree, but some much more than others."),
}
EVERYBODY: Mapping[Side, str] = {
    Side.AGREE: mark("Most people agree."),
    Side.RATHER_AGREE: mark("People rather agree."),
    Side.SPLIT: mark("Opinions are divided."),
    Side.RATHER_DISAGREE: mark("People rather disagree."),
    Side.DISAGREE: mark("Most people disagree."),
}


def letters_in_words(letters: Sequence[str]) -> str:
    """A · A and B · A, B and C."""
    if len(letters) < 2:
        return "".join(letters)
    return gettext("%(first)s and %(last)s", first=", ".join(letters[:-1]), last=letters[-1])


def sentence_on(statement: Statement, told: Told) -> str:
    """Who agrees and who does not, in one sentence; empty where too few people answered."""
    if not told.groups:
        side = statement.everybody.side if statement.everybody else None
        return gettext(EVERYBODY[side]) if side else ""
    sides = [each.side if each else None for each in statement.groups]
    if None not in sides and (common := _common(sides)):
        is_unequal = statement.shelf == "divides" and common in UNEQUALLY
        return gettext((UNEQUALLY if is_unequal else ALL_GROUPS)[common])
    parts = [
        _of_groups(side, [g.letter for g, s in zip(told.groups, sides, strict=True) if s is side])
        for side in Side
        if side in sides
    ]
    together = ", ".join(parts)
    return f"{together[:1].upper()}{together[1:]}." if parts else ""


def _common(sides: Sequence[Side | None]) -> Side | None:
    """The side all are on; where some only lean to it, all are said to lean."""
    found = set(sides)
    for sure, leaning in (
        (Side.AGREE, Side.RATHER_AGREE),
        (Side.DISAGREE, Side.RATHER_DISAGREE),
        (Side.SPLIT, Side.SPLIT),
    ):
        if found <= {sure, leaning}:
            return sure if found == {sure} else leaning
    return None


def _of_groups(side: Side, letters: Sequence[str]) -> str:
    n, words = len(letters), letters_in_words(letters)
    if side is Side.AGREE:
        return ngettext("group %(letters)s agrees", "groups %(letters)s agree", n, letters=words)
    if side is Side.RATHER_AGREE:
        return ngettext(
            "group %(letters)s rather agrees", "groups %(letters)s rather agree", n, letters=words
        )
    if side is Side.SPLIT:
        return ngettext(
            "group %(letters)s is divided", "groups %(letters)s are divided", n, letters=words
        )
    if side is Side.RATHER_DISAGREE:
        return ngettext(
            "group %(letters)s rather disagrees",
            "groups %(letters)s rather disagree",
            n,
            letters=words,
        )
    return ngettext("group %(letters)s disagrees", "groups %(letters)s disagree", n, letters=words)


def on_groups(told: Told) -> str:
    """How many groups there are, or why none."""
    n = len(told.groups)
    if not n:
        return gettext(told.why_no_groups)
    if told.tentative:
        return ngettext(
            "Their answers form %(num)d opinion group, but not a steady one yet.",
            "Their answers form %(num)d opinion groups, but not steady ones yet.",
            n,
        )
    return ngettext(
        "Their answers form %(num)d opinion group.",
        "Their answers form %(num)d opinion groups.",
        n,
    )
