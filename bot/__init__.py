"""Handoff: the daily dialogue between marketing and sales, in Slack."""

__version__ = "0.1.0"
