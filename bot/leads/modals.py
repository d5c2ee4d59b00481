"""The modals of leads: typing one in, why a rating is low, what was won, why it was lost."""

import re
from collections.abc import Sequence
from secrets import token_hex
from typing import Any

from slack_sdk.models.blocks import (
    Block,
    InputBlock,
    Option,
    PlainTextInputElement,
    PlainTextObject,
    SectionBlock,
    StaticSelectElement,
)
from slack_sdk.models.blocks.block_elements import EmailInputElement, NumberInputElement
from slack_sdk.models.views import View

from bot.campaigns.model import Campaign
from bot.errors import FieldErrors
from bot.leads.heat import WORDS, Rules
from bot.leads.model import Disposition, Lead, Rating
from bot.slack.text import clean

NEW = "lead.new"
SAVE_NEW = "lead.save_new"
SAVE_REASON = "lead.save_reason"
SAVE_WON = "lead.save_won"
SAVE_LOST = "lead.save_lost"
SAVE_RULES = "lead.save_rules"

_NO_CAMPAIGN = "0"
_MOST_OPTIONS = 100  # Slack's documents, select menus


def new(campaigns: Sequence[Campaign]) -> View:
    """Type in a lead; its token makes a submission that comes twice one lead."""
    return View(
        type="modal",
        callback_id=SAVE_NEW,
        private_metadata=token_hex(12),
        title="New lead",
        submit="Add lead",
        close="Cancel",
        blocks=[
            _text("first_name", "First name", optional=True, most=200),
            _text("last_name", "Last name", optional=True, most=200),
            _text("company", "Company", optional=True, most=200),
            _text("phone", "Phone", optional=True, most=60, hint="With country code: +49 30 …"),
            InputBlock(
                block_id="email",
                label="E-mail",
                optional=True,
                hint="An e-mail address or a phone number is needed.",
                element=EmailInputElement(action_id="email"),
            ),
            _text("message", "What do they want?", optional=True, most=3000, multiline=True),
            InputBlock(block_id="campaign", label="Campaign", element=_campaigns(campaigns)),
        ],
    )


def campaign_of(value: str) -> int | None:
    """The campaign that an option of the modal stands for."""
    return None if value == _NO_CAMPAIGN else int(value)


def reason(lead: Lead, rating: Rating) -> View:
    """Why is it weak or junk?"""
    return View(
        type="modal",
        callback_id=f"{SAVE_REASON}.{rating}",
        private_metadata=str(lead.id),
        title=f"Rate as {rating.value}",
        submit="Save rating",
        close="Cancel",
        blocks=[
            _subject(lead),
            _text(
                "reason",
                "Why?",
                most=300,
                hint="A few words that help marketing do better, such as “student project”.",
            ),
        ],
    )


def won(lead: Lead, currency: str) -> View:
    """What is the deal worth?"""
    return View(
        type="modal",
        callback_id=SAVE_WON,
        private_metadata=str(lead.id),
        title="Won",
        submit="Save as won",
        close="Cancel",
        blocks=[
            _subject(lead),
            _text("amount", f"Amount in {currency}", most=30, hint="For example 12,500"),
        ],
    )


def lost(lead: Lead) -> View:
    """Why was it lost?"""
    options = [Option(text=code.label, value=code.value) for code in Disposition]
    return View(
        type="modal",
        callback_id=SAVE_LOST,
        private_metadata=str(lead.id),
        title="Lost",
        submit="Save as lost",
        close="Cancel",
        blocks=[
            _subject(lead),
            InputBlock(
                block_id="disposition",
                label="What was the reason?",
                element=StaticSelectElement(action_id="disposition", options=options),
            ),
            _text(
                "note",
                "In your words",
                optional=True,
                most=300,
                hint="Needed where it did not fit: what was missing?",
            ),
        ],
    )


def rules(told: Rules) -> View:
    """What makes a lead hot: a number for each rule."""
    numbers = [("hot_from", "Announced at once from how many points on?", told.hot_from)]
    numbers.append(
        ("source:*", "Came from a source that is not named below", told.points.get("source:*", 0))
    )
    numbers += [(key, words[0].upper() + words[1:], told.points.get(key, 0))
                for key, words in WORDS.items()]  # fmt: skip
    own = {key.removeprefix("source:"): each for key, each in told.points.items()
           if key.startswith("source:") and key != "source:*"}  # fmt: skip
    return View(
        type="modal",
        callback_id=SAVE_RULES,
        title="What makes a lead hot",
        submit="Save rules",
        close="Cancel",
        blocks=[
            *(_number(*each) for each in numbers),
            _text(
                "sources", "Sources with points of their own", most=1000, optional=True,
                multiline=True, initial="\n".join(f"{slug} {each}" for slug, each in own.items()),
                hint="One a line, such as: zoom 10",
            ),
            _text(
                "competitors", "Domains of competitors", most=2000, optional=True, multiline=True,
                initial="\n".join(sorted(told.competitors)), hint="One a line: example.com",
            ),
        ],
    )  # fmt: skip


def rules_of(fields: dict[str, Any]) -> tuple[int, dict[str, int], list[str]]:
    """What the rules' modal says: from when on a lead is hot, the points, the competitors.

    Raises FieldErrors.
    """
    keys = ["source:*", *WORDS]
    points = {key: int(fields[key] or 0) for key in keys}
    for line in (fields["sources"] or "").splitlines():
        slug, _, each = line.strip().replace(":", " ").partition(" ")
        if slug and not re.fullmatch(r"[+-]?\d{1,4}", each.strip()):
            raise FieldErrors({"sources": f"“{line.strip()[:60]}” should read like: zoom 10"})
        if slug:
            points[f"source:{slug.casefold()}"] = int(each)
    return int(fields["hot_from"] or 0), points, (fields["competitors"] or "").split()


def _number(name: str, label: str, value: int) -> InputBlock:
    element = NumberInputElement(
        action_id=name, initial_value=str(value), is_decimal_allowed=False,
        min_value="-1000", max_value="1000",
    )  # fmt: skip
    return InputBlock(block_id=name, label=label, element=element)


def _subject(lead: Lead) -> Block:
    company = f", {lead.company}" if lead.company else ""
    return SectionBlock(text=PlainTextObject(text=clean(lead.name + company, 200), emoji=False))


def _text(
    name: str,
    label: str,
    *,
    most: int,
    optional: bool = False,
    multiline: bool = False,
    hint: str | None = None,
    initial: str | None = None,
) -> InputBlock:
    element = PlainTextInputElement(
        action_id=name, multiline=multiline, max_length=most, initial_value=initial or None
    )
    return InputBlock(block_id=name, label=label, optional=optional, hint=hint, element=element)


def _campaigns(campaigns: Sequence[Campaign]) -> StaticSelectElement:
    none = Option(text="No campaign", value=_NO_CAMPAIGN)
    known = [
        Option(text=PlainTextObject(text=clean(each.name, 75), emoji=False), value=str(each.id))
        for each in campaigns[: _MOST_OPTIONS - 1]
    ]
    return StaticSelectElement(action_id="campaign", options=[none, *known], initial_option=none)
