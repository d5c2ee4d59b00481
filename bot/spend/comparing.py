"""Comparing: what an export says, added up by campaign, day and line, beside what is here."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.campaigns.models import Campaign, Stage
from bot.campaigns.queries import name_key
from bot.errors import HandoffError
from bot.money import LARGEST_MINOR, MixedCurrencies, NotAnAmount, exponent, is_any_mark, is_mark
from bot.rounding import whole
from bot.sheet import REASON
from bot.spend import exports
from bot.spend.entering import MOST_DAYS, TYPED, days_of, spread
from bot.spend.exports import kind_of
from bot.spend.models import SpendEntry, SpendImport
from bot.spend.rows import Row, read_rows

ONLY_A_PART = (
    "Spend for this campaign and day is already here, and this file is only part of an export. Fix "
    "the row in the whole export and import that."
)


class BadRow(HandoffError):
    """{why}"""


class Place(NamedTuple):
    """What an amount is of."""

    campaign_id: int
    day: date
    line: str


@dataclass
class Reading:
    """What a file says, by campaign, day and line, and what becomes of its other rows."""

    amounts: dict[Place, int] = field(default_factory=dict)
    by_currency: dict[str, int] = field(default_factory=lambda: defaultdict(int))
    refused: list[tuple[list[str], str]] = field(default_factory=list)
    sums: list[tuple[str, str]] = field(default_factory=list)
    """Rows that are left out because they sum up others: what they are called, and their amount."""
    empty: int = 0
    """Rows that say nothing."""
    credits: dict[str, int] = field(default_factory=lambda: defaultdict(int))
    """By currency, what the amounts below zero come to."""
    rounded: dict[str, Decimal] = field(default_factory=lambda: defaultdict(Decimal))
    """By currency, how much more than the file says is counted, where it says parts of a cent."""
    names_no_currency: bool = False
    unknown: list[str] = field(default_factory=list)
    """Campaigns that we do not know."""


def read(session: Session, staged: SpendImport) -> Reading:
    """What its rows say, added up by campaign, day and line."""
    known = campaigns_of(session, staged.workspace_id)
    names = _names(known.values())
    table = read_rows(
        staged.meanings, staged.rows,
        lambda name: name in staged.campaigns or name.casefold() in names,
    )  # fmt: skip
    adding = _Adding(staged, known, names, _known_keys(session, staged))
    for row in table.rows:
        adding.add(row)
    adding.reading.empty = table.empty
    adding.reading.sums = [
        (row.label[:60] if row.campaign or row.reads_like_a_sum else "no campaign",
         _amount_of(staged, row)[:30])
        for row in table.sums
    ]  # fmt: skip
    return adding.rounded()


class _Adding:
    """Adds up rows by what they are of, exactly, and rounds once that is done."""

    def __init__(
        self,
        staged: SpendImport,
        known: Mapping[int, Campaign],
        names: Mapping[str, int],
        known_keys: frozenset[str],
    ) -> None:
        self._staged = staged
        self._known = known
        self._names = names
        self._known_keys = known_keys
        self._usual = exports.currency_of(staged.header, staged.meanings)
        self._exact: dict[Place, Decimal] = defaultdict(Decimal)
        self.reading = Reading()

    def add(self, row: Row) -> None:
        """Add a row, or note why it is refused."""
        try:
            self._add(row)
        except BadRow as error:
            self.reading.refused.append((row.cells, error.message))

    def rounded(self) -> Reading:
        """All of it, in whole minor units."""
        reading = self.reading
        for place, amount in self._exact.items():
            reading.amounts[place] = whole(amount)
            reading.by_currency[self._known[place.campaign_id].currency] += whole(amount)
        for currency, minor in reading.by_currency.items():
            reading.rounded[currency] += minor
        return reading

    def _add(self, row: Row) -> None:
        if row.problem is not None or row.period is None:
            raise BadRow(why=row.problem)
        campaign = self._campaign(row)
        minor = self._minor(row, campaign.currency)
        days = days_of(row.period.first, row.period.last)
        if len(days) > MOST_DAYS:
            raise BadRow(why=f"It covers more than {MOST_DAYS:,} days.")
        line = row.line or exports.label_of(self._staged.platform)
        places = [Place(campaign.id, day, line) for day in days]
        if any(key_of(self._staged, place) in self._known_keys for place in places):
            raise BadRow(why=ONLY_A_PART)
        for place, part in zip(places, _parts(minor, len(days)), strict=True):
            self._exact[place] += part
        if minor < 0:
            self.reading.credits[campaign.currency] += whole(minor)
        self.reading.rounded[campaign.currency] -= minor

    def _minor(self, row: Row, currency: str) -> Decimal:
        """The amount in minor units of the campaign's currency, with the parts of one."""
        named = [*row.currencies, *filter(None, [self._usual])]
        written = _amount_of(self._staged, row)[:40]
        for each in named:
            if not is_mark(each, currency):
                is_currency = is_any_mark(each) or each not in written
                mixed = MixedCurrencies(one=currency, other=each[:12])
                raise BadRow(why=(mixed if is_currency else NotAnAmount(text=written)).message)
        minor = row.amount.scaleb(exponent(currency))
        if abs(minor) > LARGEST_MINOR:
            raise BadRow(why=NotAnAmount(text=written).message)
        self.reading.names_no_currency |= not named
        return minor

    def _campaign(self, row: Row) -> Campaign:
        """By what somebody said, by its code or name, else the one of the whole file.

        What reads like a sum and is none is only a campaign where somebody says so.
        """
        named = row.campaign
        campaign_id = self._staged.campaigns.get(named) or self._names.get(named.casefold())
        if campaign_id is None and not row.reads_like_a_sum:
            campaign_id = self._staged.campaign_id
        campaign = self._known.get(int(campaign_id or 0))
        if campaign is not None:  # it may have been cancelled since somebody said so
            return campaign
        if named and named not in self.reading.unknown:
            self.reading.unknown.append(named)
        if row.reads_like_a_sum:
            raise BadRow(
                why=f"“{row.label[:60]}” looks like a total, but isn't the total of the other rows."
            )
        raise BadRow(why=f"No campaign is called “{named[:60]}”. Choose one under Columns….")


def _parts(minor: Decimal, days: int) -> list[Decimal]:
    """An amount on each of its days; one of several days in whole minor units."""
    return [minor] if days == 1 else [Decimal(part) for part in spread(whole(minor), days)]


def _amount_of(staged: SpendImport, row: Row) -> str:
    """The amount as it is written."""
    pairs = zip(staged.meanings, row.cells, strict=True)
    return next((cell for meaning, cell in pairs if kind_of(meaning) == "amount"), "")


def _known_keys(session: Session, staged: SpendImport) -> frozenset[str]:
    """For rows that we once gave back: what the rest of their file has brought in meanwhile."""
    if REASON not in staged.header:
        return frozenset()
    keys = session.scalars(
        select(SpendEntry.import_key).where(
            SpendEntry.workspace_id == staged.workspace_id, SpendEntry.source == staged.platform,
            SpendEntry.import_key.is_not(None),
        )
    )  # fmt: skip
    return frozenset(key for key in keys if key)


def compare(
    session: Session, staged: SpendImport, reading: Reading
) -> tuple[dict[Place, int], dict[Place, tuple[SpendEntry, int]], int]:
    """What is new, what is restated (with the entry that stands), and how many are here already."""
    if not reading.amounts:
        return {}, {}, 0
    days = [place.day for place in reading.amounts]
    entries = session.scalars(
        select(SpendEntry).where(
            SpendEntry.campaign_id.in_({place.campaign_id for place in reading.amounts}),
            SpendEntry.day.between(min(days), max(days)),
        )
    ).all()
    first = {entry.import_key: entry for entry in entries}
    later = {entry.corrects_id: entry for entry in entries if entry.corrects_id is not None}
    new: dict[Place, int] = {}
    restated: dict[Place, tuple[SpendEntry, int]] = {}
    for place, minor in reading.amounts.items():
        entry = first.get(key_of(staged, place))
        while entry is not None and entry.id in later:
            entry = later[entry.id]
        if entry is None:
            new[place] = minor
        elif entry.source != TYPED and entry.minor != minor:
            restated[place] = (entry, minor)
    return new, restated, len(reading.amounts) - len(new) - len(restated)


def key_of(staged: SpendImport, place: Place) -> str:
    """What makes the first entry of a place itself, whichever file it comes in."""
    platform = exports.key_of(staged.platform)
    return f"{platform}:{place.campaign_id}:{place.day}:{place.line}"


def campaigns_of(session: Session, workspace_id: int) -> Mapping[int, Campaign]:
    """The campaigns that spend can be of, by id."""
    campaigns = session.scalars(
        select(Campaign)
        .where(Campaign.workspace_id == workspace_id, Campaign.stage != Stage.CANCELLED)
        .order_by(Campaign.id)
    )
    return {campaign.id: campaign for campaign in campaigns}


def _names(known: Iterable[Campaign]) -> Mapping[str, int]:
    """By name and by code, the newest of a name."""
    campaigns = list(known)
    names = {name_key(each.name): each.id for each in campaigns}
    return names | {each.utm_campaign: each.id for each in campaigns if each.utm_campaign}
