"""All answers of a round in a modal, page by page: whatever did not fit into the summary."""

from slack_sdk.models.blocks import ContextBlock, MarkdownTextObject, SectionBlock
from slack_sdk.models.views import View

from bot.slack.paging import page_turns
from bot.slack.text import clean, plural
from bot.standups.messages import lifting
from bot.standups.messages.quotes import as_written, quoted
from bot.standups.messages.said import speaker
from bot.standups.models import Page, StandupAnswer, Theme

PAGE = "standup.page"

# A section has 3,000 characters; the theme, the name and whoever takes it need some of them.
_LONGEST = 2600


def page(found: Page) -> View:
    """A page of the answers."""
    told = f"{plural(found.count, 'answer')}, page {found.number + 1} of {found.pages}"
    rows = [_answer(each) for each in found.said]
    return View(
        type="modal",
        callback_id=PAGE,
        private_metadata=f"{found.round.id} {found.number}",
        title=clean(found.round.standup.name, 24),
        close="Done",
        blocks=[
            *(rows or [SectionBlock(text="Nobody has answered yet.")]),
            *page_turns(PAGE, found.number, found.pages),
            ContextBlock(elements=[MarkdownTextObject(text=told)]),
        ],
    )


def page_of(note: str) -> tuple[int, int]:
    """The round and the page that the modal carries along."""
    round_id, _, number = note.partition(" ")
    return int(round_id), int(number)


def _answer(said: StandupAnswer) -> SectionBlock:
    theme = Theme(said.question.theme)
    lines = [f"*{theme.label}* · {speaker(said)}", *quoted(said.text, _LONGEST)]
    text = "\n".join([*lines, *lifting.outcome(said)])
    return SectionBlock(text=as_written(text), accessory=lifting.button(said))
