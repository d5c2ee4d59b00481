"""The facts that stand in the form, so that nobody has to look them up."""

from datetime import datetime, time

from sqlalchemy.orm import Session

from bot import clock
from bot.campaigns import service as campaigns
from bot.leads import service as leads
from bot.leads.models import Arrivals
from bot.people.models import Person, Workspace
from bot.standups.models import Facts
from bot.standups.service.blockers import unlifted

_NOTHING = Arrivals(0, 0, 0, 0)


def facts(session: Session, who: Person) -> Facts:
    """What the person holds, and how their own campaigns that run do today."""
    zone = session.get_one(Workspace, who.workspace_id).zone
    today = clock.now().astimezone(zone).date()
    running = campaigns.running(session, who.workspace_id, today)
    mine = [campaign for campaign in running if campaign.owner_id == who.id]
    midnight = datetime.combine(today, time(), zone)
    came = leads.arrivals(session, [campaign.id for campaign in mine], midnight)
    return Facts(
        work=leads.workload(session, who),
        blockers=unlifted(session, who),
        campaigns=[(each, came.get(each.id, _NOTHING)) for each in mine],
    )
