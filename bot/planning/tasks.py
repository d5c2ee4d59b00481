"""The durable work of planning: drawing its cards, and what the clock looks at."""

from sqlalchemy.orm import Session

from bot import clock
from bot.campaigns import service as campaigns
from bot.campaigns.models import Campaign
from bot.planning import messages, service
from bot.slack import Cards, Message
from bot.tasks import Tasks


def register(tasks: Tasks, cards: Cards) -> None:
    """Add how each card is drawn, and what each tick of the clock does."""
    cards.add(service.CARD, _card)
    cards.add(service.TOLD, _told)
    cards.add(service.REMINDER, _reminder)
    cards.add(service.PROPOSAL, _proposal)
    cards.add(service.CONCERN, _concern)
    cards.add(service.VERSION, _version)
    cards.add(service.ASKED, _asked)
    cards.add(service.AGREED, _agreed)
    cards.add(service.RESULT, _result)
    cards.add(service.RETROSPECTIVE, _retrospective)
    cards.add(service.LESSONS, _lessons)
    tasks.each_tick(service.look, every=5)


def capacity(session: Session, campaign: Campaign) -> str:
    """What a campaign asks of the team, in words, for whoever announces it."""
    return messages.capacity_in_words(service.weigh(session, campaign))


def _card(session: Session, request_id: int) -> Message:
    return messages.card(service.facts(session, request_id), clock.now())


def _told(session: Session, request_id: int) -> Message:
    return messages.told(service.facts(session, request_id), clock.now())


def _reminder(session: Session, request_id: int) -> Message:
    return messages.reminder(service.facts(session, request_id), clock.now())


def _proposal(session: Session, campaign_id: int) -> Message:
    return messages.proposal(service.table(session, campaign_id), clock.now())


def _concern(session: Session, concern_id: int) -> Message:
    return messages.concern(service.concern_in_full(session, concern_id))


def _version(session: Session, version_id: int) -> Message:
    version, before, table = service.version_in_full(session, version_id)
    changed = campaigns.changes(before, version) if before else {}
    return messages.new_version(version, before, table, changed)


def _asked(session: Session, reminder_id: int) -> Message:
    return messages.asked(*service.reminder(session, reminder_id))


def _agreed(session: Session, campaign_id: int) -> Message:
    return messages.agreed(service.table(session, campaign_id))


def _result(session: Session, request_id: int) -> Message | None:
    facts = service.facts(session, request_id)
    if facts.campaign is None:
        return None
    return messages.result(facts, service.look_back(session, facts.campaign.id).figures)


def _retrospective(session: Session, retrospective_id: int) -> Message:
    return messages.asked_back(*service.asked_back(session, retrospective_id))


def _lessons(session: Session, campaign_id: int) -> Message:
    return messages.lessons(service.look_back(session, campaign_id))
