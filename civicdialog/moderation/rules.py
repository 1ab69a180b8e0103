"""The rules of the dialogue in plain words, each with what it does not forbid."""

from collections.abc import Mapping
from dataclasses import dataclass

from civicdialog.core.i18n import mark
from civicdialog.moderation.models import Ground


@dataclass(frozen=True)
class Rule:
    """What a ground means, and what is allowed all the same."""

    says: str
    allows: str


RULES: Mapping[Ground, Rule] = {
    Ground.OFF_TOPIC: Rule(
        mark("It is not about the question of the round. Other concerns belong elsewhere."),
        mark("Unusual ideas, doubts about the question itself, and the wish for no AI at all."),
    ),
    Ground.DUPLICATE: Rule(
        mark("Another contribution says the same already, also about the same place or group."),
        mark("The same wish for other reasons, or for another part of the city."),
    ),
    Ground.PERSONAL_DATA: Rule(
        mark(
            "It says something about a person that others can recognise: a name, an address, a "
            "telephone number, an illness."
        ),
        mark("What people in office do in their office, and what you tell about yourself."),
    ),
    Ground.INSULT: Rule(
        mark("It puts people down instead of speaking about the matter."),
        mark("Sharp criticism of the city, its offices and its decisions."),
    ),
    Ground.DISCRIMINATION: Rule(
        mark(
            "It treats people as worth less because of their origin, skin, religion, sex, age, "
            "disability or whom they love."
        ),
        mark("Naming discrimination, and asking whom an application would put at a disadvantage."),
    ),
    Ground.ADVERTISING: Rule(
        mark("It promotes a product, a firm or an event."),
        mark("Naming an example from elsewhere, also with the name of the program used there."),
    ),
    Ground.UNLAWFUL: Rule(
        mark("It breaks the law: threats, incitement, somebody else’s pictures or texts."),
        mark("Quoting a sentence and saying where it is from."),
    ),
    Ground.UNINTELLIGIBLE: Rule(
        mark("Nobody can make out what is meant, also after asking."),
        mark("Mistakes, short sentences, other languages and easy language."),
    ),
}
