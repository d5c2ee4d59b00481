"""Choosing a person in a form: from a list that says more of each, while Slack shows all of it."""

from collections.abc import Sequence

from slack_sdk.models.blocks import Option, StaticSelectElement, UserSelectElement
from sqlalchemy.orm import Session

from bot.people import service

MOST_OPTIONS = 100  # Slack's documents, select menus


def choice(action_id: str, options: Sequence[Option]) -> StaticSelectElement | UserSelectElement:
    """One of these people, whose ids are the options' values; of more than Slack lists, everybody
    is offered to be found by name, and the verb says who cannot be."""
    if len(options) <= MOST_OPTIONS:
        return StaticSelectElement(action_id=action_id, options=options)
    return UserSelectElement(action_id=action_id, placeholder="Type a name")


def chosen(session: Session, workspace_id: int, value: str) -> int:
    """The id of the person that a form says, by our number or by Slack's ID."""
    return int(value) if value.isdecimal() else service.person(session, workspace_id, value).id
