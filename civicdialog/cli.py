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


@main.command("verify-run")
@click.argument("path", metavar="EXPORT", type=FILE)
def verify_run(path: Path) -> None:
    """Calculate the run in EXPORT again and say whether it is the same. Needs no database.

    Ends with 0 if it is, with 1 if it is not, and with 2 if EXPORT cannot be read.
    """
    from civicdialog.analysis.verify import Unreadable, verify

    try:
        with progress_bar("Topics") as progress:
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
    from civicdialog.insights.tasks import perform_job

    perform_job(number)
