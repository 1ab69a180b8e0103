"""Style sheets, scripts, fonts: read once at the start, served from memory, cached for ever.

The style sheets become one file, so do the scripts. An address holds the hash of its content; a
page of an older release that asks for an older hash gets today's file, uncached.
"""

import gzip
import hashlib
import mimetypes
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from urllib.parse import quote

from flask import Flask, Response, abort, request, url_for
from flask.typing import ResponseReturnValue

from civicdialog.core.city import CityProfile
from civicdialog.core.permissions import Permission

KERN = "vendor/@kern-ux/native@2.7.2/kern-trimmed.css"
STYLES = (KERN, "css/fonts.css", "css/tokens.css", "css/base.css", "css/layout.css")
HTMX = "vendor/htmx.org@4.0.1/htmx.min.js"
FOR_EVER = "public, max-age=31536000, immutable"
WORTH_COMPRESSING = {".css", ".js", ".svg", ".json", ".txt", ".md", ".html", ".webmanifest"}


@dataclass(frozen=True)
class Asset:
    """A file as it leaves the house."""

    body: bytes
    mimetype: str
    compressed: bytes | None
    digest: str

    @classmethod
    def of(cls, body: bytes, suffix: str) -> "Asset":
        mimetype = mimetypes.types_map.get(suffix, "application/octet-stream")
        compressed = None
        if suffix in WORTH_COMPRESSING:
            compressed = gzip.compress(body, 9, mtime=0)
        digest = hashlib.sha256(body).hexdigest()[:12]
        return cls(body, mimetype, compressed, digest)


mimetypes.add_type("font/woff2", ".woff2")
mimetypes.add_type("text/javascript", ".js")
mimetypes.add_type("text/markdown", ".md")


@dataclass
class Assets:
    """Everything below `static/`, and what is bundled from it."""

    files: dict[str, Asset] = field(default_factory=dict)
    bundles: dict[str, Asset] = field(default_factory=dict)

    @classmethod
    def read(cls, folder: Path, city: CityProfile) -> "Assets":
        assets = cls()
        for path in sorted(p for p in folder.rglob("*") if p.is_file()):
            name = path.relative_to(folder).as_posix()
            assets.files[name] = Asset.of(path.read_bytes(), path.suffix)
        components = sorted(n for n in assets.files if n.startswith("css/components/"))
        staff = sorted(n for n in assets.files if n.startswith("css/staff/"))
        scripts = sorted(n for n in assets.files if n.startswith("js/"))
        styles = [assets._text(name) for name in (*STYLES, *components)]
        with_staff = [*styles, *(assets._text(name) for name in staff)]
        assets.bundles = {
            "app.css": Asset.of(_minified([_accent(city), *styles]).encode(), ".css"),
            "staff.css": Asset.of(_minified([_accent(city), *with_staff]).encode(), ".css"),
            "app.js": Asset.of(_joined_scripts(map(assets._text, scripts)).encode(), ".js"),
            "htmx.js": assets.files[HTMX],
        }
        return assets

    def _text(self, name: str) -> str:
        """A text file; `url("static:x")` becomes an address relative to the bundle's."""
        return re.sub(
            r'(?<=")static:([^")]+)',
            lambda m: f"../static/{m[1]}?v={self.files[m[1]].digest}",
            self.files[name].body.decode("utf-8"),
        )

    def bundle_name(self, name: str) -> str:
        """`app.css` → `app.0123456789ab.css`."""
        stem, suffix = name.rsplit(".", 1)
        return f"{stem}.{self.bundles[name].digest}.{suffix}"


def _accent(city: CityProfile) -> str:
    """The city's one colour, for light and dark pages."""
    light, dark = city.accent_light, city.accent_dark
    return (
        f":root,[data-kern-theme=light]{{--city-accent:{light}}}"
        f"@media (prefers-color-scheme:dark){{:root:not([data-kern-theme])"
        f"{{--city-accent:{dark}}}}}"
        f":root[data-kern-theme=dark]{{--city-accent:{dark}}}"
    )


def _minified(parts: Iterable[str]) -> str:
    """One style sheet without comments (but KERN's licence line) and without indentation."""
    together = "\n".join(parts)
    licence = "/* Contains KERN UX, EUPL-1.2, see /static/vendor/vendor.json */\n"
    without = re.sub(r"/\*.*?\*/", "", together, flags=re.DOTALL)
    return licence + re.sub(r"\s*\n\s*", "\n", without).strip()


def _joined_scripts(scripts: Iterable[str]) -> str:
    """One module; each file in braces, so that no name meets another."""
    return "\n".join(f"{{\n{script}}}" for script in scripts)


def _answer(asset: Asset, *, cached: bool) -> Response:
    compressed = asset.compressed is not None and request.accept_encodings["gzip"] > 0
    body = asset.compressed if compressed and asset.compressed else asset.body
    response = Response(body, mimetype=asset.mimetype)
    if compressed:
        response.headers["Content-Encoding"] = "gzip"
    response.headers["Cache-Control"] = FOR_EVER if cached else "no-cache"
    response.vary.add("Accept-Encoding")
    response.set_etag(asset.digest, weak=compressed)
    response.make_conditional(request)
    return response


def _public(view: Callable[..., ResponseReturnValue]) -> Callable[..., ResponseReturnValue]:
    view.needs = Permission.PUBLIC  # type: ignore[attr-defined]
    return view


def register(app: Flask) -> None:
    """Serve `/assets/…` and `/static/…`; give templates `asset_url` and `static_url`."""
    assets = Assets.read(Path(app.config["HOME"]) / "static", app.extensions["city"])
    app.extensions["assets"] = assets

    @_public
    def bundle(name: str) -> ResponseReturnValue:
        plain = re.sub(r"\.[0-9a-f]{12}\.", ".", name)
        if plain not in assets.bundles:
            abort(404)
        return _answer(assets.bundles[plain], cached=name == assets.bundle_name(plain))

    @_public
    def file(name: str) -> ResponseReturnValue:
        if name not in assets.files:
            abort(404)
        asset = assets.files[name]
        return _answer(asset, cached=request.args.get("v") == asset.digest)

    @_public
    def favicon() -> ResponseReturnValue:
        return _answer(assets.files["favicon.svg"], cached=False)

    @lru_cache
    def address(script_root: str, endpoint: str, name: str, version: str | None = None) -> str:
        return url_for(endpoint, name=name, v=version)

    def asset_url(name: str) -> str:
        return address(request.script_root, "assets.bundle", assets.bundle_name(name))

    def static_url(name: str) -> str:
        return address(request.script_root, "assets.file", name, assets.files[name].digest)

    # Small enough to spare every first visit a request.
    favicon_data = "data:image/svg+xml," + quote(assets.files["favicon.svg"].body, safe=" =/:'")
    app.add_url_rule("/assets/<name>", "assets.bundle", bundle)
    app.add_url_rule("/static/<path:name>", "assets.file", file)
    app.add_url_rule("/favicon.ico", "assets.favicon", favicon)
    app.jinja_env.globals.update(
        asset_url=asset_url, static_url=static_url, favicon_data=favicon_data
    )
