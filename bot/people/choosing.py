"""Who a form names: a person from a list of ours, or one whom Slack lists."""

from sqlalchemy.orm import Session

from bot.people import service


def chosen(session: Session, workspace_id: int, value: str) -> int:
    """The id of the person that a form says, by our number or by Slack's ID."""
    return int(value) if value.isdecimal() else service.person(session, workspace_id, value).id
