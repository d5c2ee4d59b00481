"""The modals of spend: entering and correcting it, margins, costs, and the columns of an export."""

import re
from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal

from pydantic import field_validator
from slack_sdk.models.blocks import SectionBlock
from slack_sdk.models.views import View

from bot import formats
from bot.campaigns.models import Campaign
from bot.errors import below
from bot.money import Money, NotAnAmount, parse
from bot.slack.forms import Form, Hidden
from bot.slack.inputs import Changes, Choice, day, money, number, select, text
from bot.slack.text import safe
from bot.spend import messages
from bot.spend.entering import Spending
from bot.spend.exports import LONGEST_PLATFORM, MEANINGS, label_of
from bot.spend.models import LONGEST, Department, Margins, SpendEntry, SpendImport

_CODE = re.compile(r"(?<![A-Za-z])[A-Z]{3}(?![A-Za-z])")
_MOST_SHOWN = 10
_MONTHS = 13
# A modal has at most 100 blocks and 250 kB (Slack's documents, views): later columns and names
# stay as they are, and a name can go to the campaign of the whole file.
_MOST_COLUMNS = 50
_MOST_NAMES = 8


class EnterSpend(Form, id="spend.save", title="Enter spend"):
    """What a campaign cost on a day, or on each day of a period."""

    token: Hidden[str]
    """Makes a submission that comes twice one entry."""
    campaign: int = select("Campaign", placeholder="Choose a campaign")
    first: date = day("Day, or first day")
    last: date | None = day(
        "Last day", hint="For a period. The amount is spread evenly over its days.", optional=True
    )
    line: str = text(
        "Budget line", hint="For example “Google Ads” or “Printing”.", most=LONGEST["line"]
    )
    amount: str = text("Amount", hint="For example 1,250.50.", most=30)
    """As it is typed: only the campaign says in which currency it is."""
    note: str = text("Note", most=LONGEST["note"], optional=True)

    @classmethod
    def of(
        cls, token: str, today: date, currency: str, campaigns: Sequence[Campaign], *, chosen: bool
    ) -> View:
        """The modal; with `chosen` the first of the campaigns is meant. `currency` is the
        workspace's."""
        return cls.modal(
            token=token,
            campaign=campaigns[0].id if chosen else None,
            first=today,
            fields={
                "campaign": {
                    "options": _choices(campaigns[: messages.MOST_OPTIONS]),
                    "hint": messages.unlisted(campaigns, "/campaign spend"),
                },
                "amount": {"label": f"Amount in {currency}"},
            },
        )

    def spending(self, currency: str) -> Spending:
        """What was spent. An amount that names another currency than the campaign's is read in
        that, to be refused by name. Raises FieldErrors."""
        named = _CODE.search(self.amount)
        with below("amount", NotAnAmount):
            amount = parse(self.amount, named[0] if named else currency)
        return Spending(
            first=self.first,
            last=self.last or self.first,
            line=" ".join(self.line.split()),
            amount=amount,
            note=self.note.strip(),
        )


class CorrectSpend(Form, id="spend.save_correction", title="Correct spend", submit="Correct"):
    """The right amount of an entry."""

    entry_id: Hidden[int]
    token: Hidden[str]
    currency: Hidden[str]
    amount: Money = money("Right amount", hint="Enter 0 to remove it.")
    note: str = text("Why", most=LONGEST["note"], optional=True)

    @classmethod
    def of(cls, token: str, entry: SpendEntry, campaign: Campaign) -> View:
        """The modal that replaces an entry by another one."""
        about = (
            f"*{safe(campaign.name, 80)}*, {formats.day(entry.day)}, "
            f"{safe(entry.line, 80)}: {entry.amount}. The old entry stays visible; the new amount "
            "counts."
        )
        return cls.modal(
            entry_id=entry.id, token=token, currency=entry.currency,
            blocks=[SectionBlock(text=about)],
        )  # fmt: skip


class SetMargin(Form, id="spend.save_margin", title="Contribution margin"):
    """What is left of a deal's amount, of all campaigns or of one."""

    campaign: int | None = select("Campaign", none="All campaigns")
    percent: Decimal | None = number(
        "Contribution margin in percent",
        hint="From 0 to 100. Leave empty to remove it.",
        minimum=0,
        maximum=100,
        optional=True,
    )

    @field_validator("percent")
    @classmethod
    def _hundredths(cls, percent: Decimal | None) -> Decimal | None:
        return None if percent is None else percent.quantize(Decimal("0.01"))

    @classmethod
    def of(cls, margins: Margins, campaigns: Sequence[Campaign], *, chosen: bool) -> View:
        """The modal, with what is set; with `chosen` the first of the campaigns is meant."""
        about = (
            "What's left of a deal's amount after the cost of delivering it. Reports need it for "
            "ROMI and profit."
        )
        return cls.modal(
            campaign=campaigns[0].id if chosen else None,
            blocks=[SectionBlock(text=f"{about}\n{_margins(margins, campaigns)}")],
            fields={
                "campaign": {
                    "options": _choices(campaigns[: messages.MOST_OPTIONS - 1]),
                    "hint": messages.unlisted(campaigns, "/campaign margin"),
                }
            },
        )


class SetDepartmentCost(Form, id="spend.save_cost", title="Department costs"):
    """What a department cost in a month."""

    currency: Hidden[str]
    month: date = select("Month")
    department: Department = select("Department", placeholder="Choose a department")
    amount: Money = money("Amount", hint="Replaces what was entered for this month.")

    @classmethod
    def of(cls, today: date, currency: str) -> View:
        """The modal; the last month that is over is chosen at first."""
        about = (
            "Everything a department cost: salaries, tools, agencies, ads. Once both departments "
            "are entered for every month of a period, reports show what a new customer really "
            "cost (CAC)."
        )
        months = _months(today)
        return cls.modal(
            currency=currency,
            month=months[1],
            blocks=[SectionBlock(text=about)],
            fields={"month": {"options": [Choice(each, f"{each:%B %Y}") for each in months]}},
        )


class MapColumns(Form, id="spend.save_columns", title="Columns of the export"):
    """What the columns of an export mean, which platform it is from, and which campaigns it
    names."""

    import_id: Hidden[int]
    platform: str | None = select(
        "Platform the file is from", placeholder="Choose a platform", optional=True
    )
    other_platform: str = text(
        "Or another platform",
        hint="An import corrects only what came from the same platform.",
        most=LONGEST_PLATFORM,
        optional=True,
    )
    campaign: int | None = select("Campaign for rows that name none of ours", none="None of ours")
    names: dict[int, int | None] = select("Campaign", none="None of ours")
    """The campaign of each name that we do not know, by the name's place among them."""
    columns: dict[int, str] = select(
        "Column", options=[Choice(meaning, words) for meaning, words in MEANINGS.items()]
    )
    """The meaning of each column, by its place."""

    @classmethod
    def of(
        cls, staged: SpendImport, campaigns: Sequence[Campaign], platforms: Sequence[str]
    ) -> View:
        """The modal of an import in preview; `platforms` are those that it can be from."""
        sample = staged.rows[0] if staged.rows else [""] * len(staged.header)
        unknown = staged.outcome.get("unknown", [])[:_MOST_NAMES]
        columns = list(zip(staged.header, sample, strict=True))[:_MOST_COLUMNS]
        ours = _choices(campaigns[: messages.MOST_OPTIONS - 1])
        known = dict.fromkeys([*filter(None, [staged.platform]), *platforms])
        fields: dict[str, Changes] = {
            "platform": {"options": [Choice(each, label_of(each)) for each in known]},
            "campaign": {"options": ours},
        }
        for place, name in enumerate(unknown):
            fields[f"names:{place}"] = {"label": f"“{name[:100]}” is", "options": ours}
        for place, (name, example) in enumerate(columns):
            hint = f"For example: {example}" if example else None
            fields[f"columns:{place}"] = {"label": name, "hint": hint}
        return cls.modal(
            import_id=staged.id,
            platform=staged.platform or None,
            campaign=staged.campaign_id,
            names=dict.fromkeys(range(len(unknown))),
            columns=dict(enumerate(staged.meanings[: len(columns)])),
            fields=fields,
        )

    def meanings(self, staged: SpendImport) -> list[str]:
        """The meaning of each column; one that is not in the form keeps its own."""
        return [self.columns.get(place, each) for place, each in enumerate(staged.meanings)]

    def by_name(self, staged: SpendImport) -> Mapping[str, int]:
        """The campaigns by the names that the export gives them."""
        return {
            name: campaign_id
            for place, name in enumerate(staged.outcome.get("unknown", []))
            if (campaign_id := self.names.get(place)) is not None
        }


def _choices(campaigns: Sequence[Campaign]) -> list[Choice]:
    return [Choice(each.id, each.name) for each in campaigns]


def _margins(margins: Margins, campaigns: Sequence[Campaign]) -> str:
    """What is set, in words."""
    if margins.usual is None and not margins.by_campaign:
        return "Not set yet."
    names = {each.id: each.name for each in campaigns}
    own = [
        f"{safe(names[each], 80)}: {percent.normalize():f}%"
        for each, percent in margins.by_campaign.items()
        if each in names
    ]
    usual = "not set" if margins.usual is None else f"{margins.usual.normalize():f}%"
    return "\n".join([f"Now: all campaigns {usual}", *own[:_MOST_SHOWN]])


def _months(today: date) -> list[date]:
    """The months by their first day, the newest first."""
    count = today.year * 12 + today.month - 1
    return [date(each // 12, each % 12 + 1, 1) for each in range(count, count - _MONTHS, -1)]
