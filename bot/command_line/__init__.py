"""The command line: one command a deed, for operators and for the demo."""

from bot.command_line.main import main

__all__ = ["main"]
