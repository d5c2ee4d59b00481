"""A campaign's report: what came of it, beside its targets and its kind, as far as one may see."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import update

from bot import clock
from bot.campaigns.models import Campaign, Stage
from bot.errors import NotAllowed, NotFound
from bot.metrics import Attribution, Figures
from bot.money import Money
from bot.people.models import Person, Role
from bot.planning import budget
from bot.reports import campaign_report, handlers, messages
from bot.reports.campaign_report import CampaignReport, Line, Reason
from bot.slack import Message
from bot.spend.models import Margin, SpendEntry
from bot.store import Store
from playground.limits import check_message
from tests.digests.office import MONDAY, NOW, Office, open_office
from tests.golden_files import Golden

FIRST, LAST = Attribution.FIRST_TOUCH, Attribution.LAST_TOUCH


@pytest.fixture
def office(store: Store) -> Office:
    clock.use(lambda: NOW)
    return open_office(store)


def campaigns(office: Office, *names: str, kind: str = "email", **columns: Any) -> list[int]:
    """Announced campaigns of one kind."""
    with office.store.transaction() as session:
        ids = office.campaigns(session, *names)
        values = {"kind": kind, "stage": Stage.LIVE, **columns}
        session.execute(update(Campaign).where(Campaign.id.in_(ids)).values(**values))
    return ids


def leads(office: Office, *rows: dict[str, Any]) -> None:
    keys = {key for row in rows for key in row}
    with office.store.transaction() as session:
        office.leads(session, [{key: row.get(key) for key in keys} | {"status": "new"} | row
                               for row in rows])  # fmt: skip


def spend(office: Office, campaign_id: int, minor: int, currency: str = "EUR") -> None:
    with office.store.transaction() as session:
        session.add(
            SpendEntry(workspace_id=office.workspace.id, campaign_id=campaign_id,
                       day=date(2026, 11, 16), line="Ads", minor=minor, currency=currency, note="",
                       entered_at=NOW, source="typed")
        )  # fmt: skip


def margin(office: Office, percent: int) -> None:
    with office.store.transaction() as session:
        session.add(Margin(workspace_id=office.workspace.id, percent=Decimal(percent), set_at=NOW))


def report(
    office: Office, campaign_id: int, who: Person | None = None, by: Attribution = FIRST
) -> CampaignReport:
    with office.store.transaction() as session:
        return campaign_report.report(session, who or office.manager, campaign_id, by)


def marketer(office: Office) -> Person:
    with office.store.transaction() as session:
        person = Person(workspace_id=office.workspace.id, slack_id="U9", name="Mo",
                        roles=[Role.MARKETER])  # fmt: skip
        session.add(person)
    return person


def busy(office: Office) -> int:
    """A campaign with all that a report can tell, and two others of its kind."""
    spring, autumn, winter = campaigns(office, "Spring trial", "Autumn trial", "Winter trial")
    with office.store.transaction() as session:
        planned = {"expected_leads": 10, "expected_customers": 2, "budget_minor": 50_000,
                   "target_cost_per_lead_minor": 4_000}  # fmt: skip
        session.execute(update(Campaign).where(Campaign.id == spring).values(**planned))
    came = MONDAY + timedelta(hours=9)
    owned = {"claimed_at": came + timedelta(minutes=4), "claim_worked": 240,
             "claim_due_at": came + timedelta(minutes=5),
             "first_response_at": came + timedelta(minutes=9), "response_worked": 540,
             "response_due_at": came + timedelta(minutes=5)}  # fmt: skip
    leads(
        office,
        {"campaign_id": spring, **owned, "status": "won", "won_minor": 120_000,
         "won_currency": "EUR", "rating": "great", "qualified_at": came},
        {"campaign_id": spring, **owned, "status": "lost", "disposition": "no_budget",
         "rating": "weak", "rating_reason": "Too <small>"},
        {"campaign_id": spring, **owned, "rating": "junk", "rating_reason": "too <SMALL> "},
        {"campaign_id": spring},
        {"campaign_id": autumn, **owned},
        {"campaign_id": autumn},
        {"campaign_id": winter, **owned},
    )  # fmt: skip
    for campaign_id, minor in ((spring, 20_000), (autumn, 3_000), (winter, 4_000)):
        spend(office, campaign_id, minor)
    plan(office, spring, "ads 300", "Landing page 150", "Print 50")
    return spring


def plan(office: Office, campaign_id: int, *lines: str) -> None:
    """A budget by line, as somebody typed it."""
    with office.store.transaction() as session:
        campaign = session.get_one(Campaign, campaign_id)
        parsed = budget.parse_lines("\n".join(lines), campaign.currency)
        budget.replace_lines(session, campaign, parsed)
        campaign.budget_minor = sum(amount.minor for _, amount in parsed)


def cells(message: Message) -> dict[str, list[str]]:
    """The rows of the table, by their figure."""
    [table] = [block for block in message.blocks if block["type"] == "table"]
    rows = [[cell["text"] for cell in row] for row in table["rows"]]
    return {row[0]: row[1:] for row in rows}


def test_it_tells_all_beside_targets_and_kind(office: Office, golden: Golden) -> None:
    spring = busy(office)
    margin(office, 50)
    found = report(office, spring)
    rows = cells(messages.report(found))
    assert found.peers == 2
    assert rows["Leads received"] == ["4", "10", "2"]
    assert rows["Cost per lead"] == ["50 EUR", "40 EUR", "27.50 EUR"]
    assert rows["Win rate"][0] == "1 of 2"
    assert rows["ROMI"][0] == "200%"
    assert rows["Campaign profit"][0] == "400 EUR"
    assert [(each.words, each.count) for each in found.reasons] == [
        ("“too <small>”", 2),
        ("No budget", 1),
    ]
    found.campaign.id = 1
    golden("campaign_busy", messages.report(found))


def test_money_is_hidden_from_salespeople_in_every_cell(office: Office, golden: Golden) -> None:
    spring = busy(office)
    margin(office, 50)
    found = report(office, spring, office.seller)
    shown = messages.report(found)
    assert "EUR" not in str(shown.blocks) + shown.text
    assert "ROMI" not in str(shown.blocks) + shown.text
    assert "Spend" not in cells(shown)
    found.campaign.id = 1
    golden("campaign_for_sales", shown)
    assert "EUR" in str(messages.report(report(office, spring, marketer(office))).blocks)


def test_the_plan_by_line_is_held_against_what_was_spent(office: Office) -> None:
    [spring] = campaigns(office, "Spring")
    assert report(office, spring).lines == []
    plan(office, spring, "ADS 100", "Print 50", "Fair 20")
    spend(office, spring, 12_050)
    with office.store.transaction() as session:
        for line, minor in (("Fair", 0), ("Gifts <b>", 700)):
            session.add(
                SpendEntry(workspace_id=office.workspace.id, campaign_id=spring, line=line,
                           day=date(2026, 11, 16), minor=minor, currency="EUR", note="",
                           entered_at=NOW, source="typed")
            )  # fmt: skip
    found = report(office, spring)
    sentences = [messages._line(line) for line in found.lines]
    assert sentences == [
        "120.50 EUR of 100 EUR, 20.50 EUR over", "no spend entered of 50 EUR",
        "0 EUR of 20 EUR, 20 EUR left", "7 EUR spent, nothing planned",
    ]  # fmt: skip
    assert [line.name for line in found.lines] == ["ADS", "Print", "Fair", "Gifts <b>"]
    dollars = Line("Ads", Money(100, "USD"), Money(100, "EUR"))
    assert messages._line(dollars) == "1 EUR spent; the plan of 1 USD is in another currency"
    assert report(office, spring, office.seller).lines == []


def test_one_without_a_role_or_of_elsewhere_reads_none(office: Office) -> None:
    [spring] = campaigns(office, "Spring")
    with pytest.raises(NotAllowed):
        report(office, spring, office.stranger)
    elsewhere = open_office(office.store, team_id="T2")
    with pytest.raises(NotFound):
        report(office, spring, elsewhere.manager)


def test_last_touch_is_another_rule_and_named(office: Office) -> None:
    spring, autumn = campaigns(office, "Spring", "Autumn")
    leads(office, {"campaign_id": spring, "last_campaign_id": autumn})
    assert report(office, spring).figures.count("received") == 1
    assert report(office, spring, by=LAST).figures.count("received") == 0
    shown = messages.report(report(office, autumn, by=LAST))
    assert "Attributed by last touch" in str(shown.blocks)
    assert messages.BY_FIRST in str(shown.blocks)
    assert "Attributed by first touch" in str(messages.report(report(office, spring)).blocks)


def test_without_leads_it_says_how_they_come(office: Office, golden: Golden) -> None:
    [spring] = campaigns(office, "Spring", utm_campaign="spring")
    found = report(office, spring)
    found.campaign.id = 1
    golden("campaign_no_leads", messages.report(found))


def test_what_is_missing_is_said_once_with_what_to_do(office: Office, golden: Golden) -> None:
    [spring] = campaigns(office, "Spring")
    leads(office, {"campaign_id": spring})
    spend(office, spring, 1_000)
    spend(office, spring, 1_000, "USD")
    found = report(office, spring)
    found.campaign.id = 1
    shown = messages.report(found)
    assert cells(shown)["Spend"][0] == "10 EUR, 10 USD"
    golden("campaign_little", shown)


def test_the_median_is_over_those_that_have_a_value_in_one_currency() -> None:
    peers = [
        Figures({"received": 1, "win_rate": Decimal("10.0"), "cpl": {"EUR": 100}}),
        Figures({"received": 2, "win_rate": None, "cpl": {"EUR": 201}}),
        Figures({"received": 6, "win_rate": Decimal("20.1"), "cpl": {"USD": 9}}),
        Figures({"received": 6, "win_rate": None, "cpl": None}),
    ]
    found = campaign_report.typical(peers, "EUR")
    assert found["received"] == 4
    assert found["win_rate"] == Decimal("15.1")  # of 15.05, halves away from zero
    assert found["cpl"] == {"EUR": 151}
    assert found["romi"] is None


def test_only_announced_campaigns_of_its_kind_with_leads_are_compared(office: Office) -> None:
    spring, peer, idle = campaigns(office, "Spring", "Peer", "Idle")
    [fair] = campaigns(office, "Fair", kind="event")
    [gone] = campaigns(office, "Gone", stage=Stage.CANCELLED)
    leads(office, *({"campaign_id": each} for each in (spring, peer, fair, gone)))
    assert report(office, spring).peers == 1
    assert idle


@pytest.mark.parametrize(
    ("words", "names", "by"),
    [
        ("Spring", ["Spring"], FIRST),
        ("spring last", ["Spring"], LAST),
        ("spring first", ["Spring"], FIRST),
        ("the very last", ["The very last"], FIRST),
        ("the very last last", ["The very last"], LAST),
        ("spr", ["Spring sale", "Spring"], FIRST),
        ("last", ["The very last"], FIRST),
        ("nothing", [], FIRST),
    ],
)
def test_the_words_behind_the_command(
    office: Office, words: str, names: list[str], by: Attribution
) -> None:
    campaigns(office, "Spring", "Spring sale", "The very last")
    with office.store.transaction() as session:
        found, _, attribution = handlers._meant(session, office.workspace.id, words)
    assert ([each.name for each in found], attribution) == (names, by)


def test_a_hostile_campaign_stays_within_slacks_limits(office: Office) -> None:
    hostile = "<!channel> *x* & \u202e" * 20
    [spring] = campaigns(office, "x", name=hostile[:300])
    found = report(office, spring)
    full = CampaignReport(
        campaign=found.campaign,
        figures=Figures(
            {**found.figures.values, "received": 10**6, "rated": 9,
             "won_amount": {f"{chr(65 + each)}AA": 10**12 for each in range(26)}},
            dict.fromkeys(campaign_report.ROWS, hostile * 20),
        ),
        typical=found.typical, peers=30,
        lines=[Line(hostile[:80], Money(9 * 10**14, "EUR"), Money(10**15, "EUR"))] * 60,
        reasons=[Reason(hostile * 10, 9)] * 5, targets={}, shows_money=True,
        today=date(2026, 11, 25), as_of=datetime(2026, 11, 25, tzinfo=UTC),
    )  # fmt: skip
    assert check_message(messages.report(full).blocks) == []
