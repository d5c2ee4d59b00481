"""The first admin: a full member of the workspace, as Slack says, and nobody else."""

from collections.abc import Iterator
from typing import Any

import pytest

from bot import people
from bot.doctor import manifest
from bot.people import profile, service
from bot.people.models import Role
from bot.slack import Slack
from bot.store import Store
from playground.standin import StandIn
from tests.wiring import wired

CHANNEL = "leads"


@pytest.fixture
def slack(store: Store) -> Iterator[StandIn]:
    """Slack, with an app that knows `/handoff people`."""
    standin = StandIn(manifest()).start()
    listening = wired(store, Slack(standin.bot_token, standin.api_url), people.capability)
    with store.transaction() as session:
        service.install(session, team_id=standin.workspace.team.id, name="Acme", bot_user_id="U0",
                        channel="C1", timezone="UTC", currency="EUR")  # fmt: skip
    listening.connect(standin.app_token)
    yield standin
    listening.stop()
    standin.stop(wait=False)


def admins(store: Store, slack: StandIn) -> list[str]:
    with store.transaction() as session:
        workspace = service.workspace(session, slack.workspace.team.id)
        return [each.slack_id for each in service.having(session, workspace.id, Role.ADMIN)]


def test_only_a_full_member_becomes_the_first_admin(store: Store, slack: StandIn) -> None:
    kinds = ("is_restricted", "is_ultra_restricted", "is_stranger", "is_bot")
    outsiders = [slack.add_user(kind.replace("_", "")) for kind in kinds]
    member = slack.add_user("ada")
    channel = slack.add_channel(CHANNEL, members=[*outsiders, member])
    for user, kind in zip(outsiders, kinds, strict=True):
        setattr(user, kind, True)
        slack.hand(user).command("/handoff", "people", channel)
        slack.wait_until(lambda user=user: slack.ephemerals(user))  # type: ignore[misc]
        assert "has to be a full member" in slack.ephemerals(user)[-1].text
        assert slack.modal(user) is None
    assert admins(store, slack) == []
    slack.hand(member).command("/handoff", "people", channel)
    slack.wait_until(lambda: slack.modal(member))
    assert admins(store, slack) == [member.id]


USER = {"id": "U1", "team_id": "T1", "deleted": False, "is_bot": False, "is_restricted": False}


@pytest.mark.parametrize(
    "facts",
    [
        {"deleted": True}, {"is_bot": True}, {"is_restricted": True}, {"is_stranger": True},
        {"is_ultra_restricted": True}, {"team_id": "T2"}, {"team_id": None},
        {"team_id": "T2", "enterprise_user": {"teams": ["T3"]}},
    ],
)  # fmt: skip
def test_who_is_no_full_member(facts: dict[str, Any]) -> None:
    with pytest.raises(profile.NotAMember):
        profile.see_full_member(USER | facts, "T1")


def test_a_member_of_several_workspaces_of_an_organization_is_one() -> None:
    profile.see_full_member(USER, "T1")
    profile.see_full_member(USER | {"team_id": "T2", "enterprise_user": {"teams": ["T1"]}}, "T1")
