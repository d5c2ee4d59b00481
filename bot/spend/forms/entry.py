"""The modals of entries: one for new spend, the list of what was entered, and a correction."""

from collections.abc import Sequence
from datetime import date

from slack_sdk.models.blocks import (
    ActionsBlock,
    Block,
    ButtonElement,
    ContextBlock,
    DatePickerElement,
    InputBlock,
    MarkdownTextObject,
    PlainTextInputElement,
    PlainTextObject,
    SectionBlock,
    StaticSelectElement,
)
from slack_sdk.models.views import View

from bot.campaigns.models import Campaign
from bot.slack.text import clean, moment, plural, safe
from bot.spend import messages
from bot.spend.models import LONGEST, Entries, SpendEntry

SAVE = "spend.save"
CORRECT = "spend.correct"
SAVE_CORRECTION = "spend.save_correction"
LATER = "spend.page"
"""Another page of the list."""


def entry(
    token: str, today: date, currency: str, campaigns: Sequence[Campaign], *, chosen: bool
) -> View:
    """The form for spend; its token makes a submission that comes twice one entry."""
    choices = messages.options(campaigns)
    return View(
        type="modal",
        callback_id=SAVE,
        private_metadata=token,
        title="Enter spend",
        submit="Save",
        close="Cancel",
        blocks=[
            InputBlock(
                block_id="campaign",
                label="Campaign",
                hint=messages.unlisted(campaigns, "/campaign spend"),
                element=StaticSelectElement(
                    action_id="campaign", placeholder="Choose a campaign", options=choices,
                    initial_option=choices[0] if chosen else None,
                ),
            ),
            _day("first", "Day, or first day", today),
            _day("last", "Last day", None, hint="For a period: it is spread over its days."),
            _text("line", "Line of the budget", hint="For example “Google Ads” or “Printing”."),
            _amount(f"Amount in {currency}"),
            _text("note", "Note", optional=True),
        ],
    )  # fmt: skip


def correction(token: str, of: SpendEntry, campaign: Campaign) -> View:
    """The form that replaces an entry by another one."""
    text = (
        f"*{safe(campaign.name, 80)}*, {_day_of(of.day)}, {safe(of.line, 80)}: {of.amount}. "
        "The entry stays to be seen; the new amount counts."
    )
    return View(
        type="modal",
        callback_id=SAVE_CORRECTION,
        private_metadata=f"{of.id} {token}",
        title="Correct spend",
        submit="Correct",
        close="Cancel",
        blocks=[
            SectionBlock(text=text),
            _amount(f"Right amount in {of.currency}", hint="0 takes it away."),
            _text("note", "Why", optional=True),
        ],
    )


def entries(of: Entries, names: dict[int, str]) -> View:
    """What was entered for a campaign, page by page; `names` says who did."""
    found = of.consumption
    blocks: list[Block] = [
        SectionBlock(text=f"*{safe(found.campaign.name, 100)}*\n{messages.budget(found)}")
    ]
    if not of.entries:
        empty = (
            "No spend is entered yet. Enter it with `/campaign spend`, or drop the CSV of the ad "
            "platform into your messages with Handoff."
        )
        return _list(found.campaign, [*blocks, SectionBlock(text=empty)])
    blocks.append(SectionBlock(text=messages.lines(found)))
    blocks += [_entry(each, of.corrected.get(each.id), names) for each in of.entries]
    if of.pages > 1:
        blocks += _pages(of)
    return _list(found.campaign, blocks)


def _list(campaign: Campaign, blocks: list[Block]) -> View:
    return View(
        type="modal", title="Spend", close="Done", private_metadata=str(campaign.id), blocks=blocks
    )


def _entry(of: SpendEntry, by: SpendEntry | None, names: dict[int, str]) -> SectionBlock:
    """One entry; what was corrected is struck out, and says by what."""
    said = f"{_day_of(of.day)} · {safe(of.line, 80)} · {of.amount}"
    who = safe(names.get(of.entered_by or 0, "the command line"), 80)
    about = [f"{who}, {moment(of.entered_at)}"]
    if of.corrects_id is not None:
        about.append(f"corrects #{of.corrects_id}")
    if of.note:
        about.append(safe(of.note, 150))
    if by is not None:
        return SectionBlock(
            text=f"#{of.id} ~{said}~\n_corrected by #{by.id}: {by.amount}_\n{' · '.join(about)}"
        )
    return SectionBlock(
        text=f"#{of.id} *{said}*\n{' · '.join(about)}",
        accessory=ButtonElement(text="Correct", action_id=CORRECT, value=str(of.id)),
    )


def _pages(of: Entries) -> list[Block]:
    shown = f"Page {of.page + 1} of {of.pages}, {plural(of.total, 'entry', 'entries')}"
    turns = [("Newer", of.page - 1), ("Older", of.page + 1)]
    buttons = [
        ButtonElement(text=text, action_id=f"{LATER}.{text.lower()}", value=str(page))
        for text, page in turns
        if 0 <= page < of.pages
    ]
    return [
        ContextBlock(elements=[MarkdownTextObject(text=shown)]),
        ActionsBlock(elements=list(buttons)),
    ]


def _day(name: str, label: str, initial: date | None, hint: str | None = None) -> InputBlock:
    day = initial.isoformat() if initial else None
    return InputBlock(
        block_id=name, label=label, hint=hint, optional=initial is None,
        element=DatePickerElement(action_id=name, initial_date=day),
    )  # fmt: skip


def _amount(label: str, hint: str = "For example 1,250.50.") -> InputBlock:
    return InputBlock(
        block_id="amount", label=PlainTextObject(text=clean(label, 150)), hint=hint,
        element=PlainTextInputElement(action_id="amount", max_length=30),
    )  # fmt: skip


def _text(name: str, label: str, *, hint: str | None = None, optional: bool = False) -> InputBlock:
    element = PlainTextInputElement(action_id=name, max_length=LONGEST[name])
    return InputBlock(block_id=name, label=label, hint=hint, optional=optional, element=element)


def _day_of(day: date) -> str:
    return f"{day.day} {day:%B %Y}"
