"""Campaigns: announced to sales with their exact offer, acknowledged, and asked about."""

from bot.capability import Capability

capability = Capability(
    "bot.campaigns.handlers", "bot.campaigns.home_sections", "bot.campaigns.tasks"
)
capability.describe("/campaign", "Announce a campaign, plan one with sales, see what's live")
capability.describe("/offer", "See what we promise today, or promised on an earlier day")
