import csv
from pathlib import Path

import pytest
from sklearn.metrics import adjusted_mutual_info_score

from civicdialog.analysis.topics import cluster_texts

BONN = Path(__file__).parents[3] / "shared" / "data" / "contributions" / "bonn.csv"


@pytest.mark.real_data
@pytest.mark.skipif(not BONN.exists(), reason=f"REAL INPUT IS MISSING: {BONN}")
def test_2314_real_contributions_are_grouped_much_like_people_grouped_them():
    with BONN.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    topics = cluster_texts([row["title"] for row in rows], [row["text"] for row in rows])
    assert len(rows) == 2314
    assert adjusted_mutual_info_score([row["label"] for row in rows], topics.labels) >= 0.28
    assert adjusted_mutual_info_score([row["label2"] for row in rows], topics.sublabels) >= 0.28
    assert all(len(topic.terms) >= 3 and topic.summary for topic in topics.topics)
