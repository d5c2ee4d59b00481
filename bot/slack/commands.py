"""Slash commands and their words: `/campaign list` finds its listener, `help` writes itself, and so
does what the app's manifest says of them."""

import re
from collections import defaultdict
from collections.abc import Callable, Collection
from dataclasses import dataclass
from difflib import get_close_matches

from bot.slack.access import Access
from bot.slack.incoming import Incoming
from bot.slack.text import safe

EVERYTHING = "/handoff"
"""The command that stands for all others, too."""

_NEAR = 0.75
"""How alike a mistyped word is: "lsit" and "list" just are."""

_MOST_USAGES = 8

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

    @property
    def line(self) -> str:
        """Its line of the help."""
        return f"• `{safe(f'{self.name} {self.word}'.strip())}` {self.usage}"

    @property
    def example(self) -> str:
        """How it is typed, for where its line has no room."""
        example = _EXAMPLE.match(self.usage)
        return safe(" ".join([self.name, self.word, *([example[1]] if example else [])]))

    def __call__(self, incoming: Incoming, rest: str) -> None:
        """Let the listener take it."""
        self.listener(incoming, rest)


class Commands:
    """All commands of the application."""

    def __init__(self) -> None:
        self.roles_of: Callable[[Incoming], Collection[str]] = lambda _: ()
        """The roles of whoever asks for help; nobody's at first."""
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
        """Call the listener of the first word; an unknown word gets help.

        `/handoff lead …` is `/lead …`, for where another app has that name; a command that nobody
        declared is `/handoff`, which somebody gave another name.
        """
        name, words = str(incoming.body["command"]), incoming.words
        if name not in self._by_name:
            name = EVERYTHING
        first, _, rest = words.partition(" ")
        if name == EVERYTHING and (other := f"/{first.lower().removeprefix('/')}") in self._by_name:
            name, words = other, rest.strip()
            first, _, rest = words.partition(" ")
        command = self._by_name[name].get(first.lower())
        if command is not None:
            command(incoming, rest.strip())
        elif first.lower() in ("", "help", "?"):
            incoming.ack(self.help(name, self.roles_of(incoming)))
        elif likely := self._likely(name, first):
            incoming.ack(self._did_you_mean(name, first, likely, words))
        elif (anything := self._anything(name)) is not None:
            anything(incoming, words)
        else:
            incoming.ack(f"I don't know “{safe(first, 60)}”. See `{name} help`.")

    def _likely(self, name: str, typed: str) -> str | None:
        """The word of a command that somebody may have meant; where anything may stand, what begins
        with a capital is a name."""
        if typed[0].isupper() and self._anything(name) is not None:
            return None
        known = [word for word in self._by_name[name] if word and not word.startswith("<")]
        return next(iter(get_close_matches(typed.lower(), known, n=1, cutoff=_NEAR)), None)

    def _did_you_mean(self, name: str, typed: str, likely: str, words: str) -> str:
        meant = safe(f"{likely} {words.removeprefix(typed).strip()}".strip(), 100)
        answer = f"I don't know “{safe(typed, 60)}”. Did you mean `{name} {meant}`?"
        if likely != "find" and self._anything(name) is not None and "find" in self._by_name[name]:
            answer += f" To look it up, type `{name} find {safe(words, 100)}`."
        return answer

    def help(self, name: str, roles: Collection[str] = ()) -> str:
        """What somebody with these roles can do with a command, in ten lines at most; without any,
        all of it. `/handoff` has a line for each of the others."""
        others = self._descriptions if name == EVERYTHING else []
        lines = [
            f"• `{each}` {self._descriptions[each]}"
            for each in others
            if each != name and self._usable(each, roles)
        ]
        words = self._usable(name, roles)
        room = _MOST_USAGES - len(lines)
        lines += [each.line for each in words[:room]]
        rest = ", ".join(f"`{each.example}`" for each in words[room:])
        last = [f"Also: {rest}."] if rest else []
        if name == EVERYTHING:
            last.append("More: `/lead help`. Name taken? `/handoff lead` does the same.")
        return "\n".join(filter(None, ["*What you can do:*", *lines, " ".join(last)]))

    def _anything(self, name: str) -> Command | None:
        commands = self._by_name[name].items()
        return next((command for word, command in commands if word.startswith("<")), None)

    def _usable(self, name: str, roles: Collection[str]) -> list[Command]:
        """The words of a command that somebody with these roles can use, what is rare last; all,
        without any role."""
        words = sorted(self._by_name[name].values(), key=lambda each: (each.hint == "", each.word))
        return [
            command
            for command in words
            if not roles
            or command.access is None
            or command.access.or_team
            or set(roles) & set(command.access.roles)
        ]
