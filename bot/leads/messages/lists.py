"""How several leads look: rows, lists, call lists, the quiet leads digest, ratings and rules."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from slack_sdk.models.blocks import (
    ActionsBlock,
    Block,
    ButtonElement,
    ContextBlock,
    HeaderBlock,
    MarkdownTextObject,
    PlainTextObject,
    SectionBlock,
)
from slack_sdk.models.views import View

from bot import clock
from bot.campaigns.texts import offer_line
from bot.formats import plural
from bot.leads.list_models import CallOutcome, CallProgress, Mine, RatingSummary
from bot.leads.messages.details import mail_link, phone_link
from bot.leads.messages.lead_card import (
    SHOW,
    assign_button,
    by_the_clock,
    claim_button,
    rating_button,
    reassign_button,
    work_buttons,
)
from bot.leads.models import CallList, Lead, Rating, Status
from bot.people.models import Person
from bot.slack import Message
from bot.slack.blocks import menu
from bot.slack.paging import page_turns
from bot.slack.text import bar, clean, moment, safe
from bot.sources import way

LIST = "lead.list"
PAGE_SIZE = 20
_QUESTION = 80  # characters of what somebody wrote that a row of the home tab quotes


def list_action(which: Mine) -> str:
    """The action id that shows the whole of a list."""
    return f"{LIST}.{which}"


def rows(
    which: Mine, leads: Sequence[Lead], moved: Mapping[int, datetime] | None = None
) -> list[Block]:
    """Leads of one's own, each with what can be done with it; `moved` says when something was done
    with each last."""
    at = moved or {}
    return [block for lead in leads for block in _row(which, lead, at.get(lead.id))]


def show_all(which: Mine, count: int | None = None) -> ActionsBlock:
    """The button for the rest of a list."""
    label = "Show all" if count is None else f"Show all {count:,}"
    return ActionsBlock(elements=[_list_button(which, label)])


def show_lists(counts: Mapping[Mine, int]) -> ActionsBlock:
    """A button for each list that has something in it; at least one has."""
    buttons = [_list_button(each, f"{each.label} ({n:,})") for each, n in counts.items() if n]
    return ActionsBlock(elements=buttons)


def _list_button(which: Mine, text: str) -> ButtonElement:
    return ButtonElement(text=text, action_id=list_action(which), value="0")


def whole_list(
    which: Mine, leads: Sequence[Lead], page: int, count: int,
    moved: Mapping[int, datetime] | None = None,
) -> View:  # fmt: skip
    """A list of one's own in a modal, a page of it."""
    pages = max(-(-count // PAGE_SIZE), 1)
    shown = f"{plural(count, 'lead')}, page {page + 1} of {pages}"
    return View(
        type="modal",
        callback_id=LIST,
        private_metadata=f"{which} {page}",
        title=which.label,
        close="Done",
        blocks=[
            *(rows(which, leads, moved) or [SectionBlock(text="_No leads here._")]),
            *page_turns(list_action(which), page, pages),
            ContextBlock(elements=[MarkdownTextObject(text=shown)]),
        ],
    )


def row_own(lead: Lead) -> SectionBlock:
    """A lead of one's own that waits for an answer, on the home tab."""
    question = f"“{safe(' '.join(lead.message.split()), _QUESTION)}”" if lead.message else ""
    reach = " · ".join(filter(None, (phone_link(lead) or mail_link(lead), question)))
    return SectionBlock(text=f"{_line(lead, due(lead))}\n{reach}", accessory=_open_button(lead))


def row_active(lead: Lead, moved_at: datetime | None) -> SectionBlock:
    """A lead of one's own that was answered, on the home tab."""
    stage = "qualified" if lead.status == Status.QUALIFIED else ""
    age = _age(lead, moved_at).removeprefix(" · ")
    return SectionBlock(text=_line(lead, stage, age), accessory=_open_button(lead))


def row_to_rate(lead: Lead) -> SectionBlock:
    """A lead that has ended, with the ratings to choose from."""
    qualities = menu("lead.menu", [rating_button(lead, rating) for rating in Rating])
    return SectionBlock(text=_line(lead, when(lead)), accessory=qualities)


def row_to_claim(lead: Lead, who: Person) -> SectionBlock:
    """A lead that nobody has, on the home tab; how to reach them comes with the claim."""
    is_kept = lead.reserved_for not in (None, who.id) and is_ahead(lead.reserved_until)
    offered = "offered to you" if lead.suggested_to == who.id else "unclaimed"
    state = "kept for a colleague" if is_kept else offered
    button = _open_button(lead) if is_kept else claim_button(lead)
    return SectionBlock(text=_line(lead, state, due(lead)), accessory=button)


def row_to_assign(lead: Lead, owner: Person | None, *reasons: str) -> SectionBlock:
    """A lead that somebody else should have or do something about, as a manager sees it."""
    button = reassign_button(lead) if owner else assign_button(lead)
    who = owner.mention if owner else "unclaimed"
    text = _line(lead, who, *(reasons or [due(lead)]))
    return SectionBlock(text=text, accessory=button)


def due(lead: Lead) -> str:
    """When an answer was promised, by the clock while there is time; else since when it waits."""
    at = lead.response_due_at
    if at is None or lead.first_response_at:
        return f"claimed {moment(lead.claimed_at)}" if lead.claimed_at else _received(lead)
    return f"due {by_the_clock(at)}" if is_ahead(at) else f"*due {moment(at, '{ago}')}*"


def _line(lead: Lead, *facts: str) -> str:
    company = safe(lead.company or "", 100)
    parts = [f"{_signal(lead)}*{safe(lead.name, 100)}*", company, *facts]
    return " · ".join(part for part in parts if part)


def _signal(lead: Lead) -> str:
    """Whether the promised answer is overdue, or still to come."""
    if lead.is_closed or lead.first_response_at or lead.response_due_at is None:
        return ""
    return "🟠 " if is_ahead(lead.response_due_at) else "🔴 "


def is_ahead(at: datetime | None) -> bool:
    """Whether a moment is still to come."""
    return at is not None and at > clock.now()


def headline(lead: Lead) -> str:
    """Who it is and how it stands, as everybody may see it."""
    company = f" · {safe(lead.company, 100)}" if lead.company else ""
    return f"*{safe(lead.name, 100)}*{company}\n{when(lead)}"


def row_of_calls(listed: CallList, left: int) -> SectionBlock:
    """A call list that is not called through."""
    text = f"*{safe(listed.name, 100)}*\n{plural(left, 'contact')} to call"
    return SectionBlock(text=text, accessory=next_button(listed))


def _row(which: Mine, lead: Lead, moved_at: datetime | None) -> list[Block]:
    if which is Mine.TO_CALL:
        text = f"{_told(lead)}{_age(lead, moved_at)}"
        return [SectionBlock(text=text), ActionsBlock(elements=work_buttons(lead))]
    if which is Mine.TO_RATE:
        return [row_to_rate(lead)]
    age = "" if which is Mine.CLOSED else _age(lead, moved_at)
    return [SectionBlock(text=f"{_told(lead)}{age}", accessory=_open_button(lead))]


def _open_button(lead: Lead) -> ButtonElement:
    return ButtonElement(text="Open", action_id=SHOW, value=str(lead.id))


def _age(lead: Lead, moved_at: datetime | None) -> str:
    """How long ago something was done with a contacted lead, or that the customer waits again."""
    if lead.first_response_at is None or moved_at is None:
        return ""
    if lead.last_touch_at > moved_at:
        return f" · *wrote again {moment(lead.last_touch_at, '{ago}')}*"
    return f" · last step {moment(moved_at, '{ago}')}"


def _told(lead: Lead) -> str:
    company = f" · {safe(lead.company, 100)}" if lead.company else ""
    reach = " · ".join(way for way in (phone_link(lead), mail_link(lead)) if way)
    return f"*{safe(lead.name, 100)}*{company}\n{reach}\n{when(lead)}"


def when(lead: Lead) -> str:
    """What time says of it: the SLA first."""
    if lead.is_closed and lead.closed_at:
        amount = f" for {lead.won_amount}" if lead.won_amount else ""
        return f"{lead.status}{amount} {moment(lead.closed_at)}"
    if lead.snoozed_until:
        return f"snoozed until {moment(lead.snoozed_until)}"
    if lead.status == Status.RECYCLED and lead.wake_at:
        return f"paused until {moment(lead.wake_at)}"
    if lead.first_response_at is None and lead.response_due_at:
        due = lead.response_due_at
        return f"*answer due {moment(due, '{ago}')}*, {moment(due)}"
    if lead.claimed_at is None:
        return _received(lead)
    stage = "qualified, " if lead.status == Status.QUALIFIED else ""
    return f"{stage}claimed {moment(lead.claimed_at)}"


def _received(lead: Lead) -> str:
    return f"received {moment(lead.received_at)}"


MOST_FOUND = 8


def found(words: str, leads: Sequence[Lead]) -> Message:
    """What was found; one more than is shown tells that there are more."""
    quoted = f"“{safe(words, 60)}”"
    if not leads:
        return Message(
            f"No lead has {quoted} in its name, company or email address. Try the beginning of a "
            "word, or a phone number with its country code."
        )
    shown = leads[:MOST_FOUND]
    has_more = len(leads) > len(shown)
    title = f"{'The newest ' if has_more else ''}{plural(len(shown), 'lead')} with {quoted}"
    blocks: list[Block] = [SectionBlock(text=f"*{title}*"), *map(_found_row, shown)]
    if has_more:
        more = "There are more. Add a word to narrow it down."
        blocks.append(ContextBlock(elements=[MarkdownTextObject(text=more)]))
    return Message(title, blocks)


def found_in_form(words: str, leads: Sequence[Lead]) -> View:
    """The same in the modal in which they were looked for."""
    message = found(words, leads)
    blocks = message.blocks or [SectionBlock(text=message.text).to_dict()]
    return View(type="modal", title="Find a lead", close="Done", blocks=blocks)


def mine(urgent: Sequence[Lead], counts: Mapping[Mine, int]) -> Message:
    """What is somebody's own: the most urgent in full, and a button for each list."""
    lists = [which for which in Mine if counts[which]]
    if not lists:
        return Message("You have no leads at the moment. New ones appear in the channel.")
    title = ", ".join(f"{counts[which]:,} {which.label.lower()}" for which in lists)
    blocks = [
        SectionBlock(text=f"*Yours:* {title}"),
        *rows(Mine.TO_CALL, urgent),
        show_lists({which: counts[which] for which in lists}),
    ]
    return Message(f"Yours: {title}", blocks)


def _found_row(lead: Lead) -> SectionBlock:
    return SectionBlock(text=f"{headline(lead)} · #{lead.id}", accessory=_open_button(lead))


NEXT = "calls.next"

_GAVE_UP = "Not reached at all"


def call_list(how_far: CallProgress) -> Message:
    """The card of a call list."""
    listed, called = how_far.listed, how_far.total - how_far.left
    title = f"Call list: {listed.name}"
    blocks: list[Block] = [
        HeaderBlock(text=PlainTextObject(text=clean(title, 150), emoji=False)),
        SectionBlock(text=f"{bar(called, how_far.total)}\n{_sentence(how_far)}"),
    ]
    if how_far.campaign:
        offer = f"*{safe(how_far.campaign.name, 150)}*\n{offer_line(how_far.campaign)}"
        blocks.append(SectionBlock(text=offer))
    if how_far.by_outcome:
        blocks.append(SectionBlock(text=_outcomes(how_far)))
    blocks.append(
        ContextBlock(elements=[MarkdownTextObject(text=f"Since {moment(listed.created_at)}")])
    )
    if how_far.left:
        blocks.append(ActionsBlock(elements=[next_button(listed)]))
    return Message(f"{safe(title, 150)}: {_sentence(how_far)}", blocks)


def next_button(listed: CallList) -> ButtonElement:
    """Call the next one."""
    return ButtonElement(text="Next contact", action_id=NEXT, value=str(listed.id), style="primary")


def _sentence(how_far: CallProgress) -> str:
    if not how_far.left:
        return f"All {plural(how_far.total, 'contact')} called."
    called = how_far.total - how_far.left
    return f"{called:,} of {plural(how_far.total, 'contact')} called, {how_far.left:,} left."


def _outcomes(how_far: CallProgress) -> str:
    words = {str(each): each.label for each in CallOutcome} | {CallOutcome.NO_ANSWER: _GAVE_UP}
    known = [(words[key], how_far.by_outcome.get(key, 0)) for key in map(str, CallOutcome)]
    return " · ".join(f"{word}: *{count:,}*" for word, count in known if count)


def quiet_leads_digest(rows: Sequence[tuple[Lead, Person | None]], more: int) -> Message:
    """The quiet leads that wait, each with its button until someone has it."""
    title = f"{plural(len(rows) + more, 'quieter lead')} to look at"
    blocks: list[Block] = [HeaderBlock(text=PlainTextObject(text=title, emoji=False))]
    blocks += [_quiet_row(lead, owner) for lead, owner in rows]
    if more > 0:
        rest = f"and {more:,} more, offered once these are claimed"
        blocks.append(ContextBlock(elements=[MarkdownTextObject(text=rest)]))
    return Message(f"{title}. None of them asked for a call.", blocks)


def _quiet_row(lead: Lead, owner: Person | None) -> SectionBlock:
    company = f" · {safe(lead.company, 100)}" if lead.company else ""
    # How it came stands there already.
    reasons = [
        words
        for words, points in lead.score_reasons
        if points > 0 and words != f"came {way(lead.source)}"
    ]
    why = f"\n{safe(', '.join(reasons), 200)}" if reasons else ""
    came = f"{safe(way(lead.source))}, {moment(lead.received_at)}"
    text = f"*{safe(lead.name, 100)}*{company}\n{came}{why}"
    if lead.merged_into:
        return SectionBlock(text=f"{text}\nmerged into #{lead.merged_into}")
    if owner is not None:
        return SectionBlock(text=f"{text}\nwith {owner.mention}")
    if lead.is_closed:
        return SectionBlock(text=f"{text}\n{lead.status}")
    return SectionBlock(text=text, accessory=claim_button(lead))


def rating_summary(counted: RatingSummary) -> Message:
    """What sales thinks of the leads so far; one message, drawn anew with each rating."""
    rated = sum(counted.ratings.values())
    title = f"{rated:,} of {plural(counted.received, 'lead')} rated so far"
    ratings = " · ".join(f"{rating.label} {counted.ratings.get(rating, 0):,}" for rating in Rating)
    lines = [f"*What sales thinks:* {title}, {counted.claimed:,} claimed.", ratings]
    if counted.reasons:
        named = ", ".join(f"{safe(reason, 80)} ({often:,})" for reason, often in counted.reasons)
        lines.append(f"Most common reasons when it didn't fit: {named}")
    return Message(f"{title}: {ratings}", [SectionBlock(text="\n".join(lines))])
