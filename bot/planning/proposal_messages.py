"""How proposals look: their card, concerns, new versions, the whole of one, and drafts."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from slack_sdk.models.blocks import (
    ActionsBlock,
    Block,
    ButtonElement,
    InteractiveElement,
    MarkdownTextObject,
    Option,
    OverflowMenuElement,
    RichTextBlock,
    SectionBlock,
)
from slack_sdk.models.views import View

from bot.campaigns.models import BINDING, Campaign, CampaignVersion, Kind, Stage
from bot.campaigns.texts import offer_line, period, value_in_words
from bot.formats import plural
from bot.money import Money
from bot.planning.agreement_rule import Quorum
from bot.planning.models import (
    BudgetLine,
    Concern,
    ProposalDetails,
    ProposalReminder,
    ProposalRow,
)
from bot.planning.request_messages import PAGE_SIZE
from bot.planning.texts import (
    capacity_in_words,
    in_one_line,
    listed,
    names,
    quoted,
    similar_in_words,
    titled,
)
from bot.slack import Message
from bot.slack.blocks import header, note
from bot.slack.paging import page_count, page_turns
from bot.slack.text import moment, safe

READY = "proposal.ready"
RAISE_CONCERN = "proposal.raise_concern"
SEE_ALL = "proposal.see_all"
CHANGE = "proposal.change"
MORE = "proposal.more"
ANSWER = "proposal.answer"
WITHDRAW = "proposal.withdraw"
LAUNCH = "proposal.launch"

FIELDS = {
    "name": "Name", "audience": "Audience", "offer": "Offer", "terms": "Terms", "price": "Price",
    "talking_points": "Talking points", "objections": "Objections", "channels": "Channels",
    "materials": "Materials", "starts_on": "First day", "ends_on": "Last day",
}  # fmt: skip
"""What can change, as people call it."""

_STATES = {
    Stage.DRAFT: "It was withdrawn and is a draft again.",
    Stage.LIVE: "It was announced.",
    Stage.PAUSED: "It was announced and is now paused.",
    Stage.ENDED: "It has ended.",
    Stage.CANCELLED: "It was dropped.",
}
# A message of about 12,000 characters is refused by Slack; the whole text is behind *See all*.
_LONGEST_TERMS = 1_500
_LONGEST_CHANGE = 300
_MOST_CONCERNS = 5

DRAFTS = "proposal.drafts"
TAKE_UP = "proposal.take_up"
_MOST_CONCERNS_IN_FULL = 15


def card(details: ProposalDetails, now: datetime) -> Message:
    """The proposal in the shared channel."""
    campaign = details.campaign
    name = f"“{safe(campaign.name)}”"
    blocks: list[Block] = [
        header(in_one_line(f"Proposal: {campaign.name}")),
        titled("Offer", campaign.offer),
        SectionBlock(fields=_facts(campaign)),
        titled("Terms", _cut(campaign.terms, _LONGEST_TERMS)),
    ]
    if details.is_open:
        blocks += [*_changes(details), *_for_sales(details)]
    blocks += [SectionBlock(text=_who_answered(details, now)), note(_how(details))]
    if details.is_open:
        blocks.append(ActionsBlock(elements=_buttons(details)))
    return Message(
        f"{campaign.owner.mention} proposes the campaign {name}. {_state(details)}", blocks
    )


def list_row(row: ProposalRow, *, may_answer: bool) -> list[Block]:
    """A proposal in a list, with the answers for who has not given one."""
    campaign, responses = row.campaign, row.responses
    parts = [f"{len(responses.ready)} of {responses.count} ready"]
    if responses.open_concerns:
        parts.append(f"*{plural(responses.open_concerns, 'open concern')}*")
    if responses.silent:
        parts.append(f"{len(responses.silent)} not answered yet")
    text = f"*{safe(campaign.name, 100)}* · {offer_line(campaign)}\n{', '.join(parts)}"
    buttons = [*(_answers(campaign) if may_answer else []), _button(campaign, "See all", SEE_ALL)]
    return [SectionBlock(text=text), ActionsBlock(elements=buttons)]


def concern(row: Concern) -> Message:
    """A concern in the thread, and what came of it."""
    raiser, owner = row.person.mention, row.campaign.owner.mention
    raised = f"{raiser} has a concern about version {row.version}, {owner}:"
    blocks: list[Block] = [SectionBlock(text=raised), quoted(row.text)]
    if row.closed_at is None:
        blocks.append(ActionsBlock(elements=_closing(row)))
    elif row.answer is not None and row.closer is not None:
        answered = f"Answered by {row.closer.mention} {moment(row.closed_at)}:"
        blocks += [SectionBlock(text=answered), quoted(row.answer)]
    else:
        blocks.append(note(f"Withdrawn {moment(row.closed_at)}."))
    return Message(f"{raised} {safe(row.text)}", blocks)


def new_version(
    version: CampaignVersion,
    previous: CampaignVersion | None,
    details: ProposalDetails,
    changed: Mapping[str, tuple[str, str]],
) -> Message:
    """What has changed, in the thread; who has to answer anew is called."""
    binding = bool(changed.keys() & BINDING)
    recipients = ", ".join(person.mention for person in details.respondents[:20])
    consequence = (
        f"Earlier answers no longer count. {recipients}: are you ready for this?"
        if binding
        else "Your answers still count."
    )
    lead = f"*Version {version.number}* of “{safe(version.name)}”"
    blocks: list[Block] = [SectionBlock(text=f"{lead}. {consequence}"), *_compared(changed)]
    what = ", ".join(FIELDS[name].lower() for name in changed if name in FIELDS)
    return Message(f"{lead} changes: {what}. {consequence}", blocks, too_late=previous is None)


def reminder(row: ProposalReminder, details: ProposalDetails) -> Message:
    """The reminder to somebody who has not answered; once settled it says so and has no buttons."""
    campaign = details.campaign
    name = f"“{safe(campaign.name)}”"
    silent = row.person_id in details.responses.silent
    if campaign.stage != Stage.PROPOSED or not silent or row.version < campaign.holds_from:
        consequence = "" if campaign.stage == Stage.PROPOSED else f" {_state(details)}"
        text = f"{name} no longer needs your answer.{consequence}"
        return Message(text, [SectionBlock(text=text)], too_late=True)
    text = (
        f"Are you ready for {name}? {safe(campaign.offer, 300)}. {campaign.owner.mention} needs "
        f"your answer by {moment(details.proposal.answer_by)}."
    )
    return Message(text, [SectionBlock(text=text), ActionsBlock(elements=_answers(campaign))])


def agreed(details: ProposalDetails) -> Message:
    """What the owner hears when it is agreed."""
    campaign = details.campaign
    text = f"“{safe(campaign.name)}”: {_state(details)}"
    blocks: list[Block] = [SectionBlock(text=text)]
    if campaign.stage == Stage.AGREED:
        blocks.append(ActionsBlock(elements=[_button(campaign, "Announce…", LAUNCH, "primary")]))
    return Message(text, blocks)


def _facts(campaign: Campaign) -> list[MarkdownTextObject]:
    known = {
        "When": _capital(period(campaign)),
        "For": safe(campaign.audience, 300),
        "Price": safe(campaign.price, 300),
        "Kind": Kind(campaign.kind).label,
        "Channels": safe(", ".join(campaign.channels), 300),
        "Owner": campaign.owner.mention,
    }
    return [MarkdownTextObject(text=f"*{name}*\n{value}") for name, value in known.items() if value]


def _for_sales(details: ProposalDetails) -> list[Block]:
    return [
        SectionBlock(text=f"*Capacity*\n{capacity_in_words(details.capacity)}"),
        SectionBlock(text=f"*Last time*\n{similar_in_words(details.similar_campaigns)}"),
    ]


def _changes(details: ProposalDetails) -> list[Block]:
    """What this version took the place of."""
    if not details.changed:
        return []
    title = f"*Version {details.campaign.version}*: what changed"
    return [SectionBlock(text=title), *_compared(details.changed)]


def _compared(changed: Mapping[str, tuple[str, str]]) -> list[RichTextBlock]:
    lines = [
        f"{label}: " + " → ".join(_cut(value_in_words(name, text)) for text in changed[name])
        for name, label in FIELDS.items()
        if name in changed
    ]
    return [listed(lines)] if lines else []


def _who_answered(details: ProposalDetails, now: datetime) -> str:
    """Who is ready, who has a concern, who has not answered."""
    responses = details.responses
    due = details.proposal.answer_by
    if not responses.count:
        return "Nobody is in sales yet. Admins assign roles with `/handoff people`."
    late = due < now and details.campaign.stage == Stage.PROPOSED
    silent = "No answer" if late else "Not answered yet"
    groups = {
        f"Ready ({len(responses.ready)} of {responses.count})": responses.ready,
        f"Concern ({len(responses.concerned)})": responses.concerned,
        f"{silent} ({len(responses.silent)})": responses.silent,
    }
    lines = [f"*{title}*: {names(details.people(ids))}" for title, ids in groups.items() if ids]
    open_concerns = [f"> {safe(' '.join(each.text.split()), 200)}" for each in details.concerns]
    return "\n".join([*lines, *open_concerns[:_MOST_CONCERNS], f"*{_state(details)}*"])


def _state(details: ProposalDetails) -> str:
    """Where it stands, in a sentence."""
    stage = Stage(details.campaign.stage)
    if details.is_overruled and details.overruler and stage == Stage.AGREED:
        because = safe(" ".join((details.proposal.overruled_because or "").split()), 300)
        return f"{details.overruler.mention} agreed for sales: {because}"
    if stage == Stage.AGREED:
        at = details.campaign.launch_at
        consequence = f"It will be announced {moment(at)}." if at else "It isn't announced yet."
        return f"Sales is ready. {consequence}"
    return _STATES.get(stage, "Are you ready for it?")


def _how(details: ProposalDetails) -> str:
    """What makes an agreement, and until when."""
    if not details.is_open:
        return f"Version {details.campaign.version}"
    rule = details.rule
    needed = "everyone is" if rule.quorum is Quorum.EVERYONE else (
        f"{plural(rule.needed(details.responses.count), 'person is', 'people are')}"
    )  # fmt: skip
    required = f" ({names(details.required)} included)" if details.required else ""
    until = moment(details.proposal.answer_by)
    return (
        f"Version {details.campaign.version} · agreed once {needed} ready{required} and no concern "
        f"is open · answer by {until}"
    )


def _buttons(details: ProposalDetails) -> list[InteractiveElement]:
    campaign = details.campaign
    more = {"take_back": "Withdraw it", "give_up": "Drop it"}
    if campaign.stage == Stage.PROPOSED:
        more["overrule"] = "Agree for sales…"
    options = [Option(text=label, value=f"{word} {campaign.id}") for word, label in more.items()]
    launch = [_button(campaign, "Announce…", LAUNCH)] if campaign.stage == Stage.AGREED else []
    return [
        *_answers(campaign),
        *launch,
        _button(campaign, "See all", SEE_ALL),
        _button(campaign, "Change…", CHANGE),
        OverflowMenuElement(action_id=MORE, options=options),
    ]


def _answers(campaign: Campaign) -> list[InteractiveElement]:
    return [
        _button(campaign, "Ready", READY, "primary"),
        _button(campaign, "Concern…", RAISE_CONCERN),
    ]


def _closing(row: Concern) -> list[InteractiveElement]:
    value = str(row.id)
    return [
        ButtonElement(text="Answer…", action_id=ANSWER, value=value),
        ButtonElement(text="Withdraw", action_id=WITHDRAW, value=value),
    ]


def _button(
    campaign: Campaign, label: str, action_id: str, style: str | None = None
) -> ButtonElement:
    return ButtonElement(text=label, action_id=action_id, value=str(campaign.id), style=style)


def _cut(text: str, longest: int = _LONGEST_CHANGE) -> str:
    return text if len(text) <= longest else text[: longest - 1].rstrip() + "…"


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def full_view(
    details: ProposalDetails,
    lines: Sequence[BudgetLine],
    concerns: Sequence[Concern],
    *,
    money: bool,
) -> View:
    """Everything; the budget only for those who may see `money`."""
    campaign = details.campaign
    texts = {
        "Offer": campaign.offer,
        "Price": campaign.price,
        "Terms": campaign.terms,
        "Talking points": campaign.talking_points,
        "Objections and answers": campaign.objections,
        "Channels": ", ".join(campaign.channels),
        "Materials": "\n".join(f"{title}: {address}" for title, address in campaign.materials),
    }
    expected = _expected(campaign, money=money)
    return View(
        type="modal",
        title="Proposal",
        close="Done",
        blocks=[
            *[titled(title, text) for title, text in texts.items() if text],
            *([titled("Expected", expected)] if expected else []),
            *(_budget(campaign, lines) if money else []),
            SectionBlock(text=f"*Capacity*\n{capacity_in_words(details.capacity)}"),
            SectionBlock(text=f"*Last time*\n{similar_in_words(details.similar_campaigns)}"),
            *_concerns(concerns),
        ],
    )


def drafts(campaigns: Sequence[Campaign], page: int, count: int) -> View:
    """The drafts, a page of them."""
    pages = page_count(count, PAGE_SIZE)
    empty = SectionBlock(text="No drafts. Start one with `/campaign propose`.")
    blocks: list[Block] = [_draft_row(campaign) for campaign in campaigns] or [empty]
    blocks.extend(page_turns(DRAFTS, page, pages))
    shown = note(f"{plural(count, 'draft')}, page {page + 1} of {pages}")
    return View(type="modal", callback_id=DRAFTS, private_metadata=str(page), title="Drafts",
                close="Done", blocks=[*blocks, shown])  # fmt: skip


def _draft_row(campaign: Campaign) -> SectionBlock:
    offer = safe(campaign.offer, 300) or "_no offer yet_"
    button = ButtonElement(text="Continue", action_id=TAKE_UP, value=str(campaign.id))
    text = f"*{safe(campaign.name)}* · {Kind(campaign.kind).label}\n{offer}"
    return SectionBlock(text=text, accessory=button)


def _expected(campaign: Campaign, *, money: bool) -> str:
    known = {
        "Leads": campaign.expected_leads,
        "Customers": campaign.expected_customers,
        "Cost per lead, at most": campaign.target_cost_per_lead if money else None,
    }
    return "\n".join(f"{name}: {_number(value)}" for name, value in known.items() if value)


def _budget(campaign: Campaign, lines: Sequence[BudgetLine]) -> list[Block]:
    if campaign.budget is None:
        return [note("No budget is planned.")]
    parts = [f"{line.name}: {line.amount}" for line in lines]
    total = SectionBlock(text=f"*Budget*: {campaign.budget}")
    return [total, listed(parts)] if parts else [total]


def _concerns(concerns: Sequence[Concern]) -> list[Block]:
    """The newest concerns, each with what came of it."""
    blocks: list[Block] = []
    for each in concerns[-_MOST_CONCERNS_IN_FULL:]:
        raised = f"Version {each.version}, {safe(each.person.name, 100)} {moment(each.raised_at)}"
        blocks += [note(raised), quoted(each.text), note(_concern_outcome(each))]
    return blocks


def _concern_outcome(each: Concern) -> str:
    if each.closed_at is None:
        return "*Open*"
    if each.answer is None:
        return "Withdrawn"
    name = safe(each.closer.name, 100) if each.closer else ""
    return f"Answered by {name}: {safe(each.answer, 1_000)}"


def _number(value: int | Money) -> str:
    return f"{value:,}" if isinstance(value, int) else str(value)
