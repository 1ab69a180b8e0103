"""Learning from decisions which words refused texts have in common. A hint, never a decision.

Word stems, weighted by how rare they are, and a logistic regression: so each word has one weight,
and everybody can be told which words spoke for it. Learning needs scikit-learn; judging a text with
what was learned needs nothing but addition.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from civicdialog.analysis.language import content_words

FEWEST_TEXTS, FEWEST_REFUSED = 200, 30
"""With fewer the measured figures are chance: at 30 refused ones the AUC is known to about ±.05."""
FEWEST_WITH_WORD = 5
"""A word in fewer texts is not kept: it would tell of persons, not of kinds of text."""
LEAST_AUC = 0.7
"""Half is chance. Below this the program stays silent."""
WANTED_PRECISION = 0.6
"""At least so many of the marked ones must in fact have been refused."""
FEWEST_MARKED = 10
_FOLDS = 5
_MOST_WORDS = 5


@dataclass(frozen=True)
class Model:
    """What was learned: for each stem its rarity and its weight."""

    words: Mapping[str, tuple[float, float]] = field(default_factory=dict)
    bias: float = 0.0


@dataclass(frozen=True)
class Learned:
    """A model and how well it does on texts it has not seen."""

    model: Model
    auc: float
    precision: float
    recall: float
    threshold: float | None
    """From this value on it is worth a hint; None if it never is."""


@dataclass(frozen=True)
class Judged:
    """How much a text resembles refused ones, and the words that spoke most for it."""

    value: float
    words: tuple[str, ...]


def judge(model: Model, text: str) -> Judged:
    """The value of a text, 0 to 1, with its telling words as they stand in it."""
    spoken = _stems(text)
    weighed = {stem: model.words[stem] for stem in spoken if stem in model.words}
    length = math.sqrt(sum(rarity * rarity for rarity, _ in weighed.values())) or 1.0
    parts = {stem: rarity * weight / length for stem, (rarity, weight) in weighed.items()}
    total = max(-30.0, min(30.0, model.bias + sum(parts[stem] for stem in sorted(parts))))
    telling = sorted((stem for stem in parts if parts[stem] > 0), key=lambda s: (-parts[s], s))
    return Judged(1 / (1 + math.exp(-total)), tuple(spoken[stem] for stem in telling[:_MOST_WORDS]))


def enough(texts: int, refused: int) -> bool:
    """Whether there are enough decisions to learn from."""
    return texts >= FEWEST_TEXTS and refused >= FEWEST_REFUSED


def learn(texts: Sequence[str], refused: Sequence[bool]) -> Learned:
    """Learns from all texts; measures on texts left out, the same words never on both sides.

    The same decisions give the same model, in whatever order. Raises ValueError where there are too
    few.
    """
    if not enough(len(texts), sum(refused)):
        raise ValueError("too few decisions")
    ordered = sorted(
        ((" ".join(sorted(_stems(text))), was) for text, was in zip(texts, refused, strict=True))
    )
    documents, marks = [text for text, _ in ordered], [was for _, was in ordered]
    values = _unseen(documents, marks)
    auc = _auc(values, marks)
    threshold, precision, recall = _threshold(values, marks)
    return Learned(
        _fitted(documents, marks),
        round(auc, 4),
        round(precision, 4),
        round(recall, 4),
        threshold if auc >= LEAST_AUC else None,
    )


def _stems(text: str) -> dict[str, str]:
    """The stems of a text, each with the first word that has it."""
    found: dict[str, str] = {}
    for word, stem in content_words(text):
        found.setdefault(stem, word)
    return found


def _unseen(documents: Sequence[str], refused: Sequence[bool]) -> list[float]:
    """The value of each document by a model that knows neither it nor one with the same words."""
    from sklearn.model_selection import StratifiedGroupKFold

    groups = {text: n for n, text in enumerate(dict.fromkeys(documents))}
    folds = StratifiedGroupKFold(_FOLDS, shuffle=True, random_state=0)
    values = [0.0] * len(documents)
    for known, left_out in folds.split(documents, refused, [groups[text] for text in documents]):
        model = _fitted([documents[n] for n in known], [refused[n] for n in known])
        for n in left_out:
            values[n] = _value(model, documents[n])
    return values


def _value(model: Model, document: str) -> float:
    weighed = [model.words[stem] for stem in document.split() if stem in model.words]
    length = math.sqrt(sum(rarity * rarity for rarity, _ in weighed)) or 1.0
    total = model.bias + sum(rarity * weight for rarity, weight in weighed) / length
    return round(1 / (1 + math.exp(-max(-30.0, min(30.0, total)))), 6)


def _fitted(documents: Sequence[str], refused: Sequence[bool]) -> Model:
    from sklearn.feature_extraction.text import TfidfVectorizer
    from sklearn.linear_model import LogisticRegression

    reader = TfidfVectorizer(analyzer=str.split, binary=True, min_df=FEWEST_WITH_WORD)
    try:
        vectors = reader.fit_transform(documents)
    except ValueError:  # scikit-learn's way to say that no word stands in enough texts.
        return Model()
    fit = LogisticRegression(class_weight="balanced", solver="liblinear", random_state=0)
    fit.fit(vectors, list(refused))
    rarity, weights = reader.idf_, fit.coef_[0]
    return Model(
        {
            str(stem): (round(float(rarity[n]), 5), round(float(weights[n]), 5))
            for stem, n in sorted(reader.vocabulary_.items())
        },
        round(float(fit.intercept_[0]), 5),
    )


def _auc(values: Sequence[float], refused: Sequence[bool]) -> float:
    from sklearn.metrics import roc_auc_score

    return float(roc_auc_score(list(refused), list(values)))


def _threshold(
    values: Sequence[float], refused: Sequence[bool]
) -> tuple[float | None, float, float]:
    """The value that marks refused texts best (F1), among those that are precise enough.

    With it its two shares, precision and recall.
    """
    order = sorted(range(len(values)), key=lambda n: -values[n])
    right, best = 0, 0.0
    found: tuple[float | None, float, float] = (None, 0.0, 0.0)
    for marked, n in enumerate(order, start=1):
        right += refused[n]
        is_last = marked == len(order) or values[order[marked]] < values[n]
        precision, recall = right / marked, right / sum(refused)
        score = 2 * precision * recall / (precision + recall) if right else 0.0
        is_precise = marked >= FEWEST_MARKED and precision >= WANTED_PRECISION
        if is_last and is_precise and score > best:
            best, found = score, (values[n], precision, recall)
    return found
