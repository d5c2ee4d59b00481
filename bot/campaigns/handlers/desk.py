"""What everybody does with campaigns: announce, list, confirm, ask and answer."""

from secrets import token_hex

from slack_sdk.models.views import View
from sqlalchemy.orm import Session

from bot.campaigns import forms, messages, service
from bot.errors import below
from bot.people.desk import Desk
from bot.people.models import ANY_ROLE, Person, Role, Workspace
from bot.slack import Command, Incoming, Listening, Message
from bot.slack.access import Access
from bot.store import Store

_ANNOUNCE = Access("announce campaigns", (Role.MARKETER,))
_LIST = Access("list campaigns", ANY_ROLE)
_CONFIRM = Access("confirm campaigns", ANY_ROLE)
_ASK = Access("ask about campaigns", ANY_ROLE)
_ANSWER = Access("answer questions about campaigns", (Role.MARKETER,))


class Campaigns(Desk):
    """Where clicks arrive that are more than one thing."""

    def got_it(self, incoming: Incoming) -> None:
        """Someone has read the announcement; the card shows it, where it counts them."""
        incoming.ack()
        with self.serving(incoming) as (session, who):
            counted = service.got_it(session, who, incoming.id)
        if not counted:
            incoming.tell("Noted, thank you. The card counts only those who are in sales.")

    def turn(self, incoming: Incoming) -> None:
        """Another page of a campaign's questions."""
        incoming.ack()
        with self.serving(incoming) as (session, who):
            modal = _questions(session, who, incoming.noted_id, incoming.id)
        incoming.replace(modal)


def register(listening: Listening, store: Store) -> None:
    """Listen for campaigns."""
    desk = Campaigns(store)
    usage = "announce a campaign (marketing)"
    listening.command(Command("/campaign", "", usage, desk.opens(_new), _ANNOUNCE))
    listening.submission(forms.ANNOUNCE, desk.takes(_announce), _ANNOUNCE)
    usage = "see what runs, what comes and what has just ended"
    listening.command(Command("/campaign", "list", usage, desk.tells(_list), _LIST))
    listening.action(messages.LIST, desk.opens(_page), _LIST)
    listening.action(messages.GOT_IT, desk.got_it, _CONFIRM)
    listening.action(messages.ASK, desk.opens(_ask), _ASK)
    listening.submission(forms.SAVE_QUESTION, desk.takes(_save_question), _ASK)
    listening.action(messages.QUESTIONS, desk.opens(_questions), _ASK)
    listening.action(messages.ANSWER, desk.opens(_answer), _ANSWER)
    listening.submission(forms.SAVE_ANSWER, desk.takes(_save_answer), _ANSWER)
    for way in ("previous", "next"):
        listening.action(f"{messages.LIST}.{way}", desk.replaces(_page), _LIST)
        listening.action(f"{messages.TURN}.{way}", desk.turn, _ASK)


def _new(session: Session, who: Person, _id: int) -> View:
    service.may_announce(session, who)
    workspace = session.get_one(Workspace, who.workspace_id)
    today = service.today(session, workspace.id)
    return forms.announce(token_hex(12), today, workspace.channel, workspace.currency)


def _announce(session: Session, who: Person, incoming: Incoming) -> None:
    currency = session.get_one(Workspace, who.workspace_id).currency
    draft = service.draft(incoming.fields, currency, service.today(session, who.workspace_id))
    with below("utm_campaign", service.CodeTaken):
        service.announce(session, who, draft, incoming.note, service.launch_time(incoming.fields))


def _list(session: Session, who: Person, _id: int) -> Message:
    today = service.today(session, who.workspace_id)
    return messages.listing(service.overview(session, who.workspace_id, today))


def _page(session: Session, who: Person, number: int) -> View:
    """A page of all campaigns; the first, where that one is empty by now."""
    found, count = service.page(session, who, number)
    if not found and number:
        return _page(session, who, 0)
    readers = service.readers(session, [campaign.id for campaign in found])
    return messages.whole(found, number, count, service.LISTED, readers)


def _ask(session: Session, who: Person, campaign_id: int) -> View:
    return forms.ask(service.askable(session, who, campaign_id), token_hex(12))


def _save_question(session: Session, who: Person, incoming: Incoming) -> None:
    campaign_id, token = forms.asked(incoming.note)
    service.ask(session, who, campaign_id, str(incoming.fields["question"] or ""), token)


def _questions(session: Session, who: Person, campaign_id: int, page: int = 0) -> View:
    """A page of a campaign's questions; the last one there is, where there are fewer."""
    campaign = service.askable(session, who, campaign_id)
    found, count = service.questions(session, campaign.id, page)
    if not found and page:
        return _questions(session, who, campaign_id, (count - 1) // service.PAGE if count else 0)
    return messages.questions(campaign, found, page, count, service.PAGE)


def _answer(session: Session, who: Person, question_id: int) -> View:
    return forms.answer(service.answerable(session, who, question_id))


def _save_answer(session: Session, who: Person, incoming: Incoming) -> None:
    service.answer(session, who, incoming.noted_id, str(incoming.fields["answer"] or ""))
