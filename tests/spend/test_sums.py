"""No sum differs from the file's without a word, whatever the ad platform writes.

The exports here are built as platforms and their users build them: in the account's language, with
its notation, below titles, with sums above or below, in several encodings.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from io import BytesIO
from itertools import pairwise, product
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from bot.campaigns.models import Campaign
from bot.people.models import Workspace
from bot.sheet import read_sheet
from bot.spend import exports, importing
from bot.spend.comparing import ONLY_A_PART
from bot.spend.models import SpendEntry, SpendImport, stands
from bot.spend.rows import NO_CAMPAIGN, TWO_AMOUNTS, TWO_DAYS
from tests.campaigns.scene import Company


@pytest.fixture
def campaign(company: Company) -> Campaign:
    company.announce("total", name="Total Rewards Week", utm_campaign="rewards")
    return company.announce("autumn", name="Autumn", utm_campaign="autumn")


@dataclass(frozen=True)
class Brought:
    """What came of an export."""

    amounts: list[tuple[str, int, int]]
    """Campaign, day of the month, and cents, of what was entered."""
    outcome: dict[str, Any]
    refused: list[tuple[list[str], str]]

    @property
    def total(self) -> Decimal | int:
        return Decimal(sum(minor for _, _, minor in self.amounts)) / 100

    @property
    def reasons(self) -> list[str]:
        return [why for _, why in self.refused]


def bring(
    company: Company, text: str | bytes, *, platform: str = "", one: int | None = None,
    **means: str,
) -> Brought:  # fmt: skip
    """Import an export, after what was told of its platform, its campaign and its columns."""
    body = text.encode() if isinstance(text, str) else text
    sheet = read_sheet(BytesIO(body), exports.is_known)
    with company.store.transaction() as session:
        undo = session.begin_nested()
        staged = importing.stage(
            session, company.mara, company.workspace.id, "export", sheet.header, sheet.rows
        )
        if platform or one or means:
            columns = zip(staged.header, staged.meanings, strict=True)
            meanings = [means.get(name, meaning) for name, meaning in columns]
            importing.change(session, staged, meanings, one, {}, platform)
        importing.book(session, staged)
        entries = session.execute(
            select(Campaign.name, SpendEntry.day, SpendEntry.minor)
            .join(Campaign, Campaign.id == SpendEntry.campaign_id)
            .where(stands(), SpendEntry.note == "From export")
            .order_by(SpendEntry.day, Campaign.name)
        ).all()
        found = Brought(
            [(name, day.day, minor) for name, day, minor in entries],
            staged.outcome, [(cells, why) for cells, why in staged.rows],
        )  # fmt: skip
        undo.rollback()
    return found


def google(*rows: str) -> str:
    return "\n".join(["Day,Campaign,Currency code,Cost", *rows])


def test_a_campaign_called_total_is_a_campaign(company: Company, campaign: Campaign) -> None:
    text = (
        "Campaign name,Day,Amount spent (EUR)\n"
        "Total Rewards Week,2026-11-01,50.00\nAutumn,2026-11-01,10.00\n"
    )
    found = bring(company, text)
    assert found.amounts == [("Autumn", 1, 1000), ("Total Rewards Week", 1, 5000)]
    assert found.outcome["all_sums"] == 0


def test_a_campaign_of_ours_is_no_sum_whatever_it_is_called(
    company: Company, campaign: Campaign
) -> None:
    company.announce("t", name="Total", utm_campaign="total")
    for amount in ("10.00", "50.00"):
        rows = ["2026-11-01,Total,EUR,10.00", f"2026-11-01,Autumn,EUR,{amount}"]
        assert len(bring(company, google(*rows)).amounts) == 2


SUMS = [
    "Total: Account", "Total", "Grand total", "Gesamt: Konto", "Gesamtsumme", "Summe", "Totals",
    "Total : compte", "Totale: account", "Totaal: account", "Razem", "Suma", "Итого",
    "Всего: аккаунт", "Total: conta", "Overall total - 5 campaigns", "Total of 2 results",
]  # fmt: skip


def test_a_row_of_sums_is_left_out_and_said(company: Company, campaign: Campaign) -> None:
    days = ["2026-11-01,Autumn,EUR,10.00", "2026-11-02,Autumn,EUR,20.00"]
    for label, amount in product(SUMS, ("30.00", "99.00")):
        found = bring(company, google(*days, f"{label},,EUR,{amount}"), one=campaign.id)
        assert (found.total, found.refused) == (30, []), label
        assert found.outcome["sums"] == [[label, amount]]


def test_a_sum_without_a_campaign_is_left_out_where_it_is_the_sum(
    company: Company, campaign: Campaign
) -> None:
    header = "Reporting starts,Reporting ends,Campaign name,Amount spent (EUR)\n"
    rows = (
        "2026-11-01,2026-11-01,Elsewhere,10.00\n2026-11-02,2026-11-02,Elsewhere,20.00\n"
        "2026-11-03,2026-11-03,Elsewhere,30.00\n"
    )
    found = bring(company, f"{header}2026-11-01,2026-11-03,,60.00\n{rows}", one=campaign.id)
    assert (found.total, found.outcome["sums"]) == (60, [["no campaign", "60.00"]])
    other = bring(company, f"{header}2026-11-01,2026-11-03,,75.00\n{rows}", one=campaign.id)
    assert (other.total, other.reasons) == (60, [NO_CAMPAIGN])


def test_a_sum_with_a_day_that_is_none_is_no_campaign_of_the_whole_file(
    company: Company, campaign: Campaign
) -> None:
    rows = ["2026-11-01,Elsewhere,EUR,10.00", "2026-11-01,Total: Account,EUR,99.00"]
    found = bring(company, google(*rows), one=campaign.id)
    assert found.total == 10
    assert "looks like a total" in found.reasons[0]


def test_a_campaigns_own_sum_over_its_days_is_left_out(
    company: Company, campaign: Campaign
) -> None:
    text = (
        "Reporting starts,Reporting ends,Campaign name,Amount spent (EUR)\n"
        "2026-11-01,2026-11-03,Autumn,60.00\n2026-11-01,2026-11-01,Autumn,25.00\n"
        "2026-11-03,2026-11-03,Autumn,35.00\n"
    )
    found = bring(company, text)
    assert (found.total, found.outcome["sums"]) == (60, [["Autumn", "60.00"]])
    undated = google(",Autumn,EUR,60.00", "2026-11-01,Autumn,EUR,25.00", "2026-11-03,Autumn,EUR,35")
    assert bring(company, undated).total == 60


def test_the_sum_of_a_breakdown_is_left_out(company: Company, campaign: Campaign) -> None:
    text = (
        "Campaign name,Day,Gender,Amount spent (EUR)\n"
        "Autumn,2026-11-01,,30.00\nAutumn,2026-11-01,female,10.00\nAutumn,2026-11-01,male,20.00\n"
    )
    found = bring(company, text)
    assert (found.total, found.outcome["sums"]) == (30, [["Autumn", "30.00"]])


def test_the_column_says_what_a_point_means(company: Company, campaign: Campaign) -> None:
    header = "date,campaign,cost\n"
    beside = "2026-11-01,Autumn,10.5\n2026-11-02,Autumn,12.25\n"
    text = f"{header}{beside}2026-11-03,Autumn,45.123\n2026-11-04,Autumn,33.4567\n"
    found = bring(company, text, platform="Reports")
    assert [minor for _, _, minor in found.amounts] == [1050, 1225, 4512, 3346]
    assert found.outcome["rounded"] == {"EUR": "0.03"}  # in cents
    assert found.outcome["names_no_currency"]
    thousands = "date;campaign;cost\n2026-11-01;Autumn;45.123\n2026-11-02;Autumn;1.234,50\n"
    assert bring(company, thousands, platform="Reports").total == Decimal("46357.50")


def test_what_the_column_leaves_open_is_asked_for(company: Company, campaign: Campaign) -> None:
    text = "date,campaign,cost\n2026-11-01,Autumn,45.123\n2026-11-02,Autumn,7\n"
    found = bring(company, text, platform="Reports")
    assert (found.total, found.reasons) == (7, [TWO_AMOUNTS])
    point = bring(company, text, platform="Reports", cost="decimal_point")
    comma = bring(company, text, platform="Reports", cost="decimal_comma")
    assert (point.total, comma.total) == (Decimal("52.12"), 45_130)
    slashed = text.replace("2026-11-01", "01/11/2026").replace("2026-11-02", "02/11/2026")
    unclear = bring(company, slashed, platform="Reports", cost="decimal_point")
    assert unclear.reasons == [TWO_DAYS, TWO_DAYS]
    settled = bring(company, slashed, platform="Reports", cost="decimal_point", date="day_first")
    assert [day for _, day, _ in settled.amounts] == [1, 2]


def test_a_file_of_both_notations_is_read_where_each_row_is_plain(
    company: Company, campaign: Campaign
) -> None:
    rows = ['2026-11-01,Autumn,EUR,"1,234.50"', '2026-11-02,Autumn,EUR,"1.234,50"',
            '2026-11-03,Autumn,EUR,"1,234"']  # fmt: skip
    found = bring(company, google(*rows))
    assert (found.total, found.reasons) == (2469, [TWO_AMOUNTS])


SWISS = {
    "--": 0, " --": 0, "": 0, "–": 0, "1'234.50": 123450, "1’234.50": 123450, "45.-": 4500,
    "CHF 1’234.50": 123450, "Fr. 45.–": 4500, "-12.50": -1250, "−12.50": -1250, "12.50-": -1250,
    "(12.50)": -1250, "1 234.50": 123450, "1\u202f234.50": 123450, "-CHF 12.50": -1250,
}  # fmt: skip


def test_amounts_as_the_swiss_and_others_write_them(company: Company) -> None:
    with company.store.transaction() as session:
        session.get_one(Workspace, company.workspace.id).currency = "CHF"
    company.announce("swiss", name="Herbst")
    for written, minor in SWISS.items():
        text = f"Day,Campaign,Cost\n2026-11-01,Herbst,100.00\n2026-11-01,Herbst,{written}\n"
        found = bring(company, text)
        assert (found.amounts, found.refused) == ([("Herbst", 1, 10_000 + minor)], []), written
        assert found.outcome["credits"] == ({"CHF": minor} if minor < 0 else {})


def test_another_currency_is_refused(company: Company, campaign: Campaign) -> None:
    for header, cell in (
        ("Cost", "$10.00"), ("Cost", "10.00 $"), ("Cost", "USD 10.00"), ("Cost (USD)", "10.00"),
        ("Cost ($)", "10.00"), ("Cost", "10.00 zł"), ("Cost", "£10.00"), ("Cost", "10.00 kr"),
    ):  # fmt: skip
        found = bring(company, f"Day,Campaign,{header}\n2026-11-01,Autumn,{cell}\n")
        assert found.amounts == []
        assert "cannot be added up" in found.reasons[0]


def test_the_campaigns_own_currency_may_be_named(company: Company, campaign: Campaign) -> None:
    for cell in ("€10.00", "10.00 €", "EUR 10.00", "10.00EUR", "10.00 Euro"):
        text = f"Day,Campaign,Cost (EUR)\n2026-11-01,Autumn,{cell}\n"
        assert bring(company, text).total == 10, cell


def test_a_month_is_spread_over_its_days(company: Company, campaign: Campaign) -> None:
    found = bring(company, 'Monat,Kampagne,Kosten\nNovember 2026,Autumn,"30,00"\n')
    assert (len(found.amounts), found.total) == (30, 30)
    first_of_it = bring(company, "Month,Campaign,Cost\n2026-11-01,Autumn,30.00\n")
    assert (len(first_of_it.amounts), first_of_it.total) == (30, 30)


def test_rows_that_say_nothing_are_said_to_be_left_out(
    company: Company, campaign: Campaign
) -> None:
    text = google("2026-11-01,Autumn,EUR,5.00", ",© 2026 Example Corporation,,")
    found = bring(company, text)
    assert (found.total, found.outcome["empty"], found.refused) == (5, 1, [])


def test_platforms_do_not_correct_each_other(company: Company, campaign: Campaign) -> None:
    def take(text: str, platform: str) -> dict[str, Any]:
        sheet = read_sheet(BytesIO(text.encode()), exports.is_known)
        with company.store.transaction() as session:
            staged = importing.stage(
                session, company.mara, company.workspace.id, "x", sheet.header, sheet.rows
            )
            assert staged.platform == ""
            importing.change(session, staged, staged.meanings, None, {}, platform)
            importing.book(session, staged)
            return staged.outcome

    first = "Campaign name,Day,Cost,Currency\nAutumn,2026-10-05,100.00,EUR\n"
    second = "Date,Campaign,Currency,Spend\n2026-10-05,Autumn,EUR,40.00\n"
    assert take(first, "TikTok")["new"] == 1
    assert take(second, "Reddit")["new"] == 1
    assert take(first, "tiktok ads")["known"] == 1
    assert take(second.replace("40", "41"), "REDDIT ads")["restated"] == 1
    with company.store.transaction() as session:
        standing = session.execute(
            select(SpendEntry.line, SpendEntry.minor).where(stands()).order_by(SpendEntry.line)
        ).all()
        assert [tuple(each) for each in standing] == [("Reddit", 4100), ("TikTok", 10_000)]
        [staged, *_] = session.scalars(select(SpendImport))
        known = importing.platforms(session, staged)
    assert known[:2] == ["google_ads", "meta"]
    assert "Reddit" in known


def test_rows_that_came_back_never_stand_for_the_whole_day(
    company: Company, campaign: Campaign
) -> None:
    def take(text: str) -> SpendImport:
        sheet = read_sheet(BytesIO(text.encode()), exports.is_known)
        with company.store.transaction() as session:
            staged = importing.stage(
                session, company.mara, company.workspace.id, "x", sheet.header, sheet.rows
            )
            importing.book(session, staged)
            return staged

    take(google("2026-11-01,Autumn,EUR,10.00", "2026-11-01,Autumn,EUR,20.00x"))
    header = "Day,Campaign,Currency code,Cost,Why it was refused\n"
    part = take(f"{header}2026-11-01,Autumn,EUR,20.00,x\n2026-11-02,Autumn,EUR,7.00,x\n")
    assert [why for _, why in part.rows] == [ONLY_A_PART]
    whole = take(google("2026-11-01,Autumn,EUR,10.00", "2026-11-01,Autumn,EUR,20.00"))
    assert whole.outcome["restated"] == 1
    with company.store.transaction() as session:
        standing = session.scalars(select(SpendEntry.minor).where(stands())).all()
    assert sorted(standing) == [700, 3000]


# From here on: exports of any kind.

UNKNOWN = "No campaign is called “Nobody's”. Choose one under Columns…."

HEADERS = {
    "en": ("Campaign", "Day", "Cost", "Currency code", "Total: Account"),
    "de": ("Kampagne", "Tag", "Kosten", "Währungscode", "Gesamt: Konto"),
    "es": ("Campaña", "Día", "Coste", "Código de moneda", "Total: cuenta"),
    "fr": ("Campagne", "Jour", "Coût", "Code de devise", "Total : compte"),
    "it": ("Campagna", "Giorno", "Costo", "Codice valuta", "Totale: account"),
    "pt": ("Campanha", "Dia", "Custo", "Código da moeda", "Total: conta"),
    "nl": ("Campagne", "Dag", "Kosten", "Valutacode", "Totaal: account"),
    "pl": ("Kampania", "Dzień", "Koszt", "Kod waluty", "Łącznie: konto"),
    "ru": ("Кампания", "День", "Стоимость", "Код валюты", "Всего: аккаунт"),
}
MONTHS = {
    "en": "Nov", "de": "Nov.", "es": "nov", "fr": "nov.", "it": "nov", "pt": "de nov. de",
    "nl": "nov", "pl": "lis", "ru": "нояб.",
}  # fmt: skip
DAYS: dict[str, Callable[[date, str], str]] = {
    "iso": lambda day, _: day.isoformat(),
    "dotted": lambda day, _: f"{day:%d.%m.%Y}",
    "european": lambda day, _: f"{day:%d/%m/%Y}",
    "american": lambda day, _: f"{day.month}/{day.day}/{day.year}",
    "words": lambda day, language: (
        f"Nov {day.day}, {day.year}" if language == "en"
        else f"{day.day} {MONTHS[language]} {day.year}"
    ),
}  # fmt: skip
POINT = [",", "'", "’", " ", ""]
COMMA = [".", "\u00a0", "\u202f", " ", ""]


def grouped(digits: str, mark: str) -> str:
    places = [*range(len(digits), 0, -3), 0][::-1]
    return mark.join(digits[first:last] for first, last in pairwise(dict.fromkeys(places)))


@dataclass(frozen=True)
class Notation:
    """How an account writes amounts."""

    decimal: str
    group: str
    negative: str
    currency: str
    nothing: str
    decimals: int | None
    """How many digits behind the mark; None: as many as it takes."""

    def write(self, amount: Decimal) -> str:
        if not amount:
            return self.nothing
        text = f"{abs(amount):f}" if self.decimals is None else f"{abs(amount):.{self.decimals}f}"
        whole, _, rest = text.partition(".")
        number = grouped(whole, self.group) + (self.decimal + rest if rest else "")
        number = self.currency.format(number)
        return self.negative.format(number) if amount < 0 else number


MARKS = [(".", each) for each in POINT] + [(",", each) for each in COMMA]
notations = st.sampled_from(MARKS).flatmap(
    lambda marks: st.builds(
        Notation,
        decimal=st.just(marks[0]),
        group=st.just(marks[1]),
        negative=st.sampled_from(["-{}", "−{}", "({})", "{}-"]),
        currency=st.sampled_from(["{}", "€{}", "{} €", "{}\u00a0EUR", "EUR {}"]),
        nothing=st.sampled_from(["", "--", " --", "0.00" if marks[0] == "." else "0,00"]),
        decimals=st.sampled_from([2, 2, None]),
    )
)  # fmt: skip
cents = st.integers(-(10**5), 10**8).map(lambda minor: Decimal(minor) / 100)
fractions = st.integers(1, 10**8).map(lambda minor: Decimal(minor) / 10_000)


@st.composite
def exported(draw: st.DrawFn) -> tuple[bytes, list[Decimal]]:
    """An export, and the amount of each of its rows, which have their number in the column ID."""
    language, day = draw(st.sampled_from([*HEADERS])), DAYS[draw(st.sampled_from([*DAYS]))]
    notation = draw(notations)
    amounts = draw(
        st.lists(cents if notation.decimals else cents | fractions, min_size=1, max_size=9)
    )
    names = draw(st.lists(st.sampled_from(["Autumn", "Total Rewards Week", "Nobody's"]),
                          min_size=len(amounts), max_size=len(amounts)))  # fmt: skip
    first = date(2026, 11, 1) + timedelta(days=draw(st.integers(0, 12)))
    campaign, when, cost, code, total = HEADERS[language]
    rows = []
    for at, amount in enumerate(amounts):
        on = day(first + timedelta(days=at), language)
        rows.append([names[at], on, "EUR", notation.write(amount), str(at)])
    written = notation.write(sum(amounts, Decimal(0)))
    below = [[total, " --", "EUR", written, ""], [total.replace(":", " :"), "", "", written, ""]]
    above = [["", "", "EUR", written, ""]]
    sums = draw(st.sampled_from([[], below, above]))
    body = sums + rows if sums is above else rows + sums
    titles = draw(st.sampled_from([[], [["Report"], ["November 2026"]]]))
    delimiter = draw(st.sampled_from([",", ";", "\t"]))
    table = [*titles, [campaign, when, code, cost, "ID"], *body]
    text = "\n".join(delimiter.join(f'"{cell}"' for cell in row) for row in table)
    encoding = draw(st.sampled_from(["utf-8", "utf-8-sig", "utf-16"]))
    return text.encode(encoding), amounts


@given(export=exported())
@settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_no_sum_differs_from_the_files_without_a_word(
    company: Company, campaign: Campaign, export: tuple[bytes, list[Decimal]]
) -> None:
    body, amounts = export
    found = bring(company, body)
    rows = [(cells[-1], why) for cells, why in found.refused]
    given_back = sum((amounts[int(at)] for at, _ in rows if at), Decimal(0))
    rounded = sum((Decimal(each) for each in found.outcome["rounded"].values()), Decimal(0)) / 100
    assert found.total - rounded + given_back == sum(amounts)
    # Only what cannot be known comes back; a sum only where its parts cannot be read.
    assert {why for at, why in rows if at} <= {TWO_AMOUNTS, TWO_DAYS, UNKNOWN}
    assert not any(not at for at, _ in rows) or TWO_AMOUNTS in found.reasons or (
        TWO_DAYS in found.reasons
    )  # fmt: skip
