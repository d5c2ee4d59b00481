"""Call lists: the next contact, and what each call brought."""

from sqlalchemy.orm import Session

from bot.leads import forms, messages, service
from bot.leads.models import CallList, LeadFacts
from bot.people.desk import Desk
from bot.people.models import Person, Role
from bot.slack import Incoming, Listening
from bot.slack.access import Access
from bot.store import Store

_CALL = Access("work through call lists", (Role.SALESPERSON,))


class Calls(Desk):
    """The listeners, with the store that they work on."""

    def next(self, incoming: Incoming) -> None:
        """Whom shall I call?"""
        incoming.ack()
        with self.serving(incoming) as (session, who):
            facts = _next(session, who, incoming.id)
        if facts is None:
            incoming.tell("Nobody is left to call on this list: your colleagues have the others.")
        else:
            incoming.open(forms.Call.of(facts))

    def save(self, incoming: Incoming) -> None:
        """A call was made; the next contact comes into the same modal."""
        form = forms.Call.read(incoming)
        with self.serving(incoming) as (session, who):
            lead = service.called(
                session, who, form.lead_id, form.outcome, form.note, attempt=form.attempt
            )
            assert lead.call_list_id is not None
            facts = _next(session, who, lead.call_list_id)
            name = session.get_one(CallList, lead.call_list_id).name
        modal = forms.all_called(name) if facts is None else forms.Call.of(facts)
        incoming.keep_open(modal)

    def stopped(self, incoming: Incoming) -> None:
        """Enough for now: who was shown, and not called, goes back to the list."""
        incoming.ack()
        with self.serving(incoming) as (session, who):
            service.put_back(session, who, forms.Call.hidden(incoming)["lead_id"])


def _next(session: Session, who: Person, call_list_id: int) -> LeadFacts | None:
    lead = service.next_contact(session, who, call_list_id)
    return None if lead is None else service.facts(session, lead.id)


def register(listening: Listening, store: Store) -> None:
    """Listen for calls."""
    calls = Calls(store)
    listening.action(messages.NEXT, calls.next, _CALL)
    listening.submission(forms.Call.callback_id, calls.save, _CALL)
    listening.closed(forms.Call.callback_id, calls.stopped, _CALL)
