"""The home tab of each role, full, empty and for a stranger: read the golden files."""

from dataclasses import replace
from datetime import UTC, datetime, time
from decimal import Decimal
from string import ascii_lowercase
from typing import Any

import pytest

from bot import clock
from bot.campaigns.models import Campaign
from bot.crm.models import WebhookEndpoint
from bot.crm.webhooks import health
from bot.home import messages, upkeep_messages
from bot.home.models import (
    FEW,
    SHOWN,
    Condition,
    Managing,
    Marketing,
    NextRun,
    OwnCampaign,
    OwnList,
    Page,
    Upkeep,
)
from bot.intake.models import Submission
from bot.intake.source_health import SourceActivity
from bot.leads.list_models import Mine
from bot.leads.models import CallList
from bot.leads.notice_models import Listed as ListedLead
from bot.metrics.figures import Figures
from bot.people.models import Person, Team, Workspace
from bot.planning.agreement import Standing
from bot.planning.models import Listed, Proposed, Request
from bot.standups.models import Standup, Today
from bot.tasks import FailedJob
from playground import limits
from tests.golden_files import Golden
from tests.leads.test_lead_view import CLAIMED, CONTACTED, LOST, SOFIA, SPRING, WON, lead
from tests.shadowing.test_shadow_views import CARDS as SHOES

NOON = datetime(2026, 6, 1, 12, 0, tzinfo=UTC)
ROOT = Person(id=1, slack_id="U1", name="Root", roles=["admin"])
STANDUP = Standup(
    id=1, name="Sales standup", team=Team(id=2, name="Sales"), days="mon-fri", at=time(9, 30)
)


def copy(of: Campaign, **changes: Any) -> Campaign:
    """The campaign with other facts."""
    names = (column.key for column in Campaign.__mapper__.column_attrs)
    facts = {name: getattr(of, name) for name in names} | changes
    return Campaign(**facts)


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
STATIONS = {Mine.TO_CALL: CLAIMED, Mine.IN_WORK: CONTACTED, Mine.STALLED: CONTACTED,
            Mine.TO_RATE: LOST, Mine.CLOSED: WON,
            Mine.SNOOZED: CONTACTED | {"snoozed_until": NOON}}  # fmt: skip
MARA = Person(id=2, slack_id="U2", name="Mara", roles=["marketer"])
FIGURES = Figures(
    {
        "received": 42,
        "claimed": 30,
        "rated": 20,
        "quality_index": Decimal("2.15"),
        "won": 3,
        "spend": {"EUR": 123_400},
        "acceptance_rate": Decimal("71.4"),
        "response_median": 260,
        "response_sla": Decimal("83.3"),
        "rating_coverage": Decimal("66.7"),
        "romi": Decimal("120.0"),
        "won_amount": {"EUR": 1_250_000, "USD": 99_900},
    }
)
NO_FIGURES = Figures({"received": 0, "rated": 0})
RICH = copy(SPRING, budget_minor=500_000, currency="EUR", owner=MARA)
OWN = [OwnCampaign(RICH, FIGURES, 2, 5), OwnCampaign(RICH, NO_FIGURES, 0, 5)]
ASKED = Listed(
    Request(id=4, text="A starter package <!here>", audience="Shops", status="waiting",
            asked_at=NOON, answer_by=NOON),
    Person(id=3, slack_id="U3", name="Sofia"), 4, mine=False,
)  # fmt: skip
PROPOSED = Proposed(RICH, Standing(frozenset({3}), frozenset({4}), frozenset({5, 6}), 1))
LATE = (lead(response_due_at=NOON), None)
AGAIN = (lead(**CONTACTED, last_touch_at=NOON), SOFIA)
STILL = ListedLead(lead(**CONTACTED), SOFIA, NOON)
PAGES = {
    "marketer": page(person=MARA, marketing=Marketing(OWN, [PROPOSED], [ASKED]),
                     shoes=[SHOES["finding_picked"].participants[0]]),
    "marketer_at_rest": page(person=MARA, marketing=Marketing([], [], [])),
    "manager": page(person=ROOT, managing=Managing(
        [LATE, (lead(**CLAIMED, response_due_at=NOON), SOFIA)], 2, FIGURES, NO_FIGURES,
        unattended=[AGAIN], stalled=[STILL] * 4)),
    "manager_at_rest": page(person=ROOT, managing=Managing([], 0, NO_FIGURES, NO_FIGURES)),
    "everything": page(
        own=[OwnList(which, [lead(**STATIONS[which])] * most, 500) for which, most in FEW.items()],
        calls=[(CallList(id=4, name="Webinar June"), 12)] * 3, away_until=NOON,
        marketing=Marketing(OWN * 3, [PROPOSED] * 2, [ASKED] * 4), to_agree=[PROPOSED] * 2,
        managing=Managing([LATE] * 6, 2, FIGURES, FIGURES, [AGAIN] * 2, [STILL] * 4),
        upkeep=Upkeep(BUSY, FAILED, UNREAD, "C0LEADS"), to_claim=[lead()] * 11,
        campaigns=[SPRING] * 30,
        standup=Today(STANDUP, None, None, NOON), shoes=[SHOES["held"].participants[0]] * 5,
    ),
    "stranger": page(person=Person(id=4, slack_id="U4", name="Guest", roles=[])),
    "stranger_without_admin": page(person=Person(id=4, slack_id="U4", roles=[]), admins=[]),
    "salesperson": page(
        own=[OwnList(Mine.TO_CALL, [lead(**CLAIMED)], 1), OwnList(Mine.TO_RATE, [lead(**LOST)], 1)],
        to_agree=[PROPOSED], to_claim=[lead()], calls=[(CallList(id=4, name="Webinar June"), 12)],
        standup=Today(STANDUP, None, None, NOON), campaigns=[SPRING],
        shoes=[SHOES["agreed"].participants[1]],
    ),
    "nothing_to_do": page(campaigns=[SPRING] * 12),
    "admin": page(person=ROOT, upkeep=Upkeep(BUSY, FAILED, [], "C0LEADS")),
    "admin_with_unread": page(
        person=ROOT, upkeep=Upkeep(BUSY | {"failed": 0}, [], UNREAD, "C0LEADS")),
    "away": page(away_until=NOON),
    "much_to_do": page(own=[OwnList(which, [lead(**STATIONS[which])] * most, 500)
                            for which, most in SHOWN.items()],
                       calls=[(CallList(id=4, name="Webinar June"), 12)] * 3,
                       away_until=NOON,
                       to_claim=[lead()] * 11, campaigns=[SPRING] * 30,
                       standup=Today(STANDUP, None, None, NOON)),
}  # fmt: skip


@pytest.mark.parametrize("name", PAGES)
def test_home(name: str, golden: Golden) -> None:
    clock.use(lambda: NOON)
    home = messages.home(PAGES[name])
    golden(name, home.blocks)


def test_the_sources_of_leads(golden: Golden) -> None:
    heard = {"typeform": SourceActivity(NOON, 1_234, 2), "typed": SourceActivity(NOON, 1, 0)}
    gone = "it answered with HTTP 410"
    endpoints = [
        WebhookEndpoint(name="n8n", last_success_at=NOON),
        WebhookEndpoint(name="new"),
        WebhookEndpoint(name="slow", failing_since=NOON, problem="the connection failed"),
        WebhookEndpoint(name="zapier", disabled_at=NOON, problem=gone),
    ]  # fmt: skip
    told = {each.name: health(each, waiting) for waiting, each in enumerate(endpoints)}
    shown = {
        "some": upkeep_messages.sources(heard, told).to_dict(),
        "none": upkeep_messages.sources({}, {}).to_dict(),
    }
    many = {f"{letter * 38}-1": health(endpoints[-1], 9) for letter in ascii_lowercase}
    for modal in (*shown.values(), upkeep_messages.sources({}, many).to_dict()):
        assert not limits.check_view(modal, "modal")
    golden("sources", shown)


def test_status(golden: Golden) -> None:
    condition = Condition(
        workspace=Workspace(name="Acme <&>", channel="C1", timezone="Europe/Berlin"),
        people=6, received_today=1200, waiting=3, jobs={"todo": 1, "doing": 0, "failed": 2},
        next_runs=[NextRun(NOON, "Weekly digest, Managers", "Europe/Berlin"),
                   NextRun(NOON, "Sales standup", "each person’s own time")],
    )  # fmt: skip
    golden("status", upkeep_messages.status(condition))
    assert "Nothing comes by the clock" in upkeep_messages.status(replace(condition, next_runs=[]))
    assert "and 3 more" in upkeep_messages.status(
        replace(condition, next_runs=[*condition.next_runs] * 9)
    )
