"""How spend looks: what was entered, the budget as a bar, a warning, and an import."""

from collections.abc import Callable, Sequence
from datetime import date
from decimal import Decimal

from slack_sdk.models.blocks import (
    ActionsBlock,
    Block,
    ButtonElement,
    ContextBlock,
    HeaderBlock,
    MarkdownTextObject,
    Option,
    PlainTextObject,
    SectionBlock,
    StaticSelectElement,
)

from bot.campaigns.models import Campaign
from bot.money import Money, exponent
from bot.slack import Message
from bot.slack.text import bar, clean, plural, safe
from bot.spend.exports import MEANINGS, SKIP, label_of
from bot.spend.models import BudgetWarning, Consumption, ImportState, SpendImport

PICK = "spend.pick"
START = "spend.start"
COLUMNS = "spend.columns"
CANCEL = "spend.cancel"

MOST_OPTIONS = 100  # Slack's documents, select menus


_MOST_LISTED = 20
_MOST_LINES = 10
_MOST_COLUMNS = 25


def unlisted(campaigns: Sequence[Campaign], command: str) -> str | None:
    """What to say below a choice of campaigns that may not list all; None where it does."""
    if len(campaigns) < MOST_OPTIONS:
        return None
    return f"Not all are listed. A word of its name finds another one: {command} summer"


def options(campaigns: Sequence[Campaign]) -> list[Option]:
    """Campaigns to choose from."""
    return [
        Option(text=PlainTextObject(text=clean(each.name, 75), emoji=False), value=str(each.id))
        for each in campaigns[:MOST_OPTIONS]
    ]


def pick(text: str, campaigns: Sequence[Campaign], action_id: str) -> Message:
    """Which campaign is meant?"""
    menu = StaticSelectElement(
        action_id=action_id, placeholder="Choose a campaign", options=options(campaigns)
    )
    return Message(text, [SectionBlock(text=text), ActionsBlock(elements=[menu])])


def none_found(words: str) -> str:
    """No campaign is called so."""
    if not words:
        return "There is no campaign yet. Marketing announces one with `/campaign`."
    return f"No campaign is called “{safe(words, 80)}”. `/campaign list` shows those that run."


def overview(all_of_them: Sequence[Consumption]) -> Message:
    """What the newest campaigns have spent, and one of them to look at closer."""
    text = "What the newest campaigns have spent. Choose one to see each entry."
    rows = [
        SectionBlock(text=f"*{safe(each.campaign.name, 100)}*\n{budget(each)}")
        for each in all_of_them[:_MOST_LISTED]
    ]
    menu = StaticSelectElement(
        action_id=PICK, placeholder="Choose a campaign",
        options=options([each.campaign for each in all_of_them]),
    )  # fmt: skip
    return Message(text, [SectionBlock(text=text), *rows, ActionsBlock(elements=[menu])])


def budget(of: Consumption) -> str:
    """How much of the budget is spent: a bar where there is one."""
    planned = of.campaign.budget
    if planned is None or not planned.minor:
        return f"{of.spent} spent; no budget is set"
    return f"{bar(of.spent.minor, planned.minor)}\n{of.spent} of {planned}"


def lines(of: Consumption) -> str:
    """What each line of the budget took."""
    shown = list(of.by_line.items())
    told = [f"• {safe(line, 80)}: {amount}" for line, amount in shown[:_MOST_LINES]]
    more = shown[_MOST_LINES:]
    if more:
        rest = sum((amount for _, amount in more), Money(0, of.campaign.currency))
        told.append(f"• {plural(len(more), 'other line')}: {rest}")
    return "\n".join(told)


def warning(told: BudgetWarning, of: Consumption) -> Message:
    """To the owner: the budget runs out, or has."""
    name = f"“{safe(of.campaign.name)}”"
    if told.percent >= 100:
        text = f"The budget of {name} is spent."
        advice = "Stop the ads, or raise the budget, if the leads are worth it."
    else:
        text = f"{told.percent} % of the budget of {name} is spent."
        advice = "See whether it will last until the end."
    blocks: list[Block] = [SectionBlock(text=f"*{text}*\n{budget(of)}")]
    if of.by_line:
        blocks.append(SectionBlock(text=lines(of)))
    blocks.append(_small(f"{advice} `/campaign spend list` shows each entry."))
    return Message(text, blocks)


def imported(it: SpendImport, campaign: Campaign | None) -> Message:
    """The card of an import, as it stands."""
    return _CARDS[ImportState(it.state)](it, campaign)


def _preview(it: SpendImport, campaign: Campaign | None) -> Message:
    of = f" from {label_of(it.platform)}" if it.platform else ""
    text = f"Import the spend{safe(of, 100)} of {safe(it.name, 120)}?"
    blocks: list[Block] = [
        HeaderBlock(text=PlainTextObject(text=clean(f"Import spend{of}?", 150), emoji=False)),
        SectionBlock(text=f"*{safe(it.name, 120)}*, {plural(len(it.rows), 'row')}"),
        SectionBlock(text=_outlook(it)),
        SectionBlock(text=_columns(it)),
    ]
    if campaign is not None:
        whose = f"Rows that name no campaign of ours go to “{safe(campaign.name, 100)}”."
        blocks.append(_small(whose))
    return Message(text, [*blocks, _buttons(it)])


def _done(it: SpendImport, _campaign: Campaign | None) -> Message:
    title = f"{safe(it.name, 120)} is imported"
    told = [*_counts(it)]
    if it.outcome["refused"]:
        told.append("The refused rows come back to you here, each with its reason.")
    added = plural(it.outcome["new"], "new entry", "new entries")
    return Message(f"{title}: {added}.", [SectionBlock(text="\n".join([f"*{title}*", *told]))])


def _cancelled(it: SpendImport, _campaign: Campaign | None) -> Message:
    text = f"{safe(it.name, 120)} was not imported, and its rows are forgotten."
    return Message(text, [SectionBlock(text=text)])


_CARDS: dict[ImportState, Callable[[SpendImport, Campaign | None], Message]] = {
    ImportState.PREVIEW: _preview,
    ImportState.DONE: _done,
    ImportState.CANCELLED: _cancelled,
}


def _outlook(it: SpendImport) -> str:
    """What would come of it."""
    if not it.outcome:
        return "Say with *Columns…* which columns are the campaign, the day and the amount."
    told = _counts(it)
    if it.outcome["first"]:
        told.insert(0, _days(it))
    if not it.platform:
        told.append("*Which platform is it from?* The columns do not tell: say it with *Columns…*.")
    return clean("\n".join(told), 3000)


def _days(it: SpendImport) -> str:
    sums = [str(Money(minor, currency)) for currency, minor in it.outcome["amounts"].items()]
    first, last = (date.fromisoformat(it.outcome[name]) for name in ("first", "last"))
    count = plural(it.outcome["campaigns"], "campaign")
    days = f"{first.day} {first:%B %Y}"
    if last != first:
        days += f" to {last.day} {last:%B %Y}"
    return f"{', '.join(sums)} of {count}, {days}"


def _counts(it: SpendImport) -> list[str]:
    said = it.outcome
    told = [
        (said["new"], f"• {plural(said['new'], 'new entry', 'new entries')}, by campaign and day"),
        (said["restated"], f"• {said['restated']:,} restated: another entry corrects each"),
        (said["known"], f"• {said['known']:,} here already: nothing is added"),
        (said["refused"], f"• {plural(said['refused'], 'row')} refused"),
    ]
    reasons = [f"   ◦ {count:,} × {safe(why, 200)}" for why, count in said["reasons"]]
    counts = [line for count, line in told if count] or ["• no rows"]
    return counts + reasons + [f"• {safe(each, 400)}" for each in remarks(it)]


def remarks(it: SpendImport) -> list[str]:
    """What else there is to know of an import, so that its sum differs from the file's in no way
    that nobody is told of."""
    said = it.outcome
    lines = []
    if sums := said.get("all_sums"):
        shown = ", ".join(f"“{label}” {amount}" for label, amount in said["sums"])
        more = "" if sums == len(said["sums"]) else ", …"
        rows = plural(sums, "row")
        lines.append(f"{rows} left out as sums of other rows: {shown}{more}")
    if said.get("empty"):
        lines.append(f"{plural(said['empty'], 'row')} left out: no amount and no day or campaign")
    for currency, minor in said.get("credits", {}).items():
        lines.append(f"Credits are counted: {Money(minor, currency)}")
    for currency, minor in said.get("rounded", {}).items():
        difference = Decimal(minor).scaleb(-exponent(currency)).normalize()
        lines.append(f"Rounded: {difference:+f} {currency} in all")
    if said.get("names_no_currency"):
        currencies = " or ".join(said["amounts"])
        lines.append(f"The file names no currency: it is read as {currencies}")
    return lines


def _columns(it: SpendImport) -> str:
    pairs = list(zip(it.header, it.meanings, strict=True))[:_MOST_COLUMNS]
    known = [f"{safe(name, 60)} → {MEANINGS[each]}" for name, each in pairs if each != SKIP]
    rest = [safe(name, 60) for name, each in pairs if each == SKIP]
    told = ["*Columns*", f"Understood: {', '.join(known) or 'none'}"]
    if rest:
        told.append(f"Left out: {', '.join(rest)}")
    return clean("\n".join(told), 3000)


def _buttons(it: SpendImport) -> Block:
    value = str(it.id)
    start = ButtonElement(text="Import", action_id=START, value=value, style="primary")
    choose = ButtonElement(text="Columns…", action_id=COLUMNS, value=value)
    cancel = ButtonElement(text="Cancel", action_id=CANCEL, value=value)
    worth = (
        it.is_readable
        and it.platform
        and it.outcome.get("new", 0) + it.outcome.get("restated", 0) > 0
    )
    return ActionsBlock(elements=[*([start] if worth else []), choose, cancel])


def _small(text: str) -> ContextBlock:
    return ContextBlock(elements=[MarkdownTextObject(text=text)])
