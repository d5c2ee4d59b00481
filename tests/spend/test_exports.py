"""Exports of ad platforms: recognised by their columns, read without trust."""

from datetime import date
from decimal import Decimal
from io import BytesIO

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.sheet import read_sheet
from bot.spend import exports
from bot.spend.days import Period
from bot.spend.exports import ColumnMissing, Platform, TwoColumns
from bot.spend.rows import Row, read_rows

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


def read(body: bytes) -> tuple[Platform | None, list[Row]]:
    sheet = read_sheet(BytesIO(body), exports.is_known)
    platform = exports.recognise(sheet.header)
    meanings = exports.guess(sheet.header, platform)
    exports.check(sheet.header, meanings, one_campaign=False)
    table = read_rows(meanings, sheet.rows, lambda _name: False)
    assert [row.problem for row in table.rows if row.problem] == []
    return platform, table.rows


def day_of(row: Row) -> date:
    assert row.period is not None
    assert row.period.first == row.period.last
    return row.period.first


def test_google_ads_is_recognised_below_its_title_and_without_its_total() -> None:
    platform, rows = read(GOOGLE)
    assert platform is Platform.GOOGLE_ADS
    assert [(day_of(each).day, each.campaign, each.amount) for each in rows] == [
        (1, "Spring", Decimal("1200.50")),
        (2, "Spring", Decimal("80.00")),
    ]


def test_meta_names_its_currency_in_the_column_and_covers_a_period() -> None:
    platform, [row] = read(META)
    assert platform is Platform.META
    assert row.period == Period(date(2026, 11, 1), date(2026, 11, 3))
    header = META.decode().split("\n")[0].split(",")
    assert exports.currency_of(header, exports.guess(header, Platform.META)) == "EUR"


def test_linkedin_writes_the_month_first() -> None:
    platform, [row] = read(LINKEDIN)
    assert platform is Platform.LINKEDIN
    assert (day_of(row), row.amount) == (date(2026, 11, 2), Decimal("42.10"))
    assert row.currencies == ("EUR",)


def test_a_list_of_people_is_no_export() -> None:
    assert exports.recognise(["First Name", "Email", "Campaign", "Date"]) is None


def test_any_other_file_needs_a_campaign_a_day_and_an_amount() -> None:
    header = ["Date", "Spend", "Where"]
    meanings = exports.guess(header, None)
    with pytest.raises(ColumnMissing, match="campaign"):
        exports.check(header, meanings, one_campaign=False)
    exports.check(header, meanings, one_campaign=True)
    with pytest.raises(TwoColumns, match="Date"):
        exports.check(header, ["day", "amount", "month_first"], one_campaign=True)


@pytest.mark.parametrize(
    "header",
    [
        "Tag,Kampagne,Währungscode,Kosten",
        "Día,Campaña,Código de moneda,Coste",
        "Jour,Campagne,Code de devise,Coût",
        "Giorno,Campagna,Codice valuta,Costo",
        "Dia,Campanha,Código da moeda,Custo",
        "Dag,Campagne,Valutacode,Kosten",
        "Dzień,Kampania,Kod waluty,Koszt",
        "День,Кампания,Код валюты,Стоимость",
        "Monat,Kampagne,Kosten (EUR)",
    ],
)
def test_google_ads_is_recognised_in_the_accounts_language(header: str) -> None:
    assert exports.recognise(header.split(",")) is Platform.GOOGLE_ADS


@pytest.mark.parametrize(
    "header",
    [
        "Berichtsstart,Berichtsende,Kampagnenname,Ausgegebener Betrag (EUR)",
        "Début des rapports,Fin des rapports,Nom de la campagne,Montant dépensé (EUR)",
        "Nombre de la campaña,Día,Importe gastado (EUR)",
        "Nazwa kampanii,Dzień,Wydana kwota (PLN)",
    ],
)
def test_meta_is_recognised_in_the_accounts_language(header: str) -> None:
    names = header.split(",")
    assert exports.recognise(names) is Platform.META
    assert exports.currency_of(names, exports.guess(names, Platform.META)) in ("EUR", "PLN")


def test_a_day_of_its_own_hides_the_days_of_the_report() -> None:
    header = ["Reporting starts", "Reporting ends", "Campaign name", "Day", "Amount spent (EUR)"]
    assert exports.guess(header, Platform.META) == ["skip", "skip", "campaign", "day", "amount"]


@pytest.mark.parametrize(
    ("name", "currency"),
    [
        ("Cost (€)", "€"),
        ("Cost EUR", "EUR"),
        ("spend_usd", "USD"),
        ("Betrag in CHF", "CHF"),
        ("Cost (all)", None),
        ("Cost", None),
    ],
)
def test_a_column_names_its_currency(name: str, currency: str | None) -> None:
    assert exports.currency_of([name], ["amount"]) == currency


@pytest.mark.parametrize(
    ("words", "platform"),
    [
        ("tiktok ads", "tiktok"),
        ("Google", "google_ads"),
        ("meta", "meta"),
        ("reddit", "Reddit"),
        ("typed", "Typed"),
        ("other", "csv"),
        (" ", ""),
    ],
)
def test_a_platform_is_the_same_however_it_is_written(words: str, platform: str) -> None:
    assert exports.platform_named(words) == platform
    assert exports.key_of(exports.platform_named("reddit ads")) == exports.key_of("Reddit")


@given(
    st.lists(st.sampled_from([*exports.MEANINGS]), min_size=1, max_size=6).flatmap(
        lambda meanings: st.tuples(
            st.just(meanings),
            st.lists(
                st.lists(st.text(max_size=20), min_size=len(meanings), max_size=len(meanings)),
                max_size=4,
            ),
        )
    )
)
def test_any_row_is_read_refused_or_left_out(export: tuple[list[str], list[list[str]]]) -> None:
    meanings, rows = export
    table = read_rows(meanings, rows, lambda _name: False)
    assert len(table.rows) + len(table.sums) + table.empty == len(rows)
