"""Questions in the announcement's thread, and answers that everybody finds on its card."""

from collections.abc import Sequence

from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session, joinedload

from bot import clock, slack
from bot.campaigns.announcing import CARD, channel_of
from bot.campaigns.drafting import manageable
from bot.campaigns.history import last_change
from bot.campaigns.models import Campaign, CampaignQuestion, SinceAnnouncement
from bot.campaigns.queries import find
from bot.errors import NotFound
from bot.people import service as people
from bot.people.models import Person, Role

QUESTION = "campaign.question"
ANSWERED = "campaign.answered"

PAGE = 10
_ON_CARD = 3  # the newest answers that the card itself shows


def askable(session: Session, person: Person, campaign_id: int) -> Campaign:
    """The campaign that the person may ask about, with its owner. Raises NotFound, NotAllowed."""
    people.require(session, person, "ask about campaigns", Role.SALESPERSON, Role.MARKETER)
    return find(session, person.workspace_id, campaign_id)


def ask(
    session: Session, person: Person, campaign_id: int, text: str, token: str
) -> CampaignQuestion | None:
    """Put a question into the announcement's thread; None for a form that arrives again.

    Raises NotFound, NotAllowed.
    """
    campaign = askable(session, person, campaign_id)
    row = session.scalar(
        insert(CampaignQuestion)
        .values(
            workspace_id=person.workspace_id,
            campaign_id=campaign.id,
            person_id=person.id,
            text=text,
            asked_at=clock.now(),
            token=token,
        )
        .on_conflict_do_nothing()
        .returning(CampaignQuestion)
    )
    if row is not None:
        channel = channel_of(session, campaign)
        thread = (CARD, campaign.id)
        slack.show(session, person.workspace_id, QUESTION, row.id, channel, thread_of=thread)
        slack.redraw(session, CARD, campaign.id)
    return row


def question(session: Session, question_id: int) -> CampaignQuestion:
    """A question that is there, with who asked and answered, the campaign and its owner."""
    return session.scalars(
        select(CampaignQuestion)
        .where(CampaignQuestion.id == question_id)
        .options(
            joinedload(CampaignQuestion.person),
            joinedload(CampaignQuestion.answerer),
            joinedload(CampaignQuestion.campaign).joinedload(Campaign.owner),
        )
    ).one()


def answerable(session: Session, person: Person, question_id: int) -> CampaignQuestion:
    """The question that the person may answer: the owner, or a manager.

    Raises NotFound, NotAllowed, NotYours.
    """
    query = select(CampaignQuestion.campaign_id).where(
        CampaignQuestion.id == question_id, CampaignQuestion.workspace_id == person.workspace_id
    )
    campaign_id = session.scalar(query)
    if campaign_id is None:
        raise NotFound(what="this question")
    manageable(session, person, campaign_id)
    return question(session, question_id)


def answer(session: Session, person: Person, question_id: int, text: str) -> CampaignQuestion:
    """Answer a question, or put another answer in the place of the one before.

    It stands below the question and on the announcement's card, and whoever asked hears of it.
    Raises NotFound, NotAllowed, NotYours.
    """
    row = answerable(session, person, question_id)
    if row.answer == text:
        return row
    row.answer, row.answered_by, row.answered_at = text, person.id, clock.now()
    session.flush()
    slack.redraw(session, QUESTION, row.id)
    slack.redraw(session, CARD, row.campaign_id)
    if row.person_id != person.id:
        target = row.person.slack_id
        slack.show(session, person.workspace_id, ANSWERED, row.id, target)
    return row


def questions(
    session: Session, campaign_id: int, page: int = 0
) -> tuple[Sequence[CampaignQuestion], int]:
    """A page of the questions, the newest first, and how many there are in all."""
    of_campaign = CampaignQuestion.campaign_id == campaign_id
    rows = session.scalars(
        select(CampaignQuestion)
        .where(of_campaign)
        .options(joinedload(CampaignQuestion.person), joinedload(CampaignQuestion.answerer))
        .order_by(CampaignQuestion.asked_at.desc(), CampaignQuestion.id.desc())
        .limit(PAGE)
        .offset(page * PAGE)
    ).all()
    return rows, session.scalars(select(func.count()).where(of_campaign)).one()


def since(session: Session, campaign: Campaign) -> SinceAnnouncement:
    """What the card of an announcement tells of what came after it."""
    of_campaign = CampaignQuestion.campaign_id == campaign.id
    answered = session.scalars(
        select(CampaignQuestion)
        .where(of_campaign, CampaignQuestion.answer.is_not(None))
        .options(joinedload(CampaignQuestion.person), joinedload(CampaignQuestion.answerer))
        .order_by(CampaignQuestion.answered_at.desc(), CampaignQuestion.id.desc())
        .limit(_ON_CARD)
    ).all()
    count = session.scalars(select(func.count()).where(of_campaign)).one()
    return SinceAnnouncement(answered, count, last_change(session, campaign.id))
