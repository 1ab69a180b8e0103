"""Made-up results of opinion runs, as `analysis.opinion_run` writes them."""

from civicdialog.core.db import db
from civicdialog.core.view_models import wilson_interval
from civicdialog.insights.models import OpinionRun
from civicdialog.rounds.counting import add_votes

SIZES = (60, 40, 20)
# How far each group agrees with the statements, one line after the other.
PATTERNS = (
    (0.9, 0.85, 0.8),
    (0.95, 0.1, 0.5),
    (0.55, 0.5, 0.45),
    (0.2, 0.1, 0.15),
    (0.15, 0.9, 0.7),
)
SHELVES = ("common", "divides", "mixed", "common", "divides")


def figure(agree, disagree, passes=0):
    """Sums with their share and its interval."""
    n = agree + disagree
    if agree + disagree + passes < 5:
        return None
    low, high = wilson_interval(agree, n) if n else (None, None)
    share = agree / n if n else None
    return {"agree": agree, "disagree": disagree, "pass": passes,
            "share": share, "low": low, "high": high}  # fmt: skip


def _added(figures):
    keys = ("agree", "disagree", "pass")
    return figure(*(sum(each[key] for each in figures if each) for key in keys))


def statement(public_id, number, groups, *, few=False, important=None):
    """One submission; every fifth has the same pattern."""
    pattern, kind = PATTERNS[number % 5], number % 5
    shown = []
    for share, size in zip(pattern, SIZES[: groups or 1], strict=False):
        voted = size // 20 if few else size - 2
        passes = voted // 10
        agree = round(share * (voted - passes))
        shown.append(figure(agree, voted - passes - agree, passes))
    everybody = _added(shown) or figure(3, 3)
    x, y = ((0.1, 0.1), (0.9, 0.2), (0.0, 0.1), (0.1, -0.1), (-0.4, 0.8))[kind]
    shares = [each["share"] for each in shown if each]
    return {
        "id": public_id,
        "everybody": everybody,
        "active": everybody,
        "unflagged": figure(everybody["agree"] // 2, everybody["disagree"], everybody["pass"]),
        "accounts": everybody,
        "groups": shown if groups else [],
        "shelf": "few" if few else SHELVES[kind],
        "bridging": None if few else min(shares) - 0.1,
        "controversy": 0.5,
        "smoothed": 0.5,
        "gap": max(shares) - min(shares) if len(shares) > 1 else None,
        "differs": not few,
        "groups_differ": [not few] * groups,
        "important": important,
        "x": x,
        "y": y,
        "easiness": 0.1,
        "weights": [2 * x, 2 * y],
        "shares": list(pattern[: groups or 1]),
    }


def topic(key, number, groups, *, hidden=()):
    """A topic; groups in `hidden` are too small to be shown."""
    cells = []
    for place, share in enumerate(PATTERNS[number % 5][:groups]):
        shown = {"share": share, "low": share - 0.05, "high": min(1.0, share + 0.05),
                 "votes": 90, "people": SIZES[place] - 1}  # fmt: skip
        cells.append(None if place in hidden else shown)
    shares = [cell["share"] for cell in cells if cell] or [0.6]
    return {
        "key": key,
        "everybody": {
            "share": sum(shares) / len(shares),
            "low": 0.4,
            "high": 0.7,
            "votes": 300,
            "people": 118,
        },
        "groups": cells,
        "statements": 10,
        "gap": max(shares) - min(shares) if len(shares) > 1 else None,
        "bridging": min(shares) - 0.05 if all(cells) else None,
    }


def result(ids, *, groups=3, topics=(), few=0, why="no_stable_groups", guests=None):
    """The JSON of a run over these public ids; the last `few` of them wait for voices."""
    people = sum(SIZES[: groups or 1])
    first_few = len(ids) - few
    statements = [
        statement(name, n, groups, few=n >= first_few, important=12 if n == 0 else None)
        for n, name in enumerate(ids)
    ]
    places = ((-1.0, 0.2), (1.0, 0.5), (0.3, -0.9))
    cells = [
        {"x": x + dx, "y": y + dy, "count": SIZES[g] // 4,
         "groups": [SIZES[g] // 4 if place == g else 0 for place in range(groups)]}
        for g, (x, y) in enumerate(places[: groups or 1])
        for dx, dy in ((0, 0), (0.3, 0), (0.15, 0.26), (-0.15, 0.26))
    ]  # fmt: skip
    return {
        "format": 1,
        "seed": 0,
        "participants": people,
        "guests": guests,
        "votes": people * 10,
        "submissions": len(ids),
        "repeated": 0,
        "k": groups or 1,
        "why_no_groups": "" if groups else why,
        "tentative": False,
        "stability": 0.91 if groups else None,
        "k_stability": {"2": 0.95, "3": 0.91},
        "wanted_k": groups or 1,
        "agreeing": 1,
        "unclear": 7,
        "in_no_group": None,
        "last_key": groups,
        "groups": [
            {"group": g, "key": g + 1, "size": SIZES[g], "share": SIZES[g] / people,
             "x": places[g][0], "y": places[g][1],
             "telling": [{"id": name, "direction": "agree" if n % 2 else "disagree"}
                         for n, name in enumerate(ids[:2])]}
            for g in range(groups)
        ],
        "map": {"cells": cells, "radius": 0.17},
        "statements": statements,
        "topics": [topic(key, n, groups) for n, key in enumerate(topics)],
    }  # fmt: skip


def keep(round, result, *, cluster_run_id=None, number=1):
    """Store a run with this result."""
    if not round.vote_count:
        add_votes(round.id, result["votes"])
    run = OpinionRun(
        round_id=round.id,
        cluster_run_id=cluster_run_id,
        seed=0,
        settings={},
        versions={"civicdialog": "0.4.0", "numpy": "2.4.6"},
        input_hash=f"{number:064x}",
        result_hash=f"{hash(str(result)) & (2**63 - 1):064x}",
        participant_count=result["participants"],
        vote_count=result["votes"],
        group_count=len(result["groups"]),
        stability=result["stability"],
        seconds=1.25,
        result=result,
    )
    db.session.add(run)
    db.session.commit()
    return run.id
