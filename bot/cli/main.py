"""The command line: what can be said, and which module does it.

The modules with the verbs are imported when one of theirs is called, so that a command starts with
what it needs, and `--help` at once.
"""

import argparse
import sys
from collections.abc import Callable, Sequence
from importlib import import_module
from pathlib import Path
from typing import TypeAlias

from bot import __version__, logs
from bot.cli.imports import importing
from bot.errors import HandoffError

Options: TypeAlias = argparse.Namespace
Verb: TypeAlias = Callable[[Options], None]


def main(arguments: Sequence[str] | None = None) -> None:
    """Run one command; exit 2 for wrong settings, 1 for anything else that failed."""
    options = _parser().parse_args(arguments)
    logs.configure()
    try:
        options.run(options)
    except HandoffError as error:
        print(error.message, file=sys.stderr)
        sys.exit(error.exit_code)


def _verb(module: str, name: str) -> Verb:
    """The verb `name` of a module of this package."""

    def run(options: Options) -> None:
        with importing():
            loaded = import_module(f"bot.cli.{module}")
        verb: Verb = getattr(loaded, name)
        verb(options)

    return run


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser("handoff", description="Marketing and sales, in one channel.")
    parser.add_argument("--version", action="version", version=f"Handoff {__version__}")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")

    run = _add(commands, "run", _verb("running", "run"),
               "serve Slack and lead sources, and run background jobs")  # fmt: skip
    run.add_argument("--web", action="store_true", help="only serve")
    run.add_argument("--worker", action="store_true", help="only run background jobs")
    run.add_argument("--processes", type=int, default=1, help="how many web processes (1)")
    _add(commands, "doctor", _verb("upkeep", "doctor"),
         "say what is fine, what is not set up yet and what is broken")  # fmt: skip
    place = _add(commands, "workspace", _verb("upkeep", "workspace"),
                 "show the workspace's channel, zone and currency, or change them")  # fmt: skip
    place.add_argument("--channel", help="the shared channel: its ID or #name")
    place.add_argument("--timezone", help="for weeks, standups and digests, such as Europe/Berlin")
    place.add_argument("--currency", help="of budgets and revenue: three letters of ISO 4217")
    database = _add(commands, "db", _verb("upkeep", "db"), "upgrade or check the database")
    database.add_argument("action", choices=["upgrade", "check"])
    _add(commands, "sources", _verb("upkeep", "sources"),
         "show where leads can come from, and how to connect each")  # fmt: skip
    _add_leads(commands)
    spend = commands.add_parser("spend", help="import spend").add_subparsers(
        required=True, metavar="DEED"
    )
    export = _add(spend, "import", _verb("upkeep", "import_spend"),
                  "import an ad platform's export (CSV), with a preview first",
                  )  # fmt: skip
    _add_import_options(export, "campaign, day, amount, …")
    export.add_argument("--platform", metavar="NAME", default="",
                        help="the ad platform, if the columns don't tell")  # fmt: skip
    figures = _add(commands, "report", _verb("report", "report"),
                   "write leads, campaigns, spend or weeks to a file")  # fmt: skip
    _add_report_options(figures)
    _add_crm(commands)
    hooks = _add(commands, "webhooks", _verb("webhooks", "run"),
                 "list, test or enable the webhooks that receive lead events")  # fmt: skip
    hooks.add_argument("action", nargs="?", choices=["list", "secret", "test", "enable"],
                       default="list")  # fmt: skip
    hooks.add_argument("name", nargs="?", help="which one to test or enable")
    conversions = _add(commands, "conversions", _verb("report", "conversions"),
                "write qualified and won leads to a file for an ad platform")  # fmt: skip
    conversions.add_argument("platform", choices=["google", "meta", "linkedin"])
    conversions.add_argument("--corrections", action="store_true",
                      help="corrections of conversions in earlier files")  # fmt: skip
    conversions.add_argument("--file", dest="number", type=int, metavar="NUMBER",
                      help="that file again (default: what's new)")  # fmt: skip
    conversions.add_argument("--output", type=Path, metavar="FILE", help="default: to the terminal")
    failed = _add(commands, "jobs", _verb("upkeep", "jobs"),
                  "show failed jobs, or retry them")  # fmt: skip
    failed.add_argument("action", nargs="?", choices=["list", "retry"], default="list")
    failed.add_argument("id", nargs="*", type=int, help="which to retry (default: all)")
    return parser


def _add_leads(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    leads = commands.add_parser("leads", help="look after submissions and imports").add_subparsers(
        required=True, metavar="DEED"
    )
    _add(
        leads,
        "submissions",
        _verb("upkeep", "submissions"),
        "list submissions that could not be read",
    )
    replay = _add(
        leads, "replay", _verb("upkeep", "replay"), "retry submissions that could not be read"
    )
    replay.add_argument("id", nargs="*", type=int, help="which (default: all)")
    fair = _add(leads, "fairness", _verb("upkeep", "fairness"),
                "show how the rotation shared out leads")  # fmt: skip
    fair.add_argument("--days", type=int, default=28, help="how far back (default: 28)")
    add = _add(leads, "import", _verb("upkeep", "import_leads"),
               "import a list (CSV), with a preview first")  # fmt: skip
    _add_import_options(add, "email, phone, …")
    add.add_argument("--encoding", help="the file's encoding, such as cp1250 (default: detected)")


def _add_crm(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    verbs = commands.add_parser("crm", help="check, fill and compare the CRM").add_subparsers(
        required=True, metavar="VERB"
    )
    check = _add(verbs, "check", _verb("crm", "check"),
                 "check key, rights, fields, users and limits")  # fmt: skip
    check.add_argument("--make", action="store_true", help="create missing fields")
    fill = _add(verbs, "backfill", _verb("crm", "backfill"), "write leads received since a day")
    fill.add_argument("--since", metavar="DAY", required=True, help="first day, such as 2026-01-31")
    _add(verbs, "diff", _verb("crm", "diff"), "show where the CRM and Handoff differ")


def _add(
    commands: "argparse._SubParsersAction[argparse.ArgumentParser]", name: str, run: Verb, text: str
) -> argparse.ArgumentParser:
    added = commands.add_parser(name, help=text, description=text)
    added.set_defaults(run=run)
    return added


def _add_import_options(add: argparse.ArgumentParser, meanings: str) -> None:
    add.add_argument("file", type=Path)
    add.add_argument("--campaign", metavar="CODE", help="the UTM code of its campaign")
    add.add_argument(
        "--map",
        action="append",
        default=[],
        metavar="COLUMN=MEANING",
        help=f"what a column means, if its name doesn't tell: {meanings}",
    )
    add.add_argument("--yes", action="store_true", help="import without asking")


def _add_report_options(figures: argparse.ArgumentParser) -> None:
    figures.add_argument("sheet", choices=["leads", "campaigns", "spend", "weeks", "pipeline"])
    figures.add_argument("--from", dest="first", metavar="DAY", help="first day (30 days ago)")
    figures.add_argument("--to", dest="last", metavar="DAY", help="last day, included (today)")
    figures.add_argument("--format", choices=["csv", "xlsx", "json"], default="csv")
    figures.add_argument(
        "--attribution", choices=["first_touch", "last_touch"], default="first_touch",
        help="the rule that credits campaigns",
    )  # fmt: skip
    figures.add_argument("--output", type=Path, metavar="FILE", help="default: to the terminal")
