"""Beside the leads: what standups, requests and shadowing say of a week."""

from sqlalchemy.orm import Session

from bot import clock
from bot.digests.models import Week
from bot.digests.together import Together
from bot.people.models import Workspace
from bot.planning import service as planning
from bot.shadowing import queries as shadowing
from bot.standups import service as standups


def together(session: Session, workspace: Workspace, week: Week) -> Together:
    """How the departments worked together; nothing of a week that is long over, since what waits
    and who met is known of the present."""
    this = Week.of(clock.now(), workspace.days)
    if week not in (this, this.before):
        return Together()
    trends = standups.response_trend(session, workspace.id, 2).values()
    weeks = [each for trend in trends for each in trend.weeks if each.monday == week.monday]
    return Together(
        asked=sum(each.asked for each in weeks),
        answered=sum(each.answered for each in weeks),
        overdue=len(planning.overdue(session, workspace.id)),
        quarter=shadowing.quarter(session, workspace.id, week.sunday),
    )
