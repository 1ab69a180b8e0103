"""The catalogues: one a room. `--update` adds new messages, `--check` says what is missing."""

import argparse
import re
import sys
from collections import defaultdict
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po, write_po

from civicdialog.web.law import meanings

ROOT = Path(__file__).resolve().parent.parent
CATALOGUES = ROOT / "civicdialog" / "translations"
KEYWORDS = {
    "_": None,
    "gettext": None,
    "lazy_gettext": None,
    "ngettext": (1, 2),
    "lazy_ngettext": (1, 2),
    "mark": None,
    "_l": None,
    "_n": (1, 2),
}
ROOM_OF_TEMPLATES = {"layouts": "components", "errors": "web", "mail": "notifications"}
PLACEHOLDER = re.compile(r"%\((\w+)\)[sd]")

Key = str | tuple[str, ...]


def extracted() -> dict[Key, set[str]]:
    """Every message of the program, with the rooms it stands in."""
    found: dict[Key, set[str]] = defaultdict(set)
    for folder, method in (("civicdialog", "python"), ("templates", "jinja2")):
        rows = extract_from_dir(
            str(ROOT / folder),
            method_map=[("**.py", "python"), ("**.html", "jinja2"), ("**.txt", "jinja2")]
            if method == "jinja2"
            else [("**.py", "python")],
            options_map={"**.html": {"trimmed": "true"}, "**.txt": {"trimmed": "true"}},
            keywords=KEYWORDS,
        )
        for name, _line, message, _comments, _context in rows:
            key = tuple(message) if isinstance(message, list) else message
            found[key].add(_room(folder, name))
    for meaning in meanings().values():
        found[meaning].add("core")
    return found


def _room(folder: str, name: str) -> str:
    first = Path(name).parts[0]
    if folder == "templates":
        return ROOM_OF_TEMPLATES.get(first, first)
    return first if "/" in name else "core"


def catalogues(language: str) -> dict[str, Catalog]:
    """The catalogues of a language by room."""
    found = {}
    for path in sorted((CATALOGUES / language).glob("*.po")):
        with path.open("rb") as file:
            found[path.stem] = read_po(file, locale=language.removesuffix("-simple"))
    return found


def problems(language: str = "de") -> list[str]:
    """A sentence for everything that is missing, doubled differently, stale or broken.

    Easy language is a layer: what it does not say is said by the language below it.
    """
    told = []
    messages, rooms = extracted(), catalogues(language)
    translated: dict[Key, dict[str, Message]] = defaultdict(dict)
    for room, catalogue in rooms.items():
        for message in catalogue:
            if message.id:
                translated[message.id][room] = message
    wanted = {} if language.endswith("-simple") else messages
    for key, where in sorted(wanted.items(), key=str):
        if not any(_is_complete(m) for m in translated.get(key, {}).values()):
            told.append(f"not translated: {key!r} ({', '.join(sorted(where))})")
    for key, by_room in sorted(translated.items(), key=str):
        if key not in messages:
            told.append(f"no longer used: {key!r} ({', '.join(by_room)})")
        texts = {str(m.string) for m in by_room.values()}
        if len(texts) > 1:
            told.append(f"translated differently: {key!r} ({', '.join(by_room)})")
        told.extend(_placeholders(m, room) for room, m in by_room.items() if _placeholders(m, room))
        told.extend(f"fuzzy: {key!r} ({room})" for room, m in by_room.items() if m.fuzzy)
    return told


def _is_complete(message: Message) -> bool:
    texts = message.string if isinstance(message.string, tuple | list) else (message.string,)
    return all(texts)


def _placeholders(message: Message, room: str) -> str:
    ids = message.id if isinstance(message.id, tuple | list) else (message.id,)
    texts = message.string if isinstance(message.string, tuple | list) else (message.string,)
    wanted = {name for text in ids for name in PLACEHOLDER.findall(text)}
    given = {name for text in texts for name in PLACEHOLDER.findall(text)}
    return f"other placeholders: {message.id!r} ({room})" if given - wanted else ""


def update(language: str = "de") -> None:
    """Add new messages to their rooms' catalogues, without translations; drop unused ones."""
    messages, rooms = extracted(), catalogues(language)
    known = {m.id for catalogue in rooms.values() for m in catalogue if m.id}
    for key, where in messages.items():
        if key not in known:
            rooms.setdefault(min(where), Catalog(locale=language)).add(key)
    for room, catalogue in rooms.items():
        for message in list(catalogue):
            if message.id and message.id not in messages:
                catalogue.delete(message.id)
        with (CATALOGUES / language / f"{room}.po").open("wb") as file:
            write_po(
                file,
                catalogue,
                width=100,
                omit_header=False,
                sort_output=True,
                no_location=True,
                include_previous=False,
            )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="say what is missing; exit 1 if any")
    parser.add_argument("--update", action="store_true", help="add new messages, drop unused ones")
    options = parser.parse_args()
    if options.update:
        update()
    told = [*problems("de"), *problems("de-simple")]
    for sentence in told:
        print(sentence)
    print(f"{len(told)} problems in the German catalogues.")
    sys.exit(1 if told and options.check else 0)


if __name__ == "__main__":
    main()
