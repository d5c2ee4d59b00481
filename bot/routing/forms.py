"""The modals of settings: the rules of the score, the round robin, and the response SLA."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import datetime
from fractions import Fraction
from functools import partial

from slack_sdk.models.blocks import Block, ContextBlock, MarkdownTextObject, SectionBlock
from slack_sdk.models.views import View

from bot.formats import plural
from bot.leads.forms import handover_note
from bot.leads.models import Lead
from bot.people.models import Person
from bot.rounding import whole
from bot.routing.models import SlaTerms
from bot.routing.round_robin import MOST_WEIGHT, Share
from bot.slack.forms import Form, Hidden
from bot.slack.inputs import (
    Changes,
    Choice,
    Values,
    moment,
    number,
    radio,
    select,
    tick,
    user,
)
from bot.slack.text import safe

ROUND_ROBIN = "lead.rotation"

_A_SECTION = 25  # lines of at most 120 characters; a section has 3,000
_MOST_LISTED = 1_000
_WEIGHT_WORDS = {
    0: "0: gets no offers", 1: "1: the usual share", 2: "2: twice the usual share"
}  # fmt: skip


class ChangeWeight(Form, id="lead.save_weight", title="Lead rotation"):
    """What each salesperson was offered, and how much one of them shall be."""

    person: str = user("Whose weight?")
    weight: int = select(
        "Weight",
        options=[
            Choice(weight, _WEIGHT_WORDS.get(weight, f"{weight}: {weight} times the usual share"))
            for weight in range(MOST_WEIGHT + 1)
        ],
    )

    @classmethod
    def of(cls, shares: Sequence[Share], days: int) -> View:
        """The form below what each was offered in the last `days`."""
        return cls.modal(weight=1, blocks=_shares(shares, days))


def _shares(shares: Sequence[Share], days: int) -> list[Block]:
    total, weights = sum(each.offered for each in shares), sum(each.weight for each in shares)
    lines = [_share_line(each, total, weights) for each in shares[:_MOST_LISTED]]
    lines = lines or ["_There are no salespeople yet. Admins add them with `/handoff people`._"]
    title = f"*{plural(total, 'offer')} in the last {days} days.* It's normal for shares to differ"
    return [
        SectionBlock(text=f"{title} when people are away or at their limit."),
        *(SectionBlock(text="\n".join(lines[start : start + _A_SECTION]))
          for start in range(0, len(lines), _A_SECTION)),
    ]  # fmt: skip


def _share_line(share: Share, total: int, weights: int) -> str:
    due = f", fair share {_percent(share.weight, weights)}" if weights else ""
    got = f" ({_percent(share.offered, total)}{due})" if total else ""
    weight = "" if share.weight == 1 else f" · weight {share.weight}"
    return f"• {safe(share.person.name, 60)}: {share.offered:,} offered{got}{weight}"


def _percent(part: int, of: int) -> str:
    return f"{whole(Fraction(100 * part, of))}%"


SLA = "lead.targets"

_count = partial(number, minimum=1, maximum=10_000)


class ChangeSla(Form, id="lead.save_targets", title="Response targets"):
    """The minutes of the escalation, and the round robin's limits."""

    respond_minutes: int = _count(
        "Response target for hot leads (minutes)", above="All minutes are working time."
    )
    nudge_minutes: int = _count(
        "Reminder in the lead's thread",
        above="*While nobody has claimed a hot lead*, minutes since it came in:",
        hint="Also the time to claim it by. No later than the response target.",
    )
    message_minutes: int = _count("Message to everyone on duty")
    suggest_minutes: int = _count("Offer to the next in the rotation")
    manager_minutes: int = _count(
        "Message to the managers", hint="No earlier than the response target."
    )
    remind_minutes: int = _count(
        "Reminder to the owner",
        above="*While its owner hasn't been in touch*, minutes since the claim:",
        hint="No later than the response target.",
    )
    take_back_minutes: int = _count(
        "Back to the channel", hint="No earlier than the response target."
    )
    most_open: int | None = _count(
        "Open leads at which nobody is offered more", above="*Rotation*",
        optional=True, hint="Leave empty for no limit.",
    )  # fmt: skip
    head_start_seconds: int = number(
        "Seconds a returning customer is kept for whoever knows them", minimum=0, maximum=10_000
    )
    stalled_days: int = _count(
        "Days without a step until a contacted lead is stalled",
        hint="Its owner gets a message then; the managers after twice as long.",
    )
    attempts: int = _count("Calls without an answer until somebody counts as unreachable")
    fallback: str | None = user(
        "Who gets a message when everybody is out", optional=True,
        hint="Leave empty for the managers.",
    )  # fmt: skip
    names_only: bool = tick(
        "Personal data", "The channel sees name and company only",
        description="The rest goes to the lead's owner alone.", value="names_only", optional=True,
    )  # fmt: skip

    @classmethod
    def of(cls, terms: SlaTerms, fallback: Person | None) -> View:
        """The form with what holds now; `fallback` is who is named."""
        return cls.modal(**asdict(terms), fallback=fallback.slack_id if fallback else None)

    @property
    def terms(self) -> SlaTerms:
        """What the form says, but for the fallback."""
        return SlaTerms(**self.model_dump(exclude={"fallback"}))


CHOOSE_LEADS = "lead.choose_leads"
HAND_OVER = "hand_over"
COVER = "cover"


AWAY = "lead.away"
BACK = "lead.back"


def _hands_over(values: Values) -> bool:
    return values.get("leads") == HAND_OVER


def _is_covered(values: Values) -> bool:
    return values.get("leads") == COVER


class Away(Form, id="lead.save_away", title="I'm away", submit="I'm away"):
    """Until when somebody is away, and which colleagues have some of their leads meanwhile."""

    has_leads: Hidden[bool]
    until: datetime = moment("I'll be back")
    leads: str | None = radio(
        "My open leads",
        options=[
            Choice("keep", "Keep them", "They wait until I'm back."),
            Choice(COVER, "A colleague covers for me", "They act on my leads, which stay mine."),
            Choice(HAND_OVER, "Hand them over until I'm back",
                   "I choose which, and who gets them. Those not closed come back to me."),
        ],
        refresh=CHOOSE_LEADS,
        when=lambda values: bool(values["has_leads"]),
    )  # fmt: skip
    cover: str | None = user("Who covers for you?", when=_is_covered)
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
        *,
        covered: bool = False,
    ) -> View:
        """The form of somebody with `count` open leads. With `stand_ins` these leads are to be
        handed over, each to the colleague who is suggested for it; `covered` asks who covers."""
        is_handing_over = bool(count) and stand_ins is not None
        found = stand_ins or {}
        suggested = {lead.id: found[lead.id].slack_id if lead.id in found else None
                     for lead in leads}  # fmt: skip
        below: list[Block] = []
        if not count:
            below = [SectionBlock(text="You have no open leads. You won't be offered new ones.")]
        elif is_handing_over and not leads:
            below = [SectionBlock(text="All of them are snoozed until you're back.")]
        return cls.modal(
            has_leads=bool(count),
            until=until,
            leads=HAND_OVER if is_handing_over else COVER if covered else "keep",
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
    nobody = "No colleague is free to stand in. You can still choose somebody."
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
    text = f"Clear a name to keep that lead.{more} Each colleague gets one message."
    return ContextBlock(elements=[MarkdownTextObject(text=text)])
