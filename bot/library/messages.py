"""How the library looks: what was found, and one piece whole."""

from slack_sdk.models.blocks import (
    Block,
    ButtonElement,
    PlainTextObject,
    SectionBlock,
)
from slack_sdk.models.views import View

from bot.formats import plural
from bot.library.models import PAGE_SIZE, Hit, Piece, SearchPage, Shelf
from bot.slack.blocks import note
from bot.slack.paging import page_turns
from bot.slack.text import clean, moment, safe

FIND = "library.find"
OPEN = "library.open"
TURN = "library.turn"

_PART = 2_900


def open_action(shelf: Shelf) -> str:
    """The action id that opens a piece of a shelf."""
    return f"{OPEN}.{shelf}"


def results(page: SearchPage) -> list[Block]:
    """What was found by the words so far, a page of it."""
    if not page.words.strip():
        return [note("Type a word or the start of one.")]
    if not page.hits:
        words = safe(page.words, 60)
        return [note(f"Nothing found for “{words}”. Try fewer letters or another word.")]
    pages = -(-page.count // PAGE_SIZE)
    return [
        *map(_row, page.hits),
        *page_turns(TURN, page.page, pages),
        note(f"{plural(page.count, 'result')}, page {page.page + 1} of {pages}"),
    ]


def piece(whole: Piece) -> View:
    """One piece whole."""
    blocks: list[Block] = [
        SectionBlock(text=PlainTextObject(text=clean(whole.title, 150), emoji=False))
    ]
    for heading, text in whole.parts:
        blocks.append(SectionBlock(text=f"*{heading}*"))
        blocks.append(SectionBlock(text=PlainTextObject(text=clean(text, _PART), emoji=False)))
    if whole.links:
        links = [f"• <{address}|{safe(title, 100)}>" for title, address in whole.links]
        blocks.append(SectionBlock(text="*Material*\n" + "\n".join(links)[:_PART]))
    return View(type="modal", title="Library", close="Back", blocks=blocks)


def _row(hit: Hit) -> SectionBlock:
    excerpt = " ".join(hit.excerpt.split())
    when = moment(hit.at, "{date_short_pretty}")
    return SectionBlock(
        text=f"*{safe(hit.title, 100)}* · {hit.shelf.label}, {when}\n{safe(excerpt, 400)}",
        accessory=ButtonElement(text="Open", action_id=open_action(hit.shelf), value=str(hit.id)),
    )
