"""Loading the sample round: our own texts, a fixed seed, the same rules as everybody."""

import random
import tomllib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import select

from civicdialog.accounts.actions import create_person
from civicdialog.accounts.models import Person
from civicdialog.core import clock
from civicdialog.core.db import db, transaction
from civicdialog.core.permissions import Actor, Role
from civicdialog.demo.committee import load_committee
from civicdialog.demo.people import CITIZEN, FIRST_NAMES, SAMPLE_PASSWORD, STAFF
from civicdialog.discussion.actions import ArgumentDraft, add_argument
from civicdialog.discussion.models import Argument, Stance
from civicdialog.easytext.actions import write_variant
from civicdialog.insights.building import build_topics
from civicdialog.insights.building_opinions import build_opinions
from civicdialog.moderation.actions import Reasons, publish, reject
from civicdialog.moderation.models import Ground
from civicdialog.rounds.models import Deed, Phase, PhaseKind, Round
from civicdialog.submissions.models import Kind, Submission
from civicdialog.submissions.texts import search_terms
from civicdialog.voting.actions import ImportedVote, import_votes
from civicdialog.voting.models import Opinion

SLUG = "ki-anwendungen"
SEED = 20260101
PARTICIPANTS = 400
CAMP_SHARES = (0.42, 0.28, 0.30)
WAITING = 5
CONTENT = Path(__file__).parent / "content"
DAY = timedelta(days=1)

INTRODUCTION = """\
Die Stadt Halle (Saale) möchte künstliche Intelligenz dort einsetzen, wo sie den Menschen nützt, und sie dort lassen, wo sie schadet. Dafür entsteht eine Strategie, die der Stadtrat beschließt und die danach jedes Jahr überprüft wird.

In dieser Runde geht es um die **Anwendungen**: Wobei soll ein Programm der Verwaltung helfen? Welche **Leitlinien** sollen dabei gelten? Und was macht Ihnen **Sorgen**?

Jeder Vorschlag wird gelesen. Ein Beirat aus Informatik, Ethik, Sozialwissenschaften und Zivilgesellschaft wertet alles aus, und Sie sehen hier, was aus Ihrem Vorschlag wird.
"""
IN_EASY_LANGUAGE = {
    "title": "KI in Halle",
    "question": "Was soll KI für Sie tun?",
    "introduction": """\
Die Stadt Halle will KI benutzen.
KI ist ein Computer-Programm.
Das Programm hilft bei der Arbeit im Amt.

Wir fragen Sie:
Wo soll KI helfen?
Welche Regeln sollen gelten?
Wovor haben Sie Angst?

Wir lesen jeden Vorschlag.
Fach-Leute geben der Stadt einen Rat.
Hier sehen Sie:
Das ist aus Ihrem Vorschlag geworden.
""",
}
IN_ENGLISH = {
    "title": "AI in the city administration of Halle",
    "question": "Which applications do you wish for?",
    "introduction": """\
The city of Halle (Saale) wants to use artificial intelligence where it helps people, and to leave \
it where it does harm. It is writing a strategy for this. The council adopts it, and it is reviewed \
every year after that.

This round is about **applications**: what should a program do for the administration? Which \
**principles** should hold? And what **worries** you?

Every proposal is read. A committee from informatics, ethics, social sciences and civil society \
weighs everything up, and you see here what becomes of your proposal.
""",
}
REJECTIONS = (
    (
        "Parkplatz vor meiner Haustür",
        "Vor meinem Haus wird seit Wochen ein Anhänger abgestellt. Wann kümmert sich endlich jemand darum?",
        Ground.OFF_TOPIC,
        "Ihr Anliegen betrifft das Ordnungsamt und nicht die Frage dieser Runde, wobei künstliche Intelligenz der Verwaltung helfen soll. Bitte melden Sie den Anhänger über den Mängelmelder der Stadt.",
    ),
    (
        "Die neue Beratungssoftware kaufen",
        "Unsere Firma hat die beste Software für Bürgerämter. Rufen Sie uns an, wir machen Ihnen ein Angebot.",
        Ground.ADVERTISING,
        "Der Beitrag wirbt für ein Angebot. Werbung veröffentlichen wir nicht. Wenn Sie einen Vorschlag haben, der ohne ein bestimmtes Produkt auskommt, reichen Sie ihn gern noch einmal ein.",
    ),
)


@dataclass(frozen=True)
class Sample:
    """One text of the sample round, with what each opinion group thinks of it."""

    kind: Kind
    department: str
    title: str
    problem: str
    solution: str
    beneficiaries: str
    worries: str
    camps: tuple[float, ...]
    passes: float
    arguments: tuple[tuple[Stance, str], ...]


def samples() -> list[Sample]:
    """All texts of the sample round, in a fixed mixed order."""
    found = [
        _sample(row)
        for path in sorted(CONTENT.glob("*.toml"))
        for row in tomllib.loads(path.read_text("utf-8"))["proposals"]
    ]
    random.Random(SEED).shuffle(found)  # noqa: S311 (the same for everybody on purpose)
    return found


def _sample(row: dict[str, Any]) -> Sample:
    return Sample(
        kind=Kind(row["kind"]),
        department=row["department"],
        title=row["title"],
        problem=row["problem"],
        solution=row["solution"],
        beneficiaries=row["beneficiaries"],
        worries=row["worries"],
        camps=tuple(row["camps"]),
        passes=row["passes"],
        arguments=tuple((Stance(a["stance"]), a["text"]) for a in row["arguments"]),
    )


def load_demo(*, progress: Callable[[float, str], None]) -> str:
    """Load the sample round unless it is there. Says what it did."""
    if db.session.scalar(select(Round.id).where(Round.slug == SLUG)):
        return "The sample round is loaded already."
    texts = samples()
    with transaction():
        progress(0.05, "people")
        staff, citizens = _people()
        round = _round()
        progress(0.15, "contributions")
        rows = _submissions(round, texts, citizens)
        _spread_over_time(round, rows)
        db.session.flush()
        _moderate(rows, staff["moderator"])
        progress(0.4, "arguments")
        _arguments(round, rows, texts, citizens)
        db.session.flush()
        _spread_arguments(rows)
        _say_it_in_other_languages(round)
    progress(0.5, "votes")
    with transaction():
        import_votes(Actor.system(), round, list(_votes(rows, texts)))
    progress(0.7, "topics")
    build_topics(
        Actor.system(), round, progress=lambda share, _: progress(0.7 + 0.2 * share, "topics")
    )
    build_opinions(
        Actor.system(), round, progress=lambda share, _: progress(0.9 + 0.07 * share, "opinions")
    )
    progress(0.97, "committee")
    with transaction():
        load_committee(round, staff)
    return f"Sample round loaded: {len(rows)} contributions, {PARTICIPANTS} participants."


def _say_it_in_other_languages(round: Round) -> None:
    for language, texts in (("de-simple", IN_EASY_LANGUAGE), ("en", IN_ENGLISH)):
        for field, text in texts.items():
            write_variant(
                Actor.system(), "round", round.id, field=field, language=language, text=text
            )


def _people() -> tuple[dict[str, Actor], list[Person]]:
    system = Actor.system()
    staff = {}
    for account in (CITIZEN, *STAFF):
        person = create_person(
            system,
            email=account.email,
            public_name=account.public_name,
            password=SAMPLE_PASSWORD,
            roles=account.roles,
            discipline=account.discipline,
            is_sample=True,
        )
        staff[account.key] = Actor(
            person.id, frozenset({Role.PARTICIPANT, *account.roles}), person.public_name
        )
    citizens = [
        Person(
            email=f"beispiel-{n}@example.org",
            public_name=name,
            confirmed_at=clock.now(),
            is_sample=True,
        )
        for n, name in enumerate(FIRST_NAMES)
    ]
    db.session.add_all(citizens)
    db.session.flush()
    return staff, citizens


def _round() -> Round:
    """Collecting and voting run side by side, so that visitors can try both."""
    today = clock.now().replace(hour=6, minute=0, second=0, microsecond=0)
    both = f"{Deed.SUBMIT} {Deed.VOTE} {Deed.ARGUE}"
    plan = (
        (PhaseKind.INFORMATION, -35, -21, ""),
        (PhaseKind.COLLECTING, -21, 28, both),
        (PhaseKind.VOTING, 28, 49, f"{Deed.VOTE} {Deed.ARGUE}"),
        (PhaseKind.EVALUATING, 49, 84, ""),
        (PhaseKind.REPORTING, 84, 120, ""),
    )
    round = Round(
        slug=SLUG,
        title="KI in der Stadtverwaltung Halle",
        question="Welche Anwendungen wünschen Sie sich?",
        introduction=INTRODUCTION,
        is_public=True,
        is_sample=True,
        guests_may_vote=True,
        guests_may_submit=True,
        support_effect="Der Beirat befasst sich mit dem Vorschlag und antwortet öffentlich.",
        phases=[
            Phase(
                kind=kind, starts_at=today + start * DAY, ends_at=today + end * DAY, permits=permits
            )
            for kind, start, end, permits in plan
        ],
    )
    db.session.add(round)
    db.session.flush()
    return round


def _submissions(round: Round, texts: list[Sample], citizens: list[Person]) -> list[Submission]:
    chance = random.Random(SEED)  # noqa: S311
    rows = []
    for text in texts:
        row = Submission(
            round_id=round.id,
            author_id=chance.choice(citizens).id,
            kind=text.kind,
            department=text.department,
            title=text.title,
            problem=text.problem,
            solution=text.solution,
            beneficiaries=text.beneficiaries,
            worries=text.worries,
        )
        row.search_terms = search_terms(row.title, row.body)
        rows.append(row)
    db.session.add_all(rows)
    return rows


def _moderate(rows: list[Submission], moderator: Actor) -> None:
    """Publish all but the last few, which wait in the queue, and refuse what does not belong."""
    for row in rows[:-WAITING]:
        with clock.standing_at(min(row.created_at + 6 * DAY / 24, clock.now())):
            publish(moderator, row)
    for title, problem, ground, explanation in REJECTIONS:
        refused = Submission(
            round_id=rows[0].round_id,
            author_id=rows[0].author_id,
            title=title,
            problem=problem,
            search_terms=search_terms(title, problem),
        )
        db.session.add(refused)
        db.session.flush()
        reject(moderator, refused, Reasons(ground, explanation))


def _arguments(
    round: Round, rows: list[Submission], texts: list[Sample], citizens: list[Person]
) -> None:
    chance = random.Random(SEED + 1)  # noqa: S311
    for row, text in zip(rows[:-WAITING], texts, strict=False):
        for stance, words in text.arguments:
            author = chance.choice(citizens)
            actor = Actor(author.id, frozenset({Role.PARTICIPANT}), author.public_name)
            add_argument(actor, round, row, ArgumentDraft(stance, words), is_public=True)


def _spread_over_time(round: Round, rows: list[Submission]) -> None:
    """Give contributions believable dates; the fair order does not depend on them."""
    chance = random.Random(SEED + 2)  # noqa: S311
    begin, now = round.phases[1].starts_at, clock.now()
    moments = sorted(begin + (now - begin) * chance.random() * 0.97 for _ in rows[:-WAITING])
    for row, moment in zip(rows, moments, strict=False):
        row.created_at = moment
    for row in rows[-WAITING:]:
        row.created_at = now - timedelta(hours=chance.randint(2, 40))


def _spread_arguments(rows: list[Submission]) -> None:
    """What people said came in the days after the proposal."""
    chance = random.Random(SEED + 2)  # noqa: S311
    published = {row.id: row.published_at for row in rows if row.published_at}
    for argument in db.session.scalars(select(Argument).order_by(Argument.id)):
        start = published[argument.submission_id]
        argument.created_at = start + (clock.now() - start) * chance.random()


def _votes(rows: list[Submission], texts: list[Sample]) -> Iterator[ImportedVote]:
    """Ballots of three opinion groups; everybody sees some of the contributions, as in life."""
    chance = random.Random(SEED + 3)  # noqa: S311
    published = list(zip(rows[:-WAITING], texts, strict=False))
    for number in range(PARTICIPANTS):
        camp = chance.choices(range(len(CAMP_SHARES)), CAMP_SHARES)[0]
        seen = min(len(published), max(4, round(chance.lognormvariate(3.2, 0.6))))
        for row, text in chance.sample(published, seen):
            yield ImportedVote(f"sample-{number}", row.id, _opinion(chance, text, camp))


def _opinion(chance: random.Random, text: Sample, camp: int) -> Opinion:
    if chance.random() < text.passes:
        return Opinion.PASS
    return Opinion.AGREE if chance.random() < text.camps[camp] else Opinion.DISAGREE


def sign_in_lines() -> list[str]:
    """The sample sign-ins, for the terminal; nothing where there is no sample round."""
    if not db.session.scalar(select(Person.id).where(Person.email == CITIZEN.email)):
        return []
    lines = [f"  {account.email:28} {account.public_name}" for account in (CITIZEN, *STAFF)]
    return ["Sample sign-ins (sample data, password for all: " + SAMPLE_PASSWORD + ")", *lines, ""]
