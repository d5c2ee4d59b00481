"""What home tabs show of who has which lead: what a manager must see to, and one's own absence."""

from collections.abc import Sequence
from dataclasses import replace

from slack_sdk.models.blocks import Block, ButtonElement, SectionBlock
from sqlalchemy.orm import Session

from bot.capability import Place
from bot.formats import plural
from bot.leads import notices, queries
from bot.leads.list_models import MOST_TO_CLAIM
from bot.leads.messages import lists
from bot.leads.models import Lead
from bot.leads.notice_models import Listed
from bot.people.models import ANY_ROLE, Absence, Person, Role
from bot.routing import absences, capability, covering, forms
from bot.routing.messages import end_cover_button
from bot.routing.models import Cover
from bot.slack.blocks import note
from bot.slack.text import moment

_MOST_LATE, _MOST_COVERED = 5, 5
_MOST_STALLED = 3
_MOST_UNATTENDED = 3

capability.home_setting("Response targets", forms.SLA, 30, Role.ADMIN)
capability.home_setting("Lead rotation", forms.ROUND_ROBIN, 40, Role.ADMIN)
capability.home_action("I'm away", forms.AWAY, 30, Role.SALESPERSON)


@capability.home_section(Place.NEEDS_YOU_NOW, Role.MANAGER)
def needs_you_now(session: Session, who: Person) -> list[Block]:
    """Leads of others that a manager should see to, each once."""
    late = queries.late(session, who.workspace_id, _MOST_LATE + 1)
    return show_needs_you_now(
        [(lead, owner) for lead, owner in late if lead.claimed_by != who.id],
        queries.waiting(session, who.workspace_id, MOST_TO_CLAIM + 1),
        notices.unattended(session, who.workspace_id, _MOST_UNATTENDED),
        notices.long_stalled(session, who.workspace_id, _MOST_STALLED + 1),
    )


def show_needs_you_now(
    late: Sequence[tuple[Lead, Person | None]],
    unclaimed: Sequence[Lead],
    unattended: Sequence[tuple[Lead, Person]],
    stalled: Sequence[Listed],
) -> list[Block]:
    """Overdue leads, unclaimed ones, those whose customer wrote again while their owner is out, and
    stalled ones; of most, one more was read if there are more."""
    rows: dict[int, Block] = {}
    for lead, owner in late[:_MOST_LATE]:
        rows[lead.id] = lists.row_to_assign(lead, owner)
    for lead in unclaimed[:MOST_TO_CLAIM]:
        rows.setdefault(lead.id, lists.row_to_assign(lead, None))
    for lead, owner in unattended:
        again = f"owner is out, customer wrote again {moment(lead.last_touch_at, '{ago}')}"
        rows.setdefault(lead.id, lists.row_to_assign(lead, owner, again))
    for each in stalled[:_MOST_STALLED]:
        since = f"last step {moment(each.moved_at, '{ago}')}" if each.moved_at else ""
        rows.setdefault(each.lead.id, lists.row_to_assign(each.lead, each.owner, "stalled", since))
    has_more = (
        len(late) > _MOST_LATE or len(unclaimed) > MOST_TO_CLAIM or len(stalled) > _MOST_STALLED
    )
    more = [note("There are more. These have waited longest.")] if has_more else []
    return [*rows.values(), *more]


@capability.home_section(Place.AWAY, *ANY_ROLE)
def away(session: Session, who: Person) -> list[Block]:
    """Until when the person is away and who covers for them, and for whom they cover."""
    absence = absences.absence_of(session, who)
    cover = session.get(Person, absence.cover_id) if absence and absence.cover_id else None
    mine = show_away(absence, cover) if absence else []
    covered = covering.covers_by(session, who)
    return [*mine, *(block for each in covered for block in show_cover(*_urgent(each)))]


def _urgent(covered: Cover) -> tuple[Cover, int]:
    """The cover with the leads that wait for an answer first, as many as are shown; and how many
    more there are."""
    leads = sorted(covered.leads, key=lambda lead: lead.first_response_at is not None)
    shown = leads[:_MOST_COVERED]
    return replace(covered, leads=shown), len(leads) - len(shown)


def show_away(absence: Absence, cover: Person | None) -> list[Block]:
    """That they are away, and how to be back."""
    covered = f" {cover.mention} covers for you." if cover else ""
    back = ButtonElement(text="I'm back", action_id=forms.BACK, value="0")
    text = f"You're away until {moment(absence.ends_at)}.{covered}"
    return [SectionBlock(text=text, accessory=back)]


def show_cover(covered: Cover, more: int = 0) -> list[Block]:
    """For whom they cover, with the leads that wait longest; `more` are open besides."""
    text = f"You're covering for {covered.away.mention} until {moment(covered.until)}."
    rest = [note(f"And {plural(more, 'more open lead')}.")] if more else []
    end = SectionBlock(text=text, accessory=end_cover_button(covered.absence_id))
    return [end, *map(lists.row_own, covered.leads), *rest]
