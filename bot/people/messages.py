"""How people look: the list with everyone's roles, and the modal that changes one."""

from collections.abc import Sequence

from slack_sdk.models.blocks import (
    ActionsBlock,
    Block,
    ButtonElement,
    CheckboxesElement,
    ContextBlock,
    InputBlock,
    MarkdownTextObject,
    Option,
    PlainTextObject,
    SectionBlock,
    StaticSelectElement,
    UserSelectElement,
)
from slack_sdk.models.views import View

from bot.people.models import Person, Role, Team, Workspace
from bot.slack import Message, option_of
from bot.slack.paging import page_turns
from bot.tasks.rows import Loop, ParkedRow

OPEN = "people.open"
ADD = "people.add"
EDIT = "people.edit"
PAGE = "people.page"
SAVE = "people.save"

_PAGE_SIZE = 40
_NO_TEAM = "0"
_DEEDS = {
    Role.SALESPERSON: "claims and rates leads",
    Role.MARKETER: "announces campaigns",
    Role.MANAGER: "reads digests, may act for others",
    Role.ADMIN: "gives roles, changes settings",
}


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
        ContextBlock(elements=[MarkdownTextObject(text=f"Page {page + 1} of {pages}")]),
    ]


def edit(member: Person | None, teams: Sequence[Team]) -> View:
    """The modal that gives one person roles and a team."""
    options = [_role_option(role) for role in Role]
    chosen = [option for option in options if member and option.value in member.roles]
    places = [Option(text=team.name, value=str(team.id)) for team in teams]
    places.append(Option(text="No team", value=_NO_TEAM))
    team = str(member.team_id or _NO_TEAM) if member else _NO_TEAM
    return View(
        type="modal",
        callback_id=SAVE,
        title="Change a person" if member else "Add someone",
        submit="Save",
        close="Back",
        blocks=[
            InputBlock(
                block_id="person",
                label="Person",
                element=UserSelectElement(
                    action_id="person", initial_user=member.slack_id if member else None
                ),
            ),
            InputBlock(
                block_id="roles",
                label="Roles",
                optional=True,
                hint="None: this person can only answer the standups of their team.",
                element=CheckboxesElement(
                    action_id="roles", options=options, initial_options=chosen or None
                ),
            ),
            InputBlock(
                block_id="team",
                label="Team",
                element=StaticSelectElement(
                    action_id="team",
                    options=places,
                    initial_option=next(place for place in places if place.value == team),
                ),
            ),
        ],
    )


def _role_option(role: Role) -> Option:
    return Option(
        text=PlainTextObject(text=role.label),
        value=role.value,
        description=PlainTextObject(text=_DEEDS[role]),
    )


def team_of(value: str) -> int | None:
    """The team that an option of the modal stands for."""
    return None if value == _NO_TEAM else option_of(int, value)


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
