"""From texts to vectors: word stems and character 4-grams, reduced by latent semantic analysis.

Deerwester et al. 1990, "Indexing by latent semantic analysis". Character n-grams find the common
part of German compounds (Radweg, Fahrradweg) that a stemmer leaves apart.
"""

from collections.abc import Sequence

import numpy as np
import scipy.sparse as sp
from numpy.typing import ArrayLike, NDArray
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.utils.extmath import randomized_svd

from civicdialog.analysis.language import composed, content_stems, without_addresses

Floats = NDArray[np.floating]

DIMENSIONS = 100
TITLE_WEIGHT = 2
SMALL = 50
_NOTHING = 1e-6
_DECIMALS = 6


def unit_rows(matrix: Floats) -> Floats:
    """Rows scaled to length 1; rows of (almost) nothing become exactly zero."""
    lengths = np.linalg.norm(matrix, axis=1, keepdims=True)
    return np.where(lengths > _NOTHING, matrix / np.maximum(lengths, _NOTHING), 0.0)


def _as_given(stems: Sequence[str]) -> Sequence[str]:
    """The analyser for texts that are already lists of stems."""
    return stems


def _word_weights(stems: Sequence[Sequence[str]]) -> sp.csr_matrix:
    """tf-idf of word stems (n, terms)."""
    large = len(stems) >= SMALL
    return _fitted(
        TfidfVectorizer(
            analyzer=_as_given,
            min_df=2 if large else 1,
            max_df=0.4 if large else 1.0,
            sublinear_tf=True,
        ),
        stems,
    )


def _character_weights(texts: Sequence[str]) -> sp.csr_matrix:
    """tf-idf of runs of four characters inside words (n, terms)."""
    large = len(texts) >= SMALL
    return _fitted(
        TfidfVectorizer(
            analyzer="char_wb",
            ngram_range=(4, 4),
            min_df=3 if large else 1,
            max_df=0.4 if large else 1.0,
            sublinear_tf=True,
        ),
        texts,
    )


def _fitted(vectorizer: TfidfVectorizer, texts: Sequence[object]) -> sp.csr_matrix:
    """The matrix (n, terms) with rows of length 1; (n, 0) when no term is frequent enough."""
    try:
        return vectorizer.fit_transform(texts)
    except ValueError:  # scikit-learn's way to say that no term is left.
        return sp.csr_matrix((len(texts), 0))


def _latent(matrix: sp.csr_matrix, seed: int) -> Floats:
    """The rows of matrix (n, terms) in the space of its strongest singular vectors (n, <= 100)."""
    dimensions = min(DIMENSIONS, *matrix.shape)
    if dimensions == 0 or matrix.nnz == 0:
        return np.zeros((matrix.shape[0], 1))
    left, strengths, _ = randomized_svd(matrix, dimensions, n_iter=5, random_state=seed)
    return np.asarray(left * strengths)


def text_vectors(titles: Sequence[str], texts: Sequence[str], *, seed: int = 0) -> Floats:
    """Vectors (n, d <= 100) of length 1 from the words alone; zero where a text shares no term."""
    cleaned = [
        without_addresses(composed((title + " ") * TITLE_WEIGHT + ". " + text))
        for title, text in zip(titles, texts, strict=True)
    ]
    stems = [content_stems(text) for text in cleaned]
    weights = sp.hstack([_word_weights(stems), _character_weights(cleaned)]).tocsr()
    vectors = unit_rows(_latent(weights, seed))
    vectors[[not found for found in stems]] = 0.0
    return vectors


def checked_embeddings(embeddings: ArrayLike, count: int) -> Floats:
    """Sentence vectors as floats (count, d), without NaN; raises ValueError for another shape."""
    matrix = np.asarray(embeddings, dtype=np.float64)
    if matrix.ndim != 2 or matrix.shape[0] != count or matrix.shape[1] == 0:
        raise ValueError(f"embeddings must have the shape ({count}, d), not {matrix.shape}")
    return np.nan_to_num(matrix, nan=0.0, posinf=0.0, neginf=0.0)


def represent(
    titles: Sequence[str],
    texts: Sequence[str],
    *,
    seed: int = 0,
    embeddings: Floats | None = None,
) -> Floats:
    """Vectors float32 (n, d) of length 1 (or 0), from words and, if given, centred embeddings.

    Rounded, so that the last bits of another processor do not decide where a text belongs.
    """
    vectors = text_vectors(titles, texts, seed=seed)
    if embeddings is not None:
        scaled = unit_rows(embeddings)
        vectors = unit_rows(np.hstack([vectors, unit_rows(scaled - scaled.mean(axis=0))]))
    return np.round(vectors, _DECIMALS).astype(np.float32)
