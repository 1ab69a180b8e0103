"""Words of German and English texts: tokens, stems, folding. Light: needs no numerical library."""

import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from threading import Lock

import snowballstemmer

_TOKEN = re.compile(r"[^\W_]+")
_WORD = re.compile(r"[^\W\d_]{3,60}")
_ADDRESS = re.compile(r"(?:https?://|www\.)\S+|[^\s@]{1,64}@[^\s@]{1,255}\.\w{2,20}")
_SPELLED_OUT = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss"})
# As the stemmer does it: not in quer, Bauer, neue.
_SPELLED_UMLAUT = re.compile(r"(a(?=e)|o(?=e)|(?<![aeq])u(?=e))e")
_SPELLED_LETTERS = frozenset("äöüß")
_LONGEST_TOKEN = 60

_stemmer = snowballstemmer.stemmer("german")
_stemmer_lock = Lock()  # A Snowball stemmer keeps the word it works on in itself.


def _read_stop_words() -> frozenset[str]:
    """The list beside this file, with the spellings ae, oe, ue, ss added."""
    lines = Path(__file__).with_name("stopwords.txt").read_text(encoding="utf-8").splitlines()
    words = {word for line in lines if not line.startswith("#") for word in line.split()}
    return frozenset(words | {word.translate(_SPELLED_OUT) for word in words})


STOP_WORDS = _read_stop_words()


def composed(text: str) -> str:
    """The text in Unicode's composed form, so that ü is one letter however it was typed."""
    return unicodedata.normalize("NFC", text)


def without_addresses(text: str) -> str:
    """The text with web and mail addresses replaced by a blank: they are no words."""
    if "@" not in text and "://" not in text and "www." not in text:
        return text
    return _ADDRESS.sub(" ", text)


def tokens(text: str) -> list[str]:
    """Every run of letters and digits, in lower case and in their plain form (ﬁ is fi, ² is 2)."""
    plain = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text).lower())
    return [token[:_LONGEST_TOKEN] for token in _TOKEN.findall(plain)]


@lru_cache(maxsize=200_000)
def stem(word: str) -> str:
    """The German Snowball stem of a word in lower case (https://snowballstem.org)."""
    with _stemmer_lock:
        return str(_stemmer.stemWord(word))


@lru_cache(maxsize=200_000)
def fold(word: str) -> str:
    """Lower case without accents: ä becomes a, ß becomes ss, é becomes e."""
    lower = unicodedata.normalize("NFKD", word).casefold()
    return "".join(
        letter
        for letter in unicodedata.normalize("NFKD", lower)
        if not unicodedata.combining(letter)
    )


def _german_letters(word: str) -> str:
    """The word without accents other than those a German stemmer knows: é becomes e, ä stays."""
    return "".join(letter if letter in _SPELLED_LETTERS else fold(letter) for letter in word)


def content_words(text: str) -> Iterator[tuple[str, str]]:
    """Pairs (word as written, stem) of the words that may carry a topic."""
    for word in _WORD.findall(without_addresses(composed(text))):
        lower = word.lower()
        if lower not in STOP_WORDS:
            yield word, stem(lower)


def content_stems(text: str) -> list[str]:
    """The stems of the words that may carry a topic, in order, repeated as in the text."""
    return [stemmed for _, stemmed in content_words(text)]


@dataclass(frozen=True)
class Ignored:
    """Words that neither groups nor labels may use: names of streets and places, for example."""

    words: frozenset[str] = frozenset()

    @classmethod
    def of(cls, words: Iterable[str]) -> "Ignored":
        """The words in lower case and composed; of several in one entry, each."""
        return cls(frozenset(found.lower() for word in words for found in _words(word)))

    def content_words(self, text: str) -> Iterator[tuple[str, str]]:
        """Pairs (word as written, stem) of the words that may carry a topic."""
        return (pair for pair in content_words(text) if pair[0].lower() not in self.words)

    def stems(self, text: str) -> list[str]:
        """The stems of the words that may carry a topic, in order."""
        return [stemmed for _, stemmed in self.content_words(text)]

    def hides(self, token: str) -> bool:
        """Whether a token consists of ignored words."""
        if not self.words:
            return False
        words = _words(token)
        return bool(words) and all(word.lower() in self.words for word in words)


NOTHING_IGNORED = Ignored()


def _words(text: str) -> list[str]:
    """Every run of at least three letters."""
    return _WORD.findall(composed(text))


def term(token: str) -> str:
    """What search compares of one token: its stem, folded."""
    return fold(stem(_german_letters(token)))


def plain(token: str) -> str:
    """The whole token folded, ae, oe and ue like ä, ö and ü: Straßenbäume is strassenbaume."""
    return _SPELLED_UMLAUT.sub(r"\1", fold(token))


def telling_tokens(text: str) -> list[str]:
    """The tokens without function words; a text of nothing but function words keeps them."""
    words = tokens(text)
    return [word for word in words if word not in STOP_WORDS] or words


def fold_terms(text: str) -> str:
    """What search compares: folded stems joined by blanks, without function words.

    A text of nothing but function words keeps them, so that looking for "wie" finds something.
    """
    return " ".join(term(word) for word in telling_tokens(text))
