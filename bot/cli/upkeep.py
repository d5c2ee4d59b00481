"""The verbs that care for an installation: its database, its work, and what was brought."""

import sys
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import TypeAlias

from bot.app import SlackRefusesUs, set_schedules
from bot.cli import leads
from bot.cli.data import data, opened
from bot.cli.lists import import_list as bring_list
from bot.cli.main import Options
from bot.cli.spend import import_spend as bring_spend
from bot.doctor import examine, settings_found
from bot.people import service as people
from bot.settings import IntegrationSettings, Settings, checked, load
from bot.slack import Slack
from bot.slack.errors import SlackRefused
from bot.store import Store, migrate
from bot.tasks import queue

ImportFile: TypeAlias = Callable[
    [Store, Path, str | None, Sequence[str], Callable[[], bool]], Iterator[str]
]


def doctor(_options: Options) -> None:
    """Say what is fine, what is not set up yet and what is broken."""
    settings, found = settings_found()
    if not examine(settings, print, found):
        sys.exit(1)


def db(options: Options) -> None:
    """Care for the database."""
    with opened() as store:
        if options.action == "upgrade":
            migrate.upgrade(store.engine)
            print(f"The database is at revision {migrate.current(store.engine)}.")
            return
        problems = migrate.problems(store.engine)
    print("\n".join(problems) or "The database is up to date.")
    if problems:
        sys.exit(1)


def workspace(options: Options) -> None:
    """Show the channel, zone and currency of the workspace, or give it others."""
    given = {name: getattr(options, name) for name in ("channel", "timezone", "currency")}
    wanted = {name: checked(name, value) for name, value in given.items() if value is not None}
    if "channel" in wanted:
        wanted["channel"] = _channel_id(wanted["channel"])
    with data() as store, store.transaction() as session:
        current = leads.installed(session)
        if wanted:
            people.change_workspace(session, current, **wanted)
            set_schedules(session, current)
        print(
            f"Channel {current.channel}, time zone {current.timezone}, currency {current.currency}."
        )


def _channel_id(channel: str) -> str:
    """Slack's ID of a channel that is given by its name or ID. Raises SlackRefusesUs."""
    settings = load(Settings)
    slack = Slack(settings.slack_bot_token.get_secret_value(), settings.slack_api_url)
    try:
        return slack.channel_id(channel)
    except SlackRefused as error:
        raise SlackRefusesUs(method=error.method, code=error.code) from error


def sources(_options: Options) -> None:
    """Show where leads can come from."""
    settings = load(IntegrationSettings)
    with data() as store, store.transaction() as session:
        print("\n".join(leads.sources(session, settings)))


def submissions(_options: Options) -> None:
    """List what could not be read."""
    with data() as store, store.transaction() as session:
        print("\n".join(leads.submissions(session)))


def fairness(options: Options) -> None:
    """Show what the rotation gave to whom."""
    with data() as store, store.transaction() as session:
        print("\n".join(leads.fairness(session, options.days)))


def replay(options: Options) -> None:
    """Read again what could not be read."""
    with data() as store:
        for line in leads.replay(store, options.id):
            print(line)


def import_leads(options: Options) -> None:
    """Import a list."""
    with data() as store:
        _bring(options, partial(bring_list, encoding=options.encoding), store)


def import_spend(options: Options) -> None:
    """Import an ad platform's export."""
    with data() as store:
        _bring(options, partial(bring_spend, platform=options.platform), store)


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


def jobs(options: Options) -> None:
    """Show the work that failed, or let it run again."""
    with data() as store, store.transaction() as session:
        failed = queue.failed(session)
        if options.action == "retry":
            for job_id in options.id or [job.id for job in failed]:
                queue.retry(session, job_id)
                print(f"Job {job_id} will run again.")
            return
        for job in failed:
            when = f"{job.failed_at:%Y-%m-%d %H:%M}" if job.failed_at else "unknown when"
            print(f"{job.id}  {when}  {job.task}  {job.args}")
    print(f"{len(failed)} failed." if failed else "No failed jobs.")
