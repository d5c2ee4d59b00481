"""What an admin's home tab shows of the installation: work that was given up, and how all does."""

from slack_sdk.models.blocks import Block
from sqlalchemy.orm import Session

from bot.capability import Place
from bot.home import capability, messages
from bot.home.models import Upkeep
from bot.people.models import Person, Role, Workspace
from bot.tasks import queue

capability.home_setting("Sources", messages.SOURCES_OPEN, 90, Role.ADMIN)


@capability.home_section(Place.UPKEEP, Role.ADMIN)
def upkeep(session: Session, who: Person) -> list[Block]:
    """Failed work, and how the installation does."""
    return messages.upkeep(
        Upkeep(
            jobs=queue.counts(session),
            failed=queue.failed(session, messages.MOST_FAILED),
            channel=session.get_one(Workspace, who.workspace_id).channel,
        )
    )
