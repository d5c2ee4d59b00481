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
from slack_sdk.models.views import View

from bot.formats import day, plural
from bot.slack import Message
from bot.slack.blocks import note
from bot.slack.paging import page_turns
from bot.slack.text import clean, safe, share
from bot.standups import messages
from bot.standups.messages import as_written, name, quoted
from bot.standups.models import (
    Answer,
    RoundSummary,
    StandupAnswer,
    StandupRound,
    SummaryPage,
    Theme,
)

_SILENT = {Answer.SKIPPED: "skipped", Answer.ASKED: "didn't answer"}

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

PAGE = "standup.page"

# A section has 3,000 characters; the theme, the name and whoever takes it need some of them.
_LONGEST_ON_PAGE = 2600


def by_theme(answers: Iterable[StandupAnswer]) -> Mapping[Theme, list[StandupAnswer]]:
    """What was said, by theme; within each in the order in which it comes."""
    grouped: dict[Theme, list[StandupAnswer]] = {theme: [] for theme in Theme}
    for each in answers:
        grouped[Theme(each.question.theme)].append(each)
    return grouped


def speaker(answer: StandupAnswer) -> str:
    """Who said it, and whether that was after the closing."""
    late = " (late)" if answer.entry.is_late else ""
    return f"{name(answer.entry.person.name)}{late}"


def summary(round_summary: RoundSummary) -> Message:
    """What the team said on that day."""
    themes = by_theme(round_summary.answers)
    title = f"{round_summary.round.standup.name} · {round_summary.round.day_in_words}"
    blocks: list[Block] = [HeaderBlock(text=PlainTextObject(text=clean(title, 150), emoji=False))]
    rows, cut = _shown(themes)
    blocks.extend(rows or [SectionBlock(text="Nobody answered.")])
    blocks.extend([DividerBlock(), _participation(round_summary)])
    if cut:
        blocks.append(_show_all(round_summary.round))
    return Message(_sentence(round_summary, len(themes[Theme.BLOCKERS])), blocks)


def week(round_: StandupRound) -> Message:
    """The message below which the other department reads a week's summaries."""
    monday = round_.monday
    text = f"{safe(round_.standup.team.name, 80)} standups, week of {day(monday, monday)}"
    return Message(text, [SectionBlock(text=f"*{text}*\nSummaries are in the thread.")])


def _sentence(round_summary: RoundSummary, blocked: int) -> str:
    title = f"{safe(round_summary.round.standup.name, 80)}, {round_summary.round.day_in_words}"
    answered = round_summary.counts.get(Answer.ANSWERED, 0)
    if not answered:
        return f"{title}: nobody answered."
    blockers = plural(blocked, "blocker") if blocked else "no blockers"
    return f"{title}: {answered} of {sum(round_summary.counts.values())} answered, {blockers}."


def _shown(themes: Mapping[Theme, Sequence[StandupAnswer]]) -> tuple[list[Block], bool]:
    """The blocks that fit into one message, and whether there is more."""
    answers = [each for theme in Theme for each in themes[theme]]
    if not answers:
        return [], False
    longest = _share(answers)
    texts = (pair for theme in Theme for pair in _texts(theme, themes[theme], longest))
    shown, cut = _fitting(texts)
    cut = cut or longest < _LONGEST
    return shown, cut or any(len(themes[theme]) > _MOST_BUTTONS for theme in _WITH_BUTTONS)


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
    theme: Theme, answers: Sequence[StandupAnswer], longest: int
) -> Iterator[tuple[str, ButtonElement | None]]:
    """A theme as the texts of as many sections as it takes, with the button that each has."""
    heading = f"*{theme.label}*"
    if theme == Theme.BLOCKERS and not answers:
        yield f"{heading}\nNone.", None
    elif theme in _WITH_BUTTONS:
        for position, each in enumerate(answers[:_MOST_BUTTONS]):
            title = "" if position else f"{heading}\n"
            yield f"{title}{_row(each, longest)}", messages.answer_button(each)
    elif answers:
        lines = (line for each in answers for line in (speaker(each), *quoted(each.text, longest)))
        for text in _packed(chain([heading], lines)):
            yield text, None


def _row(answer: StandupAnswer, longest: int) -> str:
    quote = quoted(answer.text, min(longest, _LONGEST - 200))
    return "\n".join([speaker(answer), *quote, *messages.answer_outcome(answer)])


def _share(answers: Sequence[StandupAnswer]) -> int:
    """How long each answer may be, so that all fit."""
    if len(answers) * _MOST_LINES > _ROOM:
        return _SHORTEST  # their names alone take the room
    lengths = [len(safe(each.text, _LONGEST)) for each in answers]
    room = _ROOM - sum(len(speaker(each)) + _MOST_LINES for each in answers)
    return max(share(lengths, room, _LONGEST), _SHORTEST)


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


def _participation(round_summary: RoundSummary) -> ContextBlock:
    """Who answered; of the others only how many, since nobody is put to shame."""
    names = sorted(
        {each.entry.id: each.entry.person.name for each in round_summary.answers}.values()
    )
    parts = [f"Answered ({len(names)}): {_listed(names)}"] if names else []
    parts += [
        f"{count} {what}"
        for state, what in _SILENT.items()
        if (count := round_summary.counts.get(state))
    ]
    return ContextBlock(elements=[as_written(" · ".join(parts) or "Nobody was asked.")])


def _listed(names: Sequence[str]) -> str:
    listed = name(names[0])
    for position, each in enumerate(names[1:], start=1):
        if len(listed) + len(name(each)) > _NAMES:
            return f"{listed} and {plural(len(names) - position, 'other')}"
        listed += f", {name(each)}"
    return listed


def page(shown: SummaryPage) -> View:
    """A page of the answers."""
    page_line = f"{plural(shown.count, 'answer')}, page {shown.number + 1} of {shown.pages}"
    rows = [_answer_row(each) for each in shown.answers]
    return View(
        type="modal",
        callback_id=PAGE,
        private_metadata=f"{shown.round.id} {shown.number}",
        title=clean(shown.round.standup.name, 24),
        close="Done",
        blocks=[
            *(rows or [SectionBlock(text="Nobody has answered yet.")]),
            *page_turns(PAGE, shown.number, shown.pages),
            note(page_line),
        ],
    )


def page_of(carried: str) -> tuple[int, int]:
    """The round and the page that the modal carries along."""
    round_id, _, number = carried.partition(" ")
    return int(round_id), int(number)


def _answer_row(answer: StandupAnswer) -> SectionBlock:
    theme = Theme(answer.question.theme)
    lines = [f"*{theme.label}* · {speaker(answer)}", *quoted(answer.text, _LONGEST_ON_PAGE)]
    text = "\n".join([*lines, *messages.answer_outcome(answer)])
    return SectionBlock(text=as_written(text), accessory=messages.answer_button(answer))
