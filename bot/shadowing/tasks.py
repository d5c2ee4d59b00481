"""What the clock and the durable work bring in: rounds, their ends, reminders, calendar files."""

from datetime import datetime

from sqlalchemy.orm import Session

from bot import clock
from bot.capability import Services
from bot.people.models import Workspace
from bot.shadowing import (
    capability,
    debriefs,
    invite,
    leavers,
    meeting,
    membership,
    messages,
    notices,
    queries,
    rounds,
)
from bot.shadowing.invite import Invitation
from bot.shadowing.models import ShadowParticipant
from bot.slack import Message, Slack, place
from bot.slack.text import clean

capability.each_tick(every=10)(leavers.release_partners)


@capability.installation
def install(session: Session, workspace: Workspace) -> None:
    """Let the rounds follow the workspace's zone."""
    rounds.install(session, workspace)


@capability.task(rounds.OPEN)
def open_round(session: Session, workspace_id: int, slot: str) -> None:
    """A round may be due."""
    rounds.open_round(session, workspace_id, datetime.fromisoformat(slot))


@capability.task(rounds.LAPSE)
def lapse(session: Session, workspace_id: int) -> None:
    """A round is over: the pairs that found no time end."""
    rounds.lapse(session, workspace_id)


@capability.task(meeting.REMIND)
def remind(session: Session, pair_id: int, slot_id: int) -> None:
    """It is the day on which two meet."""
    debriefs.remind(session, pair_id, slot_id)


@capability.task(meeting.OVER)
def over(session: Session, pair_id: int, slot_id: int) -> None:
    """The time that two agreed is over."""
    debriefs.over(session, pair_id, slot_id)


@capability.task(debriefs.SETTLE)
def settle(session: Session, pair_id: int) -> None:
    """Who has not written by now is not waited for any more."""
    debriefs.settle(session, pair_id)


@capability.task(meeting.INVITE)
def send_invitation(
    services: Services, participant_id: int, slot_id: int, sequence: int, *, is_cancelled: bool
) -> None:
    """Send somebody the calendar file of a time that was agreed, or is not agreed any more."""
    with services.store.transaction() as session:
        participant = queries.participant_to_show(session, participant_id)
        invitation = _invitation(session, participant, slot_id, sequence, is_cancelled=is_cancelled)
        card = place(session, meeting.CARD, participant_id)
    # Somebody may have said what suits them on the page, before their card was there.
    channel = card[0] if card else _direct(services.slack, participant.person.slack_id)
    words = "This takes it out of your calendar." if is_cancelled else "For your calendar."
    content = invite.file(invitation, clock.now())
    thread = card[1] if card else None
    services.slack.upload(channel, invite.NAME, content, words, thread_ts=thread)


@capability.card(meeting.CARD)
def pair_card(session: Session, participant_id: int) -> Message:
    """A pair, as one of the two sees it."""
    return messages.card(queries.participant_to_show(session, participant_id), clock.now())


@capability.card(meeting.LEFT_OVER)
def left_over(session: Session, participant_id: int) -> Message:
    """Somebody had no partner in a round."""
    return notices.left_over(queries.left_over_to_show(session, participant_id))


@capability.card(membership.REST)
def rest(session: Session, participant_id: int) -> Message:
    """Somebody gave no sign in several rounds."""
    return notices.rest(queries.member_to_show(session, participant_id))


@capability.card(meeting.REMINDER)
def reminder(session: Session, slot_id: int) -> Message:
    """Two meet today."""
    return notices.reminder(*queries.slot_to_show(session, slot_id))


@capability.card(meeting.ASK)
def ask(session: Session, participant_id: int) -> Message:
    """How was it?"""
    return notices.ask(queries.participant_to_show(session, participant_id))


@capability.card(meeting.MET)
def met(session: Session, pair_id: int) -> Message:
    """What both wrote, for both."""
    return notices.met(queries.pair_to_show(session, pair_id))


@capability.card(debriefs.SHARED)
def shared(session: Session, pair_id: int) -> Message:
    """What both wrote, for the channel."""
    return notices.shared(queries.pair_to_show(session, pair_id))


def _invitation(
    session: Session,
    participant: ShadowParticipant,
    slot_id: int,
    sequence: int,
    *,
    is_cancelled: bool,
) -> Invitation:
    """The calendar's entry as it was when the two agreed, so that a retry says the same."""
    slot, pair = queries.slot_to_show(session, slot_id)
    one, other = (clean(each.person.name, 80) for each in pair.taken)
    goals = dict.fromkeys(goal for each in pair.taken for goal in each.wants)
    return Invitation(
        uid=f"shadow-{pair.id}-of-{participant.workspace_id}@handoff", sequence=sequence,
        names=(one, other), starts_at=slot.starts_at, ends_at=slot.ends_at, goals=tuple(goals),
        is_cancelled=is_cancelled,
    )  # fmt: skip


def _direct(slack: Slack, slack_id: str) -> str:
    """The conversation between a person and us."""
    return str(slack.call("conversations.open", users=slack_id)["channel"]["id"])
