"""What Slack brings in for lists: dropped files, and the calls of a call list."""

from slack_sdk.models.views import View

from bot.capability import Act, Update
from bot.leads import call_lists, capability, forms, queries
from bot.leads.lead_facts import LeadFacts
from bot.leads.messages import lists
from bot.leads.models import CallList
from bot.people.models import Role
from bot.slack.access import Access

_CALL = Access("work through call lists", (Role.SALESPERSON,))


@capability.action(lists.NEXT, _CALL)
def next_contact(act: Act) -> View | str:
    """Whom to call."""
    facts = _next(act, act.row_id)
    if facts is None:
        return "Nobody is left to call on this list. Your colleagues have the rest."
    return forms.Call.of(facts)


@capability.form(forms.Call, _CALL)
def save_call(act: Act, form: forms.Call) -> Update:
    """A call was made; the next contact comes into the same modal."""
    lead = call_lists.note_call(
        act.session, act.person, form.lead_id, form.outcome, form.note, attempt=form.attempt
    )
    assert lead.call_list_id is not None
    facts = _next(act, lead.call_list_id)
    name = act.session.get_one(CallList, lead.call_list_id).name
    return Update(forms.all_called(name) if facts is None else forms.Call.of(facts))


@capability.closed(forms.Call.callback_id, _CALL)
def stop_calling(act: Act) -> None:
    """Enough for now: who was shown, and not called, goes back to the list."""
    call_lists.unassign_uncalled(
        act.session, act.person, forms.Call.hidden(act.incoming)["lead_id"]
    )


def _next(act: Act, call_list_id: int) -> LeadFacts | None:
    lead = call_lists.next_contact(act.session, act.person, call_list_id)
    return None if lead is None else queries.facts(act.session, lead.id)
