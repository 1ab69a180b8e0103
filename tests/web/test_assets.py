"""The files of the front end: bundled, small, cached for ever, and exactly the ones recorded."""

import gzip
import re
import runpy
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from civicdialog.core import view_models
from civicdialog.core.view_models import MapCell, MapGroup, OpinionBar, OpinionMapView, TopicTile
from civicdialog.web import assets

ROOT = Path(__file__).resolve().parents[2]
VENDOR = runpy.run_path(str(ROOT / "tools" / "vendor.py"))


@pytest.fixture(scope="module")
def served() -> Flask:
    app = Flask("assets", static_folder=None)
    app.config["HOME"] = ROOT
    app.extensions["city"] = SimpleNamespace(accent_light="#a3122a", accent_dark="#ff9aa8")
    assets.register(app)
    return app


@pytest.fixture
def client(served: Flask) -> FlaskClient:
    return served.test_client()


def url(app: Flask, name: str, *, kind: str = "asset_url") -> str:
    with app.test_request_context():
        return str(app.jinja_env.globals[kind](name))  # type: ignore[operator]


def test_the_style_sheet_weighs_at_most_twenty_kilobytes(
    served: Flask, client: FlaskClient
) -> None:
    answer = client.get(url(served, "app.css"), headers={"Accept-Encoding": "gzip"})
    assert len(answer.data) <= 20_000
    assert "--city-accent:#a3122a" in gzip.decompress(answer.data).decode()


def test_a_hashed_address_is_cached_for_ever(served: Flask, client: FlaskClient) -> None:
    for address in (url(served, "app.css"), url(served, "favicon.svg", kind="static_url")):
        assert "immutable" in client.get(address).headers["Cache-Control"]


def test_an_older_hash_gets_todays_file_uncached(client: FlaskClient) -> None:
    answer = client.get("/assets/app.0123456789ab.css")
    assert answer.status_code == 200
    assert answer.headers["Cache-Control"] == "no-cache"


def test_a_known_etag_gets_no_body(served: Flask, client: FlaskClient) -> None:
    address = url(served, "app.js")
    etag = client.get(address).headers["ETag"]
    assert client.get(address, headers={"If-None-Match": etag}).status_code == 304


@pytest.mark.parametrize("path", ["/assets/nothing.css", "/static/nothing", "/static/../wsgi.py"])
def test_unknown_files_are_not_found(client: FlaskClient, path: str) -> None:
    assert client.get(path).status_code == 404


def test_everybody_may_fetch_them(served: Flask) -> None:
    views = served.view_functions.values()
    assert all(getattr(view, "needs", None) == "public" for view in views)


def test_every_font_of_the_style_sheet_is_served(served: Flask, client: FlaskClient) -> None:
    css = client.get(url(served, "app.css")).text
    fonts = re.findall(r'url\("\.\.(/static/[^"]+woff2[^"]*)"\)', css)
    assert len(fonts) == 2
    assert all("immutable" in client.get(font).headers["Cache-Control"] for font in fonts)


def test_no_style_or_script_names_another_host(served: Flask, client: FlaskClient) -> None:
    for name in ("app.css", "app.js"):
        text = client.get(url(served, name)).text.replace("http://www.w3.org/2000/svg", "")
        assert "//" not in re.sub(r"//[^\n]*\n", "", text) or name == "app.js"
        assert "http" not in text


def test_every_token_that_is_read_is_also_set(served: Flask, client: FlaskClient) -> None:
    css = client.get(url(served, "app.css")).text
    read = set(re.findall(r"var\((--[\w-]+)\)", css))
    set_ = set(re.findall(r"(--[\w-]+):", css))
    # KERN itself reads these without setting them.
    assert {name for name in read - set_ if not name.startswith("--kern-")} == set()


def test_the_vendored_files_are_the_recorded_ones() -> None:
    assert VENDOR["faults"]() == []


def test_a_changed_vendored_file_is_found(tmp_path: Path) -> None:
    folder = tmp_path / "x@1"
    folder.mkdir()
    (folder / "LICENSE").write_text("changed")
    (folder / "new.js").write_text("")
    (tmp_path / "vendor.json").write_text(
        '{"packages": [{"name": "x", "version": "1", "files": {"LICENSE": {"sha256": "0"}}}]}'
    )
    assert VENDOR["faults"](tmp_path) == [
        "x@1/LICENSE: changed.",
        "x@1/new.js: not in vendor.json.",
    ]


def test_the_trimmed_sheet_is_up_to_date() -> None:
    # Who uses another KERN token or icon must run `python tools/vendor.py trim`.
    path = VENDOR["KERN"].folder / VENDOR["TRIMMED"]
    assert path.read_text(encoding="utf-8") == VENDOR["trimmed"]()


# ---- finished values --------------------------------------------------------------------------


def test_percents_of_a_bar_add_up_to_hundred() -> None:
    bar = OpinionBar.from_counts(1, 1, 1)
    assert sorted(share.percent for share in bar.shares) == [33, 33, 34]


@pytest.mark.parametrize(
    ("successes", "n", "low", "high"),
    # Brown, Cai, DasGupta 2001: no share leaves 0…1, and few voices give wide intervals.
    [(0, 0, 0.0, 1.0), (0, 10, 0.0, 0.2775), (5, 10, 0.2366, 0.7634), (10, 10, 0.7225, 1.0)],
)
def test_wilson_interval(successes: int, n: int, low: float, high: float) -> None:
    assert view_models.wilson_interval(successes, n) == pytest.approx((low, high), abs=1e-4)


@pytest.mark.parametrize(("n", "shown"), [(0, False), (4, False), (5, True)])
def test_a_bar_below_the_threshold_is_not_shown(n: int, shown: bool) -> None:
    assert OpinionBar.from_counts(n, 0, 0, threshold=5).is_shown is shown


def a_map(*cells: MapCell, **values: Any) -> OpinionMapView:
    groups = [MapGroup("A", 20, 0.0, 0.0), MapGroup("B", 10, 4.0, 0.0)]
    return OpinionMapView.from_cells(cells, groups, title="t", **values)


def test_cells_of_a_group_are_drawn_with_its_own_shape() -> None:
    view = a_map(MapCell(0, 0, 20, 0), MapCell(4, 0, 10, 1))
    assert [("a" in g.shapes, "h" in g.shapes) for g in view.groups] == [
        (True, False),
        (False, True),
    ]


def test_people_in_no_group_are_drawn_beside_the_groups() -> None:
    view = a_map(MapCell(0, 0, 20, 0), MapCell(4, 0, 10, 1), MapCell(2, 0, 8), others_count=8)
    assert view.others.count("M") == 1
    assert (view.people_count, view.others_percent) == (38, 21)


def test_letters_of_near_groups_do_not_lie_over_one_another() -> None:
    groups = [MapGroup("A", 9, 1.0, 1.0), MapGroup("B", 9, 1.01, 1.0)]
    view = OpinionMapView.from_cells([MapCell(1, 1, 9, 0), MapCell(9, 9, 9, 1)], groups, title="t")
    a, b = view.groups
    assert abs(a.x - b.x) > 40


def test_who_lies_outside_of_the_cells_is_drawn_at_the_edge() -> None:
    view = a_map(MapCell(0, 0, 20, 0), MapCell(4, 0, 10, 1), me=(99.0, 99.0))
    assert view.me is not None
    assert 0 < view.me[0] < view.width
    assert 0 < view.me[1] < view.height


def test_a_map_of_nobody_is_not_drawn() -> None:
    assert not OpinionMapView.from_cells((), (), title="t").is_drawn


def test_the_biggest_topic_fills_its_bar() -> None:
    tiles = TopicTile.scaled([TopicTile("a", "#", (), 50), TopicTile("b", "#", (), 10)])
    assert [tile.width_percent for tile in tiles] == [100, 20]
