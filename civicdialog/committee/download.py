"""A run as a table for a spreadsheet."""

import csv
import io
from collections.abc import Iterable

from civicdialog.insights.models import Cluster, ClusterMember
from civicdialog.submissions.models import Submission

COLUMNS = (
    "number", "id", "title", "topic", "label", "probability", "second", "subtopic", "words",
    "fits", "placed_later", "agree", "disagree", "pass", "url",
)  # fmt: skip
# A spreadsheet takes a cell that begins like this for a formula.
RISKY = ("=", "+", "-", "@", "\t", "\r")


def run_as_csv(
    rows: Iterable[tuple[Submission, ClusterMember, Cluster, str]], base_url: str
) -> str:
    """UTF-8 with a byte order mark, so that spreadsheets show umlauts; cells are no formulas."""
    file = io.StringIO()
    file.write("\ufeff")
    writer = csv.writer(file, lineterminator="\r\n")
    writer.writerow(COLUMNS)
    for submission, member, cluster, second in rows:
        writer.writerow(
            [
                submission.number,
                submission.public_id,
                safe(submission.title),
                cluster.key,
                safe(cluster.label),
                f"{member.probability:.4f}",
                safe(second),
                _subtopic(cluster, member),
                safe(" ".join(member.reasons)),
                _yes_or_no(member.fits),
                _yes_or_no(member.placed_later),
                submission.agree_count,
                submission.disagree_count,
                submission.pass_count,
                f"{base_url}/submissions/{submission.public_id}",
            ]
        )
    return file.getvalue()


def _subtopic(cluster: Cluster, member: ClusterMember) -> str:
    """The name of the sub-topic, empty without one."""
    if not 1 <= member.sub_position <= len(cluster.subtopics):
        return ""
    return safe(cluster.subtopics[member.sub_position - 1]["label"])


def _yes_or_no(value: bool) -> str:
    return "yes" if value else "no"


def safe(text: str) -> str:
    """The text with an apostrophe before anything a spreadsheet would calculate."""
    return f"'{text}" if text.startswith(RISKY) else text
