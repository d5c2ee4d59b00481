"""The command line: one command for each action, for operators and for the demo."""

from bot.cli.main import main

__all__ = ["main"]
