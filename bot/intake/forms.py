"""The modals of intake: the columns of a list, a new lead, and the rules of the score."""

import re
from collections.abc import Sequence
from secrets import token_hex
from typing import Self

from pydantic import model_validator
from slack_sdk.models.blocks import Block, Option, SectionBlock, StaticSelectElement
from slack_sdk.models.views import View

from bot.campaigns.models import Campaign
from bot.errors import FieldErrors, OutdatedForm
from bot.intake.models import Import
from bot.intake.scoring import WORDS, Rules
from bot.leads.forms import ContactDetails, campaigns_listed
from bot.slack.forms import Form, Hidden
from bot.slack.inputs import Changes, Choice, number, select, text
from bot.slack.text import clean
from bot.sources.columns import MEANINGS
from bot.sources.message_parser import parse_message

TURN_COLUMNS = "import.turn_columns"

# A modal holds 250 kB of JSON, in which a letter can take twelve bytes; each column brings all the
# meanings along. So wide lists have pages.
COLUMNS_ON_A_PAGE = 30
_LABEL, _HINT = 100, 75
_OTHERS = "Rows with a live campaign's code go to that campaign, unless you choose one here."


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


NEW = "lead.new"
FROM_MESSAGE = "lead.from_message"


class NewLead(ContactDetails, id="lead.save_new", title="New lead", submit="Add lead"):
    """A lead that reached somebody by phone, at a fair or in a message."""

    token: Hidden[str]
    """It makes a submission that comes twice one lead."""
    message: str = text("What do they want?", most=3000, multiline=True, optional=True)
    campaign: int | None = select("Campaign", none="No campaign")

    @classmethod
    def of(cls, campaigns: Sequence[Campaign], message: str = "") -> View:
        """The form, with what stands in a message filled in."""
        known = parse_message(message)
        return cls.modal(
            token=token_hex(12), phone=known.phone, email=known.email, message=known.text,
            fields={"campaign": campaigns_listed(campaigns)},
        )  # fmt: skip

    @property
    def facts(self) -> dict[str, str | None]:
        """What is known of the lead, as a payload takes it."""
        facts = self.model_dump(exclude={"token", "campaign"})
        return {"external_id": self.token, **{name: each or None for name, each in facts.items()}}


_OTHER_SOURCES = "source:*"
_LABELS = {
    _OTHER_SOURCES: "Came from a source not listed below",
    **{key: words[0].upper() + words[1:] for key, words in WORDS.items()},
}


class ChangeRules(Form, id="lead.save_rules", title="What makes a lead hot", submit="Save rules"):
    """What makes a lead hot: a number for each rule."""

    hot_from: int = number("How many points make a lead hot?", minimum=-1000, maximum=1000)
    points: dict[str, int] = number("Points", minimum=-1000, maximum=1000)
    """By the keys of the rules."""
    sources: str = text(
        "Points for single sources", most=1000, optional=True, multiline=True,
        hint="One per line, such as: zoom 10",
    )  # fmt: skip
    competitors: str = text(
        "Competitors' domains", most=2000, optional=True, multiline=True,
        hint="One per line, such as: example.com",
    )  # fmt: skip

    @classmethod
    def of(cls, rules: Rules) -> View:
        """The form with the rules that hold now."""
        own = {key.removeprefix("source:"): each for key, each in rules.points.items()
               if key.startswith("source:") and key != _OTHER_SOURCES}  # fmt: skip
        return cls.modal(
            hot_from=rules.hot_from,
            points={key: rules.points.get(key, 0) for key in _LABELS},
            sources="\n".join(f"{slug} {each}" for slug, each in own.items()),
            competitors="\n".join(sorted(rules.competitors)),
            fields={f"points:{key}": {"label": label} for key, label in _LABELS.items()},
        )

    @model_validator(mode="after")
    def _has_all_rules(self) -> Self:
        if self.points.keys() != _LABELS.keys():
            raise OutdatedForm
        return self

    @property
    def all_points(self) -> dict[str, int]:
        """The points, those of single sources among them. Raises FieldErrors."""
        points = dict(self.points)
        for line in self.sources.splitlines():
            slug, _, each = line.strip().replace(":", " ").partition(" ")
            if slug and not re.fullmatch(r"[+-]?\d{1,4}", each.strip()):
                raise FieldErrors({"sources": f"“{line.strip()[:60]}” should read like: zoom 10"})
            if slug:
                points[f"source:{slug.casefold()}"] = int(each)
        return points
