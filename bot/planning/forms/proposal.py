"""The forms of proposals: what is planned, a concern and its answer, and when it is announced."""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from slack_sdk.models.blocks import (
    Block,
    InputBlock,
    Option,
    PlainTextInputElement,
    RadioButtonsElement,
    SectionBlock,
    UserSelectElement,
)
from slack_sdk.models.views import View

from bot.campaigns import forms as campaigns
from bot.campaigns.models import Campaign
from bot.leads.forms.parts import text
from bot.planning.messages.parts import quoted
from bot.planning.models import LONGEST_CONCERN, BudgetLine, Concern
from bot.slack import carried
from bot.slack.text import clean

SAVE_PLAN = "proposal.save"
SAVE_CHANGE = "proposal.save_change"
SAVE_WORRY = "proposal.save_worry"
SAVE_ANSWER = "proposal.save_answer"
SAVE_OVERRULE = "proposal.save_overrule"
SAVE_LAUNCH = "proposal.save_launch"

PROPOSE, KEEP, GIVE_UP = "propose", "keep", "give_up"
_THEN = {PROPOSE: "Propose it to sales", KEEP: "Keep it as a draft", GIVE_UP: "Give it up"}
_LONGEST_LINES = 2_000


class Note(NamedTuple):
    """What the form of a draft carries along."""

    token: str
    campaign_id: int = 0
    request_id: int = 0

    @classmethod
    def read(cls, note: str) -> "Note":
        """The note as the form gives it back."""
        return cls(*carried(note, str, int, int))

    def __str__(self) -> str:
        return f"{self.token} {self.campaign_id} {self.request_id}"


class Written(NamedTuple):
    """What stands in the form already."""

    fields: Mapping[str, Any]
    lines: Sequence[BudgetLine] = ()
    owner: str | None = None
    """Slack's ID."""


def plan(note: Note, written: Written, currency: str, asks_for: str | None = None) -> View:
    """The form of a draft; `asks_for` is the request that it is planned for."""
    intro = "For what customers ask for. " if asks_for else ""
    intro += "Only a name, a kind and a first day are needed for a draft; the rest can wait."
    choices = [PROPOSE, KEEP, *([GIVE_UP] if note.campaign_id else [])]
    options = [Option(text=_THEN[each], value=each) for each in choices]
    then = RadioButtonsElement(action_id="then", options=options, initial_option=options[0])
    return View(
        type="modal",
        callback_id=SAVE_PLAN,
        private_metadata=str(note),
        title="Propose a campaign",
        submit="Save",
        close="Cancel",
        blocks=[
            SectionBlock(text=intro),
            *([quoted(asks_for)] if asks_for else []),
            *_fields(written, currency),
            InputBlock(block_id="then", label="Then", element=then),
        ],
    )  # fmt: skip


def change(campaign: Campaign, written: Written) -> View:
    """The form that changes what was proposed."""
    intro = (
        "Another audience, offer, price, term or date makes a version that sales answers anew; "
        "what was said about the rest still holds."
    )
    return View(
        type="modal",
        callback_id=SAVE_CHANGE,
        private_metadata=str(campaign.id),
        title="Change a proposal",
        submit="Save",
        close="Cancel",
        blocks=[SectionBlock(text=intro), *_fields(written, campaign.currency)],
    )


def worry(campaign: Campaign, token: str) -> View:
    """The form of a concern; it is about the version that stands in the channel now."""
    said = text(
        "concern", "What do you fear?", most=LONGEST_CONCERN, multiline=True,
        hint="It stands in the proposal's thread. Nothing is agreed until it is answered.",
    )  # fmt: skip
    return _small(SAVE_WORRY, f"{campaign.id} {campaign.version} {token}", "Concern", "Raise it",
                  [quoted(clean(campaign.offer)), said])  # fmt: skip


def worry_of(note: str) -> tuple[int, int, str]:
    """The campaign, its version and the token that the form of a concern carries along."""
    campaign_id, version, token = carried(note, int, int, str)
    return campaign_id, version, token


def answer(concern: Concern) -> View:
    """The form of an answer to a concern."""
    said = text(
        "answer", "Your answer", most=LONGEST_CONCERN, multiline=True,
        hint="It closes the concern. Whoever raised it still says whether they are ready.",
    )  # fmt: skip
    return _small(SAVE_ANSWER, str(concern.id), "Answer a concern", "Answer",
                  [quoted(concern.text), said])  # fmt: skip


def overrule(campaign: Campaign) -> View:
    """The form in which a manager agrees in place of sales."""
    said = text(
        "reason", "Why?", most=LONGEST_CONCERN, multiline=True,
        hint="Everyone reads it on the proposal.",
    )  # fmt: skip
    return _small(SAVE_OVERRULE, str(campaign.id), "Agree for sales", "Agree",
                  [quoted(campaign.name), said])  # fmt: skip


def launch(campaign: Campaign) -> View:
    """The form that announces what was agreed: at once, or at a set time."""
    return _small(SAVE_LAUNCH, str(campaign.id), "Announce", "Announce",
                  [quoted(campaign.name), campaigns.launch_at()])  # fmt: skip


def _small(callback_id: str, note: str, title: str, submit: str, blocks: Sequence[Block]) -> View:
    return View(
        type="modal", callback_id=callback_id, private_metadata=note, title=title, submit=submit,
        close="Cancel", blocks=blocks,
    )  # fmt: skip


def _fields(written: Written, currency: str) -> list[Block]:
    """The inputs of a campaign, with the lines in place of the budget, and with its owner."""
    inputs = campaigns.fields(written.fields, currency, incomplete=True)
    owner = UserSelectElement(action_id="owner", initial_user=written.owner)
    return [
        *(_lines(written, currency) if block.block_id == "budget" else block for block in inputs),
        InputBlock(block_id="owner", label="Owner", element=owner,
                   hint="Somebody in marketing, who answers questions and concerns."),
    ]  # fmt: skip


def _lines(written: Written, currency: str) -> InputBlock:
    typed = "\n".join(f"{each.name} {each.amount.amount:f}" for each in written.lines)
    element = PlainTextInputElement(
        action_id="lines", multiline=True, max_length=_LONGEST_LINES, initial_value=typed or None
    )
    return InputBlock(
        block_id="lines",
        label=f"Budget in {currency}",
        optional=True,
        hint="One line for each part, for example: Search ads 4,000. They are added up; the "
        "channel does not see them.",
        element=element,
    )
