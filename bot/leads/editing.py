"""Who a lead is, put right by those who work on it: names, company, and how to reach them."""

from collections.abc import Mapping

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.contacts import identity
from bot.contacts.identity import Key
from bot.errors import HandoffError
from bot.leads.claiming import owned
from bot.leads.events import record
from bot.leads.models import EventType, Lead, LeadEvent, Touch
from bot.leads.outcomes import Expectation, expect
from bot.people.models import Person, Workspace
from bot.sources.lead_payload import LeadPayload, read_strictly

_FIELDS = {"email_key": "email", "phone_raw": "phone", "phone_e164": "phone"}
"""By columns that follow from what somebody typed."""

_ADDED = "keys"
"""Of an event: the ids of the keys that it gave the lead's contact."""


class NothingEdited(HandoffError):
    """Nothing was changed: the lead already says all of that."""


def editable(session: Session, who: Person, lead_id: int) -> Lead:
    """The lead, open or closed, if this person may edit it. Raises as `owned`."""
    return owned(session, who, lead_id, "edit it", even_closed=True)


def edit(
    session: Session, who: Person, lead_id: int, details: Mapping[str, str | None],
    expected: Expectation | None = None,
) -> Lead:  # fmt: skip
    """Give the lead these details, by the fields of a payload; an empty one takes a detail away.
    What is expected of it stays where nothing is given.

    A new address or number is what its person is recognised by from now on, unless it is somebody
    else's already (`update_keys`). Raises Unreadable (by field), NothingEdited, and as `owned` and
    `expect`.
    """
    lead = editable(session, who, lead_id)
    payload = read_strictly(dict(details))
    phone = payload.phone_e164(session.get_one(Workspace, lead.workspace_id).country)
    columns = payload.model_dump(include=set(details) - {"phone"}) | {
        "email_key": payload.email_key, "phone_raw": payload.phone, "phone_e164": phone,
    }  # fmt: skip
    if payload.phone == lead.phone:  # as the form showed it
        columns |= {"phone_raw": lead.phone_raw, "phone_e164": lead.phone_e164}
    changed = [name for name, value in columns.items() if getattr(lead, name) != value]
    fields = {_FIELDS.get(name, name) for name in changed}
    fields |= set(expect(session, lead, expected) if expected else ())
    if not fields:
        raise NothingEdited
    for name in changed:
        setattr(lead, name, columns[name])
    keys = update_keys(session, lead)
    record(session, lead, who, EventType.EDITED, fields=sorted(fields), **keys)
    return lead


def update_keys(session: Session, lead: Lead) -> dict[str, list[int]]:
    """Let the lead's person be recognised by what it says now, and no longer by what was typed
    into their leads and nothing says any more: a mistyped address may be somebody else's.

    Returns the facts by which the audit knows what was typed: the ids of the keys that are new.
    """
    keys = identity.keys_of(lead.email_key, lead.phone_e164)
    added = identity.add_keys(session, lead.workspace_id, lead.contact_id, keys)
    if typed := _typed_keys(session, lead.contact_id):
        identity.drop_keys(session, lead.contact_id, typed, but_for=_keys_said(session, lead))
    return {_ADDED: added} if added else {}


def _typed_keys(session: Session, contact_id: int) -> list[int]:
    """The ids of the keys that the contact has, or had, from what was typed into its leads."""
    added = (
        select(LeadEvent.facts[_ADDED])
        .join(Lead, Lead.id == LeadEvent.lead_id)
        .where(Lead.contact_id == contact_id, LeadEvent.facts.has_key(_ADDED))
    )
    return [key_id for ids in session.scalars(added) for key_id in ids]


def _keys_said(session: Session, lead: Lead) -> set[Key]:
    """The keys that the leads of this lead's person say, or the touches that joined them."""
    leads = select(Lead.email_key, Lead.phone_e164).where(Lead.contact_id == lead.contact_id)
    said = {key for row in session.execute(leads) for key in identity.keys_of(*row)}
    country = session.get_one(Workspace, lead.workspace_id).country
    touches = select(Touch.facts).join(Lead, Lead.id == Touch.lead_id)
    for facts in session.scalars(touches.where(Lead.contact_id == lead.contact_id)):
        payload = LeadPayload.model_construct(**facts)
        said.update(identity.keys_of(payload.email_key, payload.phone_e164(country)))
    return said
