"""How a person's home tab looks: first what is theirs to do, then what runs."""

from collections.abc import Sequence

from slack_sdk.models.blocks import (
    ActionsBlock,
    Block,
    ButtonElement,
    DividerBlock,
    MarkdownTextObject,
    SectionBlock,
)

from bot import clock
from bot.campaigns.models import Campaign
from bot.campaigns.texts import offer_line
from bot.home.models import (
    MOST_CAMPAIGNS,
    MOST_LATE,
    MOST_ROWS,
    MOST_SHOES,
    MOST_STALLED,
    MOST_TO_ANSWER,
    Managing,
    Marketing,
    OwnCampaign,
    OwnList,
    Page,
)
from bot.home.upkeep_messages import (
    header,
    note,
    settings,
    upkeep,
    words,
)
from bot.leads.list_models import MOST_TO_CLAIM
from bot.leads.messages import lists as lead_lists
from bot.leads.messages import notifications
from bot.leads.models import CallList, Lead
from bot.planning import proposal_messages, request_messages
from bot.planning.models import Proposed
from bot.shadowing import messages as shadowing
from bot.shadowing.models import ShadowParticipant
from bot.slack import Message
from bot.slack.text import moment, plural, safe
from bot.standups import messages as standups
from bot.standups.models import Answer, Today


def own(page: Page) -> list[Block]:
    """Everything that is theirs to do with leads."""
    return [
        *([words(_away(page))] if page.away_until else []),
        *[block for each in page.own for block in _list(each)],
        *_to_agree(page.to_agree),
        *_calls(page.calls),
        *_waiting(page.to_claim),
    ]


def _away(page: Page) -> str:
    assert page.away_until is not None
    return f"You are away until {moment(page.away_until)}. `/lead back` ends it earlier."


def _list(own: OwnList) -> list[Block]:
    rest = [lead_lists.show_all(own.which, own.count)] if own.count > len(own.leads) else []
    heading = header(f"{own.which.label} ({own.count:,})")
    return [heading, *lead_lists.rows(own.which, own.leads, own.moved), *rest, DividerBlock()]


def _to_agree(waiting: Sequence[Proposed]) -> list[Block]:
    rows = [
        block for each in waiting for block in proposal_messages.row_proposed(each, may_answer=True)
    ]
    return [header("Are you ready for this?"), *rows, DividerBlock()] if rows else []


def _calls(waiting: Sequence[tuple[CallList, int]]) -> list[Block]:
    if not waiting:
        return []
    return [
        header("Call lists"),
        *[lead_lists.row_of_calls(*each) for each in waiting],
        DividerBlock(),
    ]


def _waiting(waiting: Sequence[Lead]) -> list[Block]:
    if not waiting:
        return []
    more = len(waiting) > MOST_TO_CLAIM
    count = f"{MOST_TO_CLAIM}+" if more else str(len(waiting))
    rows = [block for lead in waiting[:MOST_TO_CLAIM] for block in lead_lists.row_to_claim(lead)]
    rest = [note(f"The {MOST_TO_CLAIM} that wait longest are shown.")] if more else []
    return [header(f"Waiting for someone ({count})"), *rows, *rest, DividerBlock()]


def shoes(participants: Sequence[ShadowParticipant]) -> list[Block]:
    """Their pairs that are under way; nothing where nothing is left for them."""
    drawn = (shadowing.row(participant, clock.now()) for participant in participants)
    rows = [row for row in drawn if row is not None]
    if not rows:
        return []
    count = f" ({MOST_SHOES} of {len(rows)}: /shadow)" if len(rows) > MOST_SHOES else ""
    return [header(f"Stay in my shoes{count}"), *rows[:MOST_SHOES], DividerBlock()]


def marketing(seen: Marketing) -> list[Block]:
    """A marketer's own part."""
    return [*_own_campaigns(seen), *_proposals(seen), *_requests(seen)]


def _own_campaigns(seen: Marketing) -> list[Block]:
    if not seen.campaigns:
        return [
            header("Your campaigns"),
            words("None runs at the moment. `/campaign` announces one."),
            DividerBlock(),
        ]
    more = len(seen.campaigns) > MOST_CAMPAIGNS
    rest = [note("There are more: `/campaign list` shows them.")] if more else []
    rows = [words(_row(own)) for own in seen.campaigns[:MOST_CAMPAIGNS]]
    return [header("Your campaigns"), *rows, *rest, DividerBlock()]


def _proposals(seen: Marketing) -> list[Block]:
    rows = [
        block
        for each in seen.proposals
        for block in proposal_messages.row_proposed(each, may_answer=False)
    ]
    return [header("Is sales ready?"), *rows, DividerBlock()] if rows else []


def _row(own: OwnCampaign) -> str:
    campaign, figures = own.campaign, own.figures
    lines = [f"*{safe(campaign.name, 100)}* · {offer_line(campaign)}"]
    if figures.count("received"):
        quality = f", quality {figures['quality_index']} of 3" if figures.count("rated") else ""
        lines.append(
            f"{plural(figures.count('received'), 'lead')}, {figures['claimed']} claimed, "
            f"{figures['rated']} rated{quality}, {figures['won']} won"
        )
    else:
        lines.append("No leads yet")
    lines.append(f"{_money(own)} · read by {own.readers} of {own.sales} in sales")
    return "\n".join(lines)


def _money(own: OwnCampaign) -> str:
    budget = f" of {own.campaign.budget}" if own.campaign.budget else ""
    if not own.figures.has("spend"):
        return f"No spend entered{budget and f', budget{budget[3:]}'}"
    return f"Spent {own.figures['spend']}{budget}"


def _requests(seen: Marketing) -> list[Block]:
    if not seen.to_answer:
        return []
    shown = seen.to_answer[:MOST_TO_ANSWER]
    more = len(seen.to_answer) > len(shown)
    rest = [note("There are more: `/request list` shows them.")] if more else []
    rows = [block for each in shown for block in request_messages.row_to_answer(each, clock.now())]
    return [header("Requests to answer"), *rows, *rest, DividerBlock()]


_WEEK = (
    ("Leads", "received"),
    ("Claimed", "acceptance_rate"),
    ("Answered on time", "response_sla"),
    ("Speed-to-lead, median", "response_median"),
    ("Quality, of 3", "quality_index"),
    ("Rated", "rating_coverage"),
    ("Won", "won"),
    ("Won amount", "won_amount"),
    ("Spend", "spend"),
    ("ROMI", "romi"),
)


def managing(seen: Managing) -> list[Block]:
    """A manager's own part."""
    return [*_needs(seen), *_week(seen)]


def _needs(seen: Managing) -> list[Block]:
    shown = seen.late[:MOST_LATE]
    more = len(seen.late) > len(shown)
    requests = plural(seen.overdue, "request")
    blocks: list[Block] = [
        header("Needs you now"),
        *[lead_lists.row_late(lead, owner) for lead, owner in shown],
        *([note(f"More leads are overdue; these {MOST_LATE} wait longest.")] if more else []),
    ]
    if seen.unattended:
        blocks.append(words(_unattended(seen)))
    if seen.stalled:
        blocks.append(words(_stalled(seen)))
    if seen.overdue:
        blocks.append(words(f"Marketing owes an answer to {requests}: `/request list`"))
    if len(blocks) == 1:
        blocks.append(words("Nothing: every hot lead was answered in time, or still can be."))
    return [*blocks, DividerBlock()]


def _unattended(seen: Managing) -> str:
    lines = [f"• {notifications.line_unattended(*each)}" for each in seen.unattended]
    return "\n".join(["*They wrote again, and the owner is out*", *lines])


def _stalled(seen: Managing) -> str:
    lines = [f"• {notifications.line_listed(each)}" for each in seen.stalled[:MOST_STALLED]]
    more = ["and more, which wait less long"] if len(seen.stalled) > MOST_STALLED else []
    return "\n".join(["*Nothing happens with these leads*", *lines, *more])


def _week(seen: Managing) -> list[Block]:
    fields = [
        MarkdownTextObject(text=f"*{label}*\n{seen.week[name]} (last week {seen.before[name]})")
        for label, name in _WEEK
    ]
    title = header("This week so far, beside the same days of last week")
    return [title, SectionBlock(fields=fields), note("`/digest` says more."), DividerBlock()]


_MOST_BLOCKS = 100  # Slack's documents, views


def home(page: Page) -> Message:
    """The home tab; its text is never shown."""
    if not page.person.roles and page.standup is None:
        return Message("", _stranger(page))
    blocks: list[Block] = [
        *(managing(page.managing) if page.managing else []),
        *own(page),
        *(marketing(page.marketing) if page.marketing else []),
        *shoes(page.shoes),
    ]
    if not blocks:
        blocks = [
            header("Nothing waits for you"),
            words("New leads appear in the channel, and here once you claim them."),
        ]
    if page.standup is not None:
        blocks.extend([*_standup(page.standup), DividerBlock()])
    if page.campaigns or not page.marketing:
        blocks.extend([*_campaigns(page.campaigns), DividerBlock()])
    if page.upkeep is not None:
        blocks.extend(upkeep(page.upkeep))
    elif page.managing is not None:
        blocks.extend(settings(is_admin=False))
    if isinstance(blocks[-1], DividerBlock):
        blocks.pop()
    return Message("", blocks if len(blocks) <= _MOST_BLOCKS else _dense(blocks))


def _dense(blocks: Sequence[Block]) -> list[Block]:
    """A page with all that one can have: the headings alone part it."""
    return [block for block in blocks if not isinstance(block, DividerBlock)]


def _stranger(page: Page) -> list[Block]:
    whom = ", ".join(admin.mention for admin in page.admins[:3])
    ask = (
        f"Ask {whom}: an admin gives roles with `/handoff people`."
        if whom
        else "Nobody is admin yet: whoever installed Handoff becomes one with `/handoff people`."
    )
    return [
        header("Welcome to Handoff"),
        words(f"Here you will see what is yours to do. You have no role yet. {ask}"),
    ]


def _standup(today: Today) -> list[Block]:
    name = safe(today.standup.name, 80)
    answered = today.entry is not None and today.entry.state == Answer.ANSWERED
    if today.is_open and today.entry is not None and today.entry.asked_at is not None:
        label = "Change my answers" if answered else "Answer"
        state = "you have answered" if answered else "open, and waits for you"
    else:
        label = "Answer" if today.waits else ""
        state = f"next asked {moment(today.next_at)}" if today.next_at else "paused"
    blocks: list[Block] = [header("Standup"), words(f"{name}: {state}.")]
    if label:
        button = ButtonElement(text=label, action_id=standups.BEGIN, value=str(today.standup.id))
        blocks.append(ActionsBlock(elements=[button]))
    return blocks


def _campaigns(running: Sequence[Campaign]) -> list[Block]:
    if not running:
        return [
            header("Campaigns"),
            words("None runs at the moment. Marketing announces one with `/campaign`."),
        ]
    lines = [
        f"• *{safe(campaign.name, 100)}*: {offer_line(campaign)}"
        for campaign in running[:MOST_ROWS]
    ]
    left = len(running) - MOST_ROWS
    if left > 0:
        lines.append(f"and {left} more: `/campaign list`")
    # A section takes 3,000 characters; a campaign's line is far shorter than 300.
    return [header("Campaigns that run"), words("\n".join(lines)[:3000])]
