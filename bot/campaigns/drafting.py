"""A campaign from its first draft to the day when sales is ready for it.

Who has to agree, and until when, is not known here: whoever asks says `agree`.
"""

from dataclasses import asdict
from typing import Any

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from bot.campaigns import history
from bot.campaigns.draft import Draft
from bot.campaigns.models import Campaign, CampaignEventType, Stage
from bot.campaigns.queries import by_utm, find, may_manage
from bot.errors import FieldErrors, HandoffError
from bot.people import service as people
from bot.people.models import Person, Role, Workspace
from bot.slack.text import safe


class CodeTaken(HandoffError):
    """“{name}” already uses this code. Choose another, or use that one: `/campaign manage`."""


class NotYours(HandoffError):
    """“{name}” belongs to {owner}. Ask them or a manager."""


class NoDraft(HandoffError):
    """“{name}” is {stage}, so it's no longer a draft. Change it instead."""


def may_announce(session: Session, person: Person) -> None:
    """See that the person may plan and announce campaigns. Raises NotAllowed."""
    people.require(session, person, "announce campaigns", Role.MARKETER)


def manageable(session: Session, person: Person, campaign_id: int) -> Campaign:
    """The campaign that the person may change, with its owner, held until the transaction ends.

    A marketer may change their own, a manager or an admin all. Raises NotFound, NotAllowed,
    NotYours.
    """
    may_manage(session, person)
    campaign = find(session, person.workspace_id, campaign_id, lock=True)
    if campaign.owner_id != person.id and not person.leads_others:
        raise NotYours(name=safe(campaign.name), owner=campaign.owner.mention)
    return campaign


def draft_campaign(session: Session, person: Person, draft: Draft, token: str) -> Campaign:
    """Begin a campaign as a draft, which may be incomplete; `who` owns it.

    `token` stands for the form: one that arrives again finds its campaign and changes nothing.
    Raises NotAllowed, CodeTaken.
    """
    may_announce(session, person)
    campaign, is_new = write(session, person, draft, token)
    if is_new:
        history.note(session, campaign, person, CampaignEventType.DRAFTED, stage=Stage.DRAFT)
    return campaign


def keep_draft(session: Session, person: Person, draft: Draft, token: str) -> Campaign:
    """Keep what somebody is about to announce as a draft, from which nothing is missing.

    `token` stands for the form: each time that it is sent the same campaign is written anew.
    Raises NotAllowed, NoDraft, CodeTaken, and FieldErrors with what is missing.
    """
    if draft.missing:
        raise FieldErrors(draft.missing)
    campaign = draft_campaign(session, person, draft, token)
    save_draft(session, person, campaign.id, draft)
    return campaign


def save_draft(session: Session, person: Person, campaign_id: int, draft: Draft) -> history.Changes:
    """Write a draft anew; returns what changed. It may be incomplete.

    Raises NotFound, NotAllowed, NotYours, NoDraft, CodeTaken.
    """
    campaign = manageable(session, person, campaign_id)
    if campaign.stage != Stage.DRAFT:
        raise NoDraft(name=safe(campaign.name), stage=campaign.stage)
    changed = apply_draft(session, campaign, draft)
    if changed:
        history.note(session, campaign, person, CampaignEventType.SAVED, fields=sorted(changed))
    return changed


def propose(session: Session, person: Person, campaign_id: int) -> Campaign:
    """Put a draft before sales: what it says is kept as a version that they answer to.

    Raises NotFound, NotAllowed, NotYours, CannotMove, and FieldErrors with what is missing.
    """
    campaign = manageable(session, person, campaign_id)
    require_complete(campaign)
    kept = history.version(session, campaign.id, campaign.version)
    if kept is None:
        history.keep(session, campaign, person)
    else:  # it was taken back, and may say something else by now
        history.renew(session, campaign, person, history.changes(kept, campaign))
    history.move(session, campaign, person, CampaignEventType.PROPOSED, Stage.PROPOSED)
    return campaign


def take_back(session: Session, person: Person, campaign_id: int) -> Campaign:
    """Make a proposal a draft again. Raises NotFound, NotAllowed, NotYours, CannotMove."""
    campaign = manageable(session, person, campaign_id)
    history.move(session, campaign, person, CampaignEventType.TAKEN_BACK, Stage.DRAFT)
    return campaign


def agree(session: Session, person: Person | None, campaign_id: int, **facts: Any) -> Campaign:
    """Note that sales is ready, by the rules that the caller keeps; `who` gave the last answer.

    None: the clock did. Raises CannotMove.
    """
    campaign = lock(session, campaign_id)
    history.move(session, campaign, person, CampaignEventType.AGREED, Stage.AGREED, **facts)
    return campaign


def ask_again(session: Session, person: Person | None, campaign_id: int, **facts: Any) -> Campaign:
    """Put what was agreed before sales again. Raises CannotMove."""
    campaign = lock(session, campaign_id)
    history.move(session, campaign, person, CampaignEventType.ASKED_AGAIN, Stage.PROPOSED, **facts)
    return campaign


def require_complete(campaign: Campaign) -> None:
    """See that nothing is missing. Raises FieldErrors."""
    if missing := Draft.of(campaign).missing:
        raise FieldErrors(missing)


def lock(session: Session, campaign_id: int) -> Campaign:
    """A campaign that is there, held until the transaction ends: for our own work."""
    return session.scalars(
        select(Campaign).where(Campaign.id == campaign_id).with_for_update(key_share=True)
    ).one()


def write(session: Session, person: Person, draft: Draft, token: str) -> tuple[Campaign, bool]:
    """Write the row, or find the one that this form wrote before (False). Raises CodeTaken."""
    workspace = session.get_one(Workspace, person.workspace_id)
    campaign: Campaign | None = session.scalar(
        insert(Campaign)
        .values(
            workspace_id=workspace.id,
            owner_id=person.id,
            token=token,
            currency=workspace.currency,
            **_columns(draft),
        )
        .on_conflict_do_nothing()
        .returning(Campaign)
    )
    if campaign is not None:
        return campaign, True
    same = session.scalar(
        select(Campaign).where(Campaign.workspace_id == workspace.id, Campaign.token == token)
    )
    if same is None:
        raise _taken(session, workspace.id, draft)
    return same, False


def apply_draft(session: Session, campaign: Campaign, draft: Draft) -> history.Changes:
    """Let the campaign say what the draft says; returns what changed. Raises CodeTaken."""
    changed = history.changes(Draft.of(campaign), draft)
    try:
        with session.begin_nested():
            for name, value in _columns(draft).items():
                setattr(campaign, name, value)
    except IntegrityError:
        raise _taken(session, campaign.workspace_id, draft) from None
    return changed


def _taken(session: Session, workspace_id: int, draft: Draft) -> CodeTaken:
    taken = by_utm(session, workspace_id, draft.utm_campaign or "")
    assert taken is not None, "only the token and the code are unique"
    return CodeTaken(name=safe(session.get_one(Campaign, taken).name))


def _columns(draft: Draft) -> dict[str, Any]:
    columns = asdict(draft)
    for name in ("budget", "target_cost_per_lead"):
        amount = columns.pop(name)
        columns[f"{name}_minor"] = amount["minor"] if amount else None
    columns["channels"] = list(draft.channels)
    columns["materials"] = [list(material) for material in draft.materials]
    return columns
