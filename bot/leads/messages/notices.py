"""Messages about several leads at once, and about one whose owner is out."""

from collections.abc import Sequence

from slack_sdk.models.blocks import (
    Block,
    ButtonElement,
    ContextBlock,
    MarkdownTextObject,
    SectionBlock,
)

from bot.leads.messages.card import REASSIGN, way
from bot.leads.messages.rows import headline
from bot.leads.models import Lead, LeadFacts, LeadNotice, Listed, NoticeKind, Touch
from bot.people.models import Person
from bot.slack import Message
from bot.slack.text import moment, plural, safe

_MOST_SHOWN = 10


def notice(found: LeadNotice, listed: Sequence[Listed]) -> Message:
    """All that waits for somebody, or stands still, with a way to give each to a colleague."""
    if not listed:
        return _settled(_DONE[NoticeKind(found.kind)])
    title = _TITLES[NoticeKind(found.kind)].format(
        leads=plural(len(listed), "lead"), waits="waits" if len(listed) == 1 else "wait",
        stands="stands" if len(listed) == 1 else "stand",
    )  # fmt: skip
    blocks: list[Block] = [SectionBlock(text=f"*{title}*")]
    blocks += [_row(each) for each in listed[:_MOST_SHOWN]]
    left = len(listed) - _MOST_SHOWN
    if left > 0:
        more = MarkdownTextObject(text=f"and {left:,} more, which have waited less long")
        blocks.append(ContextBlock(elements=[more]))
    return Message(title, blocks)


def _row(each: Listed) -> SectionBlock:
    """A lead that nobody has, or with which nothing happens."""
    lead = each.lead
    reassign = ButtonElement(text="Reassign…", action_id=REASSIGN, value=str(lead.id))
    if each.owner is None:
        return SectionBlock(text=f"{headline(lead)} · #{lead.id}", accessory=reassign)
    return SectionBlock(text=line_listed(each), accessory=reassign)


def line_listed(each: Listed) -> str:
    """A lead that has an owner, and when something was done with it last."""
    lead = each.lead
    company = f" · {safe(lead.company, 100)}" if lead.company else ""
    owner = f" · {each.owner.mention}" if each.owner else ""
    since = f", last step {moment(each.moved_at, '{ago}')}" if each.moved_at else ""
    return f"*{safe(lead.name, 100)}*{company} · #{lead.id}{owner}{since}"


def line_unattended(lead: Lead, owner: Person) -> str:
    """A lead whose customer wrote again while its owner is out."""
    company = f" · {safe(lead.company, 100)}" if lead.company else ""
    again = moment(lead.last_touch_at, "{ago}")
    return f"*{safe(lead.name, 100)}*{company} · #{lead.id} · {owner.mention}, {again}"


def cover(touch: Touch, facts: LeadFacts) -> Message:
    """A customer wrote again while their owner is out: told to somebody who is there."""
    lead, owner = facts.lead, facts.owner
    who = f"*{safe(lead.name, 100)}*" + (f" of {safe(lead.company, 100)}" if lead.company else "")
    if owner is None or lead.is_closed or lead.merged_into is not None:
        return _settled(f"{who} (#{lead.id}) wrote again, and that is settled.")
    said = touch.facts.get("message")
    words = f"\n> {safe(said, 1_000)}" if isinstance(said, str) and not facts.names_only else ""
    text = (
        f"{who} wrote again {way(touch.source)}, and {owner.mention} is out. Can you answer? "
        f"`/lead {lead.id}` shows everything; a manager can reassign it.{words}"
    )
    return Message(f"{safe(lead.name, 100)} wrote again.", [SectionBlock(text=text)])


def _settled(text: str) -> Message:
    return Message(text, [SectionBlock(text=text)], too_late=True)


_TITLES = {
    NoticeKind.NOBODY_FREE: "Nobody in sales is free, and {leads} {waits}",
    NoticeKind.STALLED: "{leads} {stands} still",
}
_DONE = {
    NoticeKind.NOBODY_FREE: "Nobody in sales was free; by now every lead has an owner.",
    NoticeKind.STALLED: "Nothing of this stands still any more.",
}
