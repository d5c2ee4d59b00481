"""Stay in my shoes: a marketer and a salesperson spend an hour or a shift in the other's chair."""

from bot.capability import Capability

capability = Capability(
    "bot.shadowing.handlers", "bot.shadowing.home_sections", "bot.shadowing.tasks"
)
capability.describe("/shadow", "Stay in my shoes: when mine is next, and with whom")
