"""The modal of a call: who it is, what to talk about, and what came of it."""

from slack_sdk.models.blocks import Block, MarkdownTextObject, PlainTextObject, SectionBlock
from slack_sdk.models.views import View

from bot.campaigns.models import Campaign
from bot.campaigns.texts import offer_line
from bot.leads.messages import answers, notes
from bot.leads.models import CallOutcome, LeadFacts
from bot.slack.forms import Form, Hidden
from bot.slack.inputs import Choice, radio, text
from bot.slack.text import clean, plural, safe

_MOST_ANSWERS = 10

_HINTS = {
    CallOutcome.INTERESTED: "It is your lead from here on.",
    CallOutcome.CALL_BACK: "It stays yours, and you get its card.",
    CallOutcome.NO_ANSWER: "It goes back to the end of the list.",
    CallOutcome.NOT_INTERESTED: "It is closed.",
}


class Call(Form, id="calls.save", title="Next contact", submit="Save, next", close="Stop"):
    """What came of a call. To close it gives whom it shows back to the list."""

    lead_id: Hidden[int]
    attempt: Hidden[int]
    """How often they were called before; it tells a form that comes twice."""
    outcome: CallOutcome = radio(
        "What came of the call?",
        options=[Choice(each, each.label, _HINTS[each]) for each in CallOutcome],
    )
    note: str = text("In your words", most=1000, multiline=True, optional=True)

    @classmethod
    def of(cls, facts: LeadFacts) -> View:
        """The form of whom to call now."""
        return cls.modal(
            lead_id=facts.lead.id,
            attempt=facts.lead.call_attempts,
            blocks=[*_who(facts), *_campaign(facts.campaign)],
            notify_on_close=True,
        )


def all_called(name: str) -> View:
    """Nobody is left."""
    said = f"Nobody is left to call on “{safe(name, 150)}”. Thank you!"
    return View(type="modal", title="All called", close="Close", blocks=[SectionBlock(text=said)])


def _who(facts: LeadFacts) -> list[Block]:
    lead = facts.lead
    work = ", ".join(filter(None, [lead.job_title, lead.company]))
    title = f"*{safe(lead.name, 150)}*" + (f"\n{safe(work, 200)}" if work else "")
    tried = f"\nCalled {plural(lead.call_attempts, 'time')} before" if lead.call_attempts else ""
    reach = {"Phone": lead.phone, "E-mail": lead.email, "Country": lead.country}
    fields = [
        MarkdownTextObject(text=f"*{label}*\n{safe(value, 300)}")
        for label, value in reach.items()
        if value
    ]
    blocks: list[Block] = [SectionBlock(text=title + tried, fields=fields)]
    if lead.message:
        message = PlainTextObject(text=clean(lead.message, 1_200), emoji=False)
        blocks.append(SectionBlock(text=message))
    if found := answers.few(lead.unplaced, _MOST_ANSWERS):
        blocks.append(SectionBlock(text=found))
    blocks.extend(notes.few(facts))
    return blocks


def _campaign(campaign: Campaign | None) -> list[Block]:
    if campaign is None:
        return []
    points = f"\n{safe(campaign.talking_points, 1_000)}" if campaign.talking_points else ""
    said = f"*{safe(campaign.name, 150)}*\n{offer_line(campaign)}{points}"
    return [SectionBlock(text=said)]
