"""The tally of a campaign's leads, in the campaign's thread."""

from slack_sdk.models.blocks import SectionBlock

from bot.leads.models import Rating, RatingSummary
from bot.slack import Message
from bot.slack.text import plural, safe


def tally(counted: RatingSummary) -> Message:
    """What sales thinks of the leads so far; one message, drawn anew with each rating."""
    rated = sum(counted.ratings.values())
    title = f"{rated:,} of {plural(counted.received, 'lead')} rated so far"
    ratings = " · ".join(f"{rating.label} {counted.ratings.get(rating, 0):,}" for rating in Rating)
    lines = [f"*What sales thinks:* {title}, {counted.claimed:,} claimed.", ratings]
    if counted.reasons:
        named = ", ".join(f"{safe(said, 80)} ({often:,})" for said, often in counted.reasons)
        lines.append(f"Named most where it did not fit: {named}")
    return Message(f"{title}: {ratings}", [SectionBlock(text="\n".join(lines))])
