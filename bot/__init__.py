"""Handoff: the daily dialogue between marketing and sales, in Slack."""
