"""The sample workspace: a believable team, and a fortnight of its work through the whole loop."""

from playground.sample.history import SENDER, History
from playground.sample.team import CHANNEL, TEAM, owners, staff
from playground.sample.website import Website

__all__ = ["CHANNEL", "SENDER", "TEAM", "History", "Website", "owners", "staff"]
