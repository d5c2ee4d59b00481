"""What home tabs show of standups: today's, with the button to answer it."""

from collections.abc import Iterator

from slack_sdk.models.blocks import Block, ButtonElement, SectionBlock
from sqlalchemy.orm import Session

from bot.capability import NextRun, Place
from bot.people.models import Person, Role, Workspace
from bot.slack.blocks import part
from bot.slack.text import moment, safe
from bot.standups import answering, asking, capability, messages, settings_messages, setup
from bot.standups.models import Answer, Today

capability.home_setting("Standups", settings_messages.OVERVIEW, 60, Role.MANAGER)


@capability.home_section(Place.TODAY)
def today(session: Session, who: Person) -> list[Block]:
    """The standup of their team, whether they have a role or not."""
    standup = answering.today(session, who)
    return show_today(standup) if standup is not None else []


def show_today(today: Today) -> list[Block]:
    """How it stands, with a button where something can be said."""
    name = safe(today.standup.name, 80)
    entry = today.entry
    if today.is_open and entry is not None and entry.asked_at is not None:
        answered = entry.state == Answer.ANSWERED
        label = "Edit answers" if answered else "Answer"
        state = "answered" if answered else f"open until {moment(entry.until, '{time}')}"
    else:
        label = "Answer" if today.waits else ""
        state = f"next {moment(today.next_at)}" if today.next_at else "paused"
    button = ButtonElement(text=label, action_id=messages.BEGIN, value=str(today.standup.id))
    return part(
        "Today", [SectionBlock(text=f"{name} · {state}", accessory=button if label else None)]
    )


@capability.next_run
def next_standups(session: Session, workspace: Workspace) -> Iterator[NextRun]:
    """When each standup is asked next."""
    standups = setup.standups_of_workspace(session, workspace.id)
    next_at = asking.next_runs(session, standups)
    for each in standups:
        if each.id in next_at:
            yield NextRun(next_at[each.id], each.name, each.zone or "everyone's local time")
