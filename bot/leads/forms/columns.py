"""The modal that says what the columns of a list mean, and of which campaign the list is."""

from collections.abc import Mapping, Sequence
from typing import Any

from slack_sdk.models.blocks import (
    Block,
    InputBlock,
    Option,
    PlainTextObject,
    SectionBlock,
    StaticSelectElement,
)
from slack_sdk.models.views import View

from bot.campaigns.models import Campaign
from bot.leads.forms.parts import campaign_of, choice_of, unlisted
from bot.leads.models import Import
from bot.leads.sources.columns import MEANINGS
from bot.slack.text import clean

SAVE_COLUMNS = "import.save_columns"
TURN_COLUMNS = "import.turn_columns"

# A modal holds 250 kB of JSON, in which a letter can take twelve bytes; each column brings all the
# meanings along. So wide lists have pages.
COLUMNS_ON_A_PAGE = 30
_LABEL, _HINT = 100, 75

CAMPAIGN = "campaign"


def columns(
    imported: Import, sample: Sequence[str], campaigns: Sequence[Campaign], page: int = 0
) -> View:
    """A choice for each column of a page, with what stands in it in the first row."""
    page = min(page, (len(imported.header) - 1) // COLUMNS_ON_A_PAGE)
    first = page * COLUMNS_ON_A_PAGE
    shown = list(zip(imported.header, imported.meanings, sample, strict=True))
    return View(
        type="modal",
        callback_id=SAVE_COLUMNS,
        private_metadata=str(imported.id),
        title="Columns of the list",
        submit="Save",
        close="Cancel",
        blocks=[
            InputBlock(
                block_id=CAMPAIGN,
                label="Campaign",
                hint="A row that names a running campaign's code goes to that one, unless you "
                f"choose one here. {unlisted(campaigns)}".rstrip(),
                element=choice_of(campaigns, imported.campaign_id),
            ),
            *_pages(len(shown), page),
            *(
                _column(place, *each)
                for place, each in enumerate(shown[first : first + COLUMNS_ON_A_PAGE], start=first)
            ),
        ],
    )


def columns_of(imported: Import, fields: Mapping[str, Any]) -> list[str]:
    """What the modal says of the meaning of every column; those of other pages keep theirs."""
    chosen = [
        (str(fields.get(_block(place)) or meaning), meaning)
        for place, meaning in enumerate(imported.meanings)
    ]
    return [new if new in MEANINGS else old for new, old in chosen]


def list_campaign_of(fields: Mapping[str, Any]) -> int | None:
    """The campaign that the modal says the list is of."""
    return campaign_of(str(fields[CAMPAIGN]))


def _pages(count: int, page: int) -> list[Block]:
    """Which columns are shown; what was chosen for them is kept when others are."""
    if count <= COLUMNS_ON_A_PAGE:
        return []
    options = [
        Option(text=f"Columns {first + 1}–{min(first + COLUMNS_ON_A_PAGE, count)}",
               value=str(number))
        for number, first in enumerate(range(0, count, COLUMNS_ON_A_PAGE))
    ]  # fmt: skip
    menu = StaticSelectElement(
        action_id=TURN_COLUMNS, options=options, initial_option=options[page]
    )
    return [SectionBlock(text=f"The list has {count} columns.", accessory=menu)]


def _column(place: int, name: str, meaning: str, example: str) -> InputBlock:
    options = {value: Option(text=words, value=value) for value, words in MEANINGS.items()}
    element = StaticSelectElement(
        action_id="meaning", options=list(options.values()), initial_option=options[meaning]
    )
    hint = PlainTextObject(text=clean(f"For example: {example}", _HINT)) if example else None
    label = clean(name, _LABEL)
    return InputBlock(block_id=_block(place), label=label, hint=hint, element=element)


def _block(place: int) -> str:
    return f"column.{place}"
