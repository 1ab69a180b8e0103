"""Third-party files of the front end: fetch them, derive smaller ones, and prove nothing changed.

    python tools/vendor.py fetch     npm pack, compare the integrity, unpack the listed files
    python tools/vendor.py trim      derive the stylesheet with only the components we use
    python tools/vendor.py subset    derive the fonts (needs fonttools and brotli, see requirements)
    python tools/vendor.py --check   hash the committed files again; no network, for CI

Only the standard library, except `subset`. What comes from where stands in `static/vendor/vendor.json`.
"""

import base64
import hashlib
import json
import re
import subprocess
import sys
import tarfile
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
VENDOR = ROOT / "static" / "vendor"
RECORD = VENDOR / "vendor.json"


@dataclass(frozen=True)
class Package:
    """A package and the files we take from it: path in the package → path in our folder."""

    name: str
    version: str
    licence: str
    integrity: str
    files: dict[str, str] = field(default_factory=dict)

    @property
    def folder(self) -> Path:
        return VENDOR / f"{self.name}@{self.version}"


KERN = Package(
    "@kern-ux/native",
    "2.7.2",
    "EUPL-1.2",
    "sha512-TN0Mqbasp7S1IOqurXickde8MDj5hIcgT4s3f1i33wyv2iVgA1dTO/FoQyi6rgM9KYTYkIthl9k72g7fBUUvHg==",
    {"dist/kern.css": "kern.css", "LICENSE.md": "LICENSE.md"},
)
FIRA = Package(
    "@fontsource/fira-sans",
    "5.3.0",
    "OFL-1.1",
    "sha512-z1SKSG7eRhm3srlb7rQ3j77QP4TP7OFxCZ4wUWhCdt+3hOF9K0AyvybpAsz6+JWNcCVV7AqC7dbOT3e67P2r5A==",
    {
        "files/fira-sans-latin-400-normal.woff2": "fira-sans-latin-400-normal.woff2",
        "files/fira-sans-latin-600-normal.woff2": "fira-sans-latin-600-normal.woff2",
        "LICENSE": "LICENSE",
    },
)
HTMX = Package(
    "htmx.org",
    "4.0.1",
    "0BSD",
    "sha512-oF7JgXhDW9UXCy/k1ZYFUQgzu/rm19ORWPSPNL91vPluB2PB9+MV55tyQdH/w7o2EAbTYUG5SDW1R60mdkdqGg==",
    {"dist/htmx.min.js": "htmx.min.js", "LICENSE": "LICENSE"},
)
PACKAGES = (KERN, FIRA, HTMX)

# ---- what we use of KERN ----------------------------------------------------------------------

COMPONENTS = {
    "alert", "badge", "body", "btn", "error", "fieldset", "form", "hint", "icon", "kopfzeile",
    "label", "link", "progress", "sr", "table", "title",
}  # fmt: skip
# Parts of kept components that nothing of ours uses.
DROPPED = re.compile(
    r"kern-(?:sr-only-mobile|label__|link--|btn-wrapper|btn--x-small|form-input-group|title--"
    r"|body--|label--|table--striped|table__footer|table__cell--action|table__header--action"
    r"|form-input__input--width|icon--x-large|icon--default|input-group|badge--small\.|container"
    r"|error-)|type=file|file-selector|\.kern-light|\.kern-dark"
)
ICONS = {
    "account-circle", "add", "arrow-back", "arrow-forward", "calendar-today", "check",
    "chevron-right", "close", "danger", "dehaze", "download", "easy-language", "edit", "help",
    "info", "logout", "mail", "search", "sign-language", "success", "warning",
}  # fmt: skip
TRIMMED = "kern-trimmed.css"

# ---- what we use of Fira Sans -----------------------------------------------------------------

CHARACTERS = (
    "U+0020-007E,U+00A0-00FF,U+0131,U+0152,U+0153,U+0160,U+0161,U+0178,U+017D,U+017E,U+1E9E,"
    "U+2009,U+2010-2015,U+2018-201E,U+2020,U+2022,U+2026,U+202F,U+2030,U+2032,U+2033,U+2039,"
    "U+203A,U+20AC,U+2122,U+2190-2193,U+2212,U+2248,U+2264,U+2265"
)
FONTS = {"400": "fira-sans-400.woff2", "600": "fira-sans-600.woff2"}


class VendorError(Exception):
    """Something is not what it should be; the message says what."""


def sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


# ---- fetch ------------------------------------------------------------------------------------


def fetch(package: Package) -> None:
    """Get one package, compare its hash with the one written above, take the listed files."""
    with tempfile.TemporaryDirectory() as scratch:
        command = ["npm", "pack", "--json", f"{package.name}@{package.version}"]
        answer = subprocess.run(command, cwd=scratch, check=True, capture_output=True, text=True)
        archive = Path(scratch) / json.loads(answer.stdout)[0]["filename"]
        digest = base64.b64encode(hashlib.sha512(archive.read_bytes()).digest()).decode()
        if f"sha512-{digest}" != package.integrity:
            raise VendorError(f"{package.name}@{package.version}: the integrity differs.")
        package.folder.mkdir(parents=True, exist_ok=True)
        with tarfile.open(archive) as tar:
            for source, target in package.files.items():
                member = tar.extractfile(f"package/{source}")
                if member is None:
                    raise VendorError(f"{package.name}: no file {source}.")
                (package.folder / target).write_bytes(member.read())


# ---- trim -------------------------------------------------------------------------------------


@dataclass
class Rule:
    """`prelude { … }`: a style rule with declarations, or a group (`@media`) of rules."""

    prelude: str
    body: str = ""
    rules: list["Rule"] = field(default_factory=list)

    def text(self) -> str:
        inner = "\n".join(r.text() for r in self.rules) if self.rules else self.body
        return f"{self.prelude}{{{inner}}}"


def _blocks(css: str) -> Iterator[tuple[str, str]]:
    """Yield (prelude, content) of the top-level blocks; strings may hold any character."""
    depth, start, opened, prelude = 0, 0, 0, ""
    for match in re.finditer(r'"[^"]*"|\'[^\']*\'|[{}]', css):
        sign = match.group()
        if sign == "{":
            if depth == 0:
                prelude, opened = " ".join(css[start : match.start()].split()), match.end()
            depth += 1
        elif sign == "}":
            depth -= 1
            if depth == 0:
                yield prelude, css[opened : match.start()]
                start = match.end()


def parse(css: str) -> list[Rule]:
    """Read a stylesheet into rules; comments and `@charset` go."""
    css = re.sub(r"/\*.*?\*/", "", css, flags=re.DOTALL).replace('@charset "UTF-8";', "")
    found = []
    for prelude, content in _blocks(css):
        if prelude.startswith("@media"):
            found.append(Rule(prelude, rules=parse(content)))
        else:
            found.append(Rule(prelude, body=content))
    return found


def _wanted_selector(selector: str) -> bool:
    if DROPPED.search(selector):
        return False
    names = re.findall(r"\.kern-([a-z]+)(?:-([a-z-]+))?", selector)
    if any(name not in COMPONENTS for name, _ in names):
        return False
    icons = re.findall(r"\.kern-icon--([a-z-]+)", selector)
    return all(icon in ICONS or icon in {"small", "large"} for icon in icons)


def _split_selectors(prelude: str) -> list[str]:
    """Split at commas outside of brackets."""
    return [s.strip() for s in re.split(r",(?![^(\[]*[)\]])", prelude)]


def _compact(declarations: str) -> str:
    """One declaration list without the fallbacks of `var()` and without spare blanks."""
    previous = None
    while previous != declarations:
        previous = declarations
        declarations = re.sub(r"var\((--kern-[\w-]+),[^()]*\)", r"var(\1)", declarations)
    parts = [p.strip() for p in re.split(r";(?=(?:[^\"]*\"[^\"]*\")*[^\"]*$)", declarations)]
    tidy = (re.sub(r"\s*\n\s*", "", re.sub(r"^([\w-]+):\s+", r"\1:", p)) for p in parts)
    return ";".join(p for p in tidy if p and not p.startswith("-webkit-mask"))


def _only_wanted(rules: list[Rule]) -> Iterator[Rule]:
    for rule in rules:
        if rule.rules:
            kept = list(_only_wanted(rule.rules))
            if kept:
                yield Rule(rule.prelude, rules=kept)
        elif rule.prelude.startswith("@"):
            yield rule
        else:
            theme = "data-kern-theme" in rule.prelude
            selectors = [
                s for s in _split_selectors(rule.prelude)
                if s in {"[data-kern-theme=light]", "[data-kern-theme=dark]"}
                or (theme and s.startswith(":is(body"))
                or _wanted_selector(s)
            ]  # fmt: skip
            if selectors and rule.body.strip():
                yield Rule(",".join(selectors), body=_compact(rule.body))


def _style_rules(rules: list[Rule]) -> Iterator[Rule]:
    for rule in rules:
        yield from _style_rules(rule.rules) if rule.rules else (rule,)


def _without_unused_tokens(rules: list[Rule], also_used: str) -> list[Rule]:
    """Drop custom properties nobody reads, again and again until none is left."""
    while True:
        text = "".join(r.body for r in _style_rules(rules)) + also_used
        used = set(re.findall(r"var\((--[\w-]+)", text))
        removed = 0
        for rule in _style_rules(rules):
            kept = []
            for part in rule.body.split(";"):
                name = re.match(r"(--kern-[\w-]+):", part)
                if name and name.group(1) not in used:
                    removed += 1
                else:
                    kept.append(part)
            rule.body = ";".join(kept)
        if not removed:
            return rules


def _without_empty(rules: list[Rule]) -> list[Rule]:
    for rule in rules:
        rule.rules = _without_empty(rule.rules)
    return [r for r in rules if r.rules or r.body.strip()]


def trimmed() -> str:
    """The stylesheet that holds the tokens, the themes and the components we use."""
    own = "".join(p.read_text(encoding="utf-8") for p in (ROOT / "static" / "css").rglob("*.css"))
    rules = list(_only_wanted(parse((KERN.folder / "kern.css").read_text(encoding="utf-8"))))
    rules = _without_empty(_without_unused_tokens(rules, own))
    head = (
        f"/* KERN UX {KERN.version}, licensed under the EUPL-1.2. Derived from kern.css by\n"
        "   `python tools/vendor.py trim`: only the components we use. Do not edit. */\n"
    )
    return head + "\n".join(r.text() for r in rules) + "\n"


def trim() -> None:
    (KERN.folder / TRIMMED).write_text(trimmed(), encoding="utf-8")


# ---- subset -----------------------------------------------------------------------------------


def subset() -> list[Path]:
    """Write the fonts with the signs of German and Western European languages only."""
    made = []
    for weight, name in FONTS.items():
        target = FIRA.folder / name
        source = FIRA.folder / f"fira-sans-latin-{weight}-normal.woff2"
        subprocess.run(
            [sys.executable, "-m", "fontTools.subset", str(source), f"--unicodes={CHARACTERS}",
             "--layout-features=kern,liga,locl,tnum,ccmp", "--no-hinting", "--name-IDs=*",
             "--flavor=woff2", f"--output-file={target}"],
            check=True,
        )  # fmt: skip
        made.append(target)
    return made


# ---- record and check -------------------------------------------------------------------------

DERIVED = {
    TRIMMED: "python tools/vendor.py trim",
    **dict.fromkeys(FONTS.values(), "python tools/vendor.py subset"),
}


def _entry(package: Package) -> dict[str, Any]:
    files = {}
    for path in sorted(p for p in package.folder.rglob("*") if p.is_file()):
        name = path.relative_to(package.folder).as_posix()
        files[name] = {"sha256": sha256(path)}
        if name in DERIVED:
            files[name]["derived_by"] = DERIVED[name]
    return {
        "name": package.name, "version": package.version, "licence": package.licence,
        "integrity": package.integrity, "files": files,
    }  # fmt: skip


def write_record() -> None:
    record = {"packages": [_entry(p) for p in PACKAGES]}
    RECORD.write_text(json.dumps(record, indent=2) + "\n", encoding="utf-8")


def faults(vendor: Path = VENDOR) -> list[str]:
    """What differs between the committed files and the record; empty if all is well."""
    record = json.loads((vendor / "vendor.json").read_text(encoding="utf-8"))
    found, known = [], {vendor / "vendor.json"}
    for package in record["packages"]:
        folder = vendor / f"{package['name']}@{package['version']}"
        if not any(name.startswith("LICENSE") for name in package["files"]):
            found.append(f"{folder.name}: no licence.")
        for name, facts in package["files"].items():
            path = folder / name
            known.add(path)
            if not path.is_file():
                found.append(f"{path.relative_to(vendor)}: missing.")
            elif sha256(path) != facts["sha256"]:
                found.append(f"{path.relative_to(vendor)}: changed.")
    unknown = (p for p in vendor.rglob("*") if p.is_file() and p not in known)
    return sorted(found + [f"{p.relative_to(vendor)}: not in vendor.json." for p in unknown])


def check() -> None:
    found = faults()
    if found:
        raise VendorError("\n".join(found))
    print("vendor: every file is the one recorded")


def fetch_all() -> None:
    for package in PACKAGES:
        fetch(package)


COMMANDS: dict[str, tuple[Callable[[], object], bool]] = {
    "fetch": (fetch_all, True),
    "trim": (trim, True),
    "subset": (subset, True),
    "--check": (check, False),
}


def main(arguments: list[str]) -> int:
    if len(arguments) != 1 or arguments[0] not in COMMANDS:
        print(__doc__)
        return 2
    command, changes_files = COMMANDS[arguments[0]]
    try:
        command()
    except VendorError as error:
        print(error, file=sys.stderr)
        return 1
    if changes_files:
        write_record()
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
