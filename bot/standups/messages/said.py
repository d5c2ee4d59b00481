"""What was said in a round, sorted for whoever draws it."""

from collections.abc import Iterable, Mapping

from bot.standups.messages.quotes import name
from bot.standups.models import StandupAnswer, Theme


def by_theme(said: Iterable[StandupAnswer]) -> Mapping[Theme, list[StandupAnswer]]:
    """What was said, by theme; within each in the order in which it comes."""
    found: dict[Theme, list[StandupAnswer]] = {theme: [] for theme in Theme}
    for each in said:
        found[Theme(each.question.theme)].append(each)
    return found


def speaker(said: StandupAnswer) -> str:
    """Who said it, and whether that was after the closing."""
    late = " (late)" if said.entry.is_late else ""
    return f"{name(said.entry.person.name)}{late}"
