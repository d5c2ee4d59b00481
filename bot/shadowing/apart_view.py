"""Whom rounds do not pair: each person's own list, and an admin's whole one."""

from collections.abc import Sequence

from slack_sdk.models.blocks import (
    Block,
    ButtonElement,
    ContextBlock,
    InputBlock,
    MarkdownTextObject,
    SectionBlock,
    UserSelectElement,
)
from slack_sdk.models.views import View

from bot.people.models import Person
from bot.shadowing.models import ShadowApart
from bot.slack.paging import page_turns

SAVE_APART = "shadow.save_apart"
LET_MEET = "shadow.let_meet"
PAGE = "shadow.apart_page"

_PAGE_SIZE = 40


def apart(found: Sequence[ShadowApart], who: Person, page: int, *, is_admin: bool) -> View:
    """Who is kept apart, `_PAGE_SIZE` a page, and a field for one more."""
    told = (
        "These people are not paired. Only admins see the whole list."
        if is_admin
        else "Whom do you not want to be paired with? Only admins can see it, nobody asks why."
    )
    last = max(-(-len(found) // _PAGE_SIZE) - 1, 0)
    page = min(page, last)
    shown = found[page * _PAGE_SIZE : (page + 1) * _PAGE_SIZE]
    blocks: list[Block] = [
        SectionBlock(text=told),
        *([_whom("one", "Who", who)] if is_admin else []),
        _whom("other", "Not with", None),
        *[_row(each, who, is_admin=is_admin) for each in shown],
        *_pager(page, last),
    ]
    return View(
        type="modal", callback_id=SAVE_APART, title="Not with…", submit="Keep apart", close="Done",
        blocks=blocks,
    )  # fmt: skip


def _whom(name: str, label: str, who: Person | None) -> InputBlock:
    element = UserSelectElement(action_id=name, initial_user=who.slack_id if who else None)
    return InputBlock(block_id=name, label=label, element=element)


def _row(each: ShadowApart, who: Person, *, is_admin: bool) -> SectionBlock:
    other = each.other if each.one_id == who.id else each.one
    pair = f"{each.one.mention} and {each.other.mention}" if is_admin else other.mention
    by = f" (asked for by {each.by.mention})" if is_admin else ""
    button = ButtonElement(text="Let them meet", action_id=LET_MEET, value=str(each.id))
    return SectionBlock(text=f"{pair}{by}", accessory=button)


def _pager(page: int, last: int) -> list[Block]:
    if not last:
        return []
    note = MarkdownTextObject(text=f"Page {page + 1} of {last + 1}")
    return [*page_turns(PAGE, page, last + 1), ContextBlock(elements=[note])]
