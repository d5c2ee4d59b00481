"""Random weeks: leads of every shape, spend with corrections, margins that may be missing."""

from dataclasses import asdict, dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from hypothesis import strategies as st

from bot.digests.models import Week

# A plain week, and the two of each zone in which the clocks change.
WEEKS = [
    ("Europe/Berlin", date(2026, 11, 16)),
    ("Europe/Berlin", date(2026, 3, 23)),
    ("Europe/Berlin", date(2026, 10, 19)),
    ("America/New_York", date(2026, 3, 2)),
    ("America/New_York", date(2026, 10, 26)),
]
CAMPAIGNS = 4
CURRENCIES = ["EUR", "USD", "JPY"]
RATINGS = ["great", "good", "weak", "junk"]

_TICK = timedelta(microseconds=1)


@dataclass(frozen=True)
class DrawnLead:
    """A lead; campaigns and people by number."""

    received_at: datetime
    campaign_id: int | None
    last_campaign_id: int | None
    contact_id: int
    source: str
    claimed_at: datetime | None
    claim_worked: int | None
    claim_due_at: datetime | None
    first_response_at: datetime | None
    response_worked: int | None
    response_due_at: datetime | None
    qualified_at: datetime | None
    rating: str | None
    rating_reason: str | None
    status: str
    disposition: str | None
    won_minor: int | None
    won_currency: str | None


@dataclass(frozen=True)
class DrawnSpend:
    """What a campaign cost on a day; `corrected` is what it is corrected to, if it is."""

    campaign: int
    day: date
    minor: int
    currency: str
    corrected: int | None


@dataclass(frozen=True)
class DrawnWeek:
    """All that figures are computed from."""

    zone: str
    monday: date
    as_of: datetime
    leads: list[DrawnLead]
    spend: list[DrawnSpend]
    usual_margin: Decimal | None
    margins: dict[int, Decimal]

    @property
    def week(self) -> Week:
        return Week(self.monday)


def lead_rows(drawn: DrawnWeek, campaigns: list[int], contacts: list[int]) -> list[dict[str, Any]]:
    """The leads as columns, with real ids."""

    def real(number: int | None) -> int | None:
        return None if number is None else campaigns[number]

    return [
        asdict(lead)
        | {
            "campaign_id": real(lead.campaign_id),
            "last_campaign_id": real(lead.last_campaign_id),
            "contact_id": contacts[lead.contact_id],
        }
        for lead in drawn.leads
    ]


@st.composite
def drawn_weeks(draw: st.DrawFn) -> DrawnWeek:
    zone, monday = draw(st.sampled_from(WEEKS))
    currencies = draw(st.sampled_from([CURRENCIES[:1], CURRENCIES]))
    margin = st.decimals(0, 100, places=2)
    start = datetime(monday.year, monday.month, monday.day, tzinfo=ZoneInfo(zone)).astimezone(UTC)
    return DrawnWeek(
        zone=zone,
        monday=monday,
        as_of=start + draw(st.timedeltas(timedelta(), timedelta(days=20))),
        leads=draw(st.lists(_leads(start, currencies), max_size=25)),
        spend=draw(st.lists(_spend(monday, currencies), max_size=8)),
        usual_margin=draw(st.none() | margin),
        margins=draw(st.dictionaries(st.integers(0, CAMPAIGNS - 1), margin, max_size=CAMPAIGNS)),
    )


@st.composite
def _leads(draw: st.DrawFn, start: datetime, currencies: list[str]) -> DrawnLead:
    edges = [timedelta(hours=hours) for hours in (0, 1, 167, 168, 169)]
    edge = st.sampled_from([each + step for each in edges for step in (-_TICK, 0 * _TICK, _TICK)])
    received = start + draw(edge | st.timedeltas(timedelta(days=-3), timedelta(days=11)))
    later = st.none() | st.timedeltas(timedelta(), timedelta(days=20)).map(received.__add__)
    worked = st.none() | st.integers(0, 500_000)
    campaign = st.none() | st.integers(0, CAMPAIGNS - 1)
    return DrawnLead(
        received_at=received,
        campaign_id=draw(campaign),
        last_campaign_id=draw(campaign),
        contact_id=draw(st.integers(0, 3)),
        source=draw(st.sampled_from(["api", "form"])),
        claimed_at=draw(later),
        claim_worked=draw(worked),
        claim_due_at=draw(later),
        first_response_at=draw(later),
        response_worked=draw(worked),
        response_due_at=draw(later),
        qualified_at=draw(later),
        rating=draw(st.sampled_from([None, *RATINGS])),
        rating_reason=draw(st.sampled_from([None, "Too small", "too small ", "no budget"])),
        status=draw(st.sampled_from(["new", "qualified", "won", "lost", "recycled"])),
        disposition=draw(st.sampled_from([None, "no_budget"])),
        won_minor=draw(st.none() | st.integers(0, 10**12)),
        won_currency=draw(st.none() | st.sampled_from(currencies)),
    )


@st.composite
def _spend(draw: st.DrawFn, monday: date, currencies: list[str]) -> DrawnSpend:
    amounts = st.sampled_from([0, 1]) | st.integers(0, 10**10)
    return DrawnSpend(
        campaign=draw(st.integers(0, CAMPAIGNS - 1)),
        day=monday + timedelta(days=draw(st.integers(-2, 9))),
        minor=draw(amounts),
        currency=draw(st.sampled_from(currencies)),
        corrected=draw(st.none() | amounts),
    )
