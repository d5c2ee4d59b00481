"""The command line: one command a deed, for operators and for the demo."""

from bot.cli.main import main

__all__ = ["main"]
