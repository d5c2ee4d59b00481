"""What the owner of a lead hears of a meeting: that it begins soon, and whether it took place."""

from slack_sdk.models.blocks import ActionsBlock, ButtonElement, SectionBlock

from bot.leads.meeting_models import Meeting, MeetingFacts, MeetingNoticeKind, MeetingStatus
from bot.leads.messages.details import mail_link, phone_link
from bot.leads.messages.lead_card import SHOW
from bot.slack import Message
from bot.slack.text import moment, safe

TOOK_PLACE = "lead.took_place"
NOBODY_CAME = "lead.nobody_came"


def answer_buttons(meeting: Meeting) -> list[ButtonElement]:
    """Whether it took place."""
    value = str(meeting.id)
    return [
        ButtonElement(text="It took place", action_id=TOOK_PLACE, value=value, style="primary"),
        ButtonElement(text="Nobody came", action_id=NOBODY_CAME, value=value),
    ]


def notice(facts: MeetingFacts) -> Message:
    """The reminder or the question; once that is settled, what came of the meeting."""
    meeting, is_question = facts.meeting, facts.notice.kind == MeetingNoticeKind.QUESTION
    if not facts.is_current or not (meeting.is_unanswered if is_question else meeting.is_ahead):
        text = f"📅 Meeting with {_who(facts)}, {moment(meeting.starts_at)}: {_outcome(facts)}."
        return Message(text, [SectionBlock(text=text)], too_late=True)
    if is_question:
        text = f"Did the meeting with {_who(facts)} take place?\n📅 {moment(meeting.starts_at)}"
        return Message(
            text, [SectionBlock(text=text), ActionsBlock(elements=answer_buttons(meeting))]
        )
    text = f"📅 Your meeting with {_who(facts)} starts at {moment(meeting.starts_at, '{time}')}."
    lines = [text, safe(meeting.title or "", 150), safe(meeting.place or "", 300), _reach(facts)]
    opens = ButtonElement(text="Open", action_id=SHOW, value=str(facts.lead.id))
    shown = "\n".join(line for line in lines if line)
    return Message(text, [SectionBlock(text=shown, accessory=opens)])


def _who(facts: MeetingFacts) -> str:
    lead = facts.lead
    company = f" · {safe(lead.company, 100)}" if lead.company else ""
    return f"*{safe(lead.name, 100)}*{company} (#{lead.id})"


def _reach(facts: MeetingFacts) -> str:
    phone, mail = phone_link(facts.lead), mail_link(facts.lead)
    return " · ".join([*([f"📞 {phone}"] if phone else []), *([f"✉️ {mail}"] if mail else [])])


def _outcome(facts: MeetingFacts) -> str:
    """What came of the meeting, or of its lead."""
    lead, status = facts.lead, MeetingStatus(facts.meeting.status)
    if status is MeetingStatus.MOVED and facts.next_one is not None:
        return f"moved to {moment(facts.next_one.starts_at)}"
    if status is not MeetingStatus.BOOKED:
        return status.label
    if lead.merged_into is not None:
        return f"merged into #{lead.merged_into}"
    if lead.is_closed:
        return f"the lead is {lead.status}"
    if lead.claimed_by == facts.notice.person_id:
        return "over"
    return f"the lead is with {facts.owner.mention}" if facts.owner else "the lead is unclaimed"
