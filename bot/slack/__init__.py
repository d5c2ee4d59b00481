"""Slack: the Bolt app, the way to its Web API, cards, and text that is safe to show."""

from bot.slack.cards import HOME, place, redraw, redraw_all, redrawing, show, show_all
from bot.slack.client import Slack
from bot.slack.commands import Command
from bot.slack.drawing import Cards
from bot.slack.incoming import Incoming
from bot.slack.listening import Listening
from bot.slack.message import AnyBlock, Message

__all__ = [
    "HOME",
    "AnyBlock",
    "Cards",
    "Command",
    "Incoming",
    "Listening",
    "Message",
    "Slack",
    "place",
    "redraw",
    "redraw_all",
    "redrawing",
    "show",
    "show_all",
]
