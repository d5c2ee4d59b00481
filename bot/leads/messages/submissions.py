"""How submissions look to an admin: those that wait, and a sender that fell silent."""

from collections.abc import Sequence

from slack_sdk.models.blocks import ActionsBlock, Block, ButtonElement, SectionBlock

from bot.leads.models import Submission
from bot.leads.sources import source_name
from bot.slack import Message
from bot.slack.text import moment, safe

REPLAY = "submission.replay"
DISMISS = "submission.dismiss"


def rows_unread(found: Sequence[Submission]) -> list[Block]:
    """Submissions that could not be read, with what an admin may do; never what they hold."""
    return [block for each in found for block in _row(each)]


def _row(submission: Submission) -> list[Block]:
    text = (
        f"*{_name(submission)}* · #{submission.id}, {moment(submission.received_at)}\n"
        f"{safe(submission.problem or '', 500)}"
    )
    value = str(submission.id)
    buttons = [
        ButtonElement(text="Replay", action_id=REPLAY, value=value),
        ButtonElement(text="Dismiss", action_id=DISMISS, value=value),
    ]
    return [SectionBlock(text=text), ActionsBlock(elements=buttons)]


def silent(last: Submission) -> Message:
    """A warning: nothing has come from this sender for longer than is usual for it."""
    text = (
        f"*{_name(last)} has fallen silent.* Its last submission came {moment(last.received_at)}; "
        "that is longer ago than is usual for it. Is its form still online, and its webhook still "
        "switched on? `handoff sources` on the server says how it is set up."
    )
    return Message(f"{_name(last)} has fallen silent.", [SectionBlock(text=text)])


def refused(kept: Submission) -> Message:
    """A warning: a vendor would not say which leads it has, of a form or at all."""
    title = f"{_name(kept)} does not let Handoff read back its leads."
    what = safe(kept.body.decode("utf-8", "replace"), 200)
    text = (
        f"*{title}*\n{what[:1].upper() + what[1:] + ': ' if what else ''}"
        f"{safe(kept.problem or '', 500)}.\n"
        "Leads arrive by its webhook as before, but those that the webhook misses there stay "
        "unknown. Does it still exist, and may the token of HANDOFF_SOURCE_TOKENS read it?"
    )
    return Message(title, [SectionBlock(text=text)])


def _name(submission: Submission) -> str:
    name = source_name(submission.source)
    same = submission.sender in (submission.source, "fetched")
    return safe(name if same else f"{name} ({submission.sender})", 80)
