"""What Slack brings in for agreeing: *Ready*, concerns and their answers, and the rules."""

from secrets import token_hex

from sqlalchemy.orm import Session

from bot.people import service as people
from bot.people.model import Person, Role
from bot.planning import modals, service, view
from bot.slack import Command, Incoming, Listening
from bot.store import Store


class Answers:
    """Where the answers to proposals arrive."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def ready(self, incoming: Incoming) -> None:
        """Somebody is ready; the card shows it."""
        incoming.ack()
        with self._store.transaction() as session:
            service.ready(session, _who(session, incoming), incoming.id)

    def worry(self, incoming: Incoming) -> None:
        """Open the form of a concern."""
        incoming.ack()
        with self._store.transaction() as session:
            campaign = service.answerable(session, _who(session, incoming), incoming.id)
        incoming.open(modals.worry(campaign, token_hex(12)))

    def save_worry(self, incoming: Incoming) -> None:
        """The concern came."""
        campaign_id, version, token = modals.worry_of(incoming.note)
        said = str(incoming.fields["concern"] or "")
        with self._store.transaction() as session:
            service.worry(session, _who(session, incoming), campaign_id, version, said, token)
        incoming.ack()

    def answer(self, incoming: Incoming) -> None:
        """Open the form of an answer, for those who may give it."""
        incoming.ack()
        with self._store.transaction() as session:
            found = service.concern_to_answer(session, _who(session, incoming), incoming.id)
        incoming.open(modals.answer(found))

    def save_answer(self, incoming: Incoming) -> None:
        """The answer came."""
        said = str(incoming.fields["answer"] or "")
        with self._store.transaction() as session:
            service.answer_concern(session, _who(session, incoming), incoming.noted_id, said)
        incoming.ack()

    def withdraw(self, incoming: Incoming) -> None:
        """Somebody takes their concern back."""
        incoming.ack()
        with self._store.transaction() as session:
            service.withdraw(session, _who(session, incoming), incoming.id)

    def save_overrule(self, incoming: Incoming) -> None:
        """A manager's reason came."""
        said = str(incoming.fields["reason"] or "")
        with self._store.transaction() as session:
            service.overrule(session, _who(session, incoming), incoming.noted_id, said)
        incoming.ack()

    def see_all(self, incoming: Incoming) -> None:
        """Show all that a proposal says; the budget to those who may see money."""
        incoming.ack()
        with self._store.transaction() as session:
            who = _who(session, incoming)
            found = service.readable(session, who, incoming.id)
            modal = view.whole(
                service.table(session, found.id),
                service.budget_of(session, found.id),
                service.concerns(session, found.id),
                money=who.has(Role.MARKETER),
            )
        incoming.open(modal)

    def rules(self, incoming: Incoming, _rest: str) -> None:
        """`/campaign rules`: what counts as an agreement, to be changed."""
        incoming.ack()
        with self._store.transaction() as session:
            told = service.changeable(session, _who(session, incoming))
            modal = modals.rules(told, service.named(session, told))
        incoming.open(modal)

    def save_rules(self, incoming: Incoming) -> None:
        """The rules came."""
        fields = incoming.fields
        told = service.Ruling(
            roles=fields["roles"] or [],
            enough=fields["enough"],
            some=fields["some"] or "",
            must=fields["must"] or [],
            days=fields["days"] or "",
        )
        with self._store.transaction() as session:
            service.change_rules(session, _who(session, incoming), told)
        incoming.ack()


def _who(session: Session, incoming: Incoming) -> Person:
    return people.acting(session, incoming.team, incoming.user)


def register(listening: Listening, store: Store) -> None:
    """Listen for answers."""
    desk = Answers(store)
    listening.action(view.READY, desk.ready)
    listening.action(view.WORRY, desk.worry)
    listening.submission(modals.SAVE_WORRY, desk.save_worry)
    listening.action(view.ANSWER, desk.answer)
    listening.submission(modals.SAVE_ANSWER, desk.save_answer)
    listening.action(view.WITHDRAW, desk.withdraw)
    listening.submission(modals.SAVE_OVERRULE, desk.save_overrule)
    listening.action(view.SEE_ALL, desk.see_all)
    listening.command(
        Command("/campaign", "rules", "say when sales has agreed (admins)", desk.rules)
    )
    listening.submission(modals.SAVE_RULES, desk.save_rules)
