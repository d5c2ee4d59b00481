"""Campaigns: announced to sales with their exact offer, acknowledged, and asked about."""

from bot.capability import Capability

capability = Capability(
    "bot.campaigns.handlers", "bot.campaigns.home_sections", "bot.campaigns.tasks"
)
capability.describe("/campaign", "Announce a campaign, plan one with sales, list those that run")
capability.describe("/offer", "What exactly do we promise, today or on a day?")
