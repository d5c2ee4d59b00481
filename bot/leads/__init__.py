"""Leads: received once, claimed by one, worked, rated and closed."""

from bot.capability import Capability

capability = Capability(
    "bot.leads.handlers.leads",
    "bot.leads.handlers.routing",
    "bot.leads.handlers.lists",
    "bot.leads.tasks",
)
