"""The command line: one clear message per problem, the right exit code, and no traceback."""

import subprocess
import sys
from contextlib import closing
from pathlib import Path
from time import monotonic
from types import SimpleNamespace

import pytest
from sqlalchemy import select

from bot import __version__
from bot.crm import connection, webhooks
from bot.crm.push import push
from bot.intake import receiving as lead_receiving
from bot.intake.creating import create_or_merge
from bot.intake.lead_draft import IntakeContext
from bot.leads.models import Lead
from bot.people import service as people
from bot.sources import SOURCES
from bot.sources.lead_payload import read
from bot.spend.models import SpendEntry
from bot.store import Store
from bot.tasks import Schedule, enqueue
from tests.campaigns.scene import found
from tests.company import install
from tests.crm.offices.hubspot import HubSpotOffice
from tests.crm.receiver import Reply, receiving
from tests.terminal import Ended, apart, handoff


def test_missing_settings_stop_the_start_with_code_2() -> None:
    ended = handoff("run")
    assert ended.returncode == 2
    assert "SLACK_BOT_TOKEN is missing" in ended.stderr
    assert "HANDOFF_CHANNEL is missing" in ended.stderr
    assert "Traceback" not in ended.stderr


def test_help_is_there_at_once() -> None:
    """Nothing that is slow to import is imported before a command asks for it."""
    look = "import sys, bot.cli; print(*{'sqlalchemy', 'pydantic'} & set(sys.modules))"
    ended = subprocess.run(
        [sys.executable, "-c", look], capture_output=True, text=True, check=True, timeout=60
    )
    assert not ended.stdout.strip()
    assert "serve Slack and lead sources" in handoff("--help").stdout
    assert handoff("--version").stdout == f"Handoff {__version__}\n"


def test_a_signal_stops_it_whenever_it_comes() -> None:
    """Even while the main thread looks whether there was one, and holds the lock of the event."""
    look = (
        "import os, signal\n"
        "from bot.cli.running import until_stopped\n"
        "stop = until_stopped()\n"
        "with stop._cond:\n"
        "    os.kill(os.getpid(), signal.SIGTERM)\n"
        "stop.wait()\n"
    )
    subprocess.run([sys.executable, "-c", look], check=True, timeout=60)


def test_importing_configures_the_tables_and_leaves_forms_for_later() -> None:
    look = (
        "import bot.app\n"
        "from bot.slack.forms import Form\n"
        "from bot.store.base import Base\n"
        "print(*(each for each in Base.registry.mappers if not each.configured))\n"
        "print(*(each.__name__ for each in Form.__subclasses__() if each.__pydantic_complete__))\n"
    )
    ended = subprocess.run(
        [sys.executable, "-c", look], capture_output=True, text=True, check=True, timeout=60
    )
    assert not ended.stdout.strip()


def test_a_database_that_is_away_is_said_in_a_sentence() -> None:
    ended = apart(
        "run", SLACK_BOT_TOKEN="xoxb-1", SLACK_SIGNING_SECRET="s", HANDOFF_CHANNEL="C123",
        DATABASE_URL="postgresql://nobody@127.0.0.1:1/none", PORT="0",
    )  # fmt: skip
    assert ended.returncode == 1
    assert "The database cannot be reached" in ended.stderr
    assert "Traceback" not in ended.stderr


def test_the_database_is_migrated_and_checked(database_url: str) -> None:
    assert "up to date" in handoff("db", "check", DATABASE_URL=database_url).stdout
    assert "revision" in handoff("db", "upgrade", DATABASE_URL=database_url).stdout


@pytest.mark.parametrize("which", ["one", "all"])
def test_failed_work_is_listed_and_runs_again(store: Store, database_url: str, which: str) -> None:
    with store.transaction() as session:
        job = enqueue(session, "nobody.knows", lead_id=7)
        connection = session.connection()
        connection.exec_driver_sql("UPDATE procrastinate_jobs SET status = 'failed'")
    listed = handoff("jobs", DATABASE_URL=database_url).stdout
    assert "nobody.knows  {'lead_id': 7}" in listed
    assert "1 failed." in listed
    ids = [str(job)] if which == "one" else []
    assert "will run again" in handoff("jobs", "retry", *ids, DATABASE_URL=database_url).stdout
    assert "No failed jobs." in handoff("jobs", DATABASE_URL=database_url).stdout
    gone = handoff("jobs", "retry", "999", DATABASE_URL=database_url)
    assert (gone.returncode, "no failed job 999" in gone.stderr) == (1, True)


SETTINGS = {
    "SLACK_BOT_TOKEN": "xoxb-1", "SLACK_SIGNING_SECRET": "s", "HANDOFF_CHANNEL": "C123",
    "HANDOFF_SOURCES": "typeform:a-secret-of-the-tests,meta:a-secret-of-the-tests",
    "HANDOFF_PUBLIC_URL": "https://handoff.example.com",
}  # fmt: skip


def test_every_source_says_how_it_is_connected(store: Store, database_url: str) -> None:
    output = handoff("sources", DATABASE_URL=database_url, **SETTINGS).stdout
    for source in SOURCES.values():
        assert f"{source.name} ({source.slug})" in output
    assert "https://handoff.example.com/leads/typeform" in output
    assert "https://handoff.example.com/leads/jotform/<key>" in output
    assert "half set up (HANDOFF_SOURCE_TOKENS has no meta)" in output
    assert "a-secret-of-the-tests" not in output


def test_sources_and_webhooks_are_listed_before_slack_is_set_up(
    store: Store, database_url: str
) -> None:
    done = handoff("sources", DATABASE_URL=database_url)
    assert (done.returncode, done.stderr) == (0, "")
    assert "https://<your address>/leads/typeform" in done.stdout
    assert "not set up (HANDOFF_LEAD_KEYS has no key)" in done.stdout
    install(store)
    assert (
        "No webhooks. Set HANDOFF_WEBHOOKS" in handoff("webhooks", DATABASE_URL=database_url).stdout
    )


def test_a_source_that_nobody_knows_stops_the_start(database_url: str) -> None:
    wrong = SETTINGS | {"HANDOFF_SOURCES": "myspace:a-secret-of-the-tests"}
    ended = apart("run", DATABASE_URL=database_url, **wrong)
    assert ended.returncode == 2
    assert "HANDOFF_SOURCES names myspace" in ended.stderr
    assert "a-secret-of-the-tests" not in ended.stderr


def test_webhooks_are_listed_tried_and_switched_on(store: Store, database_url: str) -> None:
    workspace = install(store)
    secret = handoff("webhooks", "secret").stdout.strip()
    with store.transaction() as session:
        webhooks.install(session, workspace, ["n8n"])
    with receiving() as inbox:
        settings = SETTINGS | {
            "DATABASE_URL": database_url, "HANDOFF_WEBHOOKS_PRIVATE": "true",
            "HANDOFF_WEBHOOKS": f"n8n:{inbox.address}", "HANDOFF_WEBHOOK_SECRETS": f"n8n:{secret}",
        }  # fmt: skip
        listed = handoff("webhooks", **settings).stdout
        tried = handoff("webhooks", "test", "n8n", **settings)
        inbox.replies = [Reply(500)]
        failed = handoff("webhooks", "test", "n8n", **settings)
        enabled = handoff("webhooks", "enable", "n8n", **settings).stdout
        unknown = handoff("webhooks", "enable", "zapier", **settings)
        nameless = handoff("webhooks", "test", **settings)
    host = inbox.address.split("/")[2]
    assert listed == f"n8n  {host}  no deliveries yet\n"
    assert tried.stdout == "n8n took it (HTTP 204).\n"
    assert failed.stderr == "n8n didn't take it: it answered with HTTP 500.\n"
    assert failed.returncode == 1
    assert "n8n is on again" in enabled
    assert "HANDOFF_WEBHOOKS has no webhook called zapier" in unknown.stderr
    assert "Say which" in nameless.stderr
    first, _ = inbox.messages
    first.verify(secret)
    assert first.json["type"] == "webhook.test"
    assert first.json["data"] == {"name": "n8n"}


def test_the_crm_is_checked_filled_and_compared(
    store: Store, database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    given = SETTINGS | {"DATABASE_URL": database_url}
    for verb in (["check"], ["diff"], ["backfill", "--since", "2026-01-01"]):
        none = handoff("crm", *verb, **given)
        assert (none.returncode, "HANDOFF_CRM names no CRM" in none.stderr) == (2, True)
    with closing(HubSpotOffice()) as office:
        address, key = office.access.address, office.access.key
        given |= {
            "HANDOFF_CRM": "hubspot", "HANDOFF_CRM_URL": address,
            "HANDOFF_CRM_KEY": key.get_secret_value(),
        }  # fmt: skip
        checked = handoff("crm", "check", **given)
        office.drop_field("gclid")
        missing = handoff("crm", "check", **given)
        made = handoff("crm", "check", "--make", **given)
        refused = handoff("crm", "check", **given | {"HANDOFF_CRM_KEY": "pat-wrong"})
        workspace = install(store)
        early = handoff("crm", "diff", **given)
        with store.transaction() as session:
            payload = read({"email": "ada@example.com", "last_name": "Lovelace"})
            [result] = create_or_merge(session, workspace, [payload], IntakeContext("api"))
            lead_id = result.lead_id
            connection.connect(session, workspace.id, "hubspot")
        crm = connection.Connection(store, "hubspot", office.access)
        with monkeypatch.context() as patched, closing(crm):
            goes_on = SimpleNamespace(
                monotonic=monotonic, sleep=lambda _seconds: push(crm, workspace.id)
            )
            patched.setattr("bot.cli.crm.time", goes_on)
            filled = handoff("crm", "backfill", "--since", "2026-01-01", **given)
        agreed = handoff("crm", "diff", **given)
        office.delete(office.records()[0].record_id)
        differ = handoff("crm", "diff", **given)
        with monkeypatch.context() as patched:
            patched.setattr("bot.cli.crm._PATIENCE_SECONDS", 0)
            patched.setattr("bot.cli.crm._LOOK_SECONDS", 0)
            stuck = handoff("crm", "backfill", "--since", "2026-01-01", **given)
        wrong = handoff("crm", "backfill", "--since", "tomorrow", **given)
    assert (checked.returncode, "All good." in checked.stdout) == (0, True)
    assert missing.returncode == 1
    assert "`handoff crm check --make` creates it." in missing.stdout
    assert made.returncode == 0, made.stdout
    assert refused.returncode == 1
    assert "pat-wrong" not in refused.stdout + refused.stderr
    assert "has not been started with this CRM yet" in early.stderr
    assert filled.stdout.splitlines() == [
        "1 lead since 2026-01-01 will be written.", "1 wait.", "All written.",
    ]  # fmt: skip
    assert (agreed.returncode, agreed.stdout) == (0, "No differences.\n")
    assert differ.returncode == 1
    assert differ.stdout == f"#{lead_id} was deleted in HubSpot\n1 difference.\n"
    assert "Is `handoff run` running?" in stuck.stdout
    assert "is no day" in wrong.stderr


def test_what_could_not_be_read_is_listed_and_replayed(store: Store, database_url: str) -> None:
    assert "not connected" in handoff("leads", "submissions", DATABASE_URL=database_url).stderr
    workspace = install(store)
    with store.transaction() as session:
        for body in (b"{", b'{"email": "nobody"}'):
            lead_receiving.receive(
                session, workspace, [lead_receiving.RawSubmission("api", "website", body, "")]
            )
    listed = handoff("leads", "submissions", DATABASE_URL=database_url).stdout
    assert "api  This submission could not be read: body: is not JSON" in listed
    assert "2 to replay" in listed
    assert "nobody" not in listed
    with store.transaction() as session:
        first = lead_receiving.unread(session, workspace.id, 1)[0]
        first.body = b'{"email": "ada@example.com"}'
    output = handoff("leads", "replay", DATABASE_URL=database_url).stdout
    assert "Submission 1: lead 1" in output
    assert "Submission 2: This submission could not be read" in output
    assert (
        "already been dealt with"
        in handoff("leads", "replay", "1", DATABASE_URL=database_url).stdout
    )


def test_a_list_is_imported_from_the_command_line(
    store: Store, database_url: str, tmp_path: Path
) -> None:
    file = tmp_path / "june.csv"
    file.write_text("Wer,Post\nAda,ada@example.com\nBob,nobody\n")
    install(store)

    def run(*more: str) -> Ended:
        return handoff("leads", "import", *more, DATABASE_URL=database_url)

    shown = run(str(file), "--map", "Wer=first_name").stdout
    assert "1 new, 0 join a lead that is open, 0 here already, 1 refused" in shown
    assert "1 x email: is not an email address" in shown
    assert "Nothing was imported." in shown
    output = run(str(file), "--map", "Wer=first_name", "--yes").stdout
    assert "Imported." in output
    refused = (tmp_path / "june - refused.csv").read_text("utf-8-sig").splitlines()
    assert refused[1] == "Bob,nobody,email: is not an email address"
    assert "0 new, 0 join a lead that is open, 1 here already" in run(
        str(file), "--map", "Wer=first_name", "--yes"
    ).stdout  # fmt: skip
    with store.transaction() as session:
        assert session.scalars(select(Lead.first_name)).all() == ["Ada"]


@pytest.mark.parametrize(
    ("more", "problem"),
    [
        (["--map", "Wer=nonsense"], "should read COLUMN=MEANING"),
        (["--map", "Was=email"], "no column “Was”. It has: Wer, Post"),
        (["--encoding", "latin"], "I can't read “latin”. Choose one of utf-8"),
        (["--map", "Post=note"], "No column holds an email address"),
        (["--campaign", "spring"], "No campaign has the UTM code spring"),
    ],
)
def test_a_list_that_cannot_be_imported_says_why(
    store: Store, database_url: str, tmp_path: Path, more: list[str], problem: str
) -> None:
    file = tmp_path / "june.csv"
    file.write_text("Wer,Post\nAda,ada@example.com\n")
    install(store)
    ended = handoff("leads", "import", str(file), *more, "--yes", DATABASE_URL=database_url)
    assert (ended.returncode, problem in ended.stderr) == (1, True), ended.stderr
    gone = handoff("leads", "import", "/no/such.csv", DATABASE_URL=database_url)
    assert "I can't open" in gone.stderr
    assert "Traceback" not in gone.stderr


def test_an_export_is_imported_from_the_command_line(
    store: Store, database_url: str, tmp_path: Path
) -> None:
    file = tmp_path / "june.csv"
    file.write_text("Date,Campaign,Spend (EUR)\n03/06/2026,Autumn,45.123\n04/06/2026,Autumn,free\n")
    company = found(store)
    company.announce(name="Autumn", utm_campaign="autumn")

    def run(*more: str) -> Ended:
        return handoff("spend", "import", str(file), *more, "--yes", DATABASE_URL=database_url)

    first = run()
    assert "from an unknown platform: add --platform NAME" in first.stdout
    assert '--map "Spend (EUR)=decimal_point" or --map "Spend (EUR)=decimal_comma"' in first.stdout
    assert (first.returncode, "which platform this is from" in first.stderr) == (1, True)
    means = ["--map", "Date=day_first", "--map", "Spend (EUR)=decimal_point"]
    done = run("--platform", "reddit", *means)
    assert "june: 2 rows from Reddit" in done.stdout
    assert "Rounding changes the total by -0.003 EUR" in done.stdout
    refused = (tmp_path / "june - refused.csv").read_text("utf-8-sig").splitlines()
    assert '04/06/2026,Autumn,free,"“free” is not an amount' in refused[1]
    assert "0 new, 0 restated, 1 here already" in run("--platform", "Reddit Ads", *means).stdout
    with store.transaction() as session:
        assert session.scalars(select(SpendEntry.minor)).all() == [4_512]


def test_the_environment_seeds_a_workspace_and_later_its_own_values_hold(
    store: Store, database_url: str
) -> None:
    def look(*arguments: str) -> Ended:
        return handoff("workspace", *arguments, DATABASE_URL=database_url, **SETTINGS)

    assert look().returncode == 1  # before the first start
    install(store)
    seeded = "Channel C1, time zone Europe/Berlin, currency EUR.\n"
    assert look().stdout == seeded
    with store.transaction() as session:  # another start, with another environment
        people.install(
            session, team_id="T1", name="Acme Inc", bot_user_id="UBOT2", channel="C9",
            timezone="Asia/Tokyo", currency="JPY",
        )  # fmt: skip
    assert look().stdout == seeded
    for wrong in (("--timezone", "Mars/Phobos"), ("--currency", "euro"), ("--channel", "leads")):
        refused = look(*wrong)
        assert (refused.returncode, "Traceback" in refused.stderr) == (2, False)
        assert refused.stderr.startswith(f"The {wrong[0].removeprefix('--')} must be")
    changed = look("--timezone", "America/New_York", "--currency", "USD", "--channel", "C22")
    assert changed.stdout.startswith("Channel C22, time zone America/New_York, currency USD.")
    with store.transaction() as session:
        zones = set(session.scalars(select(Schedule.zone).where(Schedule.name.like("digest:%"))))
    assert zones == {"America/New_York"}
