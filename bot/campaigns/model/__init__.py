"""The tables of campaigns, and the rules that a campaign keeps about itself."""

from bot.campaigns.model.campaign import (
    BINDING,
    LONGEST,
    MOST_LEADS,
    MOST_MATERIALS,
    MOVES,
    OVER,
    PROMISED,
    Campaign,
    CannotMove,
    Kind,
    Promise,
    Stage,
    utm_code,
)
from bot.campaigns.model.history import AsOf, CampaignEvent, CampaignVersion, Deed
from bot.campaigns.model.readership import (
    RECENTLY_DAYS,
    CampaignQuestion,
    CampaignReceipt,
    CampaignReminder,
    Overview,
    Readership,
    Since,
)

__all__ = [
    "BINDING",
    "LONGEST",
    "MOST_LEADS",
    "MOST_MATERIALS",
    "MOVES",
    "OVER",
    "PROMISED",
    "RECENTLY_DAYS",
    "AsOf",
    "Campaign",
    "CampaignEvent",
    "CampaignQuestion",
    "CampaignReceipt",
    "CampaignReminder",
    "CampaignVersion",
    "CannotMove",
    "Deed",
    "Kind",
    "Overview",
    "Promise",
    "Readership",
    "Since",
    "Stage",
    "utm_code",
]
