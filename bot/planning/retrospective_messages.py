"""How the end of a campaign looks: its result in numbers, the question, and what we learned."""

from collections.abc import Sequence

from slack_sdk.models.blocks import (
    ActionsBlock,
    Block,
    ButtonElement,
    MarkdownTextObject,
    SectionBlock,
)

from bot.formats import plural
from bot.metrics import Figures
from bot.planning.models import Again, CampaignReview, RequestDetails, Retrospective, Side
from bot.planning.request_messages import brief
from bot.planning.texts import in_one_line, titled
from bot.slack import Message
from bot.slack.blocks import header, note
from bot.slack.text import safe

ANSWER_RETROSPECTIVE = "retrospective.answer"

# A message of about 12,000 characters is refused by Slack; so many answers are shown whole.
_ROOM = 8_000
_LONGEST = 600


def retrospective(row: Retrospective, review: CampaignReview) -> Message:
    """The question to one person, and later what they said."""
    name = f"“{safe(review.campaign.name)}”"
    button = ButtonElement(
        text="Say what you learned" if row.again is None else "Change my answer",
        action_id=ANSWER_RETROSPECTIVE,
        value=str(row.id),
        style="primary" if row.again is None else None,
    )
    text = (
        f"{name} has ended. What worked? What failed? Should we do it again?"
        if row.again is None
        else f"Thanks! What you said about {name} is in its thread, for next time."
    )
    return Message(
        text,
        [SectionBlock(text=text), SectionBlock(fields=result_fields(review.figures)),
         ActionsBlock(elements=[button])],
    )  # fmt: skip


def lessons(review: CampaignReview) -> Message:
    """What both sides learned, in the announcement's thread."""
    answered = f"{len(review.answers)} of {plural(review.asked_count, 'person', 'people')} answered"
    blocks: list[Block] = [
        header(in_one_line(f"Retrospective: {review.campaign.name}")),
        SectionBlock(fields=result_fields(review.figures)),
        SectionBlock(text=f"*Do it again?* {votes(review.answers)}"),
    ]
    texts = {
        "What worked": [(each, each.worked) for each in review.answers if each.worked],
        "What failed": [(each, each.failed) for each in review.answers if each.failed],
    }
    longest = min(_LONGEST, _ROOM // max(sum(map(len, texts.values())), 1))
    for title, retrospectives in texts.items():
        if retrospectives:
            blocks.append(
                titled(title, "\n".join(_line(*each, longest) for each in retrospectives))
            )
    blocks.append(note(f"{answered}. {maturing(review.figures)}"))
    return Message(
        f"What we learned from “{safe(review.campaign.name)}”: {votes(review.answers)}", blocks
    )


def result(details: RequestDetails, figures: Figures) -> Message:
    """What came of somebody's request, in numbers."""
    campaign = details.campaign
    name = f"“{safe(campaign.name)}”" if campaign else "The campaign"
    text = f"{name}, the campaign for your request “{brief(details.request)}”, has ended"
    return Message(
        f"{text}. {result_in_words(figures)}",
        [
            SectionBlock(text=text),
            SectionBlock(fields=result_fields(figures)),
            note(maturing(figures)),
        ],
    )


def result_in_words(figures: Figures) -> str:
    """The result as a sentence: for who reads no fields."""
    return (
        f"{plural(figures.count('received'), 'lead')}, {figures['acceptance_rate']} accepted, "
        f"{figures.count('won'):,} won, {figures['revenue']} of revenue."
    )


def result_fields(figures: Figures) -> list[MarkdownTextObject]:
    """The result, as far as there is one; what was spent is not for everyone."""
    known = {
        "Leads": "received", "Accepted": "acceptance_rate", "Qualified": "qualified",
        "Won": "won", "Attributed revenue": "revenue", "ROMI": "romi",
    }  # fmt: skip
    return [
        MarkdownTextObject(text=f"*{label}*\n{figures[name]}")
        for label, name in known.items()
        if figures[name] != "n/a"
    ]


def maturing(figures: Figures) -> str:
    """Whether the numbers can still change; by which model revenue is attributed."""
    model = f"Attributed by {figures.attribution.value.replace('_', ' ')}."
    return f"{model} {figures.maturing}".rstrip()


def votes(retrospectives: Sequence[Retrospective]) -> str:
    """`2 yes · 1 yes, but changed · 0 no`."""
    counted = [
        f"{sum(each.again == choice for each in retrospectives)} {_VOTES[choice]}"
        for choice in Again
    ]
    return " · ".join(counted)


_VOTES = {Again.YES: "yes", Again.CHANGED: "yes, but changed", Again.NO: "no"}


def _line(row: Retrospective, text: str, longest: int) -> str:
    words = " ".join(text.split())
    cut = words if len(words) <= longest else words[: longest - 1].rstrip() + "…"
    return f"{row.person.name} ({Side(row.side).label}): {cut}"
