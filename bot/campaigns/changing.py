"""Changing: what a campaign says, and whether it goes on, each change written down."""

from sqlalchemy.orm import Session

from bot.campaigns import history
from bot.campaigns.announcing import finish_in_time, remind_in_time, tell, tell_the_end
from bot.campaigns.draft import Draft
from bot.campaigns.drafting import apply_draft, manageable
from bot.campaigns.models import BINDING, OVER, Campaign, CampaignEventType, Stage
from bot.campaigns.queries import today
from bot.errors import FieldErrors, HandoffError
from bot.people.models import Person
from bot.slack.text import safe


class AlreadyOver(HandoffError):
    """“{name}” is {stage}, so it can't be changed. Announce a new campaign instead."""


class BeforeSales(HandoffError):
    """“{name}” is {stage}. Change it on its proposal in the channel."""


class NotBegun(HandoffError):
    """“{name}” hasn't started yet. Cancel it instead."""


class HasBegun(HandoffError):
    """“{name}” has started, so customers may know about it. End it instead."""


def change(
    session: Session, person: Person, campaign_id: int, draft: Draft
) -> tuple[Campaign, history.Changes]:
    """Let the campaign say what the draft says; returns it, and what changed.

    Once it was proposed, this makes a new version; where something binding changed, what was agreed
    goes before sales again.
    Raises NotFound, NotAllowed, NotYours, AlreadyOver, CodeTaken, FieldErrors with what is missing.
    """
    campaign = manageable(session, person, campaign_id)
    if campaign.stage in OVER:
        raise AlreadyOver(name=safe(campaign.name), stage=campaign.stage)
    if draft.missing and campaign.stage != Stage.DRAFT:
        raise FieldErrors(draft.missing)
    changed = apply_draft(session, campaign, draft)
    if not changed:
        return campaign, changed
    if campaign.stage == Stage.DRAFT:
        history.note(session, campaign, person, CampaignEventType.SAVED, changed=changed)
        return campaign, changed
    is_live = campaign.announced_at is not None
    renewed = history.renew(session, campaign, person, changed)
    facts = {"version": campaign.version, "changed": changed, "live": is_live}
    history.note(session, campaign, person, CampaignEventType.CHANGED, **facts)
    if campaign.stage == Stage.AGREED and changed.keys() & BINDING:
        history.move(session, campaign, person, CampaignEventType.ASKED_AGAIN, Stage.PROPOSED)
    if is_live and "ends_on" in changed:
        finish_in_time(session, campaign)
    if is_live and renewed and campaign.holds_from == campaign.version:
        remind_in_time(session, campaign)
    tell(session, campaign)
    return campaign, changed


def changeable(session: Session, person: Person, campaign_id: int) -> Campaign:
    """The campaign that the person may write anew by themselves, held until the transaction ends.

    Raises NotFound, NotAllowed, NotYours, AlreadyOver, BeforeSales.
    """
    campaign = manageable(session, person, campaign_id)
    if campaign.stage in OVER:
        raise AlreadyOver(name=safe(campaign.name), stage=campaign.stage)
    if campaign.stage in (Stage.PROPOSED, Stage.AGREED):
        raise BeforeSales(name=safe(campaign.name), stage=campaign.stage)
    return campaign


def pause(session: Session, person: Person, campaign_id: int) -> Campaign:
    """Let sales promise the offer to nobody for now.

    Raises NotFound, NotAllowed, NotYours, CannotMove.
    """
    return _move(session, person, campaign_id, CampaignEventType.PAUSED, Stage.PAUSED)


def resume(session: Session, person: Person, campaign_id: int) -> Campaign:
    """Let the offer hold again. Raises NotFound, NotAllowed, NotYours, AlreadyOver, CannotMove."""
    campaign = manageable(session, person, campaign_id)
    if campaign.stage != Stage.PAUSED or campaign.is_over(today(session, person.workspace_id)):
        raise AlreadyOver(name=safe(campaign.name), stage=campaign.stage)
    return _move(session, person, campaign_id, CampaignEventType.RESUMED, Stage.LIVE)


def end(session: Session, person: Person, campaign_id: int, late_callers: str = "") -> Campaign:
    """End it now: from here on nobody may promise the offer; `late_callers` hear this instead.

    Raises NotFound, NotAllowed, NotYours, NotBegun, CannotMove.
    """
    campaign = manageable(session, person, campaign_id)
    day = today(session, person.workspace_id)
    if campaign.starts_on > day:
        raise NotBegun(name=safe(campaign.name))
    _move(session, person, campaign_id, CampaignEventType.ENDED, Stage.ENDED)
    campaign.ends_on = min(campaign.ends_on or day, day)
    campaign.late_callers = late_callers or campaign.late_callers
    tell_the_end(session, campaign)
    return campaign


def cancel(session: Session, person: Person, campaign_id: int) -> Campaign:
    """Drop it before it runs. Raises NotFound, NotAllowed, NotYours, HasBegun, CannotMove."""
    campaign = manageable(session, person, campaign_id)
    if campaign.announced_at and campaign.starts_on <= today(session, person.workspace_id):
        raise HasBegun(name=safe(campaign.name))
    campaign.launch_at = None
    _move(session, person, campaign_id, CampaignEventType.CANCELLED, Stage.CANCELLED)
    tell_the_end(session, campaign)
    return campaign


def _move(
    session: Session, person: Person, campaign_id: int, event_type: CampaignEventType, to: Stage
) -> Campaign:
    campaign = manageable(session, person, campaign_id)
    history.move(session, campaign, person, event_type, to)
    tell(session, campaign)
    return campaign
