"""What a marketer's home tab shows: how their own campaigns do."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from slack_sdk.models.blocks import Block
from sqlalchemy.orm import Session

from bot import metrics
from bot.campaigns import queries as campaigns
from bot.campaigns.models import Campaign
from bot.campaigns.texts import offer_line
from bot.capability import NextRun, Place
from bot.formats import plural
from bot.metrics import Figures
from bot.people.models import Person, Role, Workspace
from bot.reports import capability, exports
from bot.slack.blocks import note, part, words
from bot.slack.text import safe
from bot.tasks import schedules

_MOST_CAMPAIGNS = 5


@dataclass(frozen=True)
class OwnCampaign:
    """A campaign of a marketer's own, with how it does."""

    campaign: Campaign
    figures: Figures
    """Over its whole life."""
    readers: int
    """How many of sales have confirmed it."""
    sales: int


@capability.home_section(Place.OWN_CAMPAIGNS, Role.MARKETER)
def own_campaigns(session: Session, who: Person) -> list[Block]:
    """Campaigns of their own that run or come."""
    return show_campaigns(read_campaigns(session, who))


def read_campaigns(session: Session, who: Person) -> list[OwnCampaign]:
    """One more than is shown, where there are more."""
    today = campaigns.today(session, who.workspace_id)
    now = campaigns.overview(session, who.workspace_id, today)
    mine = [each for each in (*now.running, *now.coming) if each.owner_id == who.id]
    read = mine[: _MOST_CAMPAIGNS + 1]
    figures = metrics.of_campaigns(session, who.workspace_id, [each.id for each in read])
    return [
        OwnCampaign(each, figures[each.id], now.readers.get(each.id, 0), now.sales) for each in read
    ]


def show_campaigns(own: Sequence[OwnCampaign]) -> list[Block]:
    """The first of them."""
    if not own:
        none = "You have no live or upcoming campaigns."
        return part("Your campaigns", [words(none)])
    more = len(own) > _MOST_CAMPAIGNS
    rest = [note("`/campaign list` shows the rest.")] if more else []
    return part("Your campaigns", [*[words(_row(each)) for each in own[:_MOST_CAMPAIGNS]], *rest])


def _row(own: OwnCampaign) -> str:
    campaign, figures = own.campaign, own.figures
    lines = [f"*{safe(campaign.name, 100)}* · {offer_line(campaign)}"]
    if figures.count("received"):
        quality = f", quality {figures['quality_index']} of 3" if figures.count("rated") else ""
        lines.append(
            f"{plural(figures.count('received'), 'lead')}, {figures['claimed']} claimed, "
            f"{figures['rated']} rated{quality}, {figures['won']} won"
        )
    else:
        lines.append("No leads yet")
    lines.append(f"{_money(own)} · read by {own.readers} of {own.sales} in sales")
    return "\n".join(lines)


def _money(own: OwnCampaign) -> str:
    budget = f" of {own.campaign.budget}" if own.campaign.budget else ""
    if not own.figures.has("spend"):
        return f"No spend entered{budget and f', budget{budget[3:]}'}"
    return f"Spent {own.figures['spend']}{budget}"


@capability.next_run
def next_files(session: Session, workspace: Workspace) -> Iterator[NextRun]:
    """Files that come into a channel."""
    runs = schedules(session, workspace.id)
    for export in exports.of_workspace(session, workspace.id):
        if run := runs.get(export.schedule_name):
            yield NextRun(run.next_run_at, f"File “{export.title}”", run.zone)
