"""The port, in HubSpot's words."""

import heapq
import html
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import cached_property
from typing import Any, ClassVar

from bot.crm.adapters.contract import Access, Adapter
from bot.crm.adapters.hubspot import checking, deals
from bot.crm.adapters.hubspot.api import (
    BATCH,
    KEY,
    PAGE,
    VERSION,
    HubSpotApi,
    Spacing,
    chunks,
    objects,
    refusal,
)
from bot.crm.adapters.hubspot.batches import (
    Batches,
    NotWritten,
    Outcome,
    Row,
    Written,
    holders,
    key_of,
    merged_from,
)
from bot.crm.adapters.hubspot.deals import DEAL, Deal, Wanted
from bot.crm.adapters.hubspot.fields import (
    LOST_REASON,
    READ,
    RECEIVED_AT,
    STATUS,
    contact_properties,
    field_of,
    moment,
    text,
)
from bot.crm.http import Pace
from bot.crm.port import (
    Account,
    Change,
    Finding,
    Gone,
    Note,
    NoteRefused,
    Record,
    Refused,
    Saved,
    Stage,
    User,
)
from bot.sources import Request
from bot.sources.contract import Unproven
from bot.sources.hubspot import verify

_PROPERTIES = (
    "email", "hubspot_owner_id", STATUS, "lastmodifieddate", "createdate", "hs_merged_object_ids",
    "hs_calculated_merged_vids", KEY, RECEIVED_AT, LOST_REASON,
)  # fmt: skip
_NOTE_TO_CONTACT = {"associationCategory": "HUBSPOT_DEFINED", "associationTypeId": 202}
# HubSpot takes 65,536 characters with their markup.
_MOST_OF_A_NOTE = 10_000
_TAG = re.compile(r"<[^>]*>")
_MILLISECOND = timedelta(milliseconds=1)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)

ChangedAt = tuple[datetime, str]
"""When a contact, or a deal of its, changed; the contact's id."""


class HubSpot:
    """A HubSpot account."""

    slug: ClassVar[str] = "hubspot"
    name: ClassVar[str] = "HubSpot"
    batch: ClassVar[int] = BATCH
    overlap: ClassVar[timedelta] = timedelta(minutes=3)  # its search lags, by up to two
    calls: ClassVar[tuple[int, float]] = (100, 10.0)  # of the smallest plan

    def __init__(self, access: Access, pace: Pace, searches: Spacing | None = None) -> None:
        self._access = access
        self._api = HubSpotApi(access, pace, searches or Spacing())

    # ---- writing --------------------------------------------------------------------------------

    def save(self, changes: Sequence[Change]) -> list[Saved | Refused]:
        """See the port: the contacts first, then the deals of those that have one."""
        rows = [_row(each) for each in changes]
        contacts = Batches(self._api, "contacts").write(rows)
        wanted = [
            Wanted(each, contact.record_id)
            for each in changes
            if isinstance(contact := contacts[each.key], Written) and deals.needs_deal(each)
        ]
        written = deals.write(self._api, wanted)
        return [_result(each, contacts[each.key], written.get(each.key)) for each in changes]

    def add_note(self, record_id: str, note: Note, *, look_first: bool) -> None:
        """See the port; a note ends with our key, by which it is known again."""
        if look_first and self._has_note(record_id, note.key):
            return
        lines = html.escape(note.text[:_MOST_OF_A_NOTE], quote=False).replace("\n", "<br>")
        author = html.escape(note.author, quote=False)
        body = f"<p><strong>{author}</strong>: {lines}</p><p>{_mark(note.key)}</p>"
        made = {
            "properties": {"hs_timestamp": text(note.at), "hs_note_body": body},
            "associations": [{"to": {"id": record_id}, "types": [_NOTE_TO_CONTACT]}],
        }
        answer = self._api.call("POST", objects("notes"), made)
        if not answer.ok:
            if isinstance(self.read([record_id])[0], Gone):
                raise KeyError(record_id)
            raise NoteRefused(f"HubSpot refuses this note ({refusal(answer)})")

    def _has_note(self, record_id: str, key: str) -> bool:
        ids = self._api.associated("contacts", "notes", [record_id]).get(record_id, [])
        bodies = (
            str((each.get("properties") or {}).get("hs_note_body") or "")
            for each in self._api.read("notes", ids, ["hs_note_body"])
        )
        return any(_plain(body).endswith(_mark(key)) for body in bodies)

    # ---- reading --------------------------------------------------------------------------------

    def read(self, record_ids: Sequence[str]) -> list[Record | Gone]:
        """See the port. An id that was merged away leads HubSpot itself to the survivor."""
        wanted = set(record_ids)
        contacts: dict[str, dict[str, Any]] = {}
        for each in self._api.read("contacts", sorted(wanted), _PROPERTIES):
            contacts |= dict.fromkeys(wanted & {str(each["id"]), *merged_from(each)}, each)
        ids = sorted({str(each["id"]) for each in contacts.values()})
        money = deals.of_contacts(self._api, ids, self._home_currency) if ids else {}
        records = {
            record_id: _record(each, money.get(str(each["id"]), []))
            for record_id, each in contacts.items()
        }
        return [records.get(one) or Gone(one) for one in record_ids]

    def changed_since(self, mark: datetime) -> Iterator[list[Record | Gone]]:
        """See the port: contacts, and those whose deals changed. Deleted ones cannot be asked for;
        they are told when they are read or written next."""
        changed = heapq.merge(self._changed_contacts(mark), self._changed_deals(mark))
        for some in chunks(changed, BATCH):
            at = {contact: changed_at for changed_at, contact in some}
            records = zip(at, self.read(list(at)), strict=True)
            page = [_changed_at(record, at[contact]) for contact, record in records]
            yield sorted(page, key=lambda each: at.get(each.record_id, mark))

    def _changed_contacts(self, mark: datetime) -> Iterator[ChangedAt]:
        for page in self._pages("contacts", "lastmodifieddate", mark):
            yield from page

    def _changed_deals(self, mark: datetime) -> Iterator[ChangedAt]:
        """The contacts of deals that changed, by the time of the deal's change."""
        for page in self._pages("deals", "hs_lastmodifieddate", mark):
            owners = self._api.associated("deals", "contacts", [deal for _, deal in page])
            for at, deal in page:
                yield from ((at, contact) for contact in owners.get(deal, ()))

    def _pages(self, kind: str, stamp: str, mark: datetime) -> Iterator[list[ChangedAt]]:
        """What changed since then, the oldest first. Each page starts at the time with which the
        one before ended: counting would miss what moves while it is read, and ends at 10,000."""
        while True:
            page = self._search(kind, stamp, [_filter(stamp, "GTE", _milliseconds(mark))], stamp)
            if page:
                yield page
            if len(page) < PAGE:
                return
            if page[-1][0] > mark:
                mark = page[-1][0]
                continue
            yield from self._at_once(kind, stamp, mark)
            mark += _MILLISECOND

    def _at_once(self, kind: str, stamp: str, mark: datetime) -> Iterator[list[ChangedAt]]:
        """More than a page changed in one moment: by their ids."""
        last = "0"
        while True:
            same = [_filter(stamp, "EQ", _milliseconds(mark)), _filter("hs_object_id", "GT", last)]
            page = self._search(kind, stamp, same, "hs_object_id")
            if page:
                yield page
            if len(page) < PAGE:
                return
            last = page[-1][1]

    def _search(
        self, kind: str, stamp: str, filters: list[dict[str, Any]], sort: str
    ) -> list[ChangedAt]:
        results = self._api.search(kind, filters, sort, [stamp])
        stamped = ((moment(each["properties"].get(stamp)), str(each["id"])) for each in results)
        return [(at, record_id) for at, record_id in stamped if at is not None]

    def find(self, emails: Sequence[str]) -> dict[str, str]:
        """See the port; HubSpot has an address once."""
        contacts = holders(self._api, {each.lower() for each in emails})
        return {email: str(contact["id"]) for email, contact in contacts.items()}

    def users(self) -> list[User]:
        """See the port."""
        path = f"/crm/owners/{VERSION}"
        return [
            _user(each, is_active=archived == "false")
            for archived in ("false", "true")
            for each in self._api.pages(path, limit="500", archived=archived)
            if each.get("type", "PERSON") == "PERSON"
        ]

    def accounts(self, domains: Sequence[str]) -> dict[str, Account]:
        """See the port; of several companies with one domain the oldest."""
        accounts: dict[str, Account] = {}
        for some in chunks(sorted({each.lower() for each in domains}), BATCH):
            filters = [{"propertyName": "domain", "operator": "IN", "values": some}]
            properties_read = ("name", "domain", "hubspot_owner_id")
            for each in self._api.search("companies", filters, "createdate", properties_read):
                properties = each["properties"]
                domain = (properties.get("domain") or "").lower()
                owner = properties.get("hubspot_owner_id") or None
                accounts.setdefault(domain, Account(properties.get("name") or domain, owner))
        return {
            domain: accounts[domain.lower()] for domain in domains if domain.lower() in accounts
        }

    def link(self, record_id: str) -> str:
        """See the port."""
        domain, portal = self._account.get("uiDomain"), self._account.get("portalId")
        return f"https://{domain or 'app.hubspot.com'}/contacts/{portal}/record/0-1/{record_id}"

    @cached_property
    def _account(self) -> dict[str, Any]:
        return self._api.get(f"/account-info/{VERSION}/details")

    def _home_currency(self) -> str | None:
        return self._account.get("companyCurrency")

    # ---- the connection -------------------------------------------------------------------------

    def check(self, *, make: bool) -> Iterator[Finding]:
        """See the port."""
        return checking.check(self._api, self._access, make=make)

    def key_expires_at(self) -> datetime | None:
        """HubSpot does not say; its keys last until somebody renews them."""
        return None

    def close(self) -> None:
        """See the port."""
        self._api.close()


def prove(request: Request, access: Access, now: datetime) -> None:
    """Prove by version 3 of HubSpot's signature who sent a hook. Raises Unproven."""
    secret = access.hook_secret.get_secret_value()
    if not secret:
        raise Unproven
    verify(request, secret, now)


ADAPTER = Adapter("HubSpot", HubSpot, needs=("key",), prove=prove)


def _row(change: Change) -> Row:
    """The contact's row. HubSpot makes none without an email address or a name, so a new one that
    has only a phone number is called by that."""
    properties, whole = contact_properties(change.values), change.whole
    is_named = whole.email or whole.first_name or whole.last_name
    if change.record_id is None and not is_named and whole.phone:
        properties["lastname"] = text(whole.phone)
    return Row(change.key, properties, change.record_id)


def _result(change: Change, contact: Outcome, deal: Outcome | None) -> Saved | Refused:
    if isinstance(contact, NotWritten):
        return Refused(contact.why, contact.detail, contact.record_id)
    named = {field_of(name): why for name, why in (contact.dropped or {}).items()}
    dropped = {field: why for field, why in named.items() if field}
    memory = dict(change.memory)
    if deal is not None:
        dropped |= deals.dropped_fields(deal)
    if isinstance(deal, Written):
        memory[DEAL] = deal.record_id
    elif deal is not None:
        memory.pop(DEAL, None)
    return Saved(contact.record_id, contact.is_new, memory, dropped)


def _record(contact: Mapping[str, Any], its_deals: Sequence[Deal]) -> Record:
    properties = contact.get("properties") or {}
    key = key_of(contact) or None
    deal = deals.followed(its_deals, key, moment(properties.get(RECEIVED_AT)))
    stage = _stage(properties.get(STATUS), deal)
    is_over = stage in (Stage.LOST, Stage.RECYCLED)
    reason = (deal.lost_reason if deal and deal.is_lost else None) or properties.get(LOST_REASON)
    times = [moment(properties.get("lastmodifieddate")), *(each.changed_at for each in its_deals)]
    return Record(
        str(contact["id"]),
        key=key,
        email=properties.get("email") or None,
        owner_id=properties.get("hubspot_owner_id") or None,
        stage=stage,
        amount=deal.amount if deal else None,
        lost_reason=(reason or None) if is_over else None,
        changed_at=max((at for at in times if at), default=None),
        memory={DEAL: deal.id} if deal else {},
        merged_from=merged_from(contact),
    )


def _stage(status: str | None, deal: Deal | None) -> Stage | None:
    """What status and deal say together. A person who makes a deal seldom moves the status; ours
    is made with it, so there the status counts while the deal is open."""
    stage = READ.get(status or "")
    if deal is None:
        return stage
    if deal.is_closed:
        return Stage.WON if deal.is_won else Stage.LOST
    is_theirs = not deal.key
    return Stage.QUALIFIED if is_theirs and stage not in (Stage.LOST, Stage.RECYCLED) else stage


def _changed_at(record: Record | Gone, at: datetime) -> Record | Gone:
    """The record with the time of the change that was read: a later change is read again."""
    return replace(record, changed_at=at) if isinstance(record, Record) else record


def _user(owner: Mapping[str, Any], *, is_active: bool) -> User:
    email = owner.get("email") or ""
    name = " ".join(part for part in (owner.get("firstName"), owner.get("lastName")) if part)
    return User(str(owner["id"]), name or email, email, is_active)


def _filter(name: str, operator: str, value: str) -> dict[str, Any]:
    return {"propertyName": name, "operator": operator, "value": value}


def _milliseconds(at: datetime) -> str:
    return str((at - _EPOCH) // _MILLISECOND)


def _mark(key: str) -> str:
    return f"Handoff {key}"


def _plain(body: str) -> str:
    return html.unescape(_TAG.sub(" ", body)).strip()
