"""The home tab of each role, full, empty and for a stranger: read the golden files."""

import json
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
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
from bot.home.page import actions, settings
from bot.intake import home_sections as intake
from bot.intake.models import Submission
from bot.intake.source_health import SourceActivity
from bot.leads import home_sections as leads
from bot.leads.list_models import Mine
from bot.leads.models import CallList, Lead
from bot.leads.notice_models import Listed as ListedLead
from bot.metrics import Figures, Pipeline
from bot.metrics.pipeline import PipelineRow
from bot.people import messages as people
from bot.people.models import Absence, Person, Role, Team, Workspace
from bot.planning import home_sections as planning
from bot.planning.agreement_rule import Responses
from bot.planning.models import ProposalRow, Request, RequestRow
from bot.reports import home_sections as reports
from bot.routing import home_sections as routing
from bot.routing.models import Cover
from bot.shadowing import home_sections as shadowing
from bot.slack import Message
from bot.standups import home_sections as standups
from bot.standups.models import Standup, Today
from bot.tasks import FailedJob
from playground import limits
from tests.golden_files import Golden
from tests.leads.test_lead_view import CLAIMED, CONTACTED, LOST, SOFIA, SPRING, lead
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
    "headline": (Place.HEADLINE, leads.show_headline),
    "away": (Place.AWAY, lambda shown: [each for draw, *facts in shown for each in draw(*facts)]),
    "needs": (Place.NEEDS_YOU_NOW, routing.show_needs_you_now),
    "overdue": (Place.NEEDS_YOU_NOW, planning.show_overdue),
    "now": (
        Place.NOW,
        lambda who, mine, free, more: leads.show_now(who, mine, free, has_more=more),
    ),
    "own": (Place.OWN_LEADS, leads.show_own),
    "own_pipeline": (Place.OWN_LEADS, digests.show_own_pipeline),
    "to_agree": (Place.READY, planning.show_to_agree),
    "calls": (Place.CALL_LISTS, leads.show_call_lists),
    "campaigns": (Place.OWN_CAMPAIGNS, reports.show_campaigns),
    "proposals": (Place.PLANNING, planning.show_proposals),
    "to_answer": (Place.PLANNING, planning.show_to_answer),
    "pairs": (Place.PAIRS, shadowing.show_pairs),
    "standup": (Place.TODAY, standups.show_today),
    "week": (Place.THIS_WEEK, digests.show_week),
    "pipeline": (Place.THIS_WEEK, digests.show_pipeline),
    "running": (Place.CAMPAIGNS, campaigns.show_running),
    "unread": (Place.UPKEEP, intake.show_unread),
    "upkeep": (Place.UPKEEP, messages.upkeep),
}
"""Each section of a page: where it stands, and how it is drawn of what was read."""
_OF_SEVERAL = {"headline", "needs", "now", "own", "week"}


def drawn(who: Person, facts: Mapping[str, Any]) -> Message:
    """The person's page, of what was read for each section."""
    found: dict[Place, list[Block]] = {}
    for name, (place, draw) in SECTIONS.items():
        if name in facts:
            read = facts[name] if name in _OF_SEVERAL else (facts[name],)
            found.setdefault(place, []).extend(draw(*read))
    return messages.home(who, found, actions(who, CAPABILITIES), settings(who, CAPABILITIES))


UNREAD = [
    Submission(id=8, source="typeform", sender="typeform", received_at=NOON,
               problem="This submission could not be read: email: is not <!channel> one"),
    *[Submission(id=9, source="api", sender="website", received_at=NOON, problem="body")] * 5,
]  # fmt: skip
BUSY = {"todo": 1_200, "doing": 3, "failed": 4}
FAILED = [FailedJob(9, "slack.draw_card", "C1", {"card_id": 4}, 20, NOON)] * 3
SELLER = Person(id=3, slack_id="U3", name="Sofia", roles=["salesperson"])
CLARA = Person(id=5, slack_id="U5", name="Clara", roles=["manager"])
MARA = Person(id=2, slack_id="U2", name="Mara", roles=["marketer"])
AWAY = Absence(id=7, person_id=3, starts_at=NOON, ends_at=NOON)
IS_AWAY = [(routing.show_away, AWAY, None)]
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
FEW_FIGURES = Figures({"received": 4, "acceptance_rate": Decimal("50.0"), "won": 0})
RICH = copy(SPRING, budget_minor=500_000, currency="EUR", owner=MARA)
OWN = [reports.OwnCampaign(RICH, FIGURES, 2, 5), reports.OwnCampaign(RICH, NO_FIGURES, 0, 5)]
ASKED = RequestRow(
    Request(id=4, text="A starter package <!here>", audience="Shops", status="waiting",
            asked_at=NOON, answer_by=NOON),
    Person(id=3, slack_id="U3", name="Sofia"), 4, includes_reader=False,
)  # fmt: skip
PROPOSED = ProposalRow(RICH, Responses(frozenset({3}), frozenset({4}), frozenset({5, 6}), 1))


def many(first: int, count: int, **facts: Any) -> list[Lead]:
    """As many leads, numbered from the first on."""
    return [lead(id=number, **facts) for number in range(first, first + count)]


EARLIER, LATER = NOON - timedelta(hours=2), NOON + timedelta(hours=2)
QUESTION = (
    "Could we compare\n*your* plans? We are forty people, and our contract ends in two months."
)
OVERDUE = CLAIMED | {"response_due_at": EARLIER, "message": QUESTION, "last_touch_at": NOON}
COVER = Cover(7, CLARA, SELLER, NOON, False, many(30, 2, **OVERDUE))
COVERED = [(routing.show_away, AWAY, CLARA), (routing.show_cover, COVER, 3)]
ACTIVE = CONTACTED | {"last_touch_at": EARLIER}
UNCLAIMED = {"response_due_at": EARLIER}
COUNTS = dict.fromkeys(Mine, 0)
FULL = dict.fromkeys(Mine, 500)
MOVED = dict.fromkeys(range(1000), NOON)
AGAIN = (lead(id=41, **CONTACTED, last_touch_at=NOON), SOFIA)
STILL = [ListedLead(each, SOFIA, NOON) for each in many(50, 4, **CONTACTED)]
CALLS = (CallList(id=4, name="Webinar June"), 12)
TODAY = Today(STANDUP, None, None, NOON)
NEEDS = (
    [(each, None) for each in many(10, 2, **UNCLAIMED)] + [(lead(id=12, **OVERDUE), SOFIA)],
    [*many(10, 2, **UNCLAIMED), lead(id=13, response_due_at=LATER)],
    [AGAIN, (lead(id=12, **OVERDUE), SOFIA)], STILL,
)  # fmt: skip
FOUR_ROLES = Person(id=3, slack_id="U3", name="Vera Four", roles=[*Role])
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
        "pairs": [SHOES["finding_picked"].participants[0]], "running": [SPRING]}),
    "marketer_at_rest": (MARA, {"campaigns": [], "proposals": [], "to_answer": []}),
    "manager": (CLARA, {
        "needs": NEEDS, "overdue": 2, "week": (FIGURES, FEW_FIGURES), "pipeline": EXPECTED}),
    "manager_at_rest": (CLARA, {
        "needs": ([], [], [], []), "overdue": 0, "week": (NO_FIGURES, NO_FIGURES)}),
    "manager_on_monday": (CLARA, {"overdue": 1, "week": (NO_FIGURES, FEW_FIGURES)}),
    "everything": (FOUR_ROLES, {
        "headline": (FOUR_ROLES, FULL, 500, 500), "away": IS_AWAY,
        "needs": ([(each, None) for each in many(10, 6, **UNCLAIMED)], many(20, 6),
                  [AGAIN] * 2, STILL),
        "overdue": 2, "now": (FOUR_ROLES, many(30, 3, **OVERDUE), [], True),
        "own": (FULL, many(60, 2, **ACTIVE), many(70, 1, **LOST), MOVED),
        "calls": [CALLS] * 3, "campaigns": OWN * 3, "proposals": [PROPOSED] * 2,
        "to_answer": [ASKED] * 4, "to_agree": [PROPOSED] * 2, "week": (FIGURES, FIGURES),
        "pipeline": EXPECTED, "own_pipeline": EXPECTED,
        "upkeep": Upkeep(BUSY, FAILED, "C0LEADS"), "unread": UNREAD, "running": [SPRING] * 30,
        "standup": TODAY, "pairs": [SHOES["held"].participants[0]] * 5}),
    "salesperson": (SELLER, {
        "headline": (SELLER, COUNTS | {Mine.IN_WORK: 1, Mine.STALLED: 2, Mine.TO_RATE: 1}, 1, 2),
        "now": (SELLER,
                [lead(**OVERDUE), lead(**CLAIMED | {"response_due_at": LATER}), lead(**CLAIMED)],
                [lead(**UNCLAIMED), lead(suggested_to=3), lead(),
                 lead(reserved_for=4, reserved_until=LATER)], False),
        "own": (COUNTS | {Mine.IN_WORK: 1, Mine.STALLED: 2, Mine.CLOSED: 3, Mine.TO_RATE: 1},
                [lead(id=8, **ACTIVE)], [lead(**LOST)], MOVED),
        "to_agree": [PROPOSED], "calls": [CALLS], "standup": TODAY, "running": [SPRING],
        "own_pipeline": Pipeline(NOON.date(), EXPECTED.rows[2:3]),
        "pairs": [SHOES["agreed"].participants[1]]}),
    "seven_leads": (SELLER, {
        "headline": (SELLER, COUNTS, 0, 0),
        "now": (SELLER, many(1, 7, **OVERDUE), [], False), "own": (COUNTS, [], [], {})}),
    "nothing_to_do": (SELLER, {"running": [SPRING] * 12}),
    "admin": (ROOT, {
        "upkeep": Upkeep(BUSY, FAILED, "C0LEADS"), "unread": [], "running": []}),
    "admin_with_unread": (ROOT, {
        "upkeep": Upkeep(BUSY | {"failed": 0}, [], "C0LEADS"), "unread": UNREAD, "running": []}),
    "admin_of_what_is_not_set_up": (ROOT, {
        "set_up": None, "upkeep": Upkeep(BUSY | {"failed": 0}, [], "C0LEADS"), "running": []}),
    "away": (SELLER, {"away": IS_AWAY, "running": []}),
    "cover": (SELLER, {"away": COVERED, "running": []}),
    "much_to_do": (SELLER, {
        "headline": (SELLER, FULL, 3, 2),
        "now": (SELLER, many(10, 7, **OVERDUE), many(20, 6), True),
        "own": (FULL, many(60, 5, **ACTIVE), many(70, 4, **LOST), MOVED),
        "calls": [CALLS] * 3, "away": IS_AWAY, "running": [SPRING] * 30, "standup": TODAY}),
}  # fmt: skip


@pytest.mark.parametrize("name", PAGES)
def test_home(name: str, golden: Golden) -> None:
    clock.use(lambda: NOON)
    golden(name, drawn(*PAGES[name]).blocks)


def buttons(page: Message) -> int:
    """How much can be pressed on a page: each button, and each menu."""
    drawn = json.dumps(page.blocks)
    return drawn.count('"type": "button"') + drawn.count('"type": "overflow"')


def test_a_page_has_few_buttons() -> None:
    """One for each lead, beside the row of what one can begin."""
    clock.use(lambda: NOON)
    page = drawn(*PAGES["seven_leads"])
    assert buttons(page) == 7 + len(actions(SELLER, CAPABILITIES))
    for name, (who, facts) in PAGES.items():
        for block in drawn(who, facts).blocks[2:]:
            is_settings = '"people.open"' in str(block) or "standup.overview" in str(block)
            assert len(block.get("elements", ())) <= 3 or is_settings, (name, block)


def test_a_manager_reads_of_each_lead_once() -> None:
    clock.use(lambda: NOON)
    page = drawn(*PAGES["manager"])
    rows = [block["accessory"] for block in page.blocks if "accessory" in block]
    ids = [row["value"] for row in rows if row["action_id"] == "lead.reassign"]
    assert len(ids) == len(set(ids)) == 8


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
    webhooks = {each.name: health(each, waiting) for waiting, each in enumerate(endpoints)}
    shown = {
        "some": messages.sources(heard, webhooks).to_dict(),
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
                   NextRun(NOON, "Sales standup", "everyone's local time")],
    )  # fmt: skip
    golden("status", messages.status(condition))
    assert "Nothing is scheduled" in messages.status(replace(condition, next_runs=[]))
    assert "and 3 more" in messages.status(replace(condition, next_runs=[*condition.next_runs] * 9))
