"""How a round is summed up in the channel: blockers first, then by theme, and who was heard.

Names are written and nobody is mentioned: a summary informs, and calls no one.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import chain

from slack_sdk.models.blocks import (
    ActionsBlock,
    Block,
    ButtonElement,
    ContextBlock,
    DividerBlock,
    HeaderBlock,
    PlainTextObject,
    SectionBlock,
)

from bot.slack import Message
from bot.slack.text import clean, plural, safe
from bot.standups.messages import lifting
from bot.standups.messages.pages import PAGE
from bot.standups.messages.quotes import as_written, name, quoted
from bot.standups.messages.said import by_theme, speaker
from bot.standups.models import Answer, Heard, StandupAnswer, StandupRound, Theme

_SILENT = {Answer.SKIPPED: "skipped", Answer.ASKED: "without an answer"}

# Slack's documents: a section has at most 3,000 characters. A message of about 12,000 in all is
# refused too, which they do not say (slackapi/bolt-js, issue 2509); it is reached before 50 blocks.
_SECTION = 3000
_ROOM = 9000
_LONGEST = 2900
_SHORTEST = 60
_MOST_LINES = 12
_NAMES = 400
_WITH_BUTTONS = (Theme.BLOCKERS, Theme.IDEAS)
_MOST_BUTTONS = 10
"""Answers with a button of their own, of each theme that has them."""


def summary(heard: Heard) -> Message:
    """What the team said on that day."""
    said = by_theme(heard.said)
    title = f"{heard.round.standup.name} · {heard.round.day_in_words}"
    blocks: list[Block] = [HeaderBlock(text=PlainTextObject(text=clean(title, 150), emoji=False))]
    shown, cut = _shown(said)
    blocks.extend(shown or [SectionBlock(text="Nobody answered this standup.")])
    blocks.extend([DividerBlock(), _told(heard)])
    if cut:
        blocks.append(_show_all(heard.round))
    return Message(_sentence(heard, len(said[Theme.BLOCKERS])), blocks)


def week(round_: StandupRound) -> Message:
    """The message below which the other department reads a week's summaries."""
    monday = round_.monday
    text = f"What {safe(round_.standup.team.name, 80)} says, week of {monday.day} {monday:%B}"
    return Message(text, [SectionBlock(text=f"*{text}*\nEach summary is a reply to this message.")])


def _sentence(heard: Heard, blocked: int) -> str:
    of = f"{safe(heard.round.standup.name, 80)} of {heard.round.day_in_words}"
    answered = heard.counts.get(Answer.ANSWERED, 0)
    if not answered:
        return f"{of}: nobody answered."
    blockers = plural(blocked, "blocker") if blocked else "no blockers"
    return f"{of}: {answered} of {sum(heard.counts.values())} answered, {blockers}."


def _shown(said: Mapping[Theme, Sequence[StandupAnswer]]) -> tuple[list[Block], bool]:
    """The blocks that fit into one message, and whether there is more."""
    answers = [each for theme in Theme for each in said[theme]]
    if not answers:
        return [], False
    longest = _share(answers)
    texts = (pair for theme in Theme for pair in _texts(theme, said[theme], longest))
    shown, cut = _fitting(texts)
    cut = cut or longest < _LONGEST
    return shown, cut or any(len(said[theme]) > _MOST_BUTTONS for theme in _WITH_BUTTONS)


def _fitting(texts: Iterable[tuple[str, ButtonElement | None]]) -> tuple[list[Block], bool]:
    """The texts as blocks while there is room, and whether one had none: what follows it is not
    even drawn, however many people there are."""
    shown: list[Block] = []
    left = _ROOM
    for text, button in texts:
        left -= len(text)
        if left < 0:
            return shown, True
        shown.append(SectionBlock(text=as_written(text), accessory=button))
    return shown, False


def _texts(
    theme: Theme, said: Sequence[StandupAnswer], longest: int
) -> Iterator[tuple[str, ButtonElement | None]]:
    """A theme as the texts of as many sections as it takes, with the button that each has."""
    heading = f"*{theme.label}*"
    if theme == Theme.BLOCKERS and not said:
        yield f"{heading}\nNone.", None
    elif theme in _WITH_BUTTONS:
        for position, each in enumerate(said[:_MOST_BUTTONS]):
            title = "" if position else f"{heading}\n"
            yield f"{title}{_row(each, longest)}", lifting.button(each)
    elif said:
        lines = (line for each in said for line in (speaker(each), *quoted(each.text, longest)))
        for text in _packed(chain([heading], lines)):
            yield text, None


def _row(said: StandupAnswer, longest: int) -> str:
    quote = quoted(said.text, min(longest, _LONGEST - 200))
    return "\n".join([speaker(said), *quote, *lifting.outcome(said)])


def _share(answers: Sequence[StandupAnswer]) -> int:
    """How long each answer may be, so that all fit: the short ones leave their room to others."""
    if len(answers) * _MOST_LINES > _ROOM:
        return _SHORTEST  # their names alone take the room
    lengths = sorted(len(safe(each.text, _LONGEST)) for each in answers)
    left = _ROOM - sum(len(speaker(each)) + _MOST_LINES for each in answers)
    for position, length in enumerate(lengths):
        share = left // (len(lengths) - position)
        if length > share:
            return max(share, _SHORTEST)
        left -= length
    return _LONGEST


def _packed(lines: Iterable[str]) -> Iterator[str]:
    """The lines in as few texts as hold them."""
    text = ""
    for line in lines:
        if text and len(text) + 1 + len(line) > _SECTION:
            yield text
            text = line
        else:
            text = f"{text}\n{line}" if text else line
    yield text


def _show_all(round_: StandupRound) -> ActionsBlock:
    button = ButtonElement(text="Show all answers", action_id=PAGE, value=str(round_.id))
    return ActionsBlock(elements=[button])


def _told(heard: Heard) -> ContextBlock:
    """Who answered; of the others only how many, since nobody is put to shame."""
    names = sorted({each.entry.id: each.entry.person.name for each in heard.said}.values())
    told = [f"Answered ({len(names)}): {_listed(names)}"] if names else []
    told += [
        f"{count} {what}" for state, what in _SILENT.items() if (count := heard.counts.get(state))
    ]
    return ContextBlock(elements=[as_written(" · ".join(told) or "Nobody was asked.")])


def _listed(names: Sequence[str]) -> str:
    listed = name(names[0])
    for position, each in enumerate(names[1:], start=1):
        if len(listed) + len(name(each)) > _NAMES:
            return f"{listed} and {plural(len(names) - position, 'other')}"
        listed += f", {name(each)}"
    return listed
