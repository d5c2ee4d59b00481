"""Odoo 19: `crm.lead` over its JSON-2 API.

A lead's key of ours is its external id (`handoff.lead_…`), by which Odoo makes one record however
often it is asked. It needs a key of a user with the right *Sales: all documents*.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any, ClassVar

from bot import clock, formats
from bot.crm.adapters.contract import Access, Adapter
from bot.crm.adapters.odoo import saving
from bot.crm.adapters.odoo.api import MODULE, Invalid, Missing, OdooApi, any_of, escaped
from bot.crm.adapters.odoo.stages import FIELDS, Lead, Pipeline
from bot.crm.adapters.odoo.values import html
from bot.crm.http import Pace, no_pace
from bot.crm.port import (
    Account,
    Blocked,
    Busy,
    Change,
    Finding,
    Gone,
    Note,
    NoteRefused,
    Record,
    Refused,
    Saved,
    User,
)
from bot.money import Money, UnknownCurrency, exponent
from bot.sources import Request
from bot.sources.contract import Unproven, require_same

PAGE = 200
SNAPSHOT = 10_000
SHORTEST_SECRET = 20
_READ = (*FIELDS, "email_from", "user_id", "expected_revenue", "write_date")
_GIVE = "give it the right “Sales / User: All Documents”"
_ALL_LEADS = "sales_team.group_sale_salesman_all_leads"
_SOON_EXPIRED = timedelta(days=14)
# Odoo names its own messages after the record for which they were written.
_MESSAGE_OF = re.compile(r"-openerp-(\d+)-crm\.lead@")


class Odoo:
    """An Odoo with its CRM app."""

    slug: ClassVar[str] = "odoo"
    name: ClassVar[str] = "Odoo"
    batch: ClassVar[int] = 100
    # A change is seen when its transaction ends, with the time at which it began.
    overlap: ClassVar[timedelta] = timedelta(minutes=2)
    # Odoo counts no calls; this leaves a small server its time for people.
    calls: ClassVar[tuple[int, float]] = (100, 10.0)

    def __init__(self, access: Access, pace: Pace = no_pace) -> None:
        self._address = access.address.rstrip("/")
        key = access.key.get_secret_value()
        self._hook_secret = access.hook_secret
        self._api = OdooApi(self._address, key, access.database, pace)

    def save(self, changes: Sequence[Change]) -> list[Saved | Refused]:
        """See the port."""
        return saving.save(self._api, changes)

    # ---- reading --------------------------------------------------------------------------------

    def read(self, record_ids: Sequence[str]) -> list[Record | Gone]:
        """See the port."""
        wanted = [int(each) for each in record_ids]
        if not wanted:
            return []
        leads = self._api.read("crm.lead", wanted, _READ)
        survivors = self._survivors([each for each in wanted if each not in leads])
        leads |= self._api.read("crm.lead", survivors.values(), _READ) if survivors else {}
        records = self._records(leads)
        return [
            records.get(survivors.get(each, each)) or Gone(str(each)) for each in wanted
        ]  # fmt: skip

    def changed_since(self, mark: datetime) -> Iterator[list[Record | Gone]]:
        """See the port."""
        seen: set[tuple[int, str]] = set()
        limit = SNAPSHOT
        while True:
            # The times are those of one moment: a lead that changes while pages are read comes
            # again with the next poll.
            rows = self._api.search(
                "crm.lead", [["write_date", ">=", _text(mark)]], ("write_date",),
                order="write_date, id", limit=limit,
            )  # fmt: skip
            new = [each for each in rows if (each["id"], each["write_date"]) not in seen]
            for start in range(0, len(new), PAGE):
                yield self._page(new[start : start + PAGE])
            if len(rows) < limit:
                return
            seen = {(each["id"], each["write_date"]) for each in rows}
            newest = _moment(rows[-1]["write_date"])
            limit, mark = (limit * 2, mark) if newest <= mark else (SNAPSHOT, newest)

    def _page(self, rows: Sequence[Mapping[str, Any]]) -> list[Record | Gone]:
        times = {each["id"]: each["write_date"] for each in rows}
        leads = self._api.read("crm.lead", times, _READ)
        for each in leads.values():
            each["write_date"] = times[each["id"]]
        records = self._records(leads)
        return [records.get(each) or Gone(str(each)) for each in times]

    def _records(self, leads: Mapping[int, Lead]) -> dict[int, Record]:
        if not leads:
            return {}
        keys, merged = self._keys(leads), self._merged(leads)
        pipeline = Pipeline.of(self._api)
        return {
            each["id"]: Record(
                record_id=str(each["id"]),
                key=keys.get(each["id"]),
                email=each["email_from"] or None,
                owner_id=str(each["user_id"][0]) if each["user_id"] else None,
                stage=pipeline.stage(each),
                amount=_amount(each),
                lost_reason=each["lost_reason_id"][1] if each["lost_reason_id"] else None,
                changed_at=_moment(each["write_date"]),
                merged_from=merged.get(each["id"], ()),
            )
            for each in leads.values()
        }

    def _keys(self, leads: Mapping[int, Lead]) -> dict[int, str]:
        keys = {}
        for each in self._api.call("crm.lead", "get_metadata", archived=True, ids=list(leads)):
            for identifier in each["xmlids"]:
                module, _, key = identifier["xmlid"].partition(".")
                if module == MODULE:
                    keys[each["id"]] = key
        return keys

    def _merged(self, leads: Mapping[int, Lead]) -> dict[int, tuple[str, ...]]:
        """What was merged into these leads: its messages moved there, and got a subject."""
        moved = self._api.search(
            "mail.message",
            [["model", "=", "crm.lead"], ["res_id", "in", list(leads)], ["subject", "!=", False],
             ["message_id", "like", "-crm.lead@"]],
            ("message_id", "res_id"),
        )  # fmt: skip
        merged: dict[int, set[int]] = {}
        for each in moved:
            match = _MESSAGE_OF.search(each["message_id"])
            if match and int(match[1]) != each["res_id"]:
                merged.setdefault(each["res_id"], set()).add(int(match[1]))
        return {each: tuple(map(str, sorted(ids))) for each, ids in merged.items()}

    def _survivors(self, gone: Sequence[int]) -> dict[int, int]:
        """Where the messages of leads are that are not there any more."""
        if not gone:
            return {}
        named = any_of([["message_id", "like", f"-openerp-{each}-crm.lead@"] for each in gone])
        survivors = {}
        for each in self._api.search(
            "mail.message", [["model", "=", "crm.lead"], *named], ("message_id", "res_id")
        ):
            if match := _MESSAGE_OF.search(each["message_id"]):
                survivors[int(match[1])] = each["res_id"]
        return survivors

    def find(self, emails: Sequence[str]) -> dict[str, str]:
        """See the port."""
        wanted = [each.lower() for each in emails]
        ids_by_email: dict[str, list[int]] = {}
        for each in self._api.search(
            "crm.lead", [["email_normalized", "in", wanted]], ("email_normalized",)
        ):
            ids_by_email.setdefault(each["email_normalized"], []).append(each["id"])
        return {email: str(ids[0]) for email, ids in ids_by_email.items() if len(ids) == 1}

    def users(self) -> list[User]:
        """See the port."""
        rows = self._api.search("res.users", [["share", "=", False]], ("name", "email", "login",
                                                                        "active"))  # fmt: skip
        return [
            User(str(each["id"]), each["name"], each["email"] or each["login"], each["active"])
            for each in rows
        ]

    def accounts(self, domains: Sequence[str]) -> dict[str, Account]:
        """See the port."""
        if not domains:
            return {}
        alike = [
            [column, "=ilike", f"%{escaped(each)}%"]
            for each in domains
            for column in ("email", "website")
        ]
        companies = self._api.search(
            "res.partner", [["is_company", "=", True], *any_of(alike)],
            ("name", "email", "website", "user_id"), archived=False,
        )  # fmt: skip
        accounts: dict[str, Account] = {}
        for each in companies:
            owner_id = str(each["user_id"][0]) if each["user_id"] else None
            for domain in _domains(each) & {one.lower() for one in domains}:
                accounts.setdefault(domain, Account(each["name"], owner_id))
        return accounts

    # ---- notes ----------------------------------------------------------------------------------

    def add_note(self, record_id: str, note: Note, *, look_first: bool) -> None:
        """See the port."""
        name = saving.message_id(f"note.{note.key}")
        if look_first and self._api.search("mail.message", [["message_id", "=", name]], ("id",)):
            return
        head = f"<strong>{html(note.author)}</strong>, {note.at.astimezone(UTC):%Y-%m-%d %H:%M} UTC"
        try:
            self._api.call(
                "crm.lead", "message_post", ids=[int(record_id)], archived=True,
                body=f"<p>{head}</p><p>{html(note.text)}</p>", body_is_html=True,
                subtype_xmlid="mail.mt_note", message_id=name,
            )  # fmt: skip
        except Missing:
            raise KeyError(record_id) from None
        except Invalid as refused:
            raise NoteRefused(refused.detail) from None

    def link(self, record_id: str) -> str:
        """See the port."""
        return f"{self._address}/odoo/crm/{record_id}"

    # ---- before going live ----------------------------------------------------------------------

    def check(self, *, make: bool) -> Iterator[Finding]:  # noqa: ARG002 - there is nothing to make
        """See the port."""
        for look in (
            self._check_version, self._check_key, self._check_rights, self._check_expiry,
            self._check_users, self._check_money, self._check_hooks,
        ):  # fmt: skip
            try:
                yield look()
            except (Blocked, Busy) as error:
                yield Finding(_WHAT[look.__name__], error.detail)
                return

    def _check_version(self) -> Finding:
        version = self._api.version()
        if version is None or version >= 19:
            return Finding(_WHAT["_check_version"])
        return Finding(
            _WHAT["_check_version"], f"It is Odoo {version}: its JSON-2 API came with 19"
        )  # fmt: skip

    def _check_key(self) -> Finding:
        self._user_id()
        return Finding(_WHAT["_check_key"])

    def _check_rights(self) -> Finding:
        what = _WHAT["_check_rights"]
        if not self._api.call("crm.lead", "has_access", operation="write"):
            return Finding(what, f"The key's user does not: {_GIVE}")
        has_all = self._api.call(
            "res.users", "has_group", ids=[self._user_id()], group_ext_id=_ALL_LEADS
        )
        if has_all:
            return Finding(what)
        return Finding(what, f"The key's user sees only own leads: {_GIVE}")

    def _check_expiry(self) -> Finding:
        what = _WHAT["_check_expiry"]
        expires_at = self.key_expires_at()
        if expires_at is None or expires_at > clock.now() + _SOON_EXPIRED:
            return Finding(what)
        return Finding(
            what,
            f"It expires on {formats.day(expires_at)}. Create a new one in the user's preferences",
        )

    def _check_users(self) -> Finding:
        active = [each for each in self.users() if each.is_active]
        return Finding(f"People who can own leads: {len(active)}")

    def _check_money(self) -> Finding:
        companies = self._api.search("res.company", [], ("currency_id",))
        codes = sorted({each["currency_id"][1] for each in companies})
        return Finding(f"Amounts are kept in {', '.join(codes)} only")

    def _check_hooks(self) -> Finding:
        what = _WHAT["_check_hooks"]
        if 0 < len(self._hook_secret.get_secret_value()) < SHORTEST_SECRET:
            return Finding(
                what,
                f"The secret in their address is short: take {SHORTEST_SECRET} or more letters",
            )
        return Finding(what)

    def _user_id(self) -> int:
        return int(self._api.call("res.users", "context_get")["uid"])

    def key_expires_at(self) -> datetime | None:
        """See the port. Odoo does not say which of a user's keys is ours: the first that ends."""
        domain = [["user_id", "=", self._user_id()], ["scope", "in", ["rpc", False]]]
        times: list[datetime] = []
        with suppress(Blocked):  # hidden from this key
            keys = self._api.search("res.users.apikeys", domain, ("expiration_date",))
            dates = (each["expiration_date"] for each in keys)
            times = [_moment(each) for each in dates if each]
        return min((each for each in times if each > clock.now()), default=None)

    def close(self) -> None:
        """See the port."""
        self._api.close()


_WHAT = {
    "_check_version": "An Odoo 19 answers",
    "_check_key": "The key is right",
    "_check_rights": "It reads and writes all leads",
    "_check_expiry": "When the key expires",
    "_check_users": "Users",
    "_check_money": "Currency",
    "_check_hooks": "Hooks",
}


def prove(request: Request, access: Access, _now: datetime) -> None:
    """Odoo signs nothing: the secret is the last part of the address. Raises Unproven."""
    secret = access.hook_secret.get_secret_value()
    if not secret:
        raise Unproven
    require_same(request.key, secret)


def _text(moment: datetime) -> str:
    """A time as Odoo takes it: whole seconds, UTC."""
    return f"{moment.astimezone(UTC):%Y-%m-%d %H:%M:%S}"


def _moment(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def _amount(lead: Lead) -> Money | None:
    if not lead["expected_revenue"] or not lead["company_currency"]:
        return None
    currency = lead["company_currency"][1]
    with suppress(UnknownCurrency):
        minor = round(Decimal(str(lead["expected_revenue"])).scaleb(exponent(currency)))
        return Money(minor, currency)
    return None


def _domains(company: Mapping[str, Any]) -> set[str]:
    """The domains of a company's address and website, with and without `www.`."""
    email = (company["email"] or "").rpartition("@")[2]
    host = re.sub(r"^https?://", "", company["website"] or "").partition("/")[0].partition(":")[0]
    return {
        each.strip().lower() for each in (email, host, host.removeprefix("www.")) if each
    }  # fmt: skip


ADAPTER = Adapter("Odoo", Odoo, needs=("address", "key"), prove=prove)
