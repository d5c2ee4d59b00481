"""How quiet leads are offered, and how the rules of the lead score read."""

from collections.abc import Sequence

from slack_sdk.models.blocks import (
    ActionsBlock,
    Block,
    ButtonElement,
    ContextBlock,
    HeaderBlock,
    MarkdownTextObject,
    PlainTextObject,
    SectionBlock,
)

from bot.leads.heat import WORDS, Rules
from bot.leads.messages.card import claim_button, way
from bot.leads.models import Lead
from bot.leads.sources import SOURCES
from bot.people.models import Person
from bot.slack import Message
from bot.slack.text import moment, plural, safe

CHANGE_RULES = "lead.change_rules"


def offer(rows: Sequence[tuple[Lead, Person | None]], more: int) -> Message:
    """The quiet leads that wait, each with its button until someone has it."""
    title = f"{plural(len(rows) + more, 'quieter lead')} to look at"
    blocks: list[Block] = [HeaderBlock(text=PlainTextObject(text=title, emoji=False))]
    blocks += [_row(lead, owner) for lead, owner in rows]
    if more > 0:
        rest = f"and {more:,} more, which are offered when these are taken"
        blocks.append(ContextBlock(elements=[MarkdownTextObject(text=rest)]))
    return Message(f"{title}. Nobody asked to be called, but they are here.", blocks)


def _row(lead: Lead, owner: Person | None) -> SectionBlock:
    company = f" · {safe(lead.company, 100)}" if lead.company else ""
    # How it came stands there already.
    said = [
        words
        for words, points in lead.score_reasons
        if points > 0 and not words.startswith("came via")
    ]
    why = f"\n{safe(', '.join(said), 200)}" if said else ""
    text = f"*{safe(lead.name, 100)}*{company}\n{way(lead.source)}, {moment(lead.received_at)}{why}"
    if lead.merged_into:
        return SectionBlock(text=f"{text}\nmerged into #{lead.merged_into}")
    if owner is not None:
        return SectionBlock(text=f"{text}\nclaimed by {owner.mention}")
    if lead.is_closed:
        return SectionBlock(text=f"{text}\n{lead.status}")
    return SectionBlock(text=text, accessory=claim_button(lead))


def rules(told: Rules, *, may_change: bool) -> Message:
    """What makes a lead hot, in words."""
    points = sorted(told.points.items(), key=lambda each: -each[1])
    lines = [f"• {_words(key)}: {each:+d}" for key, each in points if each]
    domains = ", ".join(safe(domain, 60) for domain in sorted(told.competitors)) or "none named"
    text = (
        f"*A lead is announced at once from {told.hot_from} points on;* the others are offered "
        "quietly at set hours.\n" + "\n".join(lines) + f"\nDomains of competitors: {domains}"
    )
    blocks: list[Block] = [SectionBlock(text=text[:3000])]
    if may_change:
        change = ButtonElement(text="Change…", action_id=CHANGE_RULES, value="0")
        blocks.append(ActionsBlock(elements=[change]))
    return Message("What makes a lead hot", blocks)


def _words(key: str) -> str:
    kind, _, slug = key.partition(":")
    if kind != "source":
        return WORDS[key]
    if slug == "*":
        return "came from any other source"
    return f"came from {SOURCES[slug].name}" if slug in SOURCES else "was typed in"
