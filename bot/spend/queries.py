"""Reading: the entries of a campaign with what corrected them, and campaigns by their words."""

from collections.abc import Sequence

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from bot.campaigns import queries as campaigns
from bot.campaigns.models import Campaign, Stage
from bot.people.models import Person
from bot.slack.text import typed
from bot.spend.budget import consumption
from bot.spend.entering import corrected, may_see_money
from bot.spend.models import PAGE, Entries, SpendEntry

# Names are compared without their quotes, and with the dashes and spaces of a keyboard.
_TYPED = "-------   "
_WRITTEN = "\u2010\u2011\u2012\u2013\u2014\u2015\u2212\u00a0\u202f\u2009" + "\"'“”„‟«»″‘’‚‛‹›′"


def entries(session: Session, person: Person, campaign_id: int, page: int = 0) -> Entries:
    """What was entered for a campaign. Raises NotAllowed, NotFound."""
    may_see_money(session, person)
    campaign = campaigns.find(session, person.workspace_id, campaign_id)
    mine = SpendEntry.campaign_id == campaign.id
    total = session.scalars(select(func.count()).select_from(SpendEntry).where(mine)).one()
    page = max(0, min(page, (total - 1) // PAGE))
    shown = session.scalars(
        select(SpendEntry)
        .where(mine)
        .order_by(SpendEntry.day.desc(), SpendEntry.id.desc())
        .offset(page * PAGE)
        .limit(PAGE)
    ).all()
    spent = consumption(session, campaign)
    return Entries(spent, shown, corrected(session, shown), page, total)


def choose(session: Session, workspace_id: int, words: str, limit: int) -> Sequence[Campaign]:
    """The campaigns whose name or code these words are in, the newest first.

    One that is called exactly so is the only one. Cancelled ones are left out.
    """
    wanted = typed(words).lower().translate(dict.fromkeys(map(ord, "\"'")))
    name = func.translate(func.lower(Campaign.name), _WRITTEN, _TYPED)
    code = func.coalesce(Campaign.utm_campaign, "")
    mine = select(Campaign).where(
        Campaign.workspace_id == workspace_id, Campaign.stage != Stage.CANCELLED
    )
    newest = (Campaign.starts_on.desc(), Campaign.id.desc())
    if not wanted:
        return session.scalars(mine.order_by(*newest).limit(limit)).all()
    exact = session.scalars(
        mine.where((name == wanted) | (code == wanted)).order_by(*newest).limit(limit)
    ).all()
    if exact:
        return exact
    within = name.contains(wanted, autoescape=True) | code.contains(wanted, autoescape=True)
    return session.scalars(mine.where(within).order_by(*newest).limit(limit)).all()
