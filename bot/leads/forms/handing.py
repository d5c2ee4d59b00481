"""The modals of handing on: until when it rests, who gets it, until when somebody is away."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any

from slack_sdk.models.blocks import Block, ContextBlock, MarkdownTextObject, SectionBlock
from slack_sdk.models.views import View

from bot.leads.forms.parts import subject
from bot.leads.models import Lead
from bot.people.models import Person
from bot.slack.forms import Form, Hidden
from bot.slack.inputs import Changes, Choice, Values, moment, radio, text, user
from bot.slack.text import clean, plural

CHOOSE_LEADS = "lead.choose_leads"
HAND_OVER = "hand_over"


def handover_note(when: Callable[[Values], bool] | None = None) -> Any:
    """What whoever takes over should know."""
    return text(
        "Handover note", most=1000, optional=True, multiline=True, when=when,
        hint="What was said so far, and what comes next.",
    )  # fmt: skip


class Snooze(Form, id="lead.save_snooze", title="Snooze", submit="Snooze"):
    """Until when it rests."""

    lead_id: Hidden[int]
    until: datetime = moment("Remind me")


class Reassign(Form, id="lead.save_reassign", title="Reassign", submit="Reassign"):
    """Who gets it."""

    lead_id: Hidden[int]
    to: str = user("To whom?", hint="They get the lead's card at once.")
    note: str = handover_note()

    @classmethod
    def of(cls, lead: Lead, colleagues: Sequence[Person], held: Mapping[int, int]) -> View:
        """The form of a lead; each colleague is listed with the open leads that they hold."""
        options = [
            Choice(each.id, f"{clean(each.name, 50)} · {plural(held.get(each.id, 0), 'open lead')}")
            for each in colleagues
        ]
        return cls.modal(
            lead_id=lead.id, blocks=[subject(lead)], fields={"to": {"options": options}}
        )


def nobody_else(lead: Lead) -> View:
    """There is no colleague to give it to."""
    said = "There is no other salesperson. An admin gives roles with `/handoff people`."
    return View(
        type="modal", title="Reassign", close="Close",
        blocks=[subject(lead), SectionBlock(text=said)],
    )  # fmt: skip


def _hands_over(values: Values) -> bool:
    return values.get("leads") == HAND_OVER


class Away(Form, id="lead.save_away", title="I am away", submit="I am away"):
    """Until when somebody is away, and which colleagues have some of their leads meanwhile."""

    has_leads: Hidden[bool]
    until: datetime = moment("I am back")
    leads: str | None = radio(
        "My open leads",
        options=[
            Choice("keep", "Keep them", "They wait until I am back."),
            Choice(HAND_OVER, "Hand them over until I am back",
                   "I choose which, and to whom. What is open then comes back to me."),
        ],
        refresh=CHOOSE_LEADS,
        when=lambda values: bool(values["has_leads"]),
    )  # fmt: skip
    stand_ins: dict[int, str | None] = user("To whom", optional=True, when=_hands_over)
    """By the number of a lead, Slack's ID of the colleague who has it; None: it is kept."""
    note: str = handover_note(
        when=lambda values: _hands_over(values) and bool(values.get("stand_ins"))
    )

    @classmethod
    def of(
        cls,
        count: int,
        until: datetime,
        leads: Sequence[Lead] = (),
        stand_ins: Mapping[int, Person] | None = None,
    ) -> View:
        """The form of somebody with `count` open leads. With `stand_ins` these leads are to be
        handed over, each to the colleague who is suggested for it."""
        is_handing_over = bool(count) and stand_ins is not None
        found = stand_ins or {}
        suggested = {lead.id: found[lead.id].slack_id if lead.id in found else None
                     for lead in leads}  # fmt: skip
        below: list[Block] = []
        if not count:
            below = [SectionBlock(text="You own no open lead. You will be offered no new ones.")]
        elif is_handing_over and not leads:
            below = [SectionBlock(text="All of them are snoozed until you are back.")]
        return cls.modal(
            has_leads=bool(count),
            until=until,
            leads=HAND_OVER if is_handing_over else "keep",
            stand_ins=suggested,
            below=below,
            fields={
                "leads": {"label": f"My {plural(count, 'open lead')}"},
                "note": {"above": [_kept(count - len(leads))]},
                **_names(leads, is_alone=not found),
            },
        )


def _names(leads: Sequence[Lead], *, is_alone: bool) -> dict[str, Changes]:
    """Each lead's name above the field that says who has it."""
    nobody = "No colleague is there to stand in. You can still name somebody."
    names: dict[str, Changes] = {
        f"stand_ins:{lead.id}": {
            "label": lead.name + (f" · {lead.company}" if lead.company else "")
        }
        for lead in leads
    }
    if leads and is_alone:
        names[f"stand_ins:{leads[0].id}"]["above"] = nobody
    return names


def _kept(rest: int) -> Block:
    more = f" {plural(rest, 'other lead')} will stay with you." if rest > 0 else ""
    return ContextBlock(
        elements=[MarkdownTextObject(text=f"Clear a name to keep that lead.{more}")]
    )
