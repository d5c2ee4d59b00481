"""The modal that says what the columns of an export mean, and which campaigns it names."""

from collections.abc import Mapping, Sequence
from typing import Any

from slack_sdk.models.blocks import (
    InputBlock,
    Option,
    PlainTextInputElement,
    PlainTextObject,
    StaticSelectElement,
)
from slack_sdk.models.views import View

from bot.campaigns.models import Campaign
from bot.slack import option_of
from bot.slack.text import clean
from bot.spend import messages
from bot.spend.exports import LONGEST_PLATFORM, MEANINGS, label_of
from bot.spend.models import SpendImport

SAVE_COLUMNS = "spend.save_columns"

NONE = "0"
# A modal has at most 100 blocks and 250 kB (Slack's documents, views): later columns and names
# stay as they are, and a name can go to the campaign of the whole file.
_MOST_COLUMNS = 50
_MOST_NAMES = 8


def columns(it: SpendImport, campaigns: Sequence[Campaign], platforms: Sequence[str]) -> View:
    """A choice for the platform, for each campaign that we do not know, and for each column."""
    sample = it.rows[0] if it.rows else [""] * len(it.header)
    unknown = it.outcome.get("unknown", [])[:_MOST_NAMES]
    shown = list(zip(it.header, it.meanings, sample, strict=True))[:_MOST_COLUMNS]
    return View(
        type="modal",
        callback_id=SAVE_COLUMNS,
        private_metadata=str(it.id),
        title="Columns of the export",
        submit="Save",
        close="Cancel",
        blocks=[
            *_platform(it.platform, platforms),
            _campaign("campaign", "Campaign of all rows that name none of ours", campaigns,
                      it.campaign_id),
            *(_campaign(f"name.{place}", f"“{clean(name, 100)}” is", campaigns, None)
              for place, name in enumerate(unknown)),
            *(_column(place, *each) for place, each in enumerate(shown)),
        ],
    )  # fmt: skip


def columns_of(
    it: SpendImport, fields: Mapping[str, Any]
) -> tuple[list[str], int | None, dict[str, int], str]:
    """What the modal says: each column's meaning, the campaign of all, those by name, and the
    platform."""
    meanings = [
        str(fields.get(f"column.{place}") or meaning) for place, meaning in enumerate(it.meanings)
    ]
    names = {
        name: option_of(int, chosen)
        for place, name in enumerate(it.outcome.get("unknown", []))
        if (chosen := fields.get(f"name.{place}") or NONE) != NONE
    }
    chosen = str(fields["campaign"] or NONE)
    platform = str(fields.get("other_platform") or fields.get("platform") or "")
    return meanings, None if chosen == NONE else option_of(int, chosen), names, platform


def _platform(platform: str, known: Sequence[str]) -> list[InputBlock]:
    """Which platform the file is from: one that we know, or the name of another."""
    names = dict.fromkeys([*filter(None, [platform]), *known])
    options = {
        each: Option(text=PlainTextObject(text=clean(label_of(each), 75), emoji=False), value=each)
        for each in names
    }
    return [
        InputBlock(
            block_id="platform", label="Platform that the file is from", optional=True,
            element=StaticSelectElement(
                action_id="platform", placeholder="Choose a platform",
                options=list(options.values()), initial_option=options.get(platform),
            ),
        ),
        InputBlock(
            block_id="other_platform", label="Or another platform", optional=True,
            hint="An import only ever corrects what came from the same platform.",
            element=PlainTextInputElement(action_id="name", max_length=LONGEST_PLATFORM),
        ),
    ]  # fmt: skip


def _campaign(
    block_id: str, label: str, campaigns: Sequence[Campaign], chosen: int | None
) -> InputBlock:
    none = Option(text="None of ours", value=NONE)
    known = messages.options(campaigns[: messages.MOST_OPTIONS - 1])
    initial = next((each for each in known if each.value == str(chosen)), none)
    return InputBlock(
        block_id=block_id, label=PlainTextObject(text=clean(label, 150), emoji=False),
        element=StaticSelectElement(
            action_id="campaign", options=[none, *known], initial_option=initial
        ),
    )  # fmt: skip


def _column(place: int, name: str, meaning: str, example: str) -> InputBlock:
    options = {value: Option(text=words, value=value) for value, words in MEANINGS.items()}
    hint = PlainTextObject(text=clean(f"For example: {example}", 150)) if example else None
    return InputBlock(
        block_id=f"column.{place}", label=PlainTextObject(text=clean(name, 150), emoji=False),
        hint=hint,
        element=StaticSelectElement(
            action_id="meaning", options=list(options.values()), initial_option=options[meaning]
        ),
    )  # fmt: skip
