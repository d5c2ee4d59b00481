"""Slack's limits: what a message, a modal or a home tab may hold, with reasons in Slack's words."""

from playground.limits.surfaces import (
    check_message,
    check_options,
    check_view,
    elements_of,
    text_length,
)

__all__ = ["check_message", "check_options", "check_view", "elements_of", "text_length"]
