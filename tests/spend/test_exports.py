"""Exports of ad platforms: recognised by their columns, read without trust."""

from contextlib import suppress
from datetime import date
from io import BytesIO

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.sheet import read_sheet
from bot.spend import exports
from bot.spend.exports import BadRow, ColumnMissing, Platform, Spent, TwoColumns

GOOGLE = (
    b'Campaign report\n"November 1, 2026 - November 2, 2026"\n'
    b"Day,Campaign,Currency code,Cost,Clicks\n"
    b'2026-11-01,Spring,EUR,"1,200.50",40\n'
    b"2026-11-02,Spring,EUR,80.00,4\n"
    b"Total: Campaigns,,EUR,1280.50,44\n"
)
META = (
    b"Campaign name,Amount spent (EUR),Reporting starts,Reporting ends,Impressions\n"
    b"Spring,30.00,2026-11-01,2026-11-03,900\n"
)
LINKEDIN = (
    "Campaign Performance Report\nReport start: 11/1/2026\n\n"
    "Start Date (in UTC)\tAccount Name\tCurrency\tCampaign Name\tTotal Spent\n"
    "11/2/2026\tAcme\tEUR\tSpring\t42.10\n"
).encode("utf-16")


def read(body: bytes) -> tuple[Platform | None, list[Spent]]:
    sheet = read_sheet(BytesIO(body), exports.is_known)
    platform = exports.recognise(sheet.header)
    meanings = exports.guess(sheet.header, platform or Platform.OTHER)
    exports.check(sheet.header, meanings, one_campaign=False)
    rows = [cells for cells in sheet.rows if not exports.is_total(cells)]
    return platform, [exports.read_row(meanings, row, platform or Platform.OTHER) for row in rows]


def test_google_ads_is_recognised_below_its_title_and_without_its_total() -> None:
    platform, rows = read(GOOGLE)
    assert platform is Platform.GOOGLE_ADS
    assert [(each.first.day, each.campaign, each.line, each.amount) for each in rows] == [
        (1, "Spring", "Google Ads", "1,200.50"),
        (2, "Spring", "Google Ads", "80.00"),
    ]


def test_meta_names_its_currency_in_the_column_and_covers_a_period() -> None:
    platform, [row] = read(META)
    assert platform is Platform.META
    assert (row.first, row.last) == (date(2026, 11, 1), date(2026, 11, 3))
    header = META.decode().split("\n")[0].split(",")
    assert exports.currency_of(header, exports.guess(header, Platform.META)) == "EUR"


def test_linkedin_writes_the_month_first() -> None:
    platform, [row] = read(LINKEDIN)
    assert platform is Platform.LINKEDIN
    assert (row.first, row.amount, row.currency) == (date(2026, 11, 2), "42.10", "EUR")


def test_a_list_of_people_is_no_export() -> None:
    assert exports.recognise(["First Name", "Email", "Campaign", "Date"]) is None


def test_any_other_file_needs_a_campaign_a_day_and_an_amount() -> None:
    header = ["Date", "Spend", "Where"]
    meanings = exports.guess(header, Platform.OTHER)
    with pytest.raises(ColumnMissing, match="campaign"):
        exports.check(header, meanings, one_campaign=False)
    exports.check(header, meanings, one_campaign=True)
    with pytest.raises(TwoColumns, match="Date"):
        exports.check(header, ["day", "amount", "month_first"], one_campaign=True)


@pytest.mark.parametrize(
    ("meaning", "text", "day"),
    [
        ("day", "2026-11-05", date(2026, 11, 5)),
        ("day", "5.11.2026", date(2026, 11, 5)),
        ("day", "25/11/2026", date(2026, 11, 25)),
        ("day", "11/25/2026", date(2026, 11, 25)),
        ("day", "5/5/2026", date(2026, 5, 5)),
        ("month_first", "11/05/2026", date(2026, 11, 5)),
    ],
)
def test_days_as_programs_write_them(meaning: str, text: str, day: date) -> None:
    assert exports.read_row([meaning], [text], Platform.OTHER).first == day


@pytest.mark.parametrize("text", ["", "--", "05/11/2026", "2026-02-30", "31.02.2026", "yesterday"])
def test_what_is_no_day_or_two_is_refused(text: str) -> None:
    with pytest.raises(BadRow, match="day"):
        exports.read_row(["day"], [text], Platform.OTHER)


@given(
    st.lists(st.sampled_from([*exports.MEANINGS]), min_size=1, max_size=6).flatmap(
        lambda meanings: st.tuples(
            st.just(meanings),
            st.lists(st.text(max_size=20), min_size=len(meanings), max_size=len(meanings)),
        )
    )
)
def test_any_row_is_read_or_refused(row: tuple[list[str], list[str]]) -> None:
    with suppress(BadRow):
        assert exports.read_row(*row, Platform.OTHER).line


def test_an_amount_that_is_none_is_refused() -> None:
    for text in ("-5.00", "1.2345", "free", ""):
        with pytest.raises(BadRow, match="not an amount"):
            exports.amount(text, "EUR")
