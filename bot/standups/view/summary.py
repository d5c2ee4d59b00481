"""How a round is summed up in the channel: blockers first, then by theme, and who was heard.

Names are written and nobody is mentioned: a summary informs, and calls no one.
"""

from collections.abc import Iterable, Mapping, Sequence
from itertools import accumulate

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
from bot.standups.model import Answer, StandupAnswer, StandupEntry, StandupRound, Theme
from bot.standups.view import lifting
from bot.standups.view.pages import PAGE
from bot.standups.view.quotes import as_written, name, quoted
from bot.standups.view.said import by_theme, speaker

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


def summary(round_: StandupRound) -> Message:
    """What the team said on that day; the round comes with its entries, people and answers."""
    entries = sorted(round_.entries, key=lambda entry: (entry.person.name, entry.id))
    said = by_theme(entries)
    title = f"{round_.standup.name} · {round_.day_in_words}"
    blocks: list[Block] = [HeaderBlock(text=PlainTextObject(text=clean(title, 150), emoji=False))]
    shown, cut = _shown(said)
    blocks.extend(shown or [SectionBlock(text="Nobody answered this standup.")])
    blocks.extend([DividerBlock(), _heard(entries)])
    if cut:
        blocks.append(_show_all(round_))
    return Message(_sentence(round_, entries, said), blocks)


def week(round_: StandupRound) -> Message:
    """The message below which the other department reads a week's summaries."""
    monday = round_.monday
    text = f"What {safe(round_.standup.team.name, 80)} says, week of {monday.day} {monday:%B}"
    return Message(text, [SectionBlock(text=f"*{text}*\nEach summary is a reply to this message.")])


def _sentence(
    round_: StandupRound,
    entries: Sequence[StandupEntry],
    said: Mapping[Theme, Sequence[StandupAnswer]],
) -> str:
    of = f"{safe(round_.standup.name, 80)} of {round_.day_in_words}"
    answered = sum(1 for entry in entries if entry.state == Answer.ANSWERED)
    if not answered:
        return f"{of}: nobody answered."
    blocked = len(said[Theme.BLOCKERS])
    blockers = plural(blocked, "blocker") if blocked else "no blockers"
    return f"{of}: {answered} of {len(entries)} answered, {blockers}."


def _shown(said: Mapping[Theme, Sequence[StandupAnswer]]) -> tuple[list[Block], bool]:
    """The blocks that fit into one message, and whether there is more."""
    answers = [each for theme in Theme for each in said[theme]]
    if not answers:
        return [], False
    longest = _share(answers)
    texts = [pair for theme in Theme for pair in _texts(theme, said[theme], longest)]
    used = accumulate(len(text) for text, _ in texts)
    shown = [pair for pair, room in zip(texts, used, strict=True) if room <= _ROOM]
    blocks: list[Block] = [
        SectionBlock(text=as_written(text), accessory=button) for text, button in shown
    ]
    cut = longest < _LONGEST or len(shown) < len(texts)
    return blocks, cut or any(len(said[theme]) > _MOST_BUTTONS for theme in _WITH_BUTTONS)


def _texts(
    theme: Theme, said: Sequence[StandupAnswer], longest: int
) -> list[tuple[str, ButtonElement | None]]:
    """A theme as the texts of as many sections as it takes, with the button that each has."""
    heading = f"*{theme.label}*"
    if theme == Theme.BLOCKERS and not said:
        return [(f"{heading}\nNone.", None)]
    if theme in _WITH_BUTTONS:
        rows = [(_row(each, longest), lifting.button(each)) for each in said[:_MOST_BUTTONS]]
        return [(f"{heading}\n{text}", button) for text, button in rows[:1]] + rows[1:]
    lines = [line for each in said for line in (speaker(each), *quoted(each.text, longest))]
    return [(text, None) for text in _packed([heading, *lines])] if lines else []


def _row(said: StandupAnswer, longest: int) -> str:
    quote = quoted(said.text, min(longest, _LONGEST - 200))
    return "\n".join([speaker(said), *quote, *lifting.outcome(said)])


def _share(answers: Sequence[StandupAnswer]) -> int:
    """How long each answer may be, so that all fit: the short ones leave their room to others."""
    lengths = sorted(len(safe(each.text, _LONGEST)) for each in answers)
    left = _ROOM - sum(len(speaker(each)) + _MOST_LINES for each in answers)
    for position, length in enumerate(lengths):
        share = left // (len(lengths) - position)
        if length > share:
            return max(share, _SHORTEST)
        left -= length
    return _LONGEST


def _packed(lines: Iterable[str]) -> list[str]:
    """The lines in as few texts as hold them."""
    texts: list[str] = []
    for line in lines:
        if texts and len(texts[-1]) + 1 + len(line) <= _SECTION:
            texts[-1] += f"\n{line}"
        else:
            texts.append(line)
    return texts


def _show_all(round_: StandupRound) -> ActionsBlock:
    button = ButtonElement(text="Show all answers", action_id=PAGE, value=str(round_.id))
    return ActionsBlock(elements=[button])


def _heard(entries: Sequence[StandupEntry]) -> ContextBlock:
    """Who answered; of the others only how many, since nobody is put to shame."""
    by_state = {
        state: [entry.person.name for entry in entries if entry.state == state] for state in Answer
    }
    answered = by_state[Answer.ANSWERED]
    told = [f"Answered ({len(answered)}): {_listed(answered)}"] if answered else []
    told += [
        f"{len(names)} {what}" for state, what in _SILENT.items() if (names := by_state[state])
    ]
    return ContextBlock(elements=[as_written(" · ".join(told) or "Nobody was asked.")])


def _listed(names: Sequence[str]) -> str:
    listed = name(names[0])
    for position, each in enumerate(names[1:], start=1):
        if len(listed) + len(name(each)) > _NAMES:
            return f"{listed} and {plural(len(names) - position, 'other')}"
        listed += f", {name(each)}"
    return listed
