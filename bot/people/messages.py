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

from bot.people.models import Person, Role, Team, Workspace
from bot.slack import Message
from bot.slack.blocks import note
from bot.slack.inputs import WEEKDAYS
from bot.slack.paging import page_turns
from bot.slack.text import safe
from bot.tasks.rows import Loop, ParkedRow

OPEN = "people.open"
ADD = "people.add"
EDIT = "people.edit"
PAGE = "people.page"
HOURS = "people.hours"
ADD_TEAM = "people.add_team"
EDIT_HOURS = "people.edit_hours"

_PAGE_SIZE = 40


def people(members: Sequence[Person], teams: Sequence[Team], page: int, *, welcome: bool) -> View:
    """The list of everyone with a role, `_PAGE_SIZE` a page."""
    shown = members[page * _PAGE_SIZE : (page + 1) * _PAGE_SIZE]
    names = {team.id: team.name for team in teams}
    blocks: list[Block] = [
        SectionBlock(
            text="You are the first admin of Handoff now. Say who does what:"
            if welcome
            else "Who does what in Handoff:"
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
        "While nobody claims a lead, only working time counts. Each person works their team's "
        "hours on their own clock; `/lead away` says when they do not."
    )
    return View(
        type="modal", title="Teams and their hours", close="Done",
        blocks=[
            SectionBlock(text=intro),
            ActionsBlock(elements=[ButtonElement(text="Add a team", action_id=ADD_TEAM)]),
            *rows,
        ],
    )  # fmt: skip


def _hours(team: Team, zone: str) -> str:
    """A team's hours in a line."""
    days = ", ".join(WEEKDAYS[day].text[:3] for day in sorted(team.days)) or "no day"
    free = f", public holidays of {safe(team.country, 10)} are free" if team.country else ""
    until = "24:00" if team.closes == time.min else f"{team.closes:%H:%M}"
    return f"{days}, {team.opens:%H:%M} to {until} ({safe(team.timezone or zone, 40)}){free}"


def archived(workspace: Workspace) -> Message:
    """A warning to the admins: the shared channel was archived."""
    text = (
        f"The shared channel <#{workspace.channel}> was archived, so leads are kept and not shown. "
        "Unarchive it, or choose another one with `handoff workspace --channel` on the server and "
        "restart Handoff; then let the work that failed run again with `handoff jobs retry`."
    )
    return Message(text, [SectionBlock(text=text)])


def refused(target: str) -> Message:
    """A warning to the admins: Slack takes no messages for a channel or a person."""
    place = f"<@{target}>" if target.startswith(("U", "W")) else f"<#{target}>"
    text = (
        f"Slack refuses my messages for {place}. Is the channel archived, or am I not a member? "
        "`handoff doctor` on the server says what to fix; then `handoff jobs retry` sends what "
        "has waited."
    )
    return Message(text, [SectionBlock(text=text)])


def parked(loop: Loop, row: ParkedRow, count: int) -> Message:
    """A warning to the admins: rows of a clock-driven loop fail; everything else goes on."""
    which = f"Row {row.row_id} fails" if count == 1 else f"{count} rows fail, such as {row.row_id}"
    text = (
        f"*{loop.label}*: something went wrong on our side. {which} (`{row.error}`). "
        "Everything else goes on, and I keep trying. Please tell whoever looks after Handoff's "
        "server."
    )
    return Message(text, [SectionBlock(text=text)])
