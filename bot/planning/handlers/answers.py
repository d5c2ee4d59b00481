"""What Slack brings in for agreeing: *Ready*, concerns and their answers, and the rules."""

from secrets import token_hex

from slack_sdk.models.views import View
from sqlalchemy.orm import Session

from bot.people.desk import Desk
from bot.people.models import ANY_ROLE, Person, Role
from bot.planning import forms, messages, service
from bot.planning.models import Enough
from bot.slack import Command, Incoming, Listening, option_of
from bot.slack.access import Access
from bot.store import Store

_AGREE = Access("answer proposals", ANY_ROLE)
_RESOLVE = Access("resolve concerns", (Role.MARKETER,))
_OVERRULE = Access("agree in place of sales", (Role.MANAGER,))
_READ = Access("read proposals", ANY_ROLE)
_RULES = Access("change the rules of planning", (Role.ADMIN,))


def register(listening: Listening, store: Store) -> None:
    """Listen for answers."""
    desk = Desk(store)
    listening.action(messages.READY, desk.does(service.ready), _AGREE)
    listening.action(messages.WORRY, desk.opens(_worry), _AGREE)
    listening.submission(forms.SAVE_WORRY, desk.takes(_save_worry), _AGREE)
    listening.action(messages.ANSWER, desk.opens(_answer), _RESOLVE)
    listening.submission(forms.SAVE_ANSWER, desk.takes(_save_answer), _RESOLVE)
    listening.action(messages.WITHDRAW, desk.does(service.withdraw), _AGREE)
    listening.submission(forms.SAVE_OVERRULE, desk.takes(_save_overrule), _OVERRULE)
    listening.action(messages.SEE_ALL, desk.opens(_see_all), _READ)
    usage = "say when sales has agreed (admins)"
    listening.command(Command("/campaign", "rules", usage, desk.opens(_rules), _RULES))
    listening.submission(forms.SAVE_RULES, desk.takes(_save_rules), _RULES)


def _worry(session: Session, who: Person, campaign_id: int) -> View:
    return forms.worry(service.answerable(session, who, campaign_id), token_hex(12))


def _save_worry(session: Session, who: Person, incoming: Incoming) -> None:
    campaign_id, version, token = forms.worry_of(incoming.note)
    said = str(incoming.fields["concern"] or "")
    service.worry(session, who, campaign_id, version, said, token)


def _answer(session: Session, who: Person, concern_id: int) -> View:
    return forms.answer(service.concern_to_answer(session, who, concern_id))


def _save_answer(session: Session, who: Person, incoming: Incoming) -> None:
    said = str(incoming.fields["answer"] or "")
    service.answer_concern(session, who, incoming.noted_id, said)


def _save_overrule(session: Session, who: Person, incoming: Incoming) -> None:
    service.overrule(session, who, incoming.noted_id, str(incoming.fields["reason"] or ""))


def _see_all(session: Session, who: Person, campaign_id: int) -> View:
    """All that a proposal says; the budget to those who may see money."""
    found = service.readable(session, who, campaign_id)
    return messages.whole(
        service.table(session, found.id),
        service.budget_of(session, found.id),
        service.concerns(session, found.id),
        money=who.has(Role.MARKETER),
    )


def _rules(session: Session, who: Person, _id: int) -> View:
    """What counts as an agreement, to be changed."""
    told = service.changeable(session, who)
    return forms.rules(told, service.named(session, told))


def _save_rules(session: Session, who: Person, incoming: Incoming) -> None:
    fields = incoming.fields
    told = service.Ruling(
        roles=[option_of(Role, role) for role in fields["roles"] or []],
        enough=option_of(Enough, fields["enough"]),
        some=fields["some"] or "",
        must=fields["must"] or [],
        days=fields["days"] or "",
    )
    service.change_rules(session, who, told)
