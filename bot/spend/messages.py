"""How spend looks: what was entered, the budget as a bar, a warning, and an import."""

from collections.abc import Callable, Sequence
from datetime import date
from decimal import Decimal

from slack_sdk.models.blocks import (
    ActionsBlock,
    Block,
    ButtonElement,
    HeaderBlock,
    Option,
    PlainTextObject,
    SectionBlock,
    StaticSelectElement,
)
from slack_sdk.models.views import View

from bot import formats
from bot.campaigns.models import Campaign
from bot.formats import plural
from bot.money import Money, exponent
from bot.slack import Message
from bot.slack.blocks import note
from bot.slack.text import bar, clean, moment, safe
from bot.spend.exports import MEANINGS, SKIP, label_of
from bot.spend.models import (
    BudgetWarning,
    Consumption,
    Entries,
    ImportState,
    SpendEntry,
    SpendImport,
)

PICK = "spend.pick"
CORRECT = "spend.correct"
PAGE = "spend.page"
"""Another page of the list."""
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
    return f"Not listed? Search by name: {command} summer"


def _options(campaigns: Sequence[Campaign]) -> list[Option]:
    return [
        Option(text=PlainTextObject(text=clean(each.name, 75), emoji=False), value=str(each.id))
        for each in campaigns[:MOST_OPTIONS]
    ]


def pick(text: str, campaigns: Sequence[Campaign], action_id: str) -> Message:
    """Which campaign is meant?"""
    menu = StaticSelectElement(
        action_id=action_id, placeholder="Choose a campaign", options=_options(campaigns)
    )
    return Message(text, [SectionBlock(text=text), ActionsBlock(elements=[menu])])


def none_found(words: str) -> str:
    """No campaign is called so."""
    if not words:
        return "No campaigns yet. Marketing announces one with `/campaign`."
    return f"No campaign is called “{safe(words, 80)}”. `/campaign list` shows what's live."


def overview(all_of_them: Sequence[Consumption]) -> Message:
    """What the newest campaigns have spent, and one of them to look at closer."""
    text = "Spend of your newest campaigns. Choose one to see its entries."
    rows = [
        SectionBlock(text=f"*{safe(each.campaign.name, 100)}*\n{budget(each)}")
        for each in all_of_them[:_MOST_LISTED]
    ]
    menu = StaticSelectElement(
        action_id=PICK, placeholder="Choose a campaign",
        options=_options([each.campaign for each in all_of_them]),
    )  # fmt: skip
    return Message(text, [SectionBlock(text=text), *rows, ActionsBlock(elements=[menu])])


def entries(shown: Entries, names: dict[int, str]) -> View:
    """What was entered for a campaign, page by page; `names` says who did."""
    consumption = shown.consumption
    blocks: list[Block] = [
        SectionBlock(text=f"*{safe(consumption.campaign.name, 100)}*\n{budget(consumption)}")
    ]
    if not shown.entries:
        empty = (
            "No spend yet. Enter it with `/campaign spend`, or drop your ad platform's CSV into "
            "your messages with Handoff."
        )
        return _list(consumption.campaign, [*blocks, SectionBlock(text=empty)])
    blocks.append(SectionBlock(text=lines(consumption)))
    blocks += [_entry(each, shown.corrected.get(each.id), names) for each in shown.entries]
    if shown.pages > 1:
        blocks += _pages(shown)
    return _list(consumption.campaign, blocks)


def budget(of: Consumption) -> str:
    """How much of the budget is spent: a bar where there is one."""
    planned = of.campaign.budget
    if planned is None or not planned.minor:
        return f"{of.spent} spent, no budget set"
    return f"{bar(of.spent.minor, planned.minor)}\n{of.spent} of {planned}"


def lines(of: Consumption) -> str:
    """What each line of the budget took."""
    shown = list(of.by_line.items())
    written = [f"• {safe(line, 80)}: {amount}" for line, amount in shown[:_MOST_LINES]]
    more = shown[_MOST_LINES:]
    if more:
        rest = sum((amount for _, amount in more), Money(0, of.campaign.currency))
        written.append(f"• {plural(len(more), 'other line')}: {rest}")
    return "\n".join(written)


def warning(crossed: BudgetWarning, of: Consumption) -> Message:
    """To the owner: the budget runs out, or has."""
    name = f"“{safe(of.campaign.name)}”"
    if crossed.percent >= 100:
        text = f"{name} has spent its whole budget."
        advice = "Stop the ads, or raise the budget if the leads are worth it."
    else:
        text = f"{name} has spent {crossed.percent}% of its budget."
        advice = "Will the rest last until the end?"
    blocks: list[Block] = [SectionBlock(text=f"*{text}*\n{budget(of)}")]
    if of.by_line:
        blocks.append(SectionBlock(text=lines(of)))
    blocks.append(note(f"{advice} `/campaign spend list` shows each entry."))
    return Message(text, blocks)


def imported(it: SpendImport, campaign: Campaign | None) -> Message:
    """The card of an import, as it stands."""
    return _CARDS[ImportState(it.state)](it, campaign)


def _preview(it: SpendImport, campaign: Campaign | None) -> Message:
    of = f" from {label_of(it.platform)}" if it.platform else ""
    text = f"Import the spend{safe(of, 100)} in {safe(it.name, 120)}?"
    blocks: list[Block] = [
        HeaderBlock(text=PlainTextObject(text=clean(f"Import spend{of}?", 150), emoji=False)),
        SectionBlock(text=f"*{safe(it.name, 120)}*, {plural(len(it.rows), 'row')}"),
        SectionBlock(text=_outlook(it)),
        SectionBlock(text=_columns(it)),
    ]
    if campaign is not None:
        whose = f"Rows without one of our campaigns go to “{safe(campaign.name, 100)}”."
        blocks.append(note(whose))
    return Message(text, [*blocks, _buttons(it)])


def _done(it: SpendImport, _campaign: Campaign | None) -> Message:
    title = f"{safe(it.name, 120)} is imported"
    counts = [*_counts(it)]
    if it.outcome["refused"]:
        counts.append("You'll get the refused rows back here, with the reasons.")
    added = plural(it.outcome["new"], "new entry", "new entries")
    return Message(f"{title}: {added}.", [SectionBlock(text="\n".join([f"*{title}*", *counts]))])


def _cancelled(it: SpendImport, _campaign: Campaign | None) -> Message:
    text = f"{safe(it.name, 120)} was not imported. I've deleted its rows."
    return Message(text, [SectionBlock(text=text)])


_CARDS: dict[ImportState, Callable[[SpendImport, Campaign | None], Message]] = {
    ImportState.PREVIEW: _preview,
    ImportState.DONE: _done,
    ImportState.CANCELLED: _cancelled,
}


def _outlook(it: SpendImport) -> str:
    """What would come of it."""
    if not it.outcome:
        return "Use *Columns…* to say which columns hold the campaign, the day and the amount."
    outlook = _counts(it)
    if it.outcome["first"]:
        outlook.insert(0, _days(it))
    if not it.platform:
        outlook.append(
            "*Which platform is it from?* I can't tell from the columns. Choose it under "
            "*Columns…*."
        )
    return clean("\n".join(outlook), 3000)


def _days(it: SpendImport) -> str:
    sums = [str(Money(minor, currency)) for currency, minor in it.outcome["amounts"].items()]
    first, last = (date.fromisoformat(it.outcome[name]) for name in ("first", "last"))
    count = plural(it.outcome["campaigns"], "campaign")
    return f"{', '.join(sums)} for {count}, {formats.days(first, last)}"


def _counts(it: SpendImport) -> list[str]:
    outcome = it.outcome
    counts = [
        (
            outcome["new"],
            f"• {plural(outcome['new'], 'new entry', 'new entries')}, by campaign and day",
        ),
        (outcome["restated"], f"• {outcome['restated']:,} corrected by this file"),
        (outcome["known"], f"• {outcome['known']:,} already here"),
        (outcome["refused"], f"• {plural(outcome['refused'], 'row')} refused"),
    ]
    reasons = [f"   ◦ {count:,} × {safe(why, 200)}" for why, count in outcome["reasons"]]
    lines = [line for count, line in counts if count] or ["• no rows"]
    return lines + reasons + [f"• {safe(each, 400)}" for each in remarks(it)]


def remarks(it: SpendImport) -> list[str]:
    """What else there is to know of an import, so that its sum differs from the file's in no way
    that nobody is told of."""
    outcome = it.outcome
    lines = []
    if sums := outcome.get("all_sums"):
        shown = ", ".join(f"“{label}” {amount}" for label, amount in outcome["sums"])
        more = "" if sums == len(outcome["sums"]) else ", …"
        rows = plural(sums, "row")
        lines.append(f"{rows} left out as totals of other rows: {shown}{more}")
    if outcome.get("empty"):
        lines.append(
            f"{plural(outcome['empty'], 'row')} left out: no amount and no day or campaign"
        )
    for currency, minor in outcome.get("credits", {}).items():
        lines.append(f"Credits are counted: {Money(minor, currency)}")
    for currency, minor in outcome.get("rounded", {}).items():
        difference = Decimal(minor).scaleb(-exponent(currency)).normalize()
        lines.append(f"Rounding changes the total by {difference:+f} {currency}")
    if outcome.get("names_no_currency"):
        currencies = " or ".join(outcome["amounts"])
        lines.append(f"The file names no currency, so I read it as {currencies}")
    return lines


def _columns(it: SpendImport) -> str:
    pairs = list(zip(it.header, it.meanings, strict=True))[:_MOST_COLUMNS]
    known = [f"{safe(name, 60)} → {MEANINGS[each]}" for name, each in pairs if each != SKIP]
    rest = [safe(name, 60) for name, each in pairs if each == SKIP]
    summary = ["*Columns*", f"Understood: {', '.join(known) or 'none'}"]
    if rest:
        summary.append(f"Left out: {', '.join(rest)}")
    return clean("\n".join(summary), 3000)


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


def _list(campaign: Campaign, blocks: list[Block]) -> View:
    return View(
        type="modal", title="Spend", close="Done", private_metadata=str(campaign.id), blocks=blocks
    )


def _entry(entry: SpendEntry, correction: SpendEntry | None, names: dict[int, str]) -> SectionBlock:
    """One entry; what was corrected is struck out, and says by what."""
    words = f"{formats.day(entry.day)} · {safe(entry.line, 80)} · {entry.amount}"
    person = safe(names.get(entry.entered_by or 0, "the command line"), 80)
    about = [f"{person}, {moment(entry.entered_at)}"]
    if entry.corrects_id is not None:
        about.append(f"corrects #{entry.corrects_id}")
    if entry.note:
        about.append(safe(entry.note, 150))
    if correction is not None:
        by = f"_corrected by #{correction.id}: {correction.amount}_"
        return SectionBlock(text=f"#{entry.id} ~{words}~\n{by}\n{' · '.join(about)}")
    return SectionBlock(
        text=f"#{entry.id} *{words}*\n{' · '.join(about)}",
        accessory=ButtonElement(text="Correct", action_id=CORRECT, value=str(entry.id)),
    )


def _pages(shown: Entries) -> list[Block]:
    count = plural(shown.total, "entry", "entries")
    words = f"Page {shown.page + 1} of {shown.pages}, {count}"
    turns = [("Newer", shown.page - 1), ("Older", shown.page + 1)]
    buttons = [
        ButtonElement(text=text, action_id=f"{PAGE}.{text.lower()}", value=str(page))
        for text, page in turns
        if 0 <= page < shown.pages
    ]
    return [note(words), ActionsBlock(elements=list(buttons))]
