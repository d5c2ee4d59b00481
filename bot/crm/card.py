"""What a lead's card says of the CRM: where it is there, or why it is not."""

from typing import Any

from sqlalchemy.orm import Session

from bot import slack
from bot.crm.connection import Connection
from bot.crm.models import CrmRecord, Refused
from bot.leads.models import Lead
from bot.leads.service.admitting import CARD

_WHY = {
    Refused.INVALID: "{crm} refuses it",
    Refused.GONE: "Deleted in {crm}: an admin can have it made again",
    Refused.DUPLICATE: "{crm} has this person already",
    Refused.AMOUNT: "Won in {crm}, without an amount so far",
    Refused.TWO_AMOUNTS: "The amount is another one in {crm}; its owner is asked",
}


def show(session: Session, connection: Connection, record: CrmRecord) -> None:
    """Let the lead's card say how it stands in the CRM."""
    lead = session.get_one(Lead, record.lead_id)
    said: dict[str, Any] = {"crm": connection.name}
    if record.record_id is not None and record.refused != Refused.GONE:
        said["url"] = connection.crm(record.workspace_id).link(record.record_id)
    if record.refused in _WHY:
        says_why = record.refused in (Refused.INVALID, Refused.DUPLICATE) and record.refused_why
        why = f": {record.refused_why}" if says_why else ""
        said["problem"] = _WHY[Refused(record.refused)].format(crm=connection.name) + why
    kept = {name: value for name, value in (lead.in_crm or {}).items() if name == "account"}
    put(session, lead, kept | said)


def put(session: Session, lead: Lead, said: dict[str, Any]) -> None:
    """Write what the card says, and draw it anew where that differs."""
    if lead.in_crm != said:
        lead.in_crm = said
        session.flush()
        slack.redraw(session, CARD, lead.id)
