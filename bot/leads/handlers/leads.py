"""What Slack brings in for leads: the card's buttons, their modals, lists, and `/lead`."""

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import wraps

from slack_sdk.models.views import View

from bot import clock
from bot.capability import Act, Answer, Handler, Update
from bot.errors import FieldErrors, HandoffError, below
from bot.leads import (
    calls,
    capability,
    claiming,
    editing,
    events,
    forms,
    merging,
    notices,
    outcomes,
    queries,
    steps,
    undoing,
)
from bot.leads.list_models import Mine
from bot.leads.messages import lead_card, lead_modal, lists
from bot.leads.models import Disposition, Lead, Rating
from bot.leads.steps import DOUBLE_CLICK
from bot.people import service as people
from bot.people.choosing import chosen
from bot.people.models import ANY_ROLE, Role, Workspace
from bot.slack import Message
from bot.slack.access import Access

_NUMBER = re.compile(r"#?(\d{1,15})")
_NOTE = re.compile(r"#?(\d{1,15}) +note +(.+)", re.IGNORECASE)

WORK = Access("work on leads", ANY_ROLE)
"""Its owner or a manager works on a lead: the verbs see to that."""
NOTES = Access("write notes about leads", ANY_ROLE)
_LOOK_UP = Access("look leads up", ANY_ROLE)


class Misspelt(HandoffError):
    """Please name leads by the numbers on their cards: `/lead {example}`."""


def numbers_of(words: str, count: int, example: str) -> list[int]:
    """The numbers of leads in what someone wrote. Raises Misspelt."""
    numbers = [int(digits) for digits in re.findall(r"\d{1,15}", words)]
    if len(numbers) != count:
        raise Misspelt(example=example)
    return numbers


def number_of(words: str, example: str) -> int:
    """The number of the one lead in what someone wrote. Raises Misspelt."""
    return numbers_of(words, 1, example)[0]


def once(handler: Handler) -> Handler:
    """The handler, without the second click of a double click."""

    def is_second(act: Act) -> bool:
        if act.incoming.is_from_menu:
            return False
        since = clock.now() - DOUBLE_CLICK
        return events.has_moved_since(act.session, act.person, act.row_id, since)

    @wraps(handler)
    def run(act: Act) -> Answer:
        if is_second(act):
            return None
        try:
            return handler(act)
        except HandoffError:
            if is_second(act):  # both came at once: the first has done it
                return None
            raise

    return run


@capability.command("/lead", "mine", "see your leads: to call, to rate and to finish", WORK)
def show_mine(act: Act) -> Message:
    """What is mine: the most urgent of it, and the ways to the rest."""
    urgent = queries.mine(act.session, act.person, Mine.TO_CALL, lists.MOST_FOUND)
    return lists.mine(urgent, queries.count_mine(act.session, act.person))


@capability.command(
    "/lead", "find", "`Lovelace`: look a lead up by name, company, email or phone", _LOOK_UP
)
def find(act: Act) -> Message:
    """Look leads up by what one remembers of them."""
    leads = queries.search(act.session, act.person, act.words, lists.MOST_FOUND + 1)
    return lists.found(act.words, leads)


@capability.action(forms.FIND, _LOOK_UP)
def ask_what_to_find(_: Act) -> View:
    """The form that looks a lead up."""
    return forms.FindLead.modal()


@capability.form(forms.FindLead, _LOOK_UP, once=False)
def find_in_form(act: Act, form: forms.FindLead) -> Update:
    """The lead of that number, or those that were found."""
    if number := _NUMBER.fullmatch(form.words.strip()):
        return Update(_lead(act, int(number[1])))
    with below("words"):
        leads = queries.search(act.session, act.person, form.words, lists.MOST_FOUND + 1)
    return Update(lists.found_in_form(form.words, leads))


@capability.command(
    "/lead",
    "<number>",
    "open one lead, by the number on its card; `12 note wants 40 seats` adds a note",
    _LOOK_UP,
    hint="12",
)
def look_up(act: Act) -> View | Message | str:
    """One lead by its number, or a note about it; anything else is looked for."""
    words = act.words.strip()
    if note := _NOTE.fullmatch(words):
        lead = events.add_note(act.session, act.person, int(note[1]), note[2])
        return f"Your note is on lead #{lead.id}."
    number = _NUMBER.fullmatch(words)
    return _lead(act, int(number[1])) if number else find(act)


@capability.action(lead_card.SHOW, _LOOK_UP)
def show_lead(act: Act) -> View:
    """One lead, in a modal."""
    return _lead(act, act.row_id)


@capability.action(lead_card.OFFER, _LOOK_UP)
def show_offer(act: Act) -> View | str:
    """What this lead may be promised."""
    found = queries.facts_for(act.session, act.person, act.row_id)
    return lead_modal.offer(found) if found.campaign else "This lead belongs to no campaign."


@capability.modal(lead_card.SHOW)
def redraw_lead(act: Act, lead_id: str) -> View:
    """The same lead, once something was done with it."""
    return _lead(act, int(lead_id))


@capability.modal(lists.LIST)
def redraw_list(act: Act, carried: str) -> View:
    """The same page of a list, once something was done with a lead of it."""
    which, _, page = carried.partition(" ")
    return _page(act, Mine(which), int(page))


def _lead(act: Act, lead_id: int) -> View:
    return lead_modal.modal(queries.facts_for(act.session, act.person, lead_id))


def _page(act: Act, which: Mine, page: int) -> View:
    """A page of a list; the last one there is, where it has become shorter."""
    count = queries.count_mine(act.session, act.person)[which]
    page = min(page, max(count - 1, 0) // lists.PAGE_SIZE)
    first = page * lists.PAGE_SIZE
    leads = queries.mine(act.session, act.person, which, lists.PAGE_SIZE, first)
    return lists.whole_list(which, leads, page, count, notices.last_moves(act.session, leads))


def _page_opener(which: Mine) -> Callable[[Act], View]:
    return lambda act: _page(act, which, act.row_id)


def _page_turner(which: Mine) -> Callable[[Act], Update]:
    return lambda act: Update(_page(act, which, act.row_id))


for _which in Mine:
    capability.action(lists.list_action(_which), WORK)(_page_opener(_which))
    capability.pages(lists.list_action(_which), WORK)(_page_turner(_which))

_FIELDS: dict[type[HandoffError], str] = {
    outcomes.ReasonMissing: "note",
    outcomes.TooFewAttempts: "attempts",
    claiming.DayIsOver: "wake_on",
}
"""Which field of the form an error of `lose` is about."""
_CLAIM = Access("claim leads", (Role.SALESPERSON,))
_MERGE = Access("merge leads", ANY_ROLE)


@capability.action(lead_card.CLAIM, _CLAIM)
@once
def claim(act: Act) -> None:
    """The first to press it owns the lead."""
    claiming.claim(act.session, act.person, act.row_id)


@capability.action(lead_card.RELEASE, WORK)
@once
def release(act: Act) -> None:
    """The lead goes back to the channel."""
    claiming.release(act.session, act.person, act.row_id)


@capability.action(lead_card.CONTACTED, WORK)
@once
def contacted(act: Act) -> Message | None:
    """Its owner has reached the person; where a card was clicked, they can undo it there."""
    lead = outcomes.contacted(act.session, act.person, act.row_id)
    if not act.incoming.is_from_message:
        return None
    return lead_modal.noted("Contacted", queries.facts_for(act.session, act.person, lead.id))


@capability.action(lead_card.LOG_CALL, WORK)
@once
def ask_call(act: Act) -> View:
    """The form that says how a call went."""
    lead = calls.loggable(act.session, act.person, act.row_id)
    return forms.LogCall.of(queries.facts_for(act.session, act.person, lead.id))


@capability.form(forms.LogCall, WORK)
def log_call(act: Act, form: forms.LogCall) -> None:
    """A call, with what comes next."""
    call = calls.Call(form.outcome, form.note, form.quality, form.next_step, form.follow_up)
    with below("note", outcomes.ReasonMissing), below("follow_up", claiming.DayIsOver):
        calls.log_call(act.session, act.person, form.lead_id, call, before=form.before)


@capability.action(lead_card.QUALIFIED, WORK)
@once
def ask_expected(act: Act) -> View:
    """The form that a qualified lead is saved with."""
    lead = outcomes.qualifiable(act.session, act.person, act.row_id)
    return forms.MarkQualified.of(lead, _currency(act))


@capability.form(forms.MarkQualified, WORK)
def qualify(act: Act, form: forms.MarkQualified) -> None:
    """Sales has verified need, budget and fit."""
    with _expected(form) as expected:
        outcomes.qualify(act.session, act.person, form.lead_id, expected)


@contextmanager
def _expected(
    form: forms.MarkQualified | forms.EditDetails,
) -> Iterator[outcomes.Expectation | None]:
    """What a form says that is expected of an open lead; what is wrong with it goes below it."""
    with (
        below("expected_amount", outcomes.AmountMissing),
        below("expected_on", outcomes.DayIsPast),
    ):
        yield (
            outcomes.Expectation(form.expected_amount, form.expected_on) if form.currency else None
        )


@capability.action(lead_card.REOPEN, WORK)
@once
def reopen(act: Act) -> None:
    """A closed lead is open again."""
    outcomes.reopen(act.session, act.person, act.row_id)


@capability.action(lead_modal.UNDO, WORK)
def undo(act: Act) -> str | None:
    """The step that was just taken is taken back."""
    lead = undoing.undo(act.session, act.person, act.row_id)
    return f"Undone: lead #{lead.id} is as it was." if act.incoming.is_from_message else None


def _rate(rating: Rating) -> Handler:
    def rate(act: Act) -> None:
        outcomes.rate(act.session, act.person, act.row_id, rating)

    return rate


def _ask_reason(rating: Rating) -> Handler:
    """A low rating asks why, if this person may rate at all."""
    return lambda act: forms.RateLow.of(
        outcomes.rateable(act.session, act.person, act.row_id), rating
    )


for _rating in Rating:
    _handler = _ask_reason(_rating) if _rating.needs_reason else _rate(_rating)
    capability.action(lead_card.rate_action(_rating), WORK)(_handler)


@capability.form(forms.RateLow, WORK)
def save_low_rating(act: Act, form: forms.RateLow) -> None:
    """Why the lead is weak or junk."""
    with below("reason"):
        outcomes.rate(act.session, act.person, form.lead_id, form.rating, form.reason)


@capability.action(lead_card.NOTE, NOTES)
def ask_note(act: Act) -> View:
    """The form for a note about the lead."""
    lead = queries.find(act.session, act.workspace_id, act.row_id)
    return forms.AddNote.modal(lead_id=lead.id, blocks=[forms.subject(lead)])


@capability.form(forms.AddNote, NOTES)
def save_note(act: Act, form: forms.AddNote) -> None:
    """A note about the lead."""
    with below("note"):
        events.add_note(act.session, act.person, form.lead_id, form.note)


@capability.shortcut(forms.NOTE_FROM_MESSAGE, NOTES)
def ask_note_from_message(act: Act) -> View | str:
    """The form that keeps what a message says as a note."""
    leads = queries.to_write_about(act.session, act.person)
    if not leads:
        return "There is no lead yet to add this to. *Make this a lead* turns it into one."
    return forms.NoteFromMessage.of(leads, act.incoming.message)


@capability.form(forms.NoteFromMessage, NOTES)
def save_note_from_message(act: Act, form: forms.NoteFromMessage) -> str:
    """What a message says is a note."""
    lead = events.add_note(act.session, act.person, form.lead, form.note)
    return f"Your note is on lead #{lead.id}."


@capability.action(lead_card.WON, WORK)
@once
def ask_amount(act: Act) -> View:
    """A win asks for its amount."""
    lead = outcomes.closeable(act.session, act.person, act.row_id)
    return forms.MarkWon.modal(
        lead_id=lead.id, currency=_currency(act), blocks=[forms.subject(lead)]
    )


def _currency(act: Act) -> str:
    return act.session.get_one(Workspace, act.workspace_id).currency


@capability.form(forms.MarkWon, WORK)
def win(act: Act, form: forms.MarkWon) -> None:
    """The lead was won."""
    with below("amount"):
        outcomes.win(act.session, act.person, form.lead_id, form.amount)


@capability.action(lead_card.CORRECT, WORK)
def ask_correction(act: Act) -> View:
    """The form for the right amount."""
    return forms.CorrectAmount.of(outcomes.correctable(act.session, act.person, act.row_id))


@capability.form(forms.CorrectAmount, WORK)
def correct_amount(act: Act, form: forms.CorrectAmount) -> None:
    """What the deal was really worth."""
    with below("amount"):
        outcomes.correct_amount(act.session, act.person, form.lead_id, form.amount)


@capability.action(lead_card.EDIT, WORK)
def ask_details(act: Act) -> View:
    """The form with the lead's details."""
    lead = editing.editable(act.session, act.person, act.row_id)
    return forms.EditDetails.of(lead, _currency(act))


@capability.form(forms.EditDetails, WORK)
def save_details(act: Act, form: forms.EditDetails) -> None:
    """The lead's details were put right."""
    with forms.problems_below(forms.EditDetails), _expected(form) as expected:
        editing.edit(act.session, act.person, form.lead_id, form.details, expected)


@capability.action(lead_card.LOST, WORK)
@once
def ask_disposition(act: Act) -> View:
    """A loss asks for its reason."""
    lead = outcomes.closeable(act.session, act.person, act.row_id)
    return _lost(act, lead)


@capability.action(forms.CHOOSE_DISPOSITION, WORK)
def choose_disposition(act: Act) -> Update:
    """A reason was chosen: it may ask for more."""
    chosen = forms.MarkLost.so_far(act.incoming)
    lead = outcomes.closeable(act.session, act.person, chosen["lead_id"])
    return Update(_lost(act, lead, chosen.get("disposition")))


def _lost(act: Act, lead: Lead, chosen: Disposition | None = None) -> View:
    needed = outcomes.attempts_needed(act.session, act.workspace_id)
    tried = len(steps.attempts(act.session, lead))
    return forms.MarkLost.of(lead, needed, chosen, tried)


@capability.form(forms.MarkLost, WORK)
def lose(act: Act, form: forms.MarkLost) -> None:
    """The reason of a loss, with what it asks for."""
    ending = outcomes.Ending(
        form.disposition, note=form.note, attempts=form.attempts or 0, wake_on=form.wake_on
    )
    try:
        outcomes.lose(act.session, act.person, form.lead_id, ending)
    except HandoffError as error:
        field = _FIELDS.get(type(error), "disposition")
        raise FieldErrors({field: error.message}) from error


@capability.command("/lead", "merge", "`15 into 12`: merge two leads of the same person", _MERGE)
def merge(act: Act) -> str:
    """Two leads are one person's."""
    merged, kept = numbers_of(act.words, 2, "merge 15 into 12")
    merging.merge(act.session, act.person, merged, kept)
    return f"Lead #{merged} is part of #{kept} now. `/lead unmerge {merged}` undoes that."


@capability.command("/lead", "unmerge", "`15`: undo a merge", _MERGE, hint="")
def unmerge(act: Act) -> str:
    """They are two persons after all."""
    lead_id = number_of(act.words, "unmerge 15")
    merging.unmerge(act.session, act.person, lead_id)
    return f"Lead #{lead_id} is separate again."


@capability.action(lead_card.SNOOZE, WORK)
def ask_snooze(act: Act) -> View:
    """The form that says until when a lead rests."""
    lead = claiming.snoozeable(act.session, act.person, act.row_id)
    until = claiming.next_morning(act.session, act.workspace_id)
    return forms.Snooze.modal(lead_id=lead.id, until=until, blocks=[forms.subject(lead)])


@capability.form(forms.Snooze, WORK)
def snooze(act: Act, form: forms.Snooze) -> None:
    """The lead rests until then."""
    with below("until"):
        claiming.snooze(act.session, act.person, form.lead_id, form.until)


@capability.action(lead_card.REASSIGN, WORK)
def ask_reassign(act: Act) -> View:
    """The form that says who gets a lead."""
    lead = claiming.reassignable(act.session, act.person, act.row_id)
    others = [
        each
        for each in people.having(act.session, act.workspace_id, Role.SALESPERSON)
        if each.id != lead.claimed_by
    ]
    if not others:
        return forms.nobody_else(lead)
    held = queries.open_counts(act.session, act.workspace_id)
    return forms.Reassign.of(lead, others, held, people.away(act.session, act.workspace_id))


@capability.form(forms.Reassign, WORK)
def reassign(act: Act, form: forms.Reassign) -> None:
    """A colleague gets the lead."""
    with below("to"):
        to_id = chosen(act.session, act.workspace_id, form.to)
        claiming.reassign(act.session, act.person, form.lead_id, to_id, form.note, form.reason)
