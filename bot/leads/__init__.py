"""Leads: received once, claimed by one, worked, rated and closed."""

from bot.capability import Capability

capability = Capability(
    "bot.leads.handlers.working",
    "bot.leads.handlers.handing",
    "bot.leads.handlers.lists",
    "bot.leads.handlers.imports",
    "bot.leads.handlers.calls",
    "bot.leads.tasks",
)
