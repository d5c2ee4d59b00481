"""Leads: claimed by one, worked, rated, merged and closed."""

from bot.capability import Capability

capability = Capability(
    "bot.leads.handlers.leads",
    "bot.leads.handlers.lists",
    "bot.leads.home_sections",
    "bot.leads.tasks",
)
