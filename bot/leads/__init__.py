"""Leads: claimed by one, worked, rated, merged and closed."""

from bot.capability import Capability

capability = Capability(
    "bot.leads.handlers.leads",
    "bot.leads.handlers.lists",
    "bot.leads.handlers.meetings",
    "bot.leads.home_sections",
    "bot.leads.tasks",
)
capability.describe("/lead", "Add a lead, find one, see yours, set yourself away")
