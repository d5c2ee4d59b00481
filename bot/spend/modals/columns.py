"""The modal that says what the columns of an export mean, and which campaigns it names."""

from collections.abc import Mapping, Sequence
from typing import Any

from slack_sdk.models.blocks import InputBlock, Option, PlainTextObject, StaticSelectElement
from slack_sdk.models.views import View

from bot.campaigns.model import Campaign
from bot.slack.text import clean
from bot.spend import view
from bot.spend.exports import MEANINGS
from bot.spend.model import SpendImport

SAVE_COLUMNS = "spend.save_columns"

NONE = "0"
# A modal has at most 100 blocks and 250 kB (Slack's documents, views): later columns and names
# stay as they are, and a name can go to the campaign of the whole file.
_MOST_COLUMNS = 50
_MOST_NAMES = 8


def columns(it: SpendImport, campaigns: Sequence[Campaign]) -> View:
    """A choice for each campaign that we do not know, and for each column."""
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
            _campaign("campaign", "Campaign of all rows that name none of ours", campaigns,
                      it.campaign_id),
            *(_campaign(f"name.{place}", f"“{clean(name, 100)}” is", campaigns, None)
              for place, name in enumerate(unknown)),
            *(_column(place, *each) for place, each in enumerate(shown)),
        ],
    )  # fmt: skip


def columns_of(
    it: SpendImport, fields: Mapping[str, Any]
) -> tuple[list[str], int | None, dict[str, int]]:
    """What the modal says: each column's meaning, the campaign of all, and those by name."""
    meanings = [
        str(fields.get(f"column.{place}") or meaning) for place, meaning in enumerate(it.meanings)
    ]
    names = {
        name: int(chosen)
        for place, name in enumerate(it.outcome.get("unknown", []))
        if (chosen := fields.get(f"name.{place}") or NONE) != NONE
    }
    chosen = str(fields["campaign"] or NONE)
    return meanings, None if chosen == NONE else int(chosen), names


def _campaign(
    block_id: str, label: str, campaigns: Sequence[Campaign], chosen: int | None
) -> InputBlock:
    none = Option(text="None of ours", value=NONE)
    known = view.options(campaigns[: view.MOST_OPTIONS - 1])
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
