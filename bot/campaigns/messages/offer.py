"""How an offer is said: in one line, its days, and as it was on the day of a lead."""

from bot.campaigns.messages.words import day_in_words
from bot.campaigns.models import AsOf, Campaign, Promise, Stage
from bot.slack.text import safe

_TERMS = 500  # characters of the terms that a lead's card shows
_POINTS = 400


def offer_line(campaign: Promise) -> str:
    """The offer and its dates in one line of mrkdwn, as a lead's card says them."""
    return f"{safe(' '.join(campaign.offer.split()), 320)} · {period(campaign)}"


def period(campaign: Promise) -> str:
    """The campaign's days in words: `1 to 30 June 2026`."""
    first, last = campaign.starts_on, campaign.ends_on
    if last is None:
        return f"from {day_in_words(first)} until further notice"
    if first == last:
        return f"on {day_in_words(first)} only"
    if (first.year, first.month) == (last.year, last.month):
        return f"{first.day} to {day_in_words(last)}"
    if first.year == last.year:
        return f"{first.day} {first:%B} to {day_in_words(last)}"
    return f"{day_in_words(first)} to {day_in_words(last)}"


def offer_then(then: AsOf) -> str:
    """What a lead of that moment may be promised, as its card says it, in mrkdwn.

    First comes what has to be known before it is promised: that it was over, or is another by now.
    """
    promise = then.promise
    lines = [
        _standing(then),
        f"*Offer* {offer_line(promise)}",
        f"*Price* {safe(promise.price, 220)}" if promise.price else "",
        f"*Terms* {safe(promise.terms, _TERMS)}",
        f"*Talking points* {safe(_in_one_line(promise.talking_points), _POINTS)}",
    ]
    return "\n".join(line for line in lines if line)


def late_words(campaign: Campaign) -> str:
    """What to tell late callers, as marketing wrote it or as anyone would say it."""
    return campaign.late_callers or (
        "Thank you for your interest. This offer is over; let us find out what you need, and see "
        "what we can do today."
    )


def _standing(then: AsOf) -> str:
    """Whether it held when the lead came, and whether it still does; empty: it did and it does."""
    if not then.in_force:
        return _not_in_force(then)
    campaign = then.campaign
    if campaign.is_over(then.today):
        return f"*Ended since{_end(campaign)}.* It held on the day of this lead."
    if campaign.stage == Stage.PAUSED:
        return "*Paused since.* It held on the day of this lead; ask its owner before you promise."
    if then.changed_since:
        return "*Changed since.* This is what held on the day of this lead."
    return ""


def _not_in_force(then: AsOf) -> str:
    campaign = then.campaign
    if then.was_over:
        return (
            f"*Over before this lead came{_end(campaign)}: do not promise it.* "
            f"Say: {safe(late_words(campaign), 320)}"
        )
    if then.version is None:
        return "*Not announced when this lead came.* Ask its owner before you promise it."
    if then.stage == Stage.PAUSED:
        return "*Paused when this lead came.* Ask its owner before you promise it."
    return f"*It begins on {day_in_words(then.promise.starts_on)}*, after this lead came."


def _end(campaign: Campaign) -> str:
    return f", on {day_in_words(campaign.ends_on)}" if campaign.ends_on else ""


def _in_one_line(points: str) -> str:
    return " · ".join(line.strip(" \t-–—•*·") for line in points.splitlines() if line.strip())
