"""How requests look: their card, what the one who asked gets, the reminder, and their list."""

from collections.abc import Sequence
from datetime import datetime

from slack_sdk.models.blocks import (
    ActionsBlock,
    Block,
    ButtonElement,
    InteractiveElement,
    MarkdownTextObject,
    SectionBlock,
)
from slack_sdk.models.views import View

from bot.formats import plural
from bot.planning.models import Frequency, Request, RequestDetails, RequestRow, RequestStatus
from bot.planning.texts import in_one_line, names, quoted, titled
from bot.slack import Message
from bot.slack.blocks import header, note
from bot.slack.paging import page_count, page_turns
from bot.slack.text import moment, safe

SUPPORT = "request.me_too"
PLAN = "request.plan"
SEEN = "request.seen"
DECLINE = "request.decline"

_BRIEF = 150
_STATUSES = {
    RequestStatus.PROPOSED: "{who} proposed the campaign “{name}” for it.",
    RequestStatus.ANNOUNCED: "{who} announced the campaign “{name}” for it.",
    RequestStatus.ENDED: "{who}'s campaign “{name}” for it has ended.",
}

LIST = "request.list"
SUPPORT_IN_LIST = "request.support"
PAGE_SIZE = 20


def card(details: RequestDetails, now: datetime) -> Message:
    """The request in the shared channel."""
    request = details.request
    blocks: list[Block] = [
        header(in_one_line(f"Request: {request.text}")),
        *_whole(request),
        *_fields(request),
        note(_heard_by(details)),
        note(_state(details, now)),
    ]
    if request.reason:
        blocks.append(titled("Why not", request.reason))
    if buttons := _buttons(request):
        blocks.append(ActionsBlock(elements=buttons))
    return Message(f"Request from {details.asker.mention}: {brief(request)}", blocks)


def for_asker(details: RequestDetails, now: datetime) -> Message:
    """What has become of it, in one message to the one who asked."""
    request = details.request
    blocks: list[Block] = [
        SectionBlock(text=f"*Your request*\n{brief(request)}"),
        SectionBlock(text=_news(details, now)),
    ]
    if request.reason:
        blocks.append(quoted(request.reason))
    others = len(details.supporters)
    if others:
        too = "hears" if others == 1 else "hear"
        blocks.append(note(f"{plural(others, 'colleague')} {too} this too: "
                            f"{names(details.supporters)}."))  # fmt: skip
    return Message(f"Your request “{brief(request)}”: {_news(details, now)}", blocks)


def reminder(details: RequestDetails, now: datetime) -> Message:
    """Marketing is reminded; once it has answered, that is what it says."""
    request = details.request
    hears = plural(1 + len(details.supporters), "colleague")
    if not request.is_waiting:
        text = f"{details.asker.mention}'s request has been answered. {_state(details, now)}"
        return Message(text, [SectionBlock(text=text), quoted(request.text)], too_late=True)
    verb = "was" if request.is_overdue(now) else "is"
    text = (
        f"{details.asker.mention} is waiting for an answer to a request that {hears} heard from "
        f"customers. It {verb} due {moment(request.answer_by)}."
    )
    return Message(
        text,
        [
            SectionBlock(text=text),
            quoted(request.text),
            ActionsBlock(elements=answers(request)),
        ],
    )


def brief(request: Request) -> str:
    """What it asks for, in a line of mrkdwn."""
    return safe(" ".join(request.text.split()), _BRIEF)


def support_button(request: Request, action_id: str) -> ButtonElement:
    """Second it."""
    return ButtonElement(text="Me too", action_id=action_id, value=str(request.id))


def _whole(request: Request) -> list[Block]:
    """What the title has no room for."""
    fits = "\n" not in request.text and len(request.text) < _BRIEF - len("Request: ")
    return [] if fits else [titled("Customers ask for", request.text)]


def _fields(request: Request) -> list[Block]:
    known = {
        "For": safe(request.audience, 300),
        "Heard": Frequency(request.frequency).label if request.frequency else "",
        "From the lead": f"#{request.lead_id}" if request.lead_id else "",
    }
    fields = [
        MarkdownTextObject(text=f"*{name}*\n{value}") for name, value in known.items() if value
    ]
    blocks: list[Block] = [SectionBlock(fields=fields)] if fields else []
    return [*blocks, titled("For example", request.example)] if request.example else blocks


def _heard_by(details: RequestDetails) -> str:
    everyone = [details.asker, *details.supporters]
    return f"{plural(len(everyone), 'colleague')} heard it: {names(everyone)}."


def _state(details: RequestDetails, now: datetime) -> str:
    """What has become of it, in a sentence."""
    request = details.request
    if request.status == RequestStatus.DECLINED and details.answered_by and request.answered_at:
        return f"Declined by {details.answered_by.mention} {moment(request.answered_at)}."
    if request.status in _STATUSES and details.campaign:
        name = safe(details.campaign.name)
        return _STATUSES[RequestStatus(request.status)].format(
            who=details.campaign.owner.mention, name=name
        )
    seen = ""
    if details.campaign:
        name = safe(details.campaign.name)
        seen = f"{details.campaign.owner.mention} is drafting the campaign “{name}” for it. "
    elif details.seen_by and request.seen_at:
        seen = f"Seen by {details.seen_by.mention} {moment(request.seen_at)}. "
    if request.is_overdue(now):
        return f"{seen}*Overdue*: marketing's answer was due {moment(request.answer_by)}."
    return f"{seen}Marketing will answer by {moment(request.answer_by)}."


def _news(details: RequestDetails, now: datetime) -> str:
    """The same, said to the one who asked."""
    request = details.request
    if request.status == RequestStatus.DECLINED and details.answered_by and request.answered_at:
        return f"{details.answered_by.mention} declined it {moment(request.answered_at)}:"
    untouched = not details.seen_by and not details.campaign
    if request.is_waiting and untouched and not request.is_overdue(now):
        return f"Marketing will answer by {moment(request.answer_by)}. I'll tell you here."
    return _state(details, now)


def _buttons(request: Request) -> list[InteractiveElement]:
    if not request.is_open:
        return []
    return [support_button(request, SUPPORT), *(answers(request) if request.is_waiting else [])]


def answers(request: Request) -> list[InteractiveElement]:
    """What marketing may say to it."""
    value = str(request.id)
    seen = ButtonElement(text="Seen", action_id=SEEN, value=value)
    decline = ButtonElement(text="Decline…", action_id=DECLINE, value=value)
    if request.campaign_id:
        return [decline]
    plan = ButtonElement(text="Propose a campaign", action_id=PLAN, value=value)
    return [plan, *([] if request.seen_at else [seen]), decline]


def listing(requests: Sequence[RequestRow], page: int, count: int, now: datetime) -> View:
    """The open requests, the most heard first."""
    pages = page_count(count, PAGE_SIZE)
    blocks: list[Block] = [list_row(row, now) for row in requests]
    if not blocks:
        blocks = [
            SectionBlock(
                text="No open requests. Tell marketing what customers ask for with `/request`."
            )
        ]
    blocks.extend(page_turns(LIST, page, pages))
    return View(
        type="modal",
        callback_id=LIST,
        private_metadata=str(page),
        title="Requests",
        close="Done",
        blocks=[*blocks, note(f"{plural(count, 'open request')}, page {page + 1} of {pages}")],
    )


def list_row(row: RequestRow, now: datetime) -> SectionBlock:
    """A request in the list, with *Me too* for who has not said so."""
    button = None if row.includes_reader else support_button(row.request, SUPPORT_IN_LIST)
    return SectionBlock(text=_row_text(row, now), accessory=button)


def row_to_answer(row: RequestRow, now: datetime) -> list[Block]:
    """A request on the page of somebody who can answer it."""
    return [
        SectionBlock(text=_row_text(row, now)),
        ActionsBlock(elements=answers(row.request)),
    ]


def _row_text(row: RequestRow, now: datetime) -> str:
    request = row.request
    for_whom = f" · for {safe(request.audience, 100)}" if request.audience else ""
    hears = f"{plural(row.support_count, 'colleague')} heard it"
    return (
        f"*{brief(request)}*{for_whom}\n{hears} · asked by {safe(row.asker.name, 100)} "
        f"{moment(request.asked_at, '{date_short_pretty}')}\n{_row_state(row, now)}"
    )


def _row_state(row: RequestRow, now: datetime) -> str:
    request = row.request
    if request.status == RequestStatus.PROPOSED:
        return "A campaign has been proposed."
    if request.is_overdue(now):
        return f"*Overdue*: the answer was due {moment(request.answer_by)}"
    return f"Answer due {moment(request.answer_by)}"
