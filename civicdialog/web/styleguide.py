"""The style guide: every component in every state, for development only. All data are made up."""

from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any

from flask import Flask, render_template, request
from flask.typing import ResponseReturnValue
from werkzeug.datastructures import MultiDict
from wtforms import (
    BooleanField,
    EmailField,
    FileField,
    Form,
    PasswordField,
    RadioField,
    SelectField,
    SelectMultipleField,
    StringField,
    TextAreaField,
)
from wtforms.fields import SelectChoice  # type: ignore[attr-defined]
from wtforms.validators import InputRequired, Length

from civicdialog.core.permissions import Permission
from civicdialog.core.view_models import (
    Cell,
    Column,
    Crumb,
    Fact,
    FilterChoice,
    Filters,
    FilterSelect,
    JobProgress,
    MapCell,
    MapDirection,
    MapGroup,
    OpinionBar,
    OpinionMapView,
    PhaseStep,
    ProposalCard,
    Tab,
    ThreadStep,
    TopicTile,
    VoteView,
)
from civicdialog.submissions.models import Kind, Status
from civicdialog.web.assets import KERN

START = datetime(2026, 9, 1, 8, 0, tzinfo=UTC)
LONG_WORD = "Straßenausbaubeitragsbescheidprüfungsverfahrensverordnung"
LONG_TEXT = (
    "Ein sehr langer Titel, wie ihn jemand schreibt, der alles auf einmal sagen möchte: die "
    f"{LONG_WORD} soll in Zukunft von einem Programm vorbereitet, von Menschen entschieden und "
    "danach öffentlich erklärt werden"
)


class SampleForm(Form):
    title = StringField(
        "Worum geht es?", [InputRequired("Geben Sie Ihrem Vorschlag einen Titel."), Length(max=120)],
        description="Ein kurzer Satz genügt.",
    )  # fmt: skip
    problem = TextAreaField(
        "Welches Problem haben Sie erlebt?",
        [InputRequired("Beschreiben Sie das Problem."), Length(max=5000)],
    )
    worries = TextAreaField("Was macht Ihnen dabei Sorgen?", [Length(max=2000)])
    kind = RadioField(
        "Was möchten Sie einreichen?", [InputRequired("Wählen Sie eine Art.")],
        choices=[SelectChoice(k.value, text) for k, text in
                 zip(Kind, ("Anwendung", "Leitlinie", "Sorge"), strict=True)],
    )  # fmt: skip
    department = SelectField(
        "Bereich der Verwaltung",
        choices=[
            SelectChoice("", "Bitte wählen"),
            SelectChoice("umwelt", "Umwelt, Grün und Klima"),
        ],
    )
    groups = SelectMultipleField(
        "Wem hilft es?",
        choices=[SelectChoice("a", "Familien"), SelectChoice("b", "Älteren Menschen")],
    )
    email = EmailField("E-Mail", [InputRequired("Geben Sie Ihre E-Mail-Adresse an.")])
    password = PasswordField("Passwort", [InputRequired("Geben Sie ein Passwort ein.")])
    file = FileField("Anhang")
    accepted = BooleanField(
        "Ich habe die Regeln gelesen.",
        [InputRequired("Bestätigen Sie, dass Sie die Regeln kennen.")],
    )


def form_with_errors() -> SampleForm:
    form = SampleForm(MultiDict(), prefix="wrong-")
    form.validate()
    form.form_errors.append("Die Runde ist seit gestern geschlossen. Ihr Text ist noch da.")
    return form


def form_filled() -> SampleForm:
    values = {"full-title": LONG_TEXT, "full-problem": "Zeile eins.\nZeile zwei."}
    return SampleForm(MultiDict(values | {"full-kind": "concern"}), prefix="full-")


def phases(current: int) -> list[PhaseStep]:
    """The five phases, of which the one numbered `current` runs (−1: none yet, 5: all over)."""
    labels = ("Information", "Vorschläge sammeln", "Abstimmen", "Auswerten", "Ergebnis berichten")
    hints = (
        "Lesen Sie, worum es geht.",
        "Schlagen Sie vor, wofür die Verwaltung KI einsetzen soll, oder sagen Sie Ihre Sorgen.",
        "Sagen Sie zu jedem Vorschlag, ob Sie zustimmen. Sie können Ihre Stimme bis zum Ende ändern.",
        "Der Beirat liest alle Beiträge.",
        "Sie erfahren, was aus Ihrem Beitrag wird.",
    )
    actions = ("Zur Frage", "Vorschlag machen", "Jetzt abstimmen", "", "Zum Bericht")
    return [
        PhaseStep(
            label,
            "past" if i < current else "current" if i == current else "future",
            START + timedelta(days=28 * i),
            START + timedelta(days=28 * (i + 1)),
            hint=hints[i] if i == current else "",
            remaining="Noch 12 Tage" if i == current else "",
            action_label=actions[i],
            action_url="#" if actions[i] else "",
        )
        for i, label in enumerate(labels)
    ]


def cards() -> list[ProposalCard]:
    return [
        ProposalCard(
            "Termine im Bürgerservice am Telefon vergeben, auch abends", "#1",
            "Wer um 18 Uhr anruft, erreicht niemanden. Ein Sprachassistent könnte Termine vergeben und "
            "bei allem anderen einen Rückruf notieren. Meine Mutter hat kein Internet und ruft jetzt "
            "manchmal viermal an.",
            Kind.USE_CASE, topic="Termine und Wartezeiten", topic_url="#t",
            department="Bürgerservice", voices_count=84, arguments_count=12, number=42,
        ),
        ProposalCard(
            "Keine Entscheidung über Menschen ohne Menschen", "#2",
            "Über Anträge darf ein Programm nie allein entscheiden.",
            Kind.PRINCIPLE, voices_count=1, arguments_count=1, number=7, my_opinion="agree",
        ),
        ProposalCard(
            "Wer haftet, wenn die KI falsch rät?", "#3", "", Kind.CONCERN,
            voices_count=0, number=1204, is_mine=True, topic="Haftung",
        ),
        ProposalCard(
            LONG_TEXT, "#4", f"{LONG_WORD} " * 8, Kind.USE_CASE,
            topic="Ein Thema mit einem wirklich langen Namen, der umbrechen muss", topic_url="#t",
            department="Innere Verwaltung und IT", voices_count=10_000, arguments_count=2_314,
            number=10_000, my_opinion="disagree",
        ),
        ProposalCard(
            "Parkplätze in der Altstadt anzeigen", "#5", "Ich kreise jeden Morgen.", Kind.USE_CASE,
            status=Status.PENDING, is_mine=True,
        ),
        ProposalCard(
            "Mein Nachbar", "#6", "Dieser Text nannte einen Namen.", Kind.CONCERN,
            status=Status.REJECTED, is_mine=True,
        ),
    ]  # fmt: skip


def bars() -> list[OpinionBar]:
    return [
        OpinionBar.from_counts(79, 21, 27, label="Alle"),
        OpinionBar.from_counts(6200, 1400, 2400, label="Zehntausend Stimmen"),
        OpinionBar.from_counts(1, 0, 0, label="Eine Stimme"),
        OpinionBar.from_counts(0, 0, 12, label="Alle dagegen"),
        OpinionBar.from_counts(0, 0, 0, label="Noch keine Stimme"),
        OpinionBar.from_counts(2, 1, 0, label="Zu wenige Stimmen", threshold=5),
    ]


def group_bars() -> list[OpinionBar]:
    return [
        OpinionBar.from_counts(61, 9, 8, label="Gruppe A: Mehr Bequemlichkeit"),
        OpinionBar.from_counts(12, 9, 33, label="Gruppe B: Erst die Regeln"),
        OpinionBar.from_counts(1, 1, 1, label="Gruppe C", threshold=5),
    ]


def tiles() -> list[TopicTile]:
    return TopicTile.scaled([
        TopicTile(
            "Termine und Wartezeiten", "#", ("Termin", "Wartezeit", "Bürgerservice", "Telefon", "abends"),
            142, 2310, "Meine Mutter hat kein Internet und ruft jetzt manchmal viermal an.", "#",
            "Nr. 42: Termine am Telefon vergeben",
        ),
        TopicTile(
            "Formulare verstehen", "#", ("Formular", "Amtsdeutsch", "einfach", "Sprache"), 61, 804,
            "Ich habe studiert und verstehe den Bescheid trotzdem nicht.", "#", "Nr. 118: Bescheide",
        ),
        TopicTile("Straßen und Schlaglöcher", "#", ("Schlagloch", "Radweg", "melden"), 1, 1),
        TopicTile(
            f"Ein sehr langes Thema über die {LONG_WORD}", "#", (LONG_WORD, "Verwaltung"), 10, 10_000,
            LONG_TEXT, "#", LONG_TEXT,
        ),
    ])  # fmt: skip


def opinion_map() -> OpinionMapView:
    random = Random(7)  # noqa: S311 - a picture, not a secret
    middles = ((-2.2, 0.6, 24), (1.9, 0.9, 16), (0.6, -1.9, 8))
    cells = [
        MapCell(x + 0.5 * (n % 5) - 1, y + 0.43 * (n // 5) - 1, random.randint(5, 14), group)
        for group, (x, y, many) in enumerate(middles)
        for n in range(many)
    ]
    cells += [MapCell(0.2 * n, 0.2, 9) for n in (-2, 3)]
    sizes = [sum(cell.count for cell in cells if cell.group == group) for group in range(3)]
    groups = (
        MapGroup("A", sizes[0], -2.2, 0.6, agrees=(Cell("Termine am Telefon, auch abends", "#"),),
                 disagrees=(Cell("Erst die Regeln, dann die Programme", "#"),)),
        MapGroup("B", sizes[1], 1.9, 0.9, agrees=(Cell(LONG_TEXT, "#"),)),
        MapGroup("C", sizes[2], 0.6, -1.9),
    )  # fmt: skip
    directions = (
        MapDirection(1, "Termine am Telefon, auch abends", "#", -1, 0.2),
        MapDirection(2, LONG_TEXT, "#", 0.7, 0.7),
    )
    return OpinionMapView.from_cells(
        cells, groups, title="Wer ähnlich geantwortet hat", radius=0.29, others_count=18,
        directions=directions, me=(1.2, 0.2), how_url="#how",
    )  # fmt: skip


def opinion_lines() -> list[OpinionBar]:
    return [
        OpinionBar.from_counts(121, 30, 41, label="Alle", is_main=True),
        OpinionBar.from_counts(61, 9, 8, label="Gruppe A"),
        OpinionBar.from_counts(12, 9, 33, label="Gruppe B"),
        OpinionBar.from_counts(1, 1, 1, label="Gruppe C", threshold=5),
    ]


def thread() -> list[ThreadStep]:
    return [
        ThreadStep("Eingereicht und veröffentlicht", "done", START, actor="Moderation", url="#",
                   url_label="Ihr Beitrag Nr. 42"),
        ThreadStep("Zum Thema «Termine und Wartezeiten» gestellt", "done", START + timedelta(40),
                   "Mit 141 anderen Beiträgen, die dasselbe Problem nennen.", "#", "Zum Thema"),
        ThreadStep("Der Beirat empfiehlt einen Versuch", "current", START + timedelta(75),
                   "Der Nutzen ist hoch, das Risiko gering. Bedingung: Wer mit einem Menschen sprechen "
                   "will, wird verbunden.", "#", "Zur Empfehlung", "Beirat"),
        ThreadStep("Abschnitt in der Strategie", "open"),
        ThreadStep("Beschluss des Stadtrats", "open"),
    ]  # fmt: skip


def thread_dead_end() -> list[ThreadStep]:
    return [
        ThreadStep("Eingereicht und veröffentlicht", "done", START),
        ThreadStep("Nicht empfohlen", "dead_end", START + timedelta(75),
                   "Für Kameras mit Gesichtserkennung auf Plätzen gibt es keine Rechtsgrundlage. "
                   "Der Beirat hat den Vorschlag geprüft und begründet, warum er ihn nicht empfiehlt.",
                   "#", "Begründung lesen", "Beirat"),
    ]  # fmt: skip


def filter_views() -> list[Filters]:
    choices = (
        FilterChoice("", "Alle"), FilterChoice("use_case", "Anwendung", 96, selected=True),
        FilterChoice("principle", "Leitlinie", 18),
    )  # fmt: skip
    kinds, kinds_again = FilterSelect("kind", "Art", choices), FilterSelect("kind2", "Art", choices)
    topics = FilterSelect(
        "topic", "Thema", (FilterChoice("", "Alle"), FilterChoice("1", LONG_TEXT, 10_000))
    )
    return [
        Filters("#", "Suchen", selects=(kinds, topics)),
        Filters("#", "Suchen", "Schlagloch", "q2", selects=(kinds_again,), reset_url="#",
                result_text="3 Vorschläge gefunden"),
    ]  # fmt: skip


def jobs() -> list[JobProgress]:
    return [
        JobProgress("Themen neu bilden", "running", 42, "1.024 von 2.314 Beiträgen gelesen"),
        JobProgress("Themen neu bilden", "waiting"),
        JobProgress("Themen sind fertig", "done", message="14 Themen aus 2.314 Beiträgen, 38 Sekunden.",
                    url="#", url_label="Zu den Themen"),
        JobProgress("Themen konnten nicht gebildet werden", "failed",
                    message="Es sind zu wenige Beiträge: 3 von mindestens 20. Nichts wurde geändert."),
    ]  # fmt: skip


def votes() -> list[VoteView]:
    return [
        VoteView("#", title="Termine am Telefon vergeben"),
        VoteView("#", "agree", title="Keine Entscheidung ohne Menschen"),
        VoteView("#", can_vote=False, why_not="Abstimmen können Sie, wenn Sie angemeldet sind.",
                 why_not_url="#", why_not_url_label="Anmelden"),
        VoteView("#", "disagree", can_vote=False, why_not="Die Abstimmung ist seit gestern zu Ende."),
    ]  # fmt: skip


def sample_values() -> dict[str, Any]:
    """Everything the template shows."""
    return {
        "crumbs": (Crumb("Start", "#"), Crumb("Beteiligungsrunden", "#"), Crumb("Styleguide")),
        "form_empty": SampleForm(), "form_wrong": form_with_errors(), "form_filled": form_filled(),
        "timelines": {"Vor dem Start": phases(-1), "Sammeln": phases(1), "Abstimmen": phases(2),
                      "Vorbei": phases(5)},
        "cards": cards(), "bars": bars(), "group_bars": group_bars(), "tiles": tiles(),
        "opinion_map": opinion_map(), "opinion_lines": opinion_lines(),
        "empty_map": OpinionMapView.from_cells((), (), title="Noch keine Karte"),
        "thread": thread(), "thread_dead_end": thread_dead_end(), "filter_views": filter_views(),
        "jobs": jobs(), "votes": votes(),
        "tabs": (Tab("Wartend", "#", current=True, count=12), Tab("Entschieden", "#", count=2314),
                 Tab("Leer", "#", count=0), Tab("Ohne Zahl", "#")),
        "columns": (Column("Beitrag"), Column("Thema"), Column("Alter", numeric=True),
                    Column("Stimmen", numeric=True)),
        "rows": ((Cell("Termine am Telefon", "#"), "Termine", "2 Tage", "84"),
                 (Cell(LONG_TEXT, "#"), Cell("ohne Thema", muted=True), "31 Tage", "10.000"),
                 (Cell("Radwege", "#"), "Verkehr", "0 Tage", "0")),
        "facts": (Fact("Gelaufen am", "1. Oktober 2026"), Fact("Startwert", 0),
                  Fact("Prüfsumme der Eingabe", "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822c"),
                  Fact("Daten", "contributions.csv", "#")),
        "kinds": tuple(Kind), "statuses": tuple(Status),
    }  # fmt: skip


def register(app: Flask) -> None:
    """Show the style guide at `/styleguide`; only called in development."""
    icons = _icon_names(app)

    def show() -> ResponseReturnValue:
        theme = request.args.get("theme")
        chosen = {"theme": theme} if theme else {}
        return render_template("web/styleguide.html", icons=icons, **sample_values(), **chosen)

    show.needs = Permission.PUBLIC  # type: ignore[attr-defined]
    app.add_url_rule("/styleguide", "styleguide.show", show)


def _icon_names(app: Flask) -> list[str]:
    """The icons that the trimmed style sheet holds."""
    css = app.extensions["assets"].files[KERN].body.decode()
    names = {part.split("{")[0] for part in css.split("\n.kern-icon--")[1:]}
    return sorted(n for n in names if n.replace("-", "").isalpha() and n not in {"small", "large"})
