"""How people look: the list with everyone's roles, that of teams with their hours, and warnings to
admins."""

from collections.abc import Sequence
from datetime import time

from slack_sdk.models.blocks import (
    ActionsBlock,
    Block,
    ButtonElement,
    SectionBlock,
)
from slack_sdk.models.views import View

from bot.formats import clock, plural, weekdays
from bot.people.models import Person, Role, Team, Workspace
from bot.slack import Message
from bot.slack.blocks import header, note, words
from bot.slack.paging import page_turns
from bot.slack.text import safe
from bot.tasks.rows import Loop, ParkedRow

SET_UP = "people.set_up"
OPEN = "people.open"
ADD = "people.add"
EDIT = "people.edit"
PAGE = "people.page"
HOURS = "people.hours"
ADD_TEAM = "people.add_team"
EDIT_HOURS = "people.edit_hours"

_PAGE_SIZE = 40


def not_set_up() -> list[Block]:
    """The way to the form, for an admin."""
    text = (
        "Nobody can claim leads yet. Say where leads appear, when you work and who does what: "
        "it takes a minute, and you can change all of it later."
    )
    return [header("Set up Handoff"), words(text), _set_up_button()]


def first_admin() -> list[Block]:
    """The home tab while nobody is admin."""
    text = (
        "Nobody has set up Handoff here yet. If you installed it, set it up now: you'll be its "
        "first admin."
    )
    return [header("Welcome to Handoff"), words(text), _set_up_button()]


def _set_up_button() -> ActionsBlock:
    button = ButtonElement(text="Set up Handoff", action_id=SET_UP, value="0", style="primary")
    return ActionsBlock(elements=[button])


def saved(channel: str, *, everybody: bool, is_set_up: bool) -> str:
    """The answer to the form."""
    if everybody:
        return f"Saved. I'm adding everybody in <#{channel}>, and will message you when it's done."
    if is_set_up:
        return "Saved."
    return "Saved. Nobody can claim leads yet: add salespeople with `/handoff people`."


def salespeople_added(channel: str, selling: int, left_out: int) -> Message:
    """What came of it that everybody in the channel sells."""
    if not selling:
        text = (
            f"I found nobody in <#{channel}> who can sell: everybody has another role, or is a "
            "guest or an app. Add salespeople with `/handoff people`."
        )
        return Message(text, [words(text)])
    text = f"{plural(selling, 'person', 'people')} can now claim leads in <#{channel}>."
    if left_out:
        text += f" I left out {plural(left_out, 'guest or app', 'guests and apps')}."
    steps = (
        "*What's next*\n"
        "• Try it with a first lead: type `/lead`.\n"
        "• Let leads come in by themselves: `handoff sources` on the server says how to connect "
        "forms and ad platforms.\n"
        "• Announce what you offer: `/campaign`.\n"
        "• Change who does what: `/handoff people`."
    )
    return Message(text, [words(text), words(steps)])


def people(members: Sequence[Person], teams: Sequence[Team], page: int, *, welcome: bool) -> View:
    """The list of everyone with a role, `_PAGE_SIZE` a page."""
    shown = members[page * _PAGE_SIZE : (page + 1) * _PAGE_SIZE]
    names = {team.id: team.name for team in teams}
    blocks: list[Block] = [
        SectionBlock(
            text="You're Handoff's first admin. Who does what?" if welcome else "Who does what:"
        ),
        ActionsBlock(elements=[_add_button()]),
        *[_row(member, names) for member in shown],
    ]
    if not members:
        blocks.append(SectionBlock(text="_Nobody has a role yet. Add a salesperson to begin._"))
    blocks.extend(_pager(page, len(members)))
    return View(type="modal", title="People", close="Done", blocks=blocks)


def _add_button() -> ButtonElement:
    return ButtonElement(text="Add someone", action_id=ADD, style="primary")


def _row(member: Person, teams: dict[int, str]) -> SectionBlock:
    roles = ", ".join(Role(role).label for role in member.roles) or "no role"
    team = teams.get(member.team_id or 0, "no team")
    return SectionBlock(
        text=f"{member.mention}\n{roles} · {team}",
        accessory=ButtonElement(text="Change", action_id=EDIT, value=str(member.id)),
    )


def _pager(page: int, count: int) -> list[Block]:
    pages = -(-count // _PAGE_SIZE)
    if pages <= 1:
        return []
    return [
        *page_turns(PAGE, page, pages),
        note(f"Page {page + 1} of {pages}"),
    ]


def team_hours(teams: Sequence[Team], zone: str) -> View:
    """All teams with their hours; `zone` is the workspace's."""
    rows = [
        SectionBlock(
            text=f"*{safe(team.name, 80)}*\n{_hours(team, zone)}",
            accessory=ButtonElement(text="Change", action_id=EDIT_HOURS, value=str(team.id)),
        )
        for team in teams
    ]
    intro = (
        "Response targets only count working time. Everyone works their team's hours in their own "
        "time zone, except when they're away."
    )
    return View(
        type="modal", title="Teams and hours", close="Done",
        blocks=[
            SectionBlock(text=intro),
            ActionsBlock(elements=[ButtonElement(text="Add a team", action_id=ADD_TEAM)]),
            *rows,
        ],
    )  # fmt: skip


def _hours(team: Team, zone: str) -> str:
    """A team's hours in a line."""
    days = weekdays(team.days) or "No days"
    free = f", off on public holidays in {safe(team.country, 10)}" if team.country else ""
    until = "24:00" if team.closes == time.min else clock(team.closes)
    return f"{days}, {clock(team.opens)} to {until} ({safe(team.timezone or zone, 40)}){free}"


def archived(workspace: Workspace) -> Message:
    """A warning to the admins: the shared channel was archived."""
    text = (
        f"The shared channel <#{workspace.channel}> was archived, so I can't post leads. Unarchive "
        "it, or choose another one with *Set up Handoff* on my home tab. Then run `handoff jobs "
        "retry` on the server. No lead is lost."
    )
    return Message(text, [SectionBlock(text=text)])


def refused(target: str) -> Message:
    """A warning to the admins: Slack takes no messages for a channel or a person."""
    place = f"<@{target}>" if target.startswith(("U", "W")) else f"<#{target}>"
    text = (
        f"I can't post to {place}. Is the channel archived, or am I not a member? Run `handoff "
        "doctor` on the server to see what to fix, then `handoff jobs retry`."
    )
    return Message(text, [SectionBlock(text=text)])


def parked(loop: Loop, row: ParkedRow, count: int) -> Message:
    """A warning to the admins: rows of a clock-driven loop fail; everything else goes on."""
    which = f"Row {row.row_id} fails" if count == 1 else f"{count} rows fail, such as {row.row_id}"
    text = (
        f"*{loop.label}*: something went wrong on our side. {which} (`{row.error}`). "
        "Everything else works, and I'll keep trying. Please tell whoever runs Handoff's server."
    )
    return Message(text, [SectionBlock(text=text)])
