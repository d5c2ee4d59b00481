"""How the open requests look in their list, a page of it at a time."""

from collections.abc import Sequence
from datetime import datetime

from slack_sdk.models.blocks import ActionsBlock, Block, SectionBlock
from slack_sdk.models.views import View

from bot.planning.messages.parts import small
from bot.planning.messages.request import answers, brief, me_too
from bot.planning.models import Listed, RequestStatus
from bot.slack.paging import page_turns
from bot.slack.text import moment, plural, safe

LIST = "request.list"
SECOND = "request.second"
PAGE_SIZE = 20


def listing(found: Sequence[Listed], page: int, count: int, now: datetime) -> View:
    """The open requests, the most heard first."""
    pages = max(-(-count // PAGE_SIZE), 1)
    blocks: list[Block] = [row(listed, now) for listed in found]
    if not blocks:
        blocks = [
            SectionBlock(
                text="No request is open. Say what customers ask for with `/request`; "
                "marketing promises an answer."
            )
        ]
    blocks.extend(page_turns(LIST, page, pages))
    return View(
        type="modal",
        callback_id=LIST,
        private_metadata=str(page),
        title="Requests",
        close="Done",
        blocks=[*blocks, small(f"{plural(count, 'open request')}, page {page + 1} of {pages}")],
    )


def row(listed: Listed, now: datetime) -> SectionBlock:
    """A request in the list, with *Me too* for who has not said so."""
    button = None if listed.mine else me_too(listed.request, SECOND)
    return SectionBlock(text=_told(listed, now), accessory=button)


def row_to_answer(listed: Listed, now: datetime) -> list[Block]:
    """A request on the page of somebody who can answer it."""
    return [
        SectionBlock(text=_told(listed, now)),
        ActionsBlock(elements=answers(listed.request)),
    ]


def _told(listed: Listed, now: datetime) -> str:
    request = listed.request
    for_whom = f" · for {safe(request.audience, 100)}" if request.audience else ""
    hears = f"{plural(listed.support, 'colleague')} heard it"
    return (
        f"*{brief(request)}*{for_whom}\n{hears} · asked by {safe(listed.asker.name, 100)} "
        f"{moment(request.asked_at, '{date_short_pretty}')}\n{_state(listed, now)}"
    )


def _state(listed: Listed, now: datetime) -> str:
    request = listed.request
    if request.status == RequestStatus.PROPOSED:
        return "A campaign is proposed for it."
    if request.is_overdue(now):
        return f"*Overdue*: an answer was promised by {moment(request.answer_by)}"
    return f"Answer promised by {moment(request.answer_by)}"
