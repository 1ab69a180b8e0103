"""The corpus of bad input: texts alone, texts packed many to a field, and recipes for long ones."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

MARKUP = {"xss", "html_tokenizer", "sqli"}
"""Kinds that are sent many at once: a page escapes each of them by itself, or none."""
VALUES = {"path", "redirect", "json_body", "linkify", "ssti"}
"""Kinds that are alone where an address or a choice is expected, and many at once in a text."""
ROOM = 1_000
"""Characters to a pack."""


@dataclass(frozen=True)
class Corpus:
    """Everything that is sent."""

    count: int
    """How many texts there are."""
    rows: tuple[str, ...]
    """All of them: what depends on being the whole value alone, the others packed."""
    texts: tuple[str, ...]
    """All of them for fields that take a text: fewer are alone."""
    pathological: dict[str, str]


def load(path: Path, sample: int | None = None) -> Corpus:
    """The corpus, beside which the recipes lie; `sample`: only about so many texts of it."""
    rows = [json.loads(line) for line in path.read_text("utf-8").splitlines()]
    rows = [row for row in rows if not row.get("base64") and is_sendable(row["payload"])]
    if sample:
        rows = rows[:: max(1, len(rows) // sample)]
    kind_of = {row["payload"]: row["category"] for row in rows}

    def split(alike: set[str]) -> tuple[str, ...]:
        alone = [text for text, kind in kind_of.items() if kind not in alike]
        return *alone, *packed((text for text, kind in kind_of.items() if kind in alike), ROOM)

    recipes = json.loads(path.with_name("pathological.json").read_text("utf-8"))
    return Corpus(
        len(kind_of),
        split(MARKUP),
        split(MARKUP | VALUES),
        {
            each["name"]: each["prefix"] * each["n"] + each["mid"] + each["suffix"] * each["m"]
            for each in recipes
        },
    )


def is_sendable(text: str) -> bool:
    """Half a surrogate is no character: no browser can send it."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def packed(texts: Iterable[str], room: int) -> list[str]:
    """Texts one to a line, in their order, in pieces of at most so many characters where possible."""
    packs: list[list[str]] = [[]]
    size = 0
    for text in texts:
        if packs[-1] and size + len(text) + 1 > room:
            packs.append([])
            size = 0
        packs[-1].append(text)
        size += len(text) + 1
    return ["\n".join(pack) for pack in packs if pack]
