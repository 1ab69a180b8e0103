"""Addresses of the Atom feeds."""

import hashlib
import re
from contextlib import AbstractContextManager

from flask import Response, current_app, redirect, request, url_for
from flask.typing import ResponseReturnValue

from civicdialog.core.city import city
from civicdialog.core.errors import NotFound
from civicdialog.core.permissions import VISITOR, Permission
from civicdialog.core.room import Room
from civicdialog.core.speaking import speaking
from civicdialog.rounds.queries import by_slug
from civicdialog.web.feeds import Feed, decisions_feed, proposals_feed, rounds_feed, topic_feed
from civicdialog.web.following import current_topics

room = Room("feeds", __name__)

MINUTES = "public, max-age=300"
NO_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")
"""Signs no XML file may hold; what people hand in is free of them, what a program brought in may not be."""


@room.route("/feeds/rounds.atom", needs=Permission.PUBLIC)
def rounds() -> ResponseReturnValue:
    with _speaking():
        return _atom(rounds_feed())


@room.route("/rounds/<slug>/feed.atom", needs=Permission.PUBLIC)
def proposals(slug: str) -> ResponseReturnValue:
    with _speaking():
        return _atom(proposals_feed(by_slug(VISITOR, slug)))


@room.route("/rounds/<slug>/topics/<int:key>/feed.atom", needs=Permission.PUBLIC)
def topic(slug: str, key: int) -> ResponseReturnValue:
    with _speaking():
        return _atom(topic_feed(by_slug(VISITOR, slug), key))


@room.route("/rounds/<slug>/topics/at/<int:position>.atom", needs=Permission.PUBLIC)
def topic_at(slug: str, position: int) -> ResponseReturnValue:
    """To the feed of the topic that stands at this place now."""
    topics = current_topics(by_slug(VISITOR, slug).id)
    found = next((each.key for each in topics if each.position == position), None)
    if found is None:
        raise NotFound(str(position))
    return redirect(url_for("feeds.topic", slug=slug, key=found), 302)


@room.route("/rounds/<slug>/decisions.atom", needs=Permission.PUBLIC)
def decisions(slug: str) -> ResponseReturnValue:
    with _speaking():
        return _atom(decisions_feed(by_slug(VISITOR, slug)))


def _speaking() -> AbstractContextManager[None]:
    return speaking(city().languages[0])


def _atom(feed: Feed) -> ResponseReturnValue:
    """The feed as a file; who has it already gets 304 and nothing more."""
    # Not render_template: that asks who is signed in, and a feed is the same for everybody.
    body = NO_XML.sub("", current_app.jinja_env.get_template("feeds/atom.xml").render(feed=feed))
    response = Response(body, content_type="application/atom+xml; charset=utf-8")
    response.headers["Cache-Control"] = MINUTES
    response.set_etag(hashlib.sha256(body.encode()).hexdigest()[:32])
    return response.make_conditional(request)
