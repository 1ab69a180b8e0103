"""Pages that show several rooms at once, and the small ones every site needs."""

from typing import Any

from flask import Response, abort, after_this_request, current_app, redirect, request, url_for
from flask.typing import ResponseReturnValue

from civicdialog.core import clock
from civicdialog.core.city import city
from civicdialog.core.errors import NotFound
from civicdialog.core.i18n import mark
from civicdialog.core.permissions import Permission, Role
from civicdialog.core.redirects import safe_target
from civicdialog.core.room import Page, Room, current_actor, page
from civicdialog.core.view_models import Crumb
from civicdialog.moderation.models import SubjectKind
from civicdialog.moderation.queries import restrictions_on
from civicdialog.notifications.follows import follows
from civicdialog.rounds.models import Round
from civicdialog.rounds.queries import by_slug
from civicdialog.submissions import passages
from civicdialog.web import health, law, opinion_figures, order_figures, topic_figures
from civicdialog.web import proposals as composed
from civicdialog.web import voting_room as voting_rooms
from civicdialog.web.following import ROUND
from civicdialog.web.languages import COOKIE, chosen_language
from civicdialog.web.opinion_access import opinions_teaser
from civicdialog.web.opinion_place import map_page
from civicdialog.web.opinions import opinions_page
from civicdialog.web.presenting import count_of_proposals
from civicdialog.web.queries import gone_unrestricted, latest_rounds
from civicdialog.web.security import csrf
from civicdialog.web.standing import standing_of
from civicdialog.web.templating import label
from civicdialog.web.thread import thread_page
from civicdialog.web.wording import short_words, words_of
from civicdialog.web.words import gettext

room = Room("web", __name__)

YEAR = 365 * 24 * 3600
THEMES = frozenset({"auto", "light", "dark"})
LEGAL = {
    "imprint": mark("Imprint"),
    "privacy": mark("Privacy"),
    "accessibility": mark("Accessibility"),
    "easy-language": mark("Easy language"),
    "sign-language": mark("Sign language"),
    "contact": mark("Contact"),
}
SIMPLE = {"de": "de-simple", "en": "en-simple"}


def _crumbs(*steps: tuple[str, str]) -> list[Crumb]:
    """The way from the start page to here."""
    start = Crumb(gettext("Start"), url_for("web.home"))
    return [start, *(Crumb(name, url) for name, url in steps)]


@room.route("/", needs=Permission.PUBLIC)
def home() -> Any:
    now = clock.now()
    found = [(each, standing_of(each, now)) for each in latest_rounds().rounds]
    running = [pair for pair in found if pair[1].state == "running"]
    round, standing = next(iter(running or found), (None, None))
    words = short_words(each for each, _ in found)
    return page(
        "web/home.html",
        round=round,
        words=words,
        standing=standing,
        others=[pair for pair in running if pair[0] is not round],
        cards=composed.drawn_cards(current_actor(), round) if round else [],
        all_of_them=count_of_proposals(round.submission_count) if round else "",
    )


@room.route("/rounds", needs=Permission.PUBLIC)
def rounds() -> Any:
    now, after = clock.now(), request.args.get("after", "")
    found = latest_rounds(after)
    standings = [(each, standing_of(each, now)) for each in found.rounds]
    return page(
        "web/rounds.html",
        words=short_words(found.rounds),
        groups=[
            (heading, [pair for pair in standings if pair[1].state == state])
            for state, heading in (
                ("running", gettext("Running now")),
                ("coming", gettext("Coming up")),
                ("ended", gettext("Ended")),
            )
        ],
        first_url=url_for("web.rounds") if after else "",
        next_url=url_for("web.rounds", after=found.next_key) if found.next_key else "",
        crumbs=_crumbs((gettext("Rounds"), "")),
    )


@room.route("/rounds/<slug>", needs=Permission.PUBLIC)
def round_page(slug: str) -> Any:
    round = by_slug(current_actor(), slug)
    words = words_of(round)
    return page(
        "web/round-page.html",
        round=round,
        words=words,
        standing=standing_of(round, clock.now()),
        cards=composed.drawn_cards(current_actor(), round),
        all_of_them=count_of_proposals(round.submission_count),
        opinions=opinions_teaser(round),
        is_followed=follows(current_actor(), ROUND, round.id),
        crumbs=_crumbs((gettext("Rounds"), url_for("web.rounds")), (words.title, "")),
    )


@room.route("/rounds/<slug>/proposals", needs=Permission.PUBLIC)
def proposals(slug: str) -> Any:
    round = by_slug(current_actor(), slug)
    view = composed.proposal_list(current_actor(), round, request.args, clock.now())
    words = short_words([round])[round.id]
    crumbs = _crumbs((words.title, url_for("web.round_page", slug=slug)), (view.heading, ""))
    return page("web/proposals.html", round=round, words=words, view=view, crumbs=crumbs)


@room.route("/rounds/<slug>/opinions", needs=Permission.PUBLIC)
def opinions(slug: str) -> Any:
    """The state of opinion of a round: what unites, what divides, what needs more voices."""
    round = by_slug(current_actor(), slug)
    view = opinions_page(current_actor(), round, request.args, clock.now())
    here = _round_crumbs(round, (gettext("State of opinion"), ""))
    return page("web/opinions.html", round=round, view=view, **here)


@room.route("/rounds/<slug>/opinions/map", needs=Permission.PUBLIC)
def opinion_map(slug: str) -> Any:
    """Who answered alike; to the reader alone, where they stand themselves."""
    round = by_slug(current_actor(), slug)
    view = map_page(current_actor(), round, clock.now())
    after_this_request(_never_stored)
    state_url = url_for("web.opinions", slug=slug)
    here = _round_crumbs(
        round, (gettext("State of opinion"), state_url), (gettext("Opinion map"), "")
    )
    return page("web/opinion-map.html", round=round, view=view, **here)


def _never_stored(response: Response) -> Response:
    response.headers["Cache-Control"] = "no-store"
    return response


def _round_crumbs(round: Round, *steps: tuple[str, str]) -> dict[str, Any]:
    """The words of a round, and the way to a page below it."""
    words = short_words([round])[round.id]
    above = (words.title, url_for("web.round_page", slug=round.slug))
    return {"words": words, "crumbs": _crumbs(above, *steps)}


@room.route("/rounds/<slug>/vote", needs=Permission.PUBLIC)
def voting_room(slug: str) -> Any:
    """One card at a time; answers go to `voting.answer`."""
    round = by_slug(current_actor(), slug)
    words = short_words([round])[round.id]
    wanted = request.args.get("card", "")
    view = voting_rooms.voting_room(current_actor(), round, clock.now(), wanted)
    crumbs = _crumbs((words.title, url_for("web.round_page", slug=slug)), (gettext("Vote"), ""))
    return page("web/voting-room.html", round=round, words=words, view=view, crumbs=crumbs)


@room.route("/rounds/<slug>/vote/mine", needs=Permission.PUBLIC)
def own_answers(slug: str) -> Any:
    """What this person answered, for nobody but them."""
    round = by_slug(current_actor(), slug)
    view = voting_rooms.own_answers(current_actor(), round, clock.now())
    crumbs = _crumbs(
        (short_words([round])[round.id].title, url_for("web.round_page", slug=slug)),
        (gettext("Vote"), url_for("web.voting_room", slug=slug)),
        (gettext("My answers"), ""),
    )
    return page("web/own-answers.html", round=round, view=view, crumbs=crumbs)


@room.route("/submissions/<public_id>", needs=Permission.PUBLIC)
def proposal(public_id: str) -> Any:
    try:
        wanted = request.args.get(passages.PARAMETER, "")
        view = composed.proposal_page(current_actor(), public_id, clock.now(), wanted)
    except NotFound:
        return _gone(public_id)
    round = view.submission.round
    crumbs = _crumbs(
        (short_words([round])[round.id].title, url_for("web.round_page", slug=round.slug)),
        (gettext("Proposals"), url_for("web.proposals", slug=round.slug)),
        (view.crumb, ""),
    )
    return page("web/proposal.html", round=round, view=view, parts=view.parts, crumbs=crumbs)


@room.route("/submissions/<public_id>/thread", needs=Permission.PUBLIC)
def thread(public_id: str) -> Any:
    try:
        view = thread_page(current_actor(), public_id)
    except NotFound:
        return _gone(public_id)
    here = url_for("web.proposal", public_id=public_id)
    crumbs = _crumbs((view.submission.title, here), (gettext("What became of it"), ""))
    return page("web/thread.html", view=view, crumbs=crumbs)


def _gone(public_id: str) -> Any:
    """A contribution that was public once leaves a note; of any other nothing is said."""
    found = gone_unrestricted(public_id)
    if found is None:
        raise NotFound(public_id)
    number, status = found
    restriction = restrictions_on(SubjectKind.SUBMISSION, [number]).get(number)
    crumbs = _crumbs((gettext("One proposal"), ""))
    return page(
        "web/proposal-gone.html", 410, state=status.value, restriction=restriction, crumbs=crumbs
    )


@room.route("/legal/<page>", needs=Permission.PUBLIC)
def legal(page: str) -> Page:
    if page not in LEGAL:
        abort(404)
    language = chosen_language()
    heading = gettext(LEGAL[page])
    values = {
        "heading": heading,
        "text": city().legal[page.replace("-", "_")][language],
        "text_language": SIMPLE.get(language, language) if page == "easy-language" else language,
        "report_url": url_for("contact.report") if page == "accessibility" else "",
        "crumbs": _crumbs((heading, "")),
    }
    return Page("web/legal.html", values=values)


@room.route("/who-may-do-what", endpoint="law", needs=Permission.PUBLIC)
def who_may_do_what() -> Any:
    return page(
        "web/law.html",
        rows=law.lines(current_app),
        roles=[label(role) for role in Role],
        crumbs=_crumbs((gettext("Who may do what"), "")),
    )


@room.route("/how-it-works", needs=Permission.PUBLIC)
def how_it_works() -> Any:
    return page("web/how-it-works.html", crumbs=_crumbs((gettext("How it works"), "")))


@room.route("/how-it-works/topics", needs=Permission.PUBLIC)
def topics_card() -> Any:
    """The algorithm card: how the program groups, how well, and who checks it."""
    heading = gettext("How contributions become topics")
    return page(
        "web/how-it-works-topics.html",
        agreements=topic_figures.agreement_rows(),
        stability=topic_figures.stability(),
        contributions=topic_figures.contributions(),
        crumbs=_crumbs((gettext("How it works"), url_for("web.how_it_works")), (heading, "")),
    )


@room.route("/how-it-works/opinions", needs=Permission.PUBLIC)
def how_opinions() -> Any:
    """Every figure of the pages of opinions in plain words."""
    heading = gettext("How voices become a picture")
    return page(
        "web/how-it-works-opinions.html",
        figures=opinion_figures.figures(),
        crumbs=_crumbs((gettext("How it works"), url_for("web.how_it_works")), (heading, "")),
    )


@room.route("/how-it-works/order", needs=Permission.PUBLIC)
def order_card() -> Any:
    """How lists are sorted, and how evenly everything was shown."""
    heading = gettext("How proposals are sorted")
    return page(
        "web/how-it-works-order.html",
        rounds=order_figures.measured(clock.now()),
        places=order_figures.LIMITS,
        crumbs=_crumbs((gettext("How it works"), url_for("web.how_it_works")), (heading, "")),
    )


@room.route("/language", methods=["POST"], needs=Permission.PUBLIC, own_transaction=True)
def choose_language() -> ResponseReturnValue:
    offered = (*city().languages, *city().simple_languages)
    return _remember(COOKIE, request.form.get("language", ""), offered)


@room.route("/theme", methods=["POST"], needs=Permission.PUBLIC, own_transaction=True)
def choose_theme() -> ResponseReturnValue:
    return _remember("theme", request.form.get("theme", ""), THEMES)


def _remember(name: str, value: str, allowed: Any) -> ResponseReturnValue:
    """Keep a choice about the appearance in the browser; it changes nothing here."""
    answer = redirect(safe_target(request.form.get("next"), url_for("web.home")), 303)
    if value in allowed:
        answer.set_cookie(
            name, value, max_age=YEAR, samesite="Lax", secure=request.is_secure, httponly=True
        )
    return answer


# These two change nothing but a cookie of the sender: a forged one does no harm.
csrf.exempt(choose_language)
csrf.exempt(choose_theme)


@room.route("/health/live", needs=Permission.PUBLIC)
def live() -> ResponseReturnValue:
    return {"status": "ok"}, 200, {"Cache-Control": "no-store"}


@room.route("/health/ready", needs=Permission.PUBLIC)
def ready() -> ResponseReturnValue:
    checks = health.readiness()
    well = all(checks.values())
    answer = {"status": "ok" if well else "unavailable", "checks": checks}
    return answer, 200 if well else 503, {"Cache-Control": "no-store"}


@room.route("/robots.txt", needs=Permission.PUBLIC)
def robots() -> ResponseReturnValue:
    lines = "User-agent: *\nDisallow: /my/\nDisallow: /moderation/\nDisallow: /manage/\n"
    return Response(lines, mimetype="text/plain", headers={"Cache-Control": "public, max-age=3600"})
