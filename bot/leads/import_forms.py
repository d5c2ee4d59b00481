"""The modal in which somebody says what the columns of a list mean."""

from collections.abc import Sequence

from slack_sdk.models.blocks import Block, Option, SectionBlock, StaticSelectElement
from slack_sdk.models.views import View

from bot.campaigns.models import Campaign
from bot.leads.forms import campaigns_listed
from bot.leads.intake_models import Import
from bot.leads.sources.columns import MEANINGS
from bot.slack.forms import Form, Hidden
from bot.slack.inputs import Changes, Choice, select
from bot.slack.text import clean

TURN_COLUMNS = "import.turn_columns"

# A modal holds 250 kB of JSON, in which a letter can take twelve bytes; each column brings all the
# meanings along. So wide lists have pages.
COLUMNS_ON_A_PAGE = 30
_LABEL, _HINT = 100, 75
_OTHERS = "A row that names a running campaign's code goes to that one, unless you choose one here."


class Columns(Form, id="import.save_columns", title="Columns of the list"):
    """What the columns of a list mean, and of which campaign the list is."""

    import_id: Hidden[int]
    campaign: int | None = select("Campaign", none="No campaign")
    column: dict[int, str] = select(
        "Column", options=[Choice(value, words) for value, words in MEANINGS.items()]
    )
    """The meaning of each column of a page, by its place."""

    @classmethod
    def of(
        cls, imported: Import, sample: Sequence[str], campaigns: Sequence[Campaign], page: int = 0
    ) -> View:
        """A choice for each column of a page, with what stands in it in the first row."""
        count = len(imported.header)
        page = min(page, (count - 1) // COLUMNS_ON_A_PAGE)
        shown = range(count)[page * COLUMNS_ON_A_PAGE :][:COLUMNS_ON_A_PAGE]
        columns: dict[str, Changes] = {
            f"column:{place}": _column(imported.header[place], sample[place]) for place in shown
        }
        if shown:
            columns[f"column:{shown[0]}"]["above"] = _pages(count, page)
        return cls.modal(
            import_id=imported.id,
            campaign=imported.campaign_id,
            column={place: imported.meanings[place] for place in shown},
            fields={"campaign": campaigns_listed(campaigns, _OTHERS), **columns},
        )

    def meanings(self, imported: Import) -> list[str]:
        """The meaning of every column; those of other pages keep theirs."""
        return [self.column.get(place, old) for place, old in enumerate(imported.meanings)]


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


def _column(name: str, example: str) -> Changes:
    hint = clean(f"For example: {example}", _HINT) if example else None
    return {"label": clean(name, _LABEL), "hint": hint}
