"""Imports of spend: looked at, mapped, taken in once, restated days corrected."""

from datetime import date
from io import BytesIO
from typing import Any

import pytest
from sqlalchemy import select

from bot.campaigns import changing
from bot.campaigns.models import Campaign
from bot.errors import NotFound
from bot.money import Money
from bot.sheet import read_sheet
from bot.spend import entering, exports, importing
from bot.spend.exports import ColumnMissing, PlatformMissing
from bot.spend.importing import MOST_ROWS, NotInPreview, TooManyRows
from bot.spend.models import ImportState, SpendEntry, SpendImport, stands
from tests.campaigns.scene import Company

GOOGLE = (
    "Day,Campaign,Currency code,Cost\n"
    "2026-06-01,Summer trial,EUR,100.00\n"
    "2026-06-01,summer-trial-2026,EUR,20.00\n"
    "2026-06-02,Summer  Trial,EUR,50.00\n"
)


@pytest.fixture
def campaign(company: Company) -> Campaign:
    return company.announce()


def stage(company: Company, text: str = GOOGLE) -> SpendImport:
    sheet = read_sheet(BytesIO(text.encode()), exports.is_known)
    with company.store.transaction() as session:
        return importing.stage(
            session, company.mara, company.workspace.id, "june", sheet.header, sheet.rows
        )


def take(company: Company, staged: SpendImport) -> dict[str, Any]:
    with company.store.transaction() as session:
        found = importing.in_preview(session, company.mara, staged.id)
        importing.book(session, found)
        return found.outcome


def test_rows_of_a_campaign_that_was_cancelled_meanwhile_are_refused(company: Company) -> None:
    campaign = company.announce(starts_on=date(2026, 6, 20), ends_on=None)
    staged = stage(company, "Day,Campaign,Currency code,Cost\n2026-06-01,Foo,EUR,100.00\n")
    with company.store.transaction() as session:
        found = importing.in_preview(session, company.mara, staged.id)
        importing.change(session, found, found.meanings, None, {"Foo": campaign.id})
        changing.cancel(session, company.mara, campaign.id)
    assert "No campaign is called “Foo”" in str(take(company, staged))
    assert amounts(company) == []


def amounts(company: Company) -> list[tuple[int, str, int]]:
    with company.store.transaction() as session:
        rows = session.scalars(
            select(SpendEntry).where(stands()).order_by(SpendEntry.day, SpendEntry.line)
        )
        return [(each.day.day, each.line, each.minor) for each in rows]


def test_rows_of_a_day_are_added_up_and_found_by_name_or_code(
    company: Company, campaign: Campaign
) -> None:
    staged = stage(company)
    assert (staged.outcome["new"], staged.outcome["refused"]) == (2, 0)
    assert staged.outcome["amounts"] == {"EUR": 17_000}
    assert amounts(company) == []
    take(company, staged)
    assert amounts(company) == [(1, "Google Ads", 12_000), (2, "Google Ads", 5_000)]
    assert [card.target for card in company.cards(importing.CARD)] == ["UMARA"]


def test_a_second_import_adds_nothing(company: Company, campaign: Campaign) -> None:
    take(company, stage(company))
    outcome = take(company, stage(company))
    assert (outcome["new"], outcome["restated"], outcome["known"]) == (0, 0, 2)
    assert company.count(SpendEntry) == 2


def test_a_restated_day_is_corrected_and_one_corrected_by_hand_is_left(
    company: Company, campaign: Campaign
) -> None:
    take(company, stage(company))
    with company.store.transaction() as session:
        second = session.scalars(select(SpendEntry).where(SpendEntry.minor == 5_000)).one()
        entering.correct(session, company.mara, second.id, Money(4_000, "EUR"), "credit", "t")
    restated = stage(company, GOOGLE.replace("100.00", "101.00").replace("50.00", "60.00"))
    outcome = take(company, restated)
    assert (outcome["new"], outcome["restated"], outcome["known"]) == (0, 1, 1)
    assert amounts(company) == [(1, "Google Ads", 12_100), (2, "Google Ads", 4_000)]
    assert take(company, stage(company))["restated"] == 1  # it is stated back, and corrected back
    assert amounts(company)[0] == (1, "Google Ads", 12_000)


def test_what_cannot_be_taken_comes_back_with_its_reason(
    company: Company, campaign: Campaign
) -> None:
    mixed = (
        "Day,Campaign,Currency code,Cost\n"
        "2026-06-01,Summer trial,USD,1.00\n"
        "2026-06-01,Unknown,EUR,1.00\n"
        "someday,Summer trial,EUR,1.00\n"
        "2026-06-01,Summer trial,EUR,1.00%\n"
        "2026-06-03,Summer trial,EUR,7.00\n"
        "Total,,,7.00\n"
    )
    staged = stage(company, mixed)
    assert staged.outcome["unknown"] == ["Unknown"]
    assert take(company, staged)["refused"] == 4
    assert amounts(company) == [(3, "Google Ads", 700)]
    with company.store.transaction() as session:
        rows = session.get_one(SpendImport, staged.id).rows
    reasons = [why for _, why in rows]
    assert "EUR and USD cannot be added up" in reasons[0]
    assert "“Unknown”" in reasons[1]
    assert "isn't a day" in reasons[2]
    assert "not an amount" in reasons[3]
    assert company.jobs(importing.RETURN) == 1


def test_another_file_is_mapped_by_hand(company: Company, campaign: Campaign) -> None:
    text = "When,What,Paid\n5.6.2026,Flyers,120\n6.6.2026,Flyers,80\n"
    staged = stage(company, text)
    assert not staged.is_readable
    with company.store.transaction() as session:
        found = importing.in_preview(session, company.mara, staged.id)
        with pytest.raises(ColumnMissing, match="day"):
            importing.change(session, found, ["skip", "line", "amount"], campaign.id, {})
        with pytest.raises(PlatformMissing):
            importing.change(session, found, ["day", "line", "amount"], campaign.id, {})
        importing.change(session, found, ["day", "line", "amount"], campaign.id, {}, "Bills")
    take(company, staged)
    assert amounts(company) == [(5, "Flyers", 12_000), (6, "Flyers", 8_000)]


def test_a_name_of_the_platform_can_be_told(company: Company, campaign: Campaign) -> None:
    staged = stage(company, GOOGLE.replace("Summer trial", "AT_2026_trial"))
    assert staged.outcome["unknown"] == ["AT_2026_trial"]
    with company.store.transaction() as session:
        found = importing.in_preview(session, company.mara, staged.id)
        names = {"AT_2026_trial": campaign.id}
        importing.change(session, found, found.meanings, None, names)
        assert found.outcome["unknown"] == []


def test_a_period_is_spread_over_its_days(company: Company, campaign: Campaign) -> None:
    text = (
        "Campaign name,Amount spent (EUR),Reporting starts,Reporting ends\n"
        "Summer trial,10.00,2026-06-01,2026-06-03\n"
    )
    take(company, stage(company, text))
    assert [minor for _, _, minor in amounts(company)] == [334, 333, 333]


def test_an_import_is_its_owners_and_is_decided_once(company: Company, campaign: Campaign) -> None:
    staged = stage(company)
    other = company.someone("UMAX", *company.mara.roles)  # type: ignore[arg-type]
    with company.store.transaction() as session, pytest.raises(NotFound):
        importing.in_preview(session, other, staged.id)
    with company.store.transaction() as session:
        importing.cancel(session, importing.in_preview(session, company.mara, staged.id))
    with company.store.transaction() as session, pytest.raises(NotInPreview, match="cancelled"):
        importing.in_preview(session, company.mara, staged.id)
    with company.store.transaction() as session:
        kept = session.get_one(SpendImport, staged.id)
        assert (kept.state, kept.rows) == (ImportState.CANCELLED, [])


def test_a_file_that_is_too_long_says_so(company: Company) -> None:
    rows = [["2026-06-01", "Summer trial", "1.00"]] * (MOST_ROWS + 1)
    with company.store.transaction() as session, pytest.raises(TooManyRows):
        importing.stage(
            session, company.mara, company.workspace.id, "x", ["Day", "Campaign", "Cost"], rows
        )
