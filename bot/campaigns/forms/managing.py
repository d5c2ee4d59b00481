"""The modals that change a campaign, end it, or set the time to announce it."""

from slack_sdk.models.blocks import InputBlock, PlainTextInputElement, SectionBlock
from slack_sdk.models.views import View

from bot.campaigns.forms.form import Written, fields, launch_at
from bot.campaigns.messages.offer import late_words
from bot.campaigns.models import LONGEST, Campaign
from bot.slack.text import safe

SAVE_CHANGE = "campaign.save_change"
SAVE_END = "campaign.save_end"
SAVE_LAUNCH = "campaign.save_launch"


def change(campaign: Campaign, written: Written) -> View:
    """The form with what the campaign says now."""
    asks = (
        "A change of the audience, offer, price, terms or dates asks sales to confirm it again."
        if campaign.announced_at
        else "It is not announced yet."
    )
    return View(
        type="modal",
        callback_id=SAVE_CHANGE,
        private_metadata=str(campaign.id),
        title="Change a campaign",
        submit="Save",
        close="Cancel",
        blocks=[SectionBlock(text=asks), *fields(written, campaign.currency)],
    )


def end(campaign: Campaign) -> View:
    """End it now, with what late callers hear."""
    said = f"*{safe(campaign.name)}* ends as soon as you submit this, and the channel is told."
    return View(
        type="modal",
        callback_id=SAVE_END,
        private_metadata=str(campaign.id),
        title="End a campaign",
        submit="End it now",
        close="Keep it",
        blocks=[
            SectionBlock(text=said),
            InputBlock(
                block_id="late_callers",
                label="What to tell late callers",
                element=PlainTextInputElement(
                    action_id="late_callers",
                    multiline=True,
                    max_length=LONGEST["late_callers"],
                    initial_value=late_words(campaign),
                ),
            ),
        ],
    )


def launch(campaign: Campaign) -> View:
    """When to announce it."""
    initial = int(campaign.launch_at.timestamp()) if campaign.launch_at else None
    return View(
        type="modal",
        callback_id=SAVE_LAUNCH,
        private_metadata=str(campaign.id),
        title="Announce a campaign",
        submit="Save",
        close="Cancel",
        blocks=[SectionBlock(text=f"*{safe(campaign.name)}*"), launch_at(initial)],
    )
