"""Comparing: what an export says, added up by campaign, day and line, beside what is here."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.campaigns.model import Campaign, Stage
from bot.money import MixedCurrencies
from bot.spend import exports
from bot.spend.exports import BadRow, Platform, Spent
from bot.spend.model import SpendEntry, SpendImport
from bot.spend.service.entering import MOST_DAYS, TYPED, days_of, spread


class Place(NamedTuple):
    """What an amount is of."""

    campaign_id: int
    day: date
    line: str


@dataclass
class Reading:
    """What a file says, by campaign, day and line, and the rows that say nothing we understand."""

    amounts: dict[Place, int] = field(default_factory=lambda: defaultdict(int))
    by_currency: dict[str, int] = field(default_factory=lambda: defaultdict(int))
    refused: list[tuple[list[str], str]] = field(default_factory=list)
    unknown: list[str] = field(default_factory=list)
    """Campaigns that we do not know."""


def read(session: Session, staged: SpendImport) -> Reading:
    """What its rows say, added up by campaign, day and line."""
    known = campaigns_of(session, staged.workspace_id)
    names = _names(known.values())
    usual = exports.currency_of(staged.header, staged.meanings)
    reading = Reading()
    for cells in staged.rows:
        try:
            spent = exports.read_row(staged.meanings, cells, Platform(staged.platform))
            campaign = known[_campaign_id(staged, names, spent.campaign, reading)]
            _add(reading, campaign, spent, spent.currency or usual or campaign.currency)
        except BadRow as error:
            reading.refused.append((cells, error.message))
    return reading


def _add(reading: Reading, campaign: Campaign, spent: Spent, currency: str) -> None:
    if currency != campaign.currency:
        mixed = MixedCurrencies(one=campaign.currency, other=currency[:3])
        raise BadRow(why=mixed.message)
    minor = exports.amount(spent.amount, campaign.currency).minor
    days = days_of(spent.first, spent.last)
    if len(days) > MOST_DAYS:
        raise BadRow(why=f"It covers more than {MOST_DAYS} days.")
    for day, part in zip(days, spread(minor, len(days)), strict=True):
        reading.amounts[Place(campaign.id, day, spent.line)] += part
    reading.by_currency[currency] += minor


def _campaign_id(
    staged: SpendImport, names: Mapping[str, int], named: str, reading: Reading
) -> int:
    """By what somebody said, by its code or name, else the one of the whole file."""
    found = staged.campaigns.get(named) or names.get(named.casefold()) or staged.campaign_id
    if found is None:
        if named and named not in reading.unknown:
            reading.unknown.append(named)
        raise BadRow(why=f"No campaign here is called “{named[:60]}”. Choose one with Columns….")
    return int(found)


def compare(
    session: Session, staged: SpendImport, reading: Reading
) -> tuple[dict[Place, int], dict[Place, tuple[SpendEntry, int]], int]:
    """What is new, what is restated (with the entry that stands), and how many are here already."""
    if not reading.amounts:
        return {}, {}, 0
    days = [place.day for place in reading.amounts]
    here = session.scalars(
        select(SpendEntry).where(
            SpendEntry.campaign_id.in_({place.campaign_id for place in reading.amounts}),
            SpendEntry.day.between(min(days), max(days)),
        )
    ).all()
    first = {entry.import_key: entry for entry in here}
    later = {entry.corrects_id: entry for entry in here if entry.corrects_id is not None}
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
    return f"{staged.platform}:{place.campaign_id}:{place.day}:{place.line}"


def campaigns_of(session: Session, workspace_id: int) -> Mapping[int, Campaign]:
    """The campaigns that spend can be of, by id."""
    found = session.scalars(
        select(Campaign)
        .where(Campaign.workspace_id == workspace_id, Campaign.stage != Stage.CANCELLED)
        .order_by(Campaign.id)
    )
    return {campaign.id: campaign for campaign in found}


def _names(known: Iterable[Campaign]) -> Mapping[str, int]:
    """By name and by code, the newest of a name."""
    campaigns = list(known)
    names = {" ".join(each.name.split()).casefold(): each.id for each in campaigns}
    return names | {each.utm_campaign: each.id for each in campaigns if each.utm_campaign}
