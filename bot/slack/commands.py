"""Slash commands and their words: `/campaign list` finds its listener, `help` writes itself, and so
does what the app's manifest says of them."""

import re
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass

from bot.slack.access import Access
from bot.slack.incoming import Incoming
from bot.slack.text import safe

_EXAMPLE = re.compile("`([^`]+)`: ")


@dataclass(frozen=True)
class Command:
    """A slash command with one word behind it; the empty word is the command alone.

    A word in angle brackets (`<number>`) stands for whatever no other word is; it is shown as it
    is written. `listener` gets the incoming request, and what stands behind the word, or all of it
    where the word stands for anything. `usage` is its line of the help; where something has to
    stand behind the word, it begins with an example: "`Lovelace`: look a lead up".
    """

    name: str
    word: str
    usage: str
    listener: Callable[[Incoming, str], None]
    access: Access | None = None
    """For whom it is, which the listener checks itself; None: everybody."""
    hint: str | None = None
    """What Slack hints at while one types the command; None: the word with its example, and "":
    nothing."""

    @property
    def shown_hint(self) -> str:
        """What Slack hints at; nothing of the command alone."""
        if self.hint is not None:
            return self.hint
        example = _EXAMPLE.match(self.usage)
        return f"{self.word.strip('<>')} {example[1]}" if example else self.word.strip("<>")

    def __call__(self, incoming: Incoming, rest: str) -> None:
        """Let the listener take it."""
        self.listener(incoming, rest)


class Commands:
    """All commands of the application."""

    def __init__(self) -> None:
        self._by_name: dict[str, dict[str, Command]] = defaultdict(dict)
        self._descriptions: dict[str, str] = {}

    def add(self, command: Command) -> None:
        """Add a command."""
        words = self._by_name[command.name]
        assert command.word not in words, command
        words[command.word] = command

    def describe(self, name: str, description: str) -> None:
        """Say what a command is for, in the line that Slack shows."""
        assert name not in self._descriptions, name
        self._descriptions[name] = description

    @property
    def manifest(self) -> list[dict[str, str | bool]]:
        """The commands as the app's manifest has them, in the order of their descriptions."""
        return [
            {
                "command": name,
                "description": description,
                "usage_hint": f"[{' | '.join(self._hints(name))}]",
                "should_escape": False,
            }
            for name, description in self._descriptions.items()
        ]

    def _hints(self, name: str) -> list[str]:
        hints = [command.shown_hint for command in self._by_name[name].values()]
        return [*filter(None, hints), "help"]

    @property
    def all(self) -> list[Command]:
        """All of them, by name and word."""
        return [
            command for name in self.names for _, command in sorted(self._by_name[name].items())
        ]

    @property
    def names(self) -> list[str]:
        """The names of all slash commands."""
        return sorted(self._by_name)

    def dispatch(self, incoming: Incoming) -> None:
        """Call the listener of the first word; an unknown word or command gets help."""
        name = str(incoming.body["command"])
        if name not in self._by_name:
            incoming.ack("I do not know this command. Try /handoff help.")
            return
        first, _, rest = incoming.words.partition(" ")
        command = self._by_name[name].get(first.lower())
        if command is not None:
            command(incoming, rest.strip())
        elif first.lower() in ("", "help", "?"):
            incoming.ack(self.help(name))
        elif (anything := self._anything(name)) is not None:
            anything(incoming, incoming.words)
        else:
            incoming.ack(f"I do not know “{safe(first, 60)}”. {self.help(name)}")

    def help(self, name: str) -> str:
        """What one command can do; `/handoff` tells of all."""
        names = self.names if name == "/handoff" else [name]
        return "*What you can do:*\n" + "\n\n".join(self._usages(each) for each in names)

    def _anything(self, name: str) -> Command | None:
        commands = self._by_name[name].items()
        return next((command for word, command in commands if word.startswith("<")), None)

    def _usages(self, name: str) -> str:
        """A line for each word of a command, the command alone first."""
        return "\n".join(
            f"• `{' '.join(filter(None, [name, safe(word)]))}` {command.usage}"
            for word, command in sorted(self._by_name[name].items())
        )
