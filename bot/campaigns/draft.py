"""Drafts: what somebody wrote of a campaign, before others have to answer to it."""

from dataclasses import dataclass, fields
from datetime import date

from bot.campaigns.models import Campaign, Kind
from bot.money import Money

_MISSING = {
    "name": "Give the campaign a name.",
    "audience": "Say who it is for, for example “small shops in Austria”.",
    "offer": "Say what the customer gets, in one sentence.",
    "terms": "Write the terms that sales may promise. If there are none, write “none”.",
    "talking_points": "Give sales at least one point to talk about.",
}


@dataclass(frozen=True)
class Draft:
    """What someone wrote of a campaign, field by field; texts may be empty until it is proposed."""

    name: str
    kind: Kind
    audience: str
    offer: str
    terms: str
    talking_points: str
    starts_on: date
    ends_on: date | None = None
    budget: Money | None = None
    expected_leads: int | None = None
    utm_campaign: str | None = None
    price: str = ""
    objections: str = ""
    channels: tuple[str, ...] = ()
    materials: tuple[tuple[str, str], ...] = ()
    """Pairs of a title and an https address."""
    expected_customers: int | None = None
    target_cost_per_lead: Money | None = None
    late_callers: str = ""

    @classmethod
    def of(cls, campaign: Campaign) -> "Draft":
        """The campaign as it could be written again."""
        values = {each.name: getattr(campaign, each.name) for each in fields(cls)}
        return cls(
            **values
            | {
                "kind": Kind(campaign.kind),
                "channels": tuple(campaign.channels),
                "materials": tuple((title, address) for title, address in campaign.materials),
            }
        )

    @property
    def missing(self) -> dict[str, str]:
        """What has to be written before others can answer to it: by field, what to write."""
        return {name: what for name, what in _MISSING.items() if not getattr(self, name)}
