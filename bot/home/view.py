"""How a person's home tab looks: first what is theirs to do, then what runs."""

from collections.abc import Sequence

from slack_sdk.models.blocks import (
    ActionsBlock,
    Block,
    ButtonElement,
    ContextBlock,
    DividerBlock,
    HeaderBlock,
    MarkdownTextObject,
    PlainTextObject,
    SectionBlock,
)

from bot.campaigns.model import Campaign
from bot.campaigns.view import offer_line
from bot.home.model import MOST_ROWS, MOST_TO_CLAIM, Condition, OwnList, Page
from bot.jobs import Schedule
from bot.leads import view as leads
from bot.leads.model import CallList, Lead, Submission
from bot.slack import Message
from bot.slack.text import moment, plural, safe
from bot.standups import view as standups
from bot.standups.model import Answer
from bot.standups.service import Today

_MOST_UNREAD = 5


def home(page: Page) -> Message:
    """The home tab; its text is never shown."""
    if not page.person.roles and page.standup is None:
        return Message("", _stranger(page))
    blocks: list[Block] = [
        *[block for own in page.own for block in _own(own)],
        *_calls(page.calls),
        *_waiting(page.to_claim),
    ]
    if page.away_until is not None:
        away = f"You are away until {moment(page.away_until)}. `/lead back` ends it earlier."
        blocks.insert(0, _text(away))
    if not blocks:
        blocks = [
            _header("Nothing waits for you"),
            _text("New leads appear in the channel, and here once you claim them."),
        ]
    if page.standup is not None:
        blocks.extend(_standup(page.standup))
    blocks.extend(_campaigns(page.campaigns))
    blocks.extend(_unread(page.unread))
    if page.failed_work is not None:
        blocks.extend(_for_admins(page.failed_work))
    return Message("", blocks)


def status(condition: Condition) -> str:
    """How the installation does, in a few lines."""
    work = condition.jobs
    failed = work["failed"]
    lines = [
        f"*Handoff in {safe(condition.workspace.name, 80)}*",
        f"• Shared channel: <#{condition.workspace.channel}>",
        f"• Times of standups and digests: {condition.workspace.timezone}",
        f"• {plural(condition.people, 'person', 'people')} with a role or a team",
        f"• {plural(condition.received_today, 'lead')} today, {condition.waiting:,} unclaimed",
        f"• Work: {work['todo']:,} waiting, {work['doing']:,} under way, {failed:,} failed"
        + (" (`handoff jobs` on the server shows why)" if failed else ""),
        *[f"• Next {_run(run)}: {moment(run.next_run_at)}" for run in condition.next_runs[:5]],
    ]
    return "\n".join(lines)


def _run(schedule: Schedule) -> str:
    return "weekly digest" if schedule.name.startswith("digest") else "standup"


def _stranger(page: Page) -> list[Block]:
    whom = ", ".join(admin.mention for admin in page.admins[:3])
    ask = (
        f"Ask {whom}: an admin gives roles with `/handoff people`."
        if whom
        else "Nobody is admin yet: whoever installed Handoff becomes one with `/handoff people`."
    )
    return [
        _header("Welcome to Handoff"),
        _text(f"Here you will see what is yours to do. You have no role yet. {ask}"),
    ]


def _own(own: OwnList) -> list[Block]:
    rest = [leads.show_all(own.which, own.count)] if own.count > len(own.leads) else []
    heading = _header(f"{own.which.label} ({own.count:,})")
    return [heading, *leads.rows(own.which, own.leads), *rest, DividerBlock()]


def _calls(found: Sequence[tuple[CallList, int]]) -> list[Block]:
    if not found:
        return []
    return [_header("Call lists"), *[leads.row_of_calls(*each) for each in found], DividerBlock()]


def _waiting(found: Sequence[Lead]) -> list[Block]:
    if not found:
        return []
    more = len(found) > MOST_TO_CLAIM
    count = f"{MOST_TO_CLAIM}+" if more else str(len(found))
    rows = [block for lead in found[:MOST_TO_CLAIM] for block in leads.row_to_claim(lead)]
    rest = [_note(f"The {MOST_TO_CLAIM} that wait longest are shown.")] if more else []
    return [_header(f"Waiting for someone ({count})"), *rows, *rest, DividerBlock()]


def _standup(today: Today) -> list[Block]:
    name = safe(today.standup.team.name, 80)
    answered = today.entry is not None and today.entry.state == Answer.ANSWERED
    if today.is_open:
        label = "Change my answers" if answered else "Answer"
        state = "you have answered" if answered else "open, and waits for you"
    else:
        label = ""
        state = f"next asked {moment(today.next_at)}" if today.next_at else "paused"
    blocks: list[Block] = [_header("Standup"), _text(f"{name}: {state}.")]
    if label and today.entry is not None:
        button = ButtonElement(text=label, action_id=standups.ANSWER, value=str(today.entry.id))
        blocks.append(ActionsBlock(elements=[button]))
    return blocks


def _campaigns(running: Sequence[Campaign]) -> list[Block]:
    if not running:
        return [
            _header("Campaigns"),
            _text("None runs at the moment. Marketing announces one with `/campaign`."),
        ]
    lines = [
        f"• *{safe(campaign.name, 100)}*: {offer_line(campaign)}"
        for campaign in running[:MOST_ROWS]
    ]
    left = len(running) - MOST_ROWS
    if left > 0:
        lines.append(f"and {left} more: `/campaign list`")
    # A section takes 3,000 characters; a campaign's line is far shorter than 300.
    return [_header("Campaigns that run"), _text("\n".join(lines)[:3000])]


def _unread(found: Sequence[Submission]) -> list[Block]:
    """What an admin sees of submissions that wait for a mend."""
    if not found:
        return []
    shown = found[:_MOST_UNREAD]
    more = len(found) > len(shown)
    rest = [_note("The oldest are shown: `handoff leads submissions` lists all.")] if more else []
    count = f"{_MOST_UNREAD}+" if more else str(len(shown))
    return [_header(f"Could not be read ({count})"), *leads.rows_unread(shown), *rest]


def _for_admins(failed: int) -> list[Block]:
    if not failed:
        return [_note("Everything was delivered. `/handoff people` says who does what.")]
    what = plural(failed, "piece of work", "pieces of work")
    return [_note(f"{what} failed: `handoff jobs` on the server shows why and retries.")]


def _header(text: str) -> HeaderBlock:
    return HeaderBlock(text=PlainTextObject(text=text, emoji=False))


def _text(text: str) -> SectionBlock:
    return SectionBlock(text=MarkdownTextObject(text=text))


def _note(text: str) -> ContextBlock:
    return ContextBlock(elements=[MarkdownTextObject(text=text)])
