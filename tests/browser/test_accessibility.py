"""axe finds nothing on any page, light and dark, on a phone and on a desk."""

from io import BytesIO

import pytest
from axe_playwright_python.sync_playwright import Axe
from PIL import Image
from sqlalchemy import select

from civicdialog.accounts.models import Person
from civicdialog.committee.meeting_models import Meeting
from civicdialog.committee.rating_models import RatingItem
from civicdialog.core.db import db, transaction
from civicdialog.core.permissions import Actor, Role
from civicdialog.demo.load import SLUG
from civicdialog.demo.people import CITIZEN, SAMPLE_PASSWORD, STAFF
from civicdialog.discussion.models import Argument
from civicdialog.insights.building_opinions import build_opinions
from civicdialog.rounds.queries import by_slug
from civicdialog.submissions.attachment_files import check_file
from civicdialog.submissions.attachments import Limits, add
from civicdialog.submissions.models import Status, Submission
from tests.examined import examine

pytestmark = pytest.mark.browser

RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
WIDTHS = {"phone": 320, "desk": 1280}
EMAILS = {account.key: account.email for account in (CITIZEN, *STAFF)}
PAGES = {
    "visitor": [
        "/", "/rounds", f"/rounds/{SLUG}", f"/rounds/{SLUG}/proposals",
        f"/rounds/{SLUG}/proposals?q=gibtesnicht", f"/rounds/{SLUG}/proposals?order=newest",
        "{proposal}", "/register", "/sign-in", "/reset-password", "/who-may-do-what",
        "/how-it-works", "/how-it-works/topics", "/how-it-works/order", "/how-it-works/opinions", "/how-it-works/hint",
        f"/rounds/{SLUG}/opinions", f"/rounds/{SLUG}/opinions/map", "/legal/imprint", "/legal/privacy", "/legal/accessibility",
        "/legal/easy-language", "/legal/sign-language", "/legal/contact", "/nothing-here",
        "/styleguide", f"/rounds/{SLUG}/vote", f"/rounds/{SLUG}/vote/mine", f"/rounds/{SLUG}/share", f"/rounds/{SLUG}/data", "/rules", "{report}", f"/rounds/{SLUG}/recommendations",
        "{proposal}/thread", "{proposal}/arguments", "{argument}", "{described}/profile", "{described}/profile/versions", "/accessibility/report", "/accessibility/report/sent",
        "/transparency/moderation", "/transparency/moderation/decisions",
    ],
    "citizen": [
        f"/rounds/{SLUG}/propose", "{own}/attachments", "{own}", "/my/contributions", "/my/messages", "{proposal}",
        "/moderation/queue", "/my/account", "/my/account/profile", "/my/account/passkeys/new",
        "/my/account/delete", "/my/arguments", "{proposal}/argue", "{argument}/answer", "/my/password", f"/rounds/{SLUG}/vote", f"/rounds/{SLUG}/vote/mine",
    ],
    "moderator": ["/moderation/appeals", "/moderation/notices", "/moderation{proposal}", "/moderation{proposal}/split", "/moderation{proposal}/merge", "/moderation{proposal}/copy", "/moderation/queue", "/moderation/queue?kind=argument", "/moderation/workload", "/moderation/abuse", "/moderation/floods", "/moderation/blocks", "{author}/block", "{author}/name", "/moderation{argument}", "/moderation/history", "{pending}"],
    "committee": [
        "/committee", f"/committee/rounds/{SLUG}/topics", f"/committee/rounds/{SLUG}/topics/1",
        f"/committee/rounds/{SLUG}/topics/settings",
        f"/committee/rounds/{SLUG}/topics/1/change",
        f"/committee/rounds/{SLUG}/topics/corrections",
        f"/committee/rounds/{SLUG}/topics/doubts",
        f"/committee/rounds/{SLUG}/topics/new-version",
        f"/committee/rounds/{SLUG}/topics/worth-a-look",
        f"/committee/rounds/{SLUG}/topics/fitting-nowhere", f"/committee/rounds/{SLUG}/runs",
        f"/committee/rounds/{SLUG}/opinions", f"/committee/rounds/{SLUG}/opinions?sort=division",
        f"/committee/rounds/{SLUG}/opinions/contributions",
        f"/committee/rounds/{SLUG}/opinions/runs", f"/committee/rounds/{SLUG}/reports",
        # The committee sees at once what others see after answering themselves.
        f"/rounds/{SLUG}/opinions", f"/rounds/{SLUG}/opinions?shelf=common",
        f"/rounds/{SLUG}/opinions?q=gibtesnicht", f"/rounds/{SLUG}/opinions/map",
        f"/committee/rounds/{SLUG}/applications", "{screened}/screening", "{screened}/sheet",
        "{begun}/screening", "{begun}/screening/questions/areas", "{begun}/screening/finish",
        "/manage/duty-dates", f"/committee/rounds/{SLUG}/ratings",
        "/committee/meetings", "/committee/meetings/new", "{meeting}", "{meeting}/papers",
        "{meeting}/edit", "{past}", f"/committee/rounds/{SLUG}/ratings/criteria", "{rated}", "{sealed}",
        f"/committee/rounds/{SLUG}/topics/compare", f"/committee/rounds/{SLUG}/topics/sheet",
        f"/committee/rounds/{SLUG}/topics/1/contributions",
        f"/committee/rounds/{SLUG}/topics/1/summary", f"/committee/rounds/{SLUG}/topics/1/summary/edit",
    ],
    "editor": ["/manage/rounds", "/manage/rounds/new", f"/manage/rounds/{SLUG}/edit",
        f"/manage/rounds/{SLUG}/texts", f"/manage/rounds/{SLUG}/texts/de-simple",
        f"/manage/rounds/{SLUG}/texts/en", "/manage/barriers", "{described}/profile",
        "{described}/profile/edit", "/manage/duty-dates/annex-iii",
    ],
}  # fmt: skip


def with_picture(public_id):
    """Give the citizen this contribution, with a picture beside it."""
    drawn = BytesIO()
    Image.new("RGB", (640, 480), "teal").save(drawn, "PNG")
    file = check_file(drawn.getvalue(), "Haltestelle.png", largest=8_000_000)
    with transaction():
        citizen_id = db.session.scalar(select(Person.id).where(Person.email == CITIZEN.email))
        citizen = Actor(citizen_id, frozenset({Role.PARTICIPANT}))
        mine = db.session.scalars(select(Submission).where(Submission.public_id == public_id)).one()
        mine.author_id = citizen_id
        limits = Limits(most=5, file=8_000_000, total=20_000_000)
        add(citizen, mine, file, "Eine Haltestelle, ihre Anzeige ist dunkel", limits)
    return f"/submissions/{public_id}"


def addresses_in_the_sample_round():
    """Addresses of what the pages are about; the votes are summed up."""
    build_opinions(Actor.system(), by_slug(Actor.system(), SLUG))
    shown = db.session.scalars(
        select(Submission.public_id).where(
            Submission.status == Status.PUBLISHED, Submission.argument_count > 1
        )
    ).first()
    waiting = db.session.scalars(
        select(Submission.public_id).where(Submission.status == Status.PENDING)
    ).first()
    said = db.session.scalars(
        select(Argument.public_id)
        .join(Submission, Submission.id == Argument.submission_id)
        .where(Submission.public_id == shown)
    ).first()
    applications = examine(EMAILS["committee"], EMAILS["editor"])
    own = with_picture(waiting)
    author = db.session.scalars(
        select(Person.public_id).where(Person.email == EMAILS["citizen"])
    ).one()
    return {
        "author": f"/moderation/people/{author}",
        "proposal": f"/submissions/{shown}",
        "own": own,
        "argument": f"/arguments/{said}",
        "report": f"/report/submission/{shown}",
        "pending": f"/moderation/submissions/{waiting}",
        **applications,
        **committee_at_work(),
    }


def committee_at_work():
    """What the committee of the sample round has rated, and where it has met."""
    ratings = select(Submission.public_id).join(RatingItem).order_by(RatingItem.id)
    meetings = select(Meeting.public_id)
    return {
        "rated": f"/committee/ratings/{db.session.scalar(ratings.where(RatingItem.opened_at.is_not(None)))}",
        "sealed": f"/committee/ratings/{db.session.scalar(ratings.where(RatingItem.opened_at.is_(None)))}",
        "meeting": f"/committee/meetings/{db.session.scalar(meetings.where(Meeting.approved_at.is_(None)))}",
        "past": f"/committee/meetings/{db.session.scalar(meetings.where(Meeting.approved_at.is_not(None)))}",
    }


@pytest.fixture(scope="module")
def addresses(live):
    with live.app.app_context():
        return addresses_in_the_sample_round()


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("who", PAGES)
def test_axe_finds_nothing_and_nothing_overflows(visitor, addresses, who, width):
    """In the dark only colours can be different, and those are the same on a phone and on a desk."""
    window = visitor(
        viewport={"width": WIDTHS[width], "height": 800},
        color_scheme="light",
        reduced_motion="reduce",
    )
    if who != "visitor":
        window.sign_in(EMAILS[who], SAMPLE_PASSWORD)
    found = []
    for template in PAGES[who]:
        path = template.format(**addresses)
        if width == "phone":
            window.page.emulate_media(color_scheme="light")
        window.open(path)
        found += violations(window.page, path, RULES, colours=width == "phone")
        if window.page.evaluate("document.documentElement.scrollWidth > innerWidth"):
            found.append(f"{path}: wider than the window")
        if width == "phone":
            window.page.emulate_media(color_scheme="dark")
            found += violations(window.page, f"{path}, dark", ["color-contrast"])
    assert found == []


def violations(page, where, rules, *, colours=True):
    """Colours are the same on a phone and on a desk; comparing them takes longest."""
    options = {"runOnly": rules, "resultTypes": ["violations"]}
    if not colours:
        options["rules"] = {"color-contrast": {"enabled": False}}
    result = Axe().run(page, options=options)
    return [
        f"{where}: {each['id']}: {each['nodes'][0]['html'][:160]}"
        for each in result.response["violations"]
    ]
