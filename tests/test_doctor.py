"""`handoff doctor`: says what is wrong and how to fix it."""

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
from bot.settings import Settings
from bot.store import Store
from playground.standin import StandIn
from tests.crm.offices.hubspot import HubSpotOffice


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
    said: list[str] = []
    well = doctor.examine(Settings(**facts | changes), said.append)
    return well, "\n".join(said)


def test_all_is_well(slack: StandIn, database_url: str) -> None:
    well, said = examine(slack, database_url)
    assert well, said
    for what in ("Bot token", "Scopes", "Clock", "Channel #leads", "Socket Mode", "Database"):
        assert f"✓ {what}" in said
    assert slack.bot_token not in said


def test_the_channel_is_the_one_that_the_workspace_has_by_now(
    slack: StandIn, store: Store, database_url: str
) -> None:
    moved = slack.add_channel("deals")
    with store.transaction() as session:
        people.install(
            session, team_id=slack.workspace.team.id, name="Acme", bot_user_id="U0",
            channel=moved.id, timezone="UTC", currency="EUR",
        )  # fmt: skip
    _, said = examine(slack, database_url)
    assert "✓ Channel #deals" in said


@pytest.mark.parametrize(
    ("changes", "advice"),
    [
        ({"slack_bot_token": SecretStr("xoxb-wrong")}, "Copy it again from OAuth & Permissions"),
        ({"slack_app_token": SecretStr("xapp-wrong")}, "connections:write"),
        ({"slack_api_url": "http://127.0.0.1:1/api/"}, "Slack cannot be reached"),
        ({"channel": "#nowhere"}, "Check HANDOFF_CHANNEL"),
        ({"database_url": SecretStr("postgresql+psycopg://x@127.0.0.1:1/x")}, "cannot be reached"),
        ({"lead_keys": {}}, "HANDOFF_FORM_KEYS and HANDOFF_SOURCES are empty"),
        ({"public_url": ""}, "there is no report page (HANDOFF_PUBLIC_URL missing)"),
        ({"public_url": "http://handoff.example.com"}, "has to begin with https://"),
    ],
)
def test_what_is_wrong_comes_with_what_to_do(
    slack: StandIn, database_url: str, changes: dict[str, Any], advice: str
) -> None:
    well, said = examine(slack, database_url, **changes)
    assert not well
    assert advice in said


def test_the_report_page_may_be_left_out(slack: StandIn, database_url: str) -> None:
    well, said = examine(slack, database_url, slack_client_id="", slack_client_secret=None)
    assert well, said
    assert "– Sign in with Slack, for the report page: not set up" in said


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
    well, said = examine(slack, database_url)
    assert not well
    assert "✗ Database: This database (revision 0041) was made by a version of Handoff from" in said
    assert "✓ Channel #leads" in said


def test_missing_scopes_are_named(database_url: str) -> None:
    poor = manifest()
    poor["oauth_config"]["scopes"]["bot"].remove("im:write")
    with StandIn(poor) as slack:
        slack.add_channel("leads")
        assert "im:write missing" in examine(slack, database_url)[1]


def test_a_crm_is_looked_at_where_there_is_one(slack: StandIn, database_url: str) -> None:
    well, said = examine(slack, database_url)
    assert well
    assert "– CRM: none is connected (HANDOFF_CRM)." in said
    with closing(HubSpotOffice()) as office:
        named = {"crm": "hubspot", "crm_url": office.access.address, "crm_key": office.access.key}
        well, said = examine(slack, database_url, **named)
        assert well, said
        assert "✓ HubSpot; `handoff crm check`" in said
        wrong = named | {"crm_key": SecretStr("pat-wrong")}
        assert "✗ HubSpot: " in examine(slack, database_url, **wrong)[1]
    well, said = examine(slack, database_url, **named)
    assert not well
    assert "HubSpot cannot be reached" in said
    well, said = examine(slack, database_url, crm="odoo")
    assert not well
    assert "HANDOFF_CRM is odoo, which needs HANDOFF_CRM_URL" in said
