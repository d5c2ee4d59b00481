"""What home tabs show of campaigns: those that run."""

from collections.abc import Sequence

from slack_sdk.models.blocks import Block
from sqlalchemy.orm import Session

from bot.campaigns import capability, list_messages, queries
from bot.campaigns.models import Campaign
from bot.campaigns.texts import offer_line
from bot.capability import Place
from bot.people.models import ANY_ROLE, Person, Role
from bot.slack.blocks import part, words
from bot.slack.text import safe

_MOST_CAMPAIGNS = 10


capability.home_action("New campaign", list_messages.NEW, 10, Role.MARKETER)


@capability.home_section(Place.CAMPAIGNS, *ANY_ROLE)
def running(session: Session, who: Person) -> list[Block]:
    """Campaigns that run; a marketer sees their own above."""
    campaigns = queries.running(session, who.workspace_id, queries.today(session, who.workspace_id))
    is_marketer = Role.MARKETER in who.roles
    return show_running([each for each in campaigns if not is_marketer or each.owner_id != who.id])


def show_running(running: Sequence[Campaign]) -> list[Block]:
    """A line for each of the first, with its offer."""
    if not running:
        return []
    lines = [
        f"• *{safe(campaign.name, 100)}*: {offer_line(campaign)}"
        for campaign in running[:_MOST_CAMPAIGNS]
    ]
    left = len(running) - _MOST_CAMPAIGNS
    if left > 0:
        lines.append(f"and {left} more: `/campaign list`")
    # A section takes 3,000 characters; a campaign's line is far shorter than 300.
    return part("Live campaigns", [words("\n".join(lines)[:3000])])
