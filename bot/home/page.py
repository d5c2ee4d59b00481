"""A person's page: the sections that capabilities declare, in their order."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence

from slack_sdk.models.blocks import Block
from sqlalchemy.orm import Session

from bot.capability import Capability, HomeAction, HomeSetting, Place
from bot.home import messages
from bot.people import service as people
from bot.people.models import Person, Role, Workspace
from bot.slack import Message


def page(session: Session, who: Person, capabilities: Sequence[Capability]) -> Message:
    """The person's home tab, of what these capabilities declare."""
    drawn = sections(session, who, capabilities)
    if not who.roles and not drawn:
        return messages.welcome(people.having(session, who.workspace_id, Role.ADMIN))
    return messages.home(who, drawn, actions(who, capabilities), settings(who, capabilities))


def sections(
    session: Session, who: Person, capabilities: Iterable[Capability]
) -> Mapping[Place, Sequence[Block]]:
    """What the person sees in each place, without those in which there is nothing."""
    drawn: dict[Place, list[Block]] = defaultdict(list)
    # Most sections read it, and a session forgets a row that nobody holds.
    _workspace = session.get_one(Workspace, who.workspace_id)
    for section in (each for capability in capabilities for each in capability.home_sections):
        if not section.roles or set(section.roles) & set(who.roles):
            drawn[section.place] += section.draw(session, who)
    return {place: blocks for place, blocks in drawn.items() if blocks}


def settings(who: Person, capabilities: Iterable[Capability]) -> list[HomeSetting]:
    """What the person may set up, in order."""
    declared = sorted(each for capability in capabilities for each in capability.home_settings)
    return [each for each in declared if who.has(each.role)]


def actions(who: Person, capabilities: Iterable[Capability]) -> list[HomeAction]:
    """What the person can begin from their page, in order."""
    declared = sorted(each for capability in capabilities for each in capability.home_actions)
    return [each for each in declared if set(each.roles) & set(who.roles)]
