"""A run can be calculated again from its file; whatever was changed is found."""

import json
from base64 import b64encode

import pytest

from civicdialog.analysis import sentence_vectors
from civicdialog.analysis.cluster_file import Choices, cluster_file
from civicdialog.analysis.opinion_file import Choices as OpinionChoices
from civicdialog.analysis.opinion_file import opinions_file
from civicdialog.analysis.verdict import Unreadable
from civicdialog.analysis.verify import verify

WORDS = (
    "Ampel Kreuzung Fußgänger grün",
    "Baum Wasser Sommer gießen",
    "Kita Platz Anmeldung Eltern",
)


@pytest.fixture
def table(tmp_path):
    """Thirty contributions on three things."""
    path = tmp_path / "in.csv"
    lines = [f"b{n},{WORDS[n % 3]} {n},{WORDS[n % 3]}. Wunsch {n}." for n in range(30)]
    path.write_text("\n".join(["id,title,text", *lines]) + "\n", "utf-8")
    return path


@pytest.fixture
def exported(tmp_path, table):
    """`exported(k=3)` groups with these choices and gives the path of the file of the run."""

    def run(**chosen):
        path = tmp_path / "run.json"
        cluster_file(
            table, tmp_path / "out.csv", Choices(**{"words_only": True, **chosen}), json_path=path
        )
        return path

    return run


@pytest.fixture
def changed(exported):
    """`changed(change, k=3)` gives a file that `change` has worked on."""

    def after(change, **chosen):
        path = exported(**chosen)
        values = json.loads(path.read_bytes())
        change(values)
        path.write_text(json.dumps(values), "utf-8")
        return path

    return after


@pytest.mark.parametrize(
    "chosen",
    [{}, {"k": 3}, {"seed": 5}, {"levels": 1, "k": 2}, {"check_stability": True},
     {"words_only": False}],
    ids=str,
)  # fmt: skip
def test_a_run_calculated_again_is_the_same(exported, chosen):
    verdict = verify(exported(**chosen))
    assert verdict.is_same
    assert verdict.sentence.startswith("The same: 30 contributions, ")


def test_ignored_words_names_and_decisions_of_people_are_followed(exported, tmp_path):
    files = {
        "ignore": "Anmeldung\n",
        "names": "cluster,theme\n0,Verkehr\n",
        "decisions": "id,theme\nb7,Verkehr\n",
    }
    for name, text in files.items():
        (tmp_path / name).write_text(text, "utf-8")
    assert verify(exported(k=3, **{name: tmp_path / name for name in files})).is_same


def test_the_order_of_the_contributions_is_no_matter(changed):
    def turn(values):
        values["input"]["contributions"].reverse()

    assert verify(changed(turn)).is_same


@pytest.mark.skipif(not sentence_vectors.available(), reason="no sentence encoder")
def test_vectors_in_the_file_follow_their_contributions(changed):
    def turn(values):
        listed = values["input"]["contributions"]
        listed.reverse()
        rows = sentence_vectors.encode(
            [each["title"] for each in listed], [each["text"] for each in listed]
        )
        text = b64encode(rows.astype("<f4").tobytes()).decode()
        values["input"]["vectors"] = {"model": sentence_vectors.MODEL, "float32": text}

    assert verify(changed(turn, words_only=False)).is_same


def test_another_text_is_found(changed):
    def tamper(values):
        values["input"]["contributions"][0]["text"] += " Und mehr."

    verdict = verify(changed(tamper))
    assert not verdict.is_same
    assert "the contributions in the file are not as they were grouped" in verdict.sentence


def test_missing_contributions_are_counted(changed):
    def tamper(values):
        del values["input"]["contributions"][:2]

    verdict = verify(changed(tamper))
    assert not verdict.is_same
    assert "2 of 30 contributions that were grouped are not in the file" in verdict.sentence


def test_contributions_in_another_topic_are_counted(changed):
    def tamper(values):
        values["result_sha256"] = "0" * 64
        for row in values["contributions"][:3]:
            row["cluster"] = 99

    verdict = verify(changed(tamper, k=3))
    assert not verdict.is_same
    assert "3 of 30 contributions lie in another topic" in verdict.sentence


def test_the_same_topics_described_otherwise_are_not_the_same(changed):
    verdict = verify(changed(lambda values: values.update(result_sha256="0" * 64)))
    assert not verdict.is_same
    assert "described otherwise" in verdict.sentence


def test_another_seed_is_not_the_same(changed):
    assert not verify(changed(lambda values: values.update(seed=9))).is_same


def test_other_versions_are_named_even_when_the_result_is_the_same(changed):
    verdict = verify(changed(lambda values: values["versions"].update(numpy="1.0")))
    assert verdict.is_same
    assert "calculated with other versions: numpy 1.0 → " in verdict.sentence


@pytest.mark.parametrize(
    "change",
    [
        lambda values: values.update(format="something else"),
        lambda values: values.update(version=3),
        lambda values: values.pop("input"),
        lambda values: values.pop("contributions"),
        lambda values: values["input"].update(contributions=7),
        lambda values: values["input"].update(vectors={"model": "x", "float32": "AAAA"}),
        lambda values: values["input"].update(vectors={"model": "x", "float32": "!"}),
        lambda values: values["parameters"].update(k=-1),
        lambda values: values["parameters"].update(names={"99": "Verkehr"}),
        lambda values: values.update(seed="many"),
    ],
)
def test_a_file_that_makes_no_sense_is_refused_with_a_sentence(changed, change):
    with pytest.raises(Unreadable, match=r"run\.json: "):
        verify(changed(change))


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b"null", b"\xff\xfe", b"id,title,text\n"])
def test_what_is_no_run_is_refused(tmp_path, content):
    path = tmp_path / "run.json"
    path.write_bytes(content)
    with pytest.raises(Unreadable):
        verify(path)


def test_without_vectors_and_encoder_a_run_with_sentences_is_refused(changed, monkeypatch):
    def tamper(values):
        values["method"] = "words+sentences"

    path = changed(tamper)
    monkeypatch.setattr("civicdialog.analysis.sentence_vectors.available", lambda: False)
    with pytest.raises(Unreadable, match="semantic"):
        verify(path)


# ---- opinions -----------------------------------------------------------------------------------


@pytest.fixture
def opinions(tmp_path):
    """`opinions(change)` gives the file of an opinion run that `change` has worked on."""

    def run(change=lambda values: None):
        votes = [
            f"v{who},s{what},{'agree' if what > 7 or (who + what) % 2 else 'disagree'}"
            for who in range(30)
            for what in range(10)
        ]
        path = tmp_path / "votes.csv"
        path.write_text("\n".join(["participant,submission,opinion", *votes]) + "\n", "utf-8")
        opinions_file(path, tmp_path / "out", OpinionChoices())
        values = json.loads((tmp_path / "out" / "run.json").read_bytes())
        change(values)
        (tmp_path / "out" / "run.json").write_text(json.dumps(values), "utf-8")
        return tmp_path / "out" / "run.json"

    return run


def test_an_opinion_run_is_the_same_again(opinions):
    verdict = verify(opinions())
    assert verdict.is_same
    assert verdict.sentence.startswith("The same: 30 participants, 300 votes, ")


def test_ballots_in_another_order_are_the_same(opinions):
    assert verify(opinions(lambda values: values["input"]["ballots"].reverse())).is_same


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (
            lambda values: values["input"]["ballots"].pop(),
            "the ballots in the file are not those that were counted",
        ),
        (
            lambda values: values["input"]["ballots"].pop(),
            "10 of 10 contributions have other figures",
        ),
        (
            lambda values: values["result"].update(votes=7),
            "the result in the file has been changed",
        ),
        (
            lambda values: values.update(previous_sha256="0" * 64),
            "the run that this one continues is not the one in the file",
        ),
        (
            lambda values: values.update(result_sha256="0" * 64),
            "the rest is described otherwise",
        ),
    ],
)
def test_an_opinion_run_that_was_changed_is_told(opinions, change, told):
    verdict = verify(opinions(change))
    assert not verdict.is_same
    assert told in verdict.sentence


def test_other_versions_of_programs_are_told_of_an_opinion_run(opinions):
    verdict = verify(opinions(lambda values: values["versions"].update(numpy="1.0")))
    assert verdict.is_same
    assert "calculated with other versions: numpy 1.0 → " in verdict.sentence


@pytest.mark.parametrize(
    "change",
    [
        lambda values: values.pop("input"),
        lambda values: values.update(version=99),
        lambda values: values["input"].update(ballots=[{"agree": [1]}]),
        lambda values: values["input"]["ballots"][0].update(agree=[99]),
        lambda values: values["input"]["ballots"][0].update(agree=["one"]),
        lambda values: values.update(input=[]),
        lambda values: values.update(previous={"k": 2}),
        lambda values: values.update(result=None),
    ],
)
def test_an_opinion_run_that_cannot_be_read_is_no_crash(opinions, change):
    with pytest.raises(Unreadable, match=r"run\.json: "):
        verify(opinions(change))
