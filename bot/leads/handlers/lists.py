"""What Slack brings in for somebody's own lists, and for one lead that was looked up."""

import re
from collections.abc import Callable
from datetime import timedelta
from functools import wraps

from slack_sdk.models.views import View

from bot import clock
from bot.capability import Act, Answer, Handler, Update
from bot.errors import HandoffError
from bot.leads import capability, messages, service
from bot.leads.models import Mine
from bot.people.models import ANY_ROLE
from bot.slack import Message
from bot.slack.access import Access

_NUMBER = re.compile(r"#?(\d{1,15})")
_NOTE = re.compile(r"#?(\d{1,15}) +note +(.+)", re.IGNORECASE)

WORK = Access("work on leads", ANY_ROLE)
"""Its owner or a manager works on a lead: the verbs see to that."""
NOTES = Access("write notes about leads", ANY_ROLE)
_LOOK_UP = Access("look leads up", ANY_ROLE)

DOUBLE_CLICK = timedelta(seconds=1)
"""A card redraws at once, and puts the next step's button under the pointer: nobody takes a lead
two steps on so soon."""


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
        since = clock.now() - DOUBLE_CLICK
        return service.has_moved_since(act.session, act.person, act.row_id, since)

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


@capability.command("/lead", "mine", "what is yours to call, to rate and to finish", WORK)
def show_mine(act: Act) -> Message:
    """What is mine: the most urgent of it, and the ways to the rest."""
    urgent = service.mine(act.session, act.person, Mine.TO_CALL, messages.MOST_FOUND)
    return messages.mine(urgent, service.count_mine(act.session, act.person))


@capability.command(
    "/lead", "find", "`Lovelace`: look a lead up by name, company, e-mail or phone", _LOOK_UP
)
def find(act: Act) -> Message:
    """Look leads up by what one remembers of them."""
    leads = service.search(act.session, act.person, act.words, messages.MOST_FOUND + 1)
    return messages.found(act.words, leads)


@capability.command(
    "/lead",
    "<number>",
    "open one lead, by the number on its card; `12 note wants 40 seats` adds a note",
    _LOOK_UP,
)
def look_up(act: Act) -> View | Message | str:
    """One lead by its number, or a note about it; anything else is looked for."""
    words = act.words.strip()
    if note := _NOTE.fullmatch(words):
        lead = service.add_note(act.session, act.person, int(note[1]), note[2])
        return f"Your note is on lead #{lead.id}."
    number = _NUMBER.fullmatch(words)
    return _lead(act, int(number[1])) if number else find(act)


@capability.action(messages.SHOW, _LOOK_UP)
def show_lead(act: Act) -> View:
    """One lead, in a modal."""
    return _lead(act, act.row_id)


@capability.modal(messages.SHOW)
def redraw_lead(act: Act, lead_id: str) -> View:
    """The same lead, once something was done with it."""
    return _lead(act, int(lead_id))


@capability.modal(messages.LIST)
def redraw_list(act: Act, carried: str) -> View:
    """The same page of a list, once something was done with a lead of it."""
    which, _, page = carried.partition(" ")
    return _page(act, Mine(which), int(page))


def _lead(act: Act, lead_id: int) -> View:
    return messages.one(service.facts_for(act.session, act.person, lead_id))


def _page(act: Act, which: Mine, page: int) -> View:
    """A page of a list; the last one there is, where it has become shorter."""
    count = service.count_mine(act.session, act.person)[which]
    page = min(page, max(count - 1, 0) // messages.PAGE_SIZE)
    first = page * messages.PAGE_SIZE
    leads = service.mine(act.session, act.person, which, messages.PAGE_SIZE, first)
    return messages.whole_list(which, leads, page, count, service.last_moves(act.session, leads))


def _opens(which: Mine) -> Callable[[Act], View]:
    return lambda act: _page(act, which, act.row_id)


def _turns(which: Mine) -> Callable[[Act], Update]:
    return lambda act: Update(_page(act, which, act.row_id))


for _which in Mine:
    capability.action(messages.list_action(_which), WORK)(_opens(_which))
    capability.pages(messages.list_action(_which), WORK)(_turns(_which))
