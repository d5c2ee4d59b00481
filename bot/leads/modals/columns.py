"""The modal that says what the columns of a list mean, and of which campaign the list is."""

from collections.abc import Mapping, Sequence
from typing import Any

from slack_sdk.models.blocks import InputBlock, Option, PlainTextObject, StaticSelectElement
from slack_sdk.models.views import View

from bot.campaigns.model import Campaign
from bot.leads.modals.parts import campaign_of, choice_of
from bot.leads.model import Import
from bot.leads.sources.columns import MEANINGS, NobodyReachable, TwoColumns
from bot.slack.text import clean

SAVE_COLUMNS = "import.save_columns"

# A modal has at most 100 blocks (Slack's documents, views); later columns keep their meaning.
_MOST_COLUMNS = 95

_CAMPAIGN = "campaign"


def columns(imported: Import, sample: Sequence[str], campaigns: Sequence[Campaign]) -> View:
    """A choice for each column, with what stands in it in the first row."""
    shown = zip(imported.header, imported.meanings, sample, strict=True)
    return View(
        type="modal",
        callback_id=SAVE_COLUMNS,
        private_metadata=str(imported.id),
        title="Columns of the list",
        submit="Save",
        close="Cancel",
        blocks=[
            InputBlock(
                block_id=_CAMPAIGN,
                label="Campaign",
                hint="A row that names a running campaign's code goes to that one, unless you "
                "choose one here.",
                element=choice_of(campaigns, imported.campaign_id),
            ),
            *(_column(place, *each) for place, each in enumerate(shown) if place < _MOST_COLUMNS),
        ],
    )


def columns_of(imported: Import, fields: Mapping[str, Any]) -> tuple[list[str], int | None]:
    """What the modal says: the meaning of every column, and the campaign."""
    meanings = [
        str(fields.get(_block(place)) or meaning) for place, meaning in enumerate(imported.meanings)
    ]
    return meanings, campaign_of(str(fields[_CAMPAIGN]))


def field_of(error: TwoColumns | NobodyReachable) -> str:
    """The field below which it is said."""
    place = error.facts.get("place", 0)
    return _block(place) if isinstance(place, int) and place < _MOST_COLUMNS else _CAMPAIGN


def _column(place: int, name: str, meaning: str, example: str) -> InputBlock:
    options = {value: Option(text=words, value=value) for value, words in MEANINGS.items()}
    element = StaticSelectElement(
        action_id="meaning", options=list(options.values()), initial_option=options[meaning]
    )
    hint = PlainTextObject(text=clean(f"For example: {example}", 150)) if example else None
    return InputBlock(block_id=_block(place), label=clean(name, 150), hint=hint, element=element)


def _block(place: int) -> str:
    return f"column.{place}"
