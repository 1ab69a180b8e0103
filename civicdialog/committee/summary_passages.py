"""Which sentence of a contribution stands as proof for a sentence of a summary."""

from collections.abc import Mapping

from civicdialog.analysis.language import content_stems
from civicdialog.analysis.sentences import sentences
from civicdialog.submissions.fields import TEXTS
from civicdialog.submissions.models import Submission


def proof(sentence: str, source: Submission, kept: Mapping[tuple[str, int], str]) -> str:
    """The sentence of the source that says the same, word for word; else the one most like it.

    kept: what has been chosen before, by sentence and id of the source.

    Empty if nothing in the source is about the same.
    """
    found = sentences_of(source)
    if sentence in found:
        return sentence
    before = kept.get((sentence, source.id), "")
    if before in found:
        return before
    wanted = set(content_stems(sentence))
    shared = [len(wanted.intersection(content_stems(each))) for each in found]
    best = max(shared, default=0)
    return found[shared.index(best)] if best else ""


def sentences_of(source: Submission) -> list[str]:
    """What somebody wrote below the title, sentence by sentence."""
    return [each for name in TEXTS for each in sentences(getattr(source, name))]
