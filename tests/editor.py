"""A test client that reads every page like an editor, with a database session of its own."""

from __future__ import annotations

import re
import threading
from collections import Counter
from urllib.parse import urlsplit

import html5lib
from flask.testing import FlaskClient

from civicdialog.accounts.models import Person, PersonRole
from civicdialog.core.db import db

# What html5lib complains about although browsers and the standard agree on it.
HARMLESS = {"unexpected-end-tag-implies-table-voodoo"}
NAMESPACE = "{http://www.w3.org/1999/xhtml}"


class EditorClient(FlaskClient):
    """Checks every HTML page it gets; POSTs carry the CSRF token by themselves.

    Flask's own client shares the test's session and stays green even when nothing is ever
    committed; this one works in a thread of its own, with a session of its own.
    """

    def open(self, *args, **kwargs):
        db.session.commit()
        outcome = {}
        inner = super().open

        def visit():
            with self.application.app_context():
                try:
                    outcome["response"] = inner(*args, **kwargs)
                    outcome["response"].get_data()
                except BaseException as error:  # the test shall see it, not the thread
                    outcome["error"] = error
                finally:
                    db.session.remove()

        thread = threading.Thread(target=visit)
        thread.start()
        thread.join()
        if "error" in outcome:
            raise outcome["error"]
        response = outcome["response"]
        # The test sees what the request stored. People keep their roles: `as_actor` needs them.
        for thing in db.session:
            if not isinstance(thing, Person | PersonRole):
                db.session.expire(thing)
        is_redirect = 300 <= response.status_code < 400
        is_page = response.mimetype == "text/html" and response.get_data() and not is_redirect
        # A page is the same from both databases; reading it takes longer than making it.
        if is_page and db.engine.dialect.name == "sqlite":
            is_fragment = b"<!doctype" not in response.get_data()[:200].lower()
            if not is_fragment:
                Editor(response).read()
        return response

    def post(self, *args, data=None, with_token=True, **kwargs):
        if with_token and "json" not in kwargs:
            data = {**(data or {}), "csrf_token": self._token()}
        return super().post(*args, data=data, **kwargs)

    def _token(self):
        with self.session_transaction() as session, self.application.test_request_context():
            from flask import g
            from flask import session as inner

            from civicdialog.web.tokens import page_token

            inner.update(session)
            token = page_token()
            session.update(inner)
            g.pop("csrf_token", None)
            return token


class Editor:
    """What a careful editor looks at on every page."""

    def __init__(self, response):
        self.response = response
        self.source = response.get_data(as_text=True)
        self.parser = html5lib.HTMLParser(strict=False)
        self.tree = self.parser.parse(self.source)

    def read(self):
        self.parses()
        self.has_language_title_and_heading()
        self.ids_are_unique_and_referenced()
        self.controls_have_labels()
        self.forms_are_safe()
        self.is_clean_for_the_policy()

    def all(self, tag):
        return self.tree.iter(NAMESPACE + tag)

    def parses(self):
        errors = [(p, e) for p, e, _ in self.parser.errors if e not in HARMLESS]
        lines = self.source.splitlines()
        told = [
            f"{e}: {lines[p[0] - 1].strip()[:120]}" for p, e in errors[:5] if p[0] <= len(lines)
        ]
        assert not errors, f"the page is not valid HTML: {told}"

    def has_language_title_and_heading(self):
        assert self.tree.get("lang"), "the page names no language"
        headings = ["".join(h.itertext()).strip() for h in self.all("h1")]
        assert len(headings) == 1, f"one h1 expected, found {headings}"
        title = next(iter(self.all("title"))).text or ""
        assert headings[0], "the h1 is empty"
        assert "–" in title, f"the title names no site: {title!r}"

    def ids_are_unique_and_referenced(self):
        ids = Counter(e.get("id") for e in self.tree.iter() if e.get("id"))
        doubles = {name for name, count in ids.items() if count > 1}
        assert not doubles, f"ids used twice: {doubles}"
        for element in self.tree.iter():
            for attribute in ("aria-describedby", "aria-labelledby", "for", "aria-controls"):
                for name in (element.get(attribute) or "").split():
                    assert name in ids, f"{attribute}={name!r} points nowhere"

    def controls_have_labels(self):
        labelled = {e.get("for") for e in self.all("label")}
        for tag in ("input", "select", "textarea"):
            for control in self.all(tag):
                if control.get("type") in {"hidden", "submit"}:
                    continue
                named = control.get("id") in labelled or control.get("aria-label")
                assert named or control.get("aria-labelledby"), f"no label: {control.attrib}"

    def forms_are_safe(self):
        for form in self.all("form"):
            assert form.get("action") is not None, f"a form without action: {form.attrib}"
            assert not urlsplit(form.get("action")).netloc, "a form that sends elsewhere"
            if (form.get("method") or "get").lower() == "post":
                names = {e.get("name") for e in form.iter(NAMESPACE + "input")}
                exempt = form.get("action") in {"/language", "/theme"}
                assert exempt or "csrf_token" in names, f"a form without token: {form.attrib}"

    def is_clean_for_the_policy(self):
        policy = self.response.headers["Content-Security-Policy"]
        nonce = re.search(r"'nonce-([^']+)'", policy).group(1)
        for script in self.all("script"):
            assert script.get("nonce") == nonce, "a script without the nonce"
        for element in self.tree.iter():
            assert "style" not in element.attrib, f"inline style: {element.tag} {element.attrib}"
            handlers = [name for name in element.attrib if str(name).startswith("on")]
            assert not handlers, f"inline handler: {handlers}"
            for attribute in ("src", "href"):
                target = element.get(attribute) or ""
                is_link = element.tag == NAMESPACE + "a"
                assert is_link or not urlsplit(target).netloc, f"foreign origin: {target}"
