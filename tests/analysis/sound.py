import math

from civicdialog.analysis.topics import Topics


def assert_sound(topics: Topics, count: int) -> None:
    """What holds for every result, whatever was put in."""
    for per_row in (topics.labels, topics.probability, topics.second, topics.sublabels):
        assert len(per_row) == count
    assert all(math.isfinite(share) and 0 <= share <= 1 for share in topics.probability)
    assert {topic.theme for topic in topics.topics} == set(topics.labels)
    assert [topic.index for topic in topics.topics] == list(range(len(topics.topics)))
    for topic in topics.topics:
        rows = [row for row, label in enumerate(topics.labels) if label == topic.theme]
        assert topic.label.strip()
        assert topic.size == len(rows) > 0
        assert set(topic.central) <= set(rows)
        assert topic.central
        assert all(part.label.strip() for part in topic.subtopics)
        assert all(sentence.source_index in rows for sentence in topic.summary)
    assert all(
        second is None or (second != own and second in set(topics.labels))
        for own, second in zip(topics.labels, topics.second, strict=True)
    )
