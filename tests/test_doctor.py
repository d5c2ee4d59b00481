"""`handoff doctor`: says what is fine, what is not set up and what is broken, and what to do."""

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr
from sqlalchemy import text

from bot import doctor
from bot.doctor import manifest
from bot.people import service as people
from bot.people.models import Role
from bot.settings import Settings
from bot.store import Store
from playground.standin import StandIn
from tests.company import hire, install
from tests.crm.offices.hubspot import HubSpotOffice
from tests.terminal import handoff


@pytest.fixture
def slack() -> Iterator[StandIn]:
    standin = StandIn(manifest())
    standin.add_channel("leads")
    with standin:
        yield standin


def examine(slack: StandIn, database: str, **changes: Any) -> tuple[bool, str]:
    facts: dict[str, Any] = {
        "slack_bot_token": SecretStr(slack.bot_token),
        "slack_app_token": SecretStr(slack.app_token),
        "slack_api_url": slack.api_url,
        "database_url": SecretStr(database),
        "data_dir": Path("/nowhere"),
        "channel": "#leads",
        "slack_client_id": slack.openid.client_id,
        "slack_client_secret": SecretStr(slack.openid.client_secret),
        "public_url": "https://handoff.example.com",
        "lead_keys": {"website": SecretStr("0123456789abcdef")},
    }
    lines: list[str] = []
    well = doctor.examine(Settings(**facts | changes), lines.append)
    return well, "\n".join(lines)


def test_all_is_well(slack: StandIn, database_url: str) -> None:
    well, report = examine(slack, database_url)
    assert well, report
    for what in ("Bot token", "Scopes", "Clock", "Channel #leads", "Socket Mode", "Database"):
        assert f"✓ {what}" in report
    assert slack.bot_token not in report


def test_the_channel_is_the_one_that_the_workspace_has_by_now(
    slack: StandIn, store: Store, database_url: str
) -> None:
    moved = slack.add_channel("deals")
    with store.transaction() as session:
        people.install(
            session, team_id=slack.workspace.team.id, name="Acme", bot_user_id="U0",
            channel=moved.id, timezone="UTC", currency="EUR",
        )  # fmt: skip
    _, report = examine(slack, database_url)
    assert "✓ Channel #deals" in report


@pytest.mark.parametrize(
    ("changes", "advice"),
    [
        ({"slack_bot_token": SecretStr("xoxb-wrong")}, "Copy it again from OAuth & Permissions"),
        ({"slack_app_token": SecretStr("xapp-wrong")}, "connections:write"),
        ({"slack_api_url": "http://127.0.0.1:1/api/"}, "Slack cannot be reached"),
        ({"channel": "#nowhere"}, "Check HANDOFF_CHANNEL"),
        ({"database_url": SecretStr("postgresql+psycopg://x@127.0.0.1:1/x")}, "cannot be reached"),
        ({"public_url": ""}, "There is no report page without HANDOFF_PUBLIC_URL."),
        ({"public_url": "http://handoff.example.com"}, "has to begin with https://"),
    ],
)
def test_what_is_wrong_comes_with_what_to_do(
    slack: StandIn, database_url: str, changes: dict[str, Any], advice: str
) -> None:
    well, report = examine(slack, database_url, **changes)
    assert not well
    assert advice in report


def test_what_is_not_set_up_yet_is_not_broken(slack: StandIn, database_url: str) -> None:
    well, report = examine(
        slack, database_url, slack_client_id="", slack_client_secret=None, lead_keys={}
    )
    assert well, report
    for what in ("Sign in with Slack, for the report page", "Senders of leads: 0",
                 "Salespeople: 0", "CRM"):  # fmt: skip
        assert f"– {what}: not set up. " in report
    assert report.endswith("Nothing is broken; 4 things are not set up.")


def test_salespeople_are_counted(slack: StandIn, store: Store, database_url: str) -> None:
    hire(store, install(store), "U1", "Sofia", Role.SALESPERSON)
    assert "✓ Salespeople: 1" in examine(slack, database_url)[1]


def test_without_tokens_the_rest_is_looked_at(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, database_url: str
) -> None:
    monkeypatch.chdir(tmp_path)  # where no .env lies
    ended = handoff("doctor", DATABASE_URL=database_url)
    assert ended.returncode == 1
    for line in ("– Settings: not set up. SLACK_BOT_TOKEN is missing. Bot token (xoxb-…)",
                 "✓ Database", "– Salespeople: 0", "– Senders of leads: 0", "– CRM"):  # fmt: skip
        assert line in ended.stdout
    assert "Nothing is broken; 5 things are not set up." in ended.stdout
    ended = handoff("doctor", DATABASE_URL=database_url, HANDOFF_LEAD_KEYS="hunter2secret")
    assert "✗ Settings: HANDOFF_LEAD_KEYS must be name:key pairs" in ended.stdout
    assert "✓ Database" in ended.stdout
    assert "hunter2secret" not in ended.stdout
    ended = handoff("doctor", DATABASE_URL="mysql://root:hunter2secret@db/x")
    assert "✗ Settings: DATABASE_URL must be a PostgreSQL address" in ended.stdout
    assert ended.stdout.endswith("1 to fix.\n")


def test_channels_that_cannot_be_used(slack: StandIn, database_url: str) -> None:
    slack.add_channel("strangers", is_ext_shared=True)
    slack.add_channel("closed", with_app=False)
    assert "another organisation" in examine(slack, database_url, channel="#strangers")[1]
    assert "/invite @Handoff" in examine(slack, database_url, channel="#closed")[1]


def test_a_database_from_before_the_first_release_is_named(
    slack: StandIn, store: Store, database_url: str
) -> None:
    with store.transaction() as session:
        for statement in (
            "UPDATE alembic_version SET version_num = '0041'",
            "COMMENT ON TABLE alembic_version IS NULL",
            "ALTER TABLE workspace RENAME channel TO room",
        ):
            session.execute(text(statement))
    well, report = examine(slack, database_url)
    assert not well
    assert "✗ Database: This database (revision 0041) was made by a version of Handoff" in report
    assert "✓ Channel #leads" in report


def test_missing_scopes_are_named(database_url: str) -> None:
    poor = manifest()
    poor["oauth_config"]["scopes"]["bot"].remove("im:write")
    with StandIn(poor) as slack:
        slack.add_channel("leads")
        assert "im:write missing" in examine(slack, database_url)[1]


def test_a_crm_is_looked_at_where_there_is_one(slack: StandIn, database_url: str) -> None:
    well, report = examine(slack, database_url)
    assert well
    assert "– CRM: not set up. HANDOFF_CRM names the one that you use." in report
    with closing(HubSpotOffice()) as office:
        named = {"crm": "hubspot", "crm_url": office.access.address, "crm_key": office.access.key}
        well, report = examine(slack, database_url, **named)
        assert well, report
        assert "✓ HubSpot; `handoff crm check`" in report
        wrong = named | {"crm_key": SecretStr("pat-wrong")}
        assert "✗ HubSpot: " in examine(slack, database_url, **wrong)[1]
    well, report = examine(slack, database_url, **named)
    assert not well
    assert "HubSpot cannot be reached" in report
    well, report = examine(slack, database_url, crm="odoo")
    assert not well
    assert "HANDOFF_CRM is odoo, which needs HANDOFF_CRM_URL" in report
