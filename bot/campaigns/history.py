"""The history of campaigns: each event is one row, and each text that counts is one version."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, time
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from bot import clock
from bot.campaigns.draft import Draft
from bot.campaigns.models import (
    BINDING,
    PROMISED,
    Campaign,
    CampaignEvent,
    CampaignEventType,
    CampaignVersion,
    Offer,
    Stage,
)
from bot.people.models import Person, Workspace

Changes = dict[str, tuple[str, str]]
"""By field, how it read before and after."""


def changes(old: Draft | Offer, new: Draft | Offer) -> Changes:
    """What differs, of all that both of them have; dates as ISO 8601 writes them."""
    return {
        name: (before, after)
        for name in Draft.__dataclass_fields__
        if hasattr(old, name) and hasattr(new, name)
        if (before := _words(getattr(old, name))) != (after := _words(getattr(new, name)))
    }


def note(
    session: Session,
    campaign: Campaign,
    person: Person | None,
    event_type: CampaignEventType,
    **facts: Any,
) -> CampaignEvent:
    """Write down who did what; None for what the clock does."""
    event = CampaignEvent(
        workspace_id=campaign.workspace_id,
        campaign_id=campaign.id,
        person_id=person.id if person else None,
        event_type=event_type,
        at=clock.now(),
        facts=facts,
    )
    session.add(event)
    session.flush()
    return event


def move(
    session: Session,
    campaign: Campaign,
    person: Person | None,
    event_type: CampaignEventType,
    to: Stage,
    **facts: Any,
) -> CampaignEvent:
    """Let the campaign go to another stage, and write it down. Raises CannotMove."""
    campaign.move(to)
    return note(session, campaign, person, event_type, stage=to, version=campaign.version, **facts)


def keep(session: Session, campaign: Campaign, person: Person) -> CampaignVersion:
    """Keep what the campaign says now as its version; it comes into force with `put_in_force`."""
    version = CampaignVersion(
        workspace_id=campaign.workspace_id,
        campaign_id=campaign.id,
        number=campaign.version,
        person_id=person.id,
        at=clock.now(),
        **{name: getattr(campaign, name) for name in PROMISED},
    )
    session.add(version)
    session.flush()
    return version


def renew(session: Session, campaign: Campaign, person: Person, changed: Changes) -> bool:
    """Keep another version, if what versions keep has changed; True if it has.

    Answers to the one before still hold, unless something binding is among the changes.
    """
    if not changed.keys() & set(PROMISED):
        return False
    campaign.version += 1
    if changed.keys() & BINDING:
        campaign.holds_from = campaign.version
    kept = keep(session, campaign, person)
    if campaign.announced_at is not None:
        put_in_force(session, campaign, kept)
    return True


def put_in_force(session: Session, campaign: Campaign, version: CampaignVersion) -> None:
    """Let the version hold from now on; the first one, since the first day that it names."""
    if campaign.announced_at is None:
        workspace = session.get_one(Workspace, campaign.workspace_id)
        campaign.announced_at = clock.now()
        version.in_force_from = min(clock.now(), midnight(campaign.starts_on, workspace.zone))
    else:
        version.in_force_from = clock.now()


def version(session: Session, campaign_id: int, number: int) -> CampaignVersion | None:
    """A version by its number; None for a draft, of which none is kept."""
    return session.scalar(
        select(CampaignVersion).where(
            CampaignVersion.campaign_id == campaign_id, CampaignVersion.number == number
        )
    )


def events(session: Session, campaign_id: int) -> Sequence[CampaignEvent]:
    """All that happened to the campaign, the oldest first, each with who did it."""
    return session.scalars(
        select(CampaignEvent)
        .where(CampaignEvent.campaign_id == campaign_id)
        .options(joinedload(CampaignEvent.person))
        .order_by(CampaignEvent.at, CampaignEvent.id)
    ).all()


def last_change(session: Session, campaign_id: int) -> CampaignEvent | None:
    """The last change of what an announced campaign says, with who made it."""
    return session.scalar(
        select(CampaignEvent)
        .where(
            CampaignEvent.campaign_id == campaign_id,
            CampaignEvent.event_type == CampaignEventType.CHANGED,
            CampaignEvent.facts["live"].as_boolean(),
        )
        .options(joinedload(CampaignEvent.person))
        .order_by(CampaignEvent.id.desc())
        .limit(1)
    )


def midnight(day: date, zone: ZoneInfo) -> datetime:
    """When the day begins there; in UTC, where hours can be counted."""
    return datetime.combine(day, time(), zone).astimezone(UTC)


def _words(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, (list, tuple)):
        return _listed(value)
    return str(value)


def _listed(values: Sequence[Any]) -> str:
    """Channels in one line, materials one a line."""
    if values and not isinstance(values[0], str):
        return "\n".join(f"{title} {address}" for title, address in values)
    return ", ".join(values)
