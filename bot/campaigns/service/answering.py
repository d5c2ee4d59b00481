"""Answering: what the channel does with an announcement: *Got it*, and questions."""

from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session, joinedload

from bot import clock, slack
from bot.campaigns.model import LONGEST, Campaign, CampaignQuestion, CampaignReceipt
from bot.campaigns.service.announcing import CARD
from bot.campaigns.service.reading import find, today
from bot.errors import FieldErrors, HandoffError
from bot.people import service as people
from bot.people.model import Person, Role, Workspace
from bot.slack.text import clean, moment, safe

QUESTION = "campaign.question"


class AlreadyRead(HandoffError):
    """You have confirmed “{name}” already, {at}. There is nothing more to do."""


class Ended(HandoffError):
    """“{name}” has ended, so there is nothing left to confirm."""


def got_it(session: Session, who: Person, campaign_id: int) -> bool:
    """Note that the person has read the announcement; True where the card counts them, as sales.

    Raises NotFound, NotAllowed, Ended, AlreadyRead.
    """
    people.require(session, who, "confirm campaigns", Role.SALESPERSON, Role.MARKETER)
    campaign = find(session, who.workspace_id, campaign_id)
    if campaign.is_over(today(session, who.workspace_id)):
        raise Ended(name=safe(campaign.name))
    _note_receipt(session, who, campaign)
    slack.redraw(session, CARD, campaign.id)
    return Role.SALESPERSON in who.roles


def askable(session: Session, who: Person, campaign_id: int) -> Campaign:
    """The campaign that the person may ask about, with its owner. Raises NotFound, NotAllowed."""
    people.require(session, who, "ask about campaigns", Role.SALESPERSON, Role.MARKETER)
    return find(session, who.workspace_id, campaign_id)


def ask(
    session: Session, who: Person, campaign_id: int, text: str, token: str
) -> CampaignQuestion | None:
    """Put a question into the announcement's thread; None for a form that arrives again.

    Raises NotFound, NotAllowed, FieldErrors.
    """
    campaign = askable(session, who, campaign_id)
    asked = session.scalar(
        insert(CampaignQuestion)
        .values(
            workspace_id=who.workspace_id,
            campaign_id=campaign.id,
            person_id=who.id,
            text=_question(text),
            asked_at=clock.now(),
            token=token,
        )
        .on_conflict_do_nothing()
        .returning(CampaignQuestion)
    )
    if asked is not None:
        channel = _channel(session, campaign)
        thread = (CARD, campaign.id)
        slack.show(session, who.workspace_id, QUESTION, asked.id, channel, thread_of=thread)
    return asked


def question(session: Session, question_id: int) -> CampaignQuestion:
    """A question that is there, with who asked, the campaign and its owner."""
    return session.scalars(
        select(CampaignQuestion)
        .where(CampaignQuestion.id == question_id)
        .options(
            joinedload(CampaignQuestion.person),
            joinedload(CampaignQuestion.campaign).joinedload(Campaign.owner),
        )
    ).one()


def _note_receipt(session: Session, who: Person, campaign: Campaign) -> None:
    holds = (
        CampaignReceipt.campaign_id == campaign.id,
        CampaignReceipt.person_id == who.id,
        CampaignReceipt.version >= campaign.holds_from,
    )
    before = session.scalar(select(func.min(CampaignReceipt.at)).where(*holds))
    first = before is None and session.scalar(
        insert(CampaignReceipt)
        .values(
            campaign_id=campaign.id,
            person_id=who.id,
            version=campaign.version,
            workspace_id=who.workspace_id,
            at=clock.now(),
        )
        .on_conflict_do_nothing()
        .returning(CampaignReceipt.at)
    )
    if not first:
        at = before or session.scalars(select(func.min(CampaignReceipt.at)).where(*holds)).one()
        raise AlreadyRead(name=safe(campaign.name), at=moment(at))


def _question(text: str) -> str:
    visible = clean(text, len(text) + 1).strip()
    if not visible:
        raise FieldErrors({"question": "Write your question here."})
    if len(visible) > LONGEST["question"]:
        raise FieldErrors(
            {"question": f"Please shorten this to {LONGEST['question']:,} characters or fewer."}
        )
    return visible


def _channel(session: Session, campaign: Campaign) -> str:
    """Where the announcement stands; the shared channel may be another one by now."""
    stands = slack.place(session, CARD, campaign.id)
    if stands is not None:
        return stands[0]
    return session.get_one(Workspace, campaign.workspace_id).channel
