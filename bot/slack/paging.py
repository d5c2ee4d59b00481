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
