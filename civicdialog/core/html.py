"""User text becomes HTML here and nowhere else.

markdown-it-py writes HTML without raw HTML from the text, bleach applies the allow list and marks
links, nh3 is the boundary behind both (bleach is no longer maintained; see docs/decisions).
"""

import re
from functools import lru_cache
from html import escape, unescape
from typing import Any

import nh3
from bleach.linkifier import LinkifyFilter
from bleach.sanitizer import Cleaner
from markdown_it import MarkdownIt
from markupsafe import Markup

MAX_LENGTH = 5_000
TAGS = frozenset({"p", "br", "strong", "em", "ul", "ol", "li", "blockquote", "code", "pre", "a"})
ATTRIBUTES = {"a": {"href", "title", "rel"}, "ol": {"start"}}
SCHEMES = frozenset({"http", "https", "mailto"})

_OPTIONS = {"html": False, "linkify": False, "breaks": True}
_plain = MarkdownIt("zero", _OPTIONS).enable("newline")
_formatted = MarkdownIt("zero", _OPTIONS).enable(
    ["emphasis", "list", "blockquote", "newline", "escape", "link", "backticks"]
)


def _mark_link(attributes: Any, new: bool = False) -> Any:
    attributes[(None, "rel")] = "nofollow ugc noopener"
    return attributes


class _Links(LinkifyFilter):
    """Makes links of addresses; “&lt;” somebody typed stays those four signs."""

    def extract_entities(self, token: Any) -> Any:
        return [token]


_cleaner = Cleaner(
    tags=TAGS,
    attributes={tag: sorted(names - {"rel"}) for tag, names in ATTRIBUTES.items()},
    protocols=SCHEMES,
    strip=True,
    filters=[lambda source: _Links(source, callbacks=[_mark_link], parse_email=False)],
)


@lru_cache(maxsize=2048)
def render_text(text: str) -> Markup:
    """Safe HTML for what citizens wrote: paragraphs, lines and links, every sign as they typed it."""
    return _safe(_plain, text)


@lru_cache(maxsize=256)
def render_formatted(text: str) -> Markup:
    """Safe HTML for what offices and committee wrote: lists, emphasis and named links besides."""
    return _safe(_formatted, text)


_TAG = re.compile(r"(<(?:[^<>\"]|\"[^\"]*\")*>)")


def render_marked(text: str, sentence: str) -> Markup:
    """The same with the first place of a sentence marked, across links if need be."""
    pieces = _TAG.split(render_text(text))
    # Every second piece is a tag; what stands between them is text.
    words = [unescape(piece) for piece in pieces[::2]]
    begin = "".join(words).find(sentence) if sentence else -1
    if begin < 0:
        return render_text(text)
    end, at, opening = begin + len(sentence), 0, '<mark id="marked">'
    for place, piece in enumerate(words):
        first, last = max(begin - at, 0), min(end - at, len(piece))
        at += len(piece)
        if first < last:
            before, inside, after = (
                escape(each, quote=False)
                for each in (piece[:first], piece[first:last], piece[last:])
            )
            pieces[2 * place] = f"{before}{opening}{inside}</mark>{after}"
            opening = "<mark>"
    return Markup("".join(pieces))  # noqa: S704 (safe before; only escaped text was put between)


def _safe(markdown: MarkdownIt, text: str) -> Markup:
    """Longer texts are cut before any parser sees them."""
    html = markdown.render(text[:MAX_LENGTH])
    safe = nh3.clean(
        _cleaner.clean(html),
        tags=set(TAGS),
        attributes={tag: set(names) for tag, names in ATTRIBUTES.items()},
        url_schemes=set(SCHEMES),
        link_rel=None,
    )
    return Markup(safe)  # noqa: S704 (the one place where text becomes markup, after nh3)


def drawing(svg: str) -> Markup:
    """A picture one of our own modules has drawn: nothing in it was written by people."""
    return Markup(svg)  # noqa: S704
