"""What intake shows: the card of an import, submissions and sources that need an admin, and the
rules of the score."""

from collections.abc import Callable, Sequence

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
from bot.encoding import ENCODINGS
from bot.formats import plural
from bot.intake.models import Import, ImportState, Submission
from bot.intake.scoring import WORDS, Rules
from bot.slack import Message
from bot.slack.text import bar, clean, moment, safe
from bot.sources import SOURCES, source_name
from bot.sources.columns import MEANINGS, NOTE, SKIP, reach_somebody

START = "import.start"
COLUMNS = "import.columns"
CANCEL = "import.cancel"
AS_SPEND = "import.as_spend"
AS_LIST = "import.as_list"
ENCODING = "import.encoding"

_MOST_COLUMNS = 25


def imported(it: Import, campaign: Campaign | None, *, enters_spend: bool = True) -> Message:
    """The card of an import, as it stands; `enters_spend` says whether its reader may."""
    if it.state == ImportState.PREVIEW:
        return _preview(it, campaign, enters_spend=enters_spend)
    return _CARDS[ImportState(it.state)](it, campaign)


def _reading(it: Import, _campaign: Campaign | None) -> Message:
    return _sentence(f"Reading *{_name(it)}*…")


def _failed(it: Import, _campaign: Campaign | None) -> Message:
    return _sentence(f"I can't read *{_name(it)}* as a list: {safe(it.problem or '', 300)}.")


def _cancelled(it: Import, _campaign: Campaign | None) -> Message:
    return _sentence(f"*{_name(it)}* was not imported. I've deleted its rows.")


def _spend(it: Import, _campaign: Campaign | None) -> Message:
    if it.problem:
        # Our own sentence, which mentions whom to ask.
        text = f"*{_name(it)}* looks like an ad spend report. {clean(it.problem, 500)}"
        value = str(it.id)
        buttons = [
            ButtonElement(text="It's a list of leads", action_id=AS_LIST, value=value),
            ButtonElement(text="Cancel", action_id=CANCEL, value=value),
        ]
        return Message(text.replace("*", ""), [_section(text), ActionsBlock(elements=buttons)])
    return _sentence(f"*{_name(it)}* is an ad spend report. See below.")


def _preview(it: Import, campaign: Campaign | None, *, enters_spend: bool) -> Message:
    title = f"Import {it.name}?"
    blocks: list[Block] = [
        HeaderBlock(text=PlainTextObject(text=clean(title, 150), emoji=False)),
        SectionBlock(text=_outlook(it)),
        SectionBlock(text=_columns(it)),
    ]
    if it.preview.get("first"):
        blocks.append(SectionBlock(text=_first_rows(it)))
    if it.encoding is not None and it.file_id is not None:
        blocks.append(_encoding(it, it.encoding))
    blocks.append(_small(_destination(campaign)))
    blocks.append(_buttons(it, enters_spend=enters_spend))
    return Message(f"{safe(title, 150)} {plural(it.total, 'row')}.", blocks)


def _running(it: Import, _campaign: Campaign | None) -> Message:
    so_far = f"{it.done:,} of {plural(it.total, 'row')}"
    return Message(
        f"Importing {_name(it)}: {so_far}.",
        [SectionBlock(text=f"*Importing {_name(it)}*\n{bar(it.done, it.total)}\n{so_far}")],
    )


def _done(it: Import, _campaign: Campaign | None) -> Message:
    lines = [f"*{_name(it)} is imported*", *_counts(it.added, it.joined, it.known, it.refused)]
    if it.added:
        lines.append("New people are on a call list in the channel.")
    if it.refused:
        lines.append("You'll get the refused rows back here, with the reasons.")
    text = "\n".join(lines)
    return Message(f"{_name(it)} is imported: {plural(it.added, 'new lead')}.", [_section(text)])


_CARDS: dict[ImportState, Callable[[Import, Campaign | None], Message]] = {
    ImportState.READING: _reading,
    ImportState.FAILED: _failed,
    ImportState.RUNNING: _running,
    ImportState.DONE: _done,
    ImportState.CANCELLED: _cancelled,
    ImportState.SPEND: _spend,
}


def _outlook(it: Import) -> str:
    """What would come of it."""
    if not it.preview:
        return f"{plural(it.total, 'row')}. Looking through them…"
    seen = it.preview
    scope = "" if seen["looked_at"] >= it.total else f" Of the first {seen['looked_at']:,}:"
    lines = [f"*{plural(it.total, 'row')}.*{scope}"]
    lines += _counts(seen["new"], seen["joined"], seen["known"], seen["refused"])
    lines += [f"   ◦ {count:,} × {safe(why, 150)}" for why, count in seen["reasons"]]
    return "\n".join(lines)


def _counts(new: int, joined: int, known: int, refused: int) -> list[str]:
    lines = [
        (new, f"• {plural(new, 'new lead')}"),
        (joined, f"• {joined:,} from people with an open lead: added to it"),
        (known, f"• {known:,} already here"),
        (refused, f"• {refused:,} refused"),
    ]
    return [line for count, line in lines if count] or ["• no rows"]


def _columns(it: Import) -> str:
    """What was made of the columns, those that mean the same together."""
    kinds: dict[str, list[str]] = {"Understood": [], "Kept as is": [], "Left out": []}
    for name, meaning in list(zip(it.header, it.meanings, strict=True))[:_MOST_COLUMNS]:
        if meaning in (NOTE, SKIP):
            kinds["Left out" if meaning == SKIP else "Kept as is"].append(safe(name, 60))
        else:
            kinds["Understood"].append(_understood(name, MEANINGS[meaning]))
    lines = [f"{kind}: {', '.join(names)}" for kind, names in kinds.items() if names]
    more = len(it.header) - _MOST_COLUMNS
    if more > 0:
        lines.append(f"and {plural(more, 'more column')}")
    return clean("*Columns*\n" + "\n".join(lines), 3000)


def _understood(name: str, meaning: str) -> str:
    """The column, and what it is taken for where that is not the same word."""
    same = _letters(name) == _letters(meaning)
    return safe(name, 60) if same else f"{safe(name, 60)} → {meaning}"


def _letters(words: str) -> str:
    return "".join(filter(str.isalpha, words.casefold()))


def _first_rows(it: Import) -> str:
    rows = [" · ".join(safe(part, 80) for part in row if part) for row in it.preview["first"]]
    return clean("*First rows*\n" + "\n".join(rows), 3000)


def _encoding(it: Import, encoding: str) -> Block:
    """How the file is encoded, which only a reader of its names can judge."""
    options = {each: _option(it, each, words) for each, words in ENCODINGS.items()}
    menu = StaticSelectElement(
        action_id=ENCODING, options=list(options.values()), initial_option=options[encoding]
    )
    odd = it.preview.get("odd_lines") or 0
    text = f"*Encoding*\n{ENCODINGS[encoding]}. If letters look wrong, choose another."
    if odd:
        text += f" {plural(odd, 'line')} of it {'is' if odd == 1 else 'are'} Windows-1252."
    return SectionBlock(text=text, accessory=menu)


def _option(it: Import, encoding: str, words: str) -> Option:
    return Option(text=PlainTextObject(text=words), value=f"{it.id}.{encoding}")


def encoding_of(value: str) -> tuple[int, str]:
    """The import and the encoding that an option stands for; 0, which no import has, for others."""
    import_id, _, encoding = value.partition(".")
    is_one = import_id.isdecimal() and len(import_id) < 19 and encoding in ENCODINGS
    return (int(import_id), encoding) if is_one else (0, "")


def _destination(campaign: Campaign | None) -> str:
    of = f" of “{safe(campaign.name, 100)}”" if campaign else ""
    return f"New people go on a call list{of} for sales to work through."


def _buttons(it: Import, *, enters_spend: bool) -> Block:
    value = str(it.id)
    start = ButtonElement(text="Import", action_id=START, value=value, style="primary")
    choose = ButtonElement(text="Columns…", action_id=COLUMNS, value=value)
    spend = ButtonElement(text="It's ad spend", action_id=AS_SPEND, value=value)
    cancel = ButtonElement(text="Cancel", action_id=CANCEL, value=value)
    ready = reach_somebody(it.meanings)
    return ActionsBlock(elements=[*[start] * ready, choose, *[spend] * enters_spend, cancel])


def _name(it: Import) -> str:
    return safe(it.name, 120)


def _sentence(text: str) -> Message:
    return Message(text.replace("*", ""), [_section(text)])


def _section(text: str) -> SectionBlock:
    return SectionBlock(text=text)


def _small(text: str) -> ContextBlock:
    return ContextBlock(elements=[MarkdownTextObject(text=text)])


REPLAY = "submission.replay"
DISMISS = "submission.dismiss"


def rows_unread(submissions: Sequence[Submission]) -> list[Block]:
    """Submissions that could not be read, with what an admin may do; never what they hold."""
    return [block for each in submissions for block in _submission_row(each)]


def _submission_row(submission: Submission) -> list[Block]:
    text = (
        f"*{_source_of(submission)}* · #{submission.id}, {moment(submission.received_at)}\n"
        f"{safe(submission.problem or '', 500)}"
    )
    value = str(submission.id)
    buttons = [
        ButtonElement(text="Replay", action_id=REPLAY, value=value),
        ButtonElement(text="Dismiss", action_id=DISMISS, value=value),
    ]
    return [SectionBlock(text=text), ActionsBlock(elements=buttons)]


def silent(last: Submission) -> Message:
    """A warning: nothing has come from this sender for longer than is usual for it."""
    text = (
        f"*{_source_of(last)} has gone quiet.* Its last submission came "
        f"{moment(last.received_at)}, which is unusually long ago. Are its form and webhook still "
        "on? `handoff sources` on the server shows how it's set up."
    )
    return Message(f"{_source_of(last)} has gone quiet.", [SectionBlock(text=text)])


def refused(kept: Submission) -> Message:
    """A warning: a vendor would not say which leads it has, of a form or at all."""
    title = f"{_source_of(kept)} doesn't let Handoff look up missed leads."
    what = safe(kept.body.decode("utf-8", "replace"), 200)
    text = (
        f"*{title}*\n{what[:1].upper() + what[1:] + ': ' if what else ''}"
        f"{safe(kept.problem or '', 500)}.\n"
        "Leads still arrive by webhook, but any that the webhook misses are lost. Does the form "
        "still exist, and may the token in HANDOFF_SOURCE_TOKENS read it?"
    )
    return Message(title, [SectionBlock(text=text)])


def _source_of(submission: Submission) -> str:
    name = source_name(submission.source)
    same = submission.sender in (submission.source, "fetched")
    return safe(name if same else f"{name} ({submission.sender})", 80)


CHANGE_RULES = "lead.change_rules"


def rules(current: Rules, *, may_change: bool) -> Message:
    """What makes a lead hot, in words."""
    points = sorted(current.points.items(), key=lambda each: -each[1])
    lines = [f"• {_rule_words(key)}: {each:+d}" for key, each in points if each]
    domains = ", ".join(safe(domain, 60) for domain in sorted(current.competitors)) or "none"
    text = (
        f"*Leads with {current.hot_from} points or more are announced at once.* The others are "
        "offered in batches at set hours.\n"
        + "\n".join(lines)
        + f"\nCompetitors' domains: {domains}"
    )
    blocks: list[Block] = [SectionBlock(text=text[:3000])]
    if may_change:
        change = ButtonElement(text="Change…", action_id=CHANGE_RULES, value="0")
        blocks.append(ActionsBlock(elements=[change]))
    return Message("What makes a lead hot", blocks)


def _rule_words(key: str) -> str:
    kind, _, slug = key.partition(":")
    if kind != "source":
        return WORDS[key]
    if slug == "*":
        return "came from any other source"
    return f"came through {source_name(slug)}" if slug in SOURCES else "was typed in"
