"""What an admin's home tab shows of intake: submissions that could not be read."""

from collections.abc import Sequence

from slack_sdk.models.blocks import Block
from sqlalchemy.orm import Session

from bot.capability import Place
from bot.intake import capability, forms, messages, receiving
from bot.intake.models import Submission
from bot.people.models import Person, Role
from bot.slack.blocks import header, note

_MOST_UNREAD = 5

capability.home_action("New lead", forms.NEW, 10, Role.SALESPERSON)
capability.home_setting("Lead score", messages.CHANGE_RULES, 50, Role.ADMIN)


@capability.home_section(Place.UPKEEP, Role.ADMIN)
def unread(session: Session, person: Person) -> list[Block]:
    """The submissions that wait for an admin."""
    return show_unread(receiving.unread(session, person.workspace_id, _MOST_UNREAD + 1))


def show_unread(submissions: Sequence[Submission]) -> list[Block]:
    """The first of these submissions, and whether there are more than a home tab shows."""
    if not submissions:
        return []
    shown = submissions[:_MOST_UNREAD]
    more = len(submissions) > len(shown)
    rest = [note("These are the oldest. `handoff leads submissions` lists all.")] if more else []
    count = f"{_MOST_UNREAD}+" if more else str(len(shown))
    return [header(f"Could not be read ({count})"), *messages.rows_unread(shown), *rest]
