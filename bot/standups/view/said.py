"""What was said in a round, sorted for whoever draws it."""

from collections.abc import Iterable, Mapping

from bot.standups.model import Answer, StandupAnswer, StandupEntry, Theme
from bot.standups.view.quotes import name


def by_theme(entries: Iterable[StandupEntry]) -> Mapping[Theme, list[StandupAnswer]]:
    """What was said, in the order of the themes and of the entries; blockers that are open first.

    The answers know their entries and questions.
    """
    found: dict[Theme, list[StandupAnswer]] = {theme: [] for theme in Theme}
    for entry in entries:
        if entry.state == Answer.ANSWERED:
            for each in sorted(entry.answers, key=lambda each: each.question.position):
                found[Theme(each.question.theme)].append(each)
    found[Theme.BLOCKERS].sort(key=lambda each: each.lifted_at is not None)
    return found


def speaker(said: StandupAnswer) -> str:
    """Who said it, and whether that was after the closing."""
    late = " (late)" if said.entry.is_late else ""
    return f"{name(said.entry.person.name)}{late}"
