"""What the messages of campaigns are made of: small parts, an offer in a line, and the timeline."""

from collections.abc import Mapping, Sequence
from datetime import date

from slack_sdk.models.blocks import (
    Block,
    PlainTextObject,
    SectionBlock,
)

from bot import formats
from bot.campaigns.models import AsOf, Campaign, CampaignEvent, CampaignEventType, Offer, Stage
from bot.formats import plural
from bot.slack import Message
from bot.slack.blocks import note
from bot.slack.text import clean, moment, safe

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
    CampaignEventType.DRAFTED: "drafted it",
    CampaignEventType.SAVED: "saved the draft",
    CampaignEventType.PROPOSED: "proposed it",
    CampaignEventType.TAKEN_BACK: "withdrew the proposal",
    CampaignEventType.AGREED: "sales is ready",
    CampaignEventType.ASKED_AGAIN: "sales is asked again",
    CampaignEventType.SCHEDULED: "scheduled it",
    CampaignEventType.UNSCHEDULED: "unscheduled it",
    CampaignEventType.ANNOUNCED: "announced it",
    CampaignEventType.CHANGED: "changed it",
    CampaignEventType.PAUSED: "paused it",
    CampaignEventType.RESUMED: "resumed it",
    CampaignEventType.ENDED: "ended it",
    CampaignEventType.CANCELLED: "cancelled it",
}
_BY_CLOCK = {
    CampaignEventType.ENDED: "its last day is over",
    CampaignEventType.ANNOUNCED: "announced as scheduled",
}


def sentence_case(text: str) -> str:
    """The text with a capital at its start."""
    return text[:1].upper() + text[1:]


def only(text: str) -> Message:
    """A message of one sentence."""
    return Message(text, [SectionBlock(text=text)])


def plain(text: str, limit: int) -> PlainTextObject:
    """Text in which nothing is parsed, cut to the limit."""
    return PlainTextObject(text=clean(text, limit), emoji=False)


def offer_line(campaign: Offer) -> str:
    """The offer and its dates in one line of mrkdwn."""
    return f"{safe(' '.join(campaign.offer.split()), 320)} · {period(campaign)}"


def period(campaign: Offer) -> str:
    """The campaign's days in words: `1–30 Jun 2026`."""
    first, last = campaign.starts_on, campaign.ends_on
    if last is None:
        return f"from {formats.day(first)} until further notice"
    if first == last:
        return f"on {formats.day(first)} only"
    return formats.days(first, last)


def offer_in_brief(campaign: Offer) -> str:
    """The offer alone, in one line of mrkdwn, as a lead's card says it."""
    return safe(" ".join(campaign.offer.split()), 200)


def late_words(campaign: Campaign) -> str:
    """What to tell late callers, as marketing wrote it or as anyone would say it."""
    return campaign.late_callers or (
        "Thanks for your interest. This offer has ended, but tell me what you need and I'll see "
        "what we can do."
    )


def offer_standing(as_of: AsOf) -> str:
    """What to know before a lead of that moment is promised it: that it was over, or has other
    terms by now; empty: it held, and it still does."""
    if not as_of.in_force:
        return _not_in_force(as_of)
    campaign = as_of.campaign
    if campaign.is_over(as_of.today):
        return f"*{how_it_ended(campaign)}*, after this lead came."
    if campaign.stage == Stage.PAUSED:
        return "*Paused since this lead came.* Ask the campaign's owner before you promise it."
    if as_of.changed_on:
        then = formats.day(as_of.day, as_of.today)
        return f"{terms_changed(as_of)} Shown as promised on {then}."
    return ""


def terms_changed(as_of: AsOf) -> str:
    """Since when it promises something else."""
    assert as_of.changed_on is not None
    return f"*Terms changed on {formats.day(as_of.changed_on, as_of.today)}.*"


def _not_in_force(as_of: AsOf) -> str:
    campaign = as_of.campaign
    if as_of.was_over:
        return (
            f"*{how_it_ended(campaign)} before this lead came. Don't promise it.* "
            f"Say: {safe(late_words(campaign), 320)}"
        )
    if as_of.version is None:
        return (
            "*Not announced when this lead came.* Ask the campaign's owner before you promise it."
        )
    if as_of.stage == Stage.PAUSED:
        return "*Paused when this lead came.* Ask the campaign's owner before you promise it."
    return f"*Starts on {formats.day(as_of.offer.starts_on)}*, after this lead came."


def how_it_ended(campaign: Campaign) -> str:
    """`Ended on 30 Jun 2026`, or that it was cancelled: then its last day says nothing."""
    if campaign.stage == Stage.CANCELLED:
        return "Cancelled"
    return f"Ended on {formats.day(campaign.ends_on)}" if campaign.ends_on else "Ended"


def timeline(campaign: Campaign, events: Sequence[CampaignEvent]) -> Message:
    """All that happened, in the announcement's thread: one message, redrawn."""
    steps = [event for event in events if event.event_type != CampaignEventType.SAVED]
    shown = steps[-_MOST:]
    blocks: list[Block] = [SectionBlock(text="*What happened*")]
    if len(steps) > len(shown):
        blocks.append(note(f"{plural(len(steps) - len(shown), 'earlier step')} left out"))
    blocks.extend(SectionBlock(text=_line(event)) for event in shown)
    last = _action(shown[-1]) if shown else "nothing yet"
    return Message(f"What happened to “{safe(campaign.name)}”: {last}.", blocks)


def last_change(
    campaign: Campaign, event: CampaignEvent | None, longest: int = _LONGEST
) -> list[Block]:
    """What was changed of an announcement, at the head of its card."""
    if event is None:
        return []
    again = ""
    if event.facts["version"] >= campaign.holds_from > 1:
        again = " Please confirm it again with *Got it*."
    head = f"*Changed {moment(event.at)}* {_person(event)}.{again}"
    return [SectionBlock(text="\n".join([head, *differences(event.facts["changed"], longest)]))]


def changed_texts(event: CampaignEvent | None) -> list[str]:
    """The texts before and after that `last_change` shows, as long as they may be there."""
    changed = event.facts["changed"] if event else {}
    shown = [name for name in changed if name not in _INTERNAL][:_SHOWN]
    return [_value(name, text, _LONGEST) for name in shown for text in changed[name]]


def differences(changed: Mapping[str, Sequence[str]], longest: int = _LONGEST) -> list[str]:
    """Field by field, what it said and what it says; amounts of money stay inside marketing."""
    open_to_all = [name for name in changed if name not in _INTERNAL]
    lines = [_difference(name, changed[name], longest) for name in open_to_all[:_SHOWN]]
    others = [*open_to_all[_SHOWN:], *(name for name in changed if name in _INTERNAL)]
    if others:
        lines.append("Also changed: " + ", ".join(_FIELDS[name].lower() for name in others))
    return lines


def over(campaign: Campaign) -> Message | None:
    """What the channel hears at the end; None where it is not over."""
    name = f"“{safe(campaign.name)}”"
    if campaign.stage == Stage.CANCELLED:
        text = f"The campaign {name} was cancelled before it started. Please don't promise it."
        return Message(text, [SectionBlock(text=text)])
    if campaign.stage != Stage.ENDED:
        return None
    text = f"The campaign {name} has ended. Please don't promise it any more."
    late = f"*What to tell late callers:* {safe(late_words(campaign), 400)}"
    return Message(f"{text} {late}", [SectionBlock(text=f"{text}\n{late}")])


def _line(event: CampaignEvent) -> str:
    lines = [f"{moment(event.at)} · {_action(event)}"]
    if event.event_type == CampaignEventType.CHANGED:
        lines += differences(event.facts["changed"])
    return "\n".join(lines)


def _action(event: CampaignEvent) -> str:
    event_type = CampaignEventType(event.event_type)
    if event.person is None:
        return _BY_CLOCK.get(event_type, _EVENTS[event_type])
    if event_type in (CampaignEventType.AGREED, CampaignEventType.ASKED_AGAIN):
        return _EVENTS[event_type]
    return f"{safe(event.person.name, 100)} {_EVENTS[event_type]}"


def _person(event: CampaignEvent) -> str:
    return f"by {safe(event.person.name, 100)}" if event.person else "by itself"


def _difference(name: str, texts: Sequence[str], longest: int) -> str:
    before, after = (_value(name, text, longest) for text in texts)
    return f"*{_FIELDS[name]}:* {before} → {after}"


def _value(name: str, text: str, longest: int) -> str:
    return safe(" ".join(value_in_words(name, text).split()), min(longest, _LONGEST))


def value_in_words(name: str, text: str) -> str:
    """What a field of a campaign said, for people: a date as `30 Jun 2026`."""
    if not text:
        return "until further notice" if name == "ends_on" else "(nothing)"
    if name in ("starts_on", "ends_on"):
        return formats.day(date.fromisoformat(text))
    return text
