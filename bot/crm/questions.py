"""What the owner of a lead is asked, where the CRM and we cannot both be right."""

from slack_sdk.models.blocks import ActionsBlock, ButtonElement, SectionBlock
from sqlalchemy.orm import Session

from bot import slack
from bot.crm.adapters import ADAPTERS
from bot.crm.backlog import mark
from bot.crm.connection import Connection
from bot.crm.models import AMOUNT, CrmConnection, CrmRecord, Refused
from bot.crm.values import after_taking
from bot.errors import HandoffError
from bot.leads import external_changes
from bot.leads.models import Lead
from bot.leads.outcomes import correctable
from bot.money import Money
from bot.people import service as people
from bot.people.models import Person
from bot.slack import Message
from bot.slack.text import safe

KEEP_OURS = "crm.keep_ours"
TAKE_THEIRS = "crm.take_theirs"


class NothingToDecide(HandoffError):
    """Somebody has already chosen the amount. Nothing was changed."""


def ask_for_amount(session: Session, connection: Connection, mine: CrmRecord, lead: Lead) -> None:
    """It was won there without an amount, which a win needs here."""
    if mine.refused == Refused.AMOUNT:
        return
    mine.refused, mine.refused_why = Refused.AMOUNT, f"won in {connection.name} without an amount"
    _ask(session, lead)


def ask_which_amount(
    session: Session, connection: Connection, mine: CrmRecord, lead: Lead, theirs: Money
) -> None:
    """The amount was changed on both sides since we last looked."""
    mine.refused = Refused.TWO_AMOUNTS
    mine.refused_why = f"{theirs} in {connection.name}, {lead.won_amount} here"
    _ask(session, lead)


def settle(session: Session, mine: CrmRecord) -> None:
    """Nothing is left to be asked: what waited for the answer is written."""
    mine.refused = mine.refused_why = None
    session.flush()
    mark(session, mine.workspace_id, [mine.lead_id])
    slack.redraw(session, AMOUNT, mine.lead_id)


def _ask(session: Session, lead: Lead) -> None:
    """Ask the owner; the managers where nobody owns it, or the owner has left."""
    owner = session.get(Person, lead.claimed_by) if lead.claimed_by else None
    recipients = (
        [owner] if owner and owner.active else people.managers_or_admins(session, lead.workspace_id)
    )
    for person in recipients:
        slack.show(session, lead.workspace_id, AMOUNT, lead.id, person.slack_id)


def question(session: Session, lead_id: int) -> Message:
    """The question as it stands; once it is answered, how."""
    mine, lead = session.get_one(CrmRecord, lead_id), session.get_one(Lead, lead_id)
    crm = (lead.in_crm or {}).get("crm", "the CRM")
    link = (lead.in_crm or {}).get("url")
    place = f"<{link}|{crm}>" if link else crm
    who = f"*{safe(lead.name, 100)}*" + (f" of {safe(lead.company, 100)}" if lead.company else "")
    if mine.refused == Refused.AMOUNT:
        text = (
            f"{who} (lead #{lead.id}) was won in {place} without an amount. Enter it there, or "
            "choose *Mark as won* on the lead's card."
        )
        return Message(text, [SectionBlock(text=text)])
    theirs = their_amount(mine)
    if mine.refused != Refused.TWO_AMOUNTS or theirs is None:
        amount = f" The amount is {lead.won_amount}." if lead.won_amount else ""
        text = f"{who} (lead #{lead.id}) is sorted out.{amount}"
        return Message(text, [SectionBlock(text=text)])
    text = (
        f"What was {who} (lead #{lead.id}) worth? {place} says {theirs}, Slack says "
        f"{lead.won_amount}, and both were changed. Which is right?"
    )
    value = str(lead.id)
    buttons = [
        ButtonElement(text=f"Keep {lead.won_amount}", action_id=KEEP_OURS, value=value),
        ButtonElement(text=f"Take {theirs}", action_id=TAKE_THEIRS, value=value),
    ]
    return Message(text, [SectionBlock(text=text), ActionsBlock(elements=buttons)])


def their_amount(mine: CrmRecord) -> Money | None:
    """The amount as the CRM held it when we last looked."""
    minor, currency = mine.seen.get("amount_minor"), mine.seen.get("currency")
    return Money(minor, currency) if minor is not None and currency else None


def keep_ours(session: Session, who: Person, lead_id: int) -> None:
    """Our amount is right: it is written. Raises NothingToDecide, and as `correctable`."""
    mine = _undecided(session, who, lead_id)
    mine.written = {k: v for k, v in mine.written.items() if k not in ("amount_minor", "currency")}
    settle(session, mine)


def take_theirs(session: Session, who: Person, lead_id: int) -> None:
    """The CRM's amount is right. Raises NothingToDecide, and as `correctable`."""
    mine = _undecided(session, who, lead_id)
    theirs = their_amount(mine)
    if theirs is None:
        raise NothingToDecide
    taken = {"amount_minor": theirs.minor, "currency": theirs.currency}
    mine.written = after_taking(mine.written, taken)
    name = ADAPTERS[session.get_one(CrmConnection, who.workspace_id).crm].name
    external_changes.set_amount(session, session.get_one(Lead, lead_id), theirs, name)
    settle(session, mine)


def _undecided(session: Session, who: Person, lead_id: int) -> CrmRecord:
    correctable(session, who, lead_id)
    mine = session.get(CrmRecord, lead_id, with_for_update=True)
    if mine is None or mine.refused != Refused.TWO_AMOUNTS:
        raise NothingToDecide
    return mine
