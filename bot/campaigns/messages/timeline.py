"""What happened to a campaign: the timeline in its thread, what a change changed, and the end."""

from collections.abc import Mapping, Sequence
from datetime import date

from slack_sdk.models.blocks import Block, SectionBlock

from bot.campaigns.messages.offer import late_words
from bot.campaigns.messages.words import day_in_words, small
from bot.campaigns.models import Campaign, CampaignEvent, EventType, Stage
from bot.slack import Message
from bot.slack.text import moment, plural, safe

_MOST = 20  # events that the timeline shows, the newest
_LONGEST = 200  # characters of what a field said before, and says now
_SHOWN = 6  # fields whose texts are told; of more, the names

_FIELDS = {
    "name": "Name", "kind": "Kind", "audience": "Audience", "offer": "Offer", "terms": "Terms",
    "price": "Price", "talking_points": "Talking points", "objections": "Objections and answers",
    "channels": "Channels", "materials": "Materials", "starts_on": "First day",
    "ends_on": "Last day", "budget": "Budget", "expected_leads": "Expected leads",
    "expected_customers": "Expected customers", "target_cost_per_lead": "Target cost per lead",
    "utm_campaign": "UTM campaign code", "late_callers": "What to tell late callers",
}  # fmt: skip
_INTERNAL = {"budget", "expected_leads", "expected_customers", "target_cost_per_lead"}
"""What the channel does not see; that it was changed is said."""

_EVENTS = {
    EventType.DRAFTED: "drafted it", EventType.SAVED: "saved the draft",
    EventType.PROPOSED: "proposed it",
    EventType.TAKEN_BACK: "took the proposal back", EventType.AGREED: "sales is ready",
    EventType.ASKED_AGAIN: "sales is asked again",
    EventType.SCHEDULED: "set the time to announce it",
    EventType.UNSCHEDULED: "took the time back", EventType.ANNOUNCED: "announced it",
    EventType.CHANGED: "changed it", EventType.PAUSED: "paused it", EventType.RESUMED: "resumed it",
    EventType.ENDED: "ended it", EventType.CANCELLED: "cancelled it",
}  # fmt: skip
_BY_CLOCK = {EventType.ENDED: "its last day is over", EventType.ANNOUNCED: "announced at its time"}


def timeline(campaign: Campaign, events: Sequence[CampaignEvent]) -> Message:
    """All that happened, in the announcement's thread: one message, redrawn."""
    steps = [event for event in events if event.event_type != EventType.SAVED]
    shown = steps[-_MOST:]
    blocks: list[Block] = [SectionBlock(text="*What happened*")]
    if len(steps) > len(shown):
        blocks.append(small(f"{plural(len(steps) - len(shown), 'earlier step')} left out"))
    blocks.extend(SectionBlock(text=_line(event)) for event in shown)
    last = _deed(shown[-1]) if shown else "nothing yet"
    return Message(f"What happened to “{safe(campaign.name)}”: {last}.", blocks)


def last_change(campaign: Campaign, event: CampaignEvent | None) -> list[Block]:
    """What was changed of an announcement, at the head of its card."""
    if event is None:
        return []
    again = ""
    if event.facts["version"] >= campaign.holds_from > 1:
        again = " Please confirm it again with *Got it*."
    head = f"*Changed {moment(event.at)}*, {_who(event)}.{again}"
    return [SectionBlock(text="\n".join([head, *differences(event.facts["changed"])]))]


def differences(changed: Mapping[str, Sequence[str]]) -> list[str]:
    """Field by field, what it said and what it says; amounts of money stay inside marketing."""
    open_to_all = [name for name in changed if name not in _INTERNAL]
    lines = [_difference(name, *changed[name]) for name in open_to_all[:_SHOWN]]
    others = [*open_to_all[_SHOWN:], *(name for name in changed if name in _INTERNAL)]
    if others:
        lines.append("Also changed: " + ", ".join(_FIELDS[name].lower() for name in others))
    return lines


def over(campaign: Campaign) -> Message | None:
    """What the channel hears at the end; None where it is not over."""
    name = f"“{safe(campaign.name)}”"
    if campaign.stage == Stage.CANCELLED:
        text = f"The campaign {name} was cancelled before it began. Please do not promise it."
        return Message(text, [SectionBlock(text=text)])
    if campaign.stage != Stage.ENDED:
        return None
    text = f"The campaign {name} has ended. Please do not promise it any more."
    late = f"*What to tell late callers:* {safe(late_words(campaign), 400)}"
    return Message(f"{text} {late}", [SectionBlock(text=f"{text}\n{late}")])


def _line(event: CampaignEvent) -> str:
    lines = [f"{moment(event.at)} · {_deed(event)}"]
    if event.event_type == EventType.CHANGED:
        lines += differences(event.facts["changed"])
    return "\n".join(lines)


def _deed(event: CampaignEvent) -> str:
    event_type = EventType(event.event_type)
    if event.person is None:
        return _BY_CLOCK.get(event_type, _EVENTS[event_type])
    if event_type in (EventType.AGREED, EventType.ASKED_AGAIN):
        return _EVENTS[event_type]
    return f"{safe(event.person.name, 100)} {_EVENTS[event_type]}"


def _who(event: CampaignEvent) -> str:
    return f"by {safe(event.person.name, 100)}" if event.person else "by itself"


def _difference(name: str, before: str, after: str) -> str:
    return f"*{_FIELDS[name]}:* {_value(name, before)} → {_value(name, after)}"


def _value(name: str, text: str) -> str:
    if not text:
        return "until further notice" if name == "ends_on" else "(nothing)"
    if name in ("starts_on", "ends_on"):
        return day_in_words(date.fromisoformat(text))
    return safe(" ".join(text.split()), _LONGEST)
