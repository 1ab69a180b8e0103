"""Which submission somebody is asked about next: few votes first, then what tells most, then chance.

Plain Python on purpose: the voting room answers without loading numerical libraries.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import exp, log, log1p, tanh
from random import Random

from civicdialog.analysis.opinion_model import (
    PASS_WEIGHT,
    PRIOR_EASE,
    PRIOR_POINT,
)

Vector = tuple[float, float, float]
Matrix = tuple[Vector, Vector, Vector]
Answer = tuple[int, float, tuple[float, float]]
"""Opinion (1, -1, 0 pass), easiness and weights of a submission somebody voted on."""

RANDOM_SHARE = 0.1
WEIGHT_OF_PERSON = 0.5
"""What is learned about a person counts half of what is learned about a submission."""
_STEPS = 8
_TINY = 1e-4
_TIE = 1e-9
_LEAST_SHARE = 1e-4


@dataclass(frozen=True)
class Candidate:
    """A submission that can be asked about; zeros where the model does not know it yet."""

    votes: int
    easiness: float = 0.0
    weights: tuple[float, float] = (0.0, 0.0)


@dataclass(frozen=True)
class Standing:
    """Where somebody stands: point and ease, and how uncertain these are."""

    mean: Vector
    covariance: Matrix


@dataclass(frozen=True)
class Choice:
    """The chosen candidate, how probable it was to be chosen, and whether chance chose it."""

    index: int
    probability: float
    policy: str
    """hybrid or random; the probability counts both ways."""


def standing_of(answers: Sequence[Answer]) -> Standing:
    """Where somebody stands who gave these answers, the submissions of the model fixed.

    One half of the fit in `ideal_points` for one person: ridge regressions with Pólya-Gamma weights
    (Polson, Scott and Windle 2013). Without answers everything is as the model expects of anybody.
    """
    rows = [
        (0.5 * opinion, 1.0 if opinion else PASS_WEIGHT, easiness, weights[0], weights[1])
        for opinion, easiness, weights in answers
    ]
    x = y = ease = 0.0
    inverse = _inverse(PRIOR_POINT, 0.0, 0.0, PRIOR_POINT, 0.0, PRIOR_EASE)
    for _ in range(_STEPS if rows else 0):
        a, b, c, d, e, f = PRIOR_POINT, 0.0, 0.0, PRIOR_POINT, 0.0, PRIOR_EASE
        p = q = r = 0.0
        for said, share, easiness, first, second in rows:
            eta = abs(easiness + ease + first * x + second * y)
            omega = share * (tanh(0.5 * eta) / (2 * eta) if eta > _TINY else 0.25)
            one, two, left = omega * first, omega * second, said - omega * easiness
            a += one * first
            b += one * second
            c += one
            d += two * second
            e += two
            f += omega
            p += left * first
            q += left * second
            r += left
        inverse = _inverse(a, b, c, d, e, f)
        x, y, ease = (row[0] * p + row[1] * q + row[2] * r for row in inverse)
    return Standing((x, y, ease), inverse)


def group_chances(
    answers: Sequence[tuple[int, Sequence[float]]], group_weights: Sequence[float]
) -> tuple[float, ...]:
    """How probable each opinion group is for somebody who gave these answers.

    Answers are opinions with the groups' shares of agreement; passes say nothing. Bayes' rule with
    answers independent inside a group, as in `opinion_classes`.
    """
    levels = [log(max(weight, _LEAST_SHARE)) for weight in group_weights]
    for opinion, shares in answers:
        if opinion:
            for group, share in enumerate(shares):
                agreed = share if opinion > 0 else 1 - share
                levels[group] += log(min(max(agreed, _LEAST_SHARE), 1 - _LEAST_SHARE))
    top = max(levels, default=0.0)
    chances = [exp(level - top) for level in levels]
    total = sum(chances)
    return tuple(chance / total for chance in chances)


def next_submission(
    candidates: Sequence[Candidate],
    standing: Standing,
    *,
    random: Random,
    random_share: float = RANDOM_SHARE,
) -> Choice:
    """The submission to ask about next, one of the candidates.

    With probability random_share any of them, otherwise one with the best score, ties by lot. The
    score is what an answer tells about the submission, ½ ln(1 + 1/(votes + 1)), plus half of what it
    tells about the person, ½ ln(1 + ω w'Σw) (Lindley 1956, "On a measure of the information provided
    by an experiment"), each as a part of the largest. It looks at the number of votes, never at what
    they say, so that the votes stay a fair sample.
    Raises ValueError if there are no candidates or random_share is not in 0..1.
    """
    if not candidates:
        raise ValueError("there is no submission left to choose from")
    if not 0 <= random_share <= 1:
        raise ValueError(f"the random share must be between 0 and 1, not {random_share}")
    scores = _scores(candidates, standing)
    best = max(scores) - _TIE
    top = [index for index, score in enumerate(scores) if score >= best]
    by_chance = random.random() < random_share
    index = random.randrange(len(candidates)) if by_chance else top[random.randrange(len(top))]
    probability = random_share / len(candidates)
    if scores[index] >= best:
        probability += (1 - random_share) / len(top)
    return Choice(index, min(probability, 1.0), "random" if by_chance else "hybrid")


def _scores(candidates: Sequence[Candidate], standing: Standing) -> list[float]:
    """Information about the submission plus half of that about the person."""
    x, y, ease = standing.mean
    xx, xy, yy = standing.covariance[0][0], standing.covariance[0][1], standing.covariance[1][1]
    about_thing = [log1p(1 / (candidate.votes + 1)) for candidate in candidates]
    about_person = []
    for candidate in candidates:
        first, second = candidate.weights
        eta = abs(candidate.easiness + ease + first * x + second * y)
        omega = tanh(0.5 * eta) / (2 * eta) if eta > _TINY else 0.25
        spread = first * first * xx + 2 * first * second * xy + second * second * yy
        about_person.append(log1p(omega * spread))
    most, widest = max(about_thing), max(*about_person, _TINY)
    return [
        thing / most + WEIGHT_OF_PERSON * person / widest
        for thing, person in zip(about_thing, about_person, strict=True)
    ]


def _inverse(a: float, b: float, c: float, d: float, e: float, f: float) -> Matrix:
    """The inverse of the symmetric matrix ((a, b, c), (b, d, e), (c, e, f))."""
    aa, ab, ac = d * f - e * e, c * e - b * f, b * e - c * d
    bb, bc, cc = a * f - c * c, b * c - a * e, a * d - b * b
    scale = 1 / (a * aa + b * ab + c * ac)
    aa, ab, ac, bb, bc, cc = (part * scale for part in (aa, ab, ac, bb, bc, cc))
    return (aa, ab, ac), (ab, bb, bc), (ac, bc, cc)
