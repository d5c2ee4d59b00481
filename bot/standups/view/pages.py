"""All answers of a round in a modal, page by page: whatever did not fit into the summary."""

from collections.abc import Sequence

from slack_sdk.models.blocks import (
    ActionsBlock,
    ButtonElement,
    ContextBlock,
    MarkdownTextObject,
    SectionBlock,
)
from slack_sdk.models.views import View

from bot.slack.text import clean, plural
from bot.standups.model import StandupAnswer, StandupRound, Theme
from bot.standups.view import lifting
from bot.standups.view.quotes import as_written, quoted
from bot.standups.view.said import by_theme, speaker

PAGE = "standup.page"

_PAGE_SIZE = 15
# A section has 3,000 characters; the theme, the name and whoever takes it need some of them.
_LONGEST = 2600


def page(round_: StandupRound, number: int) -> View:
    """A page of the answers, in the order of the summary; pages count from 0."""
    said = [each for answers in by_theme(round_.entries).values() for each in answers]
    pages = max(-(-len(said) // _PAGE_SIZE), 1)
    number = min(max(number, 0), pages - 1)
    shown = said[number * _PAGE_SIZE : (number + 1) * _PAGE_SIZE]
    turns = _turns(number, pages)
    told = f"{plural(len(said), 'answer')}, page {number + 1} of {pages}"
    return View(
        type="modal",
        callback_id=PAGE,
        private_metadata=f"{round_.id} {number}",
        title=clean(round_.standup.name, 24),
        close="Done",
        blocks=[
            *(map(_answer, shown) if shown else [SectionBlock(text="Nobody has answered yet.")]),
            *([ActionsBlock(elements=turns)] if turns else []),
            ContextBlock(elements=[MarkdownTextObject(text=told)]),
        ],
    )


def page_of(note: str) -> tuple[int, int]:
    """The round and the page that the modal carries along."""
    round_id, _, number = note.partition(" ")
    return int(round_id), int(number)


def _turns(number: int, pages: int) -> Sequence[ButtonElement]:
    return [
        ButtonElement(text=label, action_id=f"{PAGE}.{name}", value=str(target))
        for target, label, name in (
            (number - 1, "Previous", "previous"), (number + 1, "Next", "next"),
        )
        if 0 <= target < pages
    ]  # fmt: skip


def _answer(said: StandupAnswer) -> SectionBlock:
    theme = Theme(said.question.theme)
    lines = [f"*{theme.label}* · {speaker(said)}", *quoted(said.text, _LONGEST)]
    text = "\n".join([*lines, *lifting.outcome(said)])
    return SectionBlock(text=as_written(text), accessory=lifting.button(said))
