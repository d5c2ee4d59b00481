"""The home tab of each role, full, empty and for a stranger: read the golden files."""

import json
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, time
from decimal import Decimal
from string import ascii_lowercase
from typing import Any

import pytest
from slack_sdk.models.blocks import Block

from bot import clock
from bot.app import CAPABILITIES
from bot.campaigns import home_sections as campaigns
from bot.campaigns.models import Campaign
from bot.capability import NextRun, Place
from bot.crm.models import WebhookEndpoint
from bot.crm.webhooks import health
from bot.digests import home_sections as digests
from bot.home import messages
from bot.home.models import Condition, Upkeep
from bot.home.page import settings
from bot.intake import home_sections as intake
from bot.intake.models import Submission
from bot.intake.source_health import SourceActivity
from bot.leads import home_sections as leads
from bot.leads.list_models import Mine
from bot.leads.models import CallList
from bot.leads.notice_models import Listed as ListedLead
from bot.metrics import Figures, Pipeline
from bot.metrics.pipeline import PipelineRow
from bot.people import messages as people
from bot.people.models import Person, Role, Team, Workspace
from bot.planning import home_sections as planning
from bot.planning.agreement_rule import Responses
from bot.planning.models import ProposalRow, Request, RequestRow
from bot.reports import home_sections as reports
from bot.routing import home_sections as routing
from bot.shadowing import home_sections as shadowing
from bot.slack import Message
from bot.standups import home_sections as standups
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


SECTIONS: dict[str, tuple[Place, Callable[..., Sequence[Block]]]] = {
    "set_up": (Place.SET_UP, lambda _: people.not_set_up()),
    "late": (Place.NEEDS_YOU_NOW, routing.show_late),
    "unattended": (Place.NEEDS_YOU_NOW, routing.show_unattended),
    "stalled": (Place.NEEDS_YOU_NOW, routing.show_stalled),
    "overdue": (Place.NEEDS_YOU_NOW, planning.show_overdue),
    "week": (Place.THIS_WEEK, lambda week: digests.show_week(*week)),
    "pipeline": (Place.THIS_WEEK, digests.show_pipeline),
    "away": (Place.AWAY, lambda until: [routing.show_away(until)]),
    "own": (Place.OWN_LEADS, leads.show_own),
    "own_pipeline": (Place.OWN_LEADS, digests.show_own_pipeline),
    "to_agree": (Place.READY, planning.show_to_agree),
    "calls": (Place.FREE_LEADS, leads.show_call_lists),
    "to_claim": (Place.FREE_LEADS, leads.show_to_claim),
    "campaigns": (Place.OWN_CAMPAIGNS, reports.show_campaigns),
    "proposals": (Place.PLANNING, planning.show_proposals),
    "to_answer": (Place.PLANNING, planning.show_to_answer),
    "pairs": (Place.PAIRS, shadowing.show_pairs),
    "standup": (Place.STANDUP, standups.show_today),
    "running": (Place.CAMPAIGNS, campaigns.show_running),
    "unread": (Place.UPKEEP, intake.show_unread),
    "upkeep": (Place.UPKEEP, messages.upkeep),
}
"""Each section of a page: where it stands, and how it is drawn of what was read."""


def drawn(who: Person, facts: Mapping[str, Any]) -> Message:
    """The person's page, of what was read for each section."""
    found: dict[Place, list[Block]] = {}
    for name, (place, draw) in SECTIONS.items():
        if name in facts:
            found.setdefault(place, []).extend(draw(facts[name]))
    return messages.home(who, found, settings(who, CAPABILITIES))


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
SELLER = Person(id=3, slack_id="U3", name="Sofia", roles=["salesperson"])
CLARA = Person(id=5, slack_id="U5", name="Clara", roles=["manager"])
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
OWN = [reports.OwnCampaign(RICH, FIGURES, 2, 5), reports.OwnCampaign(RICH, NO_FIGURES, 0, 5)]
ASKED = RequestRow(
    Request(id=4, text="A starter package <!here>", audience="Shops", status="waiting",
            asked_at=NOON, answer_by=NOON),
    Person(id=3, slack_id="U3", name="Sofia"), 4, includes_reader=False,
)  # fmt: skip
PROPOSED = ProposalRow(RICH, Responses(frozenset({3}), frozenset({4}), frozenset({5, 6}), 1))
LATE = (lead(response_due_at=NOON), None)
AGAIN = (lead(**CONTACTED, last_touch_at=NOON), SOFIA)
STILL = ListedLead(lead(**CONTACTED), SOFIA, NOON)
CALLS = (CallList(id=4, name="Webinar June"), 12)
TODAY = Today(STANDUP, None, None, NOON)
REST: dict[str, Any] = {"late": [], "unattended": [], "stalled": [], "overdue": 0}
FOUR_ROLES = Person(id=3, slack_id="U3", roles=[*Role])
EXPECTED = Pipeline(NOON.date(), (
    PipelineRow(date(2026, 5, 1), "EUR", 1, 500_000),
    PipelineRow(date(2026, 6, 1), "EUR", 4, 3_000_000),
    PipelineRow(date(2026, 6, 1), None, 2, 0),
    PipelineRow(date(2026, 7, 1), "EUR", 1, 1_200_000),
    PipelineRow(None, None, 1, 0),
))  # fmt: skip
PAGES: dict[str, tuple[Person, dict[str, Any]]] = {
    "marketer": (MARA, {
        "campaigns": OWN, "proposals": [PROPOSED], "to_answer": [ASKED],
        "pairs": [SHOES["finding_picked"].participants[0]]}),
    "marketer_at_rest": (MARA, {"campaigns": [], "proposals": [], "to_answer": []}),
    "manager": (CLARA, {
        "late": [LATE, (lead(**CLAIMED, response_due_at=NOON), SOFIA)], "overdue": 2,
        "unattended": [AGAIN], "stalled": [STILL] * 4, "week": (FIGURES, NO_FIGURES),
        "pipeline": EXPECTED, "running": []}),
    "manager_at_rest": (CLARA, REST | {"week": (NO_FIGURES, NO_FIGURES), "running": []}),
    "everything": (FOUR_ROLES, {
        "own": [leads.OwnList(which, [lead(**STATIONS[which])] * most, 500)
                for which, most in leads.FEW.items()],
        "calls": [CALLS] * 3, "away": NOON, "campaigns": OWN * 3, "proposals": [PROPOSED] * 2,
        "to_answer": [ASKED] * 4, "to_agree": [PROPOSED] * 2, "late": [LATE] * 6, "overdue": 2,
        "week": (FIGURES, FIGURES), "pipeline": EXPECTED, "own_pipeline": EXPECTED,
        "unattended": [AGAIN] * 2, "stalled": [STILL] * 4,
        "upkeep": Upkeep(BUSY, FAILED, "C0LEADS"), "unread": UNREAD, "to_claim": [lead()] * 11,
        "running": [SPRING] * 30, "standup": TODAY,
        "pairs": [SHOES["held"].participants[0]] * 5}),
    "salesperson": (SELLER, {
        "own": [leads.OwnList(Mine.TO_CALL, [lead(**CLAIMED)], 1),
                leads.OwnList(Mine.TO_RATE, [lead(**LOST)], 1)],
        "own_pipeline": Pipeline(NOON.date(), EXPECTED.rows[2:3]),
        "to_agree": [PROPOSED], "to_claim": [lead()], "calls": [CALLS], "standup": TODAY,
        "running": [SPRING], "pairs": [SHOES["agreed"].participants[1]]}),
    "nothing_to_do": (SELLER, {"running": [SPRING] * 12}),
    "admin": (ROOT, {
        "upkeep": Upkeep(BUSY, FAILED, "C0LEADS"), "unread": [], "running": []}),
    "admin_with_unread": (ROOT, {
        "upkeep": Upkeep(BUSY | {"failed": 0}, [], "C0LEADS"), "unread": UNREAD, "running": []}),
    "admin_of_what_is_not_set_up": (ROOT, {
        "set_up": None, "upkeep": Upkeep(BUSY | {"failed": 0}, [], "C0LEADS"), "running": []}),
    "away": (SELLER, {"away": NOON, "running": []}),
    "much_to_do": (SELLER, {
        "own": [leads.OwnList(which, [lead(**STATIONS[which])] * most, 500)
                for which, most in leads.SHOWN.items()],
        "calls": [CALLS] * 3, "away": NOON, "to_claim": [lead()] * 11, "running": [SPRING] * 30,
        "standup": TODAY}),
}  # fmt: skip


@pytest.mark.parametrize("name", PAGES)
def test_home(name: str, golden: Golden) -> None:
    clock.use(lambda: NOON)
    golden(name, drawn(*PAGES[name]).blocks)


def test_the_home_of_a_stranger(golden: Golden) -> None:
    golden("stranger", messages.welcome([ROOT]).blocks)
    golden("stranger_without_admin", messages.welcome([]).blocks)


def test_every_button_of_a_page_has_its_handler() -> None:
    clock.use(lambda: NOON)
    page = json.dumps(drawn(*PAGES["everything"]).blocks)
    # An option of a menu of buttons names its button.
    chosen = re.findall(r'"value": "([a-z]+\.[a-z_.]+) \d+"', page)
    named = {*re.findall('"action_id": "(.+?)"', page), *chosen} - {"lead.menu"}
    assert chosen
    handled = {route.name for capability in CAPABILITIES for route in capability.actions}
    assert len(named) > 20
    assert named <= handled


def test_this_page_has_every_section_in_its_place() -> None:
    declared = [each.place for capability in CAPABILITIES for each in capability.home_sections]
    assert sorted(declared) == [place for place, _ in SECTIONS.values()]


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
        "some": messages.sources(heard, told).to_dict(),
        "none": messages.sources({}, {}).to_dict(),
    }
    many = {f"{letter * 38}-1": health(endpoints[-1], 9) for letter in ascii_lowercase}
    for modal in (*shown.values(), messages.sources({}, many).to_dict()):
        assert not limits.check_view(modal, "modal")
    golden("sources", shown)


def test_status(golden: Golden) -> None:
    condition = Condition(
        workspace=Workspace(name="Acme <&>", channel="C1", timezone="Europe/Berlin"),
        people=6, received_today=1200, waiting=3, jobs={"todo": 1, "doing": 0, "failed": 2},
        next_runs=[NextRun(NOON, "Weekly digest, Managers", "Europe/Berlin"),
                   NextRun(NOON, "Sales standup", "each person’s own time")],
    )  # fmt: skip
    golden("status", messages.status(condition))
    assert "Nothing comes by the clock" in messages.status(replace(condition, next_runs=[]))
    assert "and 3 more" in messages.status(replace(condition, next_runs=[*condition.next_runs] * 9))
