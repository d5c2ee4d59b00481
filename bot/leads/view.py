"""How a lead looks: its card in the channel, with the buttons that fit where it stands."""

from slack_sdk.models.blocks import (
    ActionsBlock,
    Block,
    ButtonElement,
    ConfirmObject,
    ContextBlock,
    HeaderBlock,
    InteractiveElement,
    MarkdownTextObject,
    PlainTextObject,
    SectionBlock,
)

from bot.campaigns.view import offer_line
from bot.leads.model import Lead, LeadFacts, Rating, Status
from bot.slack import Message
from bot.slack.text import clean, duration, moment, safe

CLAIM = "lead.claim"
CONTACTED = "lead.contacted"
RELEASE = "lead.release"
RATE = "lead.rate"
WON = "lead.won"
LOST = "lead.lost"

_WAYS = {"api": "over the API", "form": "from a web form", "typed": "typed in by a colleague"}
_PREVIEW = 1_200  # characters of a message that a card shows


def rate_action(rating: Rating) -> str:
    """The action id of a rating's button."""
    return f"{RATE}.{rating}"


def card(facts: LeadFacts) -> Message:
    """The lead as the channel sees it."""
    lead = facts.lead
    blocks: list[Block] = [
        HeaderBlock(text=PlainTextObject(text=clean(_title(lead), 150), emoji=False)),
        SectionBlock(fields=_details(facts)),
    ]
    if lead.message:
        blocks.append(
            SectionBlock(text=PlainTextObject(text=clean(lead.message, _PREVIEW), emoji=False))
        )
    blocks.append(ContextBlock(elements=[MarkdownTextObject(text=_history(facts))]))
    blocks.extend(_buttons(lead))
    return Message(_sentence(facts), blocks)


def row_to_work(lead: Lead) -> list[Block]:
    """An open lead of one's own, on the home tab."""
    return [SectionBlock(text=_row(lead)), ActionsBlock(elements=_work(lead, str(lead.id)))]


def row_to_rate(lead: Lead) -> list[Block]:
    """A closed lead that its owner has not rated, on the home tab."""
    buttons = [_rating(lead, rating, str(lead.id)) for rating in Rating]
    return [SectionBlock(text=_row(lead)), ActionsBlock(elements=buttons)]


def row_to_claim(lead: Lead) -> list[Block]:
    """A lead that waits for someone, on the home tab."""
    return [SectionBlock(text=_row(lead), accessory=_claim(lead))]


def _row(lead: Lead) -> str:
    company = f" · {safe(lead.company, 100)}" if lead.company else ""
    reach = " · ".join(safe(way, 100) for way in (lead.phone, lead.email) if way)
    since = lead.claimed_at or lead.received_at
    verb = "claimed" if lead.claimed_at else "received"
    return f"*{safe(lead.name, 100)}*{company}\n{reach}\n{verb} {moment(since)}"


def _claim(lead: Lead) -> ButtonElement:
    return ButtonElement(text="Claim", action_id=CLAIM, value=str(lead.id), style="primary")


def _title(lead: Lead) -> str:
    at = f" · {lead.company}" if lead.company else ""
    return f"{_stage(lead)}: {lead.name}{at}"


def _stage(lead: Lead) -> str:
    if lead.is_closed:
        return "Won" if lead.status == Status.WON else "Lost"
    return "New lead" if lead.claimed_by is None else "Claimed"


def _details(facts: LeadFacts) -> list[MarkdownTextObject]:
    lead = facts.lead
    known = {
        "Phone": lead.phone,
        "E-mail": lead.email,
        "Role": lead.job_title,
        "Country": lead.country,
    }
    fields = [f"*{label}*\n{safe(value, 300)}" for label, value in known.items() if value]
    fields.append(f"*Campaign*\n{_campaign(facts)}")
    return [MarkdownTextObject(text=field) for field in fields]


def _campaign(facts: LeadFacts) -> str:
    if facts.campaign:
        return f"{safe(facts.campaign.name, 150)}\n{offer_line(facts.campaign)}"
    code = facts.lead.utm_campaign
    return f"None with the code “{safe(code, 100)}”" if code else "Not attributed"


def _history(facts: LeadFacts) -> str:
    lead = facts.lead
    way = _WAYS.get(lead.source, f"from {safe(lead.source, 40)}")
    steps = [f"Received {moment(lead.received_at)} {way}"]
    if facts.owner and lead.claimed_at:
        waited = duration((lead.claimed_at - lead.received_at).total_seconds())
        steps.append(f"claimed by {facts.owner.mention} after {waited}")
    if lead.first_response_at:
        steps.append(f"contacted {moment(lead.first_response_at)}")
    if lead.rating:
        reason = f" ({safe(lead.rating_reason, 300)})" if lead.rating_reason else ""
        steps.append(f"rated *{Rating(lead.rating).label}*{reason}")
    if lead.won_amount:
        steps.append(f"won *{lead.won_amount}*")
    if lead.disposition:
        note = f" ({safe(lead.disposition_note, 300)})" if lead.disposition_note else ""
        steps.append(f"lost: {lead.disposition.replace('_', ' ')}{note}")
    return " · ".join(steps)


def _buttons(lead: Lead) -> list[Block]:
    value = str(lead.id)
    if lead.claimed_by is None:
        return [] if lead.is_closed else [ActionsBlock(elements=[_claim(lead)])]
    rows = [] if lead.is_closed else [_work(lead, value)]
    if lead.rating is None or not lead.is_closed:
        rows.append([_rating(lead, rating, value) for rating in Rating])
    return [ActionsBlock(elements=row) for row in rows]


def _work(lead: Lead, value: str) -> list[InteractiveElement]:
    contacted = ButtonElement(text="Contacted", action_id=CONTACTED, value=value, style="primary")
    release = ButtonElement(
        text="Release",
        action_id=RELEASE,
        value=value,
        confirm=ConfirmObject(
            title="Release this lead?",
            text=PlainTextObject(text="It goes back to the channel, and anyone can claim it."),
            confirm="Release",
            deny="Keep it",
        ),
    )
    ends = [
        ButtonElement(text="Won", action_id=WON, value=value),
        ButtonElement(text="Lost", action_id=LOST, value=value),
    ]
    first = [contacted] if lead.first_response_at is None else []
    return [*first, *ends, release]


def _rating(lead: Lead, rating: Rating, value: str) -> ButtonElement:
    chosen = "✓ " if lead.rating == rating else ""
    return ButtonElement(text=chosen + rating.label, action_id=rate_action(rating), value=value)


def _sentence(facts: LeadFacts) -> str:
    """The card for a screen reader, a notification and the search."""
    lead = facts.lead
    who = safe(lead.name, 100) + (f" of {safe(lead.company, 100)}" if lead.company else "")
    if lead.is_closed:
        amount = f" for {lead.won_amount}" if lead.won_amount else ""
        return f"The lead {who} is {lead.status}{amount}."
    if facts.owner:
        return f"{facts.owner.mention} claimed the lead {who}."
    return f"New lead: {who}. Nobody has claimed it yet."
