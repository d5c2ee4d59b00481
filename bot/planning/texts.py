"""What the messages of planning are made of: small parts, and what a campaign means for sales."""

from collections.abc import Sequence
from fractions import Fraction

from slack_sdk.models.blocks import (
    RichTextBlock,
    RichTextElement,
    RichTextElementParts,
    RichTextListElement,
    RichTextQuoteElement,
    RichTextSectionElement,
)

from bot.formats import plural
from bot.people.models import Person
from bot.planning.capacity import Capacity, Fit
from bot.planning.models import SimilarCampaign
from bot.rounding import rounded, whole
from bot.slack.text import clean, safe

_MOST_NAMES = 6


def in_one_line(text: str, limit: int = 150) -> str:
    """What somebody wrote, in one line, at most so many characters; a title has room for 150."""
    return clean(" ".join(text.split()), limit)


def titled(title: str, text: str) -> RichTextBlock:
    """Rich text shows what people wrote as it is: nothing in it is parsed, and it can be copied."""
    bold = RichTextElementParts.TextStyle(bold=True)
    parts: list[RichTextElement] = [
        RichTextElementParts.Text(text=title, style=bold),
        RichTextElementParts.Text(text=f"\n{text}"),
    ]
    return RichTextBlock(elements=[RichTextSectionElement(elements=parts)])


def quoted(text: str) -> RichTextBlock:
    """Somebody's words, set off from ours."""
    words = RichTextElementParts.Text(text=text)
    return RichTextBlock(elements=[RichTextQuoteElement(elements=[words])])


def listed(lines: Sequence[str]) -> RichTextBlock:
    """Lines as they were written, as a list."""
    items = [
        RichTextSectionElement(elements=[RichTextElementParts.Text(text=line)]) for line in lines
    ]
    return RichTextBlock(elements=[RichTextListElement(style="bullet", elements=items)])


def names(people: Sequence[Person]) -> str:
    """`Ana, Ben and 3 more`: plain names, because a mention would call them each time."""
    shown = [safe(person.name, 100) for person in people[:_MOST_NAMES]]
    left = len(people) - _MOST_NAMES
    *others, last = [*shown, f"{left:,} more"] if left > 0 else shown
    return f"{', '.join(others)} and {last}" if others else last


def capacity_in_words(capacity: Capacity) -> str:
    """What the campaign asks of the team, and whether it has the capacity for it."""
    team = capacity.team
    if capacity.fit is Fit.NOBODY:
        return "Nobody in sales works on those days."
    people = (
        f"{_people(team.people)} in sales, {_amount(team.hours)} h a day, "
        f"with {plural(team.open_leads, 'open lead')}"
    )
    if capacity.fit is Fit.UNKNOWN:
        return f"Nobody has said how many leads to expect. On those days: {people}."
    load = (
        f"About {_amount(capacity.leads_per_day)} leads a working day, "
        f"{_amount(capacity.leads_per_person)} for each of {people}. {_room(capacity)}"
    )
    return f"{_verdict(capacity)} {load}"


def _room(capacity: Capacity) -> str:
    """Room below the limit, and what flows in and out."""
    team = capacity.team
    free = (
        "There's no limit on open leads."
        if team.room is None
        else f"Their limits leave room for {team.room:,} more."
    )
    return (
        f"{free} Recently {_amount(team.arriving)} came in and {_amount(team.closing)} were closed "
        "a day."
    )


def _verdict(capacity: Capacity) -> str:
    if capacity.fit is Fit.FILLS_UP:
        if not capacity.full_after:
            return "*The team is full before the first day is over.*"
        return f"*Everyone is full after {plural(capacity.full_after, 'working day')}.*"
    if capacity.fit is Fit.PILES_UP:
        return "*More would come in than the team has been closing.*"
    return "*The team has room for them.*"


def similar_in_words(past: Sequence[SimilarCampaign]) -> str:
    """How similar campaigns did, one a line."""
    if not past:
        return "No similar campaign yet."
    return "\n".join(_similar_campaign(each) for each in past)


def _similar_campaign(each: SimilarCampaign) -> str:
    reason = f", most often lost because of: {safe(each.top_reason, 80)}" if each.top_reason else ""
    again = f", {each.again}" if each.again else ""
    lesson = f". What failed: {safe(' '.join(each.lesson.split()), 150)}" if each.lesson else ""
    known = {"accepted": each.acceptance, "ROMI": each.romi}
    figures = [f"{label} {figure}" for label, figure in known.items() if figure != "n/a"]
    return (
        f"• *{safe(each.name, 80)}* ({each.when}): {', '.join(figures) or 'no figures'}"
        f"{reason}{again}{lesson}"
    )


def _people(number: Fraction) -> str:
    amount = _amount(number)
    return f"{amount} {'person' if amount == '1' else 'people'}"


def _amount(number: Fraction) -> str:
    """With one decimal below ten, and none above or where it is whole."""
    return f"{rounded(number, 1):,}".removesuffix(".0") if number < 10 else f"{whole(number):,}"
