"""The HTTP face: Slack's requests, the intake of leads, health."""

from bot.web.asgi import create
from bot.web.server import Server

__all__ = ["Server", "create"]
