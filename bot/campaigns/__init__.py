"""Campaigns: announced to sales with their exact offer, acknowledged, and asked about."""

from bot.capability import Capability

capability = Capability(
    "bot.campaigns.handlers", "bot.campaigns.home_sections", "bot.campaigns.tasks"
)
