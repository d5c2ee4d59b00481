"""How spend looks: each message and modal as a person has read it, and within Slack's limits."""

from datetime import date
from decimal import Decimal
from io import BytesIO

import pytest

from bot.campaigns.models import Campaign
from bot.errors import FieldErrors
from bot.money import Money
from bot.sheet import read_sheet
from bot.spend import exports, importing, messages
from bot.spend.entering import Spending
from bot.spend.forms import CorrectSpend, EnterSpend, MapColumns, SetDepartmentCost, SetMargin
from bot.spend.models import BudgetWarning, Consumption, Entries, Margins, SpendEntry, SpendImport
from playground.limits import check_message, check_view
from tests.campaigns.scene import TODAY, Company
from tests.forms import sent
from tests.golden_files import Golden
from tests.moved_clock import NINE

HOSTILE = "<!channel> *bold* & <https://evil.example|click>" * 4
EXPORT = (
    "Day,Campaign,Currency code,Cost,Clicks\n"
    "2026-06-01,Summer trial,EUR,100.00,4\n"
    "2026-06-02,Summer trial,USD,50.00,2\n"
    "2026-06-02,AT_trial,EUR,50.00,2\n"
)
PLATFORMS = ["google_ads", "meta", "Reddit"]


@pytest.fixture
def campaign(company: Company) -> Campaign:
    return company.announce(budget=Money(200_000, "EUR"))


def entry(number: int, minor: int = 12_050, **more: object) -> SpendEntry:
    facts = {
        "id": number, "day": TODAY, "line": "Google Ads", "minor": minor, "currency": "EUR",
        "note": "", "entered_by": 1, "entered_at": NINE, "corrects_id": None, **more,
    }  # fmt: skip
    return SpendEntry(**facts)


def spent(campaign: Campaign, **lines: int) -> Consumption:
    return Consumption(campaign, {line: Money(minor, "EUR") for line, minor in lines.items()})


def staged(company: Company, text: str) -> SpendImport:
    sheet = read_sheet(BytesIO(text.encode()), exports.is_known)
    with company.store.transaction() as session:
        found = importing.stage(
            session, company.mara, company.workspace.id, "june", sheet.header, sheet.rows
        )
    found.id = 7
    return found


def test_the_form(golden: Golden, campaign: Campaign) -> None:
    campaign.id = 1
    golden("form", EnterSpend.of("token", TODAY, "EUR", [campaign], chosen=True))


def test_the_list_shows_what_was_corrected_and_by_what(golden: Golden, campaign: Campaign) -> None:
    campaign.id = 1
    entries = [entry(1), entry(2, 11_000, corrects_id=1, note="A credit <b>came</b>"), entry(3)]
    shown = Entries(
        spent(campaign, **{"Google Ads": 23_050}), entries, {1: entries[1]}, page=0, total=3
    )
    golden("list", messages.entries(shown, {1: "Mara"}))


def test_an_empty_list_says_what_to_do(golden: Golden, campaign: Campaign) -> None:
    campaign.id = 1
    golden("list_empty", messages.entries(Entries(spent(campaign), [], {}, 0, 0), {}))


def test_a_long_list_comes_in_pages_within_slacks_limits(campaign: Campaign) -> None:
    entries = [entry(each, note=HOSTILE, line=HOSTILE[:80]) for each in range(15)]
    lines = {f"{HOSTILE[:70]} {number}": 10 for number in range(40)}
    shown = Entries(spent(campaign, **lines), entries, {}, page=1, total=500)
    modal = messages.entries(shown, {}).to_dict()
    assert check_view(modal, "modal") == []
    assert "Page 2 of 34" in str(modal)
    assert "<!channel>" not in str(modal)


def test_a_correction(golden: Golden, campaign: Campaign) -> None:
    golden("correction", CorrectSpend.of("token", entry(3), campaign))


@pytest.mark.parametrize(("percent", "minor"), [(80, 165_000), (100, 212_000)])
def test_warnings(golden: Golden, campaign: Campaign, percent: int, minor: int) -> None:
    crossed = BudgetWarning(percent=percent)
    of = spent(campaign, **{"Google Ads": minor - 5_000, "Flyers": 5_000})
    golden(f"warning_{percent}", messages.warning(crossed, of))


def test_the_overview(golden: Golden, campaign: Campaign) -> None:
    campaign.id = 1
    other = Campaign(id=2, name="Fair", currency="EUR", budget_minor=None)
    golden("overview", messages.overview([spent(campaign, Ads=50_000), spent(other)]))
    many = [spent(Campaign(id=each, name=HOSTILE, currency="EUR")) for each in range(100)]
    assert check_message(messages.overview(many).blocks) == []


def test_the_margin(golden: Golden, campaign: Campaign) -> None:
    campaign.id = 1
    now = Margins(Decimal("40.00"), {1: Decimal("12.50")})
    golden("margin", SetMargin.of(now, [campaign], chosen=False))


def test_the_costs(golden: Golden) -> None:
    golden("costs", SetDepartmentCost.of(date(2026, 1, 15), "EUR"))


def test_a_margin_is_read_in_hundredths_of_a_percent(campaign: Campaign) -> None:
    campaign.id = 1
    shown = SetMargin.of(Margins(None, {}), [campaign], chosen=True)
    form = SetMargin.read(sent(shown, percent="12.345"))
    assert (form.campaign, form.percent) == (1, Decimal("12.34"))
    form = SetMargin.read(sent(shown, campaign="0"))
    assert (form.campaign, form.percent) == (None, None)
    with pytest.raises(FieldErrors, match="Write a number from 0 to 100"):
        SetMargin.read(sent(shown, percent="101"))


def test_an_amount_is_in_the_campaigns_currency_unless_it_names_another(campaign: Campaign) -> None:
    campaign.id = 1
    shown = EnterSpend.of("token", TODAY, "EUR", [campaign], chosen=True)

    def spending(amount: str, currency: str) -> Spending:
        typed = {"line": "  Google   Ads ", "amount": amount}
        return EnterSpend.read(sent(shown, **typed)).spending(currency)

    assert spending("12", "JPY") == Spending(TODAY, TODAY, "Google Ads", Money(12, "JPY"))
    assert spending("12 USD", "EUR").amount == Money(1_200, "USD")
    with pytest.raises(FieldErrors) as error:
        spending("a lot", "EUR")
    assert set(error.value.errors) == {"amount"}


def test_columns_campaigns_and_the_platform_are_read_by_their_places(
    company: Company, campaign: Campaign
) -> None:
    found = staged(company, EXPORT)
    shown = MapColumns.of(found, [campaign], PLATFORMS)
    typed = {"columns:4": "line", "names:0": str(campaign.id)}
    form = MapColumns.read(sent(shown, **typed))
    assert form.meanings(found) == [*found.meanings[:4], "line"]
    assert form.by_name(found) == {"AT_trial": campaign.id}
    assert (form.platform, form.campaign) == ("google_ads", None)


def test_an_import_before_and_after(golden: Golden, company: Company, campaign: Campaign) -> None:
    found = staged(company, EXPORT)
    golden("import_preview", messages.imported(found, None))
    golden("import_columns", MapColumns.of(found, [Campaign(id=1, name="Summer trial")], PLATFORMS))
    found.state = "done"
    golden("import_done", messages.imported(found, None))


def test_a_file_that_nobody_knows_asks_for_its_columns(golden: Golden, company: Company) -> None:
    golden("import_unknown", messages.imported(staged(company, "When,Paid\n1.6.2026,3\n"), None))


def test_a_hostile_file_stays_within_slacks_limits(company: Company) -> None:
    header = ",".join(["Day", "Campaign", "Cost", *[f"{HOSTILE} {each}" for each in range(120)]])
    rows = "".join(f"2026-06-01,{HOSTILE} {each},1,{HOSTILE}\n" for each in range(300))
    found = staged(company, f"{header}\n{rows}")
    assert check_message(messages.imported(found, None).blocks) == []
    campaigns = [Campaign(id=each, name=HOSTILE) for each in range(1, 120)]
    modal = MapColumns.of(found, campaigns, [f"{HOSTILE[:50]} {each}" for each in range(35)])
    assert check_view(modal.to_dict(), "modal") == []
