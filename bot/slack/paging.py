"""Turning pages: the buttons below a list that is longer than a modal shows."""

from slack_sdk.models.blocks import ActionsBlock, Block, ButtonElement


def page_turns(action_id: str, page: int, pages: int) -> list[Block]:
    """The buttons for the page before this one and the one after it; pages count from 0.

    They are heard under `action_id` with `.previous` and `.next`, and carry the page as their
    value. Nothing where there is nowhere to turn.
    """
    buttons = [
        ButtonElement(text=label, action_id=f"{action_id}.{label.lower()}", value=str(target))
        for target, label in ((page - 1, "Previous"), (page + 1, "Next"))
        if 0 <= target < pages
    ]
    return [ActionsBlock(elements=buttons)] if buttons else []


def page_count(count: int, size: int) -> int:
    """How many pages of `size` a list of `count` has; an empty one has one."""
    return max(-(-count // size), 1)


def existing_page(page: int, count: int, size: int) -> int:
    """The page, counted from 0; the last one where the list has become shorter than that."""
    return min(page, page_count(count, size) - 1)
