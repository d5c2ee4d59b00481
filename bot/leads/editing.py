"""Who a lead is, put right by those who work on it: names, company, and how to reach them."""

from collections.abc import Mapping

from sqlalchemy.orm import Session

from bot.contacts import identity
from bot.errors import HandoffError
from bot.leads.claiming import owned
from bot.leads.events import record
from bot.leads.models import EventType, Lead
from bot.leads.outcomes import Expectation, expect
from bot.people.models import Person, Workspace
from bot.sources.lead_payload import read_strictly

_FIELDS = {"email_key": "email", "phone_raw": "phone", "phone_e164": "phone"}
"""By columns that follow from what somebody typed."""


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
    else's already. Raises Unreadable (by field), NothingEdited, and as `owned` and `expect`.
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
    keys = identity.keys_of(lead.email_key, lead.phone_e164)
    identity.add_keys(session, lead.workspace_id, lead.contact_id, keys)
    record(session, lead, who, EventType.EDITED, fields=sorted(fields))
    return lead
