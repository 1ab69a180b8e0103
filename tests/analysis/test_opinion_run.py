"""The result of an opinion run: what it says, what it hides, and that it is always the same."""

import json
import math
import random
from itertools import pairwise

import numpy as np
import pytest

from civicdialog.analysis.hashes import canonical_json
from civicdialog.analysis.opinion_floor import FLOOR, shown_beside, shown_groups
from civicdialog.analysis.opinion_groups import continued_keys
from civicdialog.analysis.opinion_input import OpinionInput
from civicdialog.analysis.opinion_map import cells_of
from civicdialog.analysis.opinion_run import sum_up
from civicdialog.analysis.opinion_state import state_of

CAMPS, SUBMISSIONS = (40, 25), 14


def cast(camps=CAMPS, submissions=SUBMISSIONS, *, share=0.85, seed=1):
    """(participant, submission, opinion): the camps differ on all but the last four submissions."""
    draw = random.Random(seed)
    votes, who = [], 0
    for camp, size in enumerate(camps):
        for _ in range(size):
            for what in range(submissions):
                if draw.random() < share:
                    side = 1 if what >= submissions - 4 or (what + camp) % 2 == 0 else -1
                    opinion = (
                        0 if draw.random() < 0.06 else side * (1 if draw.random() < 0.93 else -1)
                    )
                    votes.append((f"person-{who}", f"s{what:02}", opinion))
            who += 1
    return votes


def given(votes, **values):
    return OpinionInput.of({what for _, what, _ in votes}, votes, **values)


@pytest.fixture(scope="module")
def result():
    topics = {f"s{what:02}": what % 3 for what in range(SUBMISSIONS)}
    return sum_up(given(cast(), topics=topics))


def people(figure):
    return figure["agree"] + figure["disagree"] + figure["pass"]


def statement(result, name):
    return next(each for each in result["statements"] if each["id"] == name)


# ---- what it says -------------------------------------------------------------------------------


def test_two_camps_are_two_groups(result):
    assert [group["size"] for group in result["groups"]] == list(CAMPS)
    assert [group["key"] for group in result["groups"]] == [1, 2]


def test_what_divides_and_what_is_shared_stand_on_their_shelves(result):
    shelves = [each["shelf"] for each in result["statements"]]
    assert shelves == ["divides"] * (SUBMISSIONS - 4) + ["common"] * 4


def test_common_rejection_is_common_ground_too():
    votes = [(who, what, -side if what >= "s10" else side) for who, what, side in cast()]
    assert statement(sum_up(given(votes)), "s12")["shelf"] == "common"


def test_what_has_nine_votes_waits_for_more():
    votes = [*cast(), *((f"person-{who}", "new", 1) for who in range(9))]
    assert statement(sum_up(given(votes)), "new")["shelf"] == "few"


def test_telling_submissions_are_those_on_which_groups_differ_for_sure(result):
    differing = {each["id"] for each in result["statements"] if each["differs"]}
    told = [one for group in result["groups"] for one in group["telling"]]
    assert {one["id"] for one in told} <= differing
    assert [len(group["telling"]) for group in result["groups"]] == [5, 5]


def test_the_direction_of_a_telling_submission_is_that_of_most_of_the_group(result):
    for group in result["groups"]:
        for one in group["telling"]:
            figure = statement(result, one["id"])["groups"][group["group"]]
            assert (figure["share"] > 0.5) is (one["direction"] == "agree")


def test_the_sums_are_those_of_the_votes(result):
    told = [statement(result, "s03")["everybody"][side] for side in ("agree", "disagree", "pass")]
    votes = [opinion for _, what, opinion in cast() if what == "s03"]
    assert told == [votes.count(1), votes.count(-1), votes.count(0)]


def test_groups_and_everybody_add_up(result):
    for each in result["statements"]:
        assert sum(map(people, each["groups"])) == people(each["everybody"])


def test_topics_sum_up_their_submissions(result):
    for topic in result["topics"]:
        own = [each for n, each in enumerate(result["statements"]) if n % 3 == topic["key"]]
        answers = sum(each["everybody"]["agree"] + each["everybody"]["disagree"] for each in own)
        assert (topic["statements"], topic["everybody"]["votes"]) == (len(own), answers)
        assert topic["everybody"]["low"] < topic["everybody"]["share"] < topic["everybody"]["high"]


def test_a_topic_without_votes_has_no_figures():
    votes = cast()
    whole = OpinionInput.of({"s00", "empty"}, votes, topics={"empty": 7, "s00": 1})
    (one, empty) = sum_up(whole)["topics"]
    assert one["everybody"]
    assert (empty["everybody"], empty["bridging"]) == (None, None)


def test_people_with_few_votes_and_guests_are_told_apart():
    votes = [*cast(), *((f"guest-{n}", "s00", -1) for n in range(6))]
    figures = statement(sum_up(given(votes, guests={f"guest-{n}" for n in range(6)})), "s00")
    whole = people(figures["everybody"])
    assert people(figures["accounts"]) == people(figures["active"]) == whole - 6


# ---- what it hides ------------------------------------------------------------------------------


def figures_of(result):
    for each in result["statements"]:
        yield from (each[name] for name in ("everybody", "active", "unflagged", "accounts"))
        yield from each["groups"]


@pytest.fixture(scope="module")
def sparse():
    """Many submissions with hardly any votes, and two guests."""
    votes = [*cast(submissions=40, share=0.15, seed=5)]
    votes += [(f"person-{who}", "rare", 1) for who in range(FLOOR - 1)]
    return sum_up(given(votes, guests={"person-1", "person-2"}))


def test_no_sum_counts_fewer_people_than_the_floor(sparse):
    shown = [figure for figure in figures_of(sparse) if figure]
    assert shown
    assert min(map(people, shown)) >= FLOOR
    assert None in list(figures_of(sparse))


def test_accounts_are_hidden_where_they_would_tell_the_votes_of_few_guests(sparse):
    for each in sparse["statements"]:
        if each["everybody"] and each["accounts"]:
            rest = people(each["everybody"]) - people(each["accounts"])
            assert rest == 0 or rest >= FLOOR
    assert sparse["guests"] is None


def test_what_is_hidden_cannot_be_read_from_model_or_scores(sparse):
    hidden = [each for each in sparse["statements"] if each["everybody"] is None]
    names = (
        "smoothed",
        "controversy",
        "bridging",
        "gap",
        "easiness",
        "weights",
        "shares",
        "x",
        "y",
    )
    assert hidden
    assert all(each[name] is None for each in hidden for name in names)
    for each in sparse["statements"]:
        if each["shares"] and each["groups"]:
            pairs = zip(each["shares"], each["groups"], strict=True)
            assert all((share is None) is (figure is None) for share, figure in pairs)


# Groups, people in none, and which groups can be shown.
@pytest.mark.parametrize(
    ("groups", "in_none", "shown"),
    [
        ([9, 7, 6], 0, [1, 1, 1]),
        # The hidden 3 would be everybody less the others: the next smallest is hidden, too.
        ([9, 7, 3], 0, [1, 0, 0]),
        ([9, 3], 0, [0, 0]),
        # 3 and 2 hidden people are 5 together.
        ([9, 3, 2], 0, [1, 0, 0]),
        ([9, 3], 2, [1, 0]),
        # Nobody is hidden; who is in no group nobody can know.
        ([9, 7], 2, [1, 1]),
        ([0, 9], 0, [0, 1]),
    ],
)
def test_no_group_can_be_had_by_subtraction(groups, in_none, shown):
    assert shown_groups(np.array([groups]), np.array([in_none])).tolist() == [
        list(map(bool, shown))
    ]


@pytest.mark.parametrize(
    ("part", "shown"), [(20, True), (19, False), (16, False), (15, True), (4, False)]
)
def test_a_part_is_hidden_where_few_people_are_left_over(part, shown):
    assert shown_beside(np.array([20]), np.array([part])).tolist() == [shown]


def test_topics_add_up_only_what_is_shown_itself():
    votes = [*cast(), *((f"person-{who}", "new", 1) for who in range(3))]
    told = sum_up(given(votes, topics={"s00": 1, "new": 1}))
    (topic,), first = told["topics"], statement(told, "s00")
    for cell, figure in zip(
        [topic["everybody"], *topic["groups"]], [first["everybody"], *first["groups"]], strict=True
    ):
        assert cell["votes"] == figure["agree"] + figure["disagree"]


def test_every_cell_of_the_map_holds_five_people_and_all_people_lie_in_one(sparse):
    cells = sparse["map"]["cells"]
    assert min(cell["count"] for cell in cells) >= FLOOR
    assert sum(cell["count"] for cell in cells) == sparse["participants"]


def test_groups_in_a_cell_cannot_be_had_by_subtraction(sparse):
    for cell in sparse["map"]["cells"]:
        shown = [count for count in cell["groups"] if count]
        hidden = cell["count"] - sum(shown)
        assert all(count >= FLOOR for count in shown)
        assert None not in cell["groups"] or hidden >= FLOOR


@pytest.mark.parametrize(("lonely", "counts"), [(1, [9]), (4, [12]), (5, [8, 5])])
def test_fewer_than_five_people_are_counted_in_the_next_cell(lonely, counts):
    places = np.array([[0.0, 0.0]] * 8 + [[9.0, 9.0]] * lonely)
    told = cells_of(places, np.zeros(len(places), np.int64), 1)
    assert [cell["count"] for cell in told["cells"]] == counts


def test_four_people_make_no_map():
    assert cells_of(np.zeros((4, 2)), np.zeros(4, np.int64), 1)["cells"] == []


def test_nobody_is_named(result):
    assert "person" not in json.dumps(result)


# ---- always the same ----------------------------------------------------------------------------


def test_the_order_of_votes_and_the_names_of_people_change_no_byte(result):
    votes = [(f"p{random.Random(who).random()}", what, opinion) for who, what, opinion in cast()]
    random.Random(3).shuffle(votes)
    topics = {f"s{what:02}": what % 3 for what in range(SUBMISSIONS)}
    again = given(votes, topics=topics)
    assert again.sha256 == given(cast(), topics=topics).sha256
    assert canonical_json(sum_up(again)) == canonical_json(result)


def test_the_input_survives_its_file():
    whole = given(cast(), guests={"person-3"}, topics={"s01": 4}, important={"s02": 6})
    again = OpinionInput.from_values(json.loads(canonical_json(whole.as_values())))
    assert again == whole
    assert again.sha256 == whole.sha256


def test_a_vote_that_is_cast_again_replaces_the_earlier_one():
    whole = given([("a", "s", 1), ("a", "s", -1)])
    assert (whole.repeated, whole.vote_count, whole.ballots[0].disagree) == (1, 1, (0,))


def test_a_later_run_keeps_the_groups_and_their_keys(result):
    votes = [
        *cast(),
        *(("new", what, opinion) for who, what, opinion in cast() if who == "person-0"),
    ]
    state = state_of(result)
    state["keys"], state["last_key"] = [4, 2], 4
    later = sum_up(given(votes), state=state)
    assert [(group["key"], group["size"]) for group in later["groups"]] == [(4, 41), (2, 25)]
    assert later["last_key"] == 4


def test_a_group_unlike_all_earlier_ones_gets_a_new_key():
    earlier = np.array([[0.9, 0.1], [0.1, 0.9], [0.9, 0.1]])
    now = np.column_stack([earlier[:, 1], [0.5, 0.5, 0.1], earlier[:, 0]])
    keys, last = continued_keys(now, earlier, [1, 2], 3)
    assert (keys[0], keys[2]) == (2, 1)
    assert (keys[1], last) == (4, 4)


def test_no_two_groups_of_a_run_have_the_same_letter():
    earlier = np.array([[0.9, 0.1], [0.1, 0.9], [0.9, 0.1]])
    now = np.column_stack([earlier, [0.5, 0.5, 0.1]])
    keys, last = continued_keys(now, earlier, [1, 2], 5)
    assert (keys, last) == ([1, 2, 8], 8)


def test_what_is_new_may_have_been_unknown_to_the_run_before(result):
    votes = [*cast(), *((f"person-{who}", "new", 1) for who in range(30))]
    later = sum_up(given(votes), state=state_of(result))
    assert statement(later, "new")["everybody"]["agree"] == 30


# ---- hardly anything ----------------------------------------------------------------------------

ODD = {
    "nothing": [],
    "one vote": [("a", "s", 1)],
    "one participant": [("a", f"s{n}", 1 - n % 3) for n in range(30)],
    "one statement": [(f"p{n}", "s", n % 3 - 1) for n in range(60)],
    "all pass": [(f"p{n}", f"s{m}", 0) for n in range(30) for m in range(8)],
    "all agree": [(f"p{n}", f"s{m}", 1) for n in range(30) for m in range(8)],
    "noise": [
        (f"p{n}", f"s{m}", random.Random(n * 100 + m).choice((-1, 0, 1)))
        for n in range(40)
        for m in range(10)
    ],
}


@pytest.mark.parametrize("votes", ODD.values(), ids=ODD)
def test_odd_votes_have_a_sound_result_without_groups(votes):
    told = sum_up(given(votes))
    canonical_json(told)  # Refuses NaN.
    assert told["groups"] == []
    assert told["why_no_groups"] in ("too_few_people", "too_few_votes", "no_stable_groups")
    assert told["votes"] == len(votes)


def test_where_all_agree_everything_is_common_ground():
    told = sum_up(given(ODD["all agree"]))
    assert {each["shelf"] for each in told["statements"]} == {"common"}


def test_where_all_pass_nothing_has_a_share():
    told = sum_up(given(ODD["all pass"]))
    assert {each["everybody"]["share"] for each in told["statements"]} == {None}
    assert {each["shelf"] for each in told["statements"]} == {"mixed"}


def test_without_groups_an_even_split_divides():
    votes = [(f"p{n}", "s", 1 if n % 2 else -1) for n in range(80)]
    assert statement(sum_up(given(votes)), "s")["shelf"] == "divides"


def test_a_submission_nobody_voted_on_is_in_the_result():
    told = sum_up(OpinionInput.of(["s00", "empty"], cast()))
    assert statement(told, "empty")["shelf"] == "few"
    assert statement(told, "empty")["everybody"] is None


def test_progress_never_goes_back():
    shares = []
    sum_up(given(cast()), progress=lambda share, step: shares.append(share))
    assert all(one <= other for one, other in pairwise(shares))
    assert all(math.isfinite(share) and 0 <= share <= 1 for share in shares)
