"""The sample workspace: a believable team, and a fortnight of its work through the whole loop."""

from bot.playground.sample.history import SENDER, History
from bot.playground.sample.team import CHANNEL, TEAM, owners, staff
from bot.playground.sample.website import Website

__all__ = ["CHANNEL", "SENDER", "TEAM", "History", "Website", "owners", "staff"]
