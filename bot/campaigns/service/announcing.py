"""Announcing: the campaign's row, its card in the shared channel, and the word to its owner."""

from dataclasses import asdict
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from bot import clock, slack
from bot.campaigns.model import Campaign
from bot.campaigns.service.drafting import Draft
from bot.campaigns.service.reading import by_utm, known
from bot.errors import HandoffError
from bot.jobs import enqueue
from bot.people import service as people
from bot.people.model import Person, Role, Workspace

CARD = "campaign"
CONFIRMATION = "campaign.announced"
CONFIRM = "campaigns.confirm"
END = "campaigns.end"


class CodeTaken(HandoffError):
    """“{name}” has this code already. Choose another, so that each lead finds its campaign."""


def may_announce(session: Session, who: Person) -> None:
    """See that the person may announce campaigns. Raises NotAllowed."""
    people.require(session, who, "announce campaigns", Role.MARKETER)


def announce(session: Session, who: Person, draft: Draft, token: str) -> Campaign:
    """Announce the campaign in the shared channel; `who` owns it.

    `token` stands for the form: one that arrives again finds its campaign and changes nothing.
    Raises NotAllowed, CodeTaken.
    """
    may_announce(session, who)
    workspace = session.get_one(Workspace, who.workspace_id)
    campaign: Campaign | None = session.scalar(
        insert(Campaign)
        .values(
            workspace_id=workspace.id,
            owner_id=who.id,
            announced_at=clock.now(),
            token=token,
            **_columns(draft, workspace.currency),
        )
        .on_conflict_do_nothing()
        .returning(Campaign)
    )
    if campaign is None:
        return _announced_before(session, workspace.id, draft, token)
    slack.show(session, workspace.id, CARD, campaign.id, workspace.channel)
    # In the channel's lane it comes after the announcement, and knows what became of that.
    enqueue(session, CONFIRM, lane=workspace.channel, campaign_id=campaign.id)
    if campaign.ends_on:
        enqueue(session, END, at=_end_of(campaign.ends_on, workspace.zone), campaign_id=campaign.id)
    return campaign


def confirm(session: Session, campaign_id: int) -> None:
    """Tell the owner what became of the announcement, now that it was tried."""
    campaign = known(session, campaign_id)
    slack.show(session, campaign.workspace_id, CONFIRMATION, campaign.id, campaign.owner.slack_id)


def _announced_before(session: Session, workspace_id: int, draft: Draft, token: str) -> Campaign:
    """Why the row could not be written: this form was here before, or the code is taken."""
    same = session.scalar(
        select(Campaign).where(Campaign.workspace_id == workspace_id, Campaign.token == token)
    )
    if same is not None:
        return same
    taken = by_utm(session, workspace_id, draft.utm_campaign or "")
    assert taken is not None, "only the token and the code are unique"
    raise CodeTaken(name=session.get_one(Campaign, taken).name)


def _columns(draft: Draft, currency: str) -> dict[str, Any]:
    columns = asdict(draft)
    del columns["budget"]
    minor = draft.budget.minor if draft.budget else None
    return columns | {"budget_minor": minor, "currency": currency}


def _end_of(day: date, zone: ZoneInfo) -> datetime:
    """The midnight at which the day is over, there; in UTC, where hours can be counted."""
    return datetime.combine(day + timedelta(days=1), time(), zone).astimezone(UTC)
