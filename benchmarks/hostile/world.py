"""A round in which every page of the application has something to show, for hostile texts."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import timedelta
from io import BytesIO

from flask import Flask
from PIL import Image
from sqlalchemy import Select, select
from sqlalchemy.orm import selectinload

from civicdialog.accounts.models import ExternalIdentity, Passkey, Person, PersonRole
from civicdialog.accounts.sessions import begin_session
from civicdialog.committee import recommendation_actions as recommendations
from civicdialog.committee import report_actions, report_making, summary_actions, summary_queries
from civicdialog.committee.deliberation_models import Choice, Recommendation, Reply
from civicdialog.core import clock
from civicdialog.core.db import db, transaction
from civicdialog.core.ids import new_secret
from civicdialog.core.permissions import VISITOR, Actor, Role
from civicdialog.demo import load
from civicdialog.demo.people import CITIZEN, STAFF
from civicdialog.discussion.actions import ArgumentDraft, add_argument
from civicdialog.discussion.models import Stance
from civicdialog.insights import correction_actions as corrections
from civicdialog.insights.building import build_topics
from civicdialog.insights.models import Cluster, ClusterMember
from civicdialog.insights.queries import run_with_topics
from civicdialog.moderation import (
    actions,
    appeal_actions,
    argument_actions,
    blocking,
    cases,
    notice_actions,
)
from civicdialog.moderation.deciding import Reasons
from civicdialog.moderation.models import Ground
from civicdialog.notifications import contact
from civicdialog.notifications.follows import follow
from civicdialog.rounds.models import Round
from civicdialog.rounds.queries import by_slug
from civicdialog.submissions import receipts
from civicdialog.submissions.models import (
    Attachment,
    Channel,
    Draft,
    RevisionState,
    Status,
    Submission,
    SubmissionRevision,
)
from tests.examined import examine

SLUG = load.SLUG
REASONS = Reasons(Ground.OFF_TOPIC, "Das gehört in eine andere Runde.")
EMAILS = {account.key: account.email for account in (CITIZEN, *STAFF)}
SECOND = {"moderator2": Role.MODERATOR, "committee2": Role.COMMITTEE}


@dataclass
class World:
    """The stored things; `keys` holds a session's key for each person of the cast."""

    app: Flask
    keys: dict[str, str] = field(default_factory=dict)
    receipt_words: str = ""
    notice_key: str = ""

    def browser(self, who: str):
        """A plain client of somebody; visitors have opened a receipt before."""
        client = self.app.test_client()
        if who != "visitor":
            with client.session_transaction() as session:
                session["_user_id"], session["_fresh"] = self.keys[who], True
            return client
        page = client.get("/receipt").get_data(as_text=True)
        token = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', page)[1]
        answer = client.post("/receipt", data={"words": self.receipt_words, "csrf_token": token})
        assert answer.status_code == 303, "the receipt did not open"
        return client


def build_world(app: Flask) -> World:
    """Load the sample round and add one of everything that people can make."""
    world = World(app)
    load.load_demo(progress=lambda share, step: None)
    with transaction():
        people = _people()
        world.keys = {name: begin_session(each, "Firefox")[1] for name, each in people.items()}
        cast = {name: each.as_actor() for name, each in people.items()}
    examine(EMAILS["committee"], EMAILS["editor"])
    round = by_slug(Actor.system(), SLUG)
    with transaction():
        _citizens_things(world, cast, round)
    with transaction():
        _committees_things(cast, round)
    build_topics(Actor.system(), round)
    report = report_actions.Wanted(("html", "xlsx", "docx", "pdf"), "de", None, True)
    report_making.make_report(cast["committee"], round, report)
    db.session.remove()
    return world


def _with_roles(email: str) -> Select[Person]:
    return select(Person).where(Person.email == email).options(selectinload(Person.roles))


def _people() -> dict[str, Person]:
    found = {name: db.session.scalars(_with_roles(email)).one() for name, email in EMAILS.items()}
    for name, role in SECOND.items():
        found[name] = Person(
            email=f"{name}@example.org",
            public_name=f"Zweite {name}",
            password_hash="unusable",
            confirmed_at=clock.now(),
            roles=[PersonRole(role=role)],
        )
        db.session.add(found[name])
    db.session.flush()
    return found


def _citizens_things(world: World, cast: dict[str, Actor], round: Round) -> None:
    citizen, moderator = cast["citizen"], cast["moderator"]
    public = list(
        db.session.scalars(
            select(Submission)
            .where(Submission.status == Status.PUBLISHED, Submission.argument_count > 1)
            .order_by(Submission.number)
            .offset(3)
            .limit(2)
        )
    )
    mine, other = public
    mine.author_id = citizen.id
    for status in (Status.PENDING, Status.WITHDRAWN):
        _submission(round, citizen.id, status, f"Eigener Beitrag {status.value}")
    for title in ("Abgelehnt", "Abgelehnt mit Widerspruch"):
        refused = _submission(round, citizen.id, Status.PENDING, title)
        decision = actions.reject(moderator, refused, REASONS)
        if "Widerspruch" in title:
            case = cases.by_public_id(citizen, decision.public_id)
            appeal_actions.appeal(citizen, case, "Er passt sehr wohl.")
    asked = _submission(round, citizen.id, Status.PENDING, "Bitte ändern")
    actions.ask_for_change(moderator, asked, REASONS)
    hidden = _submission(round, citizen.id, Status.PENDING, "Verborgen")
    actions.publish(moderator, hidden)
    actions.hide(moderator, hidden, REASONS)
    by_receipt = _submission(round, None, Status.PENDING, "Auf Papier", channel=Channel.PAPER)
    receipt = receipts.issue_receipt(by_receipt)
    world.receipt_words = " ".join(receipts.words_on(receipt, by_receipt.public_id))
    for number, state in enumerate((RevisionState.PUBLISHED, RevisionState.WAITING), start=1):
        fields = {"title": f"{mine.title} {number}", "kind": mine.kind.value, "problem": "Lang."}
        db.session.add(
            SubmissionRevision(submission_id=mine.id, number=number, fields=fields, state=state)
        )
    draft = Draft(round_id=round.id, person_id=citizen.id, fields={"title": "Entwurf"})
    db.session.add(draft)
    said = add_argument(
        citizen, round, mine, ArgumentDraft(Stance.FOR, "Ja, bitte."), is_public=True
    )
    add_argument(citizen, round, other, ArgumentDraft(Stance.AGAINST, "Wartet."), is_public=False)
    removed = add_argument(
        citizen, round, other, ArgumentDraft(Stance.AGAINST, "Weg."), is_public=True
    )
    argument_actions.remove_argument(moderator, removed, REASONS)
    db.session.flush()
    for owner in ({"submission_id": mine.id}, {"draft_id": draft.id}):
        db.session.add(_picture(**owner))
    db.session.flush()
    picture = db.session.scalars(select(Attachment).where(Attachment.submission_id == mine.id))
    seed = new_secret()
    world.notice_key = notice_actions.key_of(seed)
    for subject in (other, said, picture.one()):
        notice_actions.report(
            VISITOR, subject,
            notice_actions.NoticeDraft(Ground.INSULT, "Das ist eine Beleidigung.", "a@example.org"),
            seed=seed, language="de",
        )  # fmt: skip
        seed = new_secret()
    contact.send_message(
        citizen, contact.ContactDraft("Die Karte liest sich nicht vor.", "/", "a@example.org"),
        language="de", form_token=new_secret(),
    )  # fmt: skip
    follow(citizen, "round", round.id)
    follow(citizen, "submission", other.id)
    db.session.add(
        Passkey(person_id=citizen.id, credential_id="key", public_key=b"key", name="Telefon")
    )
    db.session.add(ExternalIdentity(person_id=citizen.id, issuer="https://id.example", subject="x"))
    blocked = db.session.scalars(select(Person).where(Person.email == "beispiel-1@example.org"))
    blocking.block(moderator, blocked.one(), clock.now() + timedelta(days=7), REASONS)


def _submission(
    round: Round, author_id: int | None, status: Status, title: str, **values: object
) -> Submission:
    found = Submission(
        round_id=round.id, author_id=author_id, title=title, problem="Es dauert lange.",
        solution="Ein Programm sortiert.", status=status, **values,
    )  # fmt: skip
    db.session.add(found)
    db.session.flush()
    return found


def _picture(**owner: int) -> Attachment:
    drawn = BytesIO()
    Image.new("RGB", (8, 6), "teal").save(drawn, "PNG")
    data = drawn.getvalue()
    return Attachment(
        file_name="Haltestelle.png", media_type="image/png", alternative_text="Eine Haltestelle",
        size=len(data), width=8, height=6, digest=new_secret()[:40], data=data, preview=data,
        **owner,
    )  # fmt: skip


def _committees_things(cast: dict[str, Actor], round: Round) -> None:
    kim, lea, ed = cast["committee"], cast["committee2"], cast["editor"]
    run = run_with_topics(round.id)
    assert run is not None
    key = min(each.key for each in run.clusters)
    draft = recommendations.RecommendationDraft("Ampeln", "Die Stadt prüft.", "Viele.", [1], [key])

    def begin(name: str) -> Recommendation:
        return recommendations.begin_recommendation(kim, round, draft, form_token=name)

    begin("draft")
    recommendations.open_discussion(kim, talked := begin("talked"))
    recommendations.comment_recommendation(lea, talked, "Gut.", form_token="c")
    for name in ("vote", "published", "answered"):
        found = begin(name)
        recommendations.open_discussion(kim, found)
        recommendations.open_vote(kim, found, quorum_percent=30, majority_percent=50)
        if name == "vote":
            continue
        for member, choice in ((kim, Choice.YES), (lea, Choice.ABSTAIN)):
            ballot = recommendations.Ballot(choice, "Es fehlen Zahlen.", is_named=True)
            recommendations.vote_on_recommendation(member, found, ballot)
        due = clock.now().date() + timedelta(days=30)
        recommendations.close_vote(kim, found, answer_due_on=due)
        if name == "answered":
            recommendations.reply_to_recommendation(ed, found, Reply.ACCEPT, "Ja.")
    member = db.session.scalars(
        select(Submission)
        .join(ClusterMember, ClusterMember.submission_id == Submission.id)
        .join(Cluster, Cluster.id == ClusterMember.cluster_id)
        .where(Cluster.run_id == run.id, Cluster.key == key)
        .order_by(Submission.id)
    ).first()
    assert member is not None
    sentence = member.problem.split(". ")[0]
    typed = summary_actions.Typed(1, f"Dazu schreiben viele: {sentence}", [member.number or 1])
    signed = summary_queries.newest(round.id, key)
    based_on = signed.number if signed else 0
    summary_actions.write_summary(kim, round, key, [typed], based_on=based_on)
    corrections.rename_topic(kim, run, key, label="Warten", reason="Klarer.", seen=0)
    citizen = cast["citizen"]
    member.author_id = citizen.id
    db.session.flush()
    corrections.doubt_place(citizen, member, "Eher Verkehr.")
