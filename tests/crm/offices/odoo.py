"""What people do in Odoo: by its API, with an administrator's rights."""

import re
from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from datetime import timedelta
from decimal import Decimal
from html import unescape
from typing import Any

from pydantic import SecretStr

from bot.crm.adapters.contract import Access
from bot.crm.adapters.odoo.adapter import Odoo
from bot.crm.port import Stage
from bot.money import Money, exponent
from playground.crm.odoo.server import DATABASE, KEY, NOBODY_KEY, OWN_KEY
from playground.crm.odoo.server import Odoo as StandIn
from playground.crm.serving import Fault as Wrong
from tests.crm.office import Fault, Seen

ALL = {"active_test": False}
PLACES = {
    "email": "email_from",
    "phone": "phone",
    "company": "partner_name",
    "job_title": "function",
    "country": "country_id",
    "score": "priority",
    "expected_on": "date_deadline",
}
"""Where values of `Values` are in Odoo."""
_LEAD = (
    "email_from", "contact_name", "partner_name", "user_id", "type", "active", "won_status",
    "tag_ids", "stage_id", "expected_revenue", "company_currency", "campaign_id", "lost_reason_id",
)  # fmt: skip


class OdooOffice(ABC):
    """An administrator at work."""

    own_key: str
    """The key of a user who sees only own leads."""
    nobody_key: str
    """The key of a user without any right to leads."""

    @abstractmethod
    def connect(self, key: str = "", database: str = "") -> Odoo:
        """The adapter, connected with this key, or with one that has every right it needs."""

    @abstractmethod
    def refuse(self, field: str) -> None:
        """From now on a rule refuses every value of this field of `Values`."""

    @abstractmethod
    def use_leads(self, use_them: bool) -> None:
        """Set whether new ones are leads first."""

    @abstractmethod
    def call(self, model: str, method: str, **arguments: Any) -> Any:
        """Call Odoo as an administrator, beside the adapter's calls."""

    def search(self, model: str, domain: Sequence[Any], *fields: str) -> list[dict[str, Any]]:
        """Records of a model, in the order in which they were made."""
        found: list[dict[str, Any]] = self.call(
            model, "search_read", domain=domain, fields=fields, order="id", context=ALL
        )
        return found

    def write(self, record_id: str, fields: Mapping[str, str]) -> None:
        self._write(record_id, {PLACES[name]: value for name, value in fields.items()})

    def _write(self, record_id: str, values: Mapping[str, Any]) -> None:
        self.call("crm.lead", "write", ids=[int(record_id)], vals=values)

    def make(self, model: str, **values: Any) -> int:
        """A new record."""
        [made] = self.call(model, "create", vals_list=[values])
        return int(made)

    # ---- what is there --------------------------------------------------------------------------

    def records(self) -> list[Seen]:
        tags = {each["id"]: each["name"] for each in self.search("crm.tag", [], "name")}
        return [self._seen(each, tags) for each in self.search("crm.lead", [], *_LEAD)]

    def _seen(self, lead: Mapping[str, Any], tags: Mapping[int, str]) -> Seen:
        messages = self.search(
            "mail.message", [["model", "=", "crm.lead"], ["res_id", "=", lead["id"]]],
            "message_id", "body",
        )  # fmt: skip
        facts = next((one["body"] for one in messages if "handoff.facts" in one["message_id"]), "")
        rows = dict(re.findall(r"<li>([^<:]+): (.*?)</li>", facts))
        named = [tags[each] for each in lead["tag_ids"]]
        owner_id = lead["user_id"] and lead["user_id"][0]
        return Seen(
            record_id=str(lead["id"]),
            email=lead["email_from"] or None,
            last_name=(lead["contact_name"] or "").split(" ")[-1] or None,
            company=lead["partner_name"] or None,
            owner=self._login(owner_id) if owner_id else None,
            stage=_stage(lead, named),
            amount=_amount(lead),
            campaign=lead["campaign_id"][1] if lead["campaign_id"] else None,
            score=int(rows["Score"].split()[0]) if "Score" in rows else None,
            quality=next((each[9:] for each in named if each.startswith("Quality: ")), None),
            consent=rows.get("Consent"),
            lost_reason=lead["lost_reason_id"][1] if lead["lost_reason_id"] else rows.get("Reason"),
            notes=tuple(
                _text(one["body"]) for one in messages if "handoff.note" in one["message_id"]
            ),
        )

    def _login(self, user_id: int) -> str:
        [user] = self.search("res.users", [["id", "=", user_id]], "login")
        return str(user["login"])

    def value(self, record_id: str, field: str) -> str | None:
        [lead] = self.search("crm.lead", [["id", "=", int(record_id)]], PLACES[field])
        held = lead[PLACES[field]]
        return held[1] if isinstance(held, list) else held or None

    # ---- people ---------------------------------------------------------------------------------

    def add_user(self, email: str, name: str) -> str:
        there = self.search("res.users", [["login", "=", email]], "active")
        if there:
            self.call("res.users", "write", ids=[there[0]["id"]], vals={"active": True})
            return str(there[0]["id"])
        return str(self.make("res.users", login=email, email=email, name=name,
                             group_ids=[[6, 0, self.groups()]]))  # fmt: skip

    @abstractmethod
    def groups(self) -> list[int]:
        """The groups of a salesperson."""

    def deactivate(self, email: str) -> None:
        [user] = self.search("res.users", [["login", "=", email]], "login")
        self.call("res.users", "write", ids=[user["id"]], vals={"active": False})

    # ---- leads ----------------------------------------------------------------------------------

    def type_in(self, email: str, last_name: str) -> str:
        return str(self.make("crm.lead", name=last_name, email_from=email, contact_name=last_name))

    def set_owner(self, record_id: str, email: str) -> None:
        [user] = self.search("res.users", [["login", "=", email]], "login")
        self._write(record_id, {"user_id": user["id"]})

    def qualify(self, record_id: str) -> None:
        self.call("crm.lead", "convert_opportunity", ids=[int(record_id)], partner=False)

    def win(self, record_id: str, amount: Money | None) -> None:
        self.qualify(record_id)
        if amount:
            self.set_amount(record_id, amount)
        self.call("crm.lead", "action_set_won", ids=[int(record_id)])

    def set_amount(self, record_id: str, amount: Money) -> None:
        self._write(record_id, {"expected_revenue": float(amount.amount)})

    def lose(self, record_id: str, reason: str) -> None:
        there = self.search("crm.lost.reason", [["name", "=", reason]], "name")
        reason_id = there[0]["id"] if there else self.make("crm.lost.reason", name=reason)
        self.call("crm.lead", "action_set_lost", ids=[int(record_id)], lost_reason_id=reason_id)

    def reopen(self, record_id: str) -> None:
        self.call("crm.lead", "action_unarchive", ids=[int(record_id)], context=ALL)

    def clear(self, record_id: str, field: str) -> None:
        self._write(record_id, {PLACES[field]: False})

    def delete(self, record_id: str) -> None:
        self.call("crm.lead", "unlink", ids=[int(record_id)])

    def merge(self, gone_id: str, into_id: str) -> str:
        self._write(gone_id, {"type": "lead"})
        self.qualify(into_id)  # Odoo keeps the opportunity
        stays = self.call("crm.lead", "merge_opportunity", ids=[int(gone_id), int(into_id)])
        assert stays == [int(into_id)]
        return into_id


class StandInOffice(OdooOffice):
    """The stand-in's."""

    own_key, nobody_key = OWN_KEY, NOBODY_KEY

    def __init__(self) -> None:
        self.odoo = StandIn().start()

    def call(self, model: str, method: str, **arguments: Any) -> Any:
        return self.odoo.do(model, method, **arguments)

    def connect(self, key: str = "", database: str = DATABASE) -> Odoo:
        return Odoo(Access(self.odoo.url, SecretStr(key or KEY), database=database))

    def use_leads(self, use_them: bool) -> None:
        self.odoo.leads.uses_leads = use_them

    def groups(self) -> list[int]:
        return [1]

    def refuse(self, field: str) -> None:
        place = PLACES[field]

        def rule(model: str, values: Mapping[str, Any]) -> str | None:
            is_there = model == "crm.lead" and values.get(place)
            return f"No {values[place]}" if is_there else None

        self.odoo.database.rules.append(rule)

    def drop_field(self, field: str) -> None:
        self.odoo.database.removed.add(("crm.lead", PLACES[field]))

    def fail(self, fault: Fault, times: int = 1) -> None:
        self.odoo.fail(Wrong(fault), times)

    def forward(self, by: timedelta) -> None:
        self.odoo.forward(by)

    def calls(self) -> int:
        return self.odoo.calls

    def close(self) -> None:
        self.odoo.stop()


def _stage(lead: Mapping[str, Any], tags: Sequence[str]) -> Stage | None:
    if lead["won_status"] != "pending":
        return Stage(lead["won_status"])
    if not lead["active"]:
        return None
    if lead["type"] == "opportunity":
        return Stage.QUALIFIED
    stages = [stage for stage in (Stage.RECYCLED, Stage.CONTACTED) if stage.capitalize() in tags]
    return stages[0] if stages else Stage.NEW


def _amount(lead: Mapping[str, Any]) -> Money | None:
    if not lead["expected_revenue"]:
        return None
    currency = lead["company_currency"][1]
    return Money(int(Decimal(str(lead["expected_revenue"])).scaleb(exponent(currency))), currency)


def _text(html: str) -> str:
    return unescape(re.sub("<[^>]+>", " ", html))
