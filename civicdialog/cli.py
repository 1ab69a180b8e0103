"""Commands for operators. Each opens the application, calls actions, and says how it went.

Exit codes: 0 done, 1 the data or the state of things forbids it, 2 the call was wrong.
"""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import wraps
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from civicdialog.config import SettingsError, load_settings

if TYPE_CHECKING:
    from flask import Flask

    from civicdialog.rounds.models import Round

FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
OUTPUT = click.Path(dir_okay=False, writable=True, path_type=Path)


def open_app() -> "Flask":
    """The application with the settings of this machine, or a sentence and exit code 2."""
    from civicdialog import create_app
    from civicdialog.core.city import ProfileError

    try:
        return create_app(load_settings())
    except (SettingsError, ProfileError) as error:
        raise click.UsageError(str(error)) from error


def inside(command: Callable[..., Any]) -> Callable[..., Any]:
    """Run a command inside the application; broken rules and bad data become one sentence."""

    @wraps(command)
    def run(*args: Any, **kwargs: Any) -> Any:
        from civicdialog.analysis.files import BadFile
        from civicdialog.core.errors import CivicDialogError

        with open_app().app_context():
            try:
                return command(*args, **kwargs)
            except BadFile as error:
                show_bad_lines(error)
                raise SystemExit(1) from error
            except CivicDialogError as error:
                raise click.ClickException(str(error)) from error

    return run


def show_bad_lines(error: Any, at_most: int = 50) -> None:
    """Tell every bad line of a file, and that nothing was taken over."""
    for problem in error.problems[:at_most]:
        click.echo(f"{error.path}: {problem}", err=True)
    rest = len(error.problems) - at_most
    if rest > 0:
        click.echo(f"… and {rest} more.", err=True)
    click.echo("Nothing was done. Mend these lines and run the command again.", err=True)


@contextmanager
def progress_bar(title: str) -> Iterator[Callable[[float, str], None]]:
    """A bar on the terminal, fed with shares from 0 to 1 and the name of the step."""
    with click.progressbar(length=1000, label=title, file=sys.stderr) as bar:

        def show(share: float, step: str = "") -> None:
            bar.label = f"{title}: {step}" if step else title
            bar.update(max(0, round(share * 1000) - bar.pos))
            bar.render_progress()  # A new step is told even when the share stays the same.

        yield show


def round_named(name: str) -> "Round":
    """The round with this slug, or a usage error that lists the ones there are."""
    from sqlalchemy import select

    from civicdialog.core.db import db
    from civicdialog.rounds.models import Round

    found = db.session.scalar(select(Round).where(Round.slug == name))
    if found is None:
        known = ", ".join(db.session.scalars(select(Round.slug).order_by(Round.id).limit(20)))
        raise click.UsageError(f"There is no round '{name}'. Rounds: {known or 'none yet'}.")
    return found


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name=None, version="0.1.0", prog_name="civicdialog")
def main() -> None:
    """CivicDialog: a city's public dialogue on its AI strategy."""


@main.command()
@click.option(
    "--workers", default=1, show_default=True, help="Processes; more than one needs Redis."
)
def serve(workers: int) -> None:
    """Serve the pages; without Redis the background worker runs inside."""
    from civicdialog.server import serve_pages

    app = open_app()
    if workers > 1 and app.extensions["settings"].is_embedded:
        raise click.UsageError("More than one worker process needs CIVICDIALOG_REDIS_URL.")
    serve_pages(app, workers=workers)


@main.command()
def worker() -> None:
    """Do the background work: mail, runs, closing of rounds."""
    from civicdialog.server import work

    work(open_app())


@main.command()
@inside
def migrate() -> None:
    """Bring the database to the newest state; a copy of a SQLite file is kept before."""
    from civicdialog.maintenance import migrate_database

    click.echo(migrate_database())


@main.command()
@click.option("--force", is_flag=True, help="Also where environment = production.")
@inside
def demo(force: bool) -> None:
    """Load the sample round, once. It is marked as sample data everywhere."""
    from flask import current_app

    from civicdialog.demo.load import load_demo

    if not (current_app.extensions["settings"].is_development or force):
        raise click.UsageError("This is a production environment. Add --force if you mean it.")
    with progress_bar("Sample round") as progress:
        message = load_demo(progress=progress)
    click.echo(message)


@main.command("create-user")
@click.argument("email")
@click.option("--name", default="", help="Public name; made from the address if left out.")
@click.option(
    "--role",
    "roles",
    multiple=True,
    type=click.Choice(["moderator", "committee", "editor", "admin"]),
    help="May be given several times.",
)
@click.option("--discipline", default="", help="Of a committee member: informatics, ethics, …")
@click.option("--password-stdin", is_flag=True, help="Read the password from standard input.")
@inside
def create_user(
    email: str, name: str, roles: tuple[str, ...], discipline: str, password_stdin: bool
) -> None:
    """Create an account with EMAIL, or give roles to the one there is."""
    from civicdialog.accounts.actions import create_person
    from civicdialog.core.db import transaction
    from civicdialog.core.permissions import Actor, Role

    password = (
        sys.stdin.readline().rstrip("\n")
        if password_stdin
        else click.prompt("Password", hide_input=True, confirmation_prompt=True)
    )
    with transaction():
        person = create_person(
            Actor.system(),
            email=email,
            public_name=name or email.partition("@")[0],
            password=password,
            roles=[Role(role) for role in roles],
            discipline=discipline,
        )
    click.echo(f"{person.email}: {', '.join(roles) or 'participant'}")


@main.command("revoke-role")
@click.argument("email")
@click.argument("role", type=click.Choice(["moderator", "committee", "editor", "admin"]))
@inside
def revoke_role(email: str, role: str) -> None:
    """Take ROLE from the person with EMAIL and sign them out everywhere."""
    from civicdialog.accounts import actions, queries
    from civicdialog.core.db import transaction
    from civicdialog.core.permissions import Actor, Role

    with transaction():
        person = queries.by_email(email)
        if person is None:
            raise click.UsageError(f"There is no account with the address '{email}'.")
        actions.revoke_role(Actor.system(), person, Role(role))
    click.echo(f"{person.email}: {role} taken away")


@main.command("import-submissions")
@click.argument("round_name", metavar="ROUND")
@click.argument("path", metavar="FILE.csv", type=FILE)
@inside
def import_submissions(round_name: str, path: Path) -> None:
    """Bring contributions into ROUND: columns id,title,text[,created,author,channel].

    May be run again: known ids are updated, not doubled. Nothing is imported if a line is bad.
    """
    from civicdialog.submissions.import_file import import_submissions_file

    round = round_named(round_name)
    with progress_bar("Import") as progress:
        report = import_submissions_file(round, path, progress=progress)
    click.echo(f"{report.added} added, {report.changed} changed, {report.unchanged} unchanged.")


@main.command("import-votes")
@click.argument("round_name", metavar="ROUND")
@click.argument("path", metavar="FILE.csv", type=FILE)
@inside
def import_votes(round_name: str, path: Path) -> None:
    """Bring votes into ROUND: columns participant,submission,opinion(agree|disagree|pass)[,at].

    Times are not kept. May be run again: the last vote of a participant on a submission counts.
    """
    from civicdialog.voting.import_file import import_votes_file

    round = round_named(round_name)
    with progress_bar("Import") as progress:
        report = import_votes_file(round, path, progress=progress)
    click.echo(f"{report.votes} votes of {report.participants} participants.")


@main.command()
@click.argument("source", metavar="IN.csv", type=FILE)
@click.option("--out", required=True, type=OUTPUT, help="id,cluster,probability,second,subcluster")
@click.option(
    "--k", type=click.IntRange(1, 200), help="Number of topics; chosen by itself if left out."
)
@click.option("--seed", default=0, show_default=True)
@click.option("--decisions", type=FILE, help="id,theme: contributions moved by hand.")
@click.option("--names", type=FILE, help="cluster,theme: topics named by hand.")
@click.option(
    "--levels",
    type=click.IntRange(1, 2),
    default=2,
    show_default=True,
    help="1: topics only; 2: large topics are divided into sub-topics.",
)
@click.option(
    "--ignore", type=FILE, help="Words that shall not count, such as streets; one a line."
)
@click.option("--words-only", is_flag=True, help="Compare words, not the meaning of sentences.")
@click.option("--stability", is_flag=True, help="Say how far samples agree; takes longer.")
@click.option("--report", type=OUTPUT, help="A readable HTML report.")
@click.option("--json", "json_path", type=OUTPUT, help="Everything, for machines.")
def cluster(
    source: Path,
    out: Path,
    report: Path | None,
    json_path: Path | None,
    stability: bool,
    **chosen: Any,
) -> None:
    """Group the texts of IN.csv (id,title,text) by topic. Needs no database."""
    from civicdialog.analysis.cluster_file import Choices, cluster_file
    from civicdialog.analysis.files import BadFile

    choices = Choices(check_stability=stability, **chosen)
    try:
        with progress_bar("Grouping") as progress:
            found = cluster_file(
                source, out, choices, report=report, json_path=json_path, progress=progress
            )
    except BadFile as error:
        show_bad_lines(error)
        raise SystemExit(1) from error
    except (OSError, ValueError) as error:
        raise click.ClickException(str(error)) from error
    click.echo(f"{len(found.ids)} texts, {len(found.topics.topics)} topics → {out}")


@main.command("rebuild-search")
@inside
def rebuild_search() -> None:
    """Make the index of the search anew from the texts of all contributions."""
    from civicdialog.core.db import transaction
    from civicdialog.submissions.search_index import rebuild

    with transaction():
        changed = rebuild()
    click.echo(f"The search is built anew; {changed} contributions were out of date.")


@main.command("run-topics")
@click.argument("round_name", metavar="ROUND")
@click.option("--seed", default=0, show_default=True)
@click.option("--adopt", metavar="REASON", help="Let the new topics hold at once, and say why.")
@inside
def run_topics(round_name: str, seed: int, adopt: str | None) -> None:
    """Group the published contributions of ROUND and keep the result as a new run.

    The first run of a round holds at once; a later one is proposed to the committee.
    """
    from civicdialog.core.db import transaction
    from civicdialog.core.permissions import Actor
    from civicdialog.insights.actions import adopt_run
    from civicdialog.insights.building import build_topics
    from civicdialog.insights.models import RunStatus

    round = round_named(round_name)
    with progress_bar("Topics") as progress:
        run = build_topics(Actor.system(), round, seed=seed, progress=progress)
    if adopt is not None and run.status is RunStatus.PROPOSED:
        with transaction():
            adopt_run(Actor.system(), run, reason=adopt)
    click.echo(
        f"Run {run.id} ({run.status}): {run.submission_count} contributions, "
        f"{len(run.clusters)} topics, {run.seconds:.1f} s, input {run.input_hash[:12]}, "
        f"result {run.result_hash[:12]}"
    )
    for topic in run.clusters:
        click.echo(f"{topic.size:6d}  {topic.label}")


@main.command("run-opinions")
@click.argument("round_name", metavar="ROUND")
@click.option("--seed", default=0, show_default=True)
@inside
def run_opinions(round_name: str, seed: int) -> None:
    """Sum up the votes of ROUND, look for opinion groups, and keep the result as a new run.

    While people can vote, the next run waits for 20 new votes: two results must not tell the votes
    of one person.
    """
    from civicdialog.core.permissions import Actor
    from civicdialog.insights.building_opinions import build_opinions
    from civicdialog.insights.queries import result_of

    round = round_named(round_name)
    with progress_bar("Opinions") as progress:
        run = build_opinions(Actor.system(), round, seed=seed, progress=progress)
    stability = "unknown" if run.stability is None else f"{run.stability:.2f}"
    click.echo(
        f"Run {run.id}: {run.participant_count} participants, {run.vote_count} votes, "
        f"{run.group_count} opinion groups, stability {stability}, {run.seconds:.1f} s, "
        f"input {run.input_hash[:12]}, result {run.result_hash[:12]}"
    )
    for group in result_of(run)["groups"]:
        click.echo(f"{group['size']:6d}  group {group['key']}")


@main.command("report")
@click.argument("round_name", metavar="ROUND")
@click.option(
    "--format",
    "formats",
    multiple=True,
    required=True,
    type=click.Choice(["pdf", "docx", "xlsx", "html"]),
    help="May be given several times.",
)
@click.option("--out", type=OUTPUT, help="Also write the file here; with one format only.")
@click.option("--topic", type=int, metavar="N", help="Only the topic with this number.")
@click.option(
    "--language", type=click.Choice(["de", "en"]), help="The city's first language if left out."
)
@click.option("--list", "has_list", is_flag=True, help="List all contributions at the end.")
@inside
def report(
    round_name: str,
    formats: tuple[str, ...],
    out: Path | None,
    topic: int | None,
    language: str | None,
    has_list: bool,
) -> None:
    """Make a report of ROUND, or of one of its topics, and keep it as a new version."""
    from civicdialog.committee.report_actions import Wanted
    from civicdialog.committee.report_making import make_report, path_of
    from civicdialog.core.city import city
    from civicdialog.core.permissions import Actor

    formats = tuple(dict.fromkeys(formats))
    if out is not None and len(formats) > 1:
        raise click.UsageError("--out takes one format.")
    wanted = Wanted(formats, language or city().languages[0], topic, has_list)
    round = round_named(round_name)
    with progress_bar("Report") as progress:
        made = make_report(Actor.system(), round, wanted, progress=progress)
    if out is not None:
        out.write_bytes(path_of(made.files[0]).read_bytes())
    click.echo(f"Version {made.number}, content {made.content_sha256[:12]}")
    for file in made.files:
        click.echo(f"{file['format']:5} {file['size']:9,} bytes → {out or path_of(file)}")


@main.command("export-opinions")
@click.argument("round_name", metavar="ROUND")
@click.argument("path", metavar="FILE.json", type=OUTPUT)
@inside
def export_opinions(round_name: str, path: Path) -> None:
    """Write the newest opinion run of ROUND with all ballots, without names, for verify-run.

    Possible once the voting is over and nothing connects ballots with people any more.
    """
    from civicdialog.analysis.files import atomic_text
    from civicdialog.analysis.run_file import as_bytes
    from civicdialog.insights.export import opinion_export
    from civicdialog.insights.queries import newest_opinions

    run = newest_opinions(round_named(round_name).id)
    if run is None:
        raise click.ClickException("The votes of this round have not been summed up yet.")
    values = as_bytes(opinion_export(run)).decode("utf-8")
    with atomic_text(path) as file:
        file.write(values)
    click.echo(f"Run {run.id}: {run.participant_count} ballots → {path}")


@main.command("opinions")
@click.argument("source", metavar="VOTES.csv", type=FILE)
@click.option(
    "--out",
    "folder",
    required=True,
    type=click.Path(file_okay=False, path_type=Path),
    help="Folder for groups.csv, statements.csv, map.json, summary.json, run.json, report.html.",
)
@click.option("--seed", default=0, show_default=True)
@click.option("--comments", type=FILE, help="id,title,text, or comments.csv of Polis.")
@click.option("--topics", type=FILE, help="id,cluster, as the command cluster writes it.")
@click.option(
    "--language",
    type=click.Choice(["de", "en"]),
    default="de",
    show_default=True,
    help="Of the report.",
)
def opinions(source: Path, folder: Path, **chosen: Any) -> None:
    """Find opinion groups and common ground in VOTES.csv. Needs no database.

    VOTES.csv has the columns participant,submission,opinion(agree|disagree|pass), or is one of the
    files votes.csv and participants-votes.csv that Polis exports.
    """
    from civicdialog.analysis.files import BadFile
    from civicdialog.analysis.opinion_file import Choices, opinions_file

    try:
        with progress_bar("Opinions") as progress:
            found = opinions_file(source, folder, Choices(**chosen), progress=progress)
    except BadFile as error:
        show_bad_lines(error)
        raise SystemExit(1) from error
    except (OSError, ValueError) as error:
        raise click.ClickException(str(error)) from error
    result = found.result
    click.echo(
        f"{result['participants']} participants, {result['votes']} votes, "
        f"{result['submissions']} contributions, {len(result['groups'])} opinion groups → {folder}"
    )
    if result["repeated"]:
        click.echo(f"{result['repeated']} votes were replaced by later ones.")
    if found.left_out:
        click.echo(
            f"{found.left_out} votes on contributions that moderation left out did not count."
        )


@main.command("verify-run")
@click.argument("path", metavar="EXPORT", type=FILE)
def verify_run(path: Path) -> None:
    """Calculate the run in EXPORT, of topics or opinions, again and say whether it is the same.

    Needs no database.
    Ends with 0 if it is, with 1 if it is not, and with 2 if EXPORT cannot be read.
    """
    from civicdialog.analysis.verdict import Unreadable
    from civicdialog.analysis.verify import verify

    try:
        with progress_bar("Calculating") as progress:
            verdict = verify(path, progress=progress)
    except Unreadable as error:
        click.echo(f"Error: {error}", err=True)
        raise SystemExit(2) from error
    click.echo(verdict.sentence)
    if not verdict.is_same:
        raise SystemExit(1)


@main.command()
@inside
def check() -> None:
    """Check that the database answers, is up to date, and that all counters are right."""
    from civicdialog.maintenance import find_problems

    problems = 0
    for name, sentences in find_problems():
        click.echo(f"{'wrong' if sentences else 'ok':6} {name}")
        for sentence in sentences:
            click.echo(f"       {sentence}")
        problems += len(sentences)
    if problems:
        raise SystemExit(1)


@main.command(hidden=True)
@click.argument("number", type=int)
@inside
def job(number: int) -> None:
    """Do one waiting job; called by the worker, in a process of its own."""
    from civicdialog.committee.report_actions import WRITE_REPORT
    from civicdialog.committee.report_tasks import perform_report
    from civicdialog.core.db import db
    from civicdialog.core.jobs import Job
    from civicdialog.insights.tasks import perform_job

    kind = db.session.get_one(Job, number).kind
    perform = perform_report if kind == WRITE_REPORT else perform_job
    perform(number)
