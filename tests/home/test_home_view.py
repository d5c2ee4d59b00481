"""The home tab of each role, full, empty and for a stranger: read the golden files."""

from collections.abc import Callable
from datetime import UTC, datetime, time
from typing import Any

import pytest

from bot.home import view
from bot.home.model import SHOWN, Condition, OwnList, Page, Upkeep
from bot.jobs import FailedJob, Schedule
from bot.leads.model import CallList, Mine, Submission
from bot.leads.service import Heard
from bot.people.model import Person, Team, Workspace
from bot.playground import limits
from bot.standups.model import Standup
from bot.standups.service import Today
from tests.leads.test_lead_view import CLAIMED, CONTACTED, LOST, SPRING, WON, lead

Golden = Callable[[str, Any], None]

NOON = datetime(2026, 6, 1, 12, 0, tzinfo=UTC)
ROOT = Person(id=1, slack_id="U1", name="Root", roles=["admin"])
STANDUP = Standup(
    id=1, team=Team(id=2, name="Sales"), days="mon-fri", at=time(9, 30), zone="Europe/Berlin"
)


def page(**changes: Any) -> Page:
    facts: dict[str, Any] = {
        "person": Person(id=3, slack_id="U3", name="Sofia", roles=["salesperson"]),
        "admins": [ROOT], "own": [], "to_claim": [], "standup": None,
        "campaigns": [],
    }  # fmt: skip
    return Page(**facts | changes)


UNREAD = [
    Submission(id=8, source="typeform", sender="typeform", received_at=NOON,
               problem="This submission could not be read: email: is not <!channel> one"),
    *[Submission(id=9, source="api", sender="website", received_at=NOON, problem="body")] * 5,
]  # fmt: skip
BUSY = {"todo": 1_200, "doing": 3, "failed": 4}
FAILED = [FailedJob(9, "slack.draw_card", "C1", {"card_id": 4}, 20, NOON)] * 3
STATIONS = {Mine.TO_CALL: CLAIMED, Mine.IN_WORK: CONTACTED, Mine.TO_RATE: LOST, Mine.CLOSED: WON,
            Mine.SNOOZED: CONTACTED | {"snoozed_until": NOON}}  # fmt: skip
PAGES = {
    "stranger": page(person=Person(id=4, slack_id="U4", name="Guest", roles=[])),
    "stranger_without_admin": page(person=Person(id=4, slack_id="U4", roles=[]), admins=[]),
    "salesperson": page(
        own=[OwnList(Mine.TO_CALL, [lead(**CLAIMED)], 1), OwnList(Mine.TO_RATE, [lead(**LOST)], 1)],
        to_claim=[lead()], calls=[(CallList(id=4, name="Webinar June"), 12)],
        standup=Today(STANDUP, None, None, NOON), campaigns=[SPRING],
    ),
    "nothing_to_do": page(campaigns=[SPRING] * 12),
    "admin": page(person=ROOT, upkeep=Upkeep(BUSY, FAILED, [])),
    "admin_with_unread": page(person=ROOT, upkeep=Upkeep(BUSY | {"failed": 0}, [], UNREAD)),
    "away": page(away_until=NOON),
    "much_to_do": page(own=[OwnList(which, [lead(**STATIONS[which])] * most, 500)
                            for which, most in SHOWN.items()],
                       calls=[(CallList(id=4, name="Webinar June"), 12)] * 3,
                       upkeep=Upkeep(BUSY, FAILED, UNREAD), away_until=NOON,
                       to_claim=[lead()] * 11, campaigns=[SPRING] * 30,
                       standup=Today(STANDUP, None, None, NOON)),
}  # fmt: skip


@pytest.mark.parametrize("name", PAGES)
def test_home(name: str, golden: Golden) -> None:
    home = view.home(PAGES[name])
    assert not limits.check_view({"type": "home", "blocks": home.blocks}, "home")
    golden(f"home.{name}", home.blocks)


def test_the_sources_of_leads(golden: Golden) -> None:
    heard = {"typeform": Heard(NOON, 1_234, 2), "typed": Heard(NOON, 1, 0)}
    shown = {"some": view.sources(heard).to_dict(), "none": view.sources({}).to_dict()}
    for modal in shown.values():
        assert not limits.check_view(modal, "modal")
    golden("home.sources", shown)


def test_status(golden: Golden) -> None:
    condition = Condition(
        workspace=Workspace(name="Acme <&>", channel="C1", timezone="Europe/Berlin"),
        people=6, received_today=1200, waiting=3, jobs={"todo": 1, "doing": 0, "failed": 2},
        next_runs=[Schedule(name="digest.weekly", next_run_at=NOON)],
    )  # fmt: skip
    golden("home.status", view.status(condition))
